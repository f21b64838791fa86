"""Every bad cell by its code, row and words."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.data.cells import as_flags, as_numbers, as_text, is_empty
from outlet.data.contract import faults_of, flag, number, one_of, required, unique_id


def told(checks, cells, **keywords):
    frame = pd.DataFrame({"x": cells}, index=pd.RangeIndex(1, len(cells) + 1))
    schema = pa.DataFrameSchema({"x": pa.Column(checks=checks, nullable=True)})
    return [(fault.row, fault.code, fault.found) for fault in faults_of(schema, frame, "a.csv", **keywords)]


def test_a_sound_table_has_no_fault():
    assert told([*unique_id()], ["a", "b", "001"]) == []
    assert told([required(), *number()], ["1", "0", " 2.5 "]) == []
    assert told([flag()], ["yes", "", None, "0"]) == []


def test_ids():
    assert told(unique_id(), ["a", " ", "a", None, " a"]) == [
        (2, "missing-id", "an empty cell"),
        (3, "duplicate-id", "'a' again, as in row 1"),
        (4, "missing-id", "an empty cell"),
        (5, "duplicate-id", "'a' again, as in row 1"),
    ]


def test_ids_whose_digits_are_lost():
    assert told(unique_id(), [2.0**53, 2.0, np.nan]) == [
        (1, "lossy-id", "9.0072e+15"),
        (3, "missing-id", "an empty cell"),
    ]


def test_numbers():
    assert told([required(), *number()], ["1,5", "-2", "", "inf", "nan", "1e300"]) == [
        (1, "not-a-number", "'1,5'"),
        (2, "out-of-range", "-2"),
        (3, "missing-value", "an empty cell"),
        (4, "not-a-number", "'inf'"),
        (5, "not-a-number", "'nan'"),
        (6, "out-of-range", "'1e300'"),
    ]
    assert told(number(above=0), [0.0, np.inf, np.nan, 1.0]) == [(1, "out-of-range", "0"), (2, "not-a-number", "'inf'")]
    assert told(number(low=None), [-5.0]) == []
    assert told(number(high=10), [11]) == [(1, "out-of-range", "11")]
    assert told(number(), [True]) == [(1, "not-a-number", "'True'")]


def test_flags_and_choices():
    assert told(flag(), ["ja", "TRUE", ""]) == [(1, "not-a-flag", "'ja'")]
    assert told(one_of(("rail", "bus"), "unknown-mode"), ["Rail", "horse", ""]) == [(2, "unknown-mode", "'horse'")]


def test_words_of_a_fault():
    frame = pd.DataFrame({"x": [-1.0]}, index=[7])
    schema = pa.DataFrameSchema({"x": pa.Column(checks=number())})
    (fault,) = faults_of(schema, frame, "a.csv")
    assert str(fault) == "a.csv, row 7, column 'x': found -1; expected a number from 0"


def test_a_missing_column_lists_those_of_the_file():
    schema = pa.DataFrameSchema({"id": pa.Column()})
    (fault,) = faults_of(schema, pd.DataFrame({"x": [1]}), "a.csv", known=("x", "y"))
    assert (fault.code, fault.found, fault.column) == ("missing-column", "the columns x, y", "id")


def test_checks_of_pandera_itself():
    frame = pd.DataFrame({"a": ["x", "x", None], "b": [1, 2, 3]}, index=[1, 2, 3])
    schema = pa.DataFrameSchema(
        {"a": pa.Column(unique=True), "b": pa.Column(float)},
        checks=pa.Check(lambda rows: rows["b"] < 3, name="too-many", error="at most two"),
    )
    faults = [(fault.row, fault.column, fault.code) for fault in faults_of(schema, frame, "a.csv")]
    assert faults == [(None, "b", "wrong-type"), (1, "a", "duplicate-id"), (2, "a", "duplicate-id"),
                      (3, "a", "missing-value"), (3, None, "too-many")]  # fmt: skip


def test_a_contract_that_cannot_be_checked_is_a_bug():
    schema = pa.DataFrameSchema({"a": pa.Column(checks=pa.Check(lambda cells: cells.nothing, name="x"))})
    with pytest.raises(RuntimeError, match=r"the contract of a\.csv cannot be checked"):
        faults_of(schema, pd.DataFrame({"a": [1]}), "a.csv")


def test_long_cells_are_cut():
    ((_, _, found),) = told(number(), ["9" * 50 + "x" * 50])
    assert found == repr("9" * 50 + "x" * 10 + "…")


CELLS = st.one_of(st.none(), st.text(max_size=8), st.floats(), st.integers(), st.booleans())


@settings(max_examples=50, deadline=None)
@given(st.lists(CELLS, max_size=12))
def test_any_cells_end_in_faults_or_in_numbers(cells):
    column = pd.Series(cells, dtype=object)
    faulty = {row for row, _, _ in told([required(), *number(low=None)], list(column))}
    numbers = as_numbers(column)
    assert len(as_text(column)) == len(as_flags(column, default=True)) == len(is_empty(column)) == len(cells)
    sound = np.array([row + 1 not in faulty for row in range(len(cells))], dtype=bool)
    assert np.isfinite(numbers[sound]).all()


def test_whole_floats_read_as_whole_numbers():
    assert as_text(pd.Series([360610001001000.0, np.nan])).tolist() == ["360610001001000", ""]
    assert as_text(pd.Series([7.0, "007", None, 1.5], dtype=object)).tolist() == ["7", "007", "", "1.5"]


def test_pandera_is_not_imported_before_it_is_needed():
    code = "import sys, outlet.data.contract; assert 'pandera' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_hundred_thousand_faults_take_no_time():
    cells = pd.Series(["-1"] * 100_000)
    started = time.process_time()
    assert len(told(number(), cells.tolist())) == 100_000
    assert time.process_time() - started < 5
