from __future__ import annotations

from outlet.errors import Fault, InputError, NoSolutionError, PlanningError, TableError


def test_a_fault_names_input_row_column_found_expected_and_fix() -> None:
    fault = Fault("data/demand.csv", "negative", "-3", "a weight from 0", "Mend the row.", row=7, column="weight")
    assert str(fault) == "data/demand.csv, row 7, column 'weight': found -3; expected a weight from 0. Mend the row."


def test_a_table_error_lists_the_first_twenty_faults_and_counts_the_rest() -> None:
    error = TableError([Fault("a.csv", "null", f"nothing {at}", "a value", row=at) for at in range(25)])
    assert len(error.faults) == 25
    assert str(error).count("found nothing") == 20
    assert "and 5 more" in str(error)


def test_exit_codes_tell_input_from_no_plan() -> None:
    assert InputError("x").exit_code == 2
    assert NoSolutionError("x").exit_code == 3
    assert isinstance(TableError([]), PlanningError | ValueError)
