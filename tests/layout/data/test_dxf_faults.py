"""What a DXF can do wrong: each ends in a fault or a remark with its code, soon, and never in a traceback."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import ezdxf
import pytest
from ezdxf.document import Drawing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layout.data.plans.shapes import Reading
from layout.data.read import check_plan
from layout.settings.hall import HallSettings

PLAIN = HallSettings()
Draw = Callable[[Drawing], None]


def room(document: Drawing, scale: float = 1.0, door: float = 1.0) -> None:
    """12 × 8 with a door."""
    space = document.modelspace()
    corners = [(0, 0), (12 * scale, 0), (12 * scale, 8 * scale), (0, 8 * scale)]
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "OUTLINE"})
    space.add_line((5 * scale, 0), ((5 + door) * scale, 0), dxfattribs={"layer": "DOOR"})


def read(folder: Path, draw: Draw, settings: HallSettings = PLAIN, units: int = 6) -> Reading:
    document = ezdxf.new("R2010", units=units)
    draw(document)
    file = folder / "hall.dxf"
    document.saveas(file)
    start = time.monotonic()
    reading = check_plan(file, settings)
    assert time.monotonic() - start < 10
    return reading


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def told(reading: Reading, code: str) -> str:
    return "; ".join(remark.text for remark in reading.remarks if remark.code == code)


def holds_itself(document: Drawing) -> None:
    room(document)
    document.blocks.new("A").add_blockref("A", (0, 0))
    document.modelspace().add_blockref("A", (0, 0))


def exponential(document: Drawing) -> None:
    room(document)
    document.blocks.new("B0").add_line((0, 0), (1, 1))
    for level in range(1, 13):
        block = document.blocks.new(f"B{level}")
        for step in range(10):
            block.add_blockref(f"B{level - 1}", (step, 0))
    document.modelspace().add_blockref("B12", (0, 0))


def billion_copies(document: Drawing) -> None:
    room(document)
    document.blocks.new("A").add_line((0, 0), (1, 1))
    grid = {"row_count": 1_000_000_000, "column_count": 2, "row_spacing": 0, "column_spacing": 1}
    document.modelspace().add_blockref("A", (0, 0), dxfattribs=grid)


def too_deep(document: Drawing) -> None:
    room(document)
    document.blocks.new("B0").add_line((0, 0), (1, 1))
    for level in range(1, 40):
        document.blocks.new(f"B{level}").add_blockref(f"B{level - 1}", (0, 0))
    document.modelspace().add_blockref("B39", (0, 0))


def hatching(document: Drawing) -> None:
    """Walls that cross each other nine million times."""
    document.modelspace().add_line((5, 0), (6, 0), dxfattribs={"layer": "DOOR"})
    for step in range(3000):
        document.modelspace().add_line((step * 0.004, 0), (step * 0.004, 12), dxfattribs={"layer": "WALL"})
        document.modelspace().add_line((0, step * 0.004), (12, step * 0.004), dxfattribs={"layer": "WALL"})


@pytest.mark.parametrize(
    ("draw", "code", "found"),
    [
        (holds_itself, "block-loop", "a block that holds itself: 'A'"),
        (exponential, "too-large", "2,111,111,111,113 entities"),
        (billion_copies, "too-large", "4,000,000,002 entities"),
        (too_deep, "too-deep", "deeper than 16"),
        (hatching, "too-large", "cross each other all over"),
    ],
)
def test_drawings_without_end_are_refused(tmp_path: Path, draw: Draw, code: str, found: str) -> None:
    reading = read(tmp_path, draw)
    assert codes(reading) == [code]
    assert found in reading.faults[0].found


@pytest.mark.parametrize(
    ("units", "scale", "door", "code", "found", "expected"),
    [
        (
            4,
            1 / 0.0254,
            1,
            "implausible-size",
            "0.47 × 0.31 m in mm",
            "12.00 × 8.00 m in in (doors 1.00 m wide, as doors",
        ),
        (
            0,
            1,
            1,
            "unknown-units",
            "$INSUNITS 0; $MEASUREMENT says",
            "12.00 × 8.00 m in m (doors 1.00 m wide, as doors",
        ),
        (7, 1, 1, "unknown-units", "$INSUNITS 7", "12.00 × 8.00 m in m"),
        (2, 2, 0.9, "implausible-size", "7.32 × 4.88 m in ft (doors 0.55 m", ""),
        (14, 1, 1, "implausible-size", "1.20 × 0.80 m in dm", "12.00 × 8.00 m in m"),
        (
            2,
            1,
            1,
            "implausible-size",
            "3.66 × 2.44 m in ft (doors 0.30 m wide, as no doors are)",
            "12.00 × 8.00 m in m",
        ),
    ],
)
def test_units_that_cannot_be_are_refused_with_every_reading(
    tmp_path: Path, units: int, scale: float, door: float, code: str, found: str, expected: str
) -> None:
    reading = read(tmp_path, lambda document: room(document, scale, door), units=units)
    if not expected:
        assert codes(reading) == []
        assert found in told(reading, "units-stated")
        return
    assert codes(reading) == [code]
    assert found in reading.faults[0].found
    assert expected in reading.faults[0].expected
    assert reading.faults[0].fix.startswith('Look which is right and set [layout.hall] units = "')
    assert (
        read(tmp_path, lambda document: room(document, scale, door), HallSettings(units="m"), units).plan or scale > 2
    )


def test_every_fault_of_a_drawing_is_told_at_once(tmp_path: Path) -> None:
    def draw(document: Drawing) -> None:
        space = document.modelspace()
        room(document)
        space.add_line((math.nan, 0), (1, 1), dxfattribs={"layer": "WALL"})
        space.add_lwpolyline([(3, 3), (5, 5), (5, 3), (3, 5)], close=True, dxfattribs={"layer": "COLUMN"})
        space.add_circle((1e15, 0), 1, dxfattribs={"layer": "COLUMN"})
        space.add_line((3, 4), (4, 4), dxfattribs={"layer": "EXIT"})

    reading = read(tmp_path, draw, HallSettings(entrances=((5.5, 0.0),)))
    assert sorted(codes(reading)) == ["door-off-outline", "invalid-geometry", "out-of-range", "out-of-range"]
    assert all(isinstance(fault.row, str) and "#" in fault.row for fault in reading.faults)
    mended = read(tmp_path, draw, HallSettings(entrances=((5.5, 0.0),), repair=True))
    assert sorted(codes(mended)) == ["door-off-outline", "out-of-range", "out-of-range"]
    assert told(mended, "repaired") == "1 areas that crossed themselves were mended"


def test_an_outline_that_crosses_itself_is_a_fault(tmp_path: Path) -> None:
    def draw(document: Drawing) -> None:
        corners = [(0, 0), (12, 8), (12, 0), (0, 8)]
        document.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "OUTLINE"})

    assert codes(read(tmp_path, draw)) == ["invalid-geometry"]


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    def draw(document: Drawing) -> None:
        room(document)
        space = document.modelspace()
        document.layers.add("WALL-OLD").freeze()
        document.layers.add("COLUMN").off()
        space.add_line((1, 1), (4, 1), dxfattribs={"layer": "WALL-OLD"})
        space.add_circle((1, 1), 0.2, dxfattribs={"layer": "COLUMN"})
        document.add_xref_def("../../etc/passwd", "SITE")
        space.add_blockref("SITE", (0, 0))
        space.add_line((0, 0), (900, 900), dxfattribs={"layer": "FURNITURE"})
        space.add_text("WALL", dxfattribs={"layer": "WALL"})
        document.layout("Layout1").add_line((0, 0), (5, 5), dxfattribs={"layer": "WALL"})
        space.add_line((1, 1), (1, 1), dxfattribs={"layer": "WALL"})
        space.add_circle((50, 50), 0.2, dxfattribs={"layer": "FIXTURE"})

    reading = read(tmp_path, draw)
    assert codes(reading) == []
    assert reading.plan is not None
    assert (reading.plan.walls, reading.plan.columns) == ((), ())
    assert "1 CIRCLE on COLUMN, 1 LINE on WALL-OLD left out" in told(reading, "entities-ignored")
    assert "1 wall without size" in told(reading, "entities-ignored")
    assert "1 block SITE not read" in told(reading, "xref-not-read")
    assert "1 FURNITURE" in told(reading, "layers-unused")
    assert told(reading, "things-outside") == "outside the outline and left out: 1 fixture"
    asked = read(tmp_path, draw, HallSettings(layers={"outline": ("OUT*",), "door": ("DOOR",), "wall": ("wall-old",)}))
    assert asked.plan is not None
    assert len(asked.plan.walls) == 1


def test_layers_are_listed_with_their_entities_when_none_is_known(tmp_path: Path) -> None:
    def draw(document: Drawing) -> None:
        for step in range(3):
            document.modelspace().add_line((step, 0), (step, 9), dxfattribs={"layer": "RAUM"})
        document.modelspace().add_circle((0, 0), 1, dxfattribs={"layer": "TREPPE"})

    (fault,) = read(tmp_path, draw).faults
    assert fault.code == "no-outline"
    assert "entities on each layer: 3 RAUM, 1 TREPPE" in fault.found
    assert "[layout.hall] layers" in fault.fix


def test_a_face_of_a_model_is_a_wall_or_an_area(tmp_path: Path) -> None:
    def draw(document: Drawing) -> None:
        room(document)
        space = document.modelspace()
        space.add_3dface([(1, 1, 0), (4, 1, 0), (4, 1, 3), (1, 1, 3)], dxfattribs={"layer": "WALL"})
        flat = [(2, 3, 0), (2.4, 3, 0), (2.4, 3.4, 0), (2, 3.4, 0)]
        space.add_3dface(flat, dxfattribs={"layer": "COLUMN"})
        space.add_solid([(6, 3), (6.4, 3), (6, 3.4), (6.4, 3.4)], dxfattribs={"layer": "COLUMN"})

    plan = read(tmp_path, draw).plan
    assert plan is not None
    assert [round(column.area, 3) for column in plan.columns] == [0.16, 0.16]
    assert [round(wall.area, 3) for wall in plan.walls] == [0.3]


def test_a_dwg_under_the_name_of_a_dxf_is_named(tmp_path: Path) -> None:
    file = tmp_path / "hall.dxf"
    file.write_bytes(b"AC1032\x00\x00\x00\x00\x00\x01\x02")
    (fault,) = check_plan(file, PLAIN).faults
    assert (fault.code, fault.found) == (
        "unreadable",
        "a DWG file (AC1032, AutoCAD 2018) under the name of a DXF",
    )


def test_a_damaged_file_is_recovered_and_the_planner_is_told(tmp_path: Path) -> None:
    document = ezdxf.new("R2010", units=6)
    room(document)
    file = tmp_path / "hall.dxf"
    document.saveas(file)
    text = file.read_text()
    file.write_text(
        text.replace("  5\n", "  5\nabc\n  5\n", 3).replace(
            "0\nENDSEC\n  0\nSECTION\n  2\nOBJECTS", "0\nSECTION\n  2\nOBJECTS"
        )
    )
    reading = check_plan(file, PLAIN)
    assert reading.faults == () or codes(reading) == ["unreadable"]
    file.write_text(text[: text.index("OBJECTS")])
    reading = check_plan(file, PLAIN)
    assert reading.plan is not None
    assert reading.plan.outline.area == 96
    assert "the file is damaged" in told(reading, "recovered")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1), how=st.sampled_from(["cut", "flip", "line", "nan"]), bit=st.integers(0, 7))
def test_broken_files_end_in_faults_only(tmp_path: Path, where: float, how: str, bit: int) -> None:
    file = tmp_path / "broken.dxf"
    if not (tmp_path / "whole.dxf").exists():
        document = ezdxf.new("R2000", units=6)
        room(document)
        document.blocks.new("D").add_arc((0, 0), 1, 0, 90)
        document.modelspace().add_blockref("D", (3, 0), dxfattribs={"layer": "DOOR", "column_count": 2})
        document.modelspace().add_spline([(1, 5), (2, 6), (3, 5)], dxfattribs={"layer": "WALL"})
        document.saveas(tmp_path / "whole.dxf")
    data = bytearray((tmp_path / "whole.dxf").read_bytes())
    at = min(int(where * len(data)), len(data) - 1)
    if how == "cut":
        data = data[:at]
    elif how == "flip":
        data[at] ^= 1 << bit
    else:
        lines = bytes(data).split(b"\n")
        lines[min(int(where * len(lines)), len(lines) - 1)] = b"nan" if how == "nan" else b"99999999999"
        data = bytearray(b"\n".join(lines))
    file.write_bytes(data)
    start = time.monotonic()
    reading = check_plan(file, PLAIN)
    assert time.monotonic() - start < 10
    assert all(fault.input == "broken.dxf" for fault in reading.faults)
    assert reading.plan is not None or reading.faults
