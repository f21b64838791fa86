"""The best diversion: by hand, against every combination, and against the limit of machines."""

import itertools
from dataclasses import replace

import pytest

from layout.workload.arrivals import expected_arrivals
from layout.workload.services import read_preset
from layout.workload.what_if import WhatIf, best_diversion, price
from outlet.errors import InputError

TERMS = WhatIf(
    levels=(0.0, 0.3, 0.6, 0.9),
    most_machines=8,
    wage_per_min=0.35,
    machine_per_day=25.0,
    lost=0.1,
    installed=lambda needed: needed + 1,
    target_share=0.8,
    target_wait_min=5.0,
)


@pytest.fixture(scope="module")
def work():
    catalogue = read_preset("bank")
    return catalogue, expected_arrivals(catalogue, catalogue.day.opening_hours, 400.0)


def test_price_by_hand(work):
    """400 visits a day, 34 of 99 for cash at 4 minutes and 1.5 a visit; 60 % go to a machine."""
    found = price(*work, {"cash": 0.6}, TERMS)
    visits = 400 * 0.34 / 0.99 * 0.6
    assert found.minutes_saved == pytest.approx(visits * 4)
    assert found.at_stake == pytest.approx(visits * 1.5)
    count = found.machines["cash_machine"]
    assert count >= 2
    assert found.gain == pytest.approx(visits * (4 * 0.35 - 0.1 * 1.5) - 25 * count)


@pytest.mark.parametrize("most", [0, 2, 3, 4, 5, 8])
def test_best_of_every_combination(work, most):
    terms = replace(TERMS, most_machines=most)
    able = [service.id for service in work[0].services if service.machine]
    every = [
        price(*work, dict(zip(able, levels, strict=True)), terms)
        for levels in itertools.product(terms.levels, repeat=len(able))
    ]
    best = max(each.gain for each in every if sum(each.machines.values()) <= most)
    found = best_diversion(*work, terms)
    assert found.gain == pytest.approx(best)
    assert sum(found.machines.values()) <= most
    assert (found.machines == {}) == (most < 2), "with its spare the first machine is two"


def test_more_machines_never_hurt_and_dearer_ones_never_help(work):
    gains = [best_diversion(*work, replace(TERMS, most_machines=most)).gain for most in range(7)]
    assert gains == sorted(gains)
    assert gains[-1] > gains[0] == 0
    assert best_diversion(*work, replace(TERMS, machine_per_day=1e6)).gain == 0


def test_bad_input(work):
    with pytest.raises(InputError, match="expected shares from 0 to 1"):
        replace(TERMS, levels=(0.5, 1.5))
    with pytest.raises(InputError, match="expected a number from 0"):
        replace(TERMS, most_machines=-1)
    many = tuple(at / 30_000 for at in range(30_000))
    with pytest.raises(InputError, match="name fewer levels"):
        best_diversion(*work, replace(TERMS, levels=many))
