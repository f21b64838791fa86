"""Name the demands of a brief that cannot be kept together: `find_conflict`.

A set is minimal when it is impossible and would be possible without any one of its demands; as giving up a demand only
ever allows more, every smaller part of it is possible then. First halves of the demands are given up at once while the
rest stays impossible, then single ones; each demand kept is one without which a plan was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layout.zones.conflict.decide import Decider
from layout.zones.conflict.demands import REMEDIES, Brief, Demand, demands_of, effective
from layout.zones.problem import Ints
from outlet.outcome import Limits


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot all be kept: proved.

    Parameters
    ----------
    demands
        The demands.
    without
        For each of them a plan of the others (zone → place), which the judge calls clean; None where none was found
        in the time.
    """

    demands: tuple[Demand, ...]
    without: tuple[Mapping[int, Ints] | None, ...]

    @property
    def minimal(self) -> bool:
        """Whether giving up any one of the demands is shown to be enough."""
        return all(plan is not None for plan in self.without)


def find_conflict(brief: Brief, limits: Limits) -> Conflict | None:
    """Return demands that cannot be kept together, as few as can be shown; None where no conflict was proved.

    Parameters
    ----------
    brief
        The hall with every demand.
    limits
        ``work`` bounds all runs of CP-SAT together.
    """
    decider = Decider(brief, limits)
    demands = effective(brief, demands_of(brief))
    rest = [demand for demand in demands_of(brief) if demand in demands]
    if decider.ask(rest, "cuts").possible != "no":
        return None
    kept = _single(decider, _halved(decider, rest))
    plans = [decider.ask([other for other in kept if other != demand]).plan for demand in kept]
    return Conflict(tuple(kept), tuple(plans))


def in_words(conflict: Conflict) -> str:
    """Return what cannot be kept together, and what would help, in one line."""
    listed = "; ".join(f"({number}) {demand.words}" for number, demand in enumerate(conflict.demands, start=1))
    remedies = ", or ".join(dict.fromkeys(REMEDIES[demand.kind] for demand in conflict.demands))
    if len(conflict.demands) == 1:
        return f"this cannot be kept in this hall: {listed}. What would help: {remedies}"
    told = "giving up any one of them is enough" if conflict.minimal else "fewer of them may conflict already"
    return f"these demands cannot all be kept: {listed}. Proved; {told}: {remedies}"


def _halved(decider: Decider, demands: list[Demand]) -> list[Demand]:
    """Give up runs of demands at once, of shrinking length, while the relaxation alone proves the rest impossible."""
    kept, size = demands, len(demands) // 2
    while size >= 1:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if fewer and decider.ask(fewer, "relax").possible == "no":
                kept = fewer
            else:
                at += size
        size //= 2
    return kept


def _single(decider: Decider, demands: list[Demand]) -> list[Demand]:
    """Give up single demands while the rest stays impossible."""
    kept = demands
    for demand in demands:
        fewer = [other for other in kept if other != demand]
        if fewer and decider.ask(fewer).possible == "no":
            kept = fewer
    return kept
