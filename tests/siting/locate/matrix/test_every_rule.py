"""Every model under every kind of rule, against all sets: Shows 6 of issue 5; OUTLET_EXAMPLES=500 asks for more."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outlet.outcome import Limits
from siting.locate import (
    fewest_for_share,
    fixed_charge,
    max_capture,
    max_cover,
    p_center,
    p_dispersion,
    p_median,
    set_cover,
)

LIMITS = Limits(seconds=30, workers=1)
ask = settings(
    max_examples=int(os.environ.get("OUTLET_EXAMPLES", "50")),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def _cost(small):
    return np.array(small.cost), np.array(small.demand, float)


@ask
@given(data=st.data())
@pytest.mark.parametrize("backup", [1, 2])
def test_set_cover(truth, kind, backup, data):
    small = truth.replace(data.draw(truth.smalls(kind)), p=None)
    radius = data.draw(st.integers(0, 10))
    outcome = set_cover(np.array(small.cost), radius, backup=backup, rules=small.rules, limits=LIMITS)
    truth.judge(small, outcome, lambda opened: truth.count_covering(small, opened, radius, backup), min)


@ask
@given(data=st.data())
@pytest.mark.parametrize("number", ["p", "open"])
def test_max_cover(truth, kind, number, data):
    small = data.draw(truth.smalls(kind, open_p=number == "open"))
    radius = data.draw(st.integers(0, 10))
    outcome = max_cover(*_cost(small), small.p, radius, rules=small.rules, limits=LIMITS)
    truth.judge(small, outcome, lambda opened: truth.covered(small, opened, radius), max)


@ask
@given(data=st.data())
def test_max_cover_with_radii_and_parts_of_the_week(truth, kind, data):
    small = data.draw(truth.smalls(kind))
    radii = data.draw(st.lists(st.integers(0, 10), min_size=small.m, max_size=small.m))
    share = data.draw(st.lists(st.sampled_from([0.25, 0.5, 1.0]), min_size=small.m, max_size=small.m))
    outcome = max_cover(*_cost(small), small.p, radii, week_share=share, rules=small.rules, limits=LIMITS)

    def price(opened):
        parts = [min(1, sum(share[j] for j in opened if row[j] <= radii[j])) for row in small.cost]
        return sum(w * part for w, part in zip(small.demand, parts, strict=True))

    truth.judge(small, outcome, price, max)


@ask
@given(data=st.data())
@pytest.mark.parametrize(("number", "unreached"), [("p", None), ("p", 6), ("open", None), ("open", 6)])
def test_p_median(truth, kind, number, unreached, data):
    small = data.draw(truth.smalls(kind, open_p=number == "open"))
    outcome = p_median(*_cost(small), small.p, unreached=unreached, rules=small.rules, limits=LIMITS)
    most = np.inf if unreached is None else unreached
    truth.judge(small, outcome, lambda opened: truth.walked(small, opened, most), min)


@ask
@given(data=st.data())
def test_p_center(truth, kind, data):
    small = data.draw(truth.smalls(kind))
    outcome = p_center(np.array(small.cost), small.p, rules=small.rules, limits=LIMITS)
    truth.judge(small, outcome, lambda opened: max(truth.nearest(small, opened)), min)


@ask
@given(data=st.data())
def test_p_dispersion(truth, kind, data):
    small = data.draw(truth.smalls(kind, least_p=2))
    flat = data.draw(st.lists(st.integers(0, 9), min_size=small.m**2, max_size=small.m**2))
    distance = np.array(flat, float).reshape(small.m, small.m)
    outcome = p_dispersion(distance, small.p, rules=small.rules, limits=LIMITS)
    truth.judge(small, outcome, lambda opened: truth.spread(distance, opened), max)


@ask
@given(data=st.data())
@pytest.mark.parametrize("number", ["p", "open"])
def test_max_capture(truth, kind, number, data):
    small = data.draw(truth.smalls(kind, open_p=number == "open"))
    rivals = data.draw(st.lists(st.integers(1, 9), min_size=small.n, max_size=small.n))
    cost, demand = _cost(small)
    pull = np.where(cost < 10, 10.0 - np.minimum(cost, 10.0), 0.0)
    outcome = max_capture(pull, rivals, demand, small.p, rules=small.rules, limits=LIMITS)
    truth.judge(small, outcome, lambda opened: truth.captured(small, opened, rivals), max)


@ask
@given(data=st.data())
@pytest.mark.parametrize("way", ["open", "split", "whole"])
def test_fixed_charge(truth, kind, way, data):
    small = truth.replace(data.draw(truth.smalls(kind, n_most=3, m_most=4)), p=None)
    room = None if way == "open" else small.room
    outcome = fixed_charge(
        *_cost(small), small.money, room, single_source=way == "whole", rules=small.rules, limits=LIMITS
    )
    whole = way != "split"
    truth.judge(small, outcome, lambda opened: truth.charged(small, opened, room, whole=whole), min)


@ask
@given(data=st.data())
@pytest.mark.parametrize("model", ["fixed_charge", "p_median"])
def test_greatest_and_least_loads(truth, kind, model, data):
    """Demand of at least 1, so that both models ask the same of a set but what opening costs."""
    small = data.draw(truth.smalls(kind, n_most=3, m_most=4))
    small = truth.replace(small, demand=[max(1, w) for w in small.demand])
    room = [max(2, each) for each in small.room]
    least = data.draw(st.lists(st.integers(0, 2), min_size=small.m, max_size=small.m))
    rules = truth.replace(small.rules, capacity=room, least_load=least)
    cost, demand = _cost(small)
    if model == "fixed_charge":
        small = truth.replace(small, p=None)
        outcome = fixed_charge(cost, demand, small.money, rules=rules, limits=LIMITS)
    else:
        small = truth.replace(small, money=[0] * small.m)
        outcome = p_median(cost / demand[:, None], demand, small.p, rules=rules, limits=LIMITS)

    def price(opened):
        paid = sum((small.rules.closing_cost or [0] * small.m)[j] for j in range(small.m) if j not in opened)
        total = truth.charged(small, opened, room, whole=False, least=least)
        return total if model == "fixed_charge" else total - paid

    truth.judge(small, outcome, price, min)


@ask
@given(data=st.data())
def test_max_cover_that_decays(truth, kind, data):
    small = data.draw(truth.smalls(kind))
    near = data.draw(st.integers(0, 5))
    far = near + data.draw(st.integers(1, 5))
    outcome = max_cover(*_cost(small), small.p, near, decay_to=far, rules=small.rules, limits=LIMITS)

    def price(opened):
        parts = [min(1.0, max(0.0, (far - c) / (far - near))) for c in truth.nearest(small, opened)]
        return sum(w * part for w, part in zip(small.demand, parts, strict=True))

    truth.judge(small, outcome, price, max)


@ask
@given(data=st.data())
def test_fewest_for_share(truth, kind, data):
    small = truth.replace(data.draw(truth.smalls(kind)), p=None)
    rivals = data.draw(st.lists(st.integers(1, 9), min_size=small.n, max_size=small.n))
    share = data.draw(st.sampled_from([0.1, 0.33, 0.61, 0.83]))
    small = truth.replace(small, demand=[max(1, w) for w in small.demand])
    cost, demand = _cost(small)
    pull = np.where(cost < 10, 10.0 - np.minimum(cost, 10.0), 0.0)
    outcome = fewest_for_share(pull, rivals, demand, share, rules=small.rules, limits=LIMITS)

    def price(opened):
        won = truth.captured(small, opened, rivals)
        return len(opened) if won >= share * sum(small.demand) - 1e-12 else np.inf

    truth.judge(small, outcome, price, min)
