"""Tell teams and turns of weekend duty from the people and the settings.

A rotation goes on from roster to roster: the group on duty follows from the date alone. Who has no group in the table
goes with the team; people without a team are dealt out, post by post, in the table's order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from layout.data.people import Person, groups_beyond
from layout.settings.staff import StaffSettings
from layout.staffing.plan import SATURDAY, WEEK_DAYS, Shift, Teams
from layout.study.staff.need import StaffNeed
from outlet.errors import TableError

FIRST_MONDAY = dt.date(1970, 1, 5)
NOON_MIN = 720


def teams_of(people: Sequence[Person], shifts: Sequence[Shift], need: StaffNeed, half_days: bool) -> Teams | None:
    """Return the teams of two people and more; None without any.

    With half days, a shift lies in the half of the opening day in which its middle is.
    """
    names = [person.team for person in people]
    shared = sorted({name for name in names if name is not None and names.count(name) > 1})
    if not shared:
        return None
    team = [shared.index(name) if name in shared else -1 for name in names]
    opens = need.span_min[need.span_min[:, 0] < need.span_min[:, 1]]
    noon = (int(opens[:, 0].min()) + int(opens[:, 1].max())) / 2 if len(opens) else NOON_MIN
    late = [half_days and (shift.start_min + shift.end_min) / 2 > noon for shift in shifts]
    return Teams(np.array(team, dtype=np.int64), np.array(late, dtype=np.int64))


def duty_groups(people: Sequence[Person], groups: int, label: str) -> list[int]:
    """Return the group of weekend duty of each person, from 0.

    Raises
    ------
    TableError
        When a person's group is beyond the number of groups.
    """
    faults = groups_beyond(people, groups, label)
    if faults:
        raise TableError(faults)
    teams = sorted({person.team for person in people if person.team is not None})
    turns: dict[tuple[str, ...], count[int]] = {}
    found = []
    for person in people:
        if person.weekend_group is not None:
            found.append(person.weekend_group - 1)
        elif person.team is not None:
            found.append(teams.index(person.team) % groups)
        else:
            found.append(next(turns.setdefault(tuple(sorted(person.roles)), count())) % groups)
    return found


def weekend_duty(people: Sequence[Person], need: StaffNeed, settings: StaffSettings) -> NDArray[np.bool_] | None:
    """Return whether each person may work on each day by rotation, shape (E, D); None where there is none."""
    groups = settings.roster.weekend_rotation
    if groups < 2:
        return None
    mine = np.array(duty_groups(people, groups, settings.people or "people"), dtype=np.int64)
    turn = np.array([(day - FIRST_MONDAY).days // WEEK_DAYS % groups for day in need.dates])
    weekend = np.array([day.weekday() >= SATURDAY for day in need.dates])
    on_duty: NDArray[np.bool_] = ~weekend[None, :] | (mine[:, None] == turn[None, :])
    return on_duty
