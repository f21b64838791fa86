"""Say how much of a zone's side lies at walls and at other zones: `saved_at`. Units: cells.

The model may say less than there is, never more.
"""

from __future__ import annotations

from collections.abc import Sequence

from ortools.sat.python import cp_model

from halls.plain.variables import Expr, PlainModel, wall_lines

When = Sequence[cp_model.IntVar]


def saved_at(made: PlainModel, i: int, others: Sequence[int], side: int, when: When) -> Expr:
    """Return the length of a side that lies at walls or other zones, as the judge counts it."""
    low, high = made.zones[i].span(side)
    saved = [_common(made, (low, high), span, at) for at, span in _ways(made, i, others, side, when)]
    total = cp_model.LinearExpr.sum(saved)
    made.model.add(total <= high - low)
    return total


def _ways(
    made: PlainModel, i: int, others: Sequence[int], side: int, when: When
) -> list[tuple[cp_model.IntVar, tuple[Expr, Expr]]]:
    """Return a literal for each straight wall and each other zone that says that the side lies on it, and its span."""
    stops: list[tuple[Expr, tuple[Expr, Expr]]] = [
        (line, (first, last)) for line, first, last in wall_lines(made.problem.ground.free, side)
    ]
    stops += [(made.zones[j].line((side + 2) % 4), made.zones[j].span(side)) for j in others]
    ways = []
    for line, span in stops:
        at = made.literal()
        made.model.add(made.zones[i].line(side) == line).only_enforce_if(at)
        made.model.add_bool_and(when).only_enforce_if(at)
        ways.append((at, span))
    return ways


def _common(made: PlainModel, span: tuple[Expr, Expr], other: tuple[Expr, Expr], at: cp_model.IntVar) -> Expr:
    """Return what two spans have in common where ``at`` holds, else 0."""
    common = made.model.new_int_var(0, max(made.size), "")
    made.model.add(common == 0).only_enforce_if(~at)
    for end in (span[1], other[1]):
        for start in (span[0], other[0]):
            made.model.add(common <= end - start).only_enforce_if(at)
    return common
