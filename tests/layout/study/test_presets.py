"""Every preset about people and days: one row each of what is changed, where it shows, and how.

A row changes settings, the brief, or a text of the sector's catalogue, and looks at one figure before and after.
Presets of the roster alone (rotation, single people's proficiency) and of live policies are tested where rosters and
the simulated day are.
"""

import csv
import json
import shutil
from dataclasses import dataclass, field
from functools import reduce
from importlib.resources import files
from operator import getitem
from types import SimpleNamespace

import pytest

from layout.study.day.run import run_simulate
from layout.study.efficiency import run_efficiency
from layout.study.staff.run import run_staff
from layout.study.work.requirement import plan_requirement
from layout.study.work.workload import plan_workload
from outlet.errors import InputError, TableError
from outlet.handover import minute_of_day

ESTABLISHMENT = "post,posts,hours_per_week,shrinkage,full_time_equivalents\nteller,3,120,0.2,3.75\n"
FULL = {"visits_per_day": 420.0, "area_m2": 200.0}


@dataclass(frozen=True)
class Row:
    """One preset: what changes, what is looked at, and how it must change: ``up``, ``down``, or the new value."""

    preset: str
    look: object
    change: object
    settings: dict = field(default_factory=dict)
    brief: dict = field(default_factory=dict)
    edit: tuple[str, str] | None = None
    given: dict = field(default_factory=dict)


@pytest.fixture
def planned(make_work, tmp_path):
    """Return the project of a row, before or after its change."""

    def planned(row, *, changed, visits=420.0, **options):
        text = (files("layout.workload") / "presets" / "bank.toml").read_text(encoding="utf-8")
        settings = {section: dict(keys) for section, keys in row.given.items()}
        if changed and row.edit is not None:
            assert row.edit[0] in text, "the preset's text has changed: mend this row"
            text = text.replace(row.edit[0], row.edit[1], 1)
        (tmp_path / "services.toml").write_text(text, encoding="utf-8")
        if changed:
            for section, keys in row.settings.items():
                settings[section] = settings.get(section, {}) | keys
        settings["services"] = {"preset": "services.toml"} | settings.get("services", {})
        return make_work(settings, **options, **(FULL | {"visits_per_day": visits} | (row.brief if changed else {})))

    return planned


def judge(row, before, after):
    assert before != after, f"{row.preset}: nothing changed"
    if row.change in {"up", "down"}:
        assert (after > before) == (row.change == "up"), f"{row.preset}: {before} → {after}"
    else:
        assert after == row.change or after == pytest.approx(row.change), f"{row.preset}: {before} → {after}"


def peak(post):
    return lambda found: found.peak.get(post, 0)


def monday(post, start):
    return lambda found: next(
        (row.required for row in found.rows if (row.day_type, row.post, row.start) == ("mon", post, start)), 0
    )


def days_of(post):
    return lambda found: len({row.day_type for row in found.rows if row.post == post})


def noted(text):
    return lambda found: any(text in note for note in found.notes)


def demand(post):
    return lambda found: sum(row.arrivals for row in found.rows if row.post == post)


TELLER = 'id = "teller"\nname = "Teller"\nzone = "counters"\ncount = "workload"\nminimum = 2'
VIP = 'id = "vip"\nname = "VIP customers"\nkind = "retention"\nshare = 0.03\nminutes = 20.0'
GUARD = 'id = "guard"\nname = "Guard"\nzone = "security"\ncount = "presence"\nminimum = 1'
PAY = {"campaigns": [{"name": "Pay-day", "factor": 2.0, "days_of_month": [10, 25]}]}

REQUIREMENT = (
    Row("service: mean time", peak("vip_manager"), "up", edit=(VIP, VIP.replace("20.0", "60.0"))),
    Row("service: share of visits", demand("vip_manager"), "up", edit=(VIP, VIP.replace("0.03", "0.09"))),
    Row(
        "service: who does it",
        demand("vip_manager"),
        0,
        edit=('channels = ["vip"]\npost = "vip_manager"', 'channels = ["vip"]\npost = "adviser"'),
    ),
    Row("format: a partner does no retention", demand("vip_manager"), 0, brief={"format": "partner"}),
    Row("format: told", noted("format partner: Complaints"), True, brief={"format": "partner"}),
    Row("format: a social point does routine only", demand("adviser"), 0, brief={"format": "social"}),
    Row("format: its kinds", demand("vip_manager"), 0, edit=('"sensitive", "retention"]', '"sensitive"]')),
    Row("post: two-person cash", monday("teller", "09:00"), "up", edit=(TELLER, TELLER.replace("2", "9"))),
    Row("post: presence", peak("guard"), 3, edit=(GUARD, GUARD.replace("minimum = 1", "minimum = 3"))),
    Row("post: its days", days_of("guard"), 1, edit=(GUARD, GUARD + '\ndays = ["mon"]')),
    Row("post: from so many visits", peak("store_manager"), 0, brief={"visits_per_day": 200.0}),
    Row("triage: its time", peak("guide"), "up", edit=("minutes = 0.6", "minutes = 6.0")),
    Row(
        "hours: a weekday",
        lambda found: max(row.start for row in found.rows if row.day_type == "tue"),
        "19:30",
        brief={"opening_hours": {"mon": [["09:00", "16:30"]], "tue": [["09:00", "20:00"]]}},
    ),
    Row("hours: of the sector", days_of("teller"), 6, edit=("[day]\nopening_hours = { ",
        '[day]\nopening_hours = { sat = [["09:00", "12:00"]], ')),
    Row("weekdays: their factors", monday("teller", "10:00"), "up",
        settings={"services": {"weekday_factors": {"mon": 3.0}}}),
    Row("diversion: share", demand("teller"), "down", settings={"services": {"diverted": {"cash": 0.9}}}),
    Row("machines: spares", lambda found: found.machines, "up", settings={"services": {"spare_machines": 3}}),
    Row("campaign: told with its peak", noted("campaign Pay-day (2 times the visits): at most Teller"), True,
        settings={"services": PAY}),
    Row("proficiency below one", peak("teller"), "up", settings={"services": {"proficiency": {"teller": 0.5}}}),
    Row("target: share", peak("teller"), "up", settings={"services": {"target_share": 0.99}}),
    Row("target: wait", peak("teller"), "down", settings={"services": {"target_wait_min": 30.0}}),
    Row("occupancy", peak("teller"), "up", settings={"services": {"max_occupancy": 0.4}}),
)  # fmt: skip


@pytest.mark.parametrize("row", REQUIREMENT, ids=lambda row: row.preset)
def test_presets_that_show_in_the_requirement(planned, row):
    figures = []
    for changed in (False, True):
        work = planned(row, changed=changed, requirement=False)
        figures.append(row.look(plan_requirement(work.project, work.brief)))
    judge(row, *figures)


def day(*keys):
    return lambda found: reduce(getitem, keys, found)


def done(found):
    """Return the minutes of quiet tasks that were done."""
    return sum(task["done"]["mean"] for task in found["quiet_tasks"])


EARLY = {"begin": "09:00", "minutes": 5}
ROUNDS = {"post": "duty_manager"}
TASK = {"name": "Filing", "post": "teller", "minutes": 200}
ALL_FREE = {"keep_free": 50}
FAILS = {"cash_machine": {"up_hours": 1.0, "repair_hours": 6.0}}
SIMULATED = (
    Row("a campaign's day", day("day", "wait_mean"), "up",
        settings={"services": PAY}, given={"simulate": {"days": 30, "date": "2026-03-10"}}),
    Row("a campaign of some services", day("day", "wait_mean"), "down",
        settings={"services": {"campaigns": [PAY["campaigns"][0] | {"services": ["enquiry"]}]}},
        given={"simulate": {"days": 30, "date": "2026-03-10"}, "services": PAY}),
    Row("the date replayed", day("date"), "2026-03-10", settings={"simulate": {"date": "2026-03-10"}},
        given={"simulate": {"days": 10}}),
    Row("patience", day("abandoned"), "up", settings={"simulate": {"patience_min": 1.0}},
        given={"simulate": {"days": 30}}),
    Row("triage as a stage", lambda found: found["intervals"][2]["triage_wait"] is None, True,
        settings={"simulate": {"triage": False}}, given={"simulate": {"days": 10}}),
    Row("the kind of higher value first", lambda found: found["services"]["complaint"]["post"]["wait_mean"], "up",
        edit=('post = "adviser"\npriority = 2', 'post = "adviser"\npriority = 9'),
        given={"simulate": {"days": 60}}),
    Row("an idle VIP desk takes ordinary customers",
        lambda found: found["services"]["advice"]["post"]["wait_mean"], "up",
        edit=('helps = ["adviser"]', "helps = []"), given={"simulate": {"days": 60}}),
    Row("a morning meeting in opening hours", day("intervals", 0, "wait_mean"), "up",
        settings={"simulate": {"meeting": {"begin": "09:00", "minutes": 25}}}, given={"simulate": {"days": 30}}),
    Row("who meets", day("meeting", "people"), "down", given={"simulate": {"days": 2, "meeting": EARLY}},
        settings={"simulate": {"meeting": EARLY | {"posts": ["guard", "teller"]}}}),
    Row("rounds of the manager: how often", day("rounds", 0, "planned"), 7,
        settings={"simulate": {"rounds": [ROUNDS | {"every_min": 60}]}},
        given={"simulate": {"days": 2, "rounds": [ROUNDS]}}),
    Row("rounds of a post that serves", day("day", "wait_mean"), "up",
        settings={"simulate": {"rounds": [{"post": "adviser", "every_min": 60, "minutes": 30}]}},
        given={"simulate": {"days": 60}}),
    Row("quiet-time tasks", done, "up", settings={"simulate": {"quiet_tasks": [TASK]}},
        given={"simulate": {"days": 30}}),
    Row("quiet-time tasks: how many stay free", done, 0, settings={"simulate": {"quiet_tasks": [TASK | ALL_FREE]}},
        given={"simulate": {"days": 30, "quiet_tasks": [TASK]}}),
    Row("quiet-time tasks: long pieces", day("day", "wait_mean"), "up",
        settings={"simulate": {"quiet_tasks": [TASK | {"piece_min": 60, "keep_free": 0}]}},
        given={"simulate": {"days": 30, "quiet_tasks": [TASK]}}),
    Row("machines fail at random", lambda found: found["services"]["cash"]["machine"]["wait_mean"], "up",
        settings={"simulate": {"machines_fail": True}}, given={"simulate": {"days": 60, "breakdowns": FAILS}}),
    Row("machines fail as often as the equipment says",
        lambda found: found["machines_down"]["cash_machine"]["minutes"]["mean"], "up",
        settings={"simulate": {"breakdowns": FAILS}}, given={"simulate": {"days": 60, "machines_fail": True}}),
    Row("time after closing", day("after_closing", "p95"), "up", edit=("minutes = 30.0", "minutes = 90.0"),
        given={"simulate": {"days": 60}}),
    Row("queues by service", lambda found: found["services"]["advice"]["post"]["queue"]["mean"], "up",
        edit=("minutes = 30.0", "minutes = 90.0"), given={"simulate": {"days": 60}}),
    Row("level of a day", lambda found: found["intervals"][3]["waiting_p95"], "up",
        settings={"simulate": {"level_cv": 1.0}}, given={"simulate": {"days": 60}}),
)  # fmt: skip


@pytest.mark.parametrize("row", SIMULATED, ids=lambda row: row.preset)
def test_presets_that_show_on_the_simulated_day(planned, row):
    """The roster is that of the unchanged requirement, so that only the day differs."""
    planned(row, changed=False)
    figures = []
    for changed in (False, True):
        work = planned(row, changed=changed, requirement=False)
        run_simulate(work.stage())
        figures.append(row.look(json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))))
    judge(row, *figures)


def cell(name, table="efficiency.csv"):
    def look(work):
        with (work.out / table).open(encoding="utf-8", newline="") as stream:
            text = next(csv.DictReader(stream))[name]
        return float(text) if text.replace(".", "").replace("-", "").isdecimal() else text

    return look


def roaming(work):
    """Return the sum of the best shares of the services that a roaming guide can do."""
    with (work.out / "diversion.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["machine"] == "roaming guide" and row["service"]]
    return sum(float(row["share_best"]) for row in rows)


def total(work, column):
    """Return a figure of an outlet's best machines together."""
    with (work.out / "diversion.csv").open(encoding="utf-8", newline="") as stream:
        return next(float(row[column]) for row in csv.DictReader(stream) if not row["service"])


def diverted(column):
    """Return a figure of the first service that a machine can do."""
    return lambda work: cell(column, "diversion.csv")(work)


MONEY = (
    Row("value a diverted visit puts at stake", diverted("at_stake_now"), "up",
        edit=("value = 1.5", "value = 15.0")),
    Row("risk of a diverted visit", diverted("risk"), "low", edit=('risk = "high"', 'risk = "low"')),
    Row("share of value lost at machines", lambda work: total(work, "gain_now"), "down",
        settings={"services": {"what_if": {"lost_value": 0.9}}}),
    Row("machines: their limit", lambda work: total(work, "machines_best"), 0,
        settings={"services": {"what_if": {"most_machines": 0}}}),
    Row("value a visit", cell("value_per_year"), "up", settings={"services": {"value_per_visit": 99.0}}),
    Row("value by service", cell("value_per_year"), "up", edit=("value = 90.0", "value = 900.0")),
    Row("rent by area", cell("rent_per_year"), 20000.0, settings={"services": {"rent_per_m2": 100.0}}),
    Row("fit-out by area", cell("fit_out_per_year"), 2000.0, settings={"services": {"fit_out_per_m2": 100.0}}),
    Row("years of write-off", cell("fit_out_per_year"), 12000.0, settings={"services": {"fit_out_years": 20.0}}),
    Row("payback", cell("payback_years"), "up", settings={"services": {"fit_out_per_m2": 5000.0}}),
    Row("wage", cell("staff_cost_per_year"), "up", settings={"staff": {"wage_per_hour": 40.0}}),
    Row("wage of a post", cell("contribution_per_head"), "down", settings={"staff": {"wages": {"teller": 60.0}}}),
    Row("a roaming guide: his minutes", roaming, "down", edit=("guide_minutes = 4.5", "guide_minutes = 90.0")),
    Row("a roaming guide: how many", roaming, 0, settings={"services": {"what_if": {"most_guides": 0}}}),
    Row("hours of full time", cell("staff_cost_per_year"), "down", settings={"staff": {"full_time_hours": 30.0}}),
    Row("value a staff-hour", cell("value_per_staff_hour"), "up", settings={"services": {"value_per_visit": 99.0}}),
    Row("grade: weights", cell("points", "scorecard.csv"), 100.0,
        settings={"efficiency": {"weights": {"hardware": 1.0}}}),
    Row("grade: thresholds", cell("grade"), "A",
        settings={"efficiency": {"grade_from": {"A": 10.0, "B": 5.0, "C": 1.0}}}),
    Row("grade: broken rules", cell("hardware", "scorecard.csv"), 60.0,
        settings={"efficiency": {"points_per_broken_rule": 20.0}}),
)  # fmt: skip


@pytest.mark.parametrize("row", MONEY, ids=lambda row: row.preset)
def test_presets_that_show_in_money_and_grades(planned, row):
    broken = 0 if "weights" in row.preset else 2
    figures = []
    for changed in (False, True):
        work = planned(row, changed=changed, requirement=False)
        (work.folder / "establishment.csv").write_text(ESTABLISHMENT, encoding="utf-8")
        (work.folder / "zones.json").write_text(json.dumps({"broken_rules": [{}] * broken}), encoding="utf-8")
        run_efficiency(work.stage(outlet=False))
        figures.append(row.look(work))
    judge(row, *figures)


def rows_of(work, name):
    with (work.folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def longest_break(work):
    """Return the minutes of the longest break."""
    return max(
        (
            minute_of_day(row["break_end"]) - minute_of_day(row["break_start"])
            for row in rows_of(work, "shifts.csv")
            if row["break_start"]
        ),
        default=0,
    )


def of_outlet(name, column, pick=lambda rows: rows):
    def look(work):
        return sum(float(row[column]) for row in pick(rows_of(work, name)))

    return look


CATCHMENT = "community_id,name,grade,weight,minutes\nK1,Estate,A,10,5\nK2,Campus,B,10,7\n"
STAFF = (
    Row("establishment: leave", of_outlet("establishment.csv", "full_time_equivalents"), "up",
        settings={"staff": {"leave": 0.4}}),
    Row("establishment: shrinkage", of_outlet("establishment.csv", "shrinkage", lambda rows: rows[:1]), 0.37,
        settings={"staff": {"shrinkage": 0.25}}),
    Row("checks before opening and after closing", of_outlet("establishment.csv", "hours_per_week"), "up",
        settings={"staff": {"opening_min": 120, "closing_min": 120}}),
    Row("meals in rotation: from how long a shift",
        lambda work: sum(bool(row["break_start"]) for row in rows_of(work, "shifts.csv")), "up",
        settings={"staff": {"breaks": {"after_hours": 3.0, "earliest_hours": 1.0, "least_after_hours": 1.0}}}),
    Row("meals in rotation: their length", longest_break, 45,
        settings={"staff": {"breaks": {"minutes": 45}}}, given={"staff": {"shift_hours": [7.0]}}),
    Row("communities: value of a grade",
        of_outlet("communities.csv", "staff_hours", lambda rows: [row for row in rows if row["grade"] == "A"]), "up",
        settings={"staff": {"grade_values": {"A": 30.0, "B": 1.0}}}),
)  # fmt: skip


@pytest.fixture(scope="module")
def unchanged():
    """Keep what rows with the same given settings look at before their change, so that it is made once."""
    return {}


@pytest.mark.parametrize("row", STAFF, ids=lambda row: row.preset)
def test_presets_that_show_in_the_staff(planned, unchanged, tmp_path_factory, row):
    quick = Row(
        row.preset,
        row.look,
        row.change,
        row.settings,
        given={"staff": {"work": 0.3, "weeks": 1} | row.given.get("staff", {})},
    )

    def staffed(*, changed):
        work = planned(quick, changed=changed, visits=70.0, roster=False)
        (work.folder / "catchment.csv").write_text(CATCHMENT, encoding="utf-8")
        run_staff(work.stage())
        return work.folder

    if repr(quick.given) not in unchanged:
        kept = tmp_path_factory.mktemp("unchanged") / "outlet"
        shutil.copytree(staffed(changed=False), kept)
        unchanged[repr(quick.given)] = kept
    before = row.look(SimpleNamespace(folder=unchanged[repr(quick.given)]))
    judge(row, before, row.look(SimpleNamespace(folder=staffed(changed=True))))


def test_a_manager_who_is_only_present_serves_nobody(planned):
    work = planned(REQUIREMENT[0], changed=False, requirement=False)
    workload = plan_workload(work.project, work.brief)
    present = {post.id for post in workload.catalogue.posts if not post.serves}
    assert {"duty_manager", "store_manager", "guard"} <= present
    assert not present & {service.post for service in workload.catalogue.services}
    rows = plan_requirement(work.project, work.brief).rows
    assert {row.arrivals for row in rows if row.post in present} == {0}


@pytest.mark.parametrize(
    ("settings", "brief", "error", "message"),
    [
        ({"services": {"proficiency": {"guard": 0.5}}}, {}, InputError, "'guard' serves nobody here; posts: teller"),
        (
            {"services": {"campaigns": [{"name": "Sale", "factor": 2, "last": "2026-03-31", "services": ["sing"]}]}},
            {},
            TableError,
            "campaigns: 'Sale' for 'sing'",
        ),
    ],
)
def test_what_nobody_knows_is_named(make_work, settings, brief, error, message):
    work = make_work(settings, requirement=False, **brief)
    with pytest.raises(error, match=message):
        plan_requirement(work.project, work.brief)


def test_a_date_without_roster_is_named(make_work):
    work = make_work({"simulate": {"days": 2, "date": "2027-01-01"}})
    with pytest.raises(InputError, match=r"nobody is rostered on 2027-01-01 .*from 2026-03-02 to 2026-03-13"):
        run_simulate(work.stage())
