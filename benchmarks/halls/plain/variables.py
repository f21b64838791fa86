"""Hold the variables of the plain model and add the zones to it: `PlainModel`, `add_zones`. Units: cells."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model
from scipy import ndimage

from layout.floor.cells import forbidden_rectangles
from layout.zones.check import entrance_cells
from layout.zones.problem import Mask, PackProblem

Box = tuple[cp_model.IntervalVar, cp_model.IntervalVar]
Expr = cp_model.LinearExprT
Line = tuple[int, int, int]
Point = tuple[Expr, Expr]


@dataclass(frozen=True)
class Rectangle:
    """A rectangle of variables with its intervals."""

    x: cp_model.IntVar
    y: cp_model.IntVar
    w: cp_model.IntVar
    h: cp_model.IntVar
    right: cp_model.IntVar
    top: cp_model.IntVar
    box: Box

    def line(self, side: int) -> cp_model.IntVar:
        """Return the coordinate of a side: 0 east, 1 north, 2 west, 3 south."""
        return (self.right, self.top, self.x, self.y)[side]

    def span(self, side: int) -> tuple[cp_model.IntVar, cp_model.IntVar]:
        """Return the two ends of a side."""
        return (self.y, self.top) if side % 2 == 0 else (self.x, self.right)


@dataclass(frozen=True)
class ZoneVariables(Rectangle):
    """A zone: its area, and which side is its front."""

    area: cp_model.IntVar
    front: tuple[cp_model.IntVar, ...]


@dataclass
class PlainModel:
    """The model under construction.

    ``access`` holds the cell (column, row) before each zone's front where its walks end (in the short model twice the
    middle of a square); ``aisles`` the rectangles of
    floor that visitors reach, then those that only staff reach; ``public`` is how many of them are visitors'.
    """

    problem: PackProblem
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    zones: list[ZoneVariables] = field(default_factory=list)
    access: list[Point] = field(default_factory=list)
    aisles: list[Rectangle] = field(default_factory=list)
    public: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows of the hall."""
        rows, columns = self.problem.ground.free.shape
        return columns, rows

    def rectangle(self, least: tuple[int, int], most: tuple[int, int], name: str) -> Rectangle:
        """Add a rectangle with sides from ``least`` to ``most`` somewhere in the hall."""
        columns, rows = self.size
        model = self.model
        x, y = model.new_int_var(0, columns, f"{name}_x"), model.new_int_var(0, rows, f"{name}_y")
        w, h = model.new_int_var(least[0], most[0], f"{name}_w"), model.new_int_var(least[1], most[1], f"{name}_h")
        right, top = model.new_int_var(0, columns, f"{name}_r"), model.new_int_var(0, rows, f"{name}_t")
        box = model.new_interval_var(x, w, right, f"{name}_across"), model.new_interval_var(y, h, top, f"{name}_along")
        return Rectangle(x, y, w, h, right, top, box)

    def point(self) -> Point:
        """Add a cell somewhere in the hall."""
        columns, rows = self.size
        return self.model.new_int_var(0, columns - 1, ""), self.model.new_int_var(0, rows - 1, "")

    def literal(self) -> cp_model.IntVar:
        """Add a literal."""
        return self.model.new_bool_var("")

    def within(self, point: Point, rectangle: Rectangle) -> cp_model.IntVar:
        """Return a literal that says that a cell lies in a rectangle."""
        inside = self.literal()
        for value, low, high in ((point[0], rectangle.x, rectangle.right), (point[1], rectangle.y, rectangle.top)):
            self.model.add(value >= low).only_enforce_if(inside)
            self.model.add(value <= high - 1).only_enforce_if(inside)
        return inside

    def solid(self, free: Mask) -> list[Box]:
        """Return the boxes of the cells that are not free."""
        boxes = []
        for x, y, w, h in forbidden_rectangles(free).tolist():
            across = self.model.new_fixed_size_interval_var(x, w, "")
            boxes.append((across, self.model.new_fixed_size_interval_var(y, h, "")))
        return boxes

    def apart(self, boxes: list[Box]) -> None:
        """Keep boxes from overlapping."""
        self.model.add_no_overlap_2d([box[0] for box in boxes], [box[1] for box in boxes])

    def doors(self) -> list[tuple[int, int]]:
        """Return the cell (column, row) in the middle of each entrance, the widest first."""
        ground = self.problem.ground
        return [(c, r) for r, c in entrance_cells(ground.entrance, ground.free).tolist()]

    def entrances(self) -> list[list[list[int]]]:
        """Return the floor before each entrance as rectangles x, y, width, height, the widest first."""
        labels, _ = ndimage.label(self.problem.ground.entrance)
        return [forbidden_rectangles(labels != labels[r, c]).tolist() for c, r in self.doors()]


def add_zones(made: PlainModel) -> None:
    """Add the zones: shapes, fronts, off obstacles and doors, and apart."""
    model, problem = made.model, made.problem
    columns, rows = made.size
    for i, shapes in enumerate(problem.shapes):
        plain = made.rectangle((1, 1), (columns, rows), f"zone{i}")
        area = model.new_int_var(1, columns * rows, f"area{i}")
        front = tuple(model.new_bool_var(f"front{i}_{side}") for side in range(4))
        model.add_exactly_one(front)
        upright = model.new_bool_var(f"upright{i}")
        model.add(front[0] + front[2] == upright)
        table = [(0, int(u), int(v), int(u * v)) for u, v in shapes]
        table += [(1, int(v), int(u), int(u * v)) for u, v in shapes]
        model.add_allowed_assignments([upright, plain.w, plain.h, area], table)
        made.zones.append(
            ZoneVariables(plain.x, plain.y, plain.w, plain.h, plain.right, plain.top, plain.box, area, front)
        )
    made.apart([*(zone.box for zone in made.zones), *made.solid(problem.ground.buildable)])


def wall_lines(free: Mask, side: int) -> list[Line]:
    """Return the straight walls at which a rectangle's side can lie: (line, first, last) in cells."""
    solid = np.pad(~free, 1, constant_values=True)
    rows, columns = free.shape
    step = ((0, 1), (1, 0), (0, -1), (-1, 0))[side]
    beyond = solid[1 + step[0] : 1 + step[0] + rows, 1 + step[1] : 1 + step[1] + columns]
    edge = free & beyond
    if side % 2 == 0:
        edge = edge.T
    lines = []
    for number, cells in enumerate(edge):
        turns = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(int), [0]])))
        lines += [(number + (side < 2), int(a), int(b)) for a, b in turns.reshape(-1, 2)]
    return lines
