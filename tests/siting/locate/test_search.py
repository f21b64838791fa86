"""A solve tells how far it is, ever more seldom, and the benchmark's small version agrees with what is published."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from outlet.outcome import Limits
from outlet.progress import Progress, watching
from siting.locate import SiteRules
from siting.locate.problem.pairs import read_pairs
from siting.locate.problem.rules import site_rows
from siting.locate.problem.search import Search

ROOT = Path(__file__).parents[3]


def search_of_three() -> Search:
    """A search over three candidates whose price is the sum of the open positions."""
    return Search("least", site_rows(SiteRules(), 3, 1), Limits(), lambda opened: 1000.0 + float(opened.sum()))


def test_a_long_solve_tells_plan_bound_gap_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    search = search_of_three()
    search.started -= 4.0
    with watching(Progress()):
        search.offer(np.array([2]))
        search.tighten(900.0)
        search.started -= 4.0
        search.tighten(951.9)
    told = capsys.readouterr().err.splitlines()
    assert told == ["  plan 1,002, no bound yet, 4 s", "  plan 1,002, bound 951.9, gap 5 %, 8 s"]


def test_a_short_solve_and_one_nobody_watches_tell_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    search = search_of_three()
    with watching(Progress()):
        search.offer(np.array([2]))
    search.started -= 60.0
    search.offer(np.array([1]))
    assert capsys.readouterr().err == ""


def test_the_benchmark_reaches_what_is_published(shared: Path) -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "locate.py"), "--seconds", "30", "--every", "20"]
    ran = subprocess.run(
        [*command, "--only", "pmed-median", "pmed-center", "charge", "holmberg", "cover", "stores"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    sums = re.findall(r"(\d+) cases, (\d+) proved, .* (\d+) cannot be right", ran.stdout)
    assert len(sums) == 6
    assert all(cases == proved and wrong == "0" for cases, proved, wrong in sums), ran.stdout


def test_slices_and_read_only_arrays_are_made_whole_for_the_kernels() -> None:
    table = np.arange(20.0).reshape(5, 4)
    table.flags.writeable = False
    for given in (table[:, 1:], np.asfortranarray(table), table):
        pairs = read_pairs("cost", given)
        assert pairs.cost.flags.writeable
        assert pairs.cost.flags.c_contiguous
        np.testing.assert_array_equal(pairs.cost, given.ravel())
    assert not table.flags.writeable
