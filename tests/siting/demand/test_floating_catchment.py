"""Floating catchments: worked by hand, mass balance, what changes nothing, and the numbers of the package `access`."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from outlet.errors import InputError
from siting.demand.decay import Decay
from siting.demand.floating_catchment import FloatingCatchment, ZoneWeights, enhanced_two_step, three_step, two_step

Floats = NDArray[np.float64]
Case = tuple[Floats, Floats, Floats]
ZONES = ZoneWeights()
MODELS: dict[str, Callable[..., FloatingCatchment]] = {
    "2SFCA": lambda *given: two_step(*given, reach_min=15.0),
    "E2SFCA": lambda *given: enhanced_two_step(*given, decay=ZONES),
    "E2SFCA gaussian": lambda *given: enhanced_two_step(
        *given, decay=Decay(kind="gaussian", reach_min=30.0, scale_min=12.0)
    ),
    "3SFCA": lambda *given: three_step(*given, decay=ZONES),
}


def entries(minutes: Floats) -> sparse.csr_array[np.float64]:
    """Sparse minutes in which 0 is an entry and infinity is none."""
    row, column = np.nonzero(np.isfinite(minutes))
    pointer = np.concatenate(([0], np.cumsum(np.isfinite(minutes).sum(axis=1))))
    return sparse.csr_array((minutes[row, column], column, pointer), shape=minutes.shape)


# Three points, two outlets. Point 0 reaches both, point 1 the second only, point 2 none.
DEMAND = np.array([100.0, 200.0, 50.0])
SUPPLY = np.array([2.0, 6.0])
MINUTES = entries(np.array([[0.0, 12.0], [np.inf, 9.0], [40.0, np.inf]]))


def test_two_step_by_hand() -> None:
    got = two_step(DEMAND, SUPPLY, MINUTES, reach_min=15.0)
    np.testing.assert_allclose(got.ratio, [2 / 100, 6 / 300], rtol=1e-15)
    np.testing.assert_allclose(got.access, [0.02 + 0.02, 0.02, 0.0], rtol=1e-15)


def test_enhanced_two_step_by_hand() -> None:
    got = enhanced_two_step(DEMAND, SUPPLY, MINUTES, decay=ZONES)
    second = 6 / (100 * 0.68 + 200 * 1.0)
    np.testing.assert_allclose(got.ratio, [0.02, second], rtol=1e-15)
    np.testing.assert_allclose(got.access, [0.02 + 0.68 * second, second, 0.0], rtol=1e-15)


def test_three_step_by_hand() -> None:
    got = three_step(DEMAND, SUPPLY, MINUTES, decay=ZONES)
    first_choice, second_choice = 1 / 1.68, 0.68 / 1.68
    first = 2 / (first_choice * 100 * 1.0)
    second = 6 / (second_choice * 100 * 0.68 + 200)
    np.testing.assert_allclose(got.ratio, [first, second], rtol=1e-15)
    np.testing.assert_allclose(
        got.access, [first_choice * first + second_choice * 0.68 * second, second, 0.0], rtol=1e-15
    )


def test_a_zone_ends_at_its_limit_inclusive() -> None:
    minutes = np.array([[0.0, 10.0, 10.001, 20.0, 30.0, 30.001, np.inf]])
    np.testing.assert_array_equal(ZONES(minutes), [[1.0, 1.0, 0.68, 0.68, 0.22, 0.0, 0.0]])


def test_nobody_to_share_with_is_not_known_and_stays_where_nobody_lives() -> None:
    minutes = entries(np.array([[5.0, np.inf], [5.0, 5.0]]))
    for model in MODELS.values():
        got = model(np.array([10.0, 0.0]), np.array([1.0, 1.0]), minutes)
        assert np.isnan(got.ratio).tolist() == [False, True]
        assert np.isnan(got.access).tolist() == [False, True]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    demand = draw(st.lists(st.sampled_from([0.0, 1.0, 3.5, 120.0]), min_size=n, max_size=n))
    supply = draw(st.lists(st.sampled_from([0.0, 0.5, 2.0, 7.0]), min_size=m, max_size=m))
    minute = st.sampled_from([0.0, 4.0, 10.0, 10.001, 15.0, 22.5, 30.0, 31.0, np.inf])
    minutes = draw(st.lists(st.lists(minute, min_size=m, max_size=m), min_size=n, max_size=n))
    return np.array(demand), np.array(supply), np.array(minutes)


def plain(case: Case, kernel: Callable[[Floats], Floats], *, chooses: bool) -> Floats:
    """The formulas on dense arrays, with loops."""
    demand, supply, minutes = case
    f = kernel(minutes)
    if chooses:
        f = np.array([[w * w / row.sum() if w else 0.0 for w in row] for row in f])
    access = np.zeros(len(demand))
    for j in range(len(supply)):
        load = sum(demand[i] * f[i, j] for i in range(len(demand)))
        for i in range(len(demand)):
            if f[i, j] > 0:
                access[i] += f[i, j] * supply[j] / load if load > 0 else np.nan
    return access


@given(case=cases())
@settings(max_examples=50, deadline=None)
def test_equals_the_formulas_with_loops(case: Case) -> None:
    given_ = (case[0], case[1], entries(case[2]))
    step = Decay(kind="step", reach_min=15.0)
    np.testing.assert_allclose(MODELS["2SFCA"](*given_).access, plain(case, step, chooses=False), rtol=1e-12)
    np.testing.assert_allclose(MODELS["E2SFCA"](*given_).access, plain(case, ZONES, chooses=False), rtol=1e-12)
    np.testing.assert_allclose(MODELS["3SFCA"](*given_).access, plain(case, ZONES, chooses=True), rtol=1e-12)


@pytest.mark.parametrize("name", MODELS)
@given(case=cases())
@settings(max_examples=50, deadline=None)
def test_all_the_supply_in_reach_is_shared_out(name: str, case: Case) -> None:
    demand, supply, minutes = case
    got = MODELS[name](demand, supply, entries(minutes))
    lived_in = demand > 0
    assert np.isfinite(got.access[lived_in]).all()
    assert (demand @ np.where(lived_in, got.access, 0.0)) == pytest.approx(
        supply[~np.isnan(got.ratio)].sum(), rel=1e-12
    )


@pytest.mark.parametrize("name", MODELS)
@given(case=cases(), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_names_and_units_change_nothing_else(name: str, case: Case, seed: int) -> None:
    demand, supply, minutes = case
    model = MODELS[name]
    plainly = model(demand, supply, entries(minutes)).access
    np.testing.assert_allclose(model(demand, 2 * supply, entries(minutes)).access, 2 * plainly, rtol=1e-15)
    np.testing.assert_allclose(model(2 * demand, supply, entries(minutes)).access, plainly / 2, rtol=1e-15)
    rng = np.random.default_rng(seed)
    row, column = rng.permutation(len(demand)), rng.permutation(len(supply))
    moved = model(demand[row], supply[column], entries(minutes[row][:, column])).access
    np.testing.assert_allclose(moved, plainly[row], rtol=1e-12)


def test_unsorted_entries_are_read_as_sorted_ones() -> None:
    turned = sparse.csr_array((np.array([12.0, 0.0, 9.0]), np.array([1, 0, 1]), np.array([0, 2, 3, 3])), shape=(3, 2))
    got = enhanced_two_step(DEMAND, SUPPLY, turned, decay=ZONES)
    np.testing.assert_array_equal(got.access, enhanced_two_step(DEMAND, SUPPLY, MINUTES, decay=ZONES).access)
    np.testing.assert_array_equal(turned.data, [12.0, 0.0, 9.0])


def test_bad_input_is_named() -> None:
    twice = sparse.csr_array((np.array([1.0, 2.0]), np.array([0, 0]), np.array([0, 2])), shape=(1, 1))
    one = np.ones(1)
    with pytest.raises(InputError, match="a pair of demand and supply stands twice in cost"):
        two_step(one, one, twice, reach_min=5.0)
    with pytest.raises(InputError, match=r"demand has shape \(1,\); expected \(3,\) as in cost"):
        two_step(one, SUPPLY, MINUTES, reach_min=5.0)
    with pytest.raises(InputError, match=r"supply has shape \(1,\); expected \(2,\) as in cost"):
        three_step(DEMAND, one, MINUTES, decay=ZONES)
    with pytest.raises(InputError, match="a supply is negative or not a number"):
        two_step(DEMAND, np.array([1.0, np.nan]), MINUTES, reach_min=5.0)
    with pytest.raises(InputError, match="a demand is negative or not a number"):
        two_step(-DEMAND, SUPPLY, MINUTES, reach_min=5.0)
    with pytest.raises(InputError, match="a travel time is negative"):
        enhanced_two_step(one, one, sparse.csr_array(np.array([[-1.0]])), decay=ZONES)
    with pytest.raises(InputError, match="expected rising minutes above 0"):
        ZoneWeights(limits_min=(10.0, 10.0), weights=(1.0, 0.5))
    with pytest.raises(InputError, match="there are 1 weights; expected 2, one a zone"):
        ZoneWeights(limits_min=(10.0, 20.0), weights=(1.0,))
    with pytest.raises(InputError, match="expected numbers from 0"):
        ZoneWeights(limits_min=(10.0,), weights=(-1.0,))


# Against PySAL's package ---------------------------------------------------------------------------------------------

OLD_PANDAS = pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.drop:DeprecationWarning")
"""The package `access` 1.1.10 calls pandas 3 in a way to be given up."""


@pytest.fixture(scope="module")
def town() -> Case:
    rng = np.random.default_rng(4)
    home, outlet = rng.uniform(0, 60, (300, 2)), rng.uniform(0, 60, (40, 2))
    minutes = np.linalg.norm(home[:, None] - outlet[None], axis=2)
    minutes[minutes > 40] = np.inf
    minutes[:3] = np.inf
    return rng.uniform(1, 5000, 300), rng.uniform(1, 9, 40), minutes


def frames(case: Case) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    demand, supply, minutes = case
    origin, dest = np.nonzero(np.isfinite(minutes))
    return (
        pd.DataFrame({"geoid": np.arange(len(demand)), "demand": demand}),
        pd.DataFrame({"supply": supply}, index=pd.Index(np.arange(len(supply)), name="geoid")),
        pd.DataFrame({"origin": origin, "dest": dest, "cost": minutes[origin, dest]}),
    )


@OLD_PANDAS
def test_equals_the_package_access(town: Case) -> None:
    fca = pytest.importorskip("access.fca", reason="access is not installed (the extra dev brings it)")
    weights = pytest.importorskip("access.weights")
    demand, supply, minutes = town
    given_ = (demand, supply, entries(minutes))
    step = weights.step_fn({10: 1.0, 20: 0.68, 30: 0.22})
    gaussian = weights.gaussian(12.0)
    wide = Decay(kind="gaussian", reach_min=40.0, scale_min=12.0)
    theirs = {
        "2SFCA": fca.two_stage_fca(*frames(town), max_cost=15.0),
        "E2SFCA": fca.two_stage_fca(*frames(town), max_cost=60.0, weight_fn=step),
        "E2SFCA gaussian": fca.two_stage_fca(*frames(town), max_cost=30.0, weight_fn=gaussian),
        "3SFCA": fca.three_stage_fca(*frames(town), max_cost=60.0, weight_fn=step),
        "3SFCA gaussian": fca.three_stage_fca(*frames(town), max_cost=60.0, weight_fn=gaussian),
    }
    ours = {name: model(*given_).access for name, model in MODELS.items()}
    ours["3SFCA gaussian"] = three_step(*given_, decay=wide).access
    for name, series in theirs.items():
        assert len(series) > 250, name
        expected = series.reindex(range(len(demand))).fillna(0.0).to_numpy()
        np.testing.assert_allclose(ours[name], expected, rtol=1e-9, err_msg=name)
        assert (ours[name][:3] == 0).all()


@OLD_PANDAS
def test_differs_from_the_package_access_where_its_choice_looks_beyond_the_reach(town: Case) -> None:
    fca = pytest.importorskip("access.fca", reason="access is not installed (the extra dev brings it)")
    weights = pytest.importorskip("access.weights")
    demand, supply, minutes = town
    theirs = fca.three_stage_fca(*frames(town), max_cost=15.0, weight_fn=weights.gaussian(12.0))
    ours = three_step(demand, supply, entries(minutes), decay=Decay(kind="gaussian", reach_min=15.0, scale_min=12.0))
    expected = theirs.reindex(range(len(demand))).fillna(0.0).to_numpy()
    assert np.abs(ours.access - expected).max() > 1e-4
    assert demand @ ours.access == pytest.approx(supply.sum(), rel=1e-12)
