"""Erlang's formulas against tabulated and published values, each other, and a sum over states."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.workload import erlang_a, erlang_b, erlang_c
from layout.workload.erlang import mean_wait, queue_distribution, servers_needed, service_level
from outlet.errors import InputError

REFERENCE = Path(__file__).parents[3] / "../shared/benchmarks/queueing/reference_values.json"


@pytest.fixture(scope="module")
def reference():
    if not REFERENCE.is_file():
        pytest.skip("../shared is not here")
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


def test_emergency_room_of_hillier_and_lieberman():
    """λ = 2, μ = 3 an hour: one doctor waits of 2/3 h, two of 1/24 h; the textbook's table."""
    assert mean_wait(2.0, 3.0, 1) == pytest.approx(2 / 3)
    assert mean_wait(2.0, 3.0, 2) == pytest.approx(1 / 24)
    assert erlang_c(2.0, 3.0, 2) == pytest.approx(1 / 6)


@pytest.mark.parametrize(
    ("load", "servers", "blocking"),
    [(2.0, 2, 0.4), (5.0, 5, 0.28486782133090244), (18.0, 20, 0.10921284587252249), (0.0, 3, 0.0), (7.0, 0, 1.0)],
)
def test_erlang_b_of_the_tables(load, servers, blocking):
    assert erlang_b(load, 1.0, servers) == pytest.approx(blocking, rel=1e-12, abs=1e-15)


def test_call_centre_of_mandelbaum_and_zeltyn():
    """48 calls a minute, 50 agents, patience of two minutes: published 3.1 %, 3.7 s, 3.0 waiting."""
    found = erlang_a(48.0, 1.0, 0.5, 50)
    assert found.abandonment == pytest.approx(0.031, abs=5e-4)
    assert found.mean_wait * 60 == pytest.approx(3.7, abs=0.05)
    assert found.mean_queue == pytest.approx(3.0, abs=0.05)


@pytest.mark.shared
def test_reference_values(reference):
    for case in reference["MMc"]:
        rate, speed, servers = case["lam"], case["mu"], case["c"]
        assert erlang_c(rate, speed, servers) == pytest.approx(case["P_wait"], rel=1e-12)
        assert mean_wait(rate, speed, servers) == pytest.approx(case["Wq"], rel=1e-12)
        for wait, share in case["P_Wq_le_t"].items():
            assert service_level(rate, speed, servers, float(wait)) == pytest.approx(share, rel=1e-12)
    for case in reference["ErlangA"]:
        found = erlang_a(case["lam"], case["mu"], case["theta"], case["c"])
        assert found.wait_probability == pytest.approx(case["P_wait"], rel=1e-10)
        assert found.abandonment == pytest.approx(case["P_abandon"], rel=1e-10)
        assert found.mean_queue == pytest.approx(case["Lq"], rel=1e-10)
    for case in (case for case in reference["MMcK"] if case["c"] == case["K"]):
        assert erlang_b(case["lam"], case["mu"], case["c"]) == pytest.approx(case["P_block"], rel=1e-12)


def by_states(rate, speed, leave, servers, states=4000):
    """Erlang A by its birth-and-death chain: probabilities of 0 … states visitors."""
    log = [0.0]
    for k in range(1, states):
        log.append(log[-1] + math.log(rate) - math.log(min(k, servers) * speed + max(k - servers, 0) * leave))
    weight = np.exp(np.array(log) - max(log))
    weight /= weight.sum()
    queue = np.maximum(np.arange(states) - servers, 0)
    return weight[servers:].sum(), float((queue * weight).sum())


@settings(max_examples=50, deadline=None)
@given(
    rate=st.floats(0.05, 60),
    speed=st.floats(0.1, 4),
    leave=st.floats(0.05, 5),
    servers=st.integers(1, 30),
)
def test_erlang_a_against_a_sum_over_states(rate, speed, leave, servers):
    wait, queue = by_states(rate, speed, leave, servers)
    found = erlang_a(rate, speed, leave, servers)
    assert found.wait_probability == pytest.approx(wait, rel=1e-8, abs=1e-300)
    assert found.mean_queue == pytest.approx(queue, rel=1e-7, abs=1e-300)
    assert 0 <= found.abandonment <= 1 + 1e-12


@settings(max_examples=50, deadline=None)
@given(load=st.floats(0.01, 40), spare=st.integers(1, 10))
def test_very_patient_visitors_wait_as_by_erlang_c(load, spare):
    servers = int(load) + spare
    assert erlang_a(load, 1.0, 1e-7, servers).wait_probability == pytest.approx(
        float(erlang_c(load, 1.0, servers)), rel=1e-3
    )


@settings(max_examples=50, deadline=None)
@given(
    rate=st.floats(0.001, 5),
    minutes=st.floats(0.2, 60),
    share=st.floats(0.05, 0.99),
    wait=st.floats(0, 30),
    occupancy=st.floats(0.1, 0.99),
)
def test_servers_needed_is_the_fewest_that_meet_the_target(rate, minutes, share, wait, occupancy):
    count = int(servers_needed(rate, 1 / minutes, target_share=share, target_wait=wait, max_occupancy=occupancy))

    def meets(servers):
        busy = rate / (1 / minutes) / servers if servers else np.inf
        return busy <= occupancy and service_level(rate, 1 / minutes, servers, wait) >= share

    assert meets(count)
    assert not meets(count - 1)


def test_another_server_never_hurts():
    servers = np.arange(1, 60)
    assert (np.diff(erlang_b(20.0, 1.0, servers)) < 0).all()
    assert (np.diff(erlang_c(20.0, 1.0, servers)) <= 1e-15).all()
    assert (np.diff(service_level(20.0, 1.0, servers, 0.2)) >= -1e-15).all()


def test_shapes_broadcast_and_scalars_stay_scalar():
    assert np.shape(erlang_c(np.ones((3, 1)), 1.0, np.arange(1, 5))) == (3, 4)
    assert np.ndim(erlang_b(1.0, 1.0, 2)) == 0
    assert (
        servers_needed(np.zeros((2, 3)), 1.0, target_share=0.8, target_wait=5, max_occupancy=0.9).tolist()
        == [[0] * 3] * 2
    )


def test_overload_has_endless_waits_and_no_overflow():
    assert erlang_c(5.0, 1.0, 5) == 1
    assert mean_wait(5.0, 1.0, 4) == np.inf
    assert service_level(5.0, 1.0, 4, 60.0) == 0
    found = erlang_a(1000.0, 1.0, 1e-6, 10)
    assert found.abandonment == pytest.approx(0.99)
    assert erlang_b(1e-3, 1.0, 300) == 0


def test_queue_distribution_sums_to_one_and_has_the_mean_of_little():
    shares = queue_distribution(4.5, 1.0, 5, 2000)
    assert shares.sum() == pytest.approx(1)
    assert shares @ np.arange(2001) == pytest.approx(4.5 * float(mean_wait(4.5, 1.0, 5)))


def test_queue_distributions_of_several_posts_are_those_of_each():
    rates, servers = np.array([0.0, 2.0, 4.5]), np.array([1, 3, 5])
    together = queue_distribution(rates, 1.0, servers, 20)
    assert together.shape == (3, 21)
    for rate, count, shares in zip(rates, servers, together, strict=True):
        assert shares == pytest.approx(queue_distribution(float(rate), 1.0, int(count), 20), abs=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_b(-1.0, 1.0, 1), "arrival_rate: expected finite rates from 0"),
        (lambda: erlang_c(1.0, 0.0, 1), "service_rate: expected finite rates above 0"),
        (lambda: erlang_c(1.0, 1.0, 1.5), "servers: expected whole numbers from 0"),
        (lambda: erlang_a(1.0, 1.0, 0.0, 1), "patience_rate: expected finite rates above 0"),
        (lambda: queue_distribution(5.0, 1.0, 5, 10), "5 servers cannot keep up"),
        (lambda: queue_distribution([1.0, 3.0], 1.0, [2, 3], 10), "3 servers cannot keep up with 3 visitors"),
        (
            lambda: servers_needed(9e4, 1.0, target_share=0.8, target_wait=1, max_occupancy=0.9),
            "needs more than 5000; check visits per day",
        ),
    ],
)
def test_bad_arguments_by_message(call, message):
    with pytest.raises(InputError, match=message):
        call()
