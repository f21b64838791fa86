from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlet.errors import InputError
from outlet.handover import OutletBrief, folder_of, minute_of_day, read_brief, read_briefs


def brief(**changes: object) -> OutletBrief:
    values = {"schema": 1, "id": "c1", "name": "Kamppi", "role": "new", "sector": "bank", "visits_per_day": 120.0}
    return OutletBrief.model_validate(values | changes)


@given(st.text(min_size=1, max_size=200))
def test_an_outlets_folder_is_one_safe_short_name(outlet_id: str) -> None:
    try:
        outlet_id.encode()
    except UnicodeEncodeError:
        return
    folder = folder_of(outlet_id)
    assert 0 < len(folder.encode()) <= 80
    assert "/" not in folder
    assert "\\" not in folder
    assert folder not in (".", "..")
    assert folder.isascii()


@given(st.lists(st.text("ab./%", min_size=1, max_size=120), min_size=2, max_size=2, unique=True))
def test_different_ids_have_different_folders(ids: list[str]) -> None:
    assert folder_of(ids[0]) != folder_of(ids[1])


def test_a_brief_reads_back_what_was_written(tmp_path: Path) -> None:
    written = brief(opening_hours={"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}, segment_mix={"老年": 0.4})
    (tmp_path / "outlet.json").write_text(written.to_json(), encoding="utf-8")
    read = read_brief(tmp_path / "outlet.json")
    assert read == written.model_copy(update={"folder": "c1"})
    assert json.loads(written.to_json())["schema"] == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"visits_per_day": -1}, "visits_per_day"),
        ({"role": "planned"}, "role"),
        ({"opening_hours": {"mon": [["17:00", "09:00"]]}}, "opening_hours"),
        ({"opening_hours": {"mon": [["9am", "17:00"]]}}, "no time of day"),
        ({"opening_hours": {"mon": [["09:00", "24:30"]]}}, "no time of day"),
        ({"visits_share_by_interval": [0.5, 0.5]}, "48 shares"),
        ({"schema": 2}, "schema"),
    ],
)
def test_a_bad_brief_names_file_and_key(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    good = {"schema": 1, "id": "c1", "name": "x", "role": "new", "sector": "bank", "visits_per_day": 1.0}
    (tmp_path / "outlet.json").write_text(json.dumps(good | changes), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        read_brief(tmp_path / "outlet.json")
    assert "outlet.json" in str(error.value)


def test_a_brief_that_is_not_json_ends_in_a_message(tmp_path: Path) -> None:
    (tmp_path / "outlet.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"outlet\.json"):
        read_brief(tmp_path / "outlet.json")


def test_briefs_come_sorted_by_id(tmp_path: Path) -> None:
    for name in ("b", "a"):
        folder = tmp_path / "outlets" / name
        folder.mkdir(parents=True)
        (folder / "outlet.json").write_text(brief(id=name).to_json(), encoding="utf-8")
    assert [found.id for found in read_briefs(tmp_path)] == ["a", "b"]


def test_minutes_of_day() -> None:
    assert minute_of_day("00:00") == 0
    assert minute_of_day("09:30") == 570
    assert minute_of_day("24:00") == 1440
