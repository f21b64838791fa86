r"""Find the smallest crew that meets the target on drawn days, with proof: `least_crew`.

Letters: interval t, crew c_t (lower_t ≤ c_t ≤ upper_t), S_t(c) the share of the visitors of t called within the target
on the drawn days, r_t the share needed. Minimise Σ c_t so that S_t(c) ≥ r_t for all t.

S_t never falls when a crew grows anywhere (first come first served, equal servers). So a crew x with S_t(x) < r_t
denies all crews that are nowhere larger: every crew that serves t well satisfies

    c_s ≥ x_s + 1 for some s in a window W,

where outside the window x is as large as anything allowed; x is raised and the window kept short as long as S_t stays
below r_t, which makes the cut strong. A master problem (CP-SAT) finds the smallest crew that satisfies all cuts so
far: its size is a lower bound, and once its crew meets the target on the drawn days, it is optimal for them. After
J. Atlason, M. Epelman and S. Henderson, *Optimizing call center staffing using simulation and analytic center
cutting-plane methods*, Management Science 54 (2008) 295–309; theirs assume concavity, these cuts only that more never
hurts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from layout.staffing.require.sample import Sample
from outlet.cp_sat import run_cp_sat
from outlet.outcome import Limits

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MASTER = Limits(seconds=60.0, workers=1)


@dataclass(frozen=True)
class Cut:
    """A window from interval ``first`` on, and the crew ``denied`` in it that no good crew is below everywhere."""

    first: int
    denied: tuple[int, ...]

    def denies(self, crew: Ints) -> bool:
        """Tell whether a crew is nowhere larger."""
        return bool((crew[self.first : self.first + len(self.denied)] <= self.denied).all())


@dataclass(frozen=True)
class Trial:
    """Tell whether too few visitors of interval t are called within the target, on all days and on a few of them.

    The share needed is ``need``. ``doubt`` is the share by which the few days may mislead: what fails there by more is
    tried on all days, what holds there by more is taken to hold.
    """

    few: Sample
    all: Sample
    need: float
    doubt: float
    t: int
    upper: Ints

    @property
    def last(self) -> int:
        """The last interval in which a visitor of t can be called within the target."""
        return min(self.t + self.all.reach, len(self.upper) - 1)

    def seems_to_fail(self, crew: Ints, first: int, doubt: float) -> bool:
        """Tell whether the few days miss the share needed, more a doubt."""
        within = self.few.within(crew, first, self.t)[self.t]
        return bool(within < (self.need + doubt) * self.few.came[self.t])

    def fails(self, crew: Ints, first: int) -> bool:
        """Tell whether all days miss the target, even where visitors before interval ``first`` are called at once."""
        return self.seems_to_fail(crew, first, self.doubt) and self.fails_on_all(crew, first)

    def fails_on_all(self, crew: Ints, first: int) -> bool:
        """Tell whether all days miss the target."""
        return bool(self.all.within(crew, first, self.t)[self.t] < self.need * self.all.came[self.t])

    def fails_on_few(self, crew: Ints, first: int) -> bool:
        """Tell whether the few days miss the target clearly."""
        return self.seems_to_fail(crew, first, -self.doubt)


def deny(trial: Trial, crew: Ints, back: int) -> Cut | None:
    """Return the strongest cut found from a crew that serves too few visitors of interval t within the target.

    It is sought on the few days, and proved and sharpened on all; where the few mislead, it is sought on all.
    """
    found = _sought(trial, crew, trial.fails_on_few, back)
    if found is None or not trial.fails(found[1], found[0]):
        found = _sought(trial, crew, trial.fails, back) or _sought(trial, crew, trial.fails_on_all, back)
        if found is None:
            return None
    first, denied = found
    for s in range(first, trial.last + 1):
        denied = _raised(trial.fails, denied, (s, first), upper=int(trial.upper[s]), by=1)
    while first < trial.t and denied[first] >= trial.upper[first]:
        first += 1
    return Cut(first, tuple(int(x) for x in denied[first : trial.last + 1]))


def _sought(trial: Trial, crew: Ints, fails: Callable[[Ints, int], bool], back: int) -> tuple[int, Ints] | None:
    """Return the start of a short window and a large crew in it that still fails; None where the crew does not."""
    first = trial.t
    while not fails(crew, first):
        if first == 0 or first <= trial.t - back:
            return None
        first -= 1
    denied = crew.copy()
    for s in (*range(trial.last, trial.t, -1), *range(first, trial.t + 1)):
        most = int(trial.upper[s])
        denied = _raised(fails, denied, (s, first), upper=most, by=int(most - denied[s]))
        if denied[s] < most:
            denied = _raised(fails, denied, (s, first), upper=most, by=1)
    return first, denied


def _raised(fails: Callable[[Ints, int], bool], crew: Ints, at: tuple[int, int], *, upper: int, by: int) -> Ints:
    """Return the crew, raised in interval ``at[0]`` by so many at a time as long as it fails from ``at[1]`` on."""
    s, first = at
    while by > 0 and crew[s] + by <= upper:
        more = crew.copy()
        more[s] += by
        if not fails(more, first):
            break
        crew = more
    return crew


def smallest(cuts: list[Cut], lower: Ints, upper: Ints) -> Ints | None:
    """Return the smallest crew that no cut denies; None where there is none."""
    model = cp_model.CpModel()
    crew = [model.new_int_var(int(a), int(b), f"c{t}") for t, (a, b) in enumerate(zip(lower, upper, strict=True))]
    more: dict[tuple[int, int], cp_model.IntVar] = {}
    for cut in cuts:
        literals = []
        for t, value in enumerate(cut.denied, start=cut.first):
            if value >= upper[t]:
                continue
            if (t, value) not in more:
                more[t, value] = model.new_bool_var(f"c{t}>{value}")
                model.add(crew[t] >= value + 1).only_enforce_if(more[t, value])
            literals.append(more[t, value])
        model.add_bool_or(literals)
    model.minimize(sum(crew))
    run = run_cp_sat(model, MASTER)
    return np.array([run.value(c) for c in crew], dtype=np.int64) if run.status == "optimal" else None
