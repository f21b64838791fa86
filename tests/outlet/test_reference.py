from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from outlet.codes import CODES, GROUPS
from outlet.project import settings_classes
from outlet.reference import codes_reference, settings_reference
from outlet.stage import load_commands

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CODE = re.compile(r"[a-z]+(?:-[a-z0-9]+)*")


def test_the_page_of_settings_is_what_the_code_says() -> None:
    assert (DOCS / "settings.md").read_text(encoding="utf-8") == settings_reference() + "\n"


def test_every_setting_is_explained() -> None:
    rows = [line for line in settings_reference().splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.rstrip(" |").endswith(("–", "required", "`"))] == []


@pytest.mark.parametrize("command", sorted(load_commands()))
def test_every_command_is_in_the_guide(command: str) -> None:
    assert f"`outlet {command}" in (DOCS / "guide.md").read_text(encoding="utf-8")


def test_every_setting_the_guide_names_exists() -> None:
    guide = (DOCS / "guide.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## \[([a-z_.]+?)(?:\.NAME)?\]", settings_reference(), flags=re.MULTILINE))
    families = set(re.findall(r"^## \[([a-z_.]+)\.NAME\]", settings_reference(), flags=re.MULTILINE))
    named = set(re.findall(r"^\[([a-z_.]+)\]$", guide, flags=re.MULTILINE))
    assert {
        name for name in named if not name.startswith("scenario.") and name.rpartition(".")[0] not in families
    } <= headings
    assert set(settings_classes()) <= {heading.split(".")[0] for heading in headings}


def test_the_page_of_codes_is_what_the_code_says() -> None:
    assert (DOCS / "faults.md").read_text(encoding="utf-8") == codes_reference() + "\n"
    assert sum(len(group) for group in GROUPS.values()) == len(CODES), "a code stands in two groups"


def literals() -> tuple[set[str], set[str]]:
    """Return all short texts of our packages, and those given as a code to what makes a fault or remark."""
    every: set[str] = set()
    given: set[str] = set()
    for file in [file for package in ("outlet", "siting", "layout") for file in (ROOT / package).rglob("*.py")]:
        if file == ROOT / "outlet" / "codes.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                every.add(node.value)
            if isinstance(node, ast.Call):
                given |= codes_given(node)
    return every, given


def codes_given(call: ast.Call) -> set[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    found = [word.value for word in call.keywords if word.arg == "code" and "CODE" not in name]
    if name in ("Fault", "Remark"):
        found += call.args[1:2]
    elif name in ("fault", "remark") and isinstance(call.func, ast.Attribute):
        found += [arg for arg in call.args[:3] if isinstance(arg, ast.Constant) and "-" in str(arg.value)][:1]
    return {arg.value for arg in found if isinstance(arg, ast.Constant) and CODE.fullmatch(str(arg.value))}


def test_every_code_is_explained_and_none_that_nothing_uses() -> None:
    every, given = literals()
    assert len(given) > 60
    assert sorted(given - set(CODES)) == []
    assert sorted(set(CODES) - every) == []
