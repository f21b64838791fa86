"""Begin from the plan of an earlier run, and hold zones where they are: `read_earlier`, `locks_of`.

A planner looks at a plan, names the zones that shall stay (``[layout.programme] keep``), and runs again: their places
are read from the zones.json that is there, and the search begins from all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layout.floor.cells import Cells
from layout.settings.hall import ProgrammeSettings
from layout.study.hall.read import Hall
from layout.zones.brief import SIDES
from layout.zones.problem import Ints, Mask, PackProblem, Placement
from layout.zones.space import Space
from outlet.errors import InputError

Rect = tuple[float, float, float, float]
FRONTS = {number: name for name, number in SIDES.items()}
SAME_M2 = 0.02


@dataclass(frozen=True)
class Lock:
    """Where a zone stays: its rectangle in the hall's metres, and the side its front looks to."""

    rect: Rect
    front: str

    def place(self, cells: Cells) -> tuple[int, int, int, int, int]:
        """Return x, y, width, height in cells, and the number of the front."""
        x, y, w, h = _in_cells(self.rect, cells)
        return x, y, w, h, SIDES[self.front]

    def line(self, name: str) -> str:
        """Return it as ``[layout.programme] locked`` has it."""
        rect = ", ".join(f"{value:g}" for value in self.rect)
        return f'{{ kind = "{name}", rect = [{rect}], front = "{self.front}" }}'


def _in_cells(rect: Rect, cells: Cells) -> tuple[int, int, int, int]:
    x, y, w, h = rect
    c = cells.cell_m
    return round((x - cells.x0) / c), round((y - cells.y0) / c), max(1, round(w / c)), max(1, round(h / c))


class _Zone(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    rects: tuple[Rect, ...] = Field(min_length=1, max_length=2)
    front_deg: float


class _Hall(BaseModel):
    model_config = ConfigDict(frozen=True)

    source: str
    area_m2: float


class _File(BaseModel):
    model_config = ConfigDict(frozen=True)

    schema_: Annotated[int, Field(alias="schema")]
    hall: _Hall
    zones: tuple[_Zone, ...]


@dataclass(frozen=True)
class Earlier:
    """The zones of an earlier plan of the same hall, by id: their rectangles in metres, the first with the front."""

    rects: Mapping[str, tuple[Rect, ...]]
    fronts: Mapping[str, int]

    def placement(self, problem: PackProblem, cells: Cells) -> Placement:
        """Return where the zones of a problem begin: as they were, locked ones as it says, new ones on free floor.

        A zone whose size the programme does not allow any more takes the nearest allowed one about its middle.
        """
        places, wings = np.zeros((problem.count, 5), dtype=np.int64), np.zeros((problem.count, 4), dtype=np.int64)
        new = []
        for i, name in enumerate(problem.kinds):
            if problem.is_locked(i):
                places[i] = problem.locked[i]
            elif name in self.rects:
                first, *second = (_in_cells(rect, cells) for rect in self.rects[name])
                places[i] = _allowed(problem, i, (*first, self.fronts[name]))
                if second and problem.bends[i, 1] > 0 and (places[i, :4] == first).all():
                    wings[i] = second[0]
            else:
                new.append(i)
        taken = ~problem.ground.buildable
        old = [i for i in range(problem.count) if i not in new]
        for i in old:
            _cover(taken, places[i])
            _cover(taken, wings[i])
        for i in new:
            places[i] = _emptiest(problem, i, taken)
            _cover(taken, places[i])
        return Placement(places, wings)


def _cover(taken: Mask, rect: Ints) -> None:
    x, y, w, h = (int(value) for value in rect[:4])
    taken[max(0, y) : y + h, max(0, x) : x + w] = True


def _allowed(problem: PackProblem, i: int, place: tuple[int, int, int, int, int]) -> tuple[int, int, int, int, int]:
    x, y, w, h, front = place
    u, v = (h, w) if front % 2 == 0 else (w, h)
    shapes = problem.shapes[i]
    near, far = (int(value) for value in shapes[int(np.argmin(np.abs(shapes - (u, v)).sum(axis=1)))])
    wide, high = (far, near) if front % 2 == 0 else (near, far)
    rows, columns = problem.ground.free.shape
    x, y = x + (w - wide) // 2, y + (h - high) // 2
    return max(0, min(x, columns - wide)), max(0, min(y, rows - high)), wide, high, front


def _emptiest(problem: PackProblem, i: int, taken: Mask) -> tuple[int, int, int, int, int]:
    """Return the place of a zone's target shape that covers least of what is taken; the first of equals."""
    shapes = problem.shapes[i]
    u, v = (int(value) for value in shapes[int(np.argmin(np.abs(shapes.prod(axis=1) - problem.target[i])))])
    rows, columns = taken.shape
    table = np.pad(taken.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    best: tuple[int, int, int, int, int, int] | None = None
    for front in range(4):
        w, h = (v, u) if front % 2 == 0 else (u, v)
        if w <= columns and h <= rows:
            lost = table[h:, w:] - table[:-h, w:] - table[h:, :-w] + table[:-h, :-w]
            y, x = (int(value) for value in np.unravel_index(int(lost.argmin()), lost.shape))
            found = int(lost[y, x]), x, y, w, h, front
            best = found if best is None else min(best, found, key=lambda one: one[0])
    assert best is not None
    return best[1:]


def read_earlier(file: Path, hall: Hall) -> Earlier:
    """Read the zones of an earlier zones.json.

    Raises
    ------
    InputError
        When it is no zones.json, or one of another hall.
    """
    try:
        found = _File.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, ValidationError, OSError) as error:
        raise InputError(f"{file}: found no plan of zones in it; run `outlet zones` once without keep") from error
    plan = hall.plan
    if found.hall.source != plan.source or abs(found.hall.area_m2 - float(plan.outline.area)) > SAME_M2:
        raise InputError(
            f"{file}: it is a plan of {found.hall.source} ({found.hall.area_m2:.1f} m²), the hall is now {plan.source} "
            f"({plan.outline.area:.1f} m²); run `outlet zones` once without keep and resume"
        )
    return Earlier(
        {zone.id: zone.rects for zone in found.zones},
        {zone.id: round(zone.front_deg / 90.0) % 4 for zone in found.zones},
    )


def locks_of(settings: ProgrammeSettings, earlier: Earlier | None, space: Space) -> dict[str, Lock]:
    """Return the zones that stay where they are, by id: those given by their rectangle, and those kept.

    Raises
    ------
    InputError
        When a zone is named that neither the earlier plan nor the hall's programme has: the message lists what there
        is.
    """
    names = [need.id for need in space.needs]
    kinds = {need.kind for need in space.needs}
    locks = {}
    for zone in settings.locked:
        parts = [need.id for need in space.needs if need.kind == zone.kind and need.id != zone.kind]
        if parts:
            raise InputError(
                f"outlet.toml: layout.programme.locked names {zone.kind}, which are {', '.join(parts)} in this hall; "
                "lock them one by one"
            )
        if zone.kind in names:
            locks[zone.kind] = Lock(zone.rect, zone.front)
    if not settings.keep:
        return locks
    assert earlier is not None
    for name in settings.keep:
        _must_be(name, list(earlier.rects), "the earlier plan")
        _must_be(name, names, "the programme now" if name not in kinds else "the hall now")
        if name in locks:
            raise InputError(f"outlet.toml: layout.programme names {name} in both locked and keep; take one out")
        if len(earlier.rects[name]) > 1:
            raise InputError(f"outlet.toml: layout.programme.keep names {name}, an L; only rectangles can be kept")
        locks[name] = Lock(earlier.rects[name][0], FRONTS[earlier.fronts[name]])
    return locks


def _must_be(name: str, known: Sequence[str], where: str) -> None:
    if name not in known:
        raise InputError(f"outlet.toml: layout.programme.keep names {name}; {where} has {', '.join(known)}")
