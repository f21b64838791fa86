"""Bring values known for polygons (census tracts, blocks) onto other polygons or onto demand points.

With w_st what source s and target t share, W_s = Σ w_s over the whole source, and the source values v_s::

    extensive (people, sales)    v_t = Σ_s v_s w_st / W_s            what is counted is divided up: the mass is kept
    intensive (income, density)  v_t = Σ_s v_s w_st / Σ_s w_st       what is measured is averaged

and three ways to say what is shared:

- `area_overlay`: w is the shared area (Markoff and Shapiro, 1973; Goodchild and Lam, 1980): as if people lived evenly;
- `dasymetric_overlay`: w is an ancillary weight, such as the floor area of the buildings that both hold (Wright, 1936);
- `point_overlay`: the targets are points, each with a weight, and every polygon is divided among the points in it.

The mass is kept: Σ_t v_t + Σ_s outside_s = Σ_s v_s. What lies in no target, or in a source that holds no ancillary
weight, is told as outside and never spread over others. A source value of NaN makes every target it touches NaN
(extensive) or is left out of the average and of the share known (intensive).

Coordinates are metric: areas in degrees shrink towards the poles.

Markoff, J., Shapiro, G. (1973) Historical Methods Newsletter 7(1), 34–46. Goodchild, M. F., Lam, N. S.-N. (1980)
Geo-Processing 1, 297–312. Wright, J. K. (1936) Geographical Review 26(1), 103–110.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Geometries = NDArray[np.object_]

SLIVER = 1e-6
BLOCK_PAIRS = 1 << 16


@dataclass(frozen=True)
class Extensive:
    """What was divided up.

    Parameters
    ----------
    values
        Of each target, shape (t,), in the unit of the source values; NaN where a source that is not known takes part.
    outside
        The part of each source that lies in no target, shape (s,), same unit; NaN where the source is NaN.
    """

    values: Floats
    outside: Floats


@dataclass(frozen=True)
class Intensive:
    """What was averaged.

    Parameters
    ----------
    values
        Of each target, shape (t,), in the unit of the source values; NaN where no source known takes part.
    known
        Share of the target that known sources take up, shape (t,), 0–1.
    """

    values: Floats
    known: Floats


@dataclass(frozen=True)
class Overlay:
    """What sources and targets share.

    Parameters
    ----------
    shared
        Shape (s, t), square metres or ancillary weight, entries above 0 only.
    source
        The whole of each source, shape (s,), same unit.
    target
        The whole of each target, shape (t,), same unit.
    """

    shared: sparse.csr_array[np.float64]
    source: Floats
    target: Floats

    def extensive(self, values: Floats) -> Extensive:
        """Divide up what is counted, shape (s,), NaN where not known.

        Raises
        ------
        InputError
            When the shape differs or a value is infinite.
        """
        value = _values(values, len(self.source))
        part = np.divide(1.0, self.source, out=np.zeros_like(self.source), where=self.source > 0)
        share = sparse.csr_array(sparse.diags_array(part) @ self.shared)
        inside = np.asarray(share.sum(axis=1), dtype=np.float64)
        return Extensive(np.asarray(share.T @ value, dtype=np.float64), value * np.maximum(1.0 - inside, 0.0))

    def intensive(self, values: Floats) -> Intensive:
        """Average measures, shape (s,), NaN where not known.

        Raises
        ------
        InputError
            When the shape differs or a value is infinite.
        """
        value = _values(values, len(self.source))
        is_known = np.isfinite(value)
        taken = np.asarray(self.shared.T @ is_known.astype(np.float64), dtype=np.float64)
        total = np.asarray(self.shared.T @ np.where(is_known, value, 0.0), dtype=np.float64)
        mean = np.full(len(taken), np.nan)
        np.divide(total, taken, out=mean, where=taken > 0)
        known = np.divide(taken, self.target, out=np.zeros_like(taken), where=self.target > 0)
        return Intensive(mean, np.minimum(known, 1.0))


def area_overlay(sources: Geometries, targets: Geometries, *, sliver: float = SLIVER) -> Overlay:
    """Return the areas that sources and targets share.

    Parameters
    ----------
    sources, targets
        Valid polygons or multipolygons, shapes (s,) and (t,), in one coordinate system in metres.
    sliver
        Targets may overlap by this share of a source, as digitised borders do; the source is then divided in
        proportion. More is refused: its mass would count twice.

    Raises
    ------
    InputError
        When a geometry is missing, empty, invalid or no polygon, or targets overlap.
    """
    _require_polygons("source", sources)
    _require_polygons("target", targets)
    s, t = pairs_that_meet(sources, targets)
    area = shared_area(sources[s], targets[t])
    whole = np.asarray(shapely.area(sources), dtype=np.float64)
    inside = np.bincount(s, weights=area, minlength=len(sources))
    over = inside / whole
    if (over > 1 + sliver).any():
        worst = int(over.argmax())
        raise InputError(
            f"targets overlap: they hold {over[worst]:.6f} of source {worst}; expected at most 1, so that nothing "
            f"counts twice (interpolate overlapping targets one at a time)"
        )
    area /= np.maximum(over, 1.0)[s]
    return Overlay(_matrix(area, s, t, (len(sources), len(targets))), whole, np.asarray(shapely.area(targets)))


def dasymetric_overlay(sources: Geometries, targets: Geometries, points: Geometries, weight: Floats) -> Overlay:
    """Return the ancillary weight that sources and targets share.

    Parameters
    ----------
    sources, targets
        As for `area_overlay`; where targets overlap, what lies in several is divided evenly among them.
    points
        Where ancillary weight is, such as a point in each building, shape (p,); one on a border takes part in both
        sources.
    weight
        Such as floor area, shape (p,), at least 0.

    Raises
    ------
    InputError
        As `area_overlay`, or when ``points`` are no points, or a weight is negative, not a number or missing.
    """
    _require_polygons("target", targets)
    within = point_overlay(sources, points, weight)
    t, p = pairs_that_meet(targets, points)
    holders = np.bincount(p, minlength=len(points))
    belongs = _matrix(1.0 / holders[p], p, t, (len(points), len(targets)))
    whole = np.asarray(belongs.T @ np.asarray(weight, dtype=np.float64), dtype=np.float64)
    return Overlay(sparse.csr_array(within.shared @ belongs), within.source, whole)


def point_overlay(sources: Geometries, points: Geometries, weight: Floats | None = None) -> Overlay:
    """Return the weight of each point in each source: every source is divided among the points in it.

    Parameters
    ----------
    sources
        As for `area_overlay`.
    points
        Demand points, shape (p,), in the same coordinate system; one on a border takes part in both sources.
    weight
        How much of a source each point takes, shape (p,), at least 0; None: all alike.

    Raises
    ------
    InputError
        As `dasymetric_overlay`.
    """
    _require_polygons("source", sources)
    is_point = (shapely.get_type_id(points) == shapely.GeometryType.POINT) & shapely.is_valid(points)
    is_point &= ~shapely.is_empty(points)
    if not is_point.all():
        raise InputError(f"point {int(np.argmin(is_point))} is missing, empty or no point; expected points")
    amount = np.ones(len(points)) if weight is None else np.asarray(weight, dtype=np.float64)
    if amount.shape != (len(points),):
        raise InputError(f"weight has shape {amount.shape}; expected ({len(points)},), one for each point")
    if not np.isfinite(amount).all() or (amount < 0).any():
        raise InputError("a weight is negative or not a number; expected numbers from 0")
    s, p = pairs_that_meet(sources, points)
    shared = _matrix(amount[p], s, p, (len(sources), len(points)))
    return Overlay(shared, np.asarray(shared.sum(axis=1), dtype=np.float64), amount)


def shared_area(one: Geometries, other: Geometries) -> Floats:
    """Return the area that each pair shares, shape (k,), clipping only what neither holds whole."""
    area = np.zeros(len(one))
    is_whole = np.zeros(len(one), dtype=np.bool_)
    for holder, held in ((other, one), (one, other)):
        rest = np.flatnonzero(~is_whole)
        holds = rest[shapely.contains_properly(holder[rest], held[rest])]
        area[holds] = shapely.area(held[holds])
        is_whole[holds] = True
    cut = np.flatnonzero(~is_whole)
    for block in np.array_split(cut, len(cut) // BLOCK_PAIRS + 1):
        area[block] = shapely.area(shapely.intersection(one[block], other[block]))
    return area


def pairs_that_meet(one: Geometries, other: Geometries) -> tuple[Rows, Rows]:
    """Return the rows of the pairs that meet; prepares the geometries of ``one``."""
    shapely.prepare(one)
    first, second = shapely.STRtree(other).query(one, predicate="intersects")
    return first.astype(np.int64), second.astype(np.int64)


def _matrix(values: Floats, row: Rows, column: Rows, shape: tuple[int, int]) -> sparse.csr_array[np.float64]:
    matrix = sparse.csr_array((values, (row, column)), shape=shape)
    matrix.eliminate_zeros()
    return matrix


def _values(values: Floats, wanted: int) -> Floats:
    value = np.asarray(values, dtype=np.float64)
    if value.shape != (wanted,):
        raise InputError(f"values has shape {value.shape}; expected ({wanted},), one for each source")
    if np.isinf(value).any():
        raise InputError("a value is infinite; expected numbers, or NaN where it is not known")
    return value


def _require_polygons(name: str, geometries: Geometries) -> None:
    kind = shapely.get_type_id(geometries)
    is_polygon = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    is_sound = is_polygon & shapely.is_valid(geometries) & (shapely.area(geometries) > 0)
    if not is_sound.all():
        row = int(np.argmin(is_sound))
        why = "is missing or no polygon" if not is_polygon[row] else shapely.is_valid_reason(geometries[row])
        raise InputError(
            f"{name} {row}: {why.lower() if is_polygon[row] else why}; expected valid polygons with an area"
        )
