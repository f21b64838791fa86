"""Presets of services, posts and the day: each is changed alone, and its figure changes as it must.

`test_presets` has the first of them; here are those that want a file of their own, or an exact figure.
"""

import csv
import json
import re
from functools import reduce
from importlib.resources import files
from operator import getitem

import pytest

from layout.study.day.run import run_simulate
from layout.study.efficiency import run_efficiency
from layout.study.work.requirement import plan_requirement
from layout.workload.services import Catalogue, read_preset
from outlet.data.toml import parse_model

SECTORS = ("bank", "telecom", "parcel", "retail")
BUSY = {"visits_per_day": 420.0, "area_m2": 200.0}


@pytest.fixture
def outlet(make_work, tmp_path):
    """Make a busy outlet: the text of its sector's catalogue edited, settings and brief changed."""

    def outlet(edit=None, settings=None, *, sector="bank", requirement=False, **brief):
        text = (files("layout.workload") / "presets" / f"{sector}.toml").read_text(encoding="utf-8")
        if edit is not None:
            text, found = re.subn(edit[0], edit[1], text, count=1)
            assert found, "the preset's text has changed: mend this row"
        (tmp_path / "services.toml").write_text(text, encoding="utf-8")
        given = dict(settings or {})
        given["services"] = {"preset": "services.toml"} | given.get("services", {})
        return make_work(given, requirement=requirement, **(BUSY | {"sector": sector} | brief))

    return outlet


def up(before, after):
    return before < after


def down(before, after):
    return before > after


def to(wanted):
    return lambda before, after: before != after and after == pytest.approx(wanted)


def times(factor):
    return lambda before, after: before > 0 and after == pytest.approx(factor * before, rel=1e-4)


def demand(post):
    return lambda found: sum(row.arrivals for row in found.rows if row.post == post)


def hours(found):
    return sum(row.required for row in found.rows) * found.interval_min / 60


def at(start, what="arrivals"):
    return lambda found: sum(
        getattr(row, what) for row in found.rows if (row.day_type, row.start, row.post) == ("mon", start, "teller")
    )


def intervals(found):
    return len({row.start for row in found.rows if row.day_type == "mon"})


def busy(post):
    return lambda found: sum(row.occupancy for row in found.rows if row.post == post)


def peak(post):
    return lambda found: found.peak.get(post, 0)


REQUIREMENT = {
    "an electronic channel does all but retention": ({"format": "electronic"}, demand("vip_manager"), to(0)),
    "kind of a service": ({"format": "partner", "edit": ('kind = "strategic"', 'kind = "retention"')}, demand("teller"),
        down),
    "target wait of a post": ({"edit": (r'("adviser"\n(?:.*\n)*?)wait_min = 15.0', r"\1wait_min = 1.0")},
        peak("adviser"), up),
    "pattern of the day": ({"edit": (r'"09:00" = 7', '"09:00" = 70')}, at("09:00"), up),
    "days of a pattern": ({"edit": (r'days = \["mon", "tue"', 'days = ["tue"')},
        lambda found: at("09:00")(found) - at("10:00")(found), to(0)),
    "weekdays of the sector": ({"edit": ("mon = 1.15", "mon = 2.3")}, at("10:00"), up),
    "triage: by whom": ({"edit": (r'\[triage\]\npost = "guide"', '[triage]\npost = "teller"')}, busy("guide"), down),
    "diversion: share of the preset": ({"edit": ("diverted = 0.6", "diverted = 0.95")}, demand("teller"), down),
    "machines: minutes a visit": ({"edit": ("machine_minutes = 2.5", "machine_minutes = 25.0")},
        lambda found: found.machines, up),
    "machines: of one kind or two": ({"edit": ('machine = "query_machine"', 'machine = "cash_machine"')},
        lambda found: found.machines, down),
    "long services keep their posts busy": ({"settings": {"services": {"lag": "none"}}}, hours, down),
    "time step": ({"settings": {"services": {"interval_min": 60}}}, intervals, to(8)),
    "opening hours of an outlet": ({"opening_hours": {"mon": [["10:00", "12:00"]]}}, intervals, to(4)),
}  # fmt: skip
GIVEN = {"kind of a service": {"format": "partner"}}


@pytest.mark.parametrize("preset", list(REQUIREMENT))
def test_each_shows_in_the_requirement(outlet, preset):
    changes, look, judge = REQUIREMENT[preset]
    found = []
    for options in (GIVEN.get(preset, {}), changes):
        work = outlet(**options)
        found.append(look(plan_requirement(work.project, work.brief)))
    assert judge(*found), f"{found[0]} → {found[1]}"


EACH_POST = [(sector, post.id) for sector in SECTORS for post in read_preset(sector).posts]


@pytest.mark.parametrize(("sector", "post"), EACH_POST, ids=["-".join(each) for each in EACH_POST])
def test_each_post_has_the_people_its_preset_asks_for(outlet, sector, post):
    """A least number far above the work is the number at every time; other posts have as many as before."""
    found = []
    for edit in (None, (rf'(\[\[posts\]\]\nid = "{post}"\n(?:.*\n)*?minimum = )\d+', r"\g<1>40")):
        work = outlet(edit, sector=sector, visits_per_day=900.0)
        found.append(plan_requirement(work.project, work.brief).rows)
    before, after = found
    assert {row.required for row in after if row.post == post} == {40}
    assert [row for row in after if row.post != post] == [row for row in before if row.post != post]


def test_the_posts_of_the_handbooks_are_there():
    posts = {post for _, post in EACH_POST}
    assert posts >= {
        "store_manager", "duty_manager", "guide", "teller", "service_representative", "vip_manager", "account_manager",
        "adviser", "marketing_representative", "makers_seller", "accounting_supervisor", "vault_keeper", "guard",
    }  # fmt: skip


def test_the_six_kinds_and_who_may_do_them():
    """An own outlet does all six, a channel all but retention, a shop the four of low risk, a social point routine."""
    all_six = {"strategic", "incentive", "sales", "routine", "sensitive", "retention"}
    for sector in SECTORS:
        formats = {name: set(kinds) for name, kinds in read_preset(sector).formats.items()}
        assert formats == {
            "own": all_six,
            "electronic": all_six - {"retention"},
            "partner": all_six - {"retention", "sensitive"},
            "social": {"routine"},
        }
    assert {service.kind for sector in SECTORS for service in read_preset(sector).services} == all_six


@pytest.mark.parametrize("sector", SECTORS)
def test_of_one_post_the_service_of_higher_value_is_served_first(sector):
    """Complaints bring nothing and go first for their risk; all others go by what a visit is worth."""
    services = [service for service in read_preset(sector).services if service.kind != "sensitive"]
    for first in services:
        for second in services:
            if first.post == second.post and first.priority < second.priority:
                assert first.value > second.value
    for service in read_preset(sector).services:
        others = [each.priority for each in services if each.post == service.post and each.kind == "routine"]
        assert service.kind != "sensitive" or service.priority < min(others, default=10)


def entry(*keys):
    return lambda found: reduce(getitem, keys, found)


def wait(service):
    return entry("services", service, "post", "wait_mean")


def received(found):
    return sum(each["triage_wait"] for each in found["intervals"])


def in_opening(minutes):
    return {"simulate": {"days": 2, "meeting": minutes}}


def rounds(**changed):
    return {"simulate": {"days": 2, "rounds": [{"post": "duty_manager", "every_min": 120} | changed]}}


def filing(**changed):
    task = {"name": "Filing", "post": "teller", "minutes": 200, "piece_min": 10}
    return {"simulate": {"days": 30, "quiet_tasks": [task | changed]}}


def campaign(**when):
    sale = {"name": "Sale", "factor": 2.0} | when
    return {"simulate": {"days": 2, "date": "2026-03-10"}, "services": {"campaigns": [sale]}}


SOME_DAYS = {"simulate": {"days": 60}}
NINE = {"begin": "09:00", "minutes": 6}
TELLERS_AT_TEN = entry("intervals", 2, "posts", "teller", "arrivals")
BEFORE, AFTER = {"last": "2026-03-09"}, {"first": "2026-03-11"}
DAY = {
    "spread of a service's time": (SOME_DAYS, {"edit": (r'("account"\n(?:.*\n)*?cv = )0.6', r"\g<1>3.0"),
        "settings": SOME_DAYS}, wait("account"), up),
    "distribution of service times": (SOME_DAYS, {"settings": {"simulate": {"days": 60, "distribution":
        "exponential"}}}, entry("day", "wait_mean"), up),
    "triage: spread of its time": (SOME_DAYS, {"edit": (r"(\[triage\]\n(?:.*\n)*?cv = )0.5", r"\g<1>3.0"),
        "settings": SOME_DAYS}, received, up),
    "campaign: its factor": (campaign(days_of_month=[10], factor=1.0), {"settings": campaign(days_of_month=[10])},
        TELLERS_AT_TEN, times(2)),
    "campaign: its last day": (campaign(**BEFORE), {"settings": campaign(last="2026-03-10")}, TELLERS_AT_TEN, times(2)),
    "campaign: its first day": (campaign(**AFTER), {"settings": campaign(first="2026-03-10")}, TELLERS_AT_TEN,
        times(2)),
    "meeting: when": (in_opening(NINE), {"settings": in_opening(NINE | {"begin": "08:58"})},
        entry("meeting", "in_opening_min"), to(4)),
    "meeting: how long": (in_opening(NINE), {"settings": in_opening(NINE | {"minutes": 18})},
        entry("meeting", "staff_min"), times(3)),
    "meeting: on which days": (in_opening(NINE), {"settings": in_opening(NINE | {"days": ["tue"]})},
        lambda found: found["meeting"] is not None, to(False)),
    "rounds: the first": (rounds(), {"settings": rounds(first_min=240)}, entry("rounds", 0, "planned"), to(2)),
    "rounds: how long": (rounds(), {"settings": rounds(minutes=20)}, entry("rounds", 0, "staff_min"), times(2)),
    "quiet-time tasks: minutes a day": (filing(), {"settings": filing(minutes=20)},
        entry("quiet_tasks", 0, "done", "mean"), to(20)),
    "how often a machine fails": ({"simulate": {"days": 60, "machines_fail": True, "breakdowns": {"cash_machine":
        {"up_hours": 10, "repair_hours": 2}}}}, {"settings": {"simulate": {"days": 60, "machines_fail": True,
        "breakdowns": {"cash_machine": {"up_hours": 1, "repair_hours": 2}}}}},
        entry("machines_down", "cash_machine", "minutes", "mean"), up),
    "how long a repair takes": ({"simulate": {"days": 60, "machines_fail": True, "breakdowns": {"cash_machine":
        {"up_hours": 10, "repair_hours": 1}}}}, {"settings": {"simulate": {"days": 60, "machines_fail": True,
        "breakdowns": {"cash_machine": {"up_hours": 10, "repair_hours": 20}}}}},
        entry("machines_down", "cash_machine", "minutes", "mean"), up),
}  # fmt: skip


def simulated(work):
    run_simulate(work.stage())
    return json.loads((work.folder / "simulation.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("preset", list(DAY))
def test_each_shows_on_the_simulated_day(outlet, preset):
    """The roster is that of the unchanged requirement, so that only the day differs."""
    given, changes, look, judge = DAY[preset]
    before = look(simulated(outlet(settings=given, requirement=True)))
    after = look(simulated(outlet(**changes)))
    assert judge(before, after), f"{before} → {after}"


def services_with(work):
    with (work.out / "diversion.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def best(column, service="", machine=""):
    def look(rows):
        return sum(float(row[column] or 0) for row in rows if (row["service"], row["machine"]) == (service, machine))

    return look


def asked(**what_if):
    return {"services": {"what_if": what_if}}


MACHINES = {
    "shares that are tried": (asked(), asked(levels=[0.0]), best("share_best", "cash", "cash_machine"), to(0)),
    "cost of a machine": (asked(), asked(machine_per_year=1e6), best("machines_best"), to(0)),
    "share of time a machine works": (asked(machine_per_year=0), asked(machine_per_year=0, availability=0.5),
        best("machines_best"), up),
    "n + 1 machines": (asked(machine_per_year=0, enough_share=0.5), asked(machine_per_year=0, enough_share=0.999),
        best("machines_best"), up),
}  # fmt: skip


@pytest.mark.parametrize("preset", list(MACHINES))
def test_each_shows_in_the_diversion(outlet, preset):
    given, settings, look, judge = MACHINES[preset]
    found = []
    for chosen in (given, settings):
        work = outlet(settings=chosen)
        run_efficiency(work.stage(outlet=False))
        found.append(look(services_with(work)))
    assert judge(*found), f"{found[0]} → {found[1]}"


def test_a_service_is_done_by_the_channels_it_names():
    """Without the machine's channel none of its visitors can be diverted; without the guide's no guide has minutes."""
    text = (files("layout.workload") / "presets" / "bank.toml").read_text(encoding="utf-8")
    for channel, message in (("self_service", "cash: diverted needs a machine"), ("guide", "payment: guide_minutes")):
        with pytest.raises(ValueError, match=message):
            parse_model(Catalogue, text.replace(f', "{channel}"', ""), "bank.toml")
