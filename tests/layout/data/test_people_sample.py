"""The samples' part on work and people: valid settings, readable tables, the same bytes."""

import re
import tomllib

import pytest

from layout.data.people import check_people
from layout.data.people_sample import PEOPLE_FILE, RIVERTON_HALLS, VISITS_FILE, people_part
from layout.data.visits import check_visits
from layout.settings import LayoutSettings


@pytest.mark.parametrize("sample", ["riverton", "helsinki", "osm"])
def test_toml_is_valid_as_it_stands(sample):
    text, files = people_part(sample, 7)
    settings = LayoutSettings.model_validate(tomllib.loads(text)["layout"])
    assert (settings.staff.people, settings.services.visits) == (
        (PEOPLE_FILE, VISITS_FILE) if sample == "riverton" else (None, None)
    )
    assert sorted(files) == (sorted([PEOPLE_FILE, VISITS_FILE]) if sample == "riverton" else [])


def test_every_key_stands_there_with_its_default():
    text, _ = people_part("helsinki", 7)
    active = re.sub(r"^# ([a-z_0-9]+ = )", r"\1", text, flags=re.MULTILINE)
    raw = tomllib.loads(active)["layout"]
    for section, kind in (("services", "services"), ("staff", "staff"), ("simulate", "simulate")):
        LayoutSettings.model_validate({kind: known(raw[section])})
        assert set(raw[section]) == set(type(LayoutSettings().__dict__[kind]).model_fields)


def known(section):
    """Leave out what has no default, which stands as an empty text."""
    return {key: known(value) if isinstance(value, dict) else value for key, value in section.items() if value != ""}


def test_tables_have_no_fault(tmp_path):
    _, files = people_part("riverton", 7)
    for name, content in files.items():
        (tmp_path / name.split("/")[-1]).write_bytes(content)
    checked = check_people(tmp_path / "people.csv")
    people = checked.people
    assert not checked.faults
    assert {person.outlet for person in people.people} == set(RIVERTON_HALLS)
    assert len({person.name for person in people.people}) > len(people.people) * 0.9
    found = check_visits(tmp_path / "visits.csv")
    counts, faults = found.counts, found.faults
    assert not faults
    week, days = counts.mean_week([], "R01")
    assert days == 36
    assert week.sum() / 6 == pytest.approx(RIVERTON_HALLS["R01"], rel=0.1)


def test_same_seed_same_bytes():
    assert people_part("riverton", 7) == people_part("riverton", 7)
    assert people_part("riverton", 7)[1] != people_part("riverton", 8)[1]
