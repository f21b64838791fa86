"""Let demand count by the part of the day: who is there while outlets are open, and when an outlet's visitors come.

With the demand g_ip at point i in part p of the day and the share s_p of that part (told, or the part of all opening
hours of a week that lie in it), the demand while outlets are open is Σ_p s_p g_ip.

An outlet that wins another mix of parts than all demand has fills at other hours: in part p its visits are q_jp times
those of the day's profile, before the day is brought back to 1::

    q_jp = (Σ_i P_ij g_ip / Σ_i P_ij w_i) / (Σ_i g_ip / Σ_i w_i)

a location quotient, 1 for an outlet whose customers are like everyone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from outlet.handover import INTERVALS_PER_DAY, Span, Weekday, minute_of_day
from siting.data.layers import PART, SitingData
from siting.settings import SitingSettings
from siting.settings.day import PartOfDay
from siting.settings.score import ScoreSettings

FEATURE = "demand_in_hours"
MINUTES_PER_DAY = 24 * 60

Floats = NDArray[np.float64]


def settle_parts(
    settings: SitingSettings, opening_hours: Mapping[Weekday, Span]
) -> tuple[ScoreSettings, tuple[str, ...]]:
    """Return the score's settings with what each part of the day counts, summing to 1, and what was assumed.

    Where ``[siting.score.catchment] parts_of_day`` is empty the opening hours say it.

    Raises
    ------
    InputError
        When no part of the day lies in the opening hours.
    """
    parts, score = settings.data.demand.parts_of_day, settings.score
    if not parts:
        return score, ()
    told = score.catchment.parts_of_day
    shares = {name: float(told.get(name, 0.0)) for name in parts} if told else _open_minutes(parts, opening_hours)
    total = sum(shares.values())
    if total <= 0:
        raise InputError(
            "siting.data.demand.parts_of_day: outlets are shut in every part of the day; correct the hours, or say "
            "what each part counts in siting.score.catchment.parts_of_day"
        )
    settled = {name: share / total for name, share in shares.items()}
    catchment = score.catchment.model_copy(update={"parts_of_day": settled})
    return score.model_copy(update={"catchment": catchment}), _tell(settled, total, told, opening_hours)


def _tell(
    shares: Mapping[str, float], total: float, told: Mapping[str, float], opening_hours: Mapping[Weekday, Span]
) -> tuple[str, ...]:
    counted = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares.items())
    source = "siting.score.catchment.parts_of_day" if told else "the opening hours"
    note = f"Demand while outlets are open, {FEATURE}, by {source}: {counted}; everyone counts once."
    open_min = sum(minute_of_day(b) - minute_of_day(a) for spans in opening_hours.values() for a, b in spans)
    if told or total >= open_min:
        return (note,)
    lost = f"{(open_min - total) / 60:.4g} of {open_min / 60:.4g} opening hours a week lie in no part of the day"
    return note, f"{lost} and are left out."


def _open_minutes(parts: Mapping[str, PartOfDay], opening_hours: Mapping[Weekday, Span]) -> dict[str, float]:
    """Return how many minutes of a week's opening hours lie in each part of the day."""
    open_times = np.zeros(MINUTES_PER_DAY)
    for spans in opening_hours.values():
        open_times += _minutes_of(spans)
    return {name: float(_minutes_of(part.hours) @ open_times) for name, part in parts.items()}


def _minutes_of(spans: Span) -> Floats:
    """Return 1 for each minute of the day in the spans, shape (1440,), 0 elsewhere."""
    inside = np.zeros(MINUTES_PER_DAY)
    for begin, end in spans:
        inside[minute_of_day(begin) : minute_of_day(end)] = 1.0
    return inside


def parts_of(data: SitingData) -> dict[str, Floats]:
    """Return the demand in each part of the day, by name, each of shape (n,)."""
    names = [str(name) for name in data.demand.columns if str(name).startswith(PART)]
    return {name.removeprefix(PART): data.demand[name].to_numpy(dtype=np.float64) for name in names}


def demand_while_open(data: SitingData, settings: ScoreSettings) -> Floats | None:
    """Return the demand while outlets are open, shape (n,), by settled shares; None without parts of the day."""
    parts, shares = parts_of(data), settings.catchment.parts_of_day
    if not parts or not shares:
        return None
    return np.asarray(sum(share * parts[name] for name, share in shares.items()), dtype=np.float64)


def lean_of(parts: Mapping[str, PartOfDay], quotients: Mapping[str, float]) -> Floats:
    """Return by how much each half hour's visits exceed those of the day's profile, shape (48,); 1 in no part.

    ``quotients`` are q_jp by part; a part without a quotient does not lean.
    """
    lean = np.ones(MINUTES_PER_DAY)
    for name, part in parts.items():
        lean += _minutes_of(part.hours) * (quotients.get(name, 1.0) - 1.0)
    return np.asarray(lean.reshape(INTERVALS_PER_DAY, -1).mean(axis=1), dtype=np.float64)


def quotients_of(parts: Mapping[str, Floats], share: Floats, demand: Floats) -> dict[str, float]:
    """Return q_jp of one outlet by part; a part in which nobody is anywhere has none.

    Parameters
    ----------
    parts
        Demand in each part of the day, each of shape (n,).
    share
        Patronage of the outlet, shape (n,), 0–1.
    demand
        Shape (n,).
    """
    won, everyone = float(share @ demand), float(demand.sum())
    if won <= 0 or everyone <= 0:
        return {}
    return {
        name: float(share @ part) / won * everyone / float(part.sum()) for name, part in parts.items() if part.sum() > 0
    }


def tell_lean(quotients: Mapping[int, Mapping[str, float]]) -> tuple[str, ...]:
    """Say that visits follow the parts of the day, where they do."""
    if not any(quotients.values()):
        return ()
    return (
        "More visits come to an outlet in those parts of the day in which it wins more of the demand than otherwise.",
    )
