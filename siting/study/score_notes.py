"""Tell the planner what scoring assumed and what it did not know, with counts."""

from __future__ import annotations

import numpy as np

from siting.data.layers import SitingData
from siting.scoring.features import FEATURES
from siting.scoring.inputs import FeatureInputs
from siting.settings.data import MODES
from siting.study.candidates import Scored
from siting.study.travel import TravelCosts

_IDS_SHOWN = 5


def count(some: int, of: int, noun: str) -> str:
    """Return how many of how many there are, in words.

    >>> count(1, 1000, "candidate")
    '1 of 1,000 candidates'
    """
    return f"{some:,} of {of:,} {noun}{'' if of == 1 else 's'}"


def have(some: int) -> str:
    """Return has or have."""
    return "has" if some == 1 else "have"


def tell_missing(scored: Scored, costs: TravelCosts, inputs: FeatureInputs) -> list[str]:
    """Say what is not known of whom, and that weights were shared out over what is."""
    return [*_off_the_streets(costs, inputs), *_not_weighed(scored, inputs)]


def _off_the_streets(costs: TravelCosts, inputs: FeatureInputs) -> list[str]:
    limit = f"no connected street within {inputs.settings.travel.snap_limit_m:g} m"
    notes: list[str] = []
    if costs.dropped_m > 0:
        notes.append(
            f"{costs.streets_m / 1000:,.1f} km of streets are connected; {costs.dropped_m / 1000:,.1f} km are not, and "
            "nobody walks there."
        )
    off = [str(name) for name in inputs.ids[~inputs.on_street]]
    if off:
        shown = ", ".join(off[:_IDS_SHOWN]) + (" …" if len(off) > _IDS_SHOWN else "")
        notes.append(f"{count(len(off), len(inputs.ids), 'candidate')} {have(len(off))} {limit} and no score: {shown}.")
    lost = np.flatnonzero(~costs.demand_on_street)
    if lost.size:
        weight = f"{inputs.market.demand[lost].sum():,.0f} of {inputs.market.demand.sum():,.0f} demand"
        which = f"{count(lost.size, len(inputs.value), 'demand point')} ({weight})"
        notes.append(f"{which} {have(lost.size)} {limit}: nobody serves them.")
    return notes


def _not_weighed(scored: Scored, inputs: FeatureInputs) -> list[str]:
    known = np.isfinite(scored.raw.to_numpy())
    anywhere = np.asarray(known.any(axis=0), dtype=np.bool_)
    valued = np.asarray(np.isfinite(scored.ranking.values).any(axis=0), dtype=np.bool_)
    weighed = np.flatnonzero((scored.weights > 0) & anywhere)
    lacking = int((~known[:, weighed].all(axis=1) & inputs.on_street).sum())
    asked = [not feature.costly or scored.weights[k] > 0 for k, feature in enumerate(FEATURES)]
    nobody = [f.name for k, f in enumerate(FEATURES) if not anywhere[k] and asked[k]]
    alike = [f.name for k, f in enumerate(FEATURES) if anywhere[k] and not valued[k]]
    notes: list[str] = []
    if nobody:
        notes.append(f"Not known for any candidate, so not weighed: {', '.join(nobody)}.")
    if alike:
        notes.append(f"Alike for all candidates, so not weighed: {', '.join(alike)}.")
    if lacking:
        notes.append(
            f"{count(lacking, len(inputs.ids), 'candidate')} without every feature: their other weights were scaled up."
        )
    return notes


def tell_service(inputs: FeatureInputs, stand_in: str | None) -> list[str]:
    """Say what the access index was counted from, what it leaves out, and what stands in where there is none."""
    if inputs.service is None:
        why = "No timetable (siting.data.stops.gtfs): the access index, ptal_index, is not known"
        return [f"{why}; {stand_in} has its weight."] if stand_in is not None else []
    ptal = inputs.settings.transport.ptal
    peak = f"from {ptal.peak_from} to {ptal.peak_to}"
    notes = [f"PTAL counts departures of a working day {peak}, in each route's better direction."]
    served = [MODES[at] for at in np.unique(inputs.service.mode[np.unique(inputs.service.per_hour.indices)]).tolist()]
    left_out = [mode for mode in served if mode not in (*ptal.bus_modes, *ptal.rail_modes)]
    if left_out:
        notes.append(f"PTAL leaves out {', '.join(left_out)}: in neither bus_modes nor rail_modes.")
    if not served:
        notes.append(f"Nothing leaves {peak}: every access index is 0.")
    return notes


def tell_stops(data: SitingData, scored: Scored, inputs: FeatureInputs) -> list[str]:
    """Say what is not known of stations and departures, and what is assumed instead."""
    notes: list[str] = []
    cutoff = inputs.settings.travel.cutoff_min
    far = int((scored.raw["station_walk_min"].to_numpy() >= cutoff).sum())
    if far:
        limit = f"{cutoff:g} min"
        notes.append(
            f"{count(far, len(inputs.ids), 'candidate')} {have(far)} no station within {limit}: taken as {limit}."
        )
    unknown = int(np.isnan(inputs.departures_per_hour).sum())
    if 0 < unknown < len(data.stops):
        notes.append(f"{count(unknown, len(data.stops), 'stop')} {have(unknown)} no known departures: not counted.")
    return notes


def tell_rivals(data: SitingData, inputs: FeatureInputs) -> list[str]:
    """Say what is assumed about rivals."""
    outside = int((~inputs.rivals_known).sum())
    if data.area is None and len(data.competitors) == 0:
        return ["There is no competitor layer: competition is not known, which is not the same as none."]
    notes: list[str] = []
    if data.area is None:
        notes.append("The competitor layer is taken to be complete everywhere; siting.data.area can say where it is.")
    if outside:
        which = count(outside, len(inputs.ids), "candidate")
        notes.append(f"{which} outside the area the competitor layer covers: competition is not known there.")
    rivals = inputs.attraction_of_rivals > 0
    small = int((rivals & ~inputs.full_rivals).sum())
    if small:
        least = f"{100 * inputs.settings.competition.nearest_from:g} % of a typical one"
        notes.append(f"{count(small, int(rivals.sum()), 'rival')} below {least}: never the nearest rival.")
    return notes
