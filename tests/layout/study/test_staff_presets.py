"""Presets of people and the roster: each is changed, and the right thing changes in the files the planner gets."""

import csv
import datetime as dt
import re
from collections import defaultdict

import pytest

from layout.settings.staff import StaffSettings
from layout.study.staff.run import run_staff
from outlet.errors import InputError, TableError
from outlet.handover import minute_of_day

MONDAY = dt.date(2026, 3, 2)
COLUMNS = (
    "id", "name", "hours_per_week_max", "hours_per_week_min", "roles", "proficiency", "holds", "team", "weekend_group",
    "wants_on", "wants_off",
)  # fmt: skip
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), (("09:00", "13:00"),))
LONG = dict.fromkeys(("mon", "tue", "wed", "thu"), (("09:00", "18:00"),))
REQUIREMENT = "day_type,start,post,required,arrivals,service_level,occupancy\n"
EVERY_HALF_HOUR = tuple(f"{hour:02d}:{minute}" for hour in range(9, 13) for minute in ("00", "30"))


def table(folder, name):
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def staff(make_work):
    """Roster people, given as dicts by column, for so many tellers all the time of a short day; two weeks."""

    def staff(people=(), settings=None, *, required=1, posts=("teller",), hours=HOURS):
        quick = {"work": 0.3, "weeks": 2, "opening_min": 0, "closing_min": 0, "shift_hours": [4.0]}
        rules = {"max_consecutive_days": 6, "max_weekends": 4} | (settings or {}).get("roster", {})
        chosen = {**quick, **(settings or {}), "roster": rules}
        if people:
            chosen["people"] = "people.csv"
        work = make_work({"staff": chosen}, requirement=False, opening_hours=hours)
        starts = [f"{hour:02d}:00" for hour in range(9, 18)] if hours is LONG else EVERY_HALF_HOUR
        rows = [f"{day},{start},{post},{required},9,0.9,0.7\n" for day in hours for post in posts for start in starts]
        (work.folder / "requirement.csv").write_text(REQUIREMENT + "".join(rows), encoding="utf-8")
        lines = [",".join(str(person.get(column, "")) for column in COLUMNS) for person in people]
        (work.project.folder / "people.csv").write_text(",".join(COLUMNS) + "\n" + "\n".join(lines), encoding="utf-8")
        summary = run_staff(work.stage())
        return table(work.folder, "roster.csv"), summary.notes, table(work.folder, "shifts.csv")

    return staff


def tellers(count, **columns):
    """Return full-time tellers t1, t2 …; each column is one value for all or a list."""
    return [
        {"id": f"t{at + 1}", "name": f"Teller {at + 1}", "hours_per_week_max": 40, "roles": "teller"}
        | {key: value[at] if isinstance(value, list) else value for key, value in columns.items()}
        for at in range(count)
    ]


def by_day(roster):
    found = defaultdict(set)
    for row in roster:
        found[row["date"]].add(row["person"])
    return found


def test_a_newcomer_counts_for_less(staff):
    """Two are wanted and there are two: a newcomer at half leaves half a person open on every day, and it is told."""
    _, notes, _ = staff(tellers(2), required=2)
    assert notes[0].startswith("every shift is taken")
    _, notes, _ = staff(tellers(2, proficiency=["", 0.5]), required=2)
    assert notes[0] == "people are missing: 12.0 h Teller a week on average"
    three, notes, _ = staff(tellers(3, proficiency=["", 0.5, 0.5]), required=2)
    assert notes[0].startswith("every shift is taken")
    assert all(len(people) == 3 for people in by_day(three).values())


def test_a_guard_who_is_new_is_there_all_the_same(staff):
    guard = [{"id": "g", "name": "New", "hours_per_week_max": 40, "roles": "guard", "proficiency": 0.5}]
    _, notes, _ = staff(guard, posts=("guard",))
    assert notes[0].startswith("every shift is taken")


def test_somebody_with_keys_opens_and_closes(staff):
    """The first of three holds keys: only with the rule is he there every day."""
    people = tellers(3, holds=["keys", "", "keys;vault"])
    rule = {"presence": [{"holds": "vault"}]}
    roster, notes, _ = staff(people, rule)
    assert notes[0].startswith("every shift is taken")
    assert all("t3" in there for there in by_day(roster).values())
    without, _, _ = staff(people)
    assert not all("t3" in there for there in by_day(without).values())


def test_keys_that_are_on_leave_are_told_by_day(staff):
    """Five working days in a row at most: on Saturdays no keys are there, at opening and at closing."""
    _, notes, _ = staff(
        tellers(3, holds=["keys", "", ""]),
        {"presence": [{"holds": "keys"}], "roster": {"max_consecutive_days": 5}},
    )
    told = [note.strip() for note in notes if "too few people with keys" in note]
    assert len({note[:10] for note in told}) == 2
    assert all(re.fullmatch(r"2026-03-\d\d: 1 too few people with keys at (09:00|12:30)", note) for note in told)


def test_what_nobody_holds_is_refused(staff):
    with pytest.raises(InputError, match="presence: somebody with 'alarm' must be there, but nobody in"):
        staff(tellers(1, holds="keys"), {"presence": [{"holds": "alarm"}]})


def test_presence_without_people_is_told(staff):
    _, notes, _ = staff((), {"presence": [{"holds": "keys"}]})
    assert any(note.startswith("presence rules are left out: no people are given") for note in notes)


def test_a_team_works_the_same_days(staff):
    """Two of four are wanted: as teams of two they come in pairs, alone in any mix."""
    pairs = {frozenset({"t1", "t2"}), frozenset({"t3", "t4"})}
    people = tellers(4, team=["red", "red", "blue", "blue"])
    roster, _, _ = staff(people, required=2)
    assert {frozenset(there) for there in by_day(roster).values()} <= pairs
    people = tellers(4, team=["red", "blue", "red", "blue"])
    roster, _, _ = staff(people, required=2)
    assert {frozenset(there) for there in by_day(roster).values()} <= {frozenset({"t1", "t3"}), frozenset({"t2", "t4"})}
    _, notes, _ = staff(tellers(3, team="red"), {"roster": {"over_weight": 100}}, required=2)
    assert any(re.search(r"\d+ days of people are apart from their team", note) for note in notes)


def test_a_team_works_the_same_half_of_the_day(staff):
    """One early and one late each day: a team of two is apart by half days, and by days it is not."""
    people = tellers(2, team="red")
    for blocks, apart in (("days", False), ("half_days", True)):
        settings = {"shift_hours": [4.5], "roster": {"team_blocks": blocks}}
        _, notes, _ = staff(people, settings, hours=LONG)
        assert any("apart from their team" in note for note in notes) == apart


def test_weekend_duty_goes_round(staff):
    """Of two groups one works each Saturday, in turn; without rotation nothing keeps them from both."""
    settings = {"roster": {"weekend_rotation": 2}}
    people = tellers(4, weekend_group=[1, 2, 1, 2])
    roster, _, _ = staff(people, settings, required=2)
    saturdays = [by_day(roster)[day] for day in ("2026-03-07", "2026-03-14")]
    assert sorted(map(sorted, saturdays)) == [["t1", "t3"], ["t2", "t4"]]
    dealt, _, _ = staff(tellers(4), settings, required=2)
    assert sorted(map(sorted, (by_day(dealt)[day] for day in ("2026-03-07", "2026-03-14")))) == [
        ["t1", "t3"],
        ["t2", "t4"],
    ]
    teams, _, _ = staff(tellers(4, team=["a", "a", "b", "b"]), settings, required=2)
    assert sorted(map(sorted, (by_day(teams)[day] for day in ("2026-03-07", "2026-03-14")))) == [
        ["t1", "t2"],
        ["t3", "t4"],
    ]
    _, notes, _ = staff(tellers(2), settings, required=2)
    assert notes[0] == "people are missing: 4.0 h Teller a week on average"


def test_a_group_beyond_the_rotation_is_refused(staff):
    with pytest.raises(TableError, match=r"people\.csv: found 3 of t1; expected a group from 1 to 2"):
        staff(tellers(1, weekend_group=3), {"roster": {"weekend_rotation": 2}})


def breaks(shifts, posts):
    spans = [
        (minute_of_day(row["break_start"]), minute_of_day(row["break_end"]))
        for row in shifts
        if row["post"] in posts and row["break_start"] and row["days"]
    ]
    return sorted(spans)


def test_no_two_key_posts_are_on_break_at_once(staff):
    """A guard and a duty manager work the whole day, their breaks apart; with one key post both are in the middle."""
    posts = ("guard", "duty_manager")
    settings = {"shift_hours": [8.5]}
    _, notes, shifts = staff((), settings, posts=posts, hours=LONG)
    first, second = breaks(shifts, posts)
    assert first[1] <= second[0]
    assert notes[0].startswith("every shift is taken")
    _, _, shifts = staff((), {**settings, "breaks": {"key_posts": ["guard"]}}, posts=posts, hours=LONG)
    first, second = breaks(shifts, posts)
    assert first == second


def test_two_people_of_a_key_post_have_breaks_apart(staff):
    _, _, shifts = staff((), {"shift_hours": [8.5]}, posts=("guard",), required=2, hours=LONG)
    first, second = breaks(shifts, ("guard",))
    assert first[1] <= second[0]


def test_breaks_that_cannot_be_apart_are_told(staff):
    """With 3.5 hours of work before a break and 3.5 after, four guards cannot each be alone on break for an hour."""
    narrow = {"minutes": 60, "earliest_hours": 3.5, "least_after_hours": 3.5}
    settings = {"shift_hours": [8.0], "breaks": narrow}
    _, notes, _ = staff((), settings, posts=("guard",), required=4, hours=LONG)
    assert any("people of key posts on break at once at" in note for note in notes)


def test_settings_of_presence_are_bounded():
    with pytest.raises(ValueError, match="opening"):
        StaffSettings.model_validate({"presence": [{"holds": "keys", "when": ["noon"]}]})
    with pytest.raises(ValueError, match="at least 1"):
        StaffSettings.model_validate({"presence": [{"holds": ""}]})


def missing(_roster, notes, _shifts):
    """Return the person-hours missing a week."""
    found = re.match(r"people are missing: ([\d.]+) h", notes[0])
    return float(found[1]) if found else 0.0


def price(_roster, notes, _shifts):
    """Return the price of the roster, which must be proved to be the least."""
    found = re.match(r"roster: optimal, price ([\d,.]+),", next(note for note in notes if note.startswith("roster: ")))
    return float(found[1].replace(",", ""))


def days_of(person, *dates):
    return lambda roster, *_: sum(row["person"] == person and (not dates or row["date"] in dates) for row in roster)


def planned(column):
    """Return the person-days of the shift plan by a column of shifts.csv: its values, with how many."""

    def look(_roster, _notes, shifts):
        found = defaultdict(int)
        for row in shifts:
            found[row[column]] += int(row["count"]) * len(row["days"].split(";"))
        return dict(found)

    return look


def breaks_from(clock):
    """Return whether all breaks begin from a time on."""
    return lambda _roster, _notes, shifts: min(row["break_start"] for row in shifts if row["days"]) >= clock


def starts(person):
    return lambda roster, *_: {row["start"] for row in roster if row["person"] == person}


def fewest(roster, *_):
    return min(len(people) for people in by_day(roster).values())


def dates(roster, *_):
    return len(by_day(roster))


def of_roster(**rules):
    return {"roster": rules}


SUNDAYS = HOURS | {"sun": (("09:00", "13:00"),)}
SATURDAYS = ("2026-03-07", "2026-03-14")
ALL_DAYS = "2026-03-02/2026-03-14"
UNFAIR = {"fair_hours_weight": 0, "fair_weekends_weight": 0, "fair_unpopular_weight": 0}
LATES = {"people": tellers(3), "hours": LONG}
HALVES = {"shift_hours": [4.5], **of_roster(**UNFAIR, unpopular_after_hour=17, unpopular_before_hour=0)}
BOTH = tellers(2, hours_per_week_min=24)
KEYS = {"presence": [{"holds": "keys"}]}

RULES = {
    "rest: every other day": ({"people": tellers(1)}, of_roster(), of_roster(rest_hours=24), missing, 0, 12),
    "days in a row": ({"people": tellers(1)}, of_roster(), of_roster(max_consecutive_days=2), missing, 0, 8),
    "days off in a row": ({"people": tellers(1)}, of_roster(), of_roster(min_consecutive_days_off=2), missing, 0, 2),
    "weekends": ({"people": tellers(1)}, of_roster(), of_roster(max_weekends=0), missing, 0, 4),
    "Sundays": ({"people": tellers(1), "hours": SUNDAYS}, of_roster(max_consecutive_days=14, max_sundays=4),
        of_roster(max_consecutive_days=14, max_sundays=0), missing, 0, 4),
    "price of people missing": ({"people": tellers(1), "required": 2}, of_roster(), of_roster(under_weight=50),
        price, 4800, 2400),
    "price of people beyond": ({"people": BOTH}, of_roster(), of_roster(over_weight=8), price, 192, 384),
    "price of hours below contract": ({"people": BOTH}, of_roster(), of_roster(contract_weight=2),
        lambda roster, *_: len(roster), 24, 12),
    "price of a wish": ({"people": tellers(1, wants_off="2026-03-03")}, of_roster(), of_roster(wish_weight=10_000),
        missing, 0, 2),
    "hours are shared fairly": ({"people": tellers(2, wants_on=[ALL_DAYS, ""])}, of_roster(**UNFAIR),
        of_roster(**UNFAIR | {"fair_hours_weight": 1000}), days_of("t1"), 12, 6),
    "weekends are shared fairly": ({"people": tellers(2, wants_on=[";".join(SATURDAYS), ""])}, of_roster(**UNFAIR),
        of_roster(**UNFAIR | {"fair_weekends_weight": 1000}), days_of("t1", *SATURDAYS), 2, 1),
    "unpopular shifts are shared fairly": (LATES, HALVES, HALVES | of_roster(**HALVES["roster"] |
        {"fair_unpopular_weight": 7}), price, 0, 7),
    "what is late": (LATES, HALVES | of_roster(**HALVES["roster"] | {"fair_unpopular_weight": 7}), HALVES | of_roster(
        **HALVES["roster"] | {"fair_unpopular_weight": 7, "unpopular_after_hour": 20}), price, 7, 0),
    "what is early": (LATES, HALVES | of_roster(**HALVES["roster"] | {"fair_unpopular_weight": 7,
        "unpopular_after_hour": 20}), HALVES | of_roster(**HALVES["roster"] | {"fair_unpopular_weight": 7,
        "unpopular_after_hour": 20, "unpopular_before_hour": 10}), price, 0, 7),
    "price of days apart from the team": ({"people": tellers(3, team="red"), "required": 2},
        of_roster(**UNFAIR, over_weight=100), of_roster(**UNFAIR, over_weight=100, team_weight=20), price, 480, 240),
    "price of a time without keys": ({"people": tellers(2, holds=["keys", ""])},
        KEYS | of_roster(**UNFAIR, max_consecutive_days=5),
        KEYS | of_roster(**UNFAIR, max_consecutive_days=5, presence_weight=600), price, 600, 1200),
    "how many hold keys": ({"people": tellers(3, holds=["keys", "keys", ""])}, KEYS,
        {"presence": [{"holds": "keys", "least": 2}]}, fewest, 1, 2),
    "when keys are there": ({"people": tellers(2, holds=["keys", ""]), "hours": LONG},
        {"shift_hours": [4.5], "presence": [{"holds": "keys", "when": ["opening"]}]},
        {"shift_hours": [4.5], "presence": [{"holds": "keys", "when": ["closing"]}]},
        starts("t1"), {"09:00"}, {"13:30"}),
    "weeks of a roster": ({"people": tellers(1)}, {}, {"weeks": 1}, dates, 12, 6),
    "hours a shift may last": ({}, {}, {"shift_hours": [2.0]}, planned("start"), {"09:00": 6},
        {"09:00": 6, "11:00": 6}),
    "minutes before opening": ({}, {}, {"opening_min": 30, "shift_hours": [4.5]}, planned("start"), {"09:00": 6},
        {"08:30": 6}),
    "minutes after closing": ({}, {}, {"closing_min": 30, "shift_hours": [4.5]}, planned("end"), {"13:00": 6},
        {"13:30": 6}),
    "people of the checks": ({}, {"opening_min": 30, "shift_hours": [4.5]},
        {"opening_min": 30, "shift_hours": [4.5], "checks": {"teller": 2}}, planned("start"), {"08:30": 6},
        {"08:30": 12}),
    "who is relieved at a break": ({"posts": ("guard",), "hours": LONG}, {"shift_hours": [8.5]},
        {"shift_hours": [8.5], "breaks": {"relieved": []}}, planned("start"), {"09:00": 4}, {"09:00": 8}),
    "work before a break": ({"hours": LONG}, {"shift_hours": [8.5]},
        {"shift_hours": [8.5], "breaks": {"earliest_hours": 5.5}}, breaks_from("14:30"), False, True),
    "work after a break": ({"hours": LONG}, {"shift_hours": [8.5], "breaks": {"earliest_hours": 5.5}},
        {"shift_hours": [8.5], "breaks": {"least_after_hours": 5.5}}, breaks_from("12:30"), True, False),
}  # fmt: skip


@pytest.mark.parametrize("preset", list(RULES))
def test_each_preset_of_the_roster_shows_in_its_files(staff, preset):
    how, before, after, look, *wanted = RULES[preset]
    found = [look(*staff(settings=settings, **how)) for settings in (before, after)]
    assert found == wanted
