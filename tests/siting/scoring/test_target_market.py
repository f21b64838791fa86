"""The target market on the street of four candidates: every kernel and every floating catchment, by hand."""

import dataclasses
from math import exp

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from siting.scoring.competition_features import served_nearby
from siting.scoring.demand_features import demand_nearby
from siting.scoring.inputs import FeatureInputs, Supply
from siting.settings.score import ScoreSettings

# Walks of a: 2 min to the 150; of b: 5 to the 150 and 5 to the 60; of c: 8 to the 150 and 20 to the 60.
KERNELS = {
    "step": [150.0, 210.0, 150.0, 0.0],
    "linear": [120.0, 105.0, 30.0, 0.0],
    "gaussian": [150 * exp(-0.5 / 4), 210 * exp(-0.5 * 1.25**2), 150 * exp(-2), 0.0],
    "exponential": [150 * exp(-0.5), 210 * exp(-1.25), 150 * exp(-2), 0.0],
    "power": [150.0, 210 * (5 / 4) ** -2, 150 * 2.0**-2, 0.0],
}


@pytest.mark.parametrize("kind", KERNELS)
def test_every_kernel_is_reached_by_settings(kind: str, four_candidates: FeatureInputs) -> None:
    catchment = {"decay": kind, "reach_min": 10.0, "scale_min": 4.0, "exponent": 2.0}
    settings = ScoreSettings.model_validate({"catchment": catchment})
    found = demand_nearby(dataclasses.replace(four_candidates, settings=settings))
    np.testing.assert_allclose(found, KERNELS[kind], rtol=1e-12)


def csr(walks: list[list[float]]) -> sparse.csr_array:
    """Return walks as CSR; infinite is unreachable."""
    table = np.array(walks)
    row, column = np.nonzero(np.isfinite(table))
    return sparse.csr_array(sparse.coo_array((table[row, column], (row, column)), shape=table.shape))


FAR = np.inf


@pytest.fixture
def served_town(four_candidates: FeatureInputs) -> FeatureInputs:
    """Two outlets: 2 of attraction 4 min from the 100 and 12 from the 60, 6 of it 8 min from the 60 alone."""
    settings = ScoreSettings.model_validate({"catchment": {"decay": "step", "reach_min": 10.0}})
    own = np.full(4, -1, dtype=np.int64)
    supply = Supply(minutes=csr([[4.0, FAR], [12.0, 8.0]]), amount=np.array([2.0, 6.0]), own=own)
    return dataclasses.replace(four_candidates, settings=settings, supply=supply)


def asked(inputs: FeatureInputs, **floating: object) -> FeatureInputs:
    catchment = {"decay": "step", "reach_min": 10.0}
    return dataclasses.replace(
        inputs, settings=ScoreSettings.model_validate({"catchment": catchment, "floating": floating})
    )


def expected(first: float, second: float) -> list[float]:
    """Return figures of a and b from the access of both points: a has the 150 near by, b the 150 and the 60."""
    return [1000 * first, 1000 * (150 * first + 60 * second) / 210, np.nan, 0.0]


def test_two_step_by_hand(served_town: FeatureInputs) -> None:
    found = served_nearby(asked(served_town, method="two_step", reach_min=15.0))
    shared, other = 2 / 160, 6 / 60
    np.testing.assert_allclose(found[:2], expected(shared, shared + other)[:2], rtol=1e-12)
    assert np.isnan(found[2]), "c lies outside the competitor layer"
    assert np.isnan(found[3]), "nobody is near d"
    found = served_nearby(asked(served_town, method="two_step", reach_min=10.0))
    np.testing.assert_allclose(found[:2], expected(2 / 100, 6 / 60)[:2], rtol=1e-12)


def test_enhanced_by_hand(served_town: FeatureInputs) -> None:
    # zones of 5, 10 and 15 min: 4 counts 1, 8 counts .68, 12 counts .22
    shared, other = 2 / (100 + 0.22 * 60), 6 / (0.68 * 60)
    want = expected(shared, 0.22 * shared + 0.68 * other)
    np.testing.assert_allclose(served_nearby(asked(served_town))[:2], want[:2], rtol=1e-12)
    # linear to 16 min: 4 counts .75, 8 counts .5, 12 counts .25
    shared, other = 2 / (75 + 0.25 * 60), 6 / (0.5 * 60)
    want = expected(0.75 * shared, 0.25 * shared + 0.5 * other)
    found = served_nearby(asked(served_town, decay="linear", reach_min=16.0))
    np.testing.assert_allclose(found[:2], want[:2], rtol=1e-12)


def test_three_step_by_hand(served_town: FeatureInputs) -> None:
    to_first, to_second = 0.22 / 0.9, 0.68 / 0.9
    shared, other = 2 / (100 + to_first * 0.22 * 60), 6 / (to_second * 0.68 * 60)
    want = expected(shared, to_first * 0.22 * shared + to_second * 0.68 * other)
    np.testing.assert_allclose(served_nearby(asked(served_town, method="three_step"))[:2], want[:2], rtol=1e-12)


# The package `access` calls pandas in a way to be given up.
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame:DeprecationWarning")
def test_two_step_is_the_mean_of_what_the_package_access_finds(served_town: FeatureInputs) -> None:
    fca = pytest.importorskip("access.fca", reason="access is not installed (the extra dev brings it)")
    inputs = asked(served_town, method="two_step", reach_min=15.0)
    walks = inputs.supply.minutes.tocoo()
    demand = pd.DataFrame({"geoid": [0, 1], "demand": inputs.market.demand})
    supply = pd.DataFrame({"supply": inputs.supply.amount}, index=pd.Index([0, 1], name="geoid"))
    cost = pd.DataFrame({"origin": walks.coords[0], "dest": walks.coords[1], "cost": walks.data})
    theirs = fca.two_stage_fca(demand, supply, cost, max_cost=15.0).reindex([0, 1]).to_numpy()
    np.testing.assert_allclose(served_nearby(inputs)[:2], expected(*theirs)[:2], rtol=1e-12)


def test_where_people_choose_they_do_so_without_the_outlet_measured(served_town: FeatureInputs) -> None:
    """Without the outlet of 6 the 60 have only the first to choose: .22 of them and the 100 share its 2."""
    inputs = asked(served_town, method="three_step")
    itself = dataclasses.replace(inputs.supply, own=np.array([-1, 1, -1, -1], dtype=np.int64))
    found = served_nearby(dataclasses.replace(inputs, supply=itself))
    shared = 2 / (100 + 0.22 * 60)
    assert found[1] == pytest.approx(expected(shared, 0.22 * shared)[1], rel=1e-12)
    assert found[0] == served_nearby(inputs)[0]


@pytest.mark.parametrize("method", ["two_step", "enhanced"])
def test_an_outlet_measured_as_a_candidate_does_not_count_itself(method: str, served_town: FeatureInputs) -> None:
    inputs = asked(served_town, method=method)
    itself = dataclasses.replace(inputs.supply, own=np.array([0, -1, -1, -1], dtype=np.int64))
    without = dataclasses.replace(inputs.supply, amount=np.array([0.0, 6.0]))
    found = served_nearby(dataclasses.replace(inputs, supply=itself))
    assert found[0] == pytest.approx(served_nearby(dataclasses.replace(inputs, supply=without))[0], abs=1e-12)
    assert found[1] == served_nearby(inputs)[1]


def test_nobody_looked_is_not_known(four_candidates: FeatureInputs) -> None:
    assert np.isnan(served_nearby(dataclasses.replace(four_candidates, supply=None))).all()


@pytest.mark.parametrize(
    ("floating", "told"),
    [
        ({"zones_min": (5.0, 5.0), "zone_weights": (1.0, 0.5)}, "rising minutes"),
        ({"zones_min": (5.0,)}, "there are 3 zone_weights; expected 1"),
        ({"zone_weights": (0.0, 0.0, 0.0)}, "one above 0"),
        ({"zones_min": (5.0, 10.0, 45.0)}, "raise the cutoff"),
    ],
)
def test_settings_that_cannot_be(floating: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ScoreSettings.model_validate({"floating": floating})
