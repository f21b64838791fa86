"""Small rosters: everybody can work everything, no rule, no price, until a test says otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from layout.staffing import RosterProblem, RosterRules, RosterWishes
from layout.staffing.plan import FREE
from outlet.outcome import Limits


@pytest.fixture
def limits():
    return Limits(seconds=60, workers=1, work=5.0)


@pytest.fixture
def problem():
    """Make a roster of ``people`` × ``days`` with one eight-hour shift, or those given as (start, end, paid)."""

    def make(people=1, days=7, shifts=((480, 960, 480),), required=0, rules=None, wishes=None, **changes):
        s = len(shifts)
        start, end, paid = (np.array(column, dtype=np.int64) for column in zip(*shifts, strict=True))
        made = RosterProblem(
            start_min=start,
            end_min=end,
            paid_min=paid,
            skilled=np.ones((people, s), dtype=bool),
            off=np.zeros((people, days), dtype=bool),
            offered=np.ones((days, s), dtype=bool),
            contributes=np.eye(s, dtype=bool),
            required=np.full((days, s), required, dtype=np.int64),
            under_weight=np.full((days, s), 100, dtype=np.int64),
            over_weight=np.full((days, s), 1, dtype=np.int64),
            windows=np.array([(0, days - 1)], dtype=np.int64),
            minutes_min=np.zeros((people, 1), dtype=np.int64),
            minutes_max=np.full((people, 1), 10**6, dtype=np.int64),
            minutes_target=np.zeros((people, 1), dtype=np.int64),
            locked=np.full((people, days), FREE, dtype=np.int64),
            rules=rules or RosterRules(),
            wishes=wishes or RosterWishes(),
        )
        return replace(made, **changes)

    return make
