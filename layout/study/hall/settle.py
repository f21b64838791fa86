"""Settle what a hall holds and where it lies, in at most five rounds: `settle`.

The circle between space and work: the requirement gives posts, machines and people waiting; they give the programme's
areas; where no arrangement keeps all rules, areas shrink towards their least sizes and optional zones go, for at most
five rounds. The best round is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from layout.flow.book import JourneyBook
from layout.flow.journeys import Errand, plan_journeys, trips
from layout.study.hall.earlier import Earlier, Lock
from layout.study.hall.read import Hall
from layout.zones.brief import make_problem
from layout.zones.improve import Arrangement, Inspect, arrange
from layout.zones.problem import PackProblem, Placement
from layout.zones.programme import Programme
from layout.zones.space import Space, shrink, without
from outlet.outcome import Limits, Outcome

ROUNDS = 5
WISHED_ROUNDS = 2
SHRINK = 0.5
WISHES = frozenset({"staff_side", "entrance_within"})
PACK_WORK = 0.6
SECONDS = 120.0


@dataclass(frozen=True)
class Travel:
    """How visitors move: their sector's courses, what they come for in a hall of some zones, and who is undecided."""

    book: JourneyBook
    errands: Callable[[Sequence[str]], tuple[Errand, ...]]
    browse: float


@dataclass(frozen=True)
class HallTask:
    """What is to be settled.

    Parameters
    ----------
    hall, programme, travel
        The hall, the zones it shall have, and how visitors move in it.
    weights
        Weights of soft terms that the planner set.
    effort, seed
        How long to search, against the usual; and the seed of the first round.
    locks
        Zones that stay where they are, by id.
    earlier
        A plan to begin from, or None.
    """

    hall: Hall
    programme: Programme
    travel: Travel
    weights: Mapping[str, float]
    effort: float
    seed: int
    locks: Mapping[str, Lock] = field(default_factory=dict)
    earlier: Earlier | None = None

    def start(self, problem: PackProblem) -> Placement | None:
        """Return where the zones of a problem begin, or None where there is no earlier plan."""
        return None if self.earlier is None else self.earlier.placement(problem, self.hall.cells)

    def limits(self, number: int) -> Limits:
        """Return the limits of a round."""
        return Limits(workers=2, work=PACK_WORK, seconds=SECONDS, seed=self.seed + number)


@dataclass(frozen=True)
class Sized:
    """What a round arranges: the space it was given, its problem, and its limits."""

    space: Space
    problem: PackProblem
    limits: Limits


@dataclass(frozen=True)
class Round(Sized):
    """One round and what came of it."""

    outcome: Outcome[Arrangement]


Inspector = Callable[[Sized], Inspect]
"""Who finishes a round's arrangements, to count the rules they break that must be kept."""


def settle(task: HallTask, space: Space, inspector: Inspector) -> Round:
    """Return the best of at most five rounds.

    While a rule is broken that no hall can do without, zones shrink, then optional ones go. Where only wishes of the
    programme are broken, there are at most two more: with smaller zones where they are not small yet, each from
    another seed.
    """
    best: Round | None = None
    more = WISHED_ROUNDS
    for number in range(ROUNDS):
        tried = _arrange(task, space, number, inspector)
        if best is None or _rank(tried) < _rank(best):
            best = tried
        serious, wishes = broken_in(best)
        if not serious and (not wishes or not more):
            break
        more -= not serious
        smaller = space if not serious and number > 0 else _smaller(task, space, number)
        if smaller is None:
            break
        space = smaller
    assert best is not None
    return best


def selling_kinds(space: Space) -> list[str]:
    """Return the kinds of zone that sell, each once."""
    return list(dict.fromkeys(need.kind for need in space.needs if need.spec.selling))


def broken_in(tried: Round) -> tuple[int, int]:
    """Return how many rules are broken: those every hall keeps, and wishes of the programme."""
    solution = tried.outcome.solution
    if solution is None:
        return 1, 0
    wishes = sum(rule.rule in WISHES for rule in solution.verdict.broken)
    return len(solution.verdict.broken) - wishes, wishes


def _rank(tried: Round) -> tuple[bool, int, int, int]:
    solution = tried.outcome.solution
    return solution is None, *broken_in(tried), 0 if solution is None else solution.musts or 0


def _smaller(task: HallTask, space: Space, number: int) -> Space | None:
    """Return less space for the next round: smaller targets, then fewer optional zones; None where neither goes."""
    if number == 0:
        return shrink(space, SHRINK)
    optional = sorted(
        (need for need in space.needs if need.spec.optional and need.id not in task.locks),
        key=lambda need: (-need.spec.optional, need.kind),
    )
    if not optional:
        return None
    return without(space, optional[0].kind, "left out so that the other zones keep the rules")


def _arrange(task: HallTask, space: Space, number: int, inspector: Inspector) -> Round:
    kinds = [need.kind for need in space.needs]
    travel, cells = task.travel, task.hall.cells
    journeys = plan_journeys(travel.errands(kinds), kinds, selling_kinds(space), travel.browse, travel.book)
    there = {need.id for need in space.needs}
    locked = {name: lock.place(cells) for name, lock in task.locks.items() if name in there}
    problem = make_problem(
        task.hall.ground, task.programme, space, trips(journeys, kinds), locked=locked, weights=task.weights
    )
    sized = Sized(space, problem, task.limits(number))
    found = arrange(problem, sized.limits, effort=task.effort, start=task.start(problem), inspect=inspector(sized))
    return Round(space, problem, sized.limits, found)
