"""One hall drawn in many ways is one hall: units, turns, mirrors, blocks, releases, code pages, loose lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import ezdxf
import pytest
from ezdxf.document import Drawing
from ezdxf.layouts import BaseLayout
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.data.read import check_plan, read_plan
from layout.floor.plan import FloorPlan
from layout.settings.hall import HallSettings

PLAIN = HallSettings()
METRE = {6: 1.0, 5: 100.0, 4: 1000.0, 1: 1 / 0.0254, 2: 1 / 0.3048, 14: 10.0}
CORNERS = [(0, 0), (14, 0), (14, 6), (9, 6), (9, 9), (0, 9)]
AREA = 14 * 6 + 9 * 3


def fill(space: BaseLayout, scale: float = 1.0) -> None:
    """An L of 111 m²: a swung door 0.9 wide at x 4, a round column at (5, 4), a wall hatched at y 3."""

    def at(x: float, y: float) -> tuple[float, float]:
        return x * scale, y * scale

    space.add_lwpolyline([at(x, y) for x, y in CORNERS], close=True, dxfattribs={"layer": "OUTLINE"})
    space.add_arc(at(4, 0), 0.9 * scale, 0, 90, dxfattribs={"layer": "DOOR"})
    space.add_line(at(4, 0), at(4, 0.9), dxfattribs={"layer": "DOOR"})
    space.add_circle(at(5, 4), 0.3 * scale, dxfattribs={"layer": "COLUMN"})
    hatch = space.add_hatch(dxfattribs={"layer": "WALL"})
    hatch.paths.add_polyline_path([at(9, 3), at(14, 3), at(14, 3.2), at(9, 3.2)])


def save(document: Drawing, folder: Path, kind: str = "asc") -> Path:
    file = folder / "hall.dxf"
    document.saveas(file, fmt=kind)
    return file


def facts(plan: FloorPlan) -> tuple[float, ...]:
    """What must not depend on how the hall is drawn."""
    columns = sum(column.area for column in plan.columns)
    walls = sum(wall.area for wall in plan.walls)
    (door,) = plan.doors
    wall = plan.walls[0].distance(plan.columns[0])
    return plan.outline.area, columns, walls, door.width_m, plan.columns[0].centroid.distance(plan.outline), wall


def expected() -> tuple[float, ...]:
    return AREA, math.pi * 0.09, 1.0, 0.9, 0.0, math.hypot(4, 0.8) - 0.3


@pytest.mark.parametrize("units", METRE)
def test_in_any_unit(tmp_path: Path, units: int) -> None:
    document = ezdxf.new("R2010", units=units)
    fill(document.modelspace(), METRE[units])
    plan = read_plan(save(document, tmp_path), PLAIN)
    assert facts(plan) == pytest.approx(expected(), abs=0.01)
    (door,) = plan.doors
    assert (door.x, door.y, door.facing_deg, door.entrance) == (pytest.approx(4.45), 0.0, 90.0, True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turn=st.floats(0, 360),
    mirrored=st.booleans(),
    east=st.floats(-5000, 5000),
    depth=st.integers(0, 3),
    scale=st.sampled_from([1.0, 0.5, 4.0]),
)
def test_in_nested_blocks_turned_mirrored_scaled_and_moved(
    tmp_path: Path, turn: float, mirrored: bool, east: float, depth: int, scale: float
) -> None:
    document = ezdxf.new("R2010", units=6)
    fill(document.blocks.new("HALL0"), 1 / scale)
    for level in range(1, depth + 1):
        document.blocks.new(f"HALL{level}").add_blockref(f"HALL{level - 1}", (3, 4))
    flip = -scale if mirrored else scale
    how = {"rotation": turn, "xscale": flip, "yscale": scale}
    document.modelspace().add_blockref(f"HALL{depth}", (east, 7), dxfattribs=how)
    assert facts(read_plan(save(document, tmp_path), PLAIN)) == pytest.approx(expected(), abs=0.02)


@pytest.mark.parametrize("release", ["R12", "R2000", "R2004", "R2007", "R2018"])
@pytest.mark.parametrize("kind", ["asc", "bin"])
@pytest.mark.filterwarnings("ignore")
def test_in_any_release_ascii_or_binary(tmp_path: Path, release: str, kind: str) -> None:
    document = ezdxf.new(release)
    document.header["$INSUNITS"] = 6
    space = document.modelspace()
    space.add_polyline2d(CORNERS, close=True, dxfattribs={"layer": "OUTLINE"})
    space.add_line((4, 0), (4.9, 0), dxfattribs={"layer": "DOOR"})
    reading = check_plan(save(document, tmp_path, kind), HallSettings(units="m"))
    assert reading.faults == ()
    assert reading.plan is not None
    assert reading.plan.outline.area == AREA
    assert not any(remark.code == "recovered" for remark in reading.remarks)


def test_layer_0_in_a_block_is_the_layer_of_its_reference(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    document.modelspace().add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "OUTLINE"})
    door = document.blocks.new("D90")
    door.add_arc((0, 0), 0.9, 0, 90)
    door.add_line((0, 0), (0, 0.9))
    column = document.blocks.new("C")
    column.add_lwpolyline([(0, 0), (0.4, 0), (0.4, 0.4), (0, 0.4)], close=True)
    space = document.modelspace()
    space.add_blockref("D90", (4, 0), dxfattribs={"layer": "xref$0$A-DOOR"})
    grid = {"column_count": 3, "column_spacing": 3, "row_count": 2, "row_spacing": 2, "layer": "S-COLS"}
    space.add_blockref("C", (2, 2), dxfattribs=grid)
    plan = read_plan(save(document, tmp_path), PLAIN)
    assert [(door.x, door.width_m) for door in plan.doors] == [(4.45, 0.9)]
    assert sorted(column.bounds[:2] for column in plan.columns) == [(x, y) for x in (2, 5, 8) for y in (2, 4)]


@pytest.mark.parametrize("mirrored", [False, True])
def test_two_leaves_that_meet_are_one_door(tmp_path: Path, mirrored: bool) -> None:
    document = ezdxf.new("R2010", units=6)
    document.modelspace().add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "OUTLINE"})
    leaf = document.blocks.new("LEAF")
    leaf.add_arc((0, 0), 0.8, 0, 90)
    leaf.add_line((0, 0), (0, 0.8))
    inward = -1 if mirrored else 1
    for x, side in ((3, 1), (4.6, -1)):
        how = {"layer": "DOOR", "xscale": side, "yscale": inward}
        document.modelspace().add_blockref("LEAF", (x, 0), dxfattribs=how)
    (door,) = read_plan(save(document, tmp_path), PLAIN).doors
    assert (door.x, door.width_m, door.facing_deg) == (3.8, 1.6, 90.0)


def test_jambs_and_swings_make_one_door_and_scraps_none(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    space = document.modelspace()
    space.add_lwpolyline(CORNERS, close=True, dxfattribs={"layer": "OUTLINE"})
    for start, end in [((4, -0.2), (4, 0.01)), ((5, -0.2), (5, 0.01)), ((4, 0), (4, 1)), ((12, 0), (12, 0.2))]:
        space.add_line(start, end, dxfattribs={"layer": "DOOR"})
    space.add_arc((4, 0), 1, 0, 90, dxfattribs={"layer": "DOOR"})
    reading = check_plan(save(document, tmp_path), PLAIN)
    assert reading.plan is not None
    assert [(door.x, door.width_m) for door in reading.plan.doors] == [(4.5, 1.0)]
    assert any("1 doors narrower than 0.4 m" in remark.text for remark in reading.remarks)


@pytest.mark.parametrize(
    ("names", "release", "page"),
    [
        (("墙体", "门-01", "轮廓"), "R2000", "ANSI_936"),
        (("壁wall", "ドアdoor", "外形outline"), "R2000", "ANSI_932"),
        (("SEINÄ", "OVI", "ÄÄRIVIIVA"), "R2000", "ANSI_1252"),
        (("MURO", "PUERTA Ñ", "CONTORNO"), "R12", "ANSI_1252"),
        (("墙体", "门-01", "轮廓"), "R2018", "ANSI_936"),
    ],
)
def test_layers_in_any_code_page(tmp_path: Path, names: tuple[str, str, str], release: str, page: str) -> None:
    wall, door, outline = names

    def draw(document: Drawing) -> None:
        space = document.modelspace()
        space.add_polyline2d(CORNERS, close=True, dxfattribs={"layer": outline})
        space.add_line((4, 0), (4.9, 0), dxfattribs={"layer": door})
        space.add_line((9, 3), (14, 3), dxfattribs={"layer": wall})

    plan = read_plan(written(tmp_path, draw, release, page), HallSettings(units="m"))
    assert (plan.outline.area, len(plan.doors), len(plan.walls)) == (AREA, 1, 1)


def written(folder: Path, draw: Callable[[Drawing], None], release: str, page: str) -> Path:
    """A file whose text has the bytes of its code page, as AutoCAD writes them (ezdxf escapes some)."""
    import io

    from ezdxf.tools.codepage import toencoding

    document = ezdxf.new(release)
    document.encoding = toencoding(page.lower())
    draw(document)
    stream = io.StringIO()
    document.write(stream)
    text = stream.getvalue().replace("ANSI_1252", page)
    file = folder / "hall.dxf"
    file.write_bytes(text.encode("utf-8" if release >= "R2007" and release != "R12" else toencoding(page.lower())))
    return file


@pytest.mark.parametrize(("codec", "told"), [("gb18030", "GB18030"), ("utf-8", "UTF-8")])
def test_a_header_that_lies_about_its_code_page_is_seen_through(tmp_path: Path, codec: str, told: str) -> None:
    def draw(document: Drawing) -> None:
        space = document.modelspace()
        space.add_polyline2d(CORNERS, close=True, dxfattribs={"layer": "外轮廓线"})
        space.add_line((4, 0), (4.9, 0), dxfattribs={"layer": "门窗编号门"})
        space.add_line((9, 3), (14, 3), dxfattribs={"layer": "墙体填充"})

    file = written(tmp_path, draw, "R2000", "ANSI_936")
    text = file.read_bytes().decode("gbk").replace("ANSI_936", "ANSI_1252")
    file.write_bytes(text.encode(codec))
    reading = check_plan(file, HallSettings(units="m"))
    assert reading.plan is not None
    assert reading.plan.outline.area == AREA
    (lie,) = [remark for remark in reading.remarks if remark.code == "encoding-lies"]
    assert lie.text == f"the header says ANSI_1252, but its text is {told}; read as {told}"
