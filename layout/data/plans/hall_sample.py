"""Draw the halls of the samples: `helsinki_hall`, `riverton_l_hall`, `riverton_dxf_hall`.

They are ours, drawn for the samples, and describe no real building. All are in local metres: x runs along the street
from left to right, y from the street (y = 0) into the building; the outline is the inner face of the outer walls. The
files in ``layout/data/halls`` are what these functions give, byte for byte; after a change of the drawing run
``python -m layout.data.plans.hall_sample``.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

Point = tuple[float, float]
Ring = tuple[Point, ...]
Segment = tuple[Point, Point]

HALLS = {"helsinki": "helsinki_bank.geojson", "riverton_l": "riverton_l.geojson", "riverton_dxf": "riverton_rect.dxf"}
"""File name of each sample hall in ``layout/data/halls``."""


@dataclass(frozen=True)
class Opening:
    """A door, exit or window: the line of the opening in the outline, from jamb to jamb, metres."""

    segment: Segment
    kind: Literal["door", "exit", "window"]
    entrance: bool = False
    name: str = ""

    @property
    def width_m(self) -> float:
        """Clear width, metres."""
        (x0, y0), (x1, y1) = self.segment
        return round(math.hypot(x1 - x0, y1 - y0), 3)


@dataclass(frozen=True)
class Hall:
    """One empty hall as a surveyor would hand it over; rings are not closed, metres."""

    name: str
    about: str
    outline: Ring
    openings: tuple[Opening, ...]
    columns: tuple[Ring, ...] = ()
    walls: tuple[Ring, ...] = ()
    fixtures: tuple[tuple[str, Ring], ...] = ()
    services: tuple[tuple[str, Point], ...] = ()


def _box(x: float, y: float, width: float, height: float) -> Ring:
    return (
        (x, y),
        (round(x + width, 3), y),
        (round(x + width, 3), round(y + height, 3)),
        (x, round(y + height, 3)),
    )


def _column(x: float, y: float, side: float = 0.4) -> Ring:
    """Return a square column with its centre at x, y."""
    return _box(round(x - side / 2, 3), round(y - side / 2, 3), side, side)


def _window(x0: float, y0: float, x1: float, y1: float) -> Opening:
    return Opening(((x0, y0), (x1, y1)), "window")


def helsinki() -> Hall:
    """Return a generic bank hall on a street: 20 × 11 m, 220 m², three columns, one entrance, a staff door behind."""
    return Hall(
        name="Generic bank hall",
        about="Generic: drawn for the sample, no real branch. Inner size 20 x 11 m, 220 m2.",
        outline=_box(0.0, 0.0, 20.0, 11.0),
        openings=(
            Opening(((9.1, 0.0), (10.9, 0.0)), "door", entrance=True, name="Street entrance"),
            Opening(((18.2, 11.0), (19.2, 11.0)), "exit", name="Staff door and emergency exit"),
            _window(1.0, 0.0, 4.2, 0.0),
            _window(4.8, 0.0, 8.0, 0.0),
            _window(12.0, 0.0, 15.2, 0.0),
            _window(15.8, 0.0, 19.0, 0.0),
        ),
        columns=(_column(5.0, 6.2), _column(10.0, 6.2), _column(15.0, 6.2)),
        fixtures=(("riser", _box(0.0, 10.2, 1.2, 0.8)),),
        services=(
            ("water", (0.6, 10.2)),
            ("data", (1.2, 10.6)),
            ("power", (0.0, 3.0)),
            ("power", (0.0, 8.0)),
            ("power", (20.0, 3.0)),
            ("data", (20.0, 3.4)),
            ("power", (20.0, 8.0)),
            ("power", (6.5, 11.0)),
            ("data", (6.9, 11.0)),
            ("power", (13.0, 11.0)),
            ("data", (13.4, 11.0)),
        ),
    )


def riverton_l() -> Hall:
    """Return an L-shaped telecom hall on a corner: 22 × 16 m less 9 × 7 m (289 m²), six columns, two public doors."""
    return Hall(
        name="Quay Corner hall",
        about="Synthetic: drawn for the sample. L-shaped corner hall, 289 m2, six columns, two public doors.",
        outline=((0.0, 0.0), (22.0, 0.0), (22.0, 9.0), (13.0, 9.0), (13.0, 16.0), (0.0, 16.0)),
        openings=(
            Opening(((10.0, 0.0), (12.0, 0.0)), "door", entrance=True, name="Quay Street entrance"),
            Opening(((22.0, 3.4), (22.0, 4.8)), "door", entrance=True, name="Market side door"),
            Opening(((0.0, 13.8), (0.0, 14.8)), "exit", name="Yard door, staff and emergency exit"),
            _window(1.2, 0.0, 5.0, 0.0),
            _window(5.6, 0.0, 9.2, 0.0),
            _window(12.8, 0.0, 16.6, 0.0),
            _window(17.2, 0.0, 21.0, 0.0),
            _window(22.0, 0.8, 22.0, 2.6),
            _window(22.0, 5.6, 22.0, 8.2),
        ),
        columns=(
            _column(6.0, 5.0),
            _column(13.0, 5.0),
            _column(18.0, 5.0),
            _column(6.0, 10.5),
            _column(9.5, 10.5),
            _column(6.0, 14.0),
        ),
        walls=(_box(10.4, 13.4, 2.6, 0.15),),
        fixtures=(("riser", _box(11.6, 13.55, 1.4, 2.45)),),
        services=(
            ("water", (11.6, 14.6)),
            ("data", (11.6, 15.2)),
            ("power", (0.0, 3.0)),
            ("power", (0.0, 7.0)),
            ("data", (0.0, 7.4)),
            ("power", (0.0, 11.0)),
            ("power", (4.0, 16.0)),
            ("data", (4.4, 16.0)),
            ("power", (9.0, 16.0)),
            ("power", (16.0, 9.0)),
            ("data", (16.4, 9.0)),
            ("power", (20.5, 9.0)),
        ),
    )


def riverton_rectangle() -> Hall:
    """Return a rectangular telecom hall between party walls: 18 × 13.5 m, 243 m², two columns."""
    return Hall(
        name="Bridge Street hall",
        about="Synthetic: drawn for the sample. Rectangular hall between party walls, 243 m2, two columns.",
        outline=_box(0.0, 0.0, 18.0, 13.5),
        openings=(
            Opening(((4.0, 0.0), (5.8, 0.0)), "door", entrance=True),
            Opening(((16.2, 13.5), (17.2, 13.5)), "exit"),
            _window(0.8, 0.0, 3.2, 0.0),
            _window(6.8, 0.0, 10.6, 0.0),
            _window(11.2, 0.0, 14.0, 0.0),
            _window(14.6, 0.0, 17.2, 0.0),
        ),
        columns=(_column(6.0, 7.5), _column(12.0, 7.5)),
        walls=(_box(0.0, 11.4, 1.6, 0.15), _box(1.45, 11.55, 0.15, 1.95)),
        fixtures=(("riser", _box(0.0, 11.55, 1.45, 1.95)),),
        services=(
            ("water", (1.6, 12.4)),
            ("data", (1.6, 12.9)),
            ("power", (0.0, 4.0)),
            ("power", (0.0, 9.0)),
            ("power", (18.0, 4.0)),
            ("data", (18.0, 4.4)),
            ("power", (18.0, 9.0)),
            ("power", (7.0, 13.5)),
            ("data", (7.4, 13.5)),
            ("power", (12.5, 13.5)),
        ),
    )


def _feature(geometry_type: str, coordinates: object, properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": geometry_type, "coordinates": coordinates},
    }


def _polygon(ring: Ring, properties: dict[str, object]) -> dict[str, object]:
    return _feature("Polygon", [[list(point) for point in (*ring, ring[0])]], properties)


def _opening_feature(opening: Opening) -> dict[str, object]:
    properties: dict[str, object] = {"kind": opening.kind, "width_m": opening.width_m}
    if opening.kind != "window":
        properties |= {"entrance": opening.entrance, "name": opening.name}
    return _feature("LineString", [list(point) for point in opening.segment], properties)


def to_geojson(hall: Hall) -> bytes:
    """Return the hall as a hall-plan GeoJSON in local metres (``crs`` null), one feature a line."""
    features = [
        _polygon(hall.outline, {"kind": "outline"}),
        *(_polygon(ring, {"kind": "wall"}) for ring in hall.walls),
        *(_polygon(ring, {"kind": "column"}) for ring in hall.columns),
        *(_polygon(ring, {"kind": "fixture", "name": name}) for name, ring in hall.fixtures),
        *(_opening_feature(opening) for opening in hall.openings),
        *(_feature("Point", list(point), {"kind": "service", "service": name}) for name, point in hall.services),
    ]
    head = {
        "type": "FeatureCollection",
        "crs": None,
        "name": hall.name,
        "properties": {"about": hall.about, "units": "m", "origin": [0.0, 0.0], "rotation_deg": 0.0},
    }
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [\n' + lines + "\n]}\n"
    return text.encode()


def to_dxf(hall: Hall) -> bytes:
    """Return the hall as a DXF (R2010, $INSUNITS metres) with one layer a kind; the bytes depend on the hall alone."""
    from layout.data.plans.dxf_write import dxf_bytes, new_drawing

    drawing = new_drawing()
    for colour, layer in enumerate(("OUTLINE", "WALL", "COLUMN", "DOOR", "EXIT", "WINDOW", "FIXTURE", "SERVICE")):
        drawing.layers.add(layer, color=colour + 1)
    space = drawing.modelspace()
    rings = [("OUTLINE", hall.outline), *(("WALL", ring) for ring in hall.walls)]
    rings += [("COLUMN", ring) for ring in hall.columns]
    rings += [("FIXTURE", ring) for _, ring in hall.fixtures]
    for layer, ring in rings:
        space.add_lwpolyline(ring, close=True, dxfattribs={"layer": layer})
    for opening in hall.openings:
        space.add_line(*opening.segment, dxfattribs={"layer": opening.kind.upper()})
    for _, point in hall.services:
        space.add_point(point, dxfattribs={"layer": "SERVICE"})
    return dxf_bytes(drawing)


def helsinki_hall() -> bytes:
    """Return the GeoJSON of Helsinki's generic bank hall."""
    return to_geojson(helsinki())


def riverton_l_hall() -> bytes:
    """Return the GeoJSON of Riverton's L-shaped hall."""
    return to_geojson(riverton_l())


def riverton_dxf_hall() -> bytes:
    """Return the DXF of Riverton's rectangular hall."""
    return to_dxf(riverton_rectangle())


def make_halls() -> dict[str, bytes]:
    """Return the bytes of every sample hall by file name."""
    return {
        HALLS["helsinki"]: helsinki_hall(),
        HALLS["riverton_l"]: riverton_l_hall(),
        HALLS["riverton_dxf"]: riverton_dxf_hall(),
    }


def read_hall(file_name: str) -> bytes:
    """Return the shipped bytes of a sample hall."""
    return files("layout.data").joinpath("halls", file_name).read_bytes()


def write_halls(folder: Path) -> None:
    """Write every sample hall into a folder."""
    for name, data in make_halls().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    with as_file(files("layout.data")) as package:
        write_halls(package / "halls")
