"""Kinds of covering beside the plain one: a radius per candidate, decay, shares of a week, a budget in place of p."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.errors import InputError
from outlet.outcome import Limits
from siting.locate import SiteRules, max_cover
from siting.locate.cover.branch import part_of, rules_of
from siting.locate.cover.reach import equal_rows, reach_of
from siting.locate.cover.saddle import begin, descend
from siting.locate.cover.tabu import search_cover, trail_of
from siting.locate.problem.pairs import read_within
from siting.locate.problem.plan import NO_RULES, Spacing
from siting.locate.problem.rules import site_rows
from siting.locate.problem.sides import sides_of

LIMITS = Limits(seconds=120, workers=1)
LINE = np.abs(np.subtract.outer([0.0, 1.0, 4.0], [0.0, 1.0, 4.0]))
PEOPLE = np.array([10.0, 20.0, 25.0])


def check_outcome(outcome, right):
    if right is None:
        assert outcome.status == "infeasible"
        assert outcome.reasons
    else:
        assert outcome.status == "optimal"
        assert outcome.objective == pytest.approx(right, abs=1e-9)
        assert outcome.bound == pytest.approx(right, abs=1e-9)


def at_most_once(shares, opened):
    return min(1.0, sum(shares[j] for j in opened))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_shares_of_the_week_add_up_to_the_whole_at_most(a_case, best, data):
    case = data.draw(a_case())
    radius, m = data.draw(st.integers(0, 9)), case.cost.shape[1]
    share = np.array(data.draw(st.lists(st.sampled_from([0.2, 0.4, 0.6, 1.0]), min_size=m, max_size=m)))
    outcome = max_cover(case.cost, case.demand, case.p, radius, week_share=share, rules=case.rules, limits=LIMITS)

    def covered(opened):
        reached = [[j for j in opened if row[j] <= radius] for row in case.cost]
        return sum(d * at_most_once(share, near) for d, near in zip(case.demand, reached, strict=True))

    check_outcome(outcome, best(case, covered, max, [case.p]))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_cover_that_decays_counts_the_best_share(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    radius = data.draw(st.lists(st.integers(0, 5), min_size=m, max_size=m))
    more = data.draw(st.lists(st.integers(0, 4), min_size=m, max_size=m))
    far = [inner + outer for inner, outer in zip(radius, more, strict=True)]
    outcome = max_cover(case.cost, case.demand, case.p, radius, decay_to=far, rules=case.rules, limits=LIMITS)

    def share(cost, j):
        return 1.0 if cost <= radius[j] else (far[j] - cost) / more[j] if cost < far[j] else 0.0

    def covered(opened):
        return sum(
            d * max((share(row[j], j) for j in opened), default=0)
            for d, row in zip(case.demand, case.cost, strict=True)
        )

    check_outcome(outcome, best(case, covered, max, [case.p]))


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_radius_per_candidate_and_a_budget_in_place_of_p(a_case, best, data):
    case = data.draw(a_case())
    m = case.cost.shape[1]
    radius = data.draw(st.lists(st.integers(0, 9), min_size=m, max_size=m))
    if case.rules.budget is None and not case.rules.quota:
        with pytest.raises(InputError, match="p is None and no rule bounds"):
            max_cover(case.cost, case.demand, None, radius, rules=SiteRules())
        return
    outcome = max_cover(case.cost, case.demand, None, radius, rules=case.rules, limits=LIMITS)

    def covered(opened):
        return sum(d for d, row in zip(case.demand, case.cost, strict=True) if any(row[j] <= radius[j] for j in opened))

    check_outcome(outcome, best(case, covered, max, range(m + 1)))


def test_a_van_twice_a_week_covers_two_fifths():
    outcome = max_cover(LINE, PEOPLE, 2, 1.0, week_share=[1.0, 0.4, 0.4], limits=LIMITS)
    assert (outcome.objective, outcome.solution.opened.tolist()) == (40.0, [0, 2])
    both = max_cover(LINE, PEOPLE, 2, 4.0, week_share=[0.4, 0.4, 0.4], limits=LIMITS)
    assert both.objective == pytest.approx(0.8 * 55)


def test_cover_falls_from_the_first_radius_to_the_second():
    """From 1 km, the estate at 4 km is half way between 2 and 6 km."""
    outcome = max_cover(LINE, PEOPLE, 1, 2.0, decay_to=6.0, limits=LIMITS)
    assert outcome.solution.opened.tolist() == [1]
    assert (outcome.objective, outcome.bound) == (30 + 25 * 0.75, 30 + 25 * 0.75)
    sharp = max_cover(LINE, PEOPLE, 1, 2.0, decay_to=2.0, limits=LIMITS)
    assert sharp.objective == max_cover(LINE, PEOPLE, 1, 2.0, limits=LIMITS).objective == 30.0
    good = max_cover(*plane(150, 30)[:2], 4, 8.0, decay_to=20.0, limits=Limits(seconds=20, workers=1, gap=0.02))
    assert good.gap <= 0.02


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"week_share": [1.0, 0.5]}, "week_share has 2 entries; expected 3"),
        ({"week_share": [1.0, 0.5, 0.0]}, r"week_share\[2\] is 0; expected a share of the week above 0, at most 1"),
        ({"week_share": [1.0, 1.5, 1.0]}, r"week_share\[1\] is 1.5"),
        ({"decay_to": 0.5}, "decay_to is 0.5 where the radius is 1; expected at least the radius"),
        ({"decay_to": [2.0, 2.0]}, r"decay_to has shape \(2,\)"),
        ({"decay_to": np.nan}, "decay_to.*nan; expected a finite number"),
        ({"decay_to": 2.0, "week_share": [1.0, 1.0, 1.0]}, "decay_to and week_share are both given"),
    ],
)
def test_bad_kinds_are_named(arguments, message):
    with pytest.raises(InputError, match=message):
        max_cover(LINE, PEOPLE, 1, 1.0, **arguments)


def plane(n, m, seed=42):
    rng = np.random.default_rng(seed)
    people, places = rng.random((n, 2)) * 100, rng.random((m, 2)) * 100
    return np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)), rng.integers(1, 101, n).astype(float), places


def test_published_values_of_random_instances():
    for n, m, p, value in ((500, 100, 10, 20277), (2000, 300, 20, 80047)):
        cost, weight, _ = plane(n, m)
        outcome = max_cover(cost, weight, p, 100 * np.sqrt(0.8 / (p * np.pi)), limits=LIMITS)
        assert (outcome.status, outcome.objective) == ("optimal", value)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("SJC324", (5461, 8790, 11604, 12106, 12152)),
        ("SJC402", (6555, 11339, 14690, 15658, 15970)),
        ("SJC500", (7944, 12454, 15730, 17794, 18859)),
    ],
)
def test_published_values_of_san_jose(shared: Path, name: str, values: tuple[int, ...]):
    """Lorena and Pereira (2002)."""
    lines = (shared / "mclp" / f"{name}.txt").read_text().splitlines()[1:]
    table = np.array([line.split() for line in lines if line.strip()], dtype=float)
    cost = np.hypot(*(table[:, None, :2] - table[None, :, :2]).transpose(2, 0, 1))
    for p, value in enumerate(values, start=1):
        outcome = max_cover(cost, table[:, 2], p, 800.0, limits=LIMITS)
        assert (outcome.status, outcome.objective) == ("optimal", value)


def test_rules_leave_large_problems_bounded():
    """Outlets that stay, spacing and a budget: a plan that keeps them all, and a bound within 5 %."""
    cost, weight, places = plane(1500, 250)
    price = 1.0 + (np.arange(250) % 7)
    rules = SiteRules(
        locked_open=[3, 50], locked_shut=[7], spacing=Spacing(places, 8.0), opening_cost=price, budget=45.0
    )
    for p in (15, None):
        outcome = max_cover(cost, weight, p, 10.0, rules=rules, limits=Limits(seconds=60, workers=1, work=1.0))
        opened = outcome.solution.opened
        apart = np.hypot(*(places[opened][:, None] - places[opened][None]).transpose(2, 0, 1))
        assert (apart + 100 * np.eye(len(opened)) >= 8.0).all()
        assert {3, 50} <= set(opened.tolist())
        assert price[opened].sum() <= 45.0
        assert outcome.objective == weight[(cost[:, opened] <= 10.0).any(axis=1)].sum()
        assert outcome.objective <= outcome.bound <= 1.05 * outcome.objective


def small_reach(share=1.0):
    cost, weight, _ = plane(120, 20)
    pairs = read_within(cost, 22.0)
    return pairs, weight, reach_of(pairs, weight, np.ones(20, dtype=bool), np.full(20, share))


def test_equal_demand_points_become_one_and_keep_their_weight():
    pairs, weight, reach = small_reach()
    rows = [tuple(pairs.candidate[pairs.start[i] : pairs.start[i + 1]].tolist()) for i in range(pairs.n)]
    joint: dict[tuple[int, ...], float] = {}
    for row, demand in zip(rows, weight, strict=True):
        if row:
            joint[row] = joint.get(row, 0.0) + demand
    merged = [tuple(reach.candidate[reach.start[i] : reach.start[i + 1]]) for i in range(len(reach.weight))]
    assert dict(zip(merged, reach.weight.tolist(), strict=True)) == joint
    first, group = equal_rows(pairs)
    assert [rows[i] for i in first[group]] == rows
    assert len(first) == len(set(rows))


def test_the_search_keeps_its_books_and_the_relaxation_bounds_every_set():
    """Kernels, compiled and as plain Python: the value of the best set is what it covers, below every bound."""
    _, _, reach = small_reach(0.6)
    rows = site_rows(NO_RULES, 20, 6)
    trail = trail_of(np.zeros(20, dtype=bool), seed=1)
    search_cover(reach, sides_of(rows), trail, 6, 40, 10**9)
    cover = np.zeros(len(reach.weight))
    for j in np.flatnonzero(trail.best):
        cover[reach.by_point[reach.by_start[j] : reach.by_start[j + 1]]] += 0.6
    assert trail.best.sum() == 6
    assert trail.value[1] == pytest.approx(reach.weight @ np.minimum(1, cover))
    rules = rules_of(rows, 1.0)
    nothing = np.zeros(0)
    for step in (descend, descend.py_func):
        state = begin(reach, rules, np.full(20, 0.3), reach.weight / 2, nothing, 1.0)
        bounds = []
        for _ in range(6):
            step(reach, rules, state, 6, -1.0, 10)
            bounds.append(float(state.mark[5]))
        assert min(bounds) >= trail.value[1] - 1e-9
        assert bounds == sorted(bounds, reverse=True)
        assert state.mark[5] - state.mark[6] < 0.05 * state.mark[5]


def test_what_is_left_of_a_node_adds_up():
    """Open two, shut one: what they cover, and the reach of the rest, with what shares leave of each point."""
    _, _, reach = small_reach(0.6)
    rows = site_rows(NO_RULES, 20, 6)
    mark = np.zeros(20, dtype=np.int8)
    mark[[2, 9]], mark[4] = 1, -1
    part = part_of(reach, rules_of(rows, 1.0), 6, mark)
    cover = np.zeros(len(reach.weight))
    for j in (2, 9):
        cover[reach.by_point[reach.by_start[j] : reach.by_start[j + 1]]] += 0.6
    assert part.left == 4
    assert part.base == pytest.approx(reach.weight @ np.minimum(1, cover))
    assert part.free.tolist() == [j for j in range(20) if j not in (2, 4, 9)]
    assert part.reach.room == pytest.approx(1 - np.minimum(1, cover)[part.points])
