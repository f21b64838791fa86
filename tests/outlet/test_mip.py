"""The HiGHS runner: status, bound, limits, and Ctrl-C."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from outlet.mip import MipModel, Relaxation, run_mip
from outlet.outcome import Limits

LIMITS = Limits(seconds=20, workers=1)


def knapsack(value, weight, room, **changes):
    """Pack the most value: one row."""
    n = len(value)
    parts = {
        "cost": np.array(value, float),
        "lower": np.zeros(n),
        "upper": np.ones(n),
        "integer": np.ones(n, dtype=bool),
        "rows": sparse.csr_array(np.array([weight], float)),
        "row_lower": np.array([-np.inf]),
        "row_upper": np.array([float(room)]),
        "maximise": True,
    }
    return MipModel(**(parts | changes))


def hard(n=2000, m=300, p=20):
    """A covering model that HiGHS does not prove within seconds."""
    rng = np.random.default_rng(42)
    people, places = rng.random((n, 2)) * 100, rng.random((m, 2)) * 100
    near = np.hypot(*(people[:, None] - places[None]).transpose(2, 0, 1)) <= 100 * np.sqrt(0.8 / (p * np.pi))
    rows = sparse.vstack(
        [
            sparse.hstack([-sparse.csr_array(near.astype(float)), sparse.eye_array(n)]),
            sparse.csr_array(np.r_[np.ones(m), np.zeros(n)][None, :]),
        ]
    )
    return MipModel(
        cost=np.r_[np.zeros(m), rng.integers(1, 101, n).astype(float)],
        lower=np.zeros(m + n),
        upper=np.ones(m + n),
        integer=np.r_[np.ones(m, dtype=bool), np.zeros(n, dtype=bool)],
        rows=sparse.csr_array(rows),
        row_lower=np.full(n + 1, -np.inf),
        row_upper=np.r_[np.zeros(n), float(p)],
        maximise=True,
    )


def test_three_parcels_in_a_van_of_five():
    run = run_mip(knapsack([6, 5, 5], [4, 3, 2], 5), LIMITS)
    assert (run.status, run.objective, run.bound, run.stopped_by) == ("optimal", 10.0, 10.0, "proof")
    assert run.x.tolist() == [0.0, 1.0, 1.0]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), min_size=1, max_size=8), st.integers(0, 20))
def test_every_unit_of_value_gives_the_same_choice(parcels, room):
    value, weight = zip(*parcels, strict=True)
    sums = [
        (
            sum(v for at, v in enumerate(value) if mask >> at & 1),
            sum(w for at, w in enumerate(weight) if mask >> at & 1),
        )
        for mask in range(2 ** len(parcels))
    ]
    right = max(v for v, w in sums if w <= room)
    for unit in (1.0, 1e-9, 1e12):
        run = run_mip(knapsack(np.array(value) * unit, weight, room), LIMITS)
        assert run.status == "optimal"
        assert run.objective == pytest.approx(right * unit)


def test_no_plan_and_no_columns():
    shut = knapsack([1.0], [1.0], 5, row_lower=np.array([4.0]))
    assert (run_mip(shut, LIMITS).status, run_mip(shut, LIMITS).x) == ("infeasible", None)
    free = run_mip(knapsack([2.0, 1.0], [0.0, 0.0], 0), LIMITS)
    assert free.objective == 3.0


def test_a_linear_model_has_its_objective_as_bound():
    run = run_mip(knapsack([6, 5, 5], [4, 3, 2], 5, integer=np.zeros(3, dtype=bool)), LIMITS)
    assert run.status == "optimal"
    assert run.objective == pytest.approx(10.0)
    assert run.bound == pytest.approx(run.objective)


def test_time_is_never_called_optimal():
    run = run_mip(hard(), Limits(seconds=1.0, workers=1))
    assert run.status in ("feasible", "undecided")
    assert run.stopped_by == "time"
    assert run.bound is None or run.bound > (run.objective or 0.0)


def test_work_stops_at_the_same_point_every_time():
    runs = [run_mip(hard(1200, 200, 20), Limits(seconds=60, workers=1, work=0.2)) for _ in range(2)]
    assert {run.stopped_by for run in runs} == {"work"}
    assert runs[0].bound == runs[1].bound
    assert runs[0].x.tolist() == runs[1].x.tolist()


def test_a_gap_is_told_as_a_gap():
    run = run_mip(hard(500, 100, 10), Limits(seconds=30, workers=1, gap=0.2))
    assert (run.status, run.stopped_by) in {("feasible", "gap"), ("optimal", "proof")}
    assert run.bound <= run.objective * 1.2 * (1 + 1e-9)


def test_a_start_is_used_and_a_broken_one_is_not():
    model = hard(500, 100, 10)
    begin = np.full(600, np.nan)
    begin[:100] = 0.0
    begin[:10] = 1.0
    seen = []
    assert run_mip(model, LIMITS, start=begin, on_incumbent=seen.append).status == "optimal"
    assert seen
    begin[:100] = 1.0
    assert run_mip(model, LIMITS, start=begin).status == "optimal"


def test_rows_are_added_to_a_relaxation():
    program = Relaxation(knapsack([6, 5, 5], [4, 3, 2], 5), LIMITS)
    x, value, reduced = program.solve(10.0)
    assert value == pytest.approx(10.0)
    program.add_rows(sparse.csr_array(np.array([[0.0, 1.0, 1.0]])), np.array([-np.inf]), np.array([1.0]))
    x, value, reduced = program.solve(10.0)
    assert value == pytest.approx(5 + 6 * 0.75)
    assert len(x) == len(reduced) == 3


CHILD = textwrap.dedent(
    """
    import importlib.util, sys
    spec = importlib.util.spec_from_file_location("cases", sys.argv[1])
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    model = cases.hard()
    import outlet.mip
    from outlet.mip import run_mip
    from outlet.outcome import Limits
    outlet.mip.PATIENCE_S = float(sys.argv[2])
    print("go", flush=True)
    run = run_mip(model, Limits(seconds=120, workers=1))
    bounded = run.objective is None or run.bound is None or run.bound >= run.objective
    print(run.status, run.stopped_by, bounded, flush=True)
    """
)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX")
@pytest.mark.parametrize("patience", [2.0, 0.0])
def test_ctrl_c_gives_back_plan_and_bound_at_once(patience):
    """Also where HiGHS is left behind: the process then waits for it at its end, and does not abort."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, __file__, str(patience)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout.readline().strip() == "go"
    time.sleep(3.0)
    asked = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert time.monotonic() - asked < 20
    words = out.split()
    assert words[:2] in (["feasible", "interrupt"], ["undecided", "interrupt"]), (out, err)
    assert words[2] == "True"
    assert child.returncode == 0, err
