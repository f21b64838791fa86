from __future__ import annotations

from pathlib import Path

from outlet.errors import Fault, InputError, NoSolutionError, PlanningError, TableError, missing_file


def test_a_fault_names_input_row_column_found_expected_and_fix() -> None:
    fault = Fault("data/demand.csv", "negative", "-3", "a weight from 0", "Mend the row.", row=7, column="weight")
    assert str(fault) == "data/demand.csv, row 7, column 'weight': found -3; expected a weight from 0. Mend the row."


def test_where_no_file_stands_a_folder_is_told_from_nothing(tmp_path: Path) -> None:
    told = [str(missing_file("data/a.csv", path, "a table")) for path in (tmp_path, tmp_path / "none")]
    fix = "expected a table. Put it there or correct the path."
    assert told == [f"data/a.csv: found a folder; {fix}", f"data/a.csv: found no such file; {fix}"]


def test_a_table_error_lists_the_first_twenty_kinds_of_fault_and_counts_the_rest() -> None:
    error = TableError([Fault(f"{at}.csv", "null", f"nothing {at}", "a value", row=at) for at in range(25)])
    assert len(error.faults) == 25
    assert str(error).count("found nothing") == 20
    assert "and 5 more" in str(error)


def test_rows_with_the_same_fault_are_told_together() -> None:
    faults = [Fault("a.csv", "range", str(-at), "a number from 0", row=at, column="w") for at in range(1, 13)]
    faults.insert(3, Fault("a.csv", "null", "nothing", "a geometry", row=4))
    assert str(TableError(faults)).splitlines() == [
        "a.csv, 12 rows (1, 2, 3, 4, 5, 6, 7, 8, …), column 'w': found -1; -2; -3 …; expected a number from 0",
        "a.csv, row 4: found nothing; expected a geometry",
    ]


def test_faults_of_a_whole_file_stay_apart() -> None:
    faults = [Fault("a.csv", "missing-column", f"no {name}", "a column") for name in "xy"]
    assert str(TableError(faults)).count("\n") == 1


def test_exit_codes_tell_input_from_no_plan() -> None:
    assert InputError("x").exit_code == 2
    assert NoSolutionError("x").exit_code == 3
    assert isinstance(TableError([]), PlanningError | ValueError)
