"""Look at where the layers of a project lie, together: what no single layer shows.

The layers that agree say where home is. A layer of which nothing lies there, and a row that lies far from it but would
lie there if it were read otherwise, are faults; the other reading is told, and never used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pyproj
from numpy.typing import NDArray

from outlet.errors import Fault
from outlet.findings import Remark
from siting.data.contracts.geometry import centres
from siting.data.files.source import Source
from siting.geo.bulk import Bulk, bulk_of, is_place, mend, stray
from siting.geo.crs import WGS84
from siting.geo.datum import Operation, choose_operation, moved_m
from siting.geo.fitting import fitting_crs

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]

SAMPLE = 500
MOST_WRONG = 0.5
MANY = 8
LEAST_SHIFT_M = 1.0
STATE_CRS = 'State the layer\'s crs, such as crs = "EPSG:4326".'


@dataclass(frozen=True)
class Placed:
    """Where the rows of one file lie.

    Parameters
    ----------
    layer, source
        Which layer of the project, and its file.
    rows
        Its rows as the planner counts them, shape (n,).
    points
        The middle of every row's geometry as the file has it, shape (n, 2); NaN where there is none.
    places
        The same in degrees of WGS 84.
    crs
        The coordinate system, None where nobody says.
    operation
        What turns points into places.
    """

    layer: str
    source: Source
    rows: NDArray[np.object_]
    points: Points
    places: Points
    crs: pyproj.CRS | None
    operation: Operation | None

    @property
    def finite(self) -> Mask:
        """Which rows have coordinates other than 0,0, which are faults already."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.isfinite(self.points).all(axis=1) & (self.points != 0).any(axis=1), dtype=np.bool_)

    def to_places(self, points: Points) -> Points:
        """Return degrees of points that are written as in the file, shape (n, 2)."""
        return points if self.operation is None else self.operation(points)

    def fault(self, code: str, found: str, expected: str, fix: str, at: int | None = None) -> Fault:
        """Return a fault of one row, or of the whole layer."""
        row = None if at is None else self.rows[at]
        label = int(row) if isinstance(row, int | np.integer) else row
        return Fault(self.source.name, code, found, expected, fix, row=label)


def place(layer: str, source: Source, frame: gpd.GeoDataFrame) -> tuple[Placed, list[Remark]]:
    """Return where a layer lies, and a remark where its datum had to be shifted by more than a metre.

    A way from the layer's coordinate system to WGS 84 must exist.
    """
    points = centres(frame)
    rows = frame.index.to_numpy().astype(object)
    if frame.crs is None or frame.crs.equals(WGS84, ignore_axis_order=True):
        places = points if frame.crs is not None else np.full_like(points, np.nan)
        return Placed(layer, source, rows, points, places, frame.crs, None), []
    operation = choose_operation(frame.crs, WGS84, points)
    placed = Placed(layer, source, rows, points, operation(points), frame.crs, operation)
    return placed, _shift_remarks(placed, frame.crs, operation)


def _shift_remarks(placed: Placed, crs: pyproj.CRS, operation: Operation) -> list[Remark]:
    if operation.is_ballpark:
        told = (
            f"no operation from {crs.name} to WGS 84 is known here: coordinates are taken over as they are, and may be "
            "off by hundreds of metres against layers in another system"
        )
        return [Remark(placed.source.name, "datum-shift", told)]
    metres = moved_m(crs, operation, placed.points)
    if metres < LEAST_SHIFT_M:
        return []
    accuracy = "an unknown accuracy" if operation.accuracy_m is None else f"an accuracy of {operation.accuracy_m:g} m"
    told = f"moved by {metres:.0f} m from the datum of {crs.name} to WGS 84 ({operation.name}), with {accuracy}"
    if operation.better:
        told += f"; a better operation needs a grid that is not installed ({operation.better})"
    return [Remark(placed.source.name, "datum-shift", told)]


def place_faults(layers: Sequence[Placed]) -> list[Fault]:
    """Return the faults of where layers and rows lie."""
    home = find_home(layers)
    faults: list[Fault] = []
    for placed in layers:
        if not placed.finite.any():
            faults += [_missing_crs(placed, None)] if placed.crs is None else []
            continue
        whole = _whole_layer(placed, home)
        faults += whole or _single_rows(placed, home)
    return faults


def find_home(layers: Sequence[Placed]) -> Bulk | None:
    """Return where the layers lie that agree with one another; demand decides where none do."""
    bulks = [(placed, bulk_of(placed.places[placed.finite])) for placed in layers]
    known = [(placed, bulk) for placed, bulk in bulks if bulk is not None]
    if not known:
        return None
    groups = [[p for p, other in known if _meet(bulk, other)] for _, bulk in known]
    sizes = [len({p.layer for p in group}) + 0.5 * (known[i][0].layer == "demand") for i, group in enumerate(groups)]
    group = groups[int(np.argmax(sizes))]
    pooled = [p.places[p.finite][:: max(1, int(p.finite.sum()) // SAMPLE)][:SAMPLE] for p in group]
    return bulk_of(np.concatenate(pooled))


def _meet(one: Bulk, other: Bulk) -> bool:
    middles = np.array([[one.lon, one.lat], [other.lon, other.lat]])
    return bool(one.is_reached(middles)[1] or other.is_reached(middles)[0])


def _whole_layer(placed: Placed, home: Bulk | None) -> list[Fault]:
    """Return the fault of a layer that lies elsewhere as a whole, if it does."""
    points = placed.points[placed.finite]
    if placed.crs is None:
        return [_missing_crs(placed, home)]
    if placed.crs.is_projected and bool(is_place(points).all()):
        found = f"coordinates that look like degrees under {placed.crs.name}, such as {_point(points[0])}"
        return [placed.fault("degrees-in-metric-crs", found, "metres or feet", _state(points, home))]
    wrong = ~is_place(placed.places[placed.finite])
    if placed.crs.is_geographic and bool(wrong.all() or (len(wrong) >= MANY and wrong.mean() > MOST_WRONG)):
        return [_beyond_degrees(placed, points[wrong], home)]
    if home is None or bool(home.is_reached(placed.places[placed.finite]).any()):
        return []
    return [_elsewhere(placed, points, home)]


def _beyond_degrees(placed: Placed, points: Points, home: Bulk | None) -> Fault:
    assert placed.crs is not None
    meant = placed.to_places(points[:, ::-1])
    near = is_place(meant) if home is None else home.is_reached(meant)
    if bool(is_place(meant).all()) and bool(near.any()):
        return _swapped(placed, points)
    found = f"{len(points)} rows beyond 180 and 90 degrees under {placed.crs.name}, such as {_point(points[0])}"
    at = int(np.flatnonzero(placed.finite)[0]) if len(placed.rows) == 1 else None
    return placed.fault("out-of-range", found, "degrees", _state(points, home), at)


def _elsewhere(placed: Placed, points: Points, home: Bulk) -> Fault:
    assert placed.crs is not None
    if bool(home.is_reached(placed.to_places(points[:, ::-1])).any()):
        return _swapped(placed, points)
    places = placed.places[placed.finite]
    found = f"a layer at {_extent(places)}, {home.distance_km(places).min():,.0f} km from the other layers"
    expected = f"rows within reach of the others, around {home.lon:.3f}, {home.lat:.3f} (lon, lat)"
    what, meant = mend(points[:1], placed.to_places, home, None)
    if what[0]:
        fix = f"Read {what[0]} its first row would be {_point(meant[0])}, among them."
    else:
        fits = fitting_crs(points, home)
        fix = f"Its coordinates would fit in {' or '.join(fits)}." if fits else "Correct the layer's crs or its file."
    return placed.fault("no-overlap", found, expected, fix)


def _swapped(placed: Placed, points: Points) -> Fault:
    found = f"longitude and latitude swapped in the whole layer, such as {_point(points[0])}"
    fix = "Swap the coordinate columns, or the two axes of the file."
    return placed.fault("swapped-coordinates", found, f"{_point(points[0, ::-1])} (longitude, latitude)", fix)


def _missing_crs(placed: Placed, home: Bulk | None) -> Fault:
    fits = [] if home is None else fitting_crs(placed.points[placed.finite], home)
    fix = STATE_CRS + (f" Its coordinates would fit in {' or '.join(fits)}." if fits else "")
    return placed.fault("missing-crs", "no coordinate system", "one in the file or the settings", fix)


def _state(points: Points, home: Bulk | None) -> str:
    fits = [] if home is None else fitting_crs(points, home)
    return (
        f"State the layer's crs: its coordinates would fit in {' or '.join(fits)}."
        if fits
        else "State the layer's crs."
    )


def _single_rows(placed: Placed, home: Bulk | None) -> list[Fault]:
    """Return the faults of rows that lie far from home but for a mistyped coordinate, alone, or on no place at all."""
    nowhere = placed.finite & ~is_place(placed.places)
    if home is None:
        return [_nowhere(placed, at, "") for at in np.flatnonzero(nowhere).tolist()]
    far = np.flatnonzero(placed.finite & home.is_far(placed.places))
    if not far.size:
        return []
    own = bulk_of(placed.places[placed.finite]) if int(placed.finite.sum()) >= MANY else None
    what, meant = mend(placed.points[far], placed.to_places, home, own)
    lonely = stray(placed.places, home)
    distance = home.distance_km(placed.places)
    faults = []
    for at, how, other in zip(far.tolist(), what, meant, strict=True):
        point = placed.points[at]
        found = f"coordinates {_point(point)}, {_km(distance[at])} from the other layers"
        reading = f"Read {how} they would be {_point(other)}, among the others." if how else ""
        if (point == 0).any():
            faults.append(placed.fault("zero-coordinates", found, "real coordinates", "Correct the row.", at))
        elif how == "swapped":
            expected = f"{_point(other)}, as longitude and latitude"
            faults.append(placed.fault("swapped-coordinates", found, expected, "Swap the two in this row.", at))
        elif nowhere[at]:
            faults.append(_nowhere(placed, at, reading))
        elif how or lonely[at]:
            fix = reading or "Correct the row, or leave it out."
            faults.append(placed.fault("far-outlier", found, "a place near the others", fix, at))
    return faults


def _nowhere(placed: Placed, at: int, reading: str) -> Fault:
    assert placed.crs is not None
    code = "out-of-range" if placed.crs.is_geographic else "outside-crs"
    found = f"coordinates {_point(placed.points[at])}, which are no place under {placed.crs.name}"
    return placed.fault(code, found, "coordinates of a place", reading or "Correct the row.", at)


def _km(distance: float) -> str:
    return f"{distance:,.0f} km" if np.isfinite(distance) else "infinitely far"


def _point(point: Points) -> str:
    return f"{point[0]:.10g}, {point[1]:.10g}"


def _extent(places: Points) -> str:
    there = places[is_place(places)]
    if not len(there):
        return "no place on earth"
    (west, south), (east, north) = there.min(axis=0), there.max(axis=0)
    return f"lon {west:.2f} to {east:.2f}, lat {south:.2f} to {north:.2f}"
