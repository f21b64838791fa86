"""A roaming guide: priced by hand, and the best of every combination within the limit of guides."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from layout.workload.arrivals import expected_arrivals
from layout.workload.roaming import best_roaming, guided_services, price_roaming
from layout.workload.services import read_preset
from layout.workload.what_if import WhatIf
from outlet.errors import InputError

TERMS = WhatIf(
    levels=(0.0, 0.4, 0.8),
    most_machines=0,
    wage_per_min=0.35,
    machine_per_day=25.0,
    lost=0.1,
    installed=lambda needed: needed,
    target_share=0.8,
    target_wait_min=5.0,
)


@pytest.fixture(scope="module")
def work():
    """A telecom hall, whose guide can take bills and data services, at half the minutes of their posts."""
    catalogue = read_preset("telecom")
    services = tuple(
        service.model_copy(update={"guide_minutes": service.minutes / 2}) if service.guide_minutes else service
        for service in catalogue.services
    )
    catalogue = catalogue.model_copy(update={"services": services})
    assert [service.id for service in guided_services(catalogue)] == ["bill", "data_service"]
    return catalogue, expected_arrivals(catalogue, catalogue.day.opening_hours, 500.0)


def test_price_by_hand(work):
    """Half of the bills use a machine; 40 % of the rest go to the guide, who takes half as long."""
    catalogue, arrivals = work
    machines = np.array([0.5 if service.id == "bill" else 0.0 for service in catalogue.services])
    found = price_roaming(catalogue, arrivals, machines, {"bill": 0.4}, TERMS)
    bill = catalogue.service("bill")
    a_day = 500 * catalogue.shares["bill"] * 0.5 * 0.4
    assert found.minutes_saved == pytest.approx(a_day * bill.minutes)
    assert found.at_stake == pytest.approx(a_day * bill.value)
    assert found.guides >= 1
    assert found.gain < found.minutes_saved * TERMS.wage_per_min, "guides are paid"


@pytest.mark.parametrize("most", [0, 1, 2, 6])
def test_the_best_of_every_combination(work, most):
    machines = np.zeros(len(work[0].services))
    ids = [service.id for service in guided_services(work[0])]
    every = [
        price_roaming(*work, machines, dict(zip(ids, levels, strict=True)), TERMS)
        for levels in itertools.product(TERMS.levels, repeat=len(ids))
    ]
    best = max([each.gain for each in every if each.guides <= most], default=0.0)
    found = best_roaming(*work, machines, most, TERMS)
    assert found.gain == pytest.approx(max(best, 0.0))
    assert found.guides <= most
    assert bool(found.share) == (found.gain > 0)


def test_a_guide_who_is_no_quicker_gains_nothing_beside_a_dear_one(work):
    catalogue, arrivals = work
    services = tuple(
        service.model_copy(update={"guide_minutes": 60.0}) if service.guide_minutes else service
        for service in catalogue.services
    )
    slow = catalogue.model_copy(update={"services": services})
    assert best_roaming(slow, arrivals, np.zeros(len(services)), 9, TERMS).share == {}


def test_without_a_reception_nobody_roams(work):
    alone = work[0].model_copy(update={"triage": None})
    assert guided_services(alone) == ()
    assert best_roaming(alone, work[1], np.zeros(len(alone.services)), 9, TERMS).guides == 0


def test_too_many_combinations_are_told(work):
    levels = tuple(np.linspace(0, 1, 200))
    with pytest.raises(InputError, match="2 services for a roaming guide at 200 levels each"):
        best_roaming(*work, np.zeros(len(work[0].services)), 2, replace(TERMS, levels=levels))
