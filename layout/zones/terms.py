"""Measure the terms of the objective on a plan, on whole arrays and without any solver: `judge_terms`, `judge_cost`.

Sight is cut by walls, columns, fixtures and enclosed zones; open zones are furniture below the eyes.

Daylight is measured as guidelines on it do, by the share of a zone's floor that it reaches: metres or square metres in
the dark would make dark zones small instead of bringing them to the light. An open zone's floor is lit where
`layout.floor.daylight` has it; an enclosed zone's is too, if it has a window of its own, else none of it. What rooms
between a window and an open zone take away is not looked at: windows that rooms hide have a price of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import ndimage

from layout.floor.sight import sees
from layout.floor.walk import walk_distances
from layout.flow.exposure import Walked, exposure
from layout.zones.problem import Floats, Ints, Mask, PackProblem, Placement

TERM_UNITS: Mapping[str, str] = {
    "walking_m_per_visitor": "metres a visitor walks in the hall, real walks round all zones",
    "walking_person_m_per_hour": "flow × real walking distance, person-metres in the busiest hour",
    "closeness": "rated metres between zones; less is better",
    "area_off_target_m2": "square metres off the targets, all zones",
    "dead_floor_m2": "free floor that is in no zone and that no aisle reaches",
    "open_back_m": "metres of backs that want a wall or their staff's zone behind them and have none",
    "partition_m": "metres of new walls round enclosed zones",
    "window_hidden_m": "metres of window behind staff and enclosed zones",
    "daylit": "mean share of the floor of zones that want daylight that it reaches",
    "seen": "mean share of what zones shall see that they do see",
    "exposure": "mean share of visitors who pass within 2.5 m of a selling zone",
    "egress_m": "longest walk from any aisle to the nearest entrance or exit, metres",
    "zones_m2": "area of all zones",
    "aisles_m2": "free floor outside all zones",
}
CAP_M = 10.0


def entrance_cells(entrance: Mask, aisles: Mask) -> Ints:
    """Return the cell in the middle of each entrance, shape (d, 2), the widest entrance first.

    Cells no aisle reaches count only where no entrance has any other.
    """
    labels, count = ndimage.label(entrance)
    open_to = entrance & aisles if (entrance & aisles).any() else entrance
    sizes = [(int((labels == name).sum()), name) for name in range(1, count + 1)]
    names = [name for _, name in sorted(sizes, key=lambda item: (-item[0], item[1]))]
    return np.vstack([_middle(open_to & (labels == name)) for name in names if (open_to & (labels == name)).any()])


def _middle(mask: Mask) -> Ints:
    cells = np.argwhere(mask)
    middle = cells.mean(axis=0)
    return cells[[int(np.argmin(((cells - middle) ** 2).sum(axis=1)))]]


def cells_shared(a: Ints, b: Ints) -> int:
    """Return how many cells two rectangles share."""
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return int(max(0, wide) * max(0, high))


def outside(place: Ints, side: int, depth: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the strip before a side."""
    x, y, w, h = (int(value) for value in place[:4])
    return ((x + w, y, depth, h), (x, y + h, w, depth), (x - depth, y, depth, h), (x, y - depth, w, depth))[side]


def judge_terms(
    problem: PackProblem, placement: Placement, paths: Walked, aisles: Mask, walkable: Mask
) -> dict[str, float]:
    """Return every term of `TERM_UNITS`."""
    ground = problem.ground
    m, m2 = ground.cell_m, ground.cell_m**2
    visitors = max(float(problem.flow[0].sum()), 1e-9)
    known = (problem.flow > 0) & np.isfinite(paths.metres)
    walking = float((problem.flow[known] * paths.metres[known]).sum())
    sizes = placement.areas()
    dead = walkable & ~aisles
    selling = [
        exposure(paths.density, cells_of(problem, placement, int(i)), m, visitors)
        for i in np.flatnonzero(problem.selling)
    ]
    return {
        "walking_m_per_visitor": walking / visitors,
        "walking_person_m_per_hour": walking,
        "closeness": _closeness(problem, placement, paths.metres[0]),
        "area_off_target_m2": float(np.abs(sizes - problem.target).sum()) * m2,
        "dead_floor_m2": float(dead.sum()) * m2,
        "open_back_m": m * sum(_open_back(problem, placement, int(i)) for i in np.flatnonzero(problem.wall)),
        "partition_m": m * _partition(problem, placement),
        "window_hidden_m": m * float((_hiding(problem, placement) & ground.windows).sum()),
        "daylit": _daylit(problem, placement),
        "seen": _seen(problem, placement),
        "exposure": float(np.mean(selling)) if selling else 1.0,
        "egress_m": _egress(problem, aisles),
        "zones_m2": float(sizes.sum()) * m2,
        "aisles_m2": float(walkable.sum()) * m2,
    }


def cells_of(problem: PackProblem, placement: Placement, i: int) -> Mask:
    """Return the cells of a zone, shape (rows, columns)."""
    mask = np.zeros(problem.ground.free.shape, dtype=bool)
    for x, y, w, h in placement.rects(i):
        mask[y : y + h, x : x + w] = True
    return mask


def _closeness(problem: PackProblem, placement: Placement, from_entrance: Floats) -> float:
    m = problem.ground.cell_m
    total = 0.0
    for k, other in np.argwhere(np.tril(problem.closeness, -1) != 0).tolist():
        weight = float(problem.closeness[k, other])
        if other == 0:
            far = float(from_entrance[k]) if np.isfinite(from_entrance[k]) else 2 * CAP_M
        else:
            far = m * min(_gap(a, b) for a in placement.rects(k - 1) for b in placement.rects(other - 1))
        total += weight * (far if weight > 0 else min(CAP_M, far))
    return total


def _gap(a: Ints, b: Ints) -> int:
    dx = max(0, b[0] - a[0] - a[2], a[0] - b[0] - b[2])
    dy = max(0, b[1] - a[1] - a[3], a[1] - b[1] - b[3])
    return int(dx + dy)


def _solid(problem: PackProblem) -> Mask:
    return np.pad(~problem.ground.free, 1, constant_values=True)


def _open_back(problem: PackProblem, placement: Placement, i: int) -> int:
    backing = _solid(problem)
    for j in range(problem.count):
        if j != i and (problem.enclosed[j] or problem.back_to[i, j]):
            backing[1:-1, 1:-1] |= cells_of(problem, placement, j)
    x, y, w, h = outside(placement.places[i], (int(placement.places[i, 4]) + 2) % 4, 1)
    return int((~backing[y + 1 : y + h + 1, x + 1 : x + w + 1]).sum())


def _partition(problem: PackProblem, placement: Placement) -> int:
    """Return the cell edges between an enclosed zone and floor that is not in the same zone."""
    rooms = np.zeros(problem.ground.free.shape, dtype=np.int64)
    for i in np.flatnonzero(problem.enclosed):
        rooms[cells_of(problem, placement, int(i))] = i + 1
    free = problem.ground.free
    count = 0
    for a, b, free_a, free_b in (
        (rooms[:, 1:], rooms[:, :-1], free[:, 1:], free[:, :-1]),
        (rooms[1:], rooms[:-1], free[1:], free[:-1]),
    ):
        count += int(((a != b) & free_a & free_b).sum())
    return count


def _hiding(problem: PackProblem, placement: Placement) -> Mask:
    mask = np.zeros(problem.ground.free.shape, dtype=bool)
    for i in np.flatnonzero(problem.enclosed | ~problem.public):
        mask |= cells_of(problem, placement, int(i))
    return mask


def _daylit(problem: PackProblem, placement: Placement) -> float:
    """Return the mean share of the floor of zones that want daylight that it reaches; 1 where none wants it."""
    ground, shares = problem.ground, []
    for i in np.flatnonzero(problem.wants_daylight).tolist():
        floor = cells_of(problem, placement, i)
        without = bool(problem.enclosed[i]) and not (floor & ground.windows).any()
        shares.append(0.0 if without else float(ground.lit[floor].mean()))
    return float(np.mean(shares)) if shares else 1.0


def _seen(problem: PackProblem, placement: Placement) -> float:
    """Return the mean share of eyes that see their target: what waits sees the counters, reception the entrance."""
    shares = []
    ground, places = problem.ground, placement.places
    for k, other in np.argwhere(problem.sees).tolist():
        blocks = ~ground.free
        for e in np.flatnonzero(problem.enclosed):
            if e not in (k - 1, other - 1):
                blocks |= cells_of(problem, placement, int(e))
        eyes = np.argwhere(cells_of(problem, placement, k - 1))[::3]
        if other == 0:
            targets = entrance_cells(ground.entrance, ground.entrance)[:1]
        else:
            x, y, w, h = outside(places[other - 1], int(places[other - 1, 4]), 1)
            rows, columns = ground.free.shape
            line = [(r, c) for r in range(max(0, y), min(rows, y + h)) for c in range(max(0, x), min(columns, x + w))]
            targets = np.array(line[:: max(1, len(line) // 5)], dtype=np.int64).reshape(-1, 2)
            blocks = blocks | cells_of(problem, placement, other - 1)
        shares.append(float(sees(blocks, eyes, targets).any(axis=1).mean()) if len(targets) else 0.0)
    return float(np.mean(shares)) if shares else 1.0


def _egress(problem: PackProblem, aisles: Mask) -> float:
    ground = problem.ground
    ways = [ground.entrance & aisles, *(mask & aisles for mask in ground.exits)]
    sources = [_middle(mask) for mask in ways if mask.any()]
    if not sources:
        return 0.0
    far = walk_distances(aisles, ground.cell_m, np.vstack(sources)).min(axis=0)
    reach = far[aisles & np.isfinite(far)]
    return float(reach.max(initial=0.0))


def judge_cost(problem: PackProblem, terms: Mapping[str, float]) -> float:
    """Return the weighted sum of the soft terms."""
    weights = problem.weights
    parts = {
        "walking": terms["walking_m_per_visitor"],
        "closeness": terms["closeness"],
        "area": terms["area_off_target_m2"],
        "dead_floor": terms["dead_floor_m2"],
        "wall": terms["open_back_m"],
        "partition": terms["partition_m"],
        "shopfront": terms["window_hidden_m"],
        "sight": 1.0 - terms["seen"],
        "exposure": 1.0 - terms["exposure"],
        "daylight": 1.0 - terms["daylit"],
    }
    return sum(weights.get(name, 0.0) * value for name, value in parts.items())
