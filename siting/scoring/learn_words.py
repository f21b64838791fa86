"""Tell a planner what a learnt score is worth, in sentences with their figures."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # pages that use a word of this module need no scikit-learn
    from siting.scoring.learn_figures import Figures
    from siting.scoring.sales import Learnt

NEXT_TO_NOTHING, LITTLE, PART = 0.1, 0.3, 0.6
"""Up to which explained variance (R² on blocks left out) location explains next to nothing, little, or a part."""

_SHORTFALL = 0.05
_NAMED = 3
NOTICED = 0.005


def tell_learnt(learnt: Learnt) -> tuple[str, ...]:
    """Return what was learnt, how much of it is location, how wide the intervals are and whether they hold."""
    target, count = learnt.model.target, len(learnt.observed.features)
    blocks, folds = int(learnt.blocks.max()) + 1, int(learnt.fold.max()) + 1
    judged = f"judged on {blocks} blocks in {folds} folds, each left out in turn"
    return (
        _tell_location(learnt),
        *_tell_all(learnt),
        f"Learnt from the {target} of {count:,} outlets by {learnt.model.kind}, {judged}.",
        _tell_intervals(learnt),
        _tell_features(learnt),
    )


def explained(r2: float) -> str:
    """Return how much an explained variance is, in words.

    >>> explained(0.05), explained(0.2), explained(-0.1)
    ('next to nothing', 'little', 'next to nothing')
    """
    if r2 < NEXT_TO_NOTHING:
        return "next to nothing"
    if r2 < LITTLE:
        return "little"
    return "a part" if r2 < PART else "most"


def _tell_location(learnt: Learnt) -> str:
    figures = learnt.figures["location"]
    return f"Location alone explains {explained(figures.r2)} of {learnt.model.target}: {_figures(figures)}."


def _tell_all(learnt: Learnt) -> tuple[str, ...]:
    if "own" not in learnt.figures:
        return ()
    own, both, names = learnt.figures["own"], learnt.figures["all"], ", ".join(learnt.observed.own)
    gain = both.r2 - own.r2
    added = f"location adds {gain:.2f} to R²" if gain >= NOTICED else "location adds nothing"
    return (f"{names} alone: {_figures(own)}; with location: {_figures(both)}; {added}.",)


def _tell_intervals(learnt: Learnt) -> str:
    stated, measured, worst = learnt.model.coverage, float(learnt.covered.mean()), min(learnt.covered_by_fold)
    short = ", fewer than they should" if measured < stated - _SHORTFALL else ""
    return (
        f"Intervals of {100 * stated:g} % held {100 * measured:.1f} % of the outlets left out "
        f"(worst fold {100 * worst:.1f} %){short}; a typical one reaches {learnt.factor:.2g} times up and down."
    )


def _tell_features(learnt: Learnt) -> str:
    named = [one.feature for one in learnt.importances[:_NAMED] if one.mean >= NOTICED]
    if not named:
        return "No feature helps to predict outlets that were left out: do not rely on the predictions."
    return f"Most of it rests on {', '.join(named)}."


def _figures(figures: Figures) -> str:
    return (
        f"Spearman {figures.spearman:.2f} (worst fold {figures.worst_spearman:.2f}), "
        f"R² {figures.r2:.2f} (worst fold {figures.worst_r2:.2f})"
    )
