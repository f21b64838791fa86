"""Leave out rows that are no data, by rules that the planner writes, and count them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import pandas as pd

from outlet.findings import Remark

ROWS_SHOWN = 50


@dataclass(frozen=True)
class SkipRules:
    """Which rows are no data.

    Parameters
    ----------
    first_text
        Patterns of a row's first cell that is not empty, such as ``Total`` or ``Source:*``; in any case.
    cells
        Column → patterns of its cell.
    """

    first_text: tuple[str, ...] = ()
    cells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def skips(self, row: Sequence[str], names: Sequence[str]) -> bool:
        """Tell whether a rule matches a row, which may be shorter or longer than the header."""
        if self.first_text and _matches(next((cell for cell in row if cell), ""), self.first_text):
            return True
        by_name = dict(zip(names, row, strict=False))
        return any(_matches(by_name.get(name, ""), patterns) for name, patterns in self.cells.items())


def keep_rows(frame: pd.DataFrame, rules: SkipRules, label: str) -> tuple[pd.DataFrame, list[Remark]]:
    """Return the rows that no rule matches, and a remark that counts the others."""
    if not rules.first_text and not rules.cells:
        return frame, []
    skipped = pd.Series(False, index=frame.index)
    for name, patterns in rules.cells.items():
        if name in frame.columns:
            skipped |= _matching(frame[name], patterns)
    if rules.first_text:
        first = frame.iloc[:, 0]
        for name in frame.columns[1:]:
            first = first.where(first != "", frame[name])
        skipped |= _matching(first, rules.first_text)
    count = int(skipped.sum())
    if not count:
        return frame, []
    rows = tuple(int(row) for row in frame.index[skipped.to_numpy()][:ROWS_SHOWN])
    return frame[~skipped], [Remark(label, "rows-skipped", f"{count} rows were skipped by rule", rows)]


def _matching(column: pd.Series, patterns: tuple[str, ...]) -> pd.Series:
    known = {text: _matches(text, patterns) for text in column.unique()}
    return column.map(known).astype(bool)


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    folded = text.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)
