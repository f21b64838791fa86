"""Outlines from walls: faces, single lines, filled walls, gaps at doors; areas known beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import ezdxf
import pytest
from ezdxf.document import Drawing
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, box
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

from layout.data.plans.gaps import close_gaps
from layout.data.plans.shapes import Reading
from layout.data.plans.walls import bodies_of, is_tangled, outline_of_walls
from layout.data.read import check_plan
from layout.settings.hall import HallSettings

Segment = tuple[tuple[float, float], tuple[float, float]]
T = 0.25


def ring(left: float, bottom: float, right: float, top: float) -> list[Segment]:
    corners = [(left, bottom), (right, bottom), (right, top), (left, top)]
    return list(zip(corners, [*corners[1:], corners[0]], strict=True))


def double_lines(gap: float = 1.0, jambs: bool = True) -> list[Segment]:
    """Two rooms of 5 × 6 and 4 × 6 m within walls of 0.25 m, a partition of 0.1 m; gaps in the south and between."""
    left, right = 0.0, 9.1
    lines = ring(-T, -T, right + T, 6 + T)[1:] + ring(left, 0, right, 6)[1:]
    lines += [((-T, -T), (2, -T)), ((2 + gap, -T), (right + T, -T)), ((0, 0), (2, 0)), ((2 + gap, 0), (right, 0))]
    for x in (5, 5.1):
        lines += [((x, 0), (x, 3)), ((x, 3 + gap), (x, 6))]
    if jambs:
        lines += [((2, -T), (2, 0)), ((2 + gap, -T), (2 + gap, 0)), ((5, 3), (5.1, 3)), ((5, 3 + gap), (5.1, 3 + gap))]
    return lines


def as_lines(segments: Sequence[Segment]) -> list[BaseGeometry]:
    return [LineString(segment) for segment in segments]


@pytest.mark.parametrize("jambs", [True, False])
@pytest.mark.parametrize("gap", [0.7, 1.0, 1.9])
def test_faces_of_walls_give_the_inside_of_the_building(gap: float, jambs: bool) -> None:
    rooms = outline_of_walls(as_lines(double_lines(gap, jambs)), [], 2.0)
    joined = rooms.joined()
    assert joined is not None
    assert joined.bounds == pytest.approx((0, 0, 9.1, 6), abs=0.002)
    assert joined.area == pytest.approx(9.1 * 6, abs=0.05)
    assert rooms.largest is not None
    assert rooms.largest.area == pytest.approx(30, abs=0.2)
    assert rooms.gaps_m[0] == pytest.approx(gap, abs=0.01)


@settings(max_examples=30, deadline=None)
@given(turn=st.floats(0, 180), east=st.floats(-100, 100), order=st.randoms(use_true_random=False))
def test_turn_place_and_order_of_lines_do_not_matter(turn: float, east: float, order: object) -> None:
    lines = as_lines(double_lines())
    order.shuffle(lines)  # type: ignore[attr-defined]
    moved = [translate(rotate(line, turn, origin=(0, 0)), east, -east) for line in lines]
    joined = outline_of_walls(moved, [], 2.0).joined()
    assert joined is not None
    assert joined.area == pytest.approx(9.1 * 6, abs=0.1)


def test_a_gap_wider_than_stated_stays_open_unless_a_door_is_drawn_there() -> None:
    lines = as_lines(double_lines(gap=2.6))
    assert outline_of_walls(lines, [], 2.0).rooms == ()
    doors = [LineString([(2, 0), (4.6, 0)]), LineString([(5, 3), (5, 5.6)])]
    joined = outline_of_walls(lines, doors, 2.0).joined()
    assert joined is not None
    assert joined.area == pytest.approx(9.1 * 6, abs=0.1)


def test_single_lines_and_filled_walls_enclose_rooms_too() -> None:
    single = as_lines([*ring(0, 0, 8, 5)[1:], ((0, 0), (3, 0)), ((4, 0), (8, 0)), ((4, 0), (4, 2)), ((4, 3), (4, 5))])
    joined = outline_of_walls(single, [], 2.0).joined()
    assert joined is not None
    assert joined.area == pytest.approx(40, abs=0.01)
    filled = [
        box(-T, -T, 8 + T, 0),
        box(-T, 5, 8 + T, 5 + T),
        box(-T, 0, 0, 5),
        box(8, 0, 8 + T, 2),
        box(8, 3, 8 + T, 5),
    ]
    joined = outline_of_walls(filled, [], 2.0).joined()
    assert joined is not None
    assert joined.area == pytest.approx(40, abs=0.3)


@pytest.mark.parametrize("jambs", [True, False])
def test_bodies_are_what_lies_between_the_faces_and_doorways_are_none(jambs: bool) -> None:
    bodies, rest = bodies_of(as_lines(double_lines(jambs=jambs)), [], 2.0)
    outer = (9.1 + 2 * T) * (6 + 2 * T) - 9.1 * 6 - 1.0 * T
    assert sum(body.area for body in bodies) == pytest.approx(outer + 0.1 * 5, abs=0.01)
    assert rest == []


def test_gaps_are_closed_only_between_ends_that_face_each_other() -> None:
    walls = LineString([(0, 0), (4, 0)]).union(LineString([(5, 0), (9, 0)]))
    (closer,) = close_gaps(walls, 2.0, lambda _: True)
    assert closer.length == pytest.approx(1)
    assert close_gaps(walls, 0.5, lambda _: True) == []
    aside = LineString([(0, 0), (4, 0)]).union(LineString([(5, 0.5), (9, 0.5)]))
    assert close_gaps(aside, 2.0, lambda _: True) == []


def test_lines_that_cross_all_over_are_seen_beforehand() -> None:
    grid = [LineString([(step, 0), (step, 900)]) for step in range(900)]
    grid += [LineString([(0, step), (900, step)]) for step in range(900)]
    assert is_tangled(grid)
    assert not is_tangled(as_lines(double_lines()) * 20)


def read(folder: Path, segments: Sequence[Segment], settings: HallSettings) -> Reading:
    document: Drawing = ezdxf.new("R2010", units=6)
    space = document.modelspace()
    for start, end in segments:
        space.add_line(start, end, dxfattribs={"layer": "A-WALL-FULL"})
    for x, y, turn in ((2, 0, 0), (5, 3, 90)):
        space.add_arc((x, y), 1.0, turn, turn + 90, dxfattribs={"layer": "A-DOOR"})
    file = folder / "hall.dxf"
    document.saveas(file)
    return check_plan(file, settings)


def test_the_planner_is_told_where_the_outline_is_from(tmp_path: Path) -> None:
    reading = read(tmp_path, double_lines(), HallSettings())
    assert reading.faults == ()
    assert reading.plan is not None
    assert reading.plan.outline.area == pytest.approx(9.1 * 6, abs=0.05)
    assert [(door.x, door.width_m) for door in reading.plan.doors] == [(2.5, 1.0)]
    (told,) = [remark.text for remark in reading.remarks if remark.code == "outline-from-walls"]
    assert "the inner face of the walls, 54.6 m², is taken: 2 rooms within the outer walls" in told
    assert "the largest alone has 30.0 m²" in told
    assert "4 gaps closed, the widest 1 m" in told
    largest = read(tmp_path, double_lines(), HallSettings(rooms="largest"))
    assert largest.plan is not None
    assert largest.plan.outline.area == pytest.approx(30, abs=0.05)
    assert len(largest.plan.doors) == 2


def test_walls_that_do_not_close_say_where_they_end(tmp_path: Path) -> None:
    reading = read(tmp_path, [((0, 0), (2, 0)), ((3, 0), (9, 0)), ((9, 0), (9, 6))], HallSettings(gap_m=0.5))
    (fault,) = reading.faults
    assert fault.code == "no-outline"
    assert "walls that enclose no room" in fault.found
    assert "ends lie free, such as (" in fault.found


@pytest.mark.shared
def test_a_house_in_inches_has_the_area_within_its_footprint(shared: Path) -> None:
    """The footprint is drawn too: the outer face of the house and of its garage, walls 5.5 inches thick."""
    layers = {"wall": ("A-WALL",), "door": ("A-OPENING", "A-GARAGE-DOOR"), "window": ("A-HEADER",)}
    file = shared / "data/floorplans/house_floorplan.dxf"
    reading = check_plan(file, HallSettings(units="in", layers=layers))
    assert reading.faults == ()
    assert reading.plan is not None
    assert reading.plan.outline.area == pytest.approx(footprint(file) * 0.0254**2, rel=0.01)
    assert any(door.width_m == pytest.approx(0.914, abs=0.01) for door in reading.plan.doors)


def footprint(file: Path) -> float:
    from shapely import Polygon
    from shapely.ops import unary_union

    space = ezdxf.readfile(file).modelspace()
    lines = [entity for entity in space.query("LWPOLYLINE") if entity.dxf.layer.endswith("A-FOOTPRINT")]
    areas = sorted((Polygon([(x, y) for x, y, *_ in line]) for line in lines), key=lambda area: area.area)
    whole = unary_union(areas[-2:])
    return float(whole.buffer(-5.5, join_style="mitre").area)
