"""Anneal a roster by small moves, from one that columns built: far from a good one, small moves lose their way."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from layout.staffing.check import price_roster
from layout.staffing.plan import OFF, Int, RosterProblem
from layout.staffing.rows.finder import RowFinder
from layout.staffing.rows.legal import RowRules, measure
from layout.staffing.rows.master import cover_patterns
from layout.staffing.rows.moves import (
    Course,
    CoverPrices,
    Fairness,
    Standing,
    TeamPrices,
    anneal,
)
from outlet.outcome import Limits

MOVES_PER_WORK = 3_000_000.0
"""Moves that make one unit of work: about a second."""

_MOVES_PER_CELL = 3_000
_COOLING = 20.0
_PARTS = 50
_HEATS = (0.2, 0.1, 0.15, 0.4, 0.1, 0.8)


@dataclass
class Annealer:
    """What moves need to know of a problem; `annealer_of` makes one. ``work`` counts the moves made."""

    problem: RosterProblem
    rules: RowRules
    cover: CoverPrices
    fairness: Fairness
    scale: float
    seed: int
    runs: int = 0
    work: float = 0.0

    def refine(self, assigned: Int, enough: float, limits: Limits) -> Int:
        """Return the best roster found from one on, within limits; a price of ``enough`` ends it.

        Each worker's run starts hotter or colder than the last: how much of the old roster should go differs. Where
        work is limited, the clock is not looked at.
        """
        cells = self.problem.persons * self.problem.days * self.problem.shifts
        most = limits.seconds if limits.work is None else limits.work
        moves = int(min(_MOVES_PER_CELL * cells, most * MOVES_PER_WORK)) + 1
        saving = enough - price_roster(self.problem, assigned).total
        begun = time.perf_counter()
        runs = range(self.runs, self.runs + limits.workers)
        self.runs += limits.workers

        def run(number: int) -> Int:
            hot = self.scale * _HEATS[number % len(_HEATS)]
            clock = (begun, limits.seconds if limits.work is None else np.inf)
            return self._run(assigned, Course(hot, hot / _COOLING, moves, saving), number, clock)

        with ThreadPoolExecutor(limits.workers) as pool:
            found = list(pool.map(run, runs))
        self.work += moves / MOVES_PER_WORK
        return min(found, key=lambda one: price_roster(self.problem, one).total)

    def _run(self, assigned: Int, course: Course, number: int, clock: tuple[float, float]) -> Int:
        """Return the best of one run; ``clock``: when it began and its seconds, by which it cools where it is slow."""
        begun, seconds = clock
        standing = standing_of(self, assigned)
        state = np.array([(self.seed << 20) + number], dtype=np.uint64)
        at, part = 0, -(-course.moves // _PARTS)
        while at < course.moves:
            end = min(at + part, course.moves)
            if anneal(self.rules, self.cover, self.fairness, standing, state, course, (at, end)):
                break
            gone = (time.perf_counter() - begun) / seconds
            at = max(end, int(gone * course.moves))
        found: Int = np.where(standing.best == self.problem.shifts, OFF, standing.best)
        return found


def annealer_of(finder: RowFinder, seed: int) -> Annealer:
    """Return what moves need to know."""
    problem, wishes = finder.problem, finder.problem.wishes
    fairness = Fairness(
        target=problem.minutes_target.sum(axis=1),
        minute=wishes.fair_hour / 60,
        weekend=float(wishes.fair_weekend),
        unpopular=float(problem.unpopular_price),
    )
    prices = problem.under_weight[(problem.under_weight > 0) & (problem.required > 0)]
    scale = float(np.median(prices)) if len(prices) else float(max(1, problem.over_weight.max(initial=0)))
    return Annealer(problem, _rules_of(finder), _cover_of(problem), fairness, scale, seed)


def standing_of(annealer: Annealer, assigned: Int) -> Standing:
    """Return a roster as moves change it."""
    problem = annealer.problem
    row = np.where(assigned == OFF, problem.shifts, assigned).astype(np.int64)
    cover = annealer.cover
    there = np.einsum("jed,je->dj", cover.counts[:, row].astype(np.int64), cover.parts)
    blocks = np.zeros((len(cover.teams.start) - 1, problem.days, int(cover.teams.block.max()) + 1), dtype=np.int64)
    for e, d in np.argwhere(cover.teams.counted).tolist():
        blocks[cover.teams.of[e], d, cover.teams.block[row[e, d]]] += 1
    compared, short = np.zeros((3, problem.persons), dtype=np.int64), np.zeros(problem.persons)
    found = np.zeros(3, dtype=np.int64)
    scratch = np.zeros(problem.shifts, dtype=np.int64), np.zeros(len(problem.windows), dtype=np.int64)
    for e in range(problem.persons):
        short[e] = measure(annealer.rules, e, row[e], found, scratch)
        compared[:, e] = found
    return Standing(row, np.ascontiguousarray(there), blocks, compared, short, np.zeros(2), row.copy())


def _rules_of(finder: RowFinder) -> RowRules:
    problem, rules, wishes = finder.problem, finder.problem.rules, finder.problem.wishes
    days, shifts = problem.days, problem.shifts
    weekend = np.full(days, -1, dtype=np.int64)
    for number, these in enumerate(problem.weekends):
        weekend[list(these)] = number
    sunday = np.zeros(days, dtype=np.bool_)
    sunday[list(problem.sundays)] = True
    disliked = np.zeros(shifts, dtype=np.bool_) if wishes.unpopular is None else wishes.unpopular
    often = np.full((problem.persons, shifts), days, dtype=np.int64) if rules.shift_max is None else rules.shift_max

    def limit(values: Int | None, without: int) -> Int:
        return np.full(problem.persons, without, dtype=np.int64) if values is None else values.astype(np.int64)

    return RowRules(
        cells=finder.cells,
        follow=np.ascontiguousarray(problem.may_follow),
        paid=np.append(problem.paid_min, 0),
        windows=problem.windows,
        least=problem.minutes_min,
        most=problem.minutes_max,
        short=-1.0 if wishes.short_hour is None else wishes.short_hour / 60,
        shift_max=np.ascontiguousarray(often),
        run_max=limit(rules.consecutive_max, days),
        run_min=limit(rules.consecutive_min, 0),
        off_min=limit(rules.off_min, 0),
        weekends_max=limit(rules.weekends_max, days),
        sundays_max=limit(rules.sundays_max, days),
        weekend=weekend,
        sunday=sunday,
        unpopular=np.append(disliked, False),
    )


def _cover_of(problem: RosterProblem) -> CoverPrices:
    patterns, parts, pattern_of = cover_patterns(problem)
    there = np.arange(int(parts.sum(axis=0).max(initial=0)) + 1)
    missing = problem.unit * problem.required[:, :, None] - there
    each = np.where(missing > 0, problem.under_weight[:, :, None] * missing, -problem.over_weight[:, :, None] * missing)
    price = np.zeros((problem.days, len(patterns), len(there)))
    for row, group in enumerate(pattern_of.tolist()):
        price[:, group] += each[:, row] / problem.unit
    nobody = np.zeros((len(patterns), 1), dtype=np.bool_)
    counts = np.hstack([patterns.astype(np.bool_), nobody])
    number = counts.astype(np.int64)
    steps: Int = number[:, None, :] - number[:, :, None]
    before, after, pattern = np.nonzero(steps.transpose(1, 2, 0))
    options = counts.shape[1]
    first = np.zeros(options * options + 1, dtype=np.int64)
    np.cumsum(np.bincount(before * options + after, minlength=options * options), out=first[1:])
    taken: Int = np.asarray(steps[pattern, before, after])
    return CoverPrices(counts, np.ascontiguousarray(parts.T), price, first, pattern, taken, _teams_of(problem))


def _teams_of(problem: RosterProblem) -> TeamPrices:
    teams = problem.wishes.teams
    if teams is None or not problem.team_price:
        nobody = np.full(problem.persons, -1, dtype=np.int64)
        block = np.zeros(problem.shifts + 1, dtype=np.int64)
        nothing = np.zeros(problem.off.shape, dtype=np.bool_)
        return TeamPrices(0.0, nobody, block, nothing, np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64))
    mates = np.argsort(teams.of, kind="stable")
    mates = mates[teams.of[mates] >= 0]
    start = np.searchsorted(teams.of[mates], np.arange(teams.number + 1)).astype(np.int64)
    counted = ~problem.off & (teams.of >= 0)[:, None]
    return TeamPrices(float(problem.team_price), teams.of, teams.block_of, counted, start, mates)
