"""block_layout reaches the recorded best of textbook instances (../shared); see benchmarks/halls/blocks.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layout.zones import block_layout
from layout.zones.blocks import check_blocks
from layout.zones.blocks.problem import make_block_problem
from outlet.outcome import Limits

RECORDED = {"O7": 131.69, "vC10Rs": 19967.55}


def read(file: Path) -> tuple[float, float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return width, height, areas, flow, aspect and least side of an instance."""
    words = file.read_text().split()
    k, limit, kind = int(words[0]), words[1], words[6]
    numbers = np.array(words[7:], dtype=float)
    flow = np.zeros((k, k))
    if kind == "full":
        table = numbers.reshape(k, k + 3)
        flow = table[:, 1 : k + 1]
    else:
        table = numbers[: 3 * k].reshape(k, 3)
        for i, j, trips in numbers[3 * k :].reshape(-1, 3):
            flow[int(i) - 1, int(j) - 1] += trips
    areas, sides = table[:, -2], table[:, -1]
    aspect = sides if limit == "ratio" else np.full(k, np.inf)
    return float(words[4]), float(words[5]), areas, flow, aspect, sides if limit == "side" else np.zeros(k)


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_best_is_reached_within_a_thousandth(name: str, shared: Path) -> None:
    width, height, areas, flow, aspect, side = read(shared / f"benchmarks/layout/ua_flp/{name}.txt")
    outcome = block_layout(width, height, areas, flow, aspect, side, limits=Limits(work=10))
    plan = outcome.require()
    assert (outcome.objective or 0) <= RECORDED[name] * 1.001
    assert check_blocks(make_block_problem((width, height), areas, flow, aspect, side), plan.rectangles) == []
    assert plan.topology_gap == pytest.approx(0.0, abs=1e-6)
    assert 0 < (outcome.bound or 0) <= RECORDED[name] * 1.001
