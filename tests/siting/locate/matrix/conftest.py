"""Every model and every rule once more, in plain Python over all sets: no solver, nothing of siting.locate but words.

`Small` is an instance, `Truth` says what is allowed, what a set is worth and which value is the best.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import strategies as st

from siting.locate import Budget, Quota, SiteRules, Spacing

KINDS = (
    "none", "open", "shut", "budget", "budgets", "spacing", "quota", "forbidden", "required", "mixed",
)  # fmt: skip
FAR = 10


@dataclass(frozen=True)
class Small:
    """A small instance; ``cost`` has inf where out of reach."""

    cost: list[list[float]]
    demand: list[int]
    p: int | None
    rules: SiteRules
    money: list[int]
    room: list[int]

    @property
    def m(self) -> int:
        return len(self.money)

    @property
    def n(self) -> int:
        return len(self.demand)


def _some(draw, m, most):
    return draw(st.lists(st.integers(0, m - 1), min_size=1, max_size=most, unique=True))


def _pairs(draw, m):
    both = st.tuples(st.integers(0, m - 1), st.integers(0, m - 1)).filter(lambda pair: pair[0] != pair[1])
    return draw(st.lists(both, min_size=1, max_size=2))


def _money(draw, m, top=5):
    return draw(st.lists(st.integers(0, top), min_size=m, max_size=m))


def _rule(draw, kind: str, m: int) -> dict[str, object]:
    if kind == "open":
        return {"locked_open": _some(draw, m, 2)}
    if kind == "shut":
        return {"locked_shut": _some(draw, m, 2)}
    if kind == "budget":
        return {"opening_cost": _money(draw, m), "closing_cost": _money(draw, m, 2), "budget": draw(st.integers(0, 16))}
    if kind == "budgets":
        amount = draw(st.lists(st.integers(-2, 4), min_size=m, max_size=m))
        low, high = draw(st.integers(-3, 3)), draw(st.integers(0, 9))
        chosen = draw(st.sampled_from([(None, high), (low, None), (low, low + high)]))
        return {"budgets": (Budget(amount, chosen[1], chosen[0], "staff"),)}
    if kind == "spacing":
        xy = [[x, 0] for x in draw(st.lists(st.integers(0, 9), min_size=m, max_size=m))]
        return {"spacing": Spacing(xy, draw(st.integers(1, 4)))}
    if kind == "quota":
        least, width = draw(st.integers(0, 2)), draw(st.sampled_from([None, 0, 1]))
        return {"quota": (Quota(_some(draw, m, m), least, None if width is None else least + width, "centre"),)}
    if kind == "forbidden":
        return {"forbidden_pairs": _pairs(draw, m)}
    if kind == "required":
        return {"required_pairs": _pairs(draw, m)}
    if kind == "mixed":
        names = draw(st.lists(st.sampled_from(KINDS[1:-1]), min_size=2, max_size=4, unique=True))
        return {key: value for name in names for key, value in _rule(draw, name, m).items()}
    return {}


@st.composite
def smalls(draw, kind: str = "none", *, open_p: bool = False, n_most: int = 4, m_most: int = 5, least_p: int = 1):
    """Instances with ties, zeros, demand of nobody and pairs out of reach, under rules of one kind."""
    n, m = draw(st.integers(1, n_most)), draw(st.integers(2, m_most))
    flat = draw(st.lists(st.integers(0, FAR + 1), min_size=n * m, max_size=n * m))
    cost = [[math.inf if c > FAR else float(c) for c in flat[i * m : i * m + m]] for i in range(n)]
    demand = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    given = _rule(draw, kind, m)
    if set(given.get("locked_open", ())) & set(given.get("locked_shut", ())):
        del given["locked_shut"]
    if open_p and "budget" not in given:
        given |= {"opening_cost": _money(draw, m), "budget": draw(st.integers(0, 12))}
    p = None if open_p else draw(st.integers(least_p, m))
    return Small(cost, demand, p, SiteRules(**given), _money(draw, m, 6), _money(draw, m, 6))


def allowed(rules: SiteRules, opened: Sequence[int], m: int) -> bool:
    """Whether a set keeps every rule."""
    chosen = set(opened)
    if not set(rules.locked_open) <= chosen or set(rules.locked_shut) & chosen:
        return False
    if not _affordable(rules, chosen, m):
        return False
    for quota in rules.quota:
        count = len(chosen & set(quota.members))
        if count < quota.least or (quota.most is not None and count > quota.most):
            return False
    if rules.spacing is not None and _too_near(rules, chosen):
        return False
    if any({j, k} <= chosen for j, k in rules.forbidden_pairs):
        return False
    return all((j in chosen) == (k in chosen) for j, k in rules.required_pairs)


def _affordable(rules: SiteRules, chosen: set[int], m: int) -> bool:
    if rules.budget is not None:
        spent = sum(rules.opening_cost[j] for j in chosen) if rules.opening_cost is not None else 0
        if rules.closing_cost is not None:
            spent += sum(rules.closing_cost[j] for j in range(m) if j not in chosen)
        if spent > rules.budget:
            return False
    for budget in rules.budgets:
        taken = sum(budget.amount[j] for j in chosen)
        if (budget.most is not None and taken > budget.most) or (budget.least is not None and taken < budget.least):
            return False
    return True


def _too_near(rules: SiteRules, chosen: set[int]) -> bool:
    kept = set(rules.locked_open)
    return any(
        math.dist(rules.spacing.xy[j], rules.spacing.xy[k]) < rules.spacing.least_m and not {j, k} <= kept
        for j, k in itertools.combinations(sorted(chosen), 2)
    )


def all_sets(small: Small) -> Iterator[tuple[int, ...]]:
    sizes = range(small.m + 1) if small.p is None else [small.p]
    for size in sizes:
        for opened in itertools.combinations(range(small.m), size):
            if allowed(small.rules, opened, small.m):
                yield opened


def nearest(small: Small, opened: Sequence[int]) -> list[float]:
    return [min((row[j] for j in opened), default=math.inf) for row in small.cost]


def walked(small: Small, opened: Sequence[int], unreached: float = math.inf) -> float:
    near = nearest(small, opened)
    return sum(w * min(c, unreached) for w, c in zip(small.demand, near, strict=True) if w > 0)


def covered(small: Small, opened: Sequence[int], radius: float) -> float:
    return sum(w for w, c in zip(small.demand, nearest(small, opened), strict=True) if c <= radius)


def count_covering(small: Small, opened: Sequence[int], radius: float, times: int) -> float:
    enough = all(sum(row[j] <= radius for j in opened) >= times for row in small.cost)
    return len(opened) if enough else math.inf


def captured(small: Small, opened: Sequence[int], rivals: Sequence[float]) -> float:
    own = [sum(FAR - row[j] for j in opened if row[j] < FAR) for row in small.cost]
    return sum(w * s / (s + r) for w, s, r in zip(small.demand, own, rivals, strict=True))


def spread(distance: Sequence[Sequence[float]], opened: Sequence[int]) -> float:
    return min(min(distance[j][k], distance[k][j]) for j, k in itertools.combinations(opened, 2))


def charged(
    small: Small,
    opened: Sequence[int],
    room: Sequence[float] | None,
    *,
    whole: bool,
    least: Sequence[int] | None = None,
) -> float:
    """Opening, closing and travel cost of a set, every demand point served: all ways to load the open outlets."""
    needed = [0 if least is None else least[j] for j in opened]
    closing = small.rules.closing_cost or [0] * small.m
    fixed = sum(small.money[j] if j in opened else closing[j] for j in range(small.m))

    @cache
    def rest(i: int, used: tuple[int, ...]) -> float:
        if i == small.n:
            return 0.0 if all(load >= need for load, need in zip(used, needed, strict=True)) else math.inf
        best = math.inf
        for parts in _loads(small.demand[i], len(opened), whole=whole):
            load = tuple(a + b for a, b in zip(used, parts, strict=True))
            if room is not None and any(a > room[j] for a, j in zip(load, opened, strict=True)):
                continue
            best = min(best, _travel(small, i, opened, parts) + rest(i + 1, load))
        return best

    return fixed + rest(0, (0,) * len(opened)) if opened else math.inf


def _loads(demand: int, outlets: int, *, whole: bool) -> Iterator[tuple[int, ...]]:
    if whole or demand == 0:
        yield from {tuple(demand if k == at else 0 for k in range(outlets)) for at in range(outlets)}
        return
    for parts in itertools.product(range(demand + 1), repeat=outlets):
        if sum(parts) == demand:
            yield parts


def _travel(small: Small, i: int, opened: Sequence[int], parts: Sequence[int]) -> float:
    if small.demand[i] == 0:
        return min(small.cost[i][j] for j in opened)
    return sum(small.cost[i][j] * load / small.demand[i] for j, load in zip(opened, parts, strict=True) if load)


def best_of(small: Small, price: Callable[[tuple[int, ...]], float], pick: Callable) -> float | None:
    """The best price of all allowed sets, None where none has a finite one."""
    prices = [value for opened in all_sets(small) if math.isfinite(value := price(opened))]
    return pick(prices) if prices else None


def judge(small: Small, outcome, price: Callable[[tuple[int, ...]], float], pick: Callable) -> None:
    """The outcome is proved and is the best, and its set is allowed and is worth what it says."""
    right = best_of(small, price, pick)
    if right is None:
        assert (outcome.status, outcome.solution) == ("infeasible", None)
        assert outcome.reasons
        return
    assert outcome.status == "optimal", f"{outcome} but the best is {right}"
    assert outcome.bound == outcome.objective
    assert math.isclose(outcome.objective, right, rel_tol=1e-9, abs_tol=1e-12), f"{outcome.objective} but {right}"
    opened = tuple(outcome.solution.opened.tolist())
    assert allowed(small.rules, opened, small.m)
    assert small.p is None or len(opened) == small.p
    assert math.isclose(price(opened), right, rel_tol=1e-9, abs_tol=1e-12)


@dataclass(frozen=True)
class Truth:
    """What the tests use of this file."""

    smalls = staticmethod(smalls)
    allowed = staticmethod(allowed)
    all_sets = staticmethod(all_sets)
    nearest = staticmethod(nearest)
    walked = staticmethod(walked)
    covered = staticmethod(covered)
    count_covering = staticmethod(count_covering)
    captured = staticmethod(captured)
    spread = staticmethod(spread)
    charged = staticmethod(charged)
    best_of = staticmethod(best_of)
    judge = staticmethod(judge)
    replace = staticmethod(replace)


@pytest.fixture(scope="session")
def truth() -> Truth:
    """The second statement of every model and rule."""
    return Truth()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask every test with ``kind`` under every kind of rule."""
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", KINDS)
