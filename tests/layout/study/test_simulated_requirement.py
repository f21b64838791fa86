"""The requirement by simulation in requirement.csv, beside Erlang C's."""

from layout.settings import LayoutSettings
from layout.study.work.requirement import plan_requirement, read_requirement, write_requirement

SIMULATED = {"services": {"requirement": "simulation"}}


def test_simulation_asks_for_fewer_and_keeps_minimum_and_occupancy(make_work, tmp_path):
    work = make_work(SIMULATED, requirement=False, opening_hours={"mon": [["09:00", "13:00"]]})
    found = plan_requirement(work.project, work.brief)
    usual = {(row.start, row.post): row.required for row in plan_requirement(*_by_erlang(make_work)).rows}
    assert {(row.start, row.post): row.erlang or row.required for row in found.rows} == usual
    assert sum(row.required for row in found.rows) < sum(usual.values())
    share = work.project.section("layout", LayoutSettings).services.target_share
    for row in found.rows:
        if row.erlang is not None:
            assert row.service_level >= share
    assert found.peak == {
        post: max(row.required for row in found.rows if row.post == post) for post in {r.post for r in found.rows}
    }
    assert any("required by simulation" in note for note in found.notes)
    write_requirement(tmp_path / "requirement.csv", found)
    again = read_requirement(tmp_path / "requirement.csv")
    assert [row.required for row in again.rows] == [row.required for row in found.rows]
    assert [row.erlang for row in again.rows] == [row.erlang for row in found.rows]


def _by_erlang(make_work):
    work = make_work(requirement=False, opening_hours={"mon": [["09:00", "13:00"]]})
    return work.project, work.brief
