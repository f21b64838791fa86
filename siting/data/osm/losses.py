"""Keep what an extract could not give whole, and tell it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from outlet.findings import Remark

SHOWN = 8


@dataclass
class Losses:
    """Ids of features that were cut, dropped or mended while reading; ``name`` is the extract's."""

    name: str
    cut_lines: list[str] = field(default_factory=list)
    cut_areas: list[str] = field(default_factory=list)
    lost_lines: list[str] = field(default_factory=list)
    open_areas: list[str] = field(default_factory=list)
    crossed_areas: list[str] = field(default_factory=list)
    empty_areas: list[str] = field(default_factory=list)
    no_bounds: bool = False

    def remarks(self) -> tuple[Remark, ...]:
        """Return a remark for each kind of loss."""
        told = (
            ("ways-cut", self.cut_lines, "ways lack corners in the extract; they are cut there"),
            ("ways-dropped", self.lost_lines, "ways have fewer than two corners in the extract; dropped"),
            ("areas-cut", self.cut_areas, "areas lack corners in the extract; drawn by those it has"),
            ("areas-dropped", self.open_areas, "areas have rings that cannot be closed; dropped"),
            ("areas-mended", self.crossed_areas, "areas have rings that cross themselves or one another; mended"),
            ("areas-dropped", self.empty_areas, "areas enclose nothing; dropped"),
        )
        made = [
            Remark(self.name, code, f"{len(ids)} {text}: {_some(ids)}", _ordered(ids))
            for code, ids, text in told
            if ids
        ]
        if self.no_bounds:
            text = "the extract states no bounds; those of its tagged points are used"
            made.append(Remark(self.name, "no-bounds", text))
        return tuple(made)


def _ordered(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids), key=lambda name: (name[0], len(name), name)))


def _some(ids: Iterable[str]) -> str:
    names = _ordered(ids)
    rest = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + rest
