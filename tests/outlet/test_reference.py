from __future__ import annotations

import re
from pathlib import Path

import pytest

from outlet.project import settings_classes
from outlet.reference import settings_reference
from outlet.stage import load_commands

DOCS = Path(__file__).parents[2] / "docs"


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
    headings = set(re.findall(r"^## \[([a-z_.]+)\]", settings_reference(), flags=re.MULTILINE))
    named = set(re.findall(r"^\[([a-z_.]+)\]$", guide, flags=re.MULTILINE))
    assert {name for name in named if not name.startswith("scenario.")} <= headings
    assert set(settings_classes()) <= {heading.split(".")[0] for heading in headings}
