"""Choose the weight of every feature: given directly, judged in pairs, or from how the candidates differ."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.scoring.ahp import JudgedWeights, judged_weights
from siting.scoring.features import FEATURE_NAMES
from siting.scoring.spread_weights import critic_weights, entropy_weights
from siting.settings.score import ScoreSettings
from siting.settings.weighing import Weighing

_FROM_VALUES: dict[Weighing, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "entropy": entropy_weights,
    "critic": critic_weights,
}


@dataclass(frozen=True)
class ChosenWeights:
    """Weights by feature, in the order of `FEATURES`, summing to 1; ``judged`` where they come from pairs."""

    weights: dict[str, float]
    judged: JudgedWeights | None = None


def choose_weights(settings: ScoreSettings, values: NDArray[np.float64]) -> ChosenWeights:
    """Return the weight of every feature as ``siting.score.weighing`` says.

    Parameters
    ----------
    settings
        ``weighing``, ``weights``, ``ahp`` and ``data_share``.
    values
        Values 0–100 of all features, shape (m, k), in the order of `FEATURES`; NaN where not known.

    Raises
    ------
    InputError
        When judgements contradict each other or do not hang together, or no feature tells candidates apart.
    """
    if settings.weighing == "ahp":
        ahp = settings.ahp
        judged = judged_weights(ahp.judgements, settings.counted, ahp.consistency_limit)
        return ChosenWeights(direct_weights(judged.weights), judged)
    direct = direct_weights(settings.weights.by_name())
    derive = _FROM_VALUES.get(settings.weighing)
    if derive is None:
        return ChosenWeights(direct)
    counted = [FEATURE_NAMES.index(name) for name in settings.counted]
    derived = dict(zip(settings.counted, derive(values[:, counted]).tolist(), strict=True))
    share = settings.data_share
    mixed = {name: share * derived.get(name, 0.0) + (1.0 - share) * weight for name, weight in direct.items()}
    return ChosenWeights(direct_weights(mixed))


def direct_weights(given: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of every feature, in the order of `FEATURES`, summing to 1; a feature not given has 0.

    Raises
    ------
    InputError
        When a name is no feature (the nearest is offered), a weight is negative or not a number, or all are 0.

    Examples
    --------
    >>> weights = direct_weights({"huff_share": 3, "demand_nearby": 1})
    >>> weights["huff_share"], weights["stops_nearby"]
    (0.75, 0.0)
    """
    for name, weight in given.items():
        if name not in FEATURE_NAMES:
            raise InputError(_unknown(name))
        if not math.isfinite(weight) or weight < 0:
            raise InputError(f"siting.score.weights.{name} is {weight}; expected a number from 0")
    total = math.fsum(given.values())
    if total <= 0:
        raise InputError("siting.score.weights: every weight is 0; expected at least one above 0")
    return {name: float(given.get(name, 0.0)) / total for name in FEATURE_NAMES}


def without_timetable(weights: Mapping[str, float], known: Mapping[str, bool]) -> tuple[dict[str, float], str | None]:
    """Return weights in which another feature stands for the access index where that is not known for any candidate.

    Parameters
    ----------
    weights
        Weight by feature.
    known
        Whether a feature is known for some candidate.

    Returns
    -------
    weights
        With the weight of ``ptal_index`` at ``departures_nearby`` where departures are known, else ``stops_nearby``.
    name
        The feature that stands in, or None where none needs to.

    Examples
    --------
    >>> without_timetable({"stops_nearby": 0.25, "ptal_index": 0.75}, {"stops_nearby": True})
    ({'stops_nearby': 1.0, 'ptal_index': 0.0}, 'stops_nearby')
    """
    if known.get("ptal_index", False) or weights.get("ptal_index", 0.0) <= 0:
        return dict(weights), None
    stand_in = "departures_nearby" if known.get("departures_nearby", False) else "stops_nearby"
    moved = {stand_in: weights.get(stand_in, 0.0) + weights["ptal_index"], "ptal_index": 0.0}
    return {**weights, **moved}, stand_in


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, FEATURE_NAMES, n=1, cutoff=0.4)
    offer = f"did you mean {near[0]!r}?" if near else f"features: {', '.join(FEATURE_NAMES)}"
    return f"siting.score.weights: there is no feature {name!r}; {offer}"
