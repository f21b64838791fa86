"""No cell of a table we write can run as a formula, whatever the planner's texts begin with."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from outlet.cells import FORMULA_SIGNS
from outlet.cli.main import run_command

SIGNS = ("=", "+", "-", "@")


@pytest.fixture
def out(tiny: Path) -> Path:
    """The out/ folder of a tiny project in which every text that can is a formula."""
    sites = "id,lon,lat,name,format\n"
    candidates = [
        f'"{sign}c{at}",{24.902 + 0.006 * at:.3f},60.170,{sign}n{at},=own' for at, sign in enumerate(SIGNS[:3])
    ]
    (tiny / "data" / "candidates.csv").write_text(sites + "\n".join(candidates) + "\n", encoding="utf-8")
    (tiny / "data" / "existing.csv").write_text("id,lon,lat,name,brand\n@e1,24.912,60.17,=1+1,=b\n", encoding="utf-8")
    demand = [f"={at},{24.90 + at * 0.002:.3f},60.170,{10 + at},+name,=A" for at in range(10)]
    (tiny / "data" / "demand.csv").write_text("id,lon,lat,weight,name,grade\n" + "\n".join(demand) + "\n", "utf-8")
    assert run_command(["run", str(tiny), "--quiet"]) == 0
    return tiny / "out"


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.slow
def test_no_cell_is_a_formula(out: Path) -> None:
    tables = sorted(out.rglob("*.csv"))
    assert len(tables) >= 10
    bad = []
    for table in tables:
        with table.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                bad += [(table.name, cell) for cell in row if cell.startswith(FORMULA_SIGNS) and not is_number(cell)]
    assert bad == []
    books = sorted(out.rglob("*.xlsx"))
    assert books
    for book in books:
        assert b"<f>" not in b"".join(sheet_parts(book)), book


def sheet_parts(book: Path) -> list[bytes]:
    import zipfile

    CalamineWorkbook.from_path(str(book)).close()
    with zipfile.ZipFile(book) as archive:
        return [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
