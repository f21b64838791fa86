"""Read who goes where, or how far it is: a table of demand points and outlets, with every fault by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.data.cells import as_numbers
from outlet.data.contract import faults_of, number, required
from outlet.data.table import TextTable, read_table
from outlet.errors import NO_ROWS, Fault, TableError, missing_file
from outlet.findings import Remark
from outlet.project import Project
from siting.data.files.describe import table_form
from siting.data.layers import SitingData
from siting.settings.calibrate import CalibrateSettings

if TYPE_CHECKING:
    from pandera.pandas import Check

MOST_MINUTES = 1e5
SUM_SLACK = 1e-3


@dataclass(frozen=True, kw_only=True)
class ChoiceTable:
    """The rows of the table, p of them, each a pair of a demand point and an outlet.

    Parameters
    ----------
    demand
        Position of the demand point, shape (p,).
    outlet
        Position of the outlet, shape (p,): existing outlets in order, then competitors in order.
    seen
        Visitors, or shares of them, from 0, shape (p,); None where the table is one of ways.
    shares
        Whether ``seen`` are shares.
    minutes
        The way, shape (p,); None where it is along the streets.
    district
        What each row's demand point is held out with, shape (p,); None where each is alone.
    remarks
        Oddities of the table that are no faults.
    """

    demand: NDArray[np.int64]
    outlet: NDArray[np.int64]
    seen: NDArray[np.float64] | None
    shares: bool
    minutes: NDArray[np.float64] | None
    district: NDArray[np.object_] | None
    remarks: tuple[Remark, ...]


def read_choices(project: Project, settings: CalibrateSettings, data: SitingData) -> ChoiceTable:
    """Return the table that the settings name, its ids turned into positions.

    Raises
    ------
    TableError
        With every fault: of the file, of its cells, of ids that no layer has, of pairs that stand there twice.
    """
    assert settings.file is not None
    names, label = settings.columns, str(settings.file)
    form = table_form(settings, (names.demand, names.outlet))
    path = project.path(settings.file)
    if not path.is_file():
        raise TableError([missing_file(label, path, "a table of demand points and outlets")])
    table = read_table(path, label, form)
    frame, given = table.frame, set(names.model_fields_set)
    counted = _counted(settings, frame)
    checks = _checks(settings, counted, [c for c in (names.minutes, names.district) if c in frame.columns], given)
    faults = _cell_faults(table, checks, label)
    places = _outlet_places(data)
    if {names.demand, names.outlet} <= set(frame.columns):
        faults += _unknown(frame[names.demand], _places(data.demand["id"]), label, "demand point")
        faults += _unknown(frame[names.outlet], places, label, "existing outlet or competitor")
        faults += _repeated(frame, names.demand, names.outlet, label)
    if faults:
        raise TableError(faults)
    faults = _sums(frame, settings, counted, label) + _two_districts(frame, settings, label)
    if faults:
        raise TableError(faults)
    there = set(frame.columns)
    return ChoiceTable(
        demand=_positions(frame[names.demand], _places(data.demand["id"])),
        outlet=_positions(frame[names.outlet], places),
        seen=None if counted is None else as_numbers(frame[counted]),
        shares=counted == names.share,
        minutes=as_numbers(frame[names.minutes]) if names.minutes in there else None,
        district=frame[names.district].to_numpy(dtype=object) if names.district in there else None,
        remarks=table.remarks,
    )


def _counted(settings: CalibrateSettings, frame: pd.DataFrame) -> str | None:
    """Return the column of visitors or shares; None in a table of ways."""
    if settings.target != "choices":
        return None
    names = settings.columns
    if names.visitors not in frame.columns and ("share" in names.model_fields_set or names.share in frame.columns):
        return names.share
    return names.visitors


def _checks(
    settings: CalibrateSettings, counted: str | None, optional: list[str], given: set[str]
) -> dict[str, list[Check]]:
    names = settings.columns
    checks: dict[str, list[Check]] = {names.demand: [required()], names.outlet: [required()]}
    if counted is not None:
        checks[counted] = [required(), *(number(high=1.0) if counted == names.share else number())]
    if names.minutes in optional or "minutes" in given or settings.target != "choices":
        checks[names.minutes] = [required(), *number(high=MOST_MINUTES)]
    if names.district in optional or "district" in given:
        checks[names.district] = [required()]
    return checks


def _cell_faults(table: TextTable, checks: Mapping[str, list[Check]], label: str) -> list[Fault]:
    from pandera.pandas import Column, DataFrameSchema

    schema = DataFrameSchema({name: Column(checks=held, nullable=True) for name, held in checks.items()})
    faults = faults_of(schema, table.frame, label)
    if not len(table.frame) and not faults:
        expected = "at least one row of a demand point and an outlet"
        faults.append(Fault(label, "empty-layer", "no row", expected, NO_ROWS))
    return faults


def _places(ids: pd.Series) -> dict[str, int]:
    return {str(name): at for at, name in enumerate(ids)}


def _outlet_places(data: SitingData) -> dict[str, int]:
    """Return where each outlet is; -1 where an id is one of ours and a competitor's too."""
    ours, theirs = _places(data.existing["id"]), _places(data.competitors["id"])
    shifted = {name: at + len(data.existing) for name, at in theirs.items()}
    return {**ours, **shifted, **dict.fromkeys(ours.keys() & theirs.keys(), -1)}


def _positions(ids: pd.Series, places: Mapping[str, int]) -> NDArray[np.int64]:
    return np.array([places[name] for name in ids], dtype=np.int64)


def _unknown(ids: pd.Series, places: Mapping[str, int], label: str, what: str) -> list[Fault]:
    faults: list[Fault] = []
    for row, name in ids.items():
        at = places.get(name)
        if name == "" or (at is not None and at >= 0):
            continue
        found = f"{name!r}, which is no {what}" if at is None else f"{name!r}, which is ours and a competitor's too"
        fix = "Correct the id, or leave the row out." if at is None else "Rename one of the two."
        faults.append(
            Fault(label, "unknown-reference", found, f"the id of one {what}", fix, int(str(row)), str(ids.name))
        )
    return faults


def _repeated(frame: pd.DataFrame, demand: str, outlet: str, label: str) -> list[Fault]:
    pairs = frame[[demand, outlet]]
    again = pairs.duplicated(keep="first") & (pairs != "").all(axis=1)
    return [
        Fault(
            label,
            code="duplicate-id",
            found=f"{pairs.at[row, demand]!r} and {pairs.at[row, outlet]!r} again",
            expected="each pair of a demand point and an outlet once",
            fix="Add them up.",
            row=int(str(row)),
        )
        for row in pairs.index[again]
    ]


def _sums(frame: pd.DataFrame, settings: CalibrateSettings, counted: str | None, label: str) -> list[Fault]:
    """Return the fault of each demand point whose shares sum to more than 1, at its first row."""
    if counted != settings.columns.share or counted is None:
        return []
    demand = frame[settings.columns.demand]
    total = pd.Series(as_numbers(frame[counted]), index=frame.index).groupby(demand).sum()
    first = {name: row for row, name in demand[::-1].items()}
    expected = "shares of a demand point that sum to 1 at most"
    return [
        Fault(label, "out-of-range", f"shares of {name!r} that sum to {value:.4g}", expected, "", row, counted)
        for name, value in total[total > 1 + SUM_SLACK].items()
        for row in [int(str(first[name]))]
    ]


def _two_districts(frame: pd.DataFrame, settings: CalibrateSettings, label: str) -> list[Fault]:
    names = settings.columns
    if names.district not in frame.columns:
        return []
    first = frame.groupby(names.demand)[names.district].transform("first")
    return [
        Fault(
            label,
            code="bad-value",
            found=f"{frame.at[row, names.district]!r}, after {first[row]!r} for the same demand point",
            expected="one district for each demand point",
            row=int(str(row)),
            column=names.district,
        )
        for row in frame.index[frame[names.district] != first]
    ]
