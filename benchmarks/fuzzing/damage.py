"""Damage bytes: cut, flip, repeat, swap, and put absurd numbers and texts where others were.

Every damage is a function of a random generator and the bytes of a file, so that a case can be replayed by its number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Damage = Callable[[Random, bytes], bytes]

NUMBERS = (
    *("NaN", "inf", "-inf", "1e308", "-1e308", "1e-320", "-0", "0", "", "9" * 400, "0x10", "1_000", "1,5", "٣", "1e"),
    *("2147483648", "-9223372036854775809", "18446744073709551616", "1.7976931348623157e309", "--1", "½", "true"),
)
TEXTS = (
    *(
        "\x00",
        "\x00" * 50,
        "\u202e\u202d",
        "\ufeff",
        "\ufffe",
        "\ud7ff",
        "👩‍👩‍👧‍👦" * 20,
        "e\u0301" * 100,
        "\u0085\u2028",
    ),
    *(
        '=HYPERLINK("http://x","y")',
        "@SUM(A1)",
        "+1+1",
        "../../../etc/passwd",
        "C:\\Windows\\x",
        "/etc/passwd",
        "%s%n%d",
    ),
    *(
        "<script>alert(1)</script>",
        "'\"><svg/onload=1>",
        "{{7*7}}",
        "$" + "{x}",
        "[red]x[/red]",
        "[/]",
        "\r",
        "\n",
        "\r\n",
    ),
    *('"', "'", ",", ";", "\t", "|", "(", ")", "\\", "x" * 100_000, "null", "None", "[]", "{}", "𒐫" * 1000, "\x1b[31m"),
)
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_\x80-\xff]{2,}")


def cut(rng: Random, data: bytes) -> bytes:
    """Keep the first bytes only."""
    return data[: rng.randrange(len(data) + 1)]


def behead(rng: Random, data: bytes) -> bytes:
    """Drop the first bytes."""
    return data[rng.randrange(len(data) + 1) :]


def flip(rng: Random, data: bytes) -> bytes:
    """Flip single bits, few or many."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16, 200))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def flip_head(rng: Random, data: bytes) -> bytes:
    """Flip bits among the first bytes, where formats keep their headers."""
    head = rng.choice((4, 32, 128, 512))
    return flip(rng, data[:head]) + data[head:]


def set_bytes(rng: Random, data: bytes) -> bytes:
    """Set a run of bytes to one value, as 0 or 255."""
    at = rng.randrange(len(data) + 1)
    run = rng.choice((1, 2, 4, 8, 64))
    return data[:at] + bytes([rng.choice((0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x22))]) * run + data[at + run :]


def put_in(rng: Random, data: bytes) -> bytes:
    """Put random bytes in."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.choice((1, 3, 20, 300))) + data[at:]


def take_out(rng: Random, data: bytes) -> bytes:
    """Take some bytes out."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + data[at + rng.choice((1, 2, 7, 40, 400)) :]


def repeat_block(rng: Random, data: bytes) -> bytes:
    """Repeat a block."""
    at = rng.randrange(len(data) + 1)
    block = data[at : at + rng.choice((1, 10, 100, 1000))]
    return data[:at] + block * rng.choice((2, 3, 50)) + data[at:]


def swap_blocks(rng: Random, data: bytes) -> bytes:
    """Swap two blocks."""
    a, b, c = sorted(rng.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def noise(rng: Random, data: bytes) -> bytes:
    """Keep nothing: random bytes of the same length."""
    return rng.randbytes(len(data))


def empty(rng: Random, data: bytes) -> bytes:
    """Leave nothing, or white space."""
    return rng.choice((b"", b"\n", b" \r\n \r\n", b"\xef\xbb\xbf", b"\x00", b"\xff\xfe"))


def other_format(rng: Random, data: bytes) -> bytes:
    """Put a file of another format under the name."""
    return rng.choice(
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89",
            b"PK\x03\x04" + bytes(60),
            b"PK\x05\x06" + bytes(18),
            b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n",
            b"SQLite format 3\x00" + bytes(2000),
            b"\x1f\x8b\x08\x00" + bytes(20),
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><a>&c;</a>',
            b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.",
            b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
            b"PAR1" + bytes(30) + b"PAR1",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        )
    )


def another_number(rng: Random, data: bytes) -> bytes:
    """Put an absurd number in the place of one, of some, or of all."""
    return _replace(rng, data, _NUMBER, NUMBERS)


def another_text(rng: Random, data: bytes) -> bytes:
    """Put an absurd text in the place of a word."""
    return _replace(rng, data, _WORD, TEXTS)


def text_in(rng: Random, data: bytes) -> bytes:
    """Put an absurd text in anywhere."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + _encoded(rng.choice(TEXTS)) + data[at:]


def lines(rng: Random, data: bytes) -> bytes:
    """Drop, repeat, or shuffle lines."""
    rows = data.splitlines(keepends=True)
    if not rows:
        return b"\n" * 1000
    at = rng.randrange(len(rows))
    match rng.randrange(5):
        case 0:
            del rows[at]
        case 1:
            rows[at : at + 1] = [rows[at]] * rng.choice((2, 5, 2000))
        case 2:
            rng.shuffle(rows)
        case 3:
            rows.insert(at, b"\n" * rng.choice((1, 3, 10_000)))
        case _:
            rows[at] = rows[at].rstrip(b"\r\n") + rng.choice((b"\r", b"", b"\n\r", b"\x85", b"\x0b\n"))
    return b"".join(rows)


def other_encoding(rng: Random, data: bytes) -> bytes:
    """Save text in another encoding than it was, or with a wrong mark."""
    text = data.decode("utf-8", errors="replace")
    name = rng.choice(("utf-16", "utf-16-be", "utf-32", "gb18030", "cp932", "latin-1", "utf-7", "cp037", "utf-8-sig"))
    return text.encode(name, errors="replace")


def _replace(rng: Random, data: bytes, pattern: re.Pattern[bytes], values: tuple[str, ...]) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data + _encoded(rng.choice(values))
    picked = rng.sample(found, min(len(found), rng.choice((1, 1, 1, 2, 10, len(found)))))
    if len(picked) > 500:
        picked = picked[:500]
    parts, end = [], 0
    value = _encoded(rng.choice(values))
    for match in sorted(picked, key=lambda match: match.start()):
        parts += [data[end : match.start()], value if len(picked) < 20 or len(value) < 500 else value[:500]]
        end = match.end()
    return b"".join([*parts, data[end:]])


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="surrogatepass")


BYTES: tuple[Damage, ...] = (
    *(cut, cut, behead, flip, flip, flip_head, flip_head, set_bytes, set_bytes, put_in, take_out, repeat_block),
    *(swap_blocks, noise, empty, other_format),
)
TEXT: tuple[Damage, ...] = (
    *(cut, flip, put_in, take_out, repeat_block, empty, other_format),
    *(
        another_number,
        another_number,
        another_number,
        another_text,
        another_text,
        text_in,
        lines,
        lines,
        other_encoding,
    ),
)
