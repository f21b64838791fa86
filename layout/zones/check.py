"""Judge an arrangement of zones without any solver: which rules it breaks, and what it costs: `judge`.

Written a second time from the rules, on whole arrays, and sharing no code with the annealing or the packing.

Visitors set out from the widest entrance: the others must be joined to it by aisles, so that whoever comes in by one
gets to every zone. Where the empty floor does not join them, they set out from each.

Rules (each with the zone concerned): ``inside`` (on free floor, columns and walls clear), ``doors`` (turning circles
at doors clear), ``locked`` (it stands where the planner locked it), ``overlap``, ``area`` (a shape the programme
allows), ``reachable`` (a walk as wide as its aisle leads from where people set out to its front and crosses no zone,
and visitors can walk from each place to the next), ``entrances`` (aisles join them), ``turning`` (a turning circle at
the access of visitors' zones), ``front`` (people can stand along all of a full front), ``exits`` (every exit can be
walked to), ``staff_side`` (staff reach their place from their own zone), ``entrance_within`` (the real walk is short
enough).

Terms: see `layout.zones.terms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from layout.floor.walk import covered_by, reached, reached_positions, touching, walk_distances
from layout.flow.exposure import Walked, walked
from layout.zones.plan import BrokenRule
from layout.zones.problem import Floats, Ground, Ints, Mask, PackProblem, Placement
from layout.zones.terms import CAP_M, cells_of, cells_shared, entrance_cells, judge_cost, judge_terms, outside

__all__ = ["CAP_M", "Verdict", "entrance_cells", "judge", "setting_out"]

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
    start = setting_out(ground)
    public = _reached_from(ground, walkable, ground.aisle_public, start)
    staff = _reached_from(ground, walkable, ground.aisle_staff, ground.entrance, doors=public.doors)
    access = np.full((problem.count, 2), -1, dtype=np.int64)
    for i, kind in enumerate(problem.kinds):
        floor = staff if problem.staff_access[i] else public
        cells, far = floor.before(places[i])
        if len(far) == 0:
            width = floor.k * ground.cell_m
            broken.append(BrokenRule("reachable", kind, f"no walk {width:.2f} m wide leads from an entrance to it"))
            continue
        access[i] = cells[0]
        broken.extend(_access_rules(problem, i, places[i], float(far[0]), walkable, floor.positions))
    aisles = public.covered
    broken.extend(_parted(ground, start, walkable, public.positions))
    broken.extend(_exit_rules(problem, staff.covered))
    broken.extend(_staff_side(problem, placement))
    paths = walked(aisles, ground.cell_m, np.vstack([public.doors[:1], access]), problem.flow)
    broken.extend(_cut_off(problem, paths, access))
    terms = judge_terms(problem, placement, paths, aisles, walkable)
    return Verdict(tuple(broken), terms, judge_cost(problem, terms), access, paths, aisles, public.positions)


def approaches(problem: PackProblem, placement: Placement) -> tuple[Ints, ...]:
    """Return for each zone the cells (row, column) before its front at which a walk arrives, the shortest walk first.

    Each of shape (m, 2); the first is the access that the judge takes.
    """
    ground = problem.ground
    walkable = ground.free & ~placement.mask(ground.free.shape)
    public = _reached_from(ground, walkable, ground.aisle_public, setting_out(ground))
    staff = _reached_from(ground, walkable, ground.aisle_staff, ground.entrance, doors=public.doors)
    floors = [staff if narrow else public for narrow in problem.staff_access]
    return tuple(floor.before(place)[0] for floor, place in zip(floors, placement.places, strict=True))


@dataclass(frozen=True)
class _Reached:
    """The floor that a walker ``k`` cells wide reaches: positions, the cells they cover, and walks from the doors."""

    k: int
    positions: Mask
    covered: Mask
    doors: Ints
    far: Floats

    def before(self, place: Ints) -> tuple[Ints, Floats]:
        """Return the cells right before a front at which the walker stands and their walks, the shortest first."""
        cells = _before_front(place, self.positions, self.k)
        far = self.far[cells[:, 0], cells[:, 1]]
        order = np.argsort(far, kind="stable")[: int(np.isfinite(far).sum())]
        return cells[order], far[order]


def _reached_from(ground: Ground, walkable: Mask, k: int, start: Mask, doors: Ints | None = None) -> _Reached:
    """Return what a walker reaches from the ``start`` cells; walks are from ``doors``, else from those he reaches."""
    positions = reached_positions(walkable, k, start)
    covered = covered_by(positions, k, walkable.shape)
    doors = entrance_cells(ground.entrance, covered) if doors is None else doors
    return _Reached(k, positions, covered, doors, walk_distances(covered, ground.cell_m, doors).min(axis=0))


def setting_out(ground: Ground) -> Mask:
    """Return the floor before the entrances from which visitors set out, shape (rows, columns): see above."""
    labels, count = ndimage.label(ground.entrance)
    if count < 2:
        return ground.entrance
    empty = reached(ground.free, ground.aisle_public, ground.entrance)
    row, column = entrance_cells(ground.entrance, empty)[0]
    widest = np.asarray(labels == labels[row, column])
    joined = (reached(ground.free, ground.aisle_public, widest) == empty).all()
    return widest if joined else ground.entrance


def _parted(ground: Ground, start: Mask, walkable: Mask, public: Mask) -> list[BrokenRule]:
    """Return that there are entrances whose aisles do not join those visitors set out on."""
    k = ground.aisle_public
    labels, count = ndimage.label(ground.entrance & ~start)
    fits = reached_positions(walkable, k, walkable)
    at = [touching((labels == number) & ground.free, k) & fits for number in range(1, count + 1)]
    parted = sum(bool(here.any() and not (here & public).any()) for here in at)
    if not parted:
        return []
    text = f"no aisles lead from the widest entrance to {parted} of {count} others"
    return [BrokenRule("entrances", "hall", text)]


def _place_rules(problem: PackProblem, placement: Placement) -> list[BrokenRule]:
    ground, places = problem.ground, placement.places
    rows, columns = ground.free.shape
    m2, c = ground.cell_m**2, ground.cell_m
    broken: list[BrokenRule] = []
    for i, kind in enumerate(problem.kinds):
        rects = placement.rects(i)
        if any(x < 0 or y < 0 or x + w > columns or y + h > rows for x, y, w, h in rects):
            broken.append(BrokenRule("inside", kind, "it lies partly outside the hall"))
            continue
        here = cells_of(problem, placement, i)
        off = int((here & ~ground.free).sum())
        if off:
            broken.append(BrokenRule("inside", kind, f"{off * m2:.2f} m² of it are no free floor"))
        at_door = int((here & ground.free & ~ground.buildable).sum())
        if at_door:
            broken.append(BrokenRule("doors", kind, f"it takes {at_door * m2:.2f} m² that a door keeps clear"))
        if problem.is_locked(i) and ((places[i] != problem.locked[i]).any() or len(rects) > 1):
            broken.append(BrokenRule("locked", kind, "it does not stand where it is locked"))
        w, h, front = (int(value) for value in places[i, 2:5])
        u, v = (h, w) if front % 2 == 0 else (w, h)
        if not (problem.shapes[i] == (u, v)).all(axis=1).any():
            broken.append(BrokenRule("area", kind, f"{u * c:.2f} × {v * c:.2f} m is no size the programme allows"))
        broken.extend(BrokenRule("area", kind, text) for text in _wing_faults(problem, placement, i))
    for i in range(problem.count):
        for j in range(i):
            common = sum(cells_shared(a, b) for a in placement.rects(i) for b in placement.rects(j))
            if common:
                text = f"{common * m2:.2f} m² in common with {problem.kinds[j]}"
                broken.append(BrokenRule("overlap", problem.kinds[i], text))
    return broken


def _wing_faults(problem: PackProblem, placement: Placement, i: int) -> list[str]:
    """Return what is wrong with the second rectangle of an L, and with the size of both."""
    low, high, side = (int(value) for value in problem.bends[i])
    wing, m2 = placement.wings[i], problem.ground.cell_m**2
    if high == 0:
        return ["it has a second rectangle, and the programme wants one"] if wing[2] > 0 else []
    area = int(placement.areas()[i])
    faults = []
    if not low <= area <= high:
        faults.append(f"{area * m2:.2f} m² are not {low * m2:.2f} to {high * m2:.2f} m²")
    if wing[2] > 0:
        front = int(placement.places[i, 4])
        strips = [np.array(outside(placement.places[i], (front + turn) % 4, 1)) for turn in (1, 2, 3)]
        if max(cells_shared(strip, wing) for strip in strips) < side or cells_shared(placement.places[i], wing):
            faults.append("its two rectangles do not join")
        if min(wing[2], wing[3]) < side:
            faults.append(f"its second rectangle is narrower than {side * problem.ground.cell_m:.2f} m")
    return faults


def _front_positions(place: Ints, positions: Mask, k: int) -> list[tuple[int, int, int]]:
    """Return (row, column, offset) of the reached positions flush with the front, more than half before it."""
    if positions.size == 0:
        return []
    side = int(place[4])
    x, y, w, h = outside(place, side, k)
    length = h if side % 2 == 0 else w
    found, over = [], (k - 1) // 2
    for s in range(-over, length - k + over + 1):
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


def _cut_off(problem: PackProblem, paths: Walked, access: Ints) -> list[BrokenRule]:
    """Return the zones visitors cannot walk to from where they come from, though an entrance leads to each."""
    names = ("the entrance", *problem.kinds)
    there = np.concatenate([[True], (access[:, 0] >= 0) & ~problem.staff_access])
    cut = (problem.flow + problem.flow.T > 0) & ~np.isfinite(paths.metres) & there & there[:, None]
    return [
        BrokenRule("reachable", names[b], f"no walk inside the hall leads to it from {names[a]}")
        for a, b in np.argwhere(np.triu(cut)).tolist()
    ]


def _staff_side(problem: PackProblem, placement: Placement) -> list[BrokenRule]:
    """Return the zones whose staff would have to cross the public floor to reach them."""
    broken = []
    need = problem.ground.aisle_staff
    for i in np.flatnonzero(problem.back_to.any(axis=1)):
        place = placement.places[i]
        strips = [np.array(outside(place, (int(place[4]) + turn) % 4, 1)) for turn in (1, 2, 3)]
        partners = [int(j) for j in np.flatnonzero(problem.back_to[i])]
        touching = max(
            sum(cells_shared(strip, rect) for rect in placement.rects(j)) for strip in strips for j in partners
        )
        if touching < need:
            names = " or ".join(problem.kinds[j] for j in partners)
            text = f"{touching * problem.ground.cell_m:.2f} m in common with {names}"
            broken.append(BrokenRule("staff_side", problem.kinds[i], f"{text}; staff cross the public floor"))
    return broken
