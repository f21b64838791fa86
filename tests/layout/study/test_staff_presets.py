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
COLUMNS = ("id", "name", "hours_per_week_max", "roles", "proficiency", "holds", "team", "weekend_group")
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), (("09:00", "13:00"),))
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
        starts = EVERY_HALF_HOUR if hours is HOURS else [f"{hour:02d}:00" for hour in range(9, 18)]
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


LONG = dict.fromkeys(("mon", "tue", "wed", "thu"), (("09:00", "18:00"),))


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
