"""Rows of days: a network holds exactly the legal rows, the cheapest is found, cells are bounded, columns bound all."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staffing import rosters

from layout.staffing import RosterProblem, RosterRules, RosterWishes
from layout.staffing.check import check_person, check_roster, price_roster
from layout.staffing.plan import FREE, OFF
from layout.staffing.rows import finder as finder_module
from layout.staffing.rows.anneal import annealer_of
from layout.staffing.rows.draft import construct_rows, draft_rows
from layout.staffing.rows.finder import finder_of
from layout.staffing.rows.generate import grain_of, round_up
from layout.staffing.rows.legal import measure
from layout.staffing.rows.master import cover_steps, master_of, row_cost, weekends_of
from layout.staffing.rows.solve import solve_rows
from outlet.outcome import Limits

DAYS = 6


@st.composite
def alone(draw):
    """Draw one person with three shifts, two of which are alike, six days and every rule that a row can break."""

    def maybe(low, high, *shape):
        size = int(np.prod(shape))
        drawn = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
        return np.array(drawn, dtype=np.int64).reshape(shape) if draw(st.booleans()) else None

    cells = draw(st.lists(st.integers(0, 9), min_size=DAYS, max_size=DAYS))
    locked = np.array([[0 if cell == 0 else OFF if cell == 1 else FREE for cell in cells]], dtype=np.int64)
    least = draw(st.integers(0, 4)) * 480
    return RosterProblem(
        start_min=np.array([360, 840, 360]),
        end_min=np.array([840, 1320, 840]),
        paid_min=np.array([480, 420, 480]),
        skilled=np.ones((1, 3), dtype=np.bool_),
        off=np.array([[cell == 2 for cell in cells]]),
        offered=np.ones((DAYS, 3), dtype=np.bool_),
        contributes=np.eye(3, dtype=np.bool_),
        required=np.ones((DAYS, 3), dtype=np.int64),
        under_weight=np.full((DAYS, 3), 20, dtype=np.int64),
        over_weight=np.full((DAYS, 3), 2, dtype=np.int64),
        windows=np.array([(0, 3), (2, 5)]),
        minutes_min=np.array([[least, 0]]),
        minutes_max=np.array([[draw(st.integers(2, 5)) * 480, 1440]]),
        minutes_target=np.zeros((1, 2), dtype=np.int64),
        locked=locked,
        first_weekday=draw(st.integers(0, 6)),
        rules=RosterRules(
            rest_min=draw(st.sampled_from([0, 660])),
            shift_max=maybe(0, 3, 1, 3),
            consecutive_max=maybe(1, 4, 1),
            consecutive_min=maybe(1, 3, 1),
            off_min=maybe(1, 3, 1),
            weekends_max=maybe(0, 2, 1),
            sundays_max=maybe(0, 1, 1),
        ),
        wishes=RosterWishes(short_hour=draw(st.sampled_from([None, 3]))),
    )


def legal_rows(problem):
    rows = (np.array(row, dtype=np.int64) for row in itertools.product(range(-1, 3), repeat=DAYS))
    return [row for row in rows if not check_person(problem, 0, row)]


def price_of(problem, row, cells, weekend):
    """Return what a row costs by prices of cells and weekends, and below its contract."""
    total = sum(cells[day, shift] for day, shift in enumerate(row))
    total += weekend * sum(any(row[day] != OFF for day in days) for days in problem.weekends)
    return total + price_roster(problem, row[None, :]).short


@settings(max_examples=30, deadline=None)
@given(alone(), st.integers(0, 1000), st.integers(-5, 5))
def test_the_cheapest_row_is_the_cheapest_of_all(problem, seed, weekend):
    cells = np.random.default_rng(seed).integers(-9, 10, (DAYS, 4)).astype(float)
    finder = finder_of(problem)
    possible = np.where(np.isfinite(finder.cells[0]), cells, np.inf)
    prices = {row.tobytes(): price_of(problem, row, cells, weekend) for row in legal_rows(problem)}
    found = finder.cheapest(0, possible, weekend)
    if not prices:
        assert found.assigned is None
        assert finder.lacks(0)
        return
    assert found.least == pytest.approx(min(prices.values()))
    assert prices[found.assigned.tobytes()] == pytest.approx(found.least)
    assert finder.cheapest(0, possible, weekend, below=found.least).assigned is None
    floor = finder.cell_floor(0, possible, weekend)
    for row in legal_rows(problem):
        assert (floor[np.arange(DAYS), row] <= prices[row.tobytes()] + 1e-9).all()


def test_a_count_that_binds_is_searched(problem, monkeypatch):
    """Three days of the dear shift are wanted, two may be worked: the third takes the other shift."""
    shifts = ((480, 960, 480), (480, 960, 480))
    one = problem(days=3, shifts=shifts, rules=RosterRules(shift_max=np.array([[2, 3]])))
    finder = finder_of(one)
    cells = np.array([[-9.0, -5, 0], [-9, -4, 0], [-9, -6, 0]])
    found = finder.cheapest(0, cells)
    assert (found.assigned.tolist(), found.least) == ([0, 0, 1], -24)
    monkeypatch.setattr(finder_module, "_FINE_STEPS", 0)
    assert finder.cheapest(0, cells).assigned.tolist() == [0, 0, 1]
    monkeypatch.setattr(finder_module, "MOST_LABELS", 1)
    unknown = finder.cheapest(0, cells)
    assert unknown.assigned is None
    assert unknown.least <= -24


def test_people_alike_share_a_network(problem):
    one = problem(people=3, rules=RosterRules(consecutive_max=np.array([5, 5, 4])))
    first, second, third = finder_of(one).networks
    assert first is second
    assert first is not third


def team(problem):
    random = np.random.default_rng(3)
    one = problem(people=4, days=14, shifts=((480, 960, 480), (600, 1080, 480)), required=1)
    rules = RosterRules(consecutive_max=np.full(4, 4), off_min=np.full(4, 2), weekends_max=np.full(4, 1))
    wishes = RosterWishes(day_off=(random.random((4, 14)) < 0.1) * 7, fair_hour=2, fair_weekend=3)
    wishes = replace(wishes, unpopular=np.array([False, True]), fair_unpopular=2)
    return replace(one, rules=rules, wishes=wishes, over_weight=np.full((14, 2), 3))


def test_a_draft_prices_as_the_checker_does(problem):
    one = team(problem)
    start = construct_rows(finder_of(one))
    draft = draft_rows(finder_of(one), start)
    assert draft.total() == pytest.approx(price_roster(one, start).total)
    before = draft.total()
    draft.settle(3)
    assert draft.total() == pytest.approx(price_roster(one, draft.assigned).total)
    assert draft.total() <= before


def test_columns_bound_and_build(problem):
    """The bound and roster of columns agree with the solver's own, from nothing to all cells allowed."""
    one = team(problem)
    found = solve_rows(finder_of(one), Limits(seconds=60, workers=1, work=5.0))
    assert found.bound <= found.price
    assert price_roster(one, found.best).total == found.price
    assert found.proved or found.cells[np.arange(4)[:, None], np.arange(14)[None, :], found.best].all()


def test_bounds_round_up_to_prices_there_are(problem):
    one = problem(people=2, shifts=((480, 960, 480), (480, 720, 240)), wishes=RosterWishes(fair_hour=3))
    assert grain_of(replace(one, over_weight=np.full((7, 2), 24))) == 4
    assert [round_up(bound, 4) for bound in (7.9, 8.0000001, 8.1)] == [8, 8, 12]


def test_cover_rows_of_one_pattern_are_priced_together(problem):
    """Two rows of one pattern, 2 and 5 wanted: in steps, any number present costs what the two rows cost apart."""
    one = problem(people=7, days=1, required=0)
    one = replace(
        one,
        contributes=np.ones((2, 1), dtype=bool),
        required=np.array([[2, 5]]),
        under_weight=np.array([[10, 7]]),
        over_weight=np.array([[8, 1]]),
    )
    steps = cover_steps(one)
    assert steps.largest.tolist() == [[5]]
    for there in range(8):
        assigned = np.where(np.arange(7) < there, 0, OFF)[:, None]
        missing, cost = 5 - there, steps.constant
        below = [
            (price, most) for price, most, sign in zip(steps.price, steps.most, steps.sign, strict=True) if sign > 0
        ]
        for price, most in sorted(below):
            cost += price * min(max(missing, 0), most)
            missing -= min(max(missing, 0), most)
        cost += steps.price[steps.sign < 0][0] * max(-missing, 0)
        assert cost == price_roster(one, assigned).total


def test_duals_price_rows_as_the_program_does(problem):
    """Rows in the basis cost their dual, no known row less; with targets, hours and weekends shared fairly."""
    one = replace(team(problem), minutes_target=np.array([[4800], [3000], [2400], [4800]]))
    finder = finder_of(one)
    master = master_of(finder)
    rows = [construct_rows(finder, sweeps) for sweeps in (0, 1, 2, 3)]
    master.add([(person, row[person].copy()) for row in rows for person in range(4)])
    run = master.lp.solve()
    for at, (person, row) in enumerate(zip(master.person, master.rows, strict=True)):
        prices = master.prices(run.duals, person)
        price = row_cost(one, prices.cells, person, row) + prices.weekend * weekends_of(one, row) + prices.fixed
        assert price >= run.duals[person] - 1e-6
        if master.values(run)[at] > 1e-6:
            assert price == pytest.approx(run.duals[person])


@settings(max_examples=30, deadline=None)
@given(alone(), st.integers(0, 1000))
def test_moves_judge_rows_as_the_checker_does(problem, seed):
    rules = annealer_of(finder_of(problem), 0).rules
    rows = np.random.default_rng(seed).choice([-1, -1, 0, 1, 2], (40, DAYS))
    scratch = np.zeros(3, dtype=np.int64), np.zeros(2, dtype=np.int64)
    for row in rows:
        options = np.where(row == OFF, 3, row)
        short = measure(rules, 0, options, np.zeros(3, dtype=np.int64), scratch)
        assert (short >= 0) == (not check_person(problem, 0, row))
        if short >= 0:
            assert short == pytest.approx(price_roster(problem, row[None, :]).short)


def test_moves_improve_a_roster_and_break_nothing(problem):
    """Prices kept up to date by moves are the checker's, the same seed gives the same roster, locks stay."""
    one = team(problem)
    start = construct_rows(finder_of(one))
    one = replace(one, locked=np.where(np.arange(14) < 3, start, FREE))
    limits = Limits(seconds=60, workers=1, work=0.2)
    found = annealer_of(finder_of(one), 5).refine(start, 0.0, limits)
    assert not check_roster(one, found)
    assert (found[:, :3] == start[:, :3]).all()
    assert price_roster(one, found).total <= price_roster(one, start).total
    assert (annealer_of(finder_of(one), 5).refine(start, 0.0, limits) == found).all()


def test_moves_find_what_one_person_alone_cannot(problem):
    """Each works the shift the other asks for, and neither may work both days: only an exchange mends it."""
    one = problem(people=2, days=1, shifts=((480, 960, 480), (600, 1080, 480)), required=1)
    wish = np.zeros((2, 1, 2), dtype=np.int64)
    wish[0, 0, 0] = wish[1, 0, 1] = 5
    one = replace(one, wishes=RosterWishes(shift_on=wish))
    found = annealer_of(finder_of(one), 0).refine(np.array([[1], [0]]), 0.5, Limits(seconds=60, workers=1, work=0.2))
    assert found.tolist() == [[0], [1]]


def test_the_published_rosters_are_what_their_rule_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(rosters, "FOLDER", tmp_path)
    rosters.write()
    published = Path(rosters.__file__).parents[1] / "rosters"
    names = sorted(file.name for file in published.iterdir())
    assert names == ["people_15.json", "people_30.json"]
    assert all((published / name).read_text() == (tmp_path / name).read_text() for name in names)
