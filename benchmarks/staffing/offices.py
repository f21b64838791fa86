"""Judge on ten real service offices of Warsaw whether the queue simulated from ticket snapshots is the real one.

How the target is read. The 16 working days (30 December 2019 to 22 January 2020; two are dated a year late in the file)
are numbered in order of time: arrivals, service times, patience and pace come from the odd ones only
(`layout.workload.recorded`). Each even day is then simulated with the counters recorded on it, and nothing else of it
but its weekday. An office's queue is the number waiting at all its counters. Its error is the mean distance over the
half hours, 8:00 to 19:00, of all even days between the recorded queue and (a) the simulated mean queue, (b) the mean of
the odd days in that half hour. Beside it stand the root of the mean squared distance, and the distance between the
means over even days. A queue's day that the reader calls junk (`layout.data.snapshots`) is left out of all.

Queues that always show the same number of open counters have them in common: they are one group. Weekdays that close
much later than the median weekday are a kind of day of their own.

Beside the errors stands the even day that costs the simulation most against the odd days' mean: who came of those
expected, and the ratio without it. Arrivals of a day are never known beforehand: on a day between holidays few come and
few counters open, and the usual visitors before few counters make a queue that was not there. That is what sets the
two offices apart where the odd days' mean is nearer: at Sandomierska hardly anyone ever waits (1.3 on average), and on
31 December half the usual visitors met 60 % of the counters; at Targówek vehicles were registered at two thirds of the
usual counters on 3 January by three quarters of the usual visitors, and of the two odd Mondays behind the expected
Monday of 20 January one was the rush of 30 December (five more offices lose most on that Monday).

The proposal: counters by half hour of a usual day by Erlang C (80 % within 10 minutes, 95 % occupancy at most)
from the same rates, and what the simulation says of it and of the counters as recorded on the usual odd days. A group
whose queue is explained only by more work than its counters had hours, most visitors leaving, tells that its counters
do other things: what they would do for visitors is not in the file, and its counters stay as recorded.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layout.data.snapshots import read_snapshots
from layout.settings.tables import SnapshotColumns, SnapshotSettings
from layout.simulate import simulate_day
from layout.workload.erlang import servers_needed
from layout.workload.recorded import RecordedQueue, fit_arrivals, fit_service, kind_levels, recorded_day

FILE = Path(__file__).parents[3] / "shared" / "data" / "arrivals" / "warsaw_office_queues.csv.gz"
COLUMNS = SnapshotColumns(
    outlet="name",
    date="date",
    time="time",
    service="nazwaGrupy",
    waiting="liczbaKlwKolejce",
    ticket="aktualnyNumer",
    open_counters="liczbaCzynnychStan",
    service_min="czasObslugi",
)
LATE = {dt.date(2020, 12, 30): dt.date(2019, 12, 30), dt.date(2020, 12, 31): dt.date(2019, 12, 31)}
OPENS, CLOSES, STEP, INTERVAL = 480, 1140, 5, 30
STEPS, INTERVALS = (CLOSES - OPENS) // STEP, (CLOSES - OPENS) // INTERVAL
LEAST_VISITORS = 8
SAME_COUNTERS = 0.98
LATER_MIN = 60
TARGET_SHARE, TARGET_WAIT, OCCUPANCY = 0.8, 10.0, 0.95


@dataclass(frozen=True)
class Day:
    """A queue's day on the grid: those who came (K,), open counters (K,), mean number waiting (T,)."""

    came: np.ndarray
    counters: np.ndarray
    waiting: np.ndarray


def on_grid(looks):
    """Return a day's looks on the grid of steps and half hours."""
    edges = OPENS + STEP * np.arange(STEPS + 1)
    upto = np.interp(edges, looks.minute, np.cumsum(looks.came) - looks.came[0])
    came = np.diff(upto)
    came[0] += looks.came[0] + upto[0]
    last = np.searchsorted(looks.minute, edges[1:], side="left") - 1
    counters = np.where(last >= 0, np.nan_to_num(looks.counters)[np.maximum(last, 0)], 0).astype(np.int64)
    slot = ((looks.minute - OPENS) // INTERVAL).astype(np.int64)
    inside = (slot >= 0) & (slot < INTERVALS)
    seen = np.bincount(slot[inside], minlength=INTERVALS)
    total = np.bincount(slot[inside], weights=looks.waiting[inside], minlength=INTERVALS)
    return Day(came, counters, np.divide(total, seen, out=np.full(INTERVALS, np.nan), where=seen > 0))


def read_offices(file):
    """Return office → queue → date → Day, and the working days."""
    found = read_snapshots(file, SnapshotSettings(columns=COLUMNS, corrected_days=LATE))
    offices = defaultdict(lambda: defaultdict(dict))
    for each in found.days:
        offices[each.outlet][each.queue][each.day] = on_grid(each.looks)
    return offices, sorted({each.day for each in found.days})


def kinds_of(queues, odd):
    """Return the kind of each weekday: 1 for those that close much later than the median weekday."""
    closing = {}
    for weekday in range(5):
        days = [day for day in odd if day.weekday() == weekday]
        came = sum((queue[day].came for queue in queues.values() for day in days if day in queue), np.zeros(STEPS))
        if came.sum() > 0:
            closing[weekday] = STEP * int(np.searchsorted(np.cumsum(came), 0.98 * came.sum()))
    usual = np.median(list(closing.values()))
    return {weekday: int(closing.get(weekday, usual) > usual + LATER_MIN) for weekday in range(7)}


def groups_of(queues, odd):
    """Return the queues used on odd days in groups that always show the same number of open counters."""
    groups = []
    for name, queue in queues.items():
        days = [day for day in odd if day in queue]
        if 3 * len(days) < 2 * len(odd) or sum(queue[day].came.sum() for day in days) < LEAST_VISITORS:
            continue
        counters = {day: queue[day].counters for day in days}
        for names, theirs in groups:
            both = counters.keys() & theirs.keys()
            same = [np.mean(counters[day] == theirs[day]) for day in both]
            if both and np.mean(same) >= SAME_COUNTERS:
                names.append(name)
                theirs |= counters
                break
        else:
            if any(each.any() for each in counters.values()):
                groups.append(([name], counters))
    return [names for names, _ in groups]


def recorded_of(queues, names, days, kinds):
    """Return the recorded days of a group, and which days they are."""
    there = [day for day in days if any(day in queues[name] for name in names)]
    mine = [[queues[name][day] for name in names if day in queues[name]] for day in there]
    return (
        RecordedQueue(
            came=np.array([sum(each.came for each in day) for day in mine]),
            counters=np.array([np.max([each.counters for each in day], axis=0) for day in mine]),
            waiting=np.array([sum(each.waiting for each in day) for day in mine]),
            kind=np.array([kinds[day.weekday()] for day in there], dtype=np.int64),
            step_min=float(STEP),
        ),
        there,
    )


def propose(rate, fit, recorded):
    """Return counters by step of a usual day, by Erlang C on the fitted rates, or None where they tell too little."""
    half_hours = rate.reshape(INTERVALS, -1).sum(axis=1) / INTERVAL
    minutes = fit.minutes / fit.pace
    if (half_hours * minutes).sum() * INTERVAL > usual_counters(recorded).sum() * STEP:
        return None
    needed = servers_needed(
        half_hours,
        1 / minutes,
        target_share=TARGET_SHARE,
        target_wait=TARGET_WAIT,
        max_occupancy=OCCUPANCY,
    )
    return np.repeat(np.where(half_hours * INTERVAL < 0.05, 0, needed), recorded.steps_each)


def usual_counters(recorded):
    """Return the median open counters of days of kind 0, by step."""
    return np.median(recorded.counters[recorded.kind == 0], axis=0).astype(np.int64)


class Totals:
    """Waits of a usual day over the groups of an office, for one way to staff it."""

    def __init__(self):
        """Start with nothing."""
        self.hours = self.visits = self.wait = self.within = 0.0
        self.crew = np.zeros(STEPS)

    def add(self, problem, days, seed):
        """Simulate a group and add it up."""
        result = simulate_day(problem, days=days, seed=seed, target_min=TARGET_WAIT)
        visits = float(result.stream_arrivals.sum())
        self.hours += float(problem.crew.sum()) * STEP / 60
        self.crew += problem.crew[:, 0]
        self.visits += visits
        self.wait += visits * float(np.nan_to_num(result.day_wait.mean))
        self.within += visits * float(np.nan_to_num(result.day_within.mean))


@dataclass
class Judged:
    """An office: queues of even days, shape (INTERVALS,) each, those expected and come, and two ways to staff it."""

    groups: int
    simulated: dict
    mean: dict
    truth: dict
    expected: dict
    came: dict
    now: Totals
    proposed: Totals
    kept: int = 0

    @property
    def errors(self):
        """Return the errors of the simulation and of the odd days' mean."""
        return _errors(self.simulated, self.truth), _errors(self.mean, self.truth)

    def costliest(self):
        """Return the day on which the simulation loses most against the mean, and the ratio without it."""
        lost, base = (
            {day: np.abs(each[day] - self.truth[day]).mean() for day in self.truth}
            for each in (self.simulated, self.mean)
        )
        day = max(lost, key=lambda day: lost[day] - base[day])
        rest = [other for other in lost if other != day]
        return day, sum(lost[other] for other in rest) / sum(base[other] for other in rest)


def judge(queues, odd, even, days, seed):
    """Return what became of one office."""
    kinds = kinds_of(queues, odd)
    groups = groups_of(queues, odd)
    recorded = {tuple(names): recorded_of(queues, names, odd, kinds)[0] for names in groups}
    size = max(kinds.values()) + 1
    levels = np.array([_levels(each, size) for each in recorded.values()])
    whole = np.isfinite(levels).all(axis=1)
    ratio = levels[whole].sum(axis=0) / levels[whole, 0].sum()
    curves = ({day: np.zeros(INTERVALS) for day in even} for _ in range(3))
    made = Judged(len(groups), *curves, dict.fromkeys(even, 0.0), dict.fromkeys(even, 0.0), Totals(), Totals())
    for names, group in recorded.items():
        rates = fit_arrivals(group, ratio)
        fit = fit_service(group, seed=seed)
        usual = np.nanmean(group.waiting, axis=0)
        test, there = recorded_of(queues, names, even, kinds)
        for at, day in enumerate(there):
            problem = recorded_day(rates.expected[test.kind[at]], test.counters[at], fit, group, rates.level_cv)
            queue = simulate_day(problem, days=days, seed=seed).queue.mean
            made.simulated[day] += queue.reshape(INTERVALS, -1).mean(axis=1)
            made.mean[day] += usual
            made.truth[day] += np.nan_to_num(test.waiting[at])
            made.expected[day] += float(rates.expected[test.kind[at]].sum())
            made.came[day] += float(test.came[at].sum())
        crew, wanted = usual_counters(group), propose(rates.expected[0], fit, group)
        made.kept += wanted is None
        for totals, counters in ((made.now, crew), (made.proposed, crew if wanted is None else wanted)):
            totals.add(recorded_day(rates.expected[0], counters, fit, group, rates.level_cv), days, seed)
    return made


def _levels(recorded, size):
    found = np.full(size, np.nan)
    levels = kind_levels(recorded.came.sum(axis=1), recorded.kind)
    found[: len(levels)] = levels
    return found


def _errors(guess, truth):
    a, b = (np.array([each[day] for day in truth]) for each in (guess, truth))
    return np.array(
        [np.abs(a - b).mean(), np.sqrt(((a - b) ** 2).mean()), np.abs(a.mean(axis=0) - b.mean(axis=0)).mean()]
    )


def run(days=200, seed=1, file=FILE):
    """Print the tables."""
    begun = time.process_time()
    offices, working = read_offices(file)
    odd, even = working[::2], working[1::2]
    print(f"Ten offices: {len(odd)} odd days, {len(even)} even days; {time.process_time() - begun:.0f} CPU s to read")
    found = {name: judge(queues, odd, even, days, seed) for name, queues in sorted(offices.items())}
    _print_errors(found)
    _print_proposals(found)
    print(f"{time.process_time() - begun:.0f} CPU s in all")


def _print_errors(found):
    print(
        f"{'office':17}{'groups':>7} | {'distance':>16}{'ratio':>7} | {'root of squares':>16}{'ratio':>7} |"
        f" {'of means':>16}{'ratio':>7} | costliest day: came of expected, ratio without it"
    )
    ratios = []
    for name, made in found.items():
        mine, theirs = made.errors
        ratios.append(mine / theirs)
        cells = [f"{a:7.2f} /{b:7.2f} {a / b:7.2f} |" for a, b in zip(mine, theirs, strict=True)]
        day, without = made.costliest()
        print(
            f"{name:17}{made.groups:7d} | {' '.join(cells)} {day:%d %b} {made.came[day]:5.0f} of"
            f" {made.expected[day]:5.0f} {without:7.2f}"
        )
    middle = np.median(ratios, axis=0)
    nearer = int((np.array(ratios)[:, 0] < 1).sum())
    print(
        f"median office: ratio {middle[0]:.2f} (squares {middle[1]:.2f}, means {middle[2]:.2f}); {nearer} of 10 nearer"
    )


def _print_proposals(found):
    hours = range(OPENS // 60, CLOSES // 60)
    print("Counters open of a usual day, by hour: as recorded, and proposed")
    print(f"{'office':17}{'kept':>5} {'':9}" + "".join(f"{hour:5d}" for hour in hours) + "  hours  within 10 min")
    for name, made in found.items():
        for label, totals in (("recorded", made.now), ("proposed", made.proposed)):
            crew = totals.crew.reshape(len(hours), -1).mean(axis=1)
            first = f"{name:17}{made.kept:5d}" if label == "recorded" else " " * 22
            cells = "".join(f"{each:5.1f}" for each in crew)
            print(f"{first} {label:9}{cells} {totals.hours:6.1f}  {totals.within / totals.visits:6.1%}")


if __name__ == "__main__":
    run()
