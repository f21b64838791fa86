"""Twenty impossible briefs, each with the conflict planted in it: `IMPOSSIBLE`.

Halls of cells of 0.25 m: rectangles, an L, a U, two rooms joined by a neck, columns, two entrances. Every brief has
zones that have nothing to do with the conflict. ``planted`` names a minimal set of demands (kind, and the zone or
exit concerned): no plan keeps all of them, and one keeps all but any one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layout.zones.conflict.demands import Brief, Demand, DemandKind
from layout.zones.problem import Ground, Ints, PackProblem, shapes_of

CELL_M = 0.25
DEEP = 6
Rectangle = tuple[int, int, int, int]
Named = tuple[DemandKind, str]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One zone as its planner states it, in cells; ``front`` and ``depth`` are least and largest."""

    front: tuple[int, int]
    depth: tuple[int, int]
    locked: tuple[int, int, int, int, int] | None = None
    staff: bool = False
    full: bool = False
    back_to: tuple[str, ...] = ()
    within_m: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Impossible:
    """One impossible brief: columns and rows of cells, what is cut out of them, doors as (side, middle), zones."""

    name: str
    size: tuple[int, int]
    zones: dict[str, Wish]
    planted: tuple[Named, ...]
    entrances: Sequence[tuple[str, int]] = (("south", 20),)
    exits: Sequence[tuple[str, int]] = ()
    cut: Sequence[Rectangle] = ()
    aisles: tuple[int, int, int] = (5, 4, 6)
    door_cells: int = 8

    @property
    def ground(self) -> Ground:
        """Its floor."""
        columns, rows = self.size
        free = np.ones((rows, columns), dtype=bool)
        for x, y, w, h in self.cut:
            free[y : y + h, x : x + w] = False
        before = [self._before(door) & free for door in (*self.entrances, *self.exits)]
        doors = len(self.entrances)
        public, staff, turning = self.aisles
        return Ground(
            free=free,
            buildable=free & ~np.any(before, axis=0),
            entrance=np.any(before[:doors], axis=0),
            exits=np.array(before[doors:], dtype=bool).reshape(-1, rows, columns),
            windows=np.zeros_like(free),
            cell_m=CELL_M,
            aisle_public=public,
            aisle_staff=staff,
            turning=turning,
        )

    def _before(self, door: tuple[str, int]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        columns, rows = self.size
        mask = np.zeros((rows, columns), dtype=bool)
        side, middle = door
        along = slice(max(0, middle - self.door_cells // 2), middle + self.door_cells // 2)
        across = slice(0, DEEP) if side in ("south", "west") else slice(-DEEP, None)
        mask[(across, along) if side in ("south", "north") else (along, across)] = True
        return mask

    @property
    def brief(self) -> Brief:
        """The brief."""
        names, wishes, n = tuple(self.zones), tuple(self.zones.values()), len(self.zones)
        free = [shapes_of(wish.front, wish.depth, (1, 10_000), 0.0) for wish in wishes]
        shapes = [
            one if wish.locked is None else _locked_shape(wish.locked) for one, wish in zip(free, wishes, strict=True)
        ]
        problem = PackProblem(
            ground=self.ground,
            kinds=names,
            shapes=tuple(shapes),
            target=np.array([int(np.prod(one[0])) for one in shapes]),
            public=np.array([not wish.staff for wish in wishes]),
            staff_access=np.array([wish.staff for wish in wishes]),
            full_front=np.array([wish.full for wish in wishes]),
            wall=np.zeros(n, dtype=bool),
            enclosed=np.array([wish.staff for wish in wishes]),
            selling=np.zeros(n, dtype=bool),
            back_to=np.array([[name in wish.back_to for name in names] for wish in wishes]),
            entrance_within=np.array([wish.within_m for wish in wishes]),
            locked=np.array([(-1,) * 5 if wish.locked is None else wish.locked for wish in wishes]),
            flow=np.zeros((n + 1, n + 1)),
            closeness=np.zeros((n + 1, n + 1)),
            sees=np.zeros((n + 1, n + 1), dtype=bool),
            weights={"walking": 1.0},
        )
        unlocked = {i: one for i, (one, wish) in enumerate(zip(free, wishes, strict=True)) if wish.locked is not None}
        return Brief(problem, shapes=unlocked)

    @property
    def conflict(self) -> frozenset[Demand]:
        """The planted demands."""
        names = list(self.zones)
        return frozenset(
            Demand(kind, names.index(where) if where in names else int(where or -1)) for kind, where in self.planted
        )


def _locked_shape(place: tuple[int, int, int, int, int]) -> Ints:
    _, _, w, h, front = place
    return np.array([[h, w] if front % 2 == 0 else [w, h]], dtype=np.int64)


SMALL = Wish(front=(8, 10), depth=(6, 8))
SEATS = Wish(front=(8, 14), depth=(8, 10))
OFFICE = Wish(front=(6, 10), depth=(6, 10), staff=True)
EAST, NORTH, WEST, SOUTH = 0, 1, 2, 3


def _places(*names: str) -> tuple[Named, ...]:
    return tuple(("place", name) for name in names)


def _locks(*names: str) -> tuple[Named, ...]:
    return (*_places(*names), *(("locked", name) for name in names))


def _wide(length: int, deep: int, **more: object) -> Wish:
    return Wish(front=(length, length), depth=(deep, deep), **more)  # type: ignore[arg-type]


IMPOSSIBLE = (
    Impossible(
        name="counters wider than every wall",
        size=(40, 32),
        zones={"reception": SMALL, "waiting": SEATS, "counters": Wish(front=(42, 50), depth=(8, 8), full=True)},
        planted=_places("counters"),
    ),
    Impossible(
        name="one room too many for the visitors' aisle",
        size=(40, 32),
        zones={"waiting": Wish(front=(18, 40), depth=(22, 40)), "vip": SMALL, "stock": _wide(22, 22), "shop": SMALL},
        planted=(*_places("waiting", "vip", "stock", "shop"), ("aisle_public", "")),
        entrances=(("south", 38),),
    ),
    Impossible(
        name="four long shelves where three find room",
        size=(36, 36),
        zones={name: _wide(34, 10) for name in ("food", "drinks", "books", "toys")} | {"kiosk": _wide(3, 3)},
        planted=_places("food", "drinks", "books", "toys"),
        entrances=(("south", 18),),
    ),
    Impossible(
        name="a locked room round the exit",
        size=(40, 32),
        exits=(("north", 4),),
        zones={
            "vip": Wish(front=(8, 12), depth=(4, 8), locked=(0, 21, 12, 5, SOUTH)),
            "safe": Wish(front=(6, 12), depth=(4, 8), locked=(8, 26, 4, 6, EAST), staff=True),
            "waiting": SEATS,
        },
        planted=(*_locks("vip", "safe"), ("exit", "0")),
    ),
    Impossible(
        name="too narrow past a locked room to the exit",
        size=(40, 32),
        exits=(("north", 36),),
        zones={
            "vip": Wish(front=(10, 40), depth=(6, 8), locked=(0, 20, 37, 6, SOUTH)),
            "waiting": SEATS,
            "reception": SMALL,
        },
        planted=(*_locks("vip"), ("exit", "0"), ("aisle_staff", "")),
    ),
    Impossible(
        name="two rooms locked into each other",
        size=(40, 32),
        zones={
            "vip": Wish(front=(8, 12), depth=(8, 12), locked=(2, 20, 12, 10, SOUTH)),
            "safe": Wish(front=(8, 12), depth=(8, 12), locked=(10, 22, 12, 10, SOUTH)),
            "waiting": SEATS,
        },
        planted=_locks("vip", "safe"),
    ),
    Impossible(
        name="a locked kiosk in the neck",
        size=(50, 24),
        cut=((16, 0, 6, 8), (16, 16, 6, 8)),
        entrances=(("south", 8),),
        zones={
            "kiosk": Wish(front=(4, 8), depth=(4, 6), locked=(17, 8, 4, 8, WEST)),
            "class": Wish(front=(18, 28), depth=(18, 22)),
            "reception": SMALL,
        },
        planted=(*_locks("kiosk"), ("place", "class")),
    ),
    Impossible(
        name="visitors' aisle wider than the neck",
        size=(50, 24),
        cut=((16, 0, 6, 10), (16, 14, 6, 10)),
        entrances=(("south", 8),),
        zones={"class": Wish(front=(18, 26), depth=(18, 22)), "reception": SMALL, "office": OFFICE},
        planted=(("place", "class"), ("aisle_public", "")),
    ),
    Impossible(
        name="staff's aisle wider than the neck",
        size=(50, 24),
        cut=((16, 0, 6, 10), (16, 13, 6, 11)),
        entrances=(("south", 8),),
        zones={"stock": Wish(front=(18, 26), depth=(18, 22), staff=True), "reception": SMALL, "waiting": SEATS},
        planted=(("place", "stock"), ("aisle_staff", "")),
    ),
    Impossible(
        name="locked far from the entrance it must be near",
        size=(56, 28),
        entrances=(("west", 14),),
        zones={
            "reception": Wish(front=(8, 12), depth=(6, 8), locked=(46, 10, 8, 8, WEST), within_m=5.0),
            "waiting": SEATS,
            "office": OFFICE,
        },
        planted=(*_locks("reception"), ("within", "reception")),
    ),
    Impossible(
        name="no room near the entrance beside a locked café",
        size=(56, 28),
        entrances=(("west", 14),),
        zones={
            "cafe": Wish(front=(8, 20), depth=(6, 8), locked=(14, 6, 6, 16, WEST)),
            "reception": Wish(front=(14, 16), depth=(12, 14), within_m=3.5),
            "waiting": SEATS,
            "office": OFFICE,
        },
        planted=(*_locks("cafe"), ("place", "reception"), ("within", "reception"), ("doors", "")),
    ),
    Impossible(
        name="counters locked away from their back office",
        size=(48, 32),
        zones={
            "counters": Wish(
                front=(12, 16), depth=(6, 8), locked=(0, 20, 8, 12, EAST), full=True, back_to=("back_office",)
            ),
            "back_office": Wish(front=(8, 10), depth=(8, 10), locked=(36, 20, 10, 10, SOUTH), staff=True),
            "waiting": SEATS,
        },
        planted=(*_locks("counters", "back_office"), ("staff_side", "counters")),
    ),
    Impossible(
        name="one side of the vault for two counters",
        size=(48, 32),
        zones={
            "vault": Wish(front=(8, 10), depth=(8, 10), locked=(0, 22, 10, 10, EAST), staff=True),
            "counters": Wish(front=(8, 8), depth=(8, 8), back_to=("vault",)),
            "exchange": Wish(front=(8, 8), depth=(8, 8), back_to=("vault",)),
            "seats": SEATS,
        },
        planted=(
            *_locks("vault"),
            *_places("counters", "exchange"),
            ("staff_side", "counters"),
            ("staff_side", "exchange"),
            ("aisle_staff", ""),
        ),
        cut=((0, 12, 10, 10),),
    ),
    Impossible(
        name="no room for customers along the counters",
        size=(56, 16),
        cut=((30, 10, 2, 2),),
        entrances=(("west", 8),),
        zones={
            "counters": Wish(front=(30, 34), depth=(8, 9), full=True),
            "reception": Wish(front=(4, 6), depth=(4, 6)),
            "kiosk": _wide(3, 3),
        },
        planted=(("place", "counters"), ("front", "counters"), ("aisle_public", ""), ("doors", "")),
    ),
    Impossible(
        name="no turning circle at the end of the passage",
        size=(50, 24),
        cut=((0, 0, 30, 9), (0, 14, 30, 10)),
        entrances=(("west", 11),),
        zones={"class": _wide(24, 20), "kiosk": _wide(2, 2, staff=True)},
        planted=(("place", "class"), ("turning", "")),
    ),
    Impossible(
        name="the door's clear floor is needed for the café",
        size=(30, 30),
        entrances=(("south", 15),),
        zones={"cafe": _wide(28, 25), "kiosk": _wide(2, 2)},
        planted=(("place", "cafe"), ("doors", "")),
    ),
    Impossible(
        name="no class between the columns",
        size=(60, 48),
        cut=tuple((x, y, 2, 2) for x in (14, 30, 46) for y in (10, 23, 36)),
        zones={
            "class": Wish(front=(18, 22), depth=(18, 24)),
            "waiting": SEATS,
            "counters": Wish(front=(12, 14), depth=(8, 10), full=True),
            "office": OFFICE,
        },
        planted=_places("class"),
        entrances=(("south", 30), ("east", 24)),
    ),
    Impossible(
        name="any room bars the passage to the exit",
        size=(60, 9),
        entrances=(("west", 4),),
        exits=(("east", 4),),
        zones={"stock": Wish(front=(6, 10), depth=(6, 8), staff=True), "kiosk": _wide(3, 3)},
        planted=(("place", "stock"), ("exit", "0"), ("aisle_staff", "")),
    ),
    Impossible(
        name="two rooms for one arm of the U",
        size=(60, 40),
        cut=((20, 14, 28, 26),),
        entrances=(("south", 32),),
        zones={"class": _wide(16, 22), "lounge": _wide(16, 20), "waiting": SEATS, "stock": OFFICE},
        planted=_places("class", "lounge"),
    ),
    Impossible(
        name="the entrance of the L shut in by a locked room",
        size=(60, 44),
        cut=((34, 24, 26, 20),),
        entrances=(("south", 10),),
        zones={
            "bank": Wish(front=(10, 40), depth=(4, 8), locked=(0, 10, 60, 4, SOUTH)),
            "waiting": Wish(front=(20, 30), depth=(14, 16)),
            "kiosk": _wide(4, 4),
        },
        planted=(*_locks("bank"), ("place", "waiting")),
    ),
)
