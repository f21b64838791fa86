"""Siting's sections, from a hand-made ``out``: what is said of the plan, and that no name is markup."""

import json
import shutil

import pytest

from siting.report import sections

HOSTILE = "<img src=x onerror=alert(1)>"


def titles(found):
    return [section.title for section in found]


def test_all_sections_in_order(town):
    assert titles(sections(town.out, "en")) == [
        "Where to open",
        "What more outlets bring",
        "Alternatives",
        "Market share",
        "Method and its limits",
    ]


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_names_are_escaped_in_markup_and_plain_in_tables(town, language):
    found = sections(town.out, language)
    assert HOSTILE not in "".join(section.html for section in found)
    assert HOSTILE in [row[0] for section in found for _, _, rows in section.tables for row in rows]


def test_reasons_name_what_counts_most(town):
    html = sections(town.out, "en")[0].html
    assert "For it:" in html
    assert "rank 1 of 30" in html
    assert html.count('class="card"') == 3


def test_alternative_is_told_as_a_difference(town):
    (table,) = next(section.tables for section in sections(town.out, "en") if section.title == "Alternatives")
    assert table[2][0][2:] == (9800.0, "−0.77%")


def test_assumptions_of_the_check_are_shown(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    found = {
        "schema": 1,
        "faults": [],
        "inputs": [{"input": "data/demand.gpkg", "rows": 25, "note": HOSTILE}],
        "notes": [f"25 zones, one named {HOSTILE}"],
    }
    (out / "check.json").write_text(json.dumps(found), encoding="utf-8")
    section = next(section for section in sections(out, "en") if section.title == "Data and assumptions")
    assert HOSTILE not in section.html
    assert section.tables[0][2] == (("data/demand.gpkg", 25, HOSTILE),)


def test_only_what_is_there(town, tmp_path):
    assert sections(tmp_path, "en") == []
    for name in ("candidates.csv", "plan.json", "outlets.geojson"):
        shutil.copy(town.out / name, tmp_path / name)
    assert titles(sections(tmp_path, "en")) == ["Where to open", "Alternatives", "Method and its limits"]
