"""Find the fewest staff-hours with which every interval meets its service level when the day is simulated.

`require_crew` draws days, finds the smallest crew that meets the target on them (`cuts`), and tries it on unseen days.
Where the share of an interval there is so near its target that other unseen days could miss it, the interval must reach
a higher share on the drawn days, and the search goes on; cuts stay valid, since shares needed only rise. An interval is
safe where, with the wished confidence, as many new days as were looked at would meet the target too: the share lies
z·√2 standard errors above it.

Objective and bound are staff-hours. The bound is proved for the drawn days and the shares needed on them (in
`RequiredCrew.needed`); it says nothing about crews of which only luck would meet the target on the unseen days.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from layout.simulate.day import DayProblem
from layout.simulate.replicate import DayResult, Estimate, simulate_day
from layout.staffing.require.cuts import Cut, Trial, deny, smallest
from layout.staffing.require.sample import Sample
from layout.workload.erlang import servers_needed
from layout.workload.requirement import lagged_rate
from outlet.compiled import compiling_seconds
from outlet.errors import InputError
from outlet.outcome import Limits, Outcome, Status, StoppedBy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEW = 400
DOUBT = 0.015
BACK = 3
"""Days on which cuts are sought, by how much their share may mislead, and intervals a first cut goes back."""
SPARE = 2
"""How many more than Erlang C's largest crew an interval may have where no maximum is given."""
Z = {0.9: 1.2816, 0.95: 1.6449, 0.99: 2.3263, 0.999: 3.0902}
"""One-sided normal quantiles."""


@dataclass(frozen=True, kw_only=True)
class CrewTarget:
    """What a crew must reach. T intervals.

    Parameters
    ----------
    share
        Of the visitors who come in an interval, the share to be called within ``wait_min``; one number or (T,).
    wait_min
        Target wait, minutes.
    minimum, maximum
        Fewest and most people in an interval, shape (T,), or one number; no maximum: two more than Erlang C's most.
    days, unseen
        Days to search on, and to try the crew on.
    confidence
        With which each interval meets its target on as many days again: 0.9, 0.95, 0.99 or 0.999.
    """

    share: float | Floats = 0.8
    wait_min: float = 5.0
    minimum: int | Ints = 0
    maximum: int | Ints | None = None
    days: int = 2500
    unseen: int = 10_000
    confidence: float = 0.99

    def __post_init__(self) -> None:
        share = np.asarray(self.share)
        for name, holds, expected in (
            ("share", bool(((share > 0) & (share < 1)).all()), "above 0 and below 1"),
            ("wait_min", 0 <= self.wait_min < np.inf, "minutes from 0"),
            ("minimum", bool((np.asarray(self.minimum) >= 0).all()), "people from 0"),
            ("days", self.days >= 2, "at least 2"),
            ("unseen", self.unseen >= 2, "at least 2"),
            ("confidence", self.confidence in Z, f"one of {', '.join(map(str, Z))}"),
        ):
            if not holds:
                raise InputError(f"CrewTarget.{name}: a value is out of range; expected {expected}")
        if self.maximum is not None and bool((np.asarray(self.maximum) < np.asarray(self.minimum)).any()):
            raise InputError("CrewTarget.maximum: below the minimum somewhere; expected at least the minimum")


@dataclass(frozen=True)
class RequiredCrew:
    """A crew that meets its target.

    ``crew`` (T,) people in each interval; ``unseen`` what the unseen days are like; ``needed`` (T,) the share that was
    asked for on the drawn days.
    """

    crew: Ints
    unseen: DayResult
    needed: Floats
    hours: float


@dataclass
class _Search:
    """Where a search stands: the best crew that meets the shares needed, what is proved, and the cuts so far."""

    sample: Sample
    few: Sample
    needed: Floats
    lower: Ints
    upper: Ints
    cuts: list[Cut]
    bound: int = 0
    rounds: int = 0

    def missed(self, crew: Ints) -> Ints:
        """Return the intervals in which too few are called within the target."""
        return np.flatnonzero(self.sample.within(crew) < self.needed * self.sample.came)

    def ask_more(self, crew: Ints, short: Floats) -> bool:
        """Need more than a crew reaches where it is short on unseen days; tell whether it is short anywhere."""
        more = np.maximum(self.needed + short, np.nextafter(self.sample.shares(crew), 2.0))
        self.needed = np.where(short > 0, more, self.needed)
        return bool((short > 0).any())


def require_crew(
    problem: DayProblem, target: CrewTarget | None = None, limits: Limits | None = None
) -> Outcome[RequiredCrew]:
    """Return the fewest staff-hours that meet the target, with the crew of each interval.

    Parameters
    ----------
    problem
        A plain day with one pool; its crew is not read.
    target
        What to reach.
    limits
        ``seconds``; ``work``, the rounds of cuts at most; ``workers``; ``seed``.

    Returns
    -------
    An outcome: ``optimal`` where proved for the drawn days, ``feasible`` where stopped before, ``infeasible`` where the
    largest crew allowed misses the target on them, with the intervals as reasons.

    Raises
    ------
    InputError
        When the day has several pools, or needs events (patience, priorities, reception, policies).
    """
    target, limits = target or CrewTarget(), limits or Limits()
    if not problem.plain or problem.crew.shape[1] != 1:
        raise InputError(
            "require_crew: the day must be plain and have one pool; give one pool at a time, without events"
        )
    started, compiled = time.perf_counter(), compiling_seconds()

    def elapsed() -> float:
        return time.perf_counter() - started - (compiling_seconds() - compiled)

    erlang, search = _begin(problem, target, limits)
    hours = problem.interval_min / 60
    with ThreadPoolExecutor(limits.workers) as threads:
        crew, found, stopped = _settle(problem, target, limits, search, (erlang, threads, elapsed))
    unable = search.missed(search.upper)
    if len(unable):
        short = (f"interval {t}: even {search.upper[t]} people are not sure to meet the target" for t in unable)
        return Outcome.without_plan("proof", tuple(short), seconds=elapsed())
    status: Status = "optimal" if stopped == "proof" else "feasible"
    plan = RequiredCrew(crew, found, search.needed, float(crew.sum()) * hours)
    return Outcome(
        status=status,
        solution=plan,
        objective=plan.hours,
        bound=search.bound * hours,
        seconds=elapsed(),
        stopped_by=stopped,
    )


def _begin(problem: DayProblem, target: CrewTarget, limits: Limits) -> tuple[Ints, _Search]:
    """Return Erlang C's crew with lag, and a search that has drawn its days."""
    intervals, length = len(problem.visits), problem.interval_min
    visits = problem.visits.sum(axis=1)
    work = (problem.visits * (problem.mean_min + problem.approach_min)).sum(axis=1)
    mean = float(work.sum() / max(visits.sum(), 1e-9)) or 1.0
    erlang = servers_needed(
        lagged_rate(visits / length, mean, int(length)),
        1 / mean,
        target_share=float(np.max(target.share)),
        target_wait=target.wait_min,
        max_occupancy=0.99,
    )
    lower = np.array(np.broadcast_to(target.minimum, intervals), dtype=np.int64)
    most = int(erlang.max()) + SPARE if target.maximum is None else target.maximum
    upper = np.maximum(np.array(np.broadcast_to(most, intervals), dtype=np.int64), lower)
    sample = Sample.draw(problem, np.full(problem.visits.shape[1], target.wait_min), target.days, limits.seed)
    needed = np.array(np.broadcast_to(target.share, intervals), dtype=np.float64)
    return np.clip(erlang, lower, upper), _Search(sample, sample.few(FEW), needed, lower, upper, [])


def _settle(
    problem: DayProblem,
    target: CrewTarget,
    limits: Limits,
    search: _Search,
    tools: tuple[Ints, ThreadPoolExecutor, Callable[[], float]],
) -> tuple[Ints, DayResult, StoppedBy]:
    """Search and try in turns until the crew is safe on the unseen days, or the largest crew misses a share needed."""
    erlang, threads, elapsed = tools
    search.needed = search.needed + _margins(problem, target, limits, erlang)
    stopped: StoppedBy = "proof"
    while not len(search.missed(search.upper)):
        good = _lowered(search, _raised(search, erlang))
        found = _try(problem, target, limits, good)
        if not search.ask_more(good, _short(target, found.within)):
            crew, stopped = (good, stopped) if stopped != "proof" else _least(search, good, limits, threads, elapsed)
            if crew.sum() == good.sum():
                return good, found, stopped
            found = _try(problem, target, limits, crew)
            if not search.ask_more(crew, _short(target, found.within)):
                return crew, found, stopped
    return search.upper, _try(problem, target, limits, search.upper), "proof"


def _margins(problem: DayProblem, target: CrewTarget, limits: Limits, crew: Ints) -> Floats:
    """Return by how much the share of each interval must pass its target to be safe.

    The standard error is that with Erlang C's crew, scaled from the share there to the target like that of a binomial.
    """
    found = _try(problem, target, limits, crew).within
    error = (found.high - found.low) / 2 / 1.96
    share = np.clip(found.mean, 0.5, 0.98)
    scaled = error * np.sqrt(target.share * (1 - np.asarray(target.share)) / (share * (1 - share)))
    return np.asarray(Z[target.confidence] * 2**0.5 * np.nan_to_num(scaled))


def _try(problem: DayProblem, target: CrewTarget, limits: Limits, crew: Ints) -> DayResult:
    day = replace(problem, crew=crew[:, None], step_min=problem.interval_min)
    seed = limits.seed + 1_000_003
    return simulate_day(day, days=target.unseen, seed=seed, target_min=target.wait_min, workers=limits.workers)


def _short(target: CrewTarget, within: Estimate) -> Floats:
    """Return by how much the share of each interval is too near its target to be safe."""
    error = (within.high - within.low) / 2 / 1.96
    short = target.share + Z[target.confidence] * 2**0.5 * error - within.mean
    return np.nan_to_num(np.asarray(short), nan=0.0)


def _raised(search: _Search, crew: Ints) -> Ints:
    """Return a crew that meets the shares needed: more people where they are missed, then before."""
    found = crew.copy()
    while len(missed := search.missed(found)):
        for t in missed:
            at = np.flatnonzero(found[: t + 1] < search.upper[: t + 1])
            later = np.flatnonzero(found < search.upper)
            if not len(later):
                return found
            found[at[-1] if len(at) else later[0]] += 1
    return found


def _lowered(search: _Search, crew: Ints) -> Ints:
    """Return the crew without the people it can do without, one after another."""
    found = crew.copy()
    for t in np.argsort(-search.sample.shares(found), kind="stable"):
        while found[t] > search.lower[t]:
            fewer = found.copy()
            fewer[t] -= 1
            if len(search.missed(fewer)):
                break
            found = fewer
    return found


def _least(
    search: _Search, good: Ints, limits: Limits, threads: ThreadPoolExecutor, elapsed: Callable[[], float]
) -> tuple[Ints, StoppedBy]:
    """Return the smallest crew, or the best known where stopped before; ``search.bound`` is proved."""
    while True:
        crew = smallest(search.cuts, search.lower, search.upper)
        assert crew is not None, "the largest crew meets the shares needed, so no cut denies it"
        search.bound = int(crew.sum())
        missed = search.missed(crew)
        if not len(missed):
            return crew, "proof"
        if search.bound >= good.sum():
            return good, "proof"
        if elapsed() > limits.seconds:
            return good, "time"
        if limits.work is not None and search.rounds >= limits.work:
            return good, "work"
        search.rounds += 1
        search.cuts += _more_cuts(search, crew, missed, threads)


def _more_cuts(search: _Search, crew: Ints, missed: Ints, threads: ThreadPoolExecutor) -> list[Cut]:
    trials = [Trial(search.few, search.sample, float(search.needed[t]), DOUBT, int(t), search.upper) for t in missed]
    for back in (BACK, 2 * BACK, len(crew)):
        found = list(threads.map(lambda trial, back=back: deny(trial, crew, back), trials))
        cuts = [cut for cut in found if cut is not None]
        if cuts:
            return cuts
    raise AssertionError("a crew that misses the target on the drawn days is denied by itself")
