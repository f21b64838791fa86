"""Wire files of ../shared/data as a project and compare what `outlet check` finds with what must be found.

A case has the project's ``toml``, its ``files`` (target → source, or archive and member), and the ``faults`` and
``remarks`` that must be found: per file and code the rows, one by one or by their number where they are many. Rows
were counted by hand or by plain scripts over the raw files (../shared/data/SOURCES.md tells the oddities); no rows
stand for an oddity of the file as a whole.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace as Case

import pytest

from outlet.cli.main import run_command

Found = Mapping[tuple[str, str], tuple[int | str, ...] | int]


def wire(case: Case, data: Path, folder: Path) -> Path:
    """Make the project folder."""
    for target, source in case.files.items():
        path = folder / target
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, str):
            shutil.copyfile(data / source, path)
        else:
            with zipfile.ZipFile(data / source[0]) as archive:
                path.write_bytes(archive.read(source[1]))
    (folder / "outlet.toml").write_text(case.toml, encoding="utf-8")
    return folder


def by_number(row: int | str) -> tuple[bool, int, str]:
    return isinstance(row, str), row if isinstance(row, int) else 0, str(row)


def grouped(
    listed: list[dict[str, object]], key: str, expected: Found
) -> dict[tuple[str, str], tuple[int | str, ...] | int]:
    """Return the rows found per file and code, or their number where that is what is expected."""
    rows: dict[tuple[str, str], list[int | str]] = {}
    for item in listed:
        place = (str(item["input"]), str(item["code"]))
        value = item[key]
        rows.setdefault(place, []).extend(value if isinstance(value, list) else [] if value is None else [value])
    return {
        place: len(found) if isinstance(expected.get(place), int) else tuple(sorted(found, key=by_number))
        for place, found in rows.items()
    }


@pytest.fixture
def check_case(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Case], None]:
    """Check a case as a project: every oddity is found, and nothing else."""

    def check(case: Case) -> None:
        folder = wire(case, shared / "data", tmp_path / "project")
        code = run_command(["check", str(folder), "--quiet"])
        found = json.loads((folder / "out" / "check.json").read_text(encoding="utf-8"))
        faults, remarks = vars(case).get("faults", {}), vars(case).get("remarks", {})
        assert grouped(found["faults"], "row", faults) == dict(faults)
        assert grouped(found["remarks"], "rows", remarks) == dict(remarks)
        assert code == (2 if faults else 0)
        told = capsys.readouterr()
        assert all(file in told.out + told.err for file, _ in faults)

    return check
