"""A second statement of every rule and objective, in plain Python without any solver, used to judge the models."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from siting.locate import Quota, SiteRules

SHARED = Path(__file__).parents[3] / ".." / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published instances, or skip."""
    folder = (SHARED / "benchmarks" / "facility").resolve()
    if not folder.is_dir():
        pytest.skip("../shared/benchmarks/facility is not there")
    return folder


@dataclass(frozen=True)
class Case:
    """A small instance: cost has inf where out of reach."""

    cost: np.ndarray
    demand: np.ndarray
    p: int
    rules: SiteRules


def allowed(rules: SiteRules, opened: Sequence[int], m: int) -> bool:
    """The rules once more, without arrays."""
    chosen = set(opened)
    if not set(rules.locked_open) <= chosen or set(rules.locked_shut) & chosen:
        return False
    if rules.budget is not None:
        spent = sum(rules.opening_cost[j] for j in chosen) if rules.opening_cost is not None else 0.0
        if rules.closing_cost is not None:
            spent += sum(rules.closing_cost[j] for j in range(m) if j not in chosen)
        if spent > rules.budget + 1e-9:
            return False
    for quota in rules.quota:
        count = len(chosen & set(quota.members))
        if count < quota.least or (quota.most is not None and count > quota.most):
            return False
    if any({j, k} <= chosen for j, k in rules.forbidden_pairs):
        return False
    return all((j in chosen) == (k in chosen) for j, k in rules.required_pairs)


def sets(case: Case, sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """All sets that the rules allow."""
    m = case.cost.shape[1]
    for size in sizes:
        for opened in itertools.combinations(range(m), size):
            if allowed(case.rules, opened, m):
                yield opened


@pytest.fixture(scope="session")
def best() -> Callable[..., float | None]:
    """The best price over all allowed sets of the given sizes, None where no set has a finite price."""

    def find(
        case: Case, price: Callable[[tuple[int, ...]], float], pick: Callable, sizes: Sequence[int]
    ) -> float | None:
        prices = [value for opened in sets(case, sizes) if math.isfinite(value := price(opened))]
        return pick(prices) if prices else None

    return find


@st.composite
def cases(draw: st.DrawFn, *, with_rules: bool = True, reachable: bool = False) -> Case:
    """Small instances with ties, zeros, unreachable pairs and, half of the time, rules."""
    n, m = draw(st.integers(1, 7)), draw(st.integers(2, 7))
    top = 9 if reachable else 11
    cost = np.array(
        draw(st.lists(st.lists(st.integers(0, top), min_size=m, max_size=m), min_size=n, max_size=n)), float
    )
    cost[cost > 9] = np.inf
    demand = np.array(draw(st.lists(st.integers(0, 6), min_size=n, max_size=n)), float)
    p = draw(st.integers(1, m))
    rules = draw(some_rules(m)) if with_rules and draw(st.booleans()) else SiteRules()
    return Case(cost, demand, p, rules)


@st.composite
def some_rules(draw: st.DrawFn, m: int) -> SiteRules:
    """Rules of every kind, a few at a time."""
    at = st.integers(0, m - 1)
    locked = draw(st.lists(at, max_size=2, unique=True))
    split = draw(st.integers(0, len(locked)))
    pairs = st.lists(st.tuples(at, at).filter(lambda pair: pair[0] != pair[1]), max_size=2)
    members = draw(st.lists(at, min_size=1, unique=True))
    quota = Quota(members, draw(st.integers(0, 1)), draw(st.one_of(st.none(), st.integers(1, 3))))
    money = st.lists(st.integers(0, 5), min_size=m, max_size=m)
    return SiteRules(
        locked_open=tuple(locked[:split]),
        locked_shut=tuple(locked[split:]),
        opening_cost=draw(money),
        closing_cost=draw(money),
        budget=draw(st.one_of(st.none(), st.integers(5, 30))),
        quota=(quota,) if draw(st.booleans()) else (),
        forbidden_pairs=draw(pairs),
        required_pairs=draw(pairs) if draw(st.booleans()) else (),
    )


@pytest.fixture(scope="session")
def a_case() -> Callable[..., st.SearchStrategy[Case]]:
    """The strategy of small instances, for ``data.draw(a_case())``."""
    return cases
