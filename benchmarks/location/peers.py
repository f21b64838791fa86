"""The usual Python library (`spopt`, by HiGHS through PuLP) on the uniform instances, each in a process of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from location.drawn import SIZES, cover_radius, uniform

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """What the peer says: its status and its value, and the seconds of building and solving."""

    status: str
    value: float
    seconds: float


def ask(model: str, n: int, seconds: float) -> Told:
    """Build and solve one instance with spopt; ``seconds`` limits the solver, not the building of the model."""
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    m, p = next((m, p) for (size, m), p in SIZES.items() if size == n)
    cost, weight = uniform(n, m)
    reach = 1.1 * float(cost.min(axis=1).max())
    build: dict[str, Callable[[], object]] = {
        "p-median": lambda: PMedian.from_cost_matrix(cost, weight, p_facilities=p),
        "p-center": lambda: PCenter.from_cost_matrix(cost, p_facilities=p),
        "max cover": lambda: MCLP.from_cost_matrix(cost, weight, cover_radius(p), p_facilities=p),
        "set cover": lambda: LSCP.from_cost_matrix(cost, reach),
    }
    begun = time.perf_counter()
    model_of = build[model]()
    solved = model_of.solve(pulp.HiGHS(msg=False, timeLimit=seconds, threads=1), results=False)
    taken = time.perf_counter() - begun
    opened = np.flatnonzero([(variable.value() or 0.0) > 0.5 for variable in solved.fac_vars])
    return Told(pulp.LpStatus[solved.problem.status], _value(model, cost, weight, opened, p), taken)


def _value(model: str, cost: Floats, weight: Floats, opened: NDArray[np.int64], p: int) -> float:
    """Price the peer's set ourselves."""
    nearest = cost[:, opened].min(axis=1)
    if model == "p-median":
        return float(weight @ nearest)
    if model == "p-center":
        return float(nearest.max())
    if model == "max cover":
        return float(weight[nearest <= cover_radius(p)].sum())
    return float(len(opened))


def main() -> None:
    """Print what the peer says of one instance as ``status value seconds``."""
    told = ask(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
    print(f"{told.status.replace(' ', '-')} {told.value!r} {told.seconds!r}")


if __name__ == "__main__":
    main()
