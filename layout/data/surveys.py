"""Read what visitors said: surveyed points of courtesy and advice by outlet.

The table (CSV or a workbook) has ``outlet`` (id), ``courtesy`` and ``advice``, points from 0 to 100, an empty cell
unknown; each outlet once. Other columns are ignored.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from layout.data.tables import Opened, open_table
from layout.settings.tables import TableSettings
from outlet.errors import Fault, TableError
from outlet.findings import Remark
from outlet.project import Settings

SURVEYED = ("courtesy", "advice")


class SurveyColumns(Settings):
    """Columns of surveyed points."""

    outlet: str = Field("outlet", description="Id of the outlet.")
    courtesy: str = Field("courtesy", description="Points of courtesy, 0 to 100.")
    advice: str = Field("advice", description="Points of advice, 0 to 100.")


@dataclass(frozen=True)
class CheckedSurveys:
    """What could be read: points by outlet and subject (NaN unknown), with every fault and remark."""

    points: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_surveys(
    file: Path, *, name: str | None = None, outlets: Collection[str] | None = None
) -> Mapping[str, Mapping[str, float]]:
    """Read surveyed points.

    Raises
    ------
    TableError
        All faults of the table at once, by row.
    """
    found = check_surveys(file, name=name, outlets=outlets)
    if found.faults:
        raise TableError(found.faults)
    return found.points


def check_surveys(file: Path, *, name: str | None = None, outlets: Collection[str] | None = None) -> CheckedSurveys:
    """Read surveyed points and return what could be read together with every fault.

    Parameters
    ----------
    file
        The table.
    name
        How messages call it; the file's own name by default.
    outlets
        Ids that ``outlet`` may hold; None: any.
    """
    fix = "Correct [layout.efficiency] surveys, or remove it."
    columns = SurveyColumns()
    opened = open_table(file, name or file.name, TableSettings(), columns, ("outlet", *SURVEYED), fix=fix)
    found: dict[str, Mapping[str, float]] = {}
    row_of: dict[str, int] = {}
    for row, record in zip(opened.frame.index, opened.frame.to_dict("records"), strict=True):
        outlet = str(record["outlet"])
        before = row_of.setdefault(outlet, int(row))
        if not outlet:
            opened.fault("missing-value", "outlet", "nothing", "the id of an outlet", int(row))
        elif before != row:
            opened.fault("duplicate-id", "outlet", f"{outlet!r} of row {before} again", "each outlet once", int(row))
        elif outlets is not None and outlet not in outlets:
            opened.fault("unknown-reference", "outlet", repr(outlet), "the id of an outlet", int(row))
        found[outlet] = {subject: _points(opened, str(record[subject]), subject, int(row)) for subject in SURVEYED}
    return CheckedSurveys(found, tuple(opened.faults), tuple(opened.remarks))


def _points(opened: Opened, text: str, column: str, row: int) -> float:
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 100:
        code = "not-a-number" if math.isnan(value) else "out-of-range"
        opened.fault(code, column, repr(text), "a number from 0 to 100", row)
    return value
