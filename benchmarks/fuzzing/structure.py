"""Damage what a text says and not only its bytes: keys, types, depth and size of JSON, CSV and TOML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from fuzzing.damage import NUMBERS, TEXTS

Json = object
VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1e308, -1e308, 1e-320, 2**63, -(2**70), "", "x", [], {}, [[]], [None], {"a": None}),
    *(["x"] * 5, [1e9, 1e9], [[0, 0], [0, 0]], "NaN", "2026-02-30", "25:61", "\u0000", "x" * 50_000, [0] * 3000),
)
LITERALS = ("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-0", "01", "1.", '"\\ud800"', '"\\u0000"')


def json_damage(rng: Random, data: bytes) -> bytes:
    """Change one place of a JSON document: its value, its key, its depth, or how often it stands there."""
    try:
        document = json.loads(data)
    except ValueError:
        return data[::-1]
    match rng.randrange(8):
        case 0:
            deep = rng.choice((50, 300, 5000, 200_000))
            opened = rng.choice(("[", '{"a":', '{"features":[', '{"type":"GeometryCollection","geometries":['))
            return (opened * deep).encode()
        case 1:
            return _literal(rng, data)
        case 2:
            return data.replace(b"{", b'{"type": "x", "id": "y", ', 1 if rng.random() < 0.5 else -1)
        case 3:
            return json.dumps(rng.choice(VALUES)).encode()
        case 4:
            return _nested(rng, document)
    places = list(_places(document))
    for _ in range(rng.choice((1, 1, 1, 3, 20))):
        _change(rng, *rng.choice(places)) if places else None
    return json.dumps(document, ensure_ascii=rng.random() < 0.5).encode("utf-8", errors="surrogatepass")


def _literal(rng: Random, data: bytes) -> bytes:
    """Put a literal where a number stands, as Python's and JavaScript's writers do."""
    text = data.decode("utf-8", errors="replace")
    numbers = [at for at, sign in enumerate(text) if sign.isdigit() and at and text[at - 1] in " [:,"]
    if not numbers:
        return data
    at = rng.choice(numbers)
    end = at
    while end < len(text) and text[end] in "0123456789.eE+-":
        end += 1
    return (text[:at] + rng.choice(LITERALS) + text[end:]).encode()


def _nested(rng: Random, document: Json) -> bytes:
    """Put a deep value into one place of a document that is otherwise right."""
    depth = rng.choice((20, 200, 900, 20_000))
    places = [(box, key) for box, key in _places(document) if isinstance(box, dict | list)]
    if not places:
        return b"[" * depth
    box, key = rng.choice(places)
    box[key] = "DEEP"  # type: ignore[index]
    return json.dumps(document).replace('"DEEP"', "[" * depth + "1" + "]" * depth).encode()


def _places(value: Json) -> Iterator[tuple[object, object]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in list(items):
        yield value, key
        yield from _places(item)


def _change(rng: Random, box: object, key: object) -> None:
    if not isinstance(box, dict | list) or (key not in box if isinstance(box, dict) else int(str(key)) >= len(box)):
        return
    match rng.randrange(5):
        case 0:
            del box[key]  # type: ignore[arg-type]
        case 1 if isinstance(box, dict):
            box[rng.choice(TEXTS)] = box.pop(key)
        case 1 | 2 if isinstance(box, list):
            box.extend([box[int(str(key))]] * rng.choice((1, 2, 3000)))
        case 3:
            box[key] = rng.choice(TEXTS)  # type: ignore[index]
        case _:
            box[key] = rng.choice(VALUES)  # type: ignore[index]


def csv_damage(rng: Random, data: bytes) -> bytes:
    """Change one cell, one column or the shape of a table; the separator stays what it was."""
    separator = b"\t" if b"\t" in data.split(b"\n", 1)[0] else b","
    rows = [line.split(separator) for line in data.splitlines()]
    if not rows or not rows[0]:
        return data
    at, column = rng.randrange(len(rows)), rng.randrange(len(rows[0]))
    value = rng.choice((*NUMBERS, *TEXTS)).encode("utf-8", errors="surrogatepass")
    match rng.randrange(9):
        case 0:
            rows = [[cell for here, cell in enumerate(row) if here != column] for row in rows]
        case 1:
            rows = [[*row, row[column % len(row)]] for row in rows if row]
        case 2:
            rows[0][column] = rng.choice((b"", value, rows[0][-1]))
        case 3:
            rows = [rows[0], *([*row[:column], value[:200], *row[column + 1 :]] for row in rows[1:])]
        case 4:
            rows[at] = rows[at][:column]
        case 5:
            rows[at] = rows[at] + [b"x"] * rng.choice((1, 3, 5000))
        case 6:
            rows = [[b"Title of the table"], [], *rows, [b"Total"], [b"Source: a register"]]
        case 7:
            rows = [rows[0]] if rng.random() < 0.5 else rows[1:]
        case _:
            rows[at] = [*rows[at][:column], value, *rows[at][column + 1 :]]
    return b"\n".join(separator.join(row) for row in rows) + b"\n"


def toml_damage(rng: Random, data: bytes) -> bytes:
    """Change one line of a TOML file: its value, its key, its section, or how often it stands there."""
    rows = data.decode("utf-8").splitlines()
    pairs = [at for at, row in enumerate(rows) if "=" in row]
    heads = [at for at, row in enumerate(rows) if row.startswith("[")]
    at = rng.choice(pairs or [0])
    key = rows[at].split("=")[0].strip()
    match rng.randrange(8):
        case 0:
            del rows[at]
        case 1:
            rows.insert(at, rows[at])
        case 2:
            rows[at] = rng.choice((key[:-1] or "x", key + "x", f"x.{key}", '"\\u0000"')) + " = 1"
        case 3 if heads:
            del rows[rng.choice(heads)]
        case 4 if heads:
            rows[rng.choice(heads)] = rng.choice(
                ("[siting]", "[[layout]]", "[scenario.x.y]", "[project.x]", "[x", "[]")
            )
        case 5:
            deep = rng.choice((10, 500, 50_000))
            rows[at] = f"{key} = {'[' * deep}{']' * deep}"
        case _:
            rows[at] = f"{key} = {rng.choice(TOML_VALUES)}"
    return "\n".join(rows).encode("utf-8", errors="surrogatepass")


TOML_VALUES = (
    *("nan", "inf", "-inf", "1e308", "-1e308", "5e-324", "0", "-1", "0.0", "-0.0", "1e9", "1000000000", "true", "''"),
    *(str(2**63 - 1), str(-(2**63)), str(2**64), "[]", "{}", "[[]]", "[{}]", "2026-01-01", "0001-01-01", "9999-12-31"),
    *("07:00:00", "'x'", '"\\u0000"', '"../x"', '"/etc/passwd"', '"data"', '"."', '"data/.."', '"a/" ', '"x:y"'),
    *('"' + "x" * 300 + '"', '"' + "x/" * 3000 + '"', '"\\U0001F469"', '"EPSG:4326"', '"EPSG:0"', '"+proj=ob_tran"'),
    *("[" + "1," * 3000 + "]", "{ a = 1 }", '{ "" = 0.5 }', '["x", 1]', '"[/red]"', "'''\n'''", '"outlet.toml"'),
)
