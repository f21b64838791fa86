"""Formats chosen together and roll-outs over years, against every way to give each place a format or a year."""

import itertools
import math
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import (
    Format,
    Quota,
    SiteRules,
    Years,
    discounted,
    expand_formats,
    expand_years,
    max_capture,
    max_cover,
    p_median,
    roll_out,
)

LIMITS = Limits(seconds=30, workers=1)
ask = settings(
    max_examples=int(os.environ.get("OUTLET_EXAMPLES", "50")),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@st.composite
def some_formats(draw, m):
    names = ["own", "partner", "van"][: draw(st.integers(1, 3))]
    return [
        Format(
            name=name,
            places=draw(st.one_of(st.none(), st.lists(st.integers(0, m - 1), min_size=1, unique=True))),
            opening_cost=draw(st.integers(0, 3)),
            radius=draw(st.one_of(st.none(), st.integers(0, 9))),
            attraction=draw(st.sampled_from([0.5, 1.0, 2.0])),
            week_share=draw(st.sampled_from([0.5, 1.0])),
            least=draw(st.integers(0, 1)),
            most=draw(st.sampled_from([None, 1, 2])),
            spacing_m=draw(st.sampled_from([0.0, 3.0])),
        )
        for name in names
    ]


def stood_by(truth, small, formats, xy):
    """Every lawful choice of a format or nothing for each place, as a dict."""
    base = truth.replace(small.rules, budget=None, opening_cost=None, closing_cost=None)
    for choice in itertools.product([None, *range(len(formats))], repeat=small.m):
        stands = {j: f for j, f in enumerate(choice) if f is not None}
        if (small.p is not None and len(stands) != small.p) or not truth.allowed(base, list(stands), small.m):
            continue
        counts = [list(stands.values()).count(f) for f in range(len(formats))]
        if all(_may(each, [j for j in stands if stands[j] == f], counts[f], xy) for f, each in enumerate(formats)):
            yield stands


def _may(each, places, count, xy):
    lawful = each.places is None or set(places) <= set(each.places)
    apart = all(math.dist(xy[j], xy[k]) >= each.spacing_m for j, k in itertools.combinations(places, 2))
    return lawful and apart and each.least <= count <= (math.inf if each.most is None else each.most)


def spent(rules, formats, stands, m):
    cost = rules.opening_cost or [0] * m
    closing = rules.closing_cost or [0] * m
    paid = sum(cost[j] + formats[f].opening_cost for j, f in stands.items())
    return paid + sum(closing[j] for j in range(m) if j not in stands)


@ask
@given(data=st.data())
@pytest.mark.parametrize("model", ["max_cover", "p_median", "max_capture"])
def test_formats_chosen_together(truth, kind, model, data):
    small = data.draw(truth.smalls(kind, n_most=3, m_most=4))
    small = truth.replace(small, rules=truth.replace(small.rules, closing_cost=None))
    formats = data.draw(some_formats(small.m))
    xy = [[x, 0] for x in data.draw(st.lists(st.integers(0, 9), min_size=small.m, max_size=small.m))]
    takes = [j for j in range(small.m) if any(each.places is None or j in each.places for each in formats)]
    if not takes or not set(small.rules.locked_open) <= set(takes) or small.p > len(takes):
        return
    found = expand_formats(formats, small.m, rules=small.rules, xy=xy)
    if small.p > len(found.place):
        return
    cost, demand = np.array(small.cost), np.array(small.demand, float)
    near = [math.inf if each.radius is None else each.radius for each in formats]

    def reached(i, stands):
        return [small.cost[i][j] for j, f in stands.items() if small.cost[i][j] <= near[f]]

    def pull(i, stands):
        return sum(
            (10.0 - small.cost[i][j]) * formats[f].attraction * formats[f].week_share
            for j, f in stands.items()
            if small.cost[i][j] <= min(near[f], 9.0)
        )

    pairs = list(enumerate(small.demand))
    if model == "max_cover":
        outcome = max_cover(found.cost(cost), demand, small.p, 7.0, rules=found.rules, limits=LIMITS)
        price, pick = (lambda s: sum(w for i, w in pairs if min(reached(i, s), default=99) <= 7)), max
    elif model == "p_median":
        outcome = p_median(found.cost(cost), demand, small.p, unreached=12, rules=found.rules, limits=LIMITS)
        price, pick = (lambda s: sum(w * min([12.0, *reached(i, s)]) for i, w in pairs)), min
    else:
        strength = np.where(cost < 10, 10.0 - np.minimum(cost, 10.0), 0.0)
        outcome = max_capture(
            found.attraction(strength, cost), np.ones(small.n), demand, small.p, rules=found.rules, limits=LIMITS
        )
        price, pick = (lambda s: sum(w * pull(i, s) / (1 + pull(i, s)) for i, w in pairs)), max
    budget = math.inf if small.rules.budget is None else small.rules.budget
    lawful = [s for s in stood_by(truth, small, formats, xy) if spent(small.rules, formats, s, small.m) <= budget]
    if not lawful:
        assert outcome.status == "infeasible"
        assert outcome.reasons
        return
    right = pick(price(stands) for stands in lawful)
    assert outcome.status == "optimal"
    assert math.isclose(outcome.objective, right, rel_tol=1e-9, abs_tol=1e-12)
    names = [each.name for each in formats]
    chosen = {j: names.index(name) for j, name in found.chosen(outcome.solution.opened)}
    assert chosen in lawful
    assert math.isclose(price(chosen), right, rel_tol=1e-9, abs_tol=1e-12)


def test_quota_of_a_format_in_a_region():
    formats = [Format(name="own"), Format(name="locker", radius=1.0, most=3)]
    found = expand_formats(formats, 4)
    found = found.with_quota(Quota(found.members("locker", [2, 3]), 2, 2, "lockers in the east"))
    cost = np.abs(np.subtract.outer([0.0, 2.0, 5.0, 9.0], [0.0, 2.0, 5.0, 9.0]))
    outcome = max_cover(found.cost(cost), np.ones(4), 3, 3.0, rules=found.rules, limits=LIMITS)
    chosen = dict(found.chosen(outcome.solution.opened))
    assert (chosen[2], chosen[3]) == ("locker", "locker")
    assert outcome.objective == 4.0
    assert found.rules.capacity is None
    assert found.week_share.tolist() == [1.0] * 8


def test_the_capacity_of_a_format_and_of_its_place_both_hold():
    formats = [Format(name="own"), Format(name="locker", capacity=2.0)]
    found = expand_formats(formats, 2, rules=SiteRules(capacity=[1.0, np.inf]))
    assert np.asarray(found.rules.capacity).tolist() == [1.0, 1.0, np.inf, 2.0]
    with pytest.raises(InputError, match="have no meaning over years"):
        expand_years(Years(openings=[1]), 2, rules=SiteRules(capacity=[1.0, 2.0]))


@pytest.mark.parametrize(
    ("formats", "rules", "message"),
    [
        ([], SiteRules(), "formats is empty"),
        ([Format(name="van", week_share=0.0)], SiteRules(), "van.week_share is 0.0; expected a share above 0"),
        ([Format(name="van", attraction=0.0)], SiteRules(), "van.attraction is 0.0"),
        ([Format(name="van", radius=-1.0)], SiteRules(), "van.radius is -1.0; expected a number from 0"),
        ([Format(name="van", places=[7])], SiteRules(), "van.places holds 7; expected positions from 0 to 2"),
        ([Format(name="van", places=[1])], SiteRules(locked_open=[0]), "position 0 is locked open but takes no option"),
        ([Format(name="van", spacing_m=5.0)], SiteRules(), "expected the coordinates xy"),
        (
            [Format(name="a"), Format(name="b")], SiteRules(closing_cost=[0, 2, 0]),
            r"closing_cost\[1\] is 2; expected 0 at a place of more",
        ),
    ],
)  # fmt: skip
def test_wrong_formats_are_refused(formats, rules, message):
    with pytest.raises(InputError, match=message):
        expand_formats(formats, 3, rules=rules)


def plans_of_years(truth, small, years, old):
    """Every lawful year (or never) of each place that is not there yet, with which of the old ones stay."""
    free = truth.replace(small.rules, budget=None)
    options = [([0] if j in old else list(range(years.count))) + [None] for j in range(small.m)]
    for choice in itertools.product(*options):
        stands = [j for j in range(small.m) if choice[j] is not None]
        if truth.allowed(free, stands, small.m) and _pays(small, years, old, choice):
            yield choice


def _pays(small, years, old, choice):
    new = [[j for j, t in enumerate(choice) if t == year and j not in old] for year in range(years.count)]
    if years.openings is not None:
        pairs = zip(new, years.openings, strict=True)
        if not all(len(each) == n if years.budgets is None else len(each) <= n for each, n in pairs):
            return False
    money = small.rules.opening_cost or [0] * small.m
    closing = small.rules.closing_cost or [0] * small.m
    paid = sum(closing[j] for j, t in enumerate(choice) if t is None)
    left = math.inf if small.rules.budget is None else small.rules.budget
    if paid + sum(money[j] for j, t in enumerate(choice) if t is not None) > left:
        return False
    for year in range(years.count if years.budgets is not None else 0):
        paid += sum(money[j] for j in new[year])
        if paid > sum(years.budgets[: year + 1]):
            return False
    return True


def worth(truth, small, weights, choice, radius):
    return sum(
        weight * truth.covered(small, [j for j, t in enumerate(choice) if t is not None and t <= year], radius)
        for year, weight in enumerate(weights)
    )


@st.composite
def some_years(draw, m):
    count = draw(st.integers(2, 3))
    openings = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count).filter(lambda n: 0 < sum(n) <= m))
    return Years(openings=openings, weights=draw(st.sampled_from([None, discounted(count, 0.5)])))


@ask
@given(data=st.data())
@pytest.mark.parametrize("way", ["together", "year by year"])
def test_roll_out_of_max_cover(truth, kind, way, data):
    small = data.draw(truth.smalls(kind, n_most=3, m_most=4))
    old = data.draw(st.lists(st.integers(0, small.m - 1), max_size=1))
    rules = truth.replace(
        small.rules, closing_cost=None, locked_open=sorted({*small.rules.locked_open, *old}),
        locked_shut=[j for j in small.rules.locked_shut if j not in old],
    )  # fmt: skip
    small = truth.replace(small, rules=rules)
    years = data.draw(some_years(small.m))
    cost, demand = np.array(small.cost), np.array(small.demand, float)

    def solve(task):
        p = task.p
        if p is None or p > len(task.options.place):
            p = None
        return max_cover(task.cost(cost), task.demand(demand), p, 5.0, rules=task.rules, limits=task.limits)

    if sum(years.openings) + len(old) > small.m or (way == "year by year" and years.openings[0] + len(old) == 0):
        return
    found = roll_out(
        solve, years, small.m, goal="most", pairs=10, rules=rules, existing=old, limits=LIMITS,
        most_pairs=10**6 if way == "together" else 0,
    )  # fmt: skip
    lawful = list(plans_of_years(truth, small, years, old))
    assert found.exact == (way == "together")
    if not lawful:
        assert found.opened == ()
        assert found.outcome.status in (["infeasible"] if found.exact else ["infeasible", "undecided"])
        return
    right = max(worth(truth, small, years.weight, choice, 5.0) for choice in lawful)
    if found.outcome.solution is None:
        assert way == "year by year"
        assert found.outcome.bound >= right - 1e-9
        return
    choice = tuple(
        0 if j in old else next((t for t, places in enumerate(found.opened) if j in places), None)
        for j in range(small.m)
    )
    assert choice in lawful
    assert math.isclose(worth(truth, small, years.weight, choice, 5.0), found.outcome.objective, abs_tol=1e-9)
    assert found.outcome.bound >= right - 1e-9 >= found.outcome.objective - 2e-9
    if found.outcome.status == "optimal":
        assert math.isclose(found.outcome.objective, right, abs_tol=1e-9)
    assert not found.exact or found.outcome.status == "optimal"
    assert found.outcome.solution.opened.tolist() == [j for j, t in enumerate(choice) if t is not None]


def test_money_not_spent_stays_for_later_years():
    """A dear place that covers all is worth waiting for: 3 + 3 buys it in the second year, never in the first."""
    cost = np.array([[0.0, 9.0, 1.0], [9.0, 0.0, 1.0]])
    rules = SiteRules(opening_cost=[3.0, 3.0, 6.0])
    years = Years(openings=[1, 1], budgets=[3.0, 3.0], weights=[1.0, 5.0])
    task = expand_years(years, 3, rules=rules)
    outcome = p_median(task.cost(cost), task.demand([1.0, 1.0]), 1, unreached=20.0, rules=task.rules, limits=LIMITS)
    assert task.p is None
    assert task.options.place[outcome.solution.opened].tolist() == [2]
    assert task.year[outcome.solution.opened].tolist() == [1]
    assert outcome.objective == 2 * 20.0 + 5 * 2.0


def test_demand_that_grows_by_year():
    task = expand_years(Years(openings=[1, 1], weights=[1.0, 0.5]), 2)
    assert task.demand([[1.0, 4.0], [2.0, 6.0]]).tolist() == [1.0, 2.0, 2.0, 3.0]
    assert task.points([7.0, 8.0]).tolist() == [7.0, 8.0, 7.0, 8.0]
    assert task.p == 2
    assert task.cost(np.array([[1.0, np.inf], [0.0, 3.0]])).toarray().tolist() == [
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 3.0, 0.0],
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 3.0, 3.0],
    ]


@pytest.mark.parametrize(
    ("years", "message"),
    [
        ({}, "expected openings, budgets or both"),
        ({"openings": [1], "budgets": [1.0, 2.0]}, r"years have \[1, 2\] numbers"),
        ({"openings": [1, -1]}, r"openings\[1\] is -1"),
        ({"budgets": [1.0, np.nan]}, r"budgets\[1\] is nan"),
        ({"budgets": [1.0], "weights": [0.0]}, r"weights\[0\] is 0; expected a number greater than 0"),
    ],
)
def test_wrong_years_are_refused(years, message):
    with pytest.raises(InputError, match=message):
        Years(**years)
