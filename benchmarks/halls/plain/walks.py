"""Add walks to the plain model: `straight`, `Walks`. Lengths in hundredths of a cell's side.

The judge walks from cell to cell by the 16 moves of `layout.floor.walk`. In a free rectangle such a walk is as long as
the largest of four linear forms of the distances along the axes, so that a straight leg is exact up to rounding. A walk
round zones is a chain of legs, each within one aisle, bent at cells that the model chooses.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from halls.plain.variables import Expr, PlainModel, Point

MILLI = 100
BENDS = 3
# Moves along an axis, a knight's and a diagonal one: 1, √5 and √2 cells long.
FORMS = ((100, 24), (82, 59), (59, 82), (24, 100))


def straight(made: PlainModel, a: Point, b: Point) -> cp_model.IntVar:
    """Return the length of the walk from a cell to another across free floor."""
    model = made.model
    far = [model.new_int_var(0, size, "") for size in made.size]
    for axis in (0, 1):
        model.add_abs_equality(far[axis], a[axis] - b[axis])
    length = model.new_int_var(0, MILLI * sum(made.size), "")
    model.add_max_equality(length, [u * far[0] + v * far[1] for u, v in FORMS])
    return length


@dataclass
class Walks:
    """The walks of a model between its places: 0 the widest entrance, zone i is i + 1; each is made once."""

    made: PlainModel
    lengths: dict[tuple[int, int], Expr] = field(default_factory=dict)
    _inside: dict[int, list[cp_model.IntVar]] = field(default_factory=dict)

    def place(self, k: int) -> Point:
        """Return the cell of a place."""
        return self.made.doors()[0] if k == 0 else self.made.access[k - 1]

    def between(self, k: int, other: int) -> Expr:
        """Return the length of a visitor's walk between two places, at least the shortest through the aisles."""
        pair = (min(k, other), max(k, other))
        if pair not in self.lengths:
            ends = [self._ends(place) for place in pair]
            self.lengths[pair] = self._walk(self.place(pair[0]), self.place(pair[1]), ends, self.made.public)
        return self.lengths[pair]

    def to_door(self, i: int) -> Expr:
        """Return the length of a walk from a zone to some entrance, in aisles that may enter its access."""
        made = self.made
        doors = made.doors()
        narrow = bool(made.problem.staff_access[i])
        if len(doors) == 1 and not narrow:
            return self.between(0, i + 1)
        door = made.point()
        ways = [made.literal() for _ in doors]
        made.model.add_bool_or(ways)
        for way, (column, row) in zip(ways, doors, strict=True):
            made.model.add(door[0] == column).only_enforce_if(way)
            made.model.add(door[1] == row).only_enforce_if(way)
        count = len(made.aisles) if narrow else made.public
        ends = [[made.within(cell, aisle) for aisle in made.aisles[:count]] for cell in (door, made.access[i])]
        return self._walk(door, made.access[i], ends, count)

    def _ends(self, k: int) -> list[cp_model.IntVar]:
        """Return for each aisle whether a place lies in it."""
        if k not in self._inside:
            self._inside[k] = [self.made.within(self.place(k), aisle) for aisle in self.made.aisles[: self.made.public]]
        return self._inside[k]

    def _walk(self, start: Point, end: Point, ends: list[list[cp_model.IntVar]], count: int) -> Expr:
        made = self.made
        bends = [made.point() for _ in range(BENDS)]
        points = [start, *bends, end]
        inside = [ends[0], *([made.within(bend, aisle) for aisle in made.aisles[:count]] for bend in bends), ends[1]]
        total: Expr = 0
        for number in range(BENDS + 1):
            through = []
            for here, there in zip(inside[number], inside[number + 1], strict=True):
                both = made.literal()
                made.model.add_implication(both, here)
                made.model.add_implication(both, there)
                through.append(both)
            made.model.add_bool_or(through)
            total += straight(made, points[number], points[number + 1])
        return total
