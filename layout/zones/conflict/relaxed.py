"""State what every rule-clean arrangement of a hall keeps, for CP-SAT: `Relaxed`.

Letters
-------
zones i with corner x_i, y_i, size w_i, h_i and front side f_i, whole cells; S the cells no zone may take; Q the
positions at which a square walker of k cells fits on the free floor round the locked zones and is reached from an
entrance when no other zone stands; walkers are visitors' or staff's, each with its own k and Q.

subject to  NoOverlap2D(zones, S)              zones are disjoint, off obstacles and doors
            (w_i, h_i) a shape allowed         area, depth, frontage, aspect; Σ w_i h_i at most the floor outside S
            a_i ∈ Q, flush with front f_i      a walker stands before each zone; disjoint from all zones
            t_i                                a turning square before visitors' zones, the same way
            P_i                                the strip along a full front, one walker deep, disjoint from all zones
            b_e ∈ Q touches exit e             a walker stands at each exit, one more at the entrance
            contact(i, j) ≥ staff's aisle      for one j that gives i its staff side
            a_i within reach                   of an entrance, walking as if no zone but the locked ones stood there

Every plan the judge calls clean keeps all of this, so a contradiction is a proof that no such plan exists. The
converse fails where walkers cannot pass from one such square to another, where a real walk is longer, and for zones
that may be an L, of which only the first rectangle is stated. Then cuts are added (`layers`,
`frontier`): a walk from the entrance to a place outside a set of positions passes a free position on its frontier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from scipy import ndimage

from layout.floor.cells import forbidden_rectangles
from layout.floor.walk import reached_positions, touching, walk_distances, wide_walk
from layout.zones.problem import Ground, Ints, Mask, PackProblem, Placement

Box = tuple[cp_model.IntervalVar, cp_model.IntervalVar]
STRIDE = 2


@dataclass(frozen=True)
class Walker:
    """A square walker: its side, the positions Q it can reach, and how many moves lead to each (−1 none)."""

    k: int
    reach: Mask
    start: Mask
    moves: Ints


@dataclass(frozen=True)
class Square:
    """A square of free floor of a fixed size: its corner and its box."""

    x: cp_model.IntVar
    y: cp_model.IntVar
    box: Box


@dataclass(frozen=True)
class Zone:
    """The variables of one zone; ``front`` has one literal a side."""

    x: cp_model.IntVar
    y: cp_model.IntVar
    w: cp_model.IntVar
    h: cp_model.IntVar
    right: cp_model.IntVar
    top: cp_model.IntVar
    front: list[cp_model.IntVar]
    box: Box

    def line(self, side: int) -> cp_model.IntVar:
        """Return the coordinate of a side: 0 east, 1 north, 2 west, 3 south."""
        return (self.right, self.top, self.x, self.y)[side]

    def span(self, side: int) -> tuple[cp_model.IntVar, cp_model.IntVar]:
        """Return where a side begins and ends."""
        return (self.y, self.top) if side % 2 == 0 else (self.x, self.right)


class Relaxed:
    """The model of one hall.

    Parameters
    ----------
    problem
        The hall.
    """

    def __init__(self, problem: PackProblem) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.rows, self.columns = problem.ground.free.shape
        ground = problem.ground
        locked = np.zeros(ground.free.shape, dtype=bool)
        for x, y, w, h, _ in problem.locked[problem.locked[:, 0] >= 0]:
            locked[max(0, y) : max(0, y + h), x : x + w] = True
        self.open = ground.free & ~locked
        self.walkers = {staff: self._walker(staff) for staff in (False, True)}
        self.zones = [self._zone(i) for i in range(problem.count)]
        solid = [self._fixed(*cells) for cells in forbidden_rectangles(ground.buildable).tolist()]
        self._apart([*(zone.box for zone in self.zones), *solid])
        self.access = [self._access(i) for i in range(problem.count)]
        for staff in sorted({bool(value) for value in problem.staff_access}):
            self.bridge(staff, self.walkers[staff].start)
        self._exits()
        self._staff_sides()

    def _walker(self, staff: bool) -> Walker:
        ground = self.problem.ground
        k = ground.aisle_staff if staff else ground.aisle_public
        reach = reached_positions(self.open, k, ground.entrance)
        start = reach & touching(ground.entrance, k) if reach.size else reach
        moves = np.where(start, 0, -1)
        wave, far = start, 0
        while wave.any():
            wave = ndimage.binary_dilation(wave) & reach & (moves < 0)
            far += 1
            moves[wave] = far
        return Walker(k, reach, start, moves)

    def _zone(self, i: int) -> Zone:
        model, shapes = self.model, self.problem.shapes[i]
        x, y = model.new_int_var(0, self.columns, f"x{i}"), model.new_int_var(0, self.rows, f"y{i}")
        w, h = model.new_int_var(1, self.columns, f"w{i}"), model.new_int_var(1, self.rows, f"h{i}")
        right, top = model.new_int_var(1, self.columns, f"right{i}"), model.new_int_var(1, self.rows, f"top{i}")
        front = [model.new_bool_var(f"front{i}_{side}") for side in range(4)]
        along = model.new_bool_var(f"along{i}")
        model.add_exactly_one(front)
        model.add(front[1] + front[3] == along)
        sizes = {(int(u), int(v), 1) for u, v in shapes} | {(int(v), int(u), 0) for u, v in shapes}
        table = sorted(size for size in sizes if size[0] <= self.columns and size[1] <= self.rows)
        model.add_allowed_assignments([w, h, along], table)
        box = (model.new_interval_var(x, w, right, f"bx{i}"), model.new_interval_var(y, h, top, f"by{i}"))
        if self.problem.is_locked(i):
            for variable, value in zip((x, y, w, h), self.problem.locked[i, :4], strict=True):
                model.add(variable == int(value))
            model.add(front[int(self.problem.locked[i, 4])] == 1)
        return Zone(x, y, w, h, right, top, front, box)

    def _fixed(self, x: int, y: int, w: int, h: int) -> Box:
        new = self.model.new_fixed_size_interval_var
        return new(x, w, ""), new(y, h, "")

    def _apart(self, boxes: list[Box]) -> None:
        self.model.add_no_overlap_2d([box[0] for box in boxes], [box[1] for box in boxes])

    def _clear(self, box: Box) -> None:
        """Keep a box clear of every zone."""
        self._apart([box, *(zone.box for zone in self.zones)])

    def _square(self, k: int, positions: Mask) -> Square | None:
        """Return a square of free floor at one of some positions; None, and no plan, where there is none."""
        if not positions.any():
            self.model.add_bool_or([])
            return None
        model = self.model
        rows, columns = np.nonzero(positions.any(axis=1))[0], np.nonzero(positions.any(axis=0))[0]
        x = model.new_int_var_from_domain(cp_model.Domain.from_values(columns.tolist()), "")
        y = model.new_int_var_from_domain(cp_model.Domain.from_values(rows.tolist()), "")
        self._inside((x, y), positions, [])
        new = model.new_fixed_size_interval_var
        square = Square(x, y, (new(x, k, ""), new(y, k, "")))
        self._clear(square.box)
        return square

    def _inside(
        self, point: tuple[cp_model.IntVar, cp_model.IntVar], positions: Mask, when: list[cp_model.IntVar]
    ) -> None:
        """Let a point be one of some positions, where all literals hold."""
        columns = positions.shape[1]
        flat = np.flatnonzero(positions).tolist()
        place = point[1] * columns + point[0]
        self.model.add_linear_expression_in_domain(place, cp_model.Domain.from_values(flat)).only_enforce_if(when)

    def _access(self, i: int) -> Square | None:
        problem, ground = self.problem, self.problem.ground
        staff = bool(problem.staff_access[i])
        walker = self.walkers[staff]
        square = self._square(walker.k, walker.reach)
        if square is None:
            return None
        self._before(square, walker.k, i)
        if problem.entrance_within[i] > 0:
            self._near(square, walker, i)
        if not staff and ground.turning > 1:
            circles = reached_positions(self.open, ground.turning, self.open)
            turn = self._square(ground.turning, circles)
            if turn is not None:
                self._before(turn, ground.turning, i)
        if problem.full_front[i] and int(problem.shapes[i][:, 0].min()) >= walker.k:
            self._strip(i, walker)
        return square

    def _before(self, square: Square, k: int, i: int) -> None:
        """Put a square flush before a zone's front, more than half of it along the front."""
        zone, model, over = self.zones[i], self.model, (k - 1) // 2
        for side in range(4):
            at = (square.x + k, square.y + k, square.x + 0, square.y + 0)[(side + 2) % 4]
            low = square.y if side % 2 == 0 else square.x
            first, last = zone.span(side)
            model.add(at == zone.line(side)).only_enforce_if(zone.front[side])
            model.add(low >= first - over).only_enforce_if(zone.front[side])
            model.add(low + k - over <= last).only_enforce_if(zone.front[side])

    def _near(self, square: Square, walker: Walker, i: int) -> None:
        """Let the middle of the walker's side at the front lie within the longest walk of any entrance cell."""
        ground, k = self.problem.ground, walker.k
        sources = np.argwhere(door_cells(ground, self.open, max(ground.aisle_public, ground.aisle_staff)))
        far = walk_distances(self.open, ground.cell_m, sources).min(axis=0, initial=np.inf)
        rows, columns = walker.reach.shape
        half = k // 2
        for side, (up, over) in enumerate(((half, 0), (0, half), (half, k - 1), (k - 1, half))):
            near = far[up : up + rows, over : over + columns] <= self.problem.entrance_within[i] + 1e-9
            self._inside((square.x, square.y), walker.reach & near, [self.zones[i].front[side]])

    def _strip(self, i: int, walker: Walker) -> None:
        """Keep the strip along a full front clear of zones and obstacles."""
        model, zone, k = self.model, self.zones[i], walker.k
        x, y = model.new_int_var(0, self.columns, ""), model.new_int_var(0, self.rows, "")
        w, h = model.new_int_var(1, self.columns, ""), model.new_int_var(1, self.rows, "")
        right, top = model.new_int_var(1, self.columns, ""), model.new_int_var(1, self.rows, "")
        box = (model.new_interval_var(x, w, right, ""), model.new_interval_var(y, h, top, ""))
        for side in range(4):
            near = (x, y, right, top)[side]
            deep = w if side % 2 == 0 else h
            low, high = (y, top) if side % 2 == 0 else (x, right)
            first, last = zone.span(side)
            for one, other in ((near, zone.line(side)), (low, first), (high, last)):
                model.add(one == other).only_enforce_if(zone.front[side])
            model.add(deep == k).only_enforce_if(zone.front[side])
        solid = [self._fixed(*cells) for cells in forbidden_rectangles(self.open).tolist()]
        self._apart([box, *(zone.box for zone in self.zones), *solid])

    def _exits(self) -> None:
        walker = self.walkers[True]
        for mask in self.problem.ground.exits:
            if mask.any():
                goals = walker.reach & touching(mask, walker.k) if walker.reach.size else walker.reach
                self.bridge(True, goals)
                self.bridge(True, walker.start)

    def _staff_sides(self) -> None:
        problem, model = self.problem, self.model
        need = problem.ground.aisle_staff
        for i in np.flatnonzero(problem.back_to.any(axis=1)):
            partners = np.flatnonzero(problem.back_to[i])
            if (problem.bends[[i, *partners], 1] > 0).any():
                continue
            ways = []
            for j in partners:
                for side in range(4):
                    touches = model.new_bool_var("")
                    ways.append(touches)
                    a, b = self.zones[i], self.zones[j]
                    model.add_implication(touches, ~a.front[side])
                    model.add(a.line(side) == b.line((side + 2) % 4)).only_enforce_if(touches)
                    (low_a, high_a), (low_b, high_b) = a.span(side), b.span(side)
                    for longer in (high_a - low_b, high_b - low_a, high_a - low_a, high_b - low_b):
                        model.add(longer >= need).only_enforce_if(touches)
            model.add_bool_or(ways)

    def bridge(self, staff: bool, positions: Mask, unless: cp_model.IntVar | None = None) -> None:
        """Keep a walker's square free at one of some positions, unless a literal holds."""
        k = self.walkers[staff].k
        if unless is None or not positions.any():
            if positions.any():
                self._square(k, positions)
            else:
                self.model.add_bool_or([] if unless is None else [unless])
            return
        model = self.model
        needed = ~unless
        x, y = model.new_int_var(0, self.columns, ""), model.new_int_var(0, self.rows, "")
        model.add_allowed_assignments([x, y], [(int(c), int(r)) for r, c in np.argwhere(positions)])
        new = model.new_optional_fixed_size_interval_var
        self._clear((new(x, k, needed, ""), new(y, k, needed, "")))

    def within(self, zones: list[int], positions: Mask) -> cp_model.IntVar:
        """Return a literal under which the accesses of some zones lie at some positions."""
        literal = self.model.new_bool_var("")
        for i in zones:
            square = self.access[i]
            if square is not None:
                self._inside((square.x, square.y), positions, [literal])
        return literal

    def layers(self, staff: bool, exits: bool) -> None:
        """Add a bridge in every second set of positions equally many moves from the entrance.

        A walk to a place d moves away passes every nearer set. With ``exits``, those nearer than the nearest position
        at an exit are passed in any case.
        """
        walker = self.walkers[staff]
        mine = [i for i in range(self.problem.count) if bool(self.problem.staff_access[i]) == staff]
        certain = 0
        if exits:
            for mask in self.problem.ground.exits:
                goals = walker.reach & touching(mask, walker.k)
                if mask.any() and goals.any():
                    certain = max(certain, int(walker.moves[goals].min()))
        for far in range(STRIDE, int(walker.moves.max(initial=0)), STRIDE):
            nearer = walker.reach & (walker.moves <= far)
            unless = None if far < certain else self.within(mine, nearer)
            self.bridge(staff, walker.moves == far, unless)

    def frontier(self, staff: bool, reached: Mask, zones: list[int], exits: bool) -> None:
        """Cut off a plan in which a walker reaches some positions only, yet zones or an exit lie elsewhere."""
        walker = self.walkers[staff]
        beyond = (ndimage.binary_dilation(reached) | walker.start) & walker.reach & ~reached
        if exits:
            self.bridge(staff, beyond)
        for i in zones:
            self.bridge(staff, beyond, self.within([i], reached & walker.reach))

    def placement(self, value: dict[int, int]) -> Placement:
        """Return the placement of a solution, given as the value of each variable's index."""
        rows = [
            [*(value[v.index] for v in (zone.x, zone.y, zone.w, zone.h)), _side(zone, value)] for zone in self.zones
        ]
        return Placement(np.array(rows, dtype=np.int64))

    def numbers(self) -> list[cp_model.IntVar]:
        """Return the variables that make the placement."""
        return [v for zone in self.zones for v in (zone.x, zone.y, zone.w, zone.h, *zone.front)]


def door_cells(ground: Ground, open_floor: Mask, k: int) -> Mask:
    """Return the cells from which walks may be measured, whatever the zones leave of the entrances.

    Where no zone can touch an entrance that squares of k cells cover, that is its middle alone; else any of its cells.
    """
    labels, count = ndimage.label(ground.entrance)
    cells = np.zeros_like(ground.entrance)
    for name in range(1, count + 1):
        door = labels == name
        if (wide_walk(door & open_floor & ~ground.buildable, k) == door).all():
            at = np.argwhere(door)
            door = np.zeros_like(door)
            door[tuple(at[int(np.argmin(((at - at.mean(axis=0)) ** 2).sum(axis=1)))])] = True
        cells |= door & open_floor
    return cells


def _side(zone: Zone, value: dict[int, int]) -> int:
    return next(side for side in range(4) if value[zone.front[side].index])
