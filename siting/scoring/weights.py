"""Turn the weights a planner gives into shares that sum to 1, refusing names that are no feature."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping

from outlet.errors import InputError
from siting.scoring.features import FEATURE_NAMES


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


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, FEATURE_NAMES, n=1, cutoff=0.4)
    offer = f"did you mean {near[0]!r}?" if near else f"features: {', '.join(FEATURE_NAMES)}"
    return f"siting.score.weights: there is no feature {name!r}; {offer}"
