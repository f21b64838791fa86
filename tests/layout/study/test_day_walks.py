"""Walks of the hall plan in the replayed day."""

import json
from importlib.resources import files

import pytest

from layout.study.day.run import run_simulate
from layout.study.day.walks import read_walks


def zones(far):
    ids = [("R", "reception"), ("W", "waiting"), ("C1", "counters"), ("C2", "counters")]
    walks = [("door", "R", 3.0), ("R", "W", 6.0), ("W", "C1", far), ("W", "C2", far + 9)]
    return {
        "zones": [{"id": name, "kind": kind} for name, kind in ids],
        "walks": [{"from": a, "to": b, "metres": m} for a, b, m in walks],
    }


def simulated(make_work, far, **settings):
    work = make_work({"simulate": {"days": 60}} | settings)
    (work.folder / "zones.json").write_text(json.dumps(zones(far)), encoding="utf-8")
    run_simulate(work.stage())
    return json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))


def test_a_long_walk_to_the_counters_makes_them_busier(make_work):
    near, far = simulated(make_work, 0.0), simulated(make_work, 90.0)
    busy = [sum(interval["occupancy"]["teller"] or 0 for interval in found["intervals"]) for found in (near, far)]
    assert busy[1] > busy[0] * 1.1
    assert far["day"]["wait_mean"] > near["day"]["wait_mean"]


def busy(found):
    return sum(interval["occupancy"]["teller"] or 0 for interval in found["intervals"])


def test_slow_visitors_keep_the_counters_busier(make_work):
    quick, slow = (simulated(make_work, 60.0, simulate={"days": 60, "walking_m_s": speed}) for speed in (1.5, 0.75))
    assert busy(slow) > busy(quick) * 1.05


def test_a_post_stands_in_the_zone_of_its_preset(make_work, tmp_path):
    """Tellers far from the seats; moved to the reception, six metres from them, they wait less for who they call."""
    text = (files("layout.workload") / "presets" / "bank.toml").read_text(encoding="utf-8")
    far = 'id = "teller"\nname = "Teller"\nzone = "counters"'
    assert far in text
    found = []
    for zone in ("counters", "reception"):
        (tmp_path / "services.toml").write_text(text.replace(far, far.replace("counters", zone)), encoding="utf-8")
        found.append(busy(simulated(make_work, 90.0, services={"preset": "services.toml"})))
    assert found[1] < found[0] * 0.95


def test_walks_are_between_kinds_and_the_shortest_counts(tmp_path):
    (tmp_path / "zones.json").write_text(json.dumps(zones(12.0)), encoding="utf-8")
    walks = read_walks(tmp_path / "zones.json")
    assert walks[frozenset(("waiting", "counters"))] == pytest.approx(12.0)
    assert walks[frozenset(("door", "reception"))] == pytest.approx(3.0)
