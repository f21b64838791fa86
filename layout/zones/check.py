"""Judge an arrangement of zones without any solver: which rules it breaks, and what it costs: `judge`.

Written a second time from the rules, on whole arrays, and sharing no code with the annealing or the packing.

Rules (each with the zone concerned): ``inside`` (on free floor, columns and walls clear), ``doors`` (turning circles
at doors clear), ``overlap``, ``area`` (a shape the programme allows), ``reachable`` (a walk as wide as its aisle leads
from an entrance to its front and crosses no zone), ``turning`` (a turning circle at the access of visitors' zones),
``front`` (people can stand along all of a full front), ``exits`` (every exit can be walked to), ``staff_side`` (staff
reach their place from their own zone), ``entrance_within`` (the real walk is short enough).

Terms: see `TERM_UNITS`. Sight is cut by walls, columns, fixtures and enclosed zones; open zones are furniture below the
eyes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from layout.floor.sight import sees
from layout.floor.walk import covered_by, reached_positions, walk_distances
from layout.flow.exposure import Walked, exposure, walked
from layout.zones.plan import BrokenRule
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
    "seen": "mean share of what zones shall see that they do see",
    "exposure": "mean share of visitors who pass within 2.5 m of a selling zone",
    "egress_m": "longest walk from any aisle to the nearest entrance or exit, metres",
    "zones_m2": "area of all zones",
    "aisles_m2": "free floor outside all zones",
}
CAP_M = 10.0
FATAL = frozenset({"inside", "overlap"})


@dataclass(frozen=True)
class Verdict:
    """What the judge says.

    Parameters
    ----------
    broken
        Rules broken.
    terms
        Every term of `TERM_UNITS`.
    cost
        Weighted sum of the soft terms; less is better.
    access
        Shape (n, 2): the cell (row, column) before the front of each zone where the walk arrives; −1 none.
    paths
        What the trips do to the floor.
    aisles
        Shape (rows, columns): cells a visitor reaches.
    positions
        Positions of a walker as wide as a visitors' aisle, see `layout.floor.walk.reached_positions`.
    """

    broken: tuple[BrokenRule, ...]
    terms: Mapping[str, float]
    cost: float
    access: Ints
    paths: Walked
    aisles: Mask
    positions: Mask

    @property
    def fatal(self) -> bool:
        """Whether it is no plan at all: zones overlap or lie on what is no floor."""
        return any(rule.rule in FATAL for rule in self.broken)


def judge(problem: PackProblem, placement: Placement) -> Verdict:
    """Judge and price one arrangement."""
    places = placement.places
    broken = _place_rules(problem, placement)
    ground = problem.ground
    walkable = ground.free & ~placement.mask(ground.free.shape)
    public = _reach(walkable, ground.aisle_public, ground.entrance)
    staff = _reach(walkable, ground.aisle_staff, ground.entrance)
    aisles = covered_by(public, ground.aisle_public, walkable.shape)
    backs = covered_by(staff, ground.aisle_staff, walkable.shape)
    doors = entrance_cells(ground.entrance, aisles)
    far_public = walk_distances(aisles, ground.cell_m, doors).min(axis=0)
    far_staff = walk_distances(backs, ground.cell_m, doors).min(axis=0)
    access = np.full((problem.count, 2), -1, dtype=np.int64)
    for i, kind in enumerate(problem.kinds):
        narrow = problem.staff_access[i]
        positions, k = (staff, ground.aisle_staff) if narrow else (public, ground.aisle_public)
        cells = _before_front(places[i], positions, k)
        far = (far_staff if narrow else far_public)[cells[:, 0], cells[:, 1]] if len(cells) else np.empty(0)
        if len(far) == 0 or not np.isfinite(far.min()):
            width = k * ground.cell_m
            broken.append(BrokenRule("reachable", kind, f"no walk {width:.2f} m wide leads from an entrance to it"))
            continue
        access[i] = cells[int(np.argmin(far))]
        broken.extend(_access_rules(problem, i, places[i], float(far.min()), walkable, positions))
    broken.extend(_exit_rules(problem, backs))
    broken.extend(_staff_side(problem, placement))
    paths = walked(aisles, ground.cell_m, np.vstack([doors[:1], access]), problem.flow)
    terms = _terms(problem, placement, paths, aisles, walkable)
    return Verdict(tuple(broken), terms, _cost(problem, terms), access, paths, aisles, public)


def _reach(walkable: Mask, k: int, start: Mask) -> Mask:
    return reached_positions(walkable, k, start)


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


def _place_rules(problem: PackProblem, placement: Placement) -> list[BrokenRule]:
    ground, places = problem.ground, placement.places
    rows, columns = ground.free.shape
    m2 = ground.cell_m**2
    broken: list[BrokenRule] = []
    owners = np.zeros(ground.free.shape, dtype=np.int64)
    for i, (x, y, w, h, front) in enumerate(places):
        kind = problem.kinds[i]
        if x < 0 or y < 0 or x + w > columns or y + h > rows:
            broken.append(BrokenRule("inside", kind, "it lies partly outside the hall"))
            continue
        here = (slice(y, y + h), slice(x, x + w))
        off = int((~ground.free[here]).sum())
        if off:
            broken.append(BrokenRule("inside", kind, f"{off * m2:.2f} m² of it are no free floor"))
        at_door = int((ground.free[here] & ~ground.buildable[here]).sum())
        if at_door:
            broken.append(BrokenRule("doors", kind, f"it takes {at_door * m2:.2f} m² that a door keeps clear"))
        u, v = (h, w) if front % 2 == 0 else (w, h)
        if not (problem.shapes[i] == (u, v)).all(axis=1).any():
            c = ground.cell_m
            broken.append(BrokenRule("area", kind, f"{u * c:.2f} × {v * c:.2f} m is no size the programme allows"))
        owners[here] += 1
    for i in range(problem.count):
        for j in range(i):
            common = _common(places[i], places[j])
            if common:
                text = f"{common * m2:.2f} m² in common with {problem.kinds[j]}"
                broken.append(BrokenRule("overlap", problem.kinds[i], text))
    return broken


def _common(a: Ints, b: Ints) -> int:
    wide = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    high = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return int(max(0, wide) * max(0, high))


def _outside(place: Ints, side: int, depth: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the strip before a side."""
    x, y, w, h = (int(value) for value in place[:4])
    return ((x + w, y, depth, h), (x, y + h, w, depth), (x - depth, y, depth, h), (x, y - depth, w, depth))[side]


def _front_positions(place: Ints, positions: Mask, k: int) -> list[tuple[int, int, int]]:
    """Return (row, column, offset) of the reached positions flush with the front, more than half before it."""
    if positions.size == 0:
        return []
    side = int(place[4])
    x, y, w, h = _outside(place, side, k)
    length = h if side % 2 == 0 else w
    found = []
    for s in range(-(k // 2), length - k + k // 2 + 1):
        r, c = (y + s, x) if side % 2 == 0 else (y, x + s)
        if 0 <= r < positions.shape[0] and 0 <= c < positions.shape[1] and positions[r, c]:
            found.append((r, c, s))
    return found


def _before_front(place: Ints, positions: Mask, k: int) -> Ints:
    """Return the cells right before the front at which a reached walker stands: the middle of its side."""
    side = int(place[4])
    cells = []
    for r, c, _ in _front_positions(place, positions, k):
        half = k // 2
        cells.append(((r + half, c), (r, c + half), (r + half, c + k - 1), (r + k - 1, c + half))[side])
    return np.array(cells, dtype=np.int64).reshape(-1, 2)


def _access_rules(
    problem: PackProblem, i: int, place: Ints, far_m: float, walkable: Mask, positions: Mask
) -> list[BrokenRule]:
    ground, kind = problem.ground, problem.kinds[i]
    broken: list[BrokenRule] = []
    k = ground.aisle_staff if problem.staff_access[i] else ground.aisle_public
    at_front = _front_positions(place, positions, k)
    if not problem.staff_access[i]:
        circles = reached_positions(walkable, ground.turning, walkable)
        if not _front_positions(place, circles, ground.turning):
            text = f"no turning circle of {ground.turning * ground.cell_m:.2f} m at its access"
            broken.append(BrokenRule("turning", kind, text))
    if problem.full_front[i]:
        length = int(place[3] if place[4] % 2 == 0 else place[2])
        stood = sum(1 for _, _, s in at_front if 0 <= s <= length - k)
        if stood < length - k + 1:
            text = f"people cannot stand along {(length - k + 1 - stood) * ground.cell_m:.2f} m of its front"
            broken.append(BrokenRule("front", kind, text))
    within = problem.entrance_within[i]
    if within > 0 and far_m > within:
        broken.append(BrokenRule("entrance_within", kind, f"{far_m:.1f} m from the entrance, {within:g} m wanted"))
    return broken


def _exit_rules(problem: PackProblem, backs: Mask) -> list[BrokenRule]:
    return [
        BrokenRule("exits", f"exit {number}", "no aisle leads to it")
        for number, mask in enumerate(problem.ground.exits, start=1)
        if mask.any() and not (mask & backs).any()
    ]


def _staff_side(problem: PackProblem, placement: Placement) -> list[BrokenRule]:
    """Return the zones whose staff would have to cross the public floor to reach them."""
    broken = []
    need = problem.ground.aisle_staff
    for i in np.flatnonzero(problem.back_to.any(axis=1)):
        place = placement.places[i]
        strips = [np.array(_outside(place, (int(place[4]) + turn) % 4, 1)) for turn in (1, 2, 3)]
        partners = [int(j) for j in np.flatnonzero(problem.back_to[i])]
        touching = max(_common(strip, placement.places[j]) for strip in strips for j in partners)
        if touching < need:
            names = " or ".join(problem.kinds[j] for j in partners)
            text = f"{touching * problem.ground.cell_m:.2f} m in common with {names}"
            broken.append(BrokenRule("staff_side", problem.kinds[i], f"{text}; staff cross the public floor"))
    return broken


def _terms(problem: PackProblem, placement: Placement, paths: Walked, aisles: Mask, walkable: Mask) -> dict[str, float]:
    ground, places = problem.ground, placement.places
    m, m2 = ground.cell_m, ground.cell_m**2
    visitors = max(float(problem.flow[0].sum()), 1e-9)
    known = (problem.flow > 0) & np.isfinite(paths.metres)
    walking = float((problem.flow[known] * paths.metres[known]).sum())
    sizes = places[:, 2] * places[:, 3]
    dead = walkable & ~aisles
    selling = [
        exposure(paths.density, _cells(problem, places[i]), m, visitors) for i in np.flatnonzero(problem.selling)
    ]
    return {
        "walking_m_per_visitor": walking / visitors,
        "walking_person_m_per_hour": walking,
        "closeness": _closeness(problem, places, paths.metres[0]),
        "area_off_target_m2": float(np.abs(sizes - problem.target).sum()) * m2,
        "dead_floor_m2": float(dead.sum()) * m2,
        "open_back_m": m * sum(_open_back(problem, places, int(i)) for i in np.flatnonzero(problem.wall)),
        "partition_m": m * _partition(problem, placement),
        "window_hidden_m": m * float((_hiding(problem, places) & ground.windows).sum()),
        "seen": _seen(problem, places),
        "exposure": float(np.mean(selling)) if selling else 1.0,
        "egress_m": _egress(problem, aisles),
        "zones_m2": float(sizes.sum()) * m2,
        "aisles_m2": float(walkable.sum()) * m2,
    }


def _cells(problem: PackProblem, place: Ints) -> Mask:
    mask = np.zeros(problem.ground.free.shape, dtype=bool)
    x, y, w, h = place[:4]
    mask[y : y + h, x : x + w] = True
    return mask


def _closeness(problem: PackProblem, places: Ints, from_entrance: Floats) -> float:
    m = problem.ground.cell_m
    total = 0.0
    for k in range(problem.count + 1):
        for other in range(k):
            weight = float(problem.closeness[k, other])
            if weight == 0:
                continue
            if other == 0:
                far = float(from_entrance[k])
                far = far if np.isfinite(far) else 2 * CAP_M
            else:
                a, b = places[k - 1], places[other - 1]
                dx = max(0, b[0] - a[0] - a[2], a[0] - b[0] - b[2])
                dy = max(0, b[1] - a[1] - a[3], a[1] - b[1] - b[3])
                far = m * float(dx + dy)
            total += weight * (far if weight > 0 else min(CAP_M, far))
    return total


def _solid(problem: PackProblem) -> Mask:
    return np.pad(~problem.ground.free, 1, constant_values=True)


def _open_back(problem: PackProblem, places: Ints, i: int) -> int:
    backing = _solid(problem)
    for j in range(problem.count):
        if j != i and (problem.enclosed[j] or problem.back_to[i, j]):
            x, y, w, h = places[j, :4]
            backing[y + 1 : y + h + 1, x + 1 : x + w + 1] = True
    x, y, w, h = _outside(places[i], (int(places[i, 4]) + 2) % 4, 1)
    return int((~backing[y + 1 : y + h + 1, x + 1 : x + w + 1]).sum())


def _partition(problem: PackProblem, placement: Placement) -> int:
    """Return the cell edges between an enclosed zone and floor that is not in the same zone."""
    rooms = np.zeros(problem.ground.free.shape, dtype=np.int64)
    for i in np.flatnonzero(problem.enclosed):
        x, y, w, h = placement.places[i, :4]
        rooms[y : y + h, x : x + w] = i + 1
    free = problem.ground.free
    count = 0
    for a, b, free_a, free_b in (
        (rooms[:, 1:], rooms[:, :-1], free[:, 1:], free[:, :-1]),
        (rooms[1:], rooms[:-1], free[1:], free[:-1]),
    ):
        count += int(((a != b) & free_a & free_b).sum())
    return count


def _hiding(problem: PackProblem, places: Ints) -> Mask:
    mask = np.zeros(problem.ground.free.shape, dtype=bool)
    for i in np.flatnonzero(problem.enclosed | ~problem.public):
        mask |= _cells(problem, places[i])
    return mask


def _seen(problem: PackProblem, places: Ints) -> float:
    """Return the mean share of eyes that see their target: what waits sees the counters, reception the entrance."""
    shares = []
    ground = problem.ground
    for k, other in np.argwhere(problem.sees):
        blocks = ~ground.free
        for e in np.flatnonzero(problem.enclosed):
            if e not in (k - 1, other - 1):
                blocks |= _cells(problem, places[e])
        eyes = np.argwhere(_cells(problem, places[k - 1]))[::3]
        if other == 0:
            targets = entrance_cells(ground.entrance, ground.entrance)[:1]
        else:
            x, y, w, h = _outside(places[other - 1], int(places[other - 1, 4]), 1)
            rows, columns = ground.free.shape
            line = [(r, c) for r in range(max(0, y), min(rows, y + h)) for c in range(max(0, x), min(columns, x + w))]
            targets = np.array(line[:: max(1, len(line) // 5)], dtype=np.int64).reshape(-1, 2)
            blocks = blocks | _cells(problem, places[other - 1])
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


def _cost(problem: PackProblem, terms: Mapping[str, float]) -> float:
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
    }
    return sum(weights.get(name, 0.0) * value for name, value in parts.items())
