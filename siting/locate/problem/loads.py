"""Read the least and the greatest load of every outlet."""

from __future__ import annotations

import numpy as np

from outlet.arrays import as_vector
from outlet.errors import InputError
from siting.locate.problem.plan import Amounts, SiteRules


def limits_loads(rules: SiteRules) -> bool:
    """Whether rules limit what an outlet serves."""
    return rules.capacity is not None or rules.least_load is not None


def read_loads(rules: SiteRules, m: int) -> tuple[Amounts, Amounts]:
    """Return the greatest load (infinite for no limit) and the least of every candidate, both of shape (m,).

    Raises
    ------
    InputError
        When a length or a number is wrong, or the least load of a candidate is more than it can serve.
    """
    room, least = np.full(m, np.inf), np.zeros(m)
    if rules.capacity is not None:
        given = np.asarray(rules.capacity, dtype=np.float64)
        has_limit = given != np.inf
        room = as_vector("capacity", np.where(has_limit, given, 0.0), m, least=0.0)
        room = np.where(has_limit, room, np.inf)
    if rules.least_load is not None:
        least = as_vector("least_load", rules.least_load, m, least=0.0)
    if (above := np.flatnonzero(least > room)).size:
        j = int(above[0])
        raise InputError(f"least_load[{j}] is {least[j]:g}; expected at most the capacity of {room[j]:g}")
    return room, least


def any_limit(room: Amounts, least: Amounts) -> bool:
    """Tell whether some candidate has a greatest or a least load."""
    return bool(np.isfinite(room).any() or (least > 0).any())


def refuse_loads(rules: SiteRules, model: str) -> None:
    """Raise InputError where rules limit loads, for a model in which they have no meaning."""
    if limits_loads(rules):
        raise InputError(f"capacity and least_load have no meaning in {model}; expected neither among its rules")
