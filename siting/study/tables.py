"""Turn frames into the CSV text of an artefact."""

from __future__ import annotations

import pandas as pd

from outlet.cells import as_text_cell


def to_csv(table: pd.DataFrame) -> str:
    """Return CSV in which no text can run as a formula; what is not known is an empty cell."""
    texts = {
        name: [as_text_cell(cell) if isinstance(cell, str) else cell for cell in table[name]]
        for name in table.columns
        if not pd.api.types.is_numeric_dtype(table[name])
    }
    return table.assign(**texts).to_csv(index=False, lineterminator="\n")
