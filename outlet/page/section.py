"""One section of a page: what a half contributes to the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Section:
    """A titled part of a page.

    ``html`` is trusted markup whose texts from data are already escaped; ``tables`` are (caption, columns, rows) of
    plain values, which the page escapes and sets.
    """

    title: str
    html: str = ""
    tables: Sequence[tuple[str, tuple[str, ...], Sequence[tuple[str | int | float | None, ...]]]] = field(
        default_factory=tuple
    )
