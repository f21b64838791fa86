"""Add the rules of `layout.zones.pack` to its model, one function a rule; letters as in its formulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from layout.floor.cells import forbidden_rectangles
from layout.zones.problem import Ints, PackProblem, Placement

Box = tuple[cp_model.IntervalVar, cp_model.IntervalVar]


@dataclass(frozen=True)
class PackVariables:
    """The variables of one packing; every list has one entry a zone, ``wings`` one a wing."""

    x: list[cp_model.IntVar]
    y: list[cp_model.IntVar]
    w: list[cp_model.IntVar]
    h: list[cp_model.IntVar]
    area: list[cp_model.IntVar]
    boxes: list[Box]
    wings: list[Box]

    def line(self, i: int, side: int) -> cp_model.LinearExpr:
        """Return the coordinate of a side of a zone: 0 east, 1 north, 2 west, 3 south."""
        return (self.x[i] + self.w[i], self.y[i] + self.h[i], self.x[i] + 0, self.y[i] + 0)[side]


def front_strip(place: Ints, depth: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the strip before a zone's front."""
    return strip(place, int(place[4]), depth)


def strip(place: Ints, side: int, depth: int) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the strip before a side of a zone."""
    x, y, w, h = (int(value) for value in place[:4])
    return ((x + w, y, depth, h), (x, y + h, w, depth), (x - depth, y, depth, h), (x, y - depth, w, depth))[side]


def fixed_box(model: cp_model.CpModel, rectangle: Ints) -> Box:
    """Return the intervals of a rectangle that stays: x, y, width, height."""
    x, y, w, h = (int(value) for value in rectangle)
    return (
        model.new_fixed_size_interval_var(x, w, f"fixed_x_{x}_{y}"),
        model.new_fixed_size_interval_var(y, h, f"fixed_y_{x}_{y}"),
    )


def add_shapes(model: cp_model.CpModel, problem: PackProblem, start: Placement, reach: int) -> PackVariables:
    """Give every zone one of its shapes, within reach of where it starts; locked zones stay.

    A zone that starts as an L keeps its two rectangles.
    """
    rows, columns = problem.ground.free.shape
    made = PackVariables([], [], [], [], [], [], [])
    for i, (x0, y0, w0, h0, front) in enumerate(start.places.tolist()):
        far = 0 if problem.is_locked(i) else reach
        x = model.new_int_var(max(0, x0 - far), min(columns, x0 + far), f"x{i}")
        y = model.new_int_var(max(0, y0 - far), min(rows, y0 + far), f"y{i}")
        w, h = model.new_int_var(1, columns, f"w{i}"), model.new_int_var(1, rows, f"h{i}")
        area = model.new_int_var(1, rows * columns, f"area{i}")
        sizes = problem.shapes[i] if front % 2 == 1 else problem.shapes[i][:, ::-1]
        allowed = sorted({(int(a), int(b), int(a * b)) for a, b in sizes} | {(w0, h0, w0 * h0)})
        if start.wings[i, 2] > 0:
            allowed = [(w0, h0, int(start.areas()[i]))]
            made.wings.append(_wing_box(model, (x, y), start.places[i], start.wings[i]))
        model.add_allowed_assignments([w, h, area], allowed)
        right = model.new_int_var(0, columns, f"right{i}")
        top = model.new_int_var(0, rows, f"top{i}")
        made.boxes.append(
            (model.new_interval_var(x, w, right, f"across{i}"), model.new_interval_var(y, h, top, f"along{i}"))
        )
        for group, variable in zip((made.x, made.y, made.w, made.h, made.area), (x, y, w, h, area), strict=True):
            group.append(variable)
    return made


def _wing_box(model: cp_model.CpModel, corner: tuple[cp_model.IntVar, cp_model.IntVar], place: Ints, wing: Ints) -> Box:
    """Return the intervals of a wing that moves with the first rectangle."""
    name = f"wing_{corner[0].name}"
    return (
        model.new_fixed_size_interval_var(corner[0] + int(wing[0] - place[0]), int(wing[2]), name),
        model.new_fixed_size_interval_var(corner[1] + int(wing[1] - place[1]), int(wing[3]), name),
    )


def add_clear_fronts(
    model: cp_model.CpModel, made: PackVariables, problem: PackProblem, start: Placement, access: Ints
) -> None:
    """Keep the strip P_i between each zone's front and its aisle clear of other zones.

    Where people stand along the whole front, the strip is as long as the front, at least an aisle deep, and clear of
    obstacles too; else it is as wide as the walker at the start's access, which the zone must keep touching.
    """
    rows, columns = problem.ground.free.shape
    solid = [fixed_box(model, rectangle) for rectangle in forbidden_rectangles(problem.ground.free)]
    for i in range(problem.count):
        if access[i, 0] < 0:
            continue
        side = int(start.places[i, 4])
        k, first = access_square(problem, start, i, access[i])
        k = problem.ground.aisle_public if problem.full_front[i] else k
        depth = _strip_depth(model, made, i, side, (k, int(_front_line(start.places[i]))), (rows, columns))
        across = side % 2 == 1
        low, size = (made.x[i], made.w[i]) if across else (made.y[i], made.h[i])
        others = [*(box for j, box in enumerate(made.boxes) if j != i), *made.wings]
        if problem.full_front[i]:
            end = model.new_int_var(0, max(rows, columns), f"strip_end{i}")
            length = model.new_interval_var(low, size, end, f"strip_length{i}")
            others += solid
        else:
            middle = int(access[i, 1] if across else access[i, 0])
            axis = 0 if across else 1
            lowest = int(start.places[i, axis])
            touched = min(max(middle, lowest), lowest + int(start.places[i, axis + 2]) - 1)
            model.add(low <= touched)
            model.add(low + size >= touched + 1)
            length = model.new_fixed_size_interval_var(first, k, f"strip_length{i}")
        box = (length, depth) if across else (depth, length)
        model.add_no_overlap_2d([box[0], *(b[0] for b in others)], [box[1], *(b[1] for b in others)])


def access_square(problem: PackProblem, start: Placement, i: int, access: Ints) -> tuple[int, int]:
    """Return the side of the square that stays free at a zone's access, and where along the front it begins, cells.

    A turning circle where one fits over the access, else the walker.
    """
    ground = problem.ground
    place = start.places[i]
    across = place[4] % 2 == 1
    k = ground.aisle_staff if problem.staff_access[i] else ground.aisle_public
    first = int(access[1] if across else access[0]) - k // 2
    if problem.staff_access[i]:
        return k, first
    walkable = ground.free & ~start.mask(ground.free.shape)
    t = max(k, ground.turning)
    x, y, w, h = front_strip(place, t)
    for begin in range(first, first - (t - k) - 1, -1):
        square = (begin, y, t, h) if across else (x, begin, w, t)
        cells = walkable[max(0, square[1]) : square[1] + square[3], max(0, square[0]) : square[0] + square[2]]
        if cells.size == t * t and cells.all():
            return t, begin
    return k, first


def add_open_windows(model: cp_model.CpModel, made: PackVariables, problem: PackProblem, start: Placement) -> None:
    """Keep staff and enclosed zones off windows that they did not hide at the start."""
    windows = [fixed_box(model, rectangle) for rectangle in forbidden_rectangles(~problem.ground.windows)]
    for i in np.flatnonzero(problem.enclosed | ~problem.public):
        x, y, w, h = start.places[i, :4]
        if not problem.ground.windows[y : y + h, x : x + w].any():
            box = made.boxes[i]
            model.add_no_overlap_2d([box[0], *(b[0] for b in windows)], [box[1], *(b[1] for b in windows)])


def _front_line(place: Ints) -> int:
    return int((place[0] + place[2], place[1] + place[3], place[0], place[1])[place[4]])


def _strip_depth(
    model: cp_model.CpModel, made: PackVariables, i: int, side: int, aisle: tuple[int, int], floor: tuple[int, int]
) -> cp_model.IntervalVar:
    """Return the interval from a zone's front over at least an aisle to the far edge of the start's aisle."""
    k, front = aisle
    limit = floor[1] if side % 2 == 0 else floor[0]
    size = model.new_int_var(k, limit, f"strip_size{i}")
    near = model.new_int_var(0, limit, f"strip_near{i}")
    far = model.new_int_var(0, limit, f"strip_far{i}")
    if side < 2:
        model.add(near == made.line(i, side))
        model.add(far >= min(limit, front + k))
    else:
        model.add(far == made.line(i, side))
        model.add(near <= max(0, front - k))
    return model.new_interval_var(near, size, far, f"strip_depth{i}")


def add_kept_contacts(model: cp_model.CpModel, made: PackVariables, problem: PackProblem, start: Placement) -> None:
    """Keep what touched at the start: sides at walls, and zones side by side (counters at their staff's zone).

    Walls, partitions, backs and staff sides stay as good as they were; sizes and shifts remain free.
    """
    solid = np.pad(~problem.ground.free, 1, constant_values=True)
    need = problem.ground.aisle_staff
    for i in range(problem.count):
        for side in range(4):
            x, y, w, h = strip(start.places[i], side, 1)
            beyond = solid[y + 1 : y + h + 1, x + 1 : x + w + 1]
            backed = problem.wall[i] and side == (int(start.places[i, 4]) + 2) % 4
            if beyond.all() or (backed and beyond.any()):
                model.add(made.line(i, side) == _side_line(start.places[i], side))
            if backed and not beyond.all():
                low, size = (made.x[i], made.w[i]) if side % 2 == 1 else (made.y[i], made.h[i])
                first, length = (x, w) if side % 2 == 1 else (y, h)
                model.add(low >= first)
                model.add(low + size <= first + length)
            for j in range(problem.count):
                common = _shared(start, i, j, side) if j != i else 0
                if common > 0:
                    _keep_touching(model, made, (i, j), side, common if backed else min(common, need))


def _side_line(place: Ints, side: int) -> int:
    return int((place[0] + place[2], place[1] + place[3], place[0], place[1])[side])


def _shared(start: Placement, i: int, j: int, side: int) -> int:
    x, y, w, h = strip(start.places[i], side, 1)
    other = start.places[j]
    wide = min(x + w, other[0] + other[2]) - max(x, other[0])
    high = min(y + h, other[1] + other[3]) - max(y, other[1])
    return int(wide * high) if wide > 0 and high > 0 else 0


def _keep_touching(model: cp_model.CpModel, made: PackVariables, pair: tuple[int, int], side: int, length: int) -> None:
    i, j = pair
    model.add(made.line(i, side) == made.line(j, (side + 2) % 4))
    low, size = (made.x, made.w) if side % 2 == 1 else (made.y, made.h)
    model.add(low[i] + size[i] - low[j] >= length)
    model.add(low[j] + size[j] - low[i] >= length)


def add_distances(
    model: cp_model.CpModel, made: PackVariables, problem: PackProblem, start: Placement, scale: int
) -> cp_model.LinearExpr:
    """Return the objective: area off target, flow × distance, closeness × gap, in ``scale`` parts of a metre or m²."""
    cell = problem.ground.cell_m
    weights = problem.weights
    rows, columns = problem.ground.free.shape
    flow = (problem.flow + problem.flow.T) / max(float(problem.flow[0].sum()), 1e-9)
    door = np.argwhere(problem.ground.entrance).mean(axis=0)
    terms: list[cp_model.LinearExpr] = []
    for i in range(problem.count):
        off = model.new_int_var(0, rows * columns, f"off{i}")
        model.add(off >= made.area[i] - int(problem.target[i]))
        model.add(off >= int(problem.target[i]) - made.area[i])
        terms.append(off * round(scale * weights.get("area", 0.0) * cell**2))
        for k in range(i + 1):
            walk = round(scale * weights.get("walking", 0.0) * float(flow[i + 1, k]) * cell / 2)
            if walk > 0:
                away = _access(made, i, start)
                if k == 0:
                    away = [away[0] - (2 * int(door[1]) + 1), away[1] - (2 * int(door[0]) + 1)]
                else:
                    away = [a - b for a, b in zip(away, _access(made, k - 1, start), strict=True)]
                terms += [_size_of(model, along, 2 * max(rows, columns)) * walk for along in away]
            near = round(scale * weights.get("closeness", 0.0) * float(problem.closeness[i + 1, k]) * cell)
            if near > 0 and k > 0:
                terms += [_gap(model, made, (i, k - 1), side, max(rows, columns)) * near for side in (0, 1)]
    return cp_model.LinearExpr.sum(terms)


def _access(made: PackVariables, i: int, start: Placement) -> list[cp_model.LinearExpr]:
    """Return twice the middle of a zone's front."""
    side = int(start.places[i, 4])
    if side % 2 == 0:
        return [made.line(i, side) * 2, made.y[i] * 2 + made.h[i]]
    return [made.x[i] * 2 + made.w[i], made.line(i, side) * 2]


def _size_of(model: cp_model.CpModel, value: cp_model.LinearExpr, most: int) -> cp_model.IntVar:
    """Return a variable that is at least the absolute value."""
    size = model.new_int_var(0, most, "")
    model.add(size >= value)
    model.add(size >= -value)
    return size


def _gap(model: cp_model.CpModel, made: PackVariables, pair: tuple[int, int], side: int, most: int) -> cp_model.IntVar:
    """Return the gap of two zones along an axis (0 across, 1 along), at least 0."""
    i, j = pair
    low, size = (made.x, made.w) if side == 0 else (made.y, made.h)
    far = model.new_int_var(0, most, "")
    model.add(far >= low[j] - low[i] - size[i])
    model.add(far >= low[i] - low[j] - size[j])
    return far
