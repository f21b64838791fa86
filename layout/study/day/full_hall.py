"""Say how long a full hall takes to clear through its doors, by zones.json: `clearing_json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from layout.data.rostered import Duty
from layout.simulate import DayResult, clearing_min
from layout.study.day.simulation_json import PERCENTILE, rounded
from outlet.errors import InputError

Json = Mapping[str, object]


def clearing_json(plan: Json, result: DayResult, duties: Sequence[Duty]) -> Json | None:
    """Return who is in a full hall and how long it takes to clear; None where the plan tells of no doors.

    Parameters
    ----------
    plan
        zones.json; the walk to the doors is as long as the longest that it knows.
    result
        The replayed day, of which the 95th percentile of the most visitors at once counts.
    duties
        Of that day, of which the most people at once count.
    """
    hall, walks = plan.get("hall"), plan.get("walks")
    doors = hall.get("doors") if isinstance(hall, dict) else None
    if not doors:
        return None
    widths = [float(door["width_m"]) for door in doors]
    visitors = float(np.quantile(result.daily[:, -1], PERCENTILE, method="higher"))
    staff = _most_there(duties)
    walk = max((float(each["metres"]) for each in walks), default=0.0) if isinstance(walks, list) else 0.0
    try:
        minutes = clearing_min(visitors + staff, widths, walk)
    except InputError:
        minutes = float("nan")
    return {
        "visitors_p95": rounded(visitors),
        "staff": staff,
        "doors_m": [rounded(width) for width in widths],
        "walk_m": rounded(walk),
        "minutes": rounded(minutes),
    }


def _most_there(duties: Sequence[Duty]) -> int:
    """Return the most people on duty at once."""
    changes = sorted(change for duty in duties for begin, end in duty.spans for change in ((begin, 1), (end, -1)))
    return int(np.cumsum([change for _, change in changes]).max()) if changes else 0
