"""Hall plans as DXF: layers, units and their plausibility, blocks, images, files that cannot be opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ezdxf
import pytest
from ezdxf.document import Drawing

from layout.data.read import read_plan
from layout.floor.cells import free_cells
from layout.settings.hall import HallSettings
from outlet.errors import InputError, TableError

PLAIN = HallSettings()


def draw(folder: Path, fill: Callable[[Drawing], None], units: int = 6) -> Path:
    document = ezdxf.new("R2010", units=units)
    fill(document)
    file = folder / "hall.dxf"
    document.saveas(file)
    return file


def room(document: Drawing, scale: float = 1.0) -> None:
    """12 × 8 with a door 2 wide."""
    corners = [(0, 0), (12 * scale, 0), (12 * scale, 8 * scale), (0, 8 * scale)]
    space = document.modelspace()
    space.add_lwpolyline(corners, close=True, dxfattribs={"layer": "A-OUTLINE"})
    space.add_line((5 * scale, 0), (7 * scale, 0), dxfattribs={"layer": "A-DOOR"})


@pytest.mark.parametrize(
    ("units", "scale"), [(6, 1.0), (5, 100.0), (4, 1000.0), (1, 1 / 0.0254), (2, 1 / 0.3048), (14, 10.0)]
)
def test_the_header_says_the_unit(tmp_path: Path, units: int, scale: float) -> None:
    plan = read_plan(draw(tmp_path, lambda document: room(document, scale), units), PLAIN)
    assert plan.outline.area == pytest.approx(96, abs=0.01)
    assert plan.doors[0].width_m == pytest.approx(2)
    assert any("every door on the outline counts as an entrance" in note for note in plan.notes)


def test_a_header_that_lies_is_refused_with_both_readings(tmp_path: Path) -> None:
    file = draw(tmp_path, lambda document: room(document, 1 / 0.0254), units=4)
    both = r"0\.47 × 0\.31 m in mm .*which no hall is; .*12\.00 × 8\.00 m in in \(doors 2\.00 m"
    with pytest.raises(InputError, match=both):
        read_plan(file, PLAIN)
    assert read_plan(file, HallSettings(units="in")).outline.area == pytest.approx(96, abs=0.01)


def test_a_header_without_a_unit_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"states no unit of a hall .*12\.00 × 8\.00 m in m.*units"):
        read_plan(draw(tmp_path, room, units=0), PLAIN)


def test_lines_close_blocks_explode_and_arcs_are_followed(tmp_path: Path) -> None:
    def fill(document: Drawing) -> None:
        space = document.modelspace()
        for start, end in [((0, 0), (10, 0)), ((10, 0), (10, 6)), ((10, 6), (0, 6)), ((0, 6), (0, 0))]:
            space.add_line(start, end, dxfattribs={"layer": "outline"})
        block = document.blocks.new("PILLAR")
        block.add_circle((0, 0), 0.5, dxfattribs={"layer": "COLUMN"})
        space.add_blockref("PILLAR", (5, 3), dxfattribs={"layer": "0"})
        space.add_line((4, 0), (6, 0), dxfattribs={"layer": "ENTRANCE-1"})
        space.add_line((10, 2), (10, 3), dxfattribs={"layer": "DOOR"})
        space.add_text("<img src=x onerror=alert(1)>", dxfattribs={"layer": "WALL"})

    plan = read_plan(draw(tmp_path, fill), PLAIN)
    assert plan.outline.area == 60
    assert plan.columns[0].area == pytest.approx(0.785, abs=0.01)
    assert [door.entrance for door in plan.doors] == [True, False]


def test_layers_by_name_with_wildcards(tmp_path: Path) -> None:
    def fill(document: Drawing) -> None:
        space = document.modelspace()
        space.add_lwpolyline([(0, 0), (9, 0), (9, 9), (0, 9)], close=True, dxfattribs={"layer": "xref$0$Raum[1]"})
        space.add_line((4, 0), (6, 0), dxfattribs={"layer": "Tür"})

    file = draw(tmp_path, fill)
    with pytest.raises(InputError, match="no layer that is part of a hall plan"):
        read_plan(file, PLAIN)
    settings = HallSettings(layers={"outline": ("*raum[1]",), "entrance": ("TÜR",)})
    assert read_plan(file, settings).outline.area == 81


@pytest.mark.parametrize(
    "data", [b"", b"not a drawing", b"  0\nSECTION\n  2\nHEADER\n", b"AC1015\x00\x00\x00\x00\x00dwg"]
)
def test_what_cannot_be_opened_ends_in_one_message(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "hall.dxf"
    file.write_bytes(data)
    with pytest.raises(InputError, match=r"^hall\.dxf: ") as caught:
        read_plan(file, PLAIN)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.shared
def test_a_house_in_inches_under_a_header_of_millimetres_is_refused(shared: Path) -> None:
    with pytest.raises(InputError, match=r"0\.80 × 0\.56 m in mm .*which no hall is.*20\.22 × 14\.33 m in in"):
        read_plan(shared / "data/floorplans/house_floorplan.dxf", PLAIN)


@pytest.mark.shared
def test_an_office_whose_image_stretches_the_extents(shared: Path) -> None:
    """The walkable area is 20 × 11 m; the IMAGE beside it would make 675 × 863."""
    settings = HallSettings(
        layers={"outline": ("walkablearea",), "wall": ("jps-obstacles",), "exit": ("jps-exits",)},
        entrances=((9.4, 4.4),),
        door_tolerance_m=1.5,
    )
    plan = read_plan(shared / "data/floorplans/ISO-Office.dxf", settings)
    assert plan.outline.area == pytest.approx(219.45)
    assert free_cells(plan).area_m2 == pytest.approx(183, abs=2)
    assert any("1 IMAGE" in note for note in plan.notes)
    assert len(plan.exits) == 2


def test_an_outline_is_needed(tmp_path: Path) -> None:
    def fill(document: Drawing) -> None:
        document.modelspace().add_lwpolyline([(0, 0), (9, 0), (9, 9)], dxfattribs={"layer": "WALL"})

    with pytest.raises(TableError, match="no outline"):
        read_plan(draw(tmp_path, fill), PLAIN)
