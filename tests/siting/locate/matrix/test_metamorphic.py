"""What must not change, and what must change in a known way, of every model, on towns too large for brute force."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest

from outlet.outcome import Limits
from siting.locate import SiteRules, fixed_charge, max_capture, max_cover, p_center, p_dispersion, p_median, set_cover

LIMITS = Limits(seconds=60, workers=1)
N, M, P = 60, 14, 4
NEAR, TWICE = 30.0, 60.0


@dataclass(frozen=True)
class Town:
    """Demand points and candidates of a town; ``between`` is among candidates."""

    cost: np.ndarray
    demand: np.ndarray
    between: np.ndarray
    money: np.ndarray
    p: int = P

    @classmethod
    def drawn(cls, seed):
        rng = np.random.default_rng(seed)
        people, places = rng.random((N, 2)) * 100, rng.random((M, 2)) * 100
        cost = np.rint(np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)))
        between = np.rint(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)))
        return cls(cost, rng.integers(0, 20, N).astype(float), between, rng.integers(200, 900, M).astype(float))

    def taken(self, people, places):
        return Town(
            self.cost[np.ix_(people, places)], self.demand[people], self.between[np.ix_(places, places)],
            self.money[places], self.p,
        )  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A model with how its objective answers to a larger demand and a larger cost."""

    name: str
    goal: Literal["most", "least"]
    with_demand: float
    with_cost: float
    more_is_better: bool = True
    picks_p: bool = True

    def ask(self, town, rules=None, radius=30.0):
        rules = rules or SiteRules()
        given = {"rules": rules, "limits": LIMITS}
        if self.name == "set_cover":
            return set_cover(town.cost, radius + NEAR, **given)
        if self.name == "backup cover":
            return set_cover(town.cost, radius + TWICE, backup=2, **given)
        if self.name == "max_cover":
            return max_cover(town.cost, town.demand, town.p, radius, **given)
        if self.name == "p_median":
            return p_median(town.cost, town.demand, town.p, **given)
        if self.name == "p_median unreached":
            return p_median(town.cost, town.demand, town.p, unreached=radius, **given)
        if self.name == "p_center":
            return p_center(town.cost, town.p, **given)
        if self.name == "p_dispersion":
            return p_dispersion(town.between, town.p, **given)
        if self.name == "max_capture":
            pull = 1.0 / (radius / 30.0 + town.cost) ** 2
            return max_capture(
                pull, np.full(len(town.demand), (30.0 / radius) ** 2 / 400), town.demand, town.p, **given
            )
        unit = radius / 30.0
        if self.name == "fixed_charge":
            return fixed_charge(town.cost * town.demand[:, None], town.demand, town.money * unit, **given)
        room = np.full(len(town.money), math.ceil(town.demand.sum() / 3))
        return fixed_charge(town.cost * town.demand[:, None], town.demand, town.money * unit, room, **given)


MODELS = (
    Model("set_cover", "least", 0, 0, picks_p=False),
    Model("backup cover", "least", 0, 0, picks_p=False),
    Model("max_cover", "most", 1, 0),
    Model("p_median", "least", 1, 1),
    Model("p_median unreached", "least", 1, 1),
    Model("p_center", "least", 0, 1),
    Model("p_dispersion", "most", 0, 1, more_is_better=False),
    Model("max_capture", "most", 1, 0),
    Model("fixed_charge", "least", 1, 1, picks_p=False),
    Model("capacitated", "least", 1, 1, picks_p=False),
)
every_model = pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])


def value(outcome):
    assert outcome.status == "optimal", outcome
    return outcome.objective


@every_model
def test_order_does_not_matter(model):
    town, rng = Town.drawn(1), np.random.default_rng(2)
    people, places = rng.permutation(N), rng.permutation(M)
    there, here = model.ask(town.taken(people, places)), model.ask(town)
    assert value(there) == pytest.approx(value(here), rel=1e-9)


@every_model
@pytest.mark.parametrize("factor", [2.0**-20, 2.0**20])
def test_the_unit_of_cost_does_not_matter(model, factor):
    town = Town.drawn(3)
    if model.name == "max_capture":
        factor = 1.0
    other = Town(town.cost * factor, town.demand, town.between * factor, town.money)
    scaled = model.ask(other, radius=30.0 * factor) if "cover" not in model.name else _covered(model, other, factor)
    assert value(scaled) == pytest.approx(value(model.ask(town)) * factor**model.with_cost, rel=1e-9)


def _covered(model, town, factor):
    if model.name == "max_cover":
        return model.ask(town, radius=30.0 * factor)
    wider = {"set_cover": NEAR, "backup cover": TWICE}[model.name]
    return model.ask(town, radius=(30.0 + wider) * factor - wider)


@every_model
def test_demand_twice_as_large_is_worth_twice(model):
    town = Town.drawn(4)
    more = Town(town.cost, town.demand * 2, town.between, town.money * 2)
    assert value(model.ask(more)) == pytest.approx(value(model.ask(town)) * 2**model.with_demand, rel=1e-9)


@every_model
def test_a_demand_point_twice_is_its_weight_twice(model):
    town = Town.drawn(5)
    if model.name == "p_dispersion":
        pytest.skip("has no demand points")
    twice = town.taken([*range(N), 7, 7], range(M))
    heavier = town.demand.copy()
    heavier[7] *= 3
    heavy = Town(town.cost, heavier, town.between, town.money)
    assert value(model.ask(twice)) == pytest.approx(value(model.ask(heavy)), rel=1e-9)


@every_model
def test_one_more_candidate_is_never_worse(model):
    town = Town.drawn(6)
    fewer = model.ask(town.taken(range(N), range(M - 1)))
    more = model.ask(town)
    assert value(more) >= value(fewer) if model.goal == "most" else value(more) <= value(fewer)


@every_model
def test_one_more_outlet_is_never_worse(model):
    if not model.picks_p:
        pytest.skip("chooses the number itself")
    town = Town.drawn(7)
    more = Town(town.cost, town.demand, town.between, town.money, P + 1)
    small, large = value(model.ask(town)), value(model.ask(more))
    better = large >= small if model.goal == "most" else large <= small
    assert better == model.more_is_better or small == large


@every_model
def test_locking_what_is_best_changes_nothing(model):
    town = Town.drawn(8)
    best = model.ask(town)
    opened = best.solution.opened
    shut = np.setdiff1d(np.arange(M), opened)
    for rules in (
        SiteRules(locked_open=opened[:2]),
        SiteRules(locked_shut=shut[:3]),
        SiteRules(locked_open=opened, locked_shut=shut),
        SiteRules(opening_cost=town.money, budget=float(town.money[opened].sum())),
        SiteRules(forbidden_pairs=[(int(opened[0]), int(shut[0]))]),
    ):
        again = model.ask(town, rules)
        assert value(again) == pytest.approx(value(best), rel=1e-9)


@every_model
def test_forbidding_the_best_is_never_better(model):
    town = Town.drawn(9)
    best = model.ask(town)
    other = model.ask(town, SiteRules(locked_shut=best.solution.opened[:1]))
    assert other.status in ("optimal", "infeasible")
    if other.status == "optimal":
        assert other.objective <= best.objective if model.goal == "most" else other.objective >= best.objective
