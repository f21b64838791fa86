"""ptal.csv: the town of the PTAL docstring row by row, and hypothesis towns whose contributions sum to the index."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from siting.access.ptal import RouteService, ptal, ptal_rules
from siting.settings.data import MODES
from siting.settings.ptal import PtalSettings
from siting.settings.score import ScoreSettings
from siting.study.ptal_sheet import ptal_sheet


def csr(rows):
    """Rows of dictionaries {column: value}; a value of 0 is an explicit entry."""
    width = 1 + max((column for row in rows for column in row), default=0)
    columns = [column for row in rows for column in sorted(row)]
    data = [row[column] for row in rows for column in sorted(row)]
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return sparse.csr_array((np.array(data, float), np.array(columns, np.int64), pointers), (len(rows), width))


def sheet(walk, per_hour, modes, rank=None, **options):
    """Return the sheet of candidates c0 … with walks to stops s0 … and routes named R0 …"""
    count, stops = walk.shape
    order = np.arange(1, count + 1) if rank is None else np.array(rank)
    kinds = np.array([MODES.index(mode) for mode in modes], dtype=np.int64)
    inputs = SimpleNamespace(
        settings=ScoreSettings.model_validate({"transport": {"ptal": options}}),
        ids=pd.Index([f"c{k}" for k in range(count)]),
        candidate_stops=walk,
        service=RouteService(per_hour=per_hour, mode=kinds, names=tuple(f"R{k}" for k in range(len(modes)))),
    )
    data = SimpleNamespace(
        candidates=pd.DataFrame({"name": [f"Place {k}" for k in range(count)]}),
        stops=pd.DataFrame({"id": [f"s{k}" for k in range(stops)], "name": [f"Stop {k}" for k in range(stops)]}),
    )
    scored = SimpleNamespace(ranking=SimpleNamespace(rank=order, score=100.0 - order))
    return ptal_sheet(data, inputs, scored)


def test_the_town_of_the_docstring_row_by_row():
    """One candidate, six routes at three stops: an index of 9.95; bus 4 at the fourth stop is beyond 640 m."""
    walk = csr([{0: 3.0, 1: 8.0, 2: 8.25, 3: 8.1}])
    per_hour = csr([{0: 6.0, 1: 4.0}, {0: 12.0, 2: 6.0}, {3: 10.0, 4: 5.0, 5: 2.0}, {6: 30.0}])
    found = sheet(walk, per_hour, ["bus", "bus", "bus", "metro", "metro", "rail", "bus"])
    assert found.to_dict("list") == {
        "candidate_id": ["c0"] * 6,
        "candidate": ["Place 0"] * 6,
        "rank": [1] * 6,
        "mode": ["rail", "metro", "metro", "bus", "bus", "bus"],
        "route": ["R5", "R3", "R4", "R0", "R1", "R2"],
        "stop_id": ["s2", "s2", "s2", "s0", "s0", "s1"],
        "stop": ["Stop 2", "Stop 2", "Stop 2", "Stop 0", "Stop 0", "Stop 1"],
        "walk_m": [660.0, 660.0, 660.0, 240.0, 240.0, 640.0],
        "walk_min": [8.25, 8.25, 8.25, 3.0, 3.0, 8.0],
        "departures_per_hour": [2.0, 10.0, 5.0, 6.0, 4.0, 6.0],
        "scheduled_wait_min": [15.0, 3.0, 6.0, 5.0, 7.5, 5.0],
        "reliability_min": [0.75, 0.75, 0.75, 2.0, 2.0, 2.0],
        "access_min": [24.0, 12.0, 15.0, 10.0, 12.5, 15.0],
        "edf": [1.25, 2.5, 2.0, 3.0, 2.4, 2.0],
        "counted": [1.0, 1.0, 0.5, 1.0, 0.5, 0.5],
        "contribution": [1.25, 2.5, 1.0, 3.0, 1.2, 1.0],
    }
    assert found["contribution"].sum() == pytest.approx(9.95, abs=1e-9)


def test_the_best_come_first_and_as_many_as_asked():
    walk, per_hour = csr([{0: 1.0}, {0: 2.0}, {0: 3.0}]), csr([{0: 6.0}])
    found = sheet(walk, per_hour, ["bus"], rank=[3, 1, 2], sheet_best=2)
    assert list(zip(found["candidate_id"], found["rank"], strict=True)) == [("c1", 1), ("c2", 2)]
    assert sheet(walk, per_hour, ["bus"], sheet_best=0) is None


def test_a_candidate_that_no_route_serves_has_no_row():
    assert len(sheet(csr([{0: 30.0}]), csr([{0: 6.0}]), ["bus"])) == 0


@st.composite
def towns(draw):
    places, stops, routes = (draw(st.integers(low, high)) for low, high in ((1, 5), (1, 6), (1, 6)))
    minutes = st.sampled_from([0.0, 0.5, 3.0, 7.999, 8.0, 8.001, 10.0, 12.0, 12.5, 40.0])
    per_hour = st.sampled_from([0.5, 1.0, 4.0, 7.0, 12.0, 60.0])
    walk = [{**draw(st.dictionaries(st.integers(0, stops - 1), minutes, max_size=stops))} for _ in range(places)]
    departures = [draw(st.dictionaries(st.integers(0, routes - 1), per_hour, max_size=routes)) for _ in range(stops)]
    modes = draw(st.lists(st.sampled_from(MODES), min_size=routes, max_size=routes))
    departures[0][routes - 1] = 1.0
    walk[0][stops - 1] = 1.0
    return csr(walk), csr(departures), modes, draw(st.permutations(range(1, places + 1)))


@settings(max_examples=50, deadline=None)
@given(town=towns(), others=st.sampled_from([0.0, 0.5, 1.0]))
def test_contributions_sum_to_the_index_of_every_candidate(town, others):
    walk, per_hour, modes, rank = town
    found = sheet(walk, per_hour, modes, rank=rank, others_count=others)
    rules = ptal_rules(PtalSettings(others_count=others), 80.0)
    kinds = np.array([MODES.index(mode) for mode in modes], dtype=np.int64)
    expected = ptal(walk, per_hour, kinds, rules).index
    total = found.groupby("candidate_id")["contribution"].sum()
    np.testing.assert_allclose(total.reindex([f"c{k}" for k in range(len(expected))]).fillna(0), expected, atol=1e-9)
    np.testing.assert_allclose(found["edf"] * found["counted"], found["contribution"], atol=1e-12)
    np.testing.assert_allclose(30 / found["access_min"], found["edf"], rtol=1e-5)
    assert found["rank"].is_monotonic_increasing
    best = found[found["counted"] == 1.0] if others != 1.0 else found
    assert (
        best.groupby(["candidate_id", "mode"])["edf"].max() == found.groupby(["candidate_id", "mode"])["edf"].max()
    ).all()
