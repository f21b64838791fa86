"""Find rows that hold the sum of others: they would count everything twice.

A row is a total when a cell says so (in any of a dozen languages) and either a number of it is the sum of the rows
above or of all others, or it lacks what every real row has. A petrol station called Total with a place of its own is
none.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import Fault

WORDS = (
    r"(?:sub[- ]?|grand[- ]?)?totals?|total (?:general|geral|g[ée]n[ée]ral)|sous-total"
    r"|suma|sum|summa|summe|gesamt(?:summe)?|insgesamt"
    r"|yhteens[äa]|v[äa]lisumma|samtliga|totalt|totaal|totale|razem|ogółem|celkem|всего|итого"
    r"|总计|總計|合计|小计|小計|合計|总和|共计|計|总数|总合|総計|総数|합계|소계|총계"
)
_SAYS = re.compile(rf"^\W*(?:{WORDS})(?:$|[\s:：,(（].*)", re.IGNORECASE)
_ENDS = re.compile(r"^.+[\s_:-](?:(?:sub)?total|yhteensä|合计|小计|合計|小計|总计)$", re.IGNORECASE)
NUMERIC_SHARE = 0.8
SAYING_SHARE = 0.5
FIX = 'Leave it out of the file, or skip it: skip = ["{said}"].'


def total_faults(frame: pd.DataFrame, label: str, places: tuple[str, ...] = ()) -> list[Fault]:
    """Return a fault for every row that is a total of others.

    Parameters
    ----------
    frame
        A table of text, indexed by data row.
    label
        How messages name the file.
    places
        Columns that only real rows fill: ids and coordinates.
    """
    said = _said(frame)
    if not said:
        return []
    candidates = np.isin(np.arange(len(frame)), list(said))
    there = [column for column in places if column in frame.columns]
    sums = _sums(frame, candidates)
    faults = []
    for position, (column, text) in said.items():
        empty = [place for place in there if place != column and frame[place].iloc[position] == ""]
        full = [place for place in there if place != column and place not in empty]
        evidence = sums.get(position, "")
        if empty and all(bool((frame[place][~candidates] != "").any()) for place in empty):
            evidence = evidence or f"without {' and '.join(empty)}"
        elif len(full) > 1:
            continue
        if evidence:
            fault = Fault(
                label,
                code="total-row",
                found=f"{text!r}, {evidence}",
                expected="rows that are no sums of others",
                fix=FIX.format(said=text),
                row=int(frame.index[position]),
                column=column,
            )
            faults.append(fault)
    return faults


def _said(frame: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Return position → (column, text) of the rows that call themselves a total."""
    said: dict[int, tuple[str, str]] = {}
    for column in frame.columns:
        known = [text for text in frame[column].unique() if _SAYS.match(text) or _ENDS.match(text)]
        found = np.flatnonzero(frame[column].isin(known).to_numpy())
        if 0 < len(found) <= max(SAYING_SHARE * len(frame), 1):
            for position in found:
                said.setdefault(int(position), (str(column), str(frame[column].iloc[position])))
    return dict(sorted(said.items()))


def _sums(frame: pd.DataFrame, candidates: NDArray[np.bool_]) -> dict[int, str]:
    """Return position → evidence of the candidates one of whose numbers is the sum of other rows."""
    evidence: dict[int, str] = {}
    for column in frame.columns:
        values = pd.to_numeric(frame[column].str.replace(",", "."), errors="coerce").to_numpy(np.float64)
        if np.isfinite(values).mean() < NUMERIC_SHARE:
            continue
        values = np.where(np.isfinite(values), values, 0.0)
        everything = values[~candidates].sum()
        block_start = 0
        for position in map(int, np.flatnonzero(candidates)):
            block = values[block_start:position][~candidates[block_start:position]]
            block_start = position + 1
            for total, parts in ((everything, int((~candidates).sum())), (block.sum(), len(block))):
                if parts > 1 and values[position] and np.isclose(values[position], total, rtol=1e-6, atol=0.0):
                    evidence.setdefault(
                        int(position), f"whose {column} {values[position]:g} is the sum of {parts} rows"
                    )
    return evidence
