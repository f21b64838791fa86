"""Beginning from an earlier plan: what stands stays, what is new finds room, what is strange is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from layout.floor.cells import free_cells
from layout.floor.plan import Door, FloorPlan
from layout.settings.hall import LockedZone, ProgrammeSettings
from layout.study.hall.earlier import Earlier, Lock, locks_of, read_earlier
from layout.study.hall.read import Hall
from layout.zones.problem import Ground, PackProblem
from layout.zones.programme import read_programme
from layout.zones.space import Space, Work, plan_space
from outlet.errors import InputError

MakeProblem = Callable[..., PackProblem]
FLOOR = FloorPlan(outline=shapely.box(0, 0, 10, 8), doors=(Door(5, 0, 2.0, True, False, 90.0),), source="drawn")
FIRST = Earlier({"a": ((1.0, 2.0, 3.0, 2.0),), "b": ((6.0, 5.0, 2.0, 2.5),)}, {"a": 3, "b": 2})


def test_zones_begin_where_they_were_and_new_ones_on_free_floor(ground: Ground, make_problem: MakeProblem) -> None:
    problem = make_problem(ground, ("b", "new", "a"))
    placement = FIRST.placement(problem, free_cells(FLOOR))
    assert placement.places[0].tolist() == [24, 20, 8, 10, 2]
    assert placement.places[2].tolist() == [4, 8, 12, 8, 3]
    x, y, w, h, front = placement.places[1].tolist()
    u, v = (h, w) if front % 2 == 0 else (w, h)
    assert (problem.shapes[1] == (u, v)).all(axis=1).any()
    covered = placement.mask(ground.free.shape, skip=1)
    assert not covered[y : y + h, x : x + w].any()
    assert ground.buildable[y : y + h, x : x + w].all()


def test_a_locked_zone_begins_where_it_is_locked(ground: Ground, make_problem: MakeProblem) -> None:
    locked = np.array([[-1, -1, -1, -1, -1], [20, 20, 8, 8, 0]])
    placement = FIRST.placement(make_problem(ground, ("b", "a"), locked=locked), free_cells(FLOOR))
    assert placement.places[1].tolist() == [20, 20, 8, 8, 0]


def test_a_size_the_programme_no_longer_allows_takes_the_nearest(ground: Ground, make_problem: MakeProblem) -> None:
    """Zone a was 12 × 8 cells; only 16 × 8 is allowed now: it grows by two cells to each side."""
    problem = make_problem(ground, ("a", "b"), shapes=(np.array([[16, 8]]), np.array([[10, 8]])))
    placement = FIRST.placement(problem, free_cells(FLOOR))
    assert placement.places.tolist() == [[2, 8, 16, 8, 3], [24, 20, 8, 10, 2]]


def test_the_second_rectangle_of_an_l_comes_along_where_it_may(ground: Ground, make_problem: MakeProblem) -> None:
    bent = replace(FIRST, rects={"a": ((1.0, 2.0, 3.0, 2.0), (4.0, 2.0, 2.0, 2.0)), "b": FIRST.rects["b"]})
    may = np.array([[64, 200, 8], [0, 0, 0]])
    with_wing = bent.placement(make_problem(ground, ("a", "b"), bend=may), free_cells(FLOOR))
    assert with_wing.wings.tolist() == [[16, 8, 8, 8], [0, 0, 0, 0]]
    assert bent.placement(make_problem(ground, ("a", "b")), free_cells(FLOOR)).wings.max() == 0


def hall(floor: FloorPlan, ground: Ground) -> Hall:
    return Hall(floor, free_cells(floor), ground)


def written(folder: Path, **changed: object) -> Path:
    zones = [{"id": "a", "rects": [[1.0, 2.0, 3.0, 2.0]], "front_deg": 270.0, "kind": "a"}]
    file = folder / "zones.json"
    content = {"schema": 1, "hall": {"source": "drawn", "area_m2": 80.0}, "zones": zones, **changed}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_an_earlier_plan_is_read(tmp_path: Path, ground: Ground) -> None:
    found = read_earlier(written(tmp_path), hall(FLOOR, ground))
    assert found == Earlier({"a": ((1.0, 2.0, 3.0, 2.0),)}, {"a": 3})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"zones": [{"id": "a"}]}, "found no plan of zones in it"),
        ({"hall": {"source": "other.dxf", "area_m2": 80.0}}, r"a plan of other\.dxf .* the hall is now drawn"),
        ({"hall": {"source": "drawn", "area_m2": 81.0}}, r"\(81\.0 m²\), the hall is now drawn \(80\.0 m²\)"),
    ],
)
def test_a_strange_file_is_refused(tmp_path: Path, ground: Ground, changed: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_earlier(written(tmp_path, **changed), hall(FLOOR, ground))


def test_no_json_at_all_is_refused(tmp_path: Path, ground: Ground) -> None:
    file = tmp_path / "zones.json"
    file.write_bytes(b"\xff{")
    with pytest.raises(InputError, match="run `outlet zones` once without keep"):
        read_earlier(file, hall(FLOOR, ground))


@pytest.fixture(scope="module")
def space() -> Space:
    """A bank so busy that its counters are two zones."""
    work = Work(posts={"counters": 10, "vip": 1}, machines=3, waiting=8.0)
    return plan_space(read_programme("bank"), work, {}, 300.0)


EARLIER = Earlier(
    {"reception": ((1.0, 2.0, 3.0, 2.0),), "waiting": ((1.0, 5.0, 2.0, 2.0), (3.0, 5.0, 1.0, 1.0)), "gone": ()},
    {"reception": 1, "waiting": 0, "gone": 0},
)


def test_zones_are_held_by_place_or_by_id(space: Space) -> None:
    at = LockedZone(kind="counters-1", rect=(0.0, 0.0, 6.0, 3.0), front="north")
    locks = locks_of(ProgrammeSettings(locked=(at,), keep=("reception",)), EARLIER, space)
    assert locks == {
        "counters-1": Lock((0.0, 0.0, 6.0, 3.0), "north"),
        "reception": Lock((1.0, 2.0, 3.0, 2.0), "north"),
    }
    assert locks["reception"].place(free_cells(FLOOR)) == (4, 8, 12, 8, 1)
    line = locks["reception"].line("reception")
    assert line == '{ kind = "reception", rect = [1, 2, 3, 2], front = "north" }'


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"keep": ("vault",)}, "keep names vault; the earlier plan has reception, waiting, gone"),
        ({"keep": ("gone",)}, "keep names gone; the programme now has reception"),
        ({"keep": ("waiting",)}, "keep names waiting, an L; only rectangles can be kept"),
        (
            {"keep": ("reception",), "locked": (LockedZone(kind="reception", rect=(0, 0, 2, 2)),)},
            "names reception in both locked and keep",
        ),
        (
            {"locked": (LockedZone(kind="counters", rect=(0, 0, 2, 2)),)},
            "locked names counters, which are counters-1, counters-2 in this hall; lock them one by one",
        ),
    ],
)
def test_what_cannot_be_held_is_told(space: Space, settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        locks_of(ProgrammeSettings.model_validate(settings), EARLIER, space)
