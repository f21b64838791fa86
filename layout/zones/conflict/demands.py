"""Take a brief apart into what its planner demands: `demands_of`, and state a hall under some of them: `under`.

Each demand can be given up on its own, and giving one up only ever allows more:

==========  ===========================================================================================================
place       a zone is there in a size the programme allows, with a way to it; without, it and all it demands are gone
locked      it stands where it was locked; without, anywhere, in the programme's sizes where they are known
front       people can stand along all of its front; without, one opening is enough
staff_side  it touches the zone its staff come from; counts only while every such zone is demanded
within      the walk from an entrance is short enough
exit        an exit is reached by an aisle
aisles      visitors' (``aisle_public``) and staff's aisles (``aisle_staff``) are as wide as the rules say; without, any
            gap of one cell is a way
turning     a turning circle lies before every zone that visitors walk to
doors       doors keep their turning circle clear
==========  ===========================================================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from layout.zones.problem import Ground, Ints, PackProblem, Placement

DemandKind = Literal[
    "place", "locked", "front", "staff_side", "within", "exit", "aisle_public", "aisle_staff", "turning", "doors"
]
OF_ZONES: frozenset[DemandKind] = frozenset({"locked", "front", "staff_side", "within"})

REMEDIES: Mapping[DemandKind, str] = {
    "place": "leave a zone out ([layout.programme] without) or let it be smaller ([layout.programme] file, area_m2)",
    "locked": "unlock or move a zone ([layout.programme] locked)",
    "front": 'let one opening do (front = "part" in the programme)',
    "staff_side": "let staff cross the public floor (back_to in the programme)",
    "within": "allow a longer walk (entrance_within_m in the programme)",
    "exit": "open or move an exit (the plan)",
    "aisle_public": "narrower aisles for visitors ([layout.rules.numbers] aisle_public)",
    "aisle_staff": "narrower aisles for staff ([layout.rules.numbers] aisle_staff)",
    "turning": "smaller turning circles ([layout.rules.numbers] turning)",
    "doors": "less clear floor at doors ([layout.rules.numbers] turning)",
}


@dataclass(frozen=True)
class Demand:
    """One demand.

    Parameters
    ----------
    kind
        See the module.
    at
        Number of the zone or exit concerned, from 0; −1 where it concerns the whole hall.
    words
        What is demanded, in the planner's words.
    """

    kind: DemandKind
    at: int = -1
    words: str = field(default="", compare=False)


@dataclass(frozen=True)
class Brief:
    """What is demanded of one hall.

    Parameters
    ----------
    problem
        The hall with every demand.
    shapes
        Zone → the shapes (k, 2) it may take once it is no longer locked.
    sizes
        Zone → its size in the planner's words, such as ``3 posts need a front of 4.5 m``.
    """

    problem: PackProblem
    shapes: Mapping[int, Ints] = field(default_factory=dict)
    sizes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reduced:
    """A hall under some demands; ``zones`` are the numbers its zones have in the whole problem."""

    problem: PackProblem | None
    zones: tuple[int, ...]

    def of(self, places: Mapping[int, Ints]) -> Placement:
        """Return the placement of its zones out of a plan by the whole problem's numbers, see `by_number`."""
        rows = np.array([places[i] for i in self.zones], dtype=np.int64).reshape(-1, 9)
        return Placement(rows[:, :5].copy(), rows[:, 5:].copy())

    def by_number(self, placement: Placement) -> dict[int, Ints]:
        """Return a plan: the whole problem's number of a zone → its place and its second rectangle, shape (9,)."""
        return dict(zip(self.zones, np.hstack([placement.places, placement.wings]), strict=True))


def demands_of(brief: Brief) -> tuple[Demand, ...]:
    """Return every demand, those first that a planner gives up most easily."""
    problem, ground = brief.problem, brief.problem.ground
    m = ground.cell_m
    found: list[Demand] = []
    if ground.turning > 1 and not problem.staff_access.all():
        text = f"a turning circle of {ground.turning * m:.2f} m before every zone for visitors"
        found.append(Demand("turning", words=text))
    for i in np.flatnonzero(problem.entrance_within > 0):
        text = f"{problem.kinds[i]}: at most {problem.entrance_within[i]:g} m from an entrance"
        found.append(Demand("within", int(i), text))
    for i in np.flatnonzero(problem.back_to.any(axis=1)):
        partners = " or ".join(problem.kinds[j] for j in np.flatnonzero(problem.back_to[i]))
        found.append(Demand("staff_side", int(i), f"{problem.kinds[i]}: its staff side at {partners}"))
    found += [
        Demand("front", int(i), f"{problem.kinds[i]}: people can stand along its whole front")
        for i in np.flatnonzero(problem.full_front)
    ]
    found += [
        Demand("exit", number, f"exit {number + 1}: an aisle leads to it")
        for number, mask in enumerate(ground.exits)
        if mask.any()
    ]
    found.append(Demand("aisle_staff", words=f"staff's aisles {ground.aisle_staff * m:.2f} m wide"))
    found.append(Demand("aisle_public", words=f"visitors' aisles {ground.aisle_public * m:.2f} m wide"))
    if (ground.free & ~ground.buildable).any():
        found.append(Demand("doors", words=f"{ground.turning * m:.2f} m before every door kept clear"))
    for zone in range(problem.count):
        if problem.is_locked(zone):
            x, y, w, h = (value * m for value in problem.locked[zone, :4])
            text = f"{problem.kinds[zone]}: locked at x {x:.2f}, y {y:.2f}, {w:.2f} × {h:.2f} m"
            found.append(Demand("locked", zone, text))
    found.extend(Demand("place", i, f"{problem.kinds[i]}: {_size(brief, i)}") for i in range(problem.count))
    return tuple(found)


def _size(brief: Brief, i: int) -> str:
    if i in brief.sizes:
        return brief.sizes[i]
    shapes, m = _shapes(brief, i), brief.problem.ground.cell_m
    least = float((shapes[:, 0] * shapes[:, 1]).min()) * m**2
    front, depth = (float(shapes[:, axis].min()) * m for axis in (0, 1))
    return f"at least {least:.1f} m², a front of {front:.2f} m or more and {depth:.2f} m of depth"


def _shapes(brief: Brief, i: int) -> Ints:
    return brief.shapes.get(i, brief.problem.shapes[i])


def effective(brief: Brief, demands: Collection[Demand]) -> frozenset[Demand]:
    """Return the demands that say something: those of zones that are demanded, next to zones that are."""
    there = {demand.at for demand in demands if demand.kind == "place"}
    kept = set()
    for demand in demands:
        if demand.kind in OF_ZONES and demand.at not in there:
            continue
        if demand.kind == "staff_side" and not set(np.flatnonzero(brief.problem.back_to[demand.at])) <= there:
            continue
        kept.add(demand)
    return frozenset(kept)


def under(brief: Brief, demands: Collection[Demand]) -> Reduced:
    """Return the hall in which only these demands are made; without a problem where no zone is left."""
    said = effective(brief, demands)
    problem = brief.problem
    zones = tuple(i for i in range(problem.count) if Demand("place", i) in said)
    if not zones:
        return Reduced(None, ())
    at = np.array(zones)
    both, flows = np.ix_(at, at), np.ix_([0, *(at + 1)], [0, *(at + 1)])

    def only(kind: DemandKind) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([Demand(kind, i) in said for i in zones])

    locked = np.where(only("locked")[:, None], problem.locked[at], -1)
    shapes = tuple(
        _shapes(brief, i) if free and problem.is_locked(i) else problem.shapes[i]
        for i, free in zip(zones, locked[:, 0] < 0, strict=True)
    )
    reduced = replace(
        problem,
        ground=_ground(problem.ground, said),
        kinds=tuple(problem.kinds[i] for i in zones),
        shapes=shapes,
        target=problem.target[at],
        public=problem.public[at],
        staff_access=problem.staff_access[at],
        full_front=problem.full_front[at] & only("front"),
        wall=problem.wall[at],
        enclosed=problem.enclosed[at],
        selling=problem.selling[at],
        back_to=problem.back_to[both] & only("staff_side")[:, None],
        entrance_within=np.where(only("within"), problem.entrance_within[at], 0.0),
        locked=locked,
        flow=problem.flow[flows],
        closeness=problem.closeness[flows],
        sees=problem.sees[flows],
        bend=np.where((locked[:, :1] < 0), problem.bends[at], 0),
        daylight=problem.wants_daylight[at],
    )
    return Reduced(reduced, zones)


def _ground(ground: Ground, said: Collection[Demand]) -> Ground:
    demanded = np.array([Demand("exit", number) in said for number in range(len(ground.exits))], dtype=bool)
    return replace(
        ground,
        buildable=ground.buildable if Demand("doors") in said else ground.free,
        exits=ground.exits & demanded[:, None, None],
        aisle_public=ground.aisle_public if Demand("aisle_public") in said else 1,
        aisle_staff=ground.aisle_staff if Demand("aisle_staff") in said else 1,
        turning=ground.turning if Demand("turning") in said else 1,
    )
