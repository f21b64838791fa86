"""Say which demands of a planner cannot be kept together in a hall: `explain_conflict`."""

from __future__ import annotations

from layout.zones.brief import zone_shapes
from layout.zones.conflict.demands import Brief
from layout.zones.conflict.find import find_conflict, in_words
from layout.zones.problem import Ints, PackProblem
from layout.zones.space import Space, ZoneNeed
from outlet.errors import InputError
from outlet.outcome import Limits

WORK = 4.0


def explain_conflict(problem: PackProblem, space: Space, limits: Limits) -> str | None:
    """Return the conflict of a hall's demands in the planner's words; None where none was proved.

    Parameters
    ----------
    problem
        The hall.
    space
        What its zones were sized by, in the same order.
    limits
        The seed and the clock; the work is our own.
    """
    shapes = {i: _unlocked(problem, need) for i, need in enumerate(space.needs) if problem.is_locked(i)}
    sizes = {i: told for i, need in enumerate(space.needs) if (told := _size(need)) is not None}
    brief = Brief(problem, shapes={i: found for i, found in shapes.items() if found is not None}, sizes=sizes)
    found = find_conflict(brief, Limits(workers=1, work=WORK, seconds=limits.seconds, seed=limits.seed))
    return None if found is None else in_words(found)


def _unlocked(problem: PackProblem, need: ZoneNeed) -> Ints | None:
    """Return the shapes of a zone that may move; None where the programme leaves it none."""
    try:
        return zone_shapes(need, problem.ground.cell_m)
    except InputError:
        return None


def _size(need: ZoneNeed) -> str | None:
    if need.spec.per is None or need.count == 0:
        return None
    plural = need.spec.per if need.count > 1 else need.spec.per.removesuffix("s")
    needs = "need" if need.count > 1 else "needs"
    room = f"at least {need.area_min:.1f} m²"
    if need.frontage_min > need.spec.frontage_m[0]:
        room = f"a front of at least {need.frontage_min:.1f} m and {room}"
    return f"{need.count} {plural} {needs} {room}, {need.spec.depth_m[0]:g} m deep or more"
