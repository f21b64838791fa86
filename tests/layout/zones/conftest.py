"""One hand-drawn hall and problems on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from layout.zones.problem import Ground, Mask, PackProblem, shapes_of

MakeProblem = Callable[..., PackProblem]
MakeBare = Callable[[Mask], Ground]


@pytest.fixture
def ground() -> Ground:
    """A hall of 40 × 32 cells (10 × 8 m), its entrance in the middle of the south side, an exit in the north wall."""
    return make_ground()


def make_ground(rows: int = 32, columns: int = 40) -> Ground:
    free = np.ones((rows, columns), dtype=bool)
    entrance = np.zeros_like(free)
    entrance[:6, columns // 2 - 4 : columns // 2 + 4] = True
    exit_ = np.zeros_like(free)
    exit_[-4:, 2:6] = True
    return Ground(
        free=free,
        buildable=free & ~entrance & ~exit_,
        entrance=entrance,
        exits=exit_[None],
        windows=np.zeros_like(free),
        cell_m=0.25,
        aisle_public=5,
        aisle_staff=4,
        turning=6,
    )


@pytest.fixture
def make_bare() -> MakeBare:
    """Make a hall that is all floor and has nothing but entrances, from their mask."""

    def make(entrance: Mask) -> Ground:
        none = np.zeros_like(entrance)
        return Ground(
            free=~none,
            buildable=~entrance,
            entrance=entrance,
            exits=none[None][:0],
            windows=none,
            cell_m=0.25,
            aisle_public=5,
            aisle_staff=4,
            turning=6,
        )

    return make


@pytest.fixture
def make_problem() -> MakeProblem:
    """Make a problem of n zones, by default 2 to 4 m wide and deep; every vector may be given."""

    def make(ground: Ground, kinds: tuple[str, ...], **given: object) -> PackProblem:
        n = len(kinds)
        none = np.zeros(n, dtype=bool)
        usual: dict[str, object] = {
            "shapes": tuple(shapes_of((8, 16), (8, 12), (64, 144), 0.0) for _ in kinds),
            "target": np.full(n, 96),
            "public": ~none,
            "staff_access": none,
            "full_front": none,
            "wall": none,
            "enclosed": none,
            "selling": none,
            "back_to": np.zeros((n, n), dtype=bool),
            "entrance_within": np.zeros(n),
            "locked": np.full((n, 5), -1),
            "flow": np.zeros((n + 1, n + 1)),
            "closeness": np.zeros((n + 1, n + 1)),
            "sees": np.zeros((n + 1, n + 1), dtype=bool),
            "weights": {"walking": 1.0, "area": 0.15, "dead_floor": 0.15, "wall": 3.0, "closeness": 0.5, "sight": 4.0},
        }
        return PackProblem(ground=ground, kinds=kinds, **{**usual, **given})  # type: ignore[arg-type]

    return make
