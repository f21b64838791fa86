"""Price a moving plan by the judge's linear terms: `price`.

Walks (`layout.zones.polish.walks`), area off target, closeness as a gap along the axes, new walls of enclosed zones,
windows that stay hidden, open backs, floor that daylight does not reach, and slits nobody walks. Sight, exposure and
how far aisles reach are left to the judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from ortools.sat.python import cp_model

from layout.zones.polish.blocks import Block, Edge, Rooms
from layout.zones.polish.fronts import Point
from layout.zones.polish.relations import beyond, gap_expr, gaps, inside, open_back
from layout.zones.polish.walks import PARTS, Walks
from layout.zones.problem import PackProblem, Placement
from layout.zones.terms import CAP_M

SCALE = 1_000_000
EDGES = range(4)
Priced = list[Edge]


def price_rooms(problem: PackProblem, start: Placement, rooms: Rooms) -> Priced:
    """Return what areas, new walls, backs and windows cost, in parts of `SCALE`."""
    m, weights = problem.ground.cell_m, problem.weights
    per_cell = {name: SCALE * m * weights.get(name, 0.0) for name in ("partition", "shopfront", "wall")}
    area = round(SCALE * weights.get("area", 0.0) * m * m)
    free = np.pad(problem.ground.free, 1)
    windows = np.pad(problem.ground.windows, 1)
    terms: Priced = [missed * area for missed in rooms.off]
    for block in rooms.all:
        i = block.zone
        if problem.enclosed[i]:
            terms += [_length(block, side, per_cell["partition"]) for side in EDGES if beyond(free, block, side).any()]
        if problem.enclosed[i] or not problem.public[i]:
            terms += [
                _length(block, side, per_cell["shopfront"]) for side in EDGES if beyond(windows, block, side, -1).all()
            ]
    for i in np.flatnonzero(problem.wall).tolist():
        side = int(start.places[i, 4])
        if beyond(open_back(problem, rooms, i), rooms.mains[i], side).any():
            terms.append(_length(rooms.mains[i], side, per_cell["wall"]))
    return terms


def price_daylight(problem: PackProblem, rooms: Rooms) -> Priced:
    """Return what the dark share of zones that want daylight costs, to first order, in parts of `SCALE`.

    A zone of area A of which D are dark goes from D / A to D / A + (d − D / A · l) / A as a side l long, with d dark
    cells along it, moves out by a cell. Zones that are all lit stay so, as do rooms that have or have not a window.
    """
    dark, wanting = np.pad(~problem.ground.lit, 1), np.flatnonzero(problem.wants_daylight).tolist()
    windows = np.pad(problem.ground.windows, 1)
    terms: Priced = []
    for i in wanting:
        blocks = [block for block in rooms.all if block.zone == i]
        if problem.enclosed[i] and not any(inside(windows, block).any() for block in blocks):
            terms.append(round(SCALE * problem.weights.get("daylight", 0.0) / len(wanting)))
            continue
        area = sum(inside(dark, block).size for block in blocks)
        share = sum(int(inside(dark, block).sum()) for block in blocks) / area
        cost = SCALE * problem.weights.get("daylight", 0.0) / len(wanting)
        terms.append(round(cost * share))
        for block in blocks:
            for side in EDGES:
                line = beyond(dark, block, side, -1)
                moved = block.edges[side] - block.start[side]
                each = cost * (float(line.sum()) - share * line.size) / area
                terms.append(moved * round(each if side > 1 else -each))
    return terms


def _length(block: Block, side: int, cost: float) -> Edge:
    axis = 1 - side % 2
    return (block.edges[axis + 2] - block.edges[axis]) * round(cost)


def price_slits(problem: PackProblem, slits: Sequence[tuple[Edge, int]]) -> Priced:
    """Return what slits between zones and walls cost that nobody walks."""
    cost = SCALE * problem.weights.get("dead_floor", 0.0) * problem.ground.cell_m**2
    return [gap * round(cost * length) for gap, length in slits]


def price_walks(
    model: cp_model.CpModel, problem: PackProblem, walks: Walks, points: Mapping[int, Point], door: Point
) -> Priced:
    """Return what walks cost, and hold those from the entrance within what zones want of them."""
    m, weights = problem.ground.cell_m, problem.weights
    flow = (problem.flow + problem.flow.T) / max(float(problem.flow[0].sum()), 1e-9)
    places = {0: door, **{i + 1: point for i, point in points.items()}}
    terms: Priced = []
    for (other, start), (k, end) in combinations(places.items(), 2):
        cost = weights.get("walking", 0.0) * float(flow[k, other])
        within = float(problem.entrance_within[k - 1]) if other == 0 else 0.0
        if other == 0:
            cost += weights.get("closeness", 0.0) * max(0.0, float(problem.closeness[k, 0]))
        far = walks.length(start, end) if cost > 0 or within > 0 else None
        if far is None:
            continue
        terms.append(far * round(SCALE * cost * m / PARTS))
        if within > 0 and not isinstance(far, int) and walks.steps(start, end) * m <= within:
            model.add(far <= int(within / m * PARTS))
    return terms + _price_shunning(model, problem, walks, points, door)


def _price_shunning(
    model: cp_model.CpModel, problem: PackProblem, walks: Walks, points: Mapping[int, Point], door: Point
) -> Priced:
    """Return what the walk from the entrance gives, up to a cap, to zones that want distance from it."""
    m = problem.ground.cell_m
    terms: Priced = []
    for i, point in points.items():
        weight = problem.weights.get("closeness", 0.0) * min(0.0, float(problem.closeness[i + 1, 0]))
        far = walks.least(door, point) if weight < 0 else None
        if far is not None:
            near = model.new_int_var(-round(CAP_M / m) * PARTS, round(CAP_M / m) * PARTS, "")
            model.add(near <= far)
            terms.append(near * round(SCALE * weight * m / PARTS))
    return terms


def price_closeness(model: cp_model.CpModel, problem: PackProblem, rooms: Rooms) -> Priced:
    """Return what gaps between zones that want to be near cost, less what gaps of those that want distance give."""
    m, most = problem.ground.cell_m, sum(problem.ground.free.shape)
    terms: Priced = []
    for k, other in np.argwhere(np.tril(problem.closeness[1:, 1:], -1) != 0).tolist():
        weight = SCALE * m * problem.weights.get("closeness", 0.0) * float(problem.closeness[k + 1, other + 1])
        pairs = [(a, b) for a in rooms.all for b in rooms.all if a.zone == k and b.zone == other]
        a, b = min(pairs, key=lambda pair: sum(_apart(*pair)))
        there = gaps(a, b)
        if weight > 0:
            for axis in (0, 1):
                far = model.new_int_var(0, most, "")
                model.add(far >= gap_expr(a, b, axis))
                model.add(far >= gap_expr(a, b, axis + 2))
                terms.append(far * round(weight))
        elif weight < 0:
            near = model.new_int_var(0, round(CAP_M / m), "")
            model.add(near <= gap_expr(a, b, int(np.argmax(there))) + min(_apart(a, b)))
            terms.append(near * round(weight))
    return terms


def _apart(a: Block, b: Block) -> tuple[int, int]:
    there = gaps(a, b)
    return max(0, there[0], there[2]), max(0, there[1], there[3])
