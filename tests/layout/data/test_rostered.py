"""Duties out of roster.csv and shifts.csv, and the crew they make."""

import pytest

from layout.data.rostered import pace_of, read_duties
from outlet.errors import TableError

ROSTER = (
    "date,person,shift_id,post,start,end,locked,name\n"
    "2026-03-02,P1,S1,teller,09:00,13:00,false,Ann\n"
    "2026-03-02,P2,S2,teller,10:00,12:00,false,Bo\n"
    "2026-03-02,P3,S2,guard,22:00,02:00,false,Cy\n"
)
SHIFTS = (
    "shift_id,post,start,end,break_start,break_end,days,count\n"
    "S1,teller,09:00,13:00,11:00,11:30,mon,1\n"
    "S2,teller,10:00,12:00,,,mon,1\n"
)


@pytest.fixture
def files(tmp_path):
    def files(roster=ROSTER, shifts=SHIFTS):
        (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
        (tmp_path / "shifts.csv").write_text(shifts, encoding="utf-8")
        return tmp_path / "roster.csv", tmp_path / "shifts.csv"

    return files


def test_breaks_and_nights(files):
    duties = read_duties(*files())
    assert [duty.spans for duty in duties] == [((540, 660), (690, 780)), ((600, 720),), ((1320, 1560),)]


def test_crew_by_half_hour(files):
    """From 9:00: one, one, two, two, one (P1's break), two, one, one; a night guard never counts as a teller."""
    pace = pace_of(read_duties(*files()), ["teller", "guide"], {}, start_min=540, step_min=30, steps=8)
    assert pace[:, 0].sum(axis=1).tolist() == [1, 1, 2, 2, 1, 2, 1, 1]
    assert pace[:, 1].sum() == 0


def test_everybody_keeps_a_place_and_a_pace_of_the_own(files):
    """P1 has the first place but for the break, P2 the second from 10 to 12; who is not named works at 1."""
    pace = pace_of(read_duties(*files()), ["teller"], {"P2": 0.5}, start_min=540, step_min=30, steps=8)
    assert pace[:, 0, 0].tolist() == [1, 1, 1, 1, 0, 1, 1, 1]
    assert pace[:, 0, 1].tolist() == [0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0]


def test_somebody_there_for_part_of_a_step_does_not_count(files):
    pace = pace_of(read_duties(*files()), ["teller"], {}, start_min=540, step_min=60, steps=4)
    assert pace[:, 0].sum(axis=1).tolist() == [1, 2, 1, 1]


@pytest.mark.parametrize(
    ("roster", "shifts", "error", "message"),
    [
        (ROSTER.replace("person", "who"), SHIFTS, TableError, "roster.csv, column 'person': found no column person"),
        (ROSTER.replace("09:00,13:00", "9,13:00"), SHIFTS, TableError, "row 1.*'9' is no time of day"),
        (ROSTER, SHIFTS.replace("11:00,11:30", "14:00,14:30"), TableError, "lies outside it"),
        (ROSTER, SHIFTS.replace("11:00,11:30", "9" * 999 + ",11:30"), TableError, "^shifts.csv, row 1: found '9{190}"),
    ],
)
def test_faults(files, roster, shifts, error, message):
    with pytest.raises(error, match=message):
        read_duties(*files(roster, shifts))
