"""The list of presets beside this file is whole: each word of the contract, each test it names, each preset's key."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from layout.settings.efficiency import EfficiencySettings
from layout.settings.staff import StaffSettings
from layout.settings.tables import PeopleColumns
from layout.settings.work import ServiceSettings, SimulateSettings

ROOT = Path(__file__).parents[3]
LIST = tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))
CLAUSES = LIST["clause"]
PRODUCT = ROOT / "../shared/design/product.md"
PARTLY = {"Equipment", "Demand generators"}
"""Lines that are about other things too: of these only the words about people and days are in the list."""
JOINS = re.compile(r"(\W|\b(and|or)\b)*")


def node(test):
    """Return a test's id below the root."""
    short, _, row = test.partition("[")
    found = f"tests/layout/{LIST['short'][short]}[{row}" if short in LIST["short"] else f"tests/layout/{test}"
    return found.replace("tests/layout/../", "tests/")


def collected(files):
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(told.stdout.splitlines())


def test_every_test_named_is_there(request):
    """A run of all tests has collected them; where some are not among those it runs, their files are read for them."""
    named = {node(test) for clause in CLAUSES for test in clause["tests"]}
    named -= {item.nodeid for item in request.session.items}
    files = sorted({name.partition("::")[0] for name in named})
    assert named - (collected(files) if files else set()) == set()


def models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models(part)]


def keys_of_settings(model, prefix):
    for name, field in model.model_fields.items():
        inner = models(field.annotation)
        if inner:
            yield from keys_of_settings(inner[0], f"{prefix}.{name}")
        else:
            yield f"{prefix}.{name}"


def keys_of_file(value, prefix):
    """Return the dotted keys of a preset; weekdays and times of day are one key."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {key for item in value for key in keys_of_file(item, prefix)}
    last = prefix.rpartition(".")[2]
    if isinstance(value, dict) and last not in {"opening_hours", "weekday_factors", "weights", "factor", "sees"}:
        return {key for name, item in value.items() for key in keys_of_file(item, f"{prefix}.{name}")}
    return {prefix}


def every_key():
    layout = ROOT / "layout"
    found = set()
    for name, folder in (("catalogue", "workload/presets"), ("journeys", "flow/presets")):
        for file in (layout / folder).glob("*.toml"):
            found |= keys_of_file(tomllib.loads(file.read_text(encoding="utf-8")), name)
    equipment = tomllib.loads((layout / "posts/catalogue.toml").read_text(encoding="utf-8"))
    found |= keys_of_file(equipment["roles"], "equipment.roles")
    found |= {f"equipment.reliability.{key}" for kind in equipment["equipment"] for key in kind.get("reliability", {})}
    sections = {
        "staff": StaffSettings,
        "services": ServiceSettings,
        "simulate": SimulateSettings,
        "efficiency": EfficiencySettings,
        "people": PeopleColumns,
    }
    for name, model in sections.items():
        found |= set(keys_of_settings(model, name))
    return found


def test_every_preset_of_people_and_days_has_a_clause():
    none = LIST["not_presets"]
    excused = (*none["tables"], *none["computing"])
    wanted = {
        key
        for key in every_key()
        if key.rpartition(".")[2] not in none["names"] and not any(f"{key}.".startswith(f"{at}.") for at in excused)
    }
    listed = {key for clause in CLAUSES for key in clause.get("keys", ()) if not key.startswith("brief.")}
    assert (wanted - listed, listed - wanted) == (set(), set())


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause["says"][:40])
def test_a_clause_has_tests(clause):
    assert clause["tests"]
    assert len(set(clause["tests"])) == len(clause["tests"])


@pytest.mark.shared
@pytest.mark.skipif(not PRODUCT.is_file(), reason="../shared/design is not there")
@pytest.mark.parametrize("line", dict.fromkeys(clause["line"] for clause in CLAUSES))
def test_every_word_of_the_contract_is_in_the_list(line):
    """What the clauses leave of a line are signs, and words that join."""
    text = PRODUCT.read_text(encoding="utf-8")
    bullet = re.search(rf"^- \*\*{re.escape(line)}\*\*(.*?)(?=^- \*\*|^#)", text, re.DOTALL | re.MULTILINE)
    section = re.search(rf"^## {re.escape(line)}$(.*?)(?=^## )", text, re.DOTALL | re.MULTILINE)
    rest = " ".join((bullet or section)[1].split())
    for clause in (clause for clause in CLAUSES if clause["line"] == line):
        assert clause["says"] in rest, f"{clause['says']!r} is not in the line, or is in the list twice"
        rest = rest.replace(clause["says"], " ", 1)
    assert line in PARTLY or JOINS.fullmatch(rest), f"not in the list: {rest}"
