"""Say how strongly each outlet pulls, from its attraction, its brand and the project's further terms.

::

    a_j = (b_j S_j)^α · Π_k T_jk^α_k        pull of outlet j before the way there

S is attraction, b what a rival's brand counts, α ``attraction_exponent``; T_jk are the terms of
``[siting.score.competition.terms]`` with their exponents. In Huff's model a_j multiplies the pull of the way; in the
logit α ln(b_j S_j) + Σ_k α_k ln T_jk is added to the utility. A brand that counts 0 is no rival.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from outlet.errors import InputError
from siting.competition.huff import size_pull
from siting.competition.presence import typical_attraction
from siting.data.layers import TERM, SitingData
from siting.settings.score import CompetitionSettings

ATTRACTION = "attraction"
AREA = "area_m2"
_WHERE = "siting.score.competition"

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Attractions:
    """What outlets attract by: K terms of m_all sites and r rivals, all above 0 but for rivals of a brand of 0.

    Parameters
    ----------
    names
        ``attraction``, then the further terms in the settings' order.
    exponents
        Shape (K,).
    sites
        Shape (m_all, K): candidates, then existing outlets.
    rivals
        Shape (r, K); the first column times what the brand counts, 0 where it is no rival.
    notes
        What stands in for what is not known, with counts.
    """

    names: tuple[str, ...]
    exponents: Floats
    sites: Floats
    rivals: Floats
    notes: tuple[str, ...]

    @property
    def site_pull(self) -> Floats:
        """Pull of the sites before the way there, shape (m_all,), above 0."""
        return size_pull(self.sites, self.exponents)

    @property
    def rival_pull(self) -> Floats:
        """Pull of the rivals before the way there, shape (r,); 0 for those of a brand of 0."""
        counts = self.rivals[:, 0] > 0
        pull = np.zeros(len(self.rivals))
        pull[counts] = size_pull(self.rivals[counts], self.exponents)
        return pull


def attractions_of(data: SitingData, settings: CompetitionSettings) -> Attractions:
    """Return the terms of all sites and rivals.

    Raises
    ------
    InputError
        When a brand is unknown, a term is known of nobody and nothing stands in for it, or our outlets are to attract
        by their area and no area is known.
    """
    factor, notes = brand_factors(data.competitors, settings.brands)
    base = data.competitors["attraction"].to_numpy(dtype=np.float64) * factor
    own, told = _own_sizes(data, settings, typical_attraction(base))
    sites, rivals = [own], [base]
    notes = [*notes, *told]
    for name in settings.terms:
        ours, theirs, told = _term(data, settings, name)
        sites.append(ours)
        rivals.append(theirs)
        notes += told
    return Attractions(
        names=(ATTRACTION, *settings.terms),
        exponents=np.array([settings.attraction_exponent, *settings.terms.values()]),
        sites=np.column_stack(sites),
        rivals=np.column_stack(rivals),
        notes=tuple(notes),
    )


def brand_factors(competitors: gpd.GeoDataFrame, brands: Mapping[str, float]) -> tuple[Floats, list[str]]:
    """Return what each rival's brand counts, shape (r,), and what is told of it.

    Raises
    ------
    InputError
        When no rival has a brand that the settings name; the nearest is offered.
    """
    of_rival = competitors["brand"].astype(str) if len(brands) else pd.Series([], dtype="str")
    known = sorted(set(of_rival) - {""})
    notes: list[str] = []
    for name, times in brands.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            offer = f"did you mean {near[0]!r}?" if near else f"they have {', '.join(known[:8]) or 'none'}"
            raise InputError(f"{_WHERE}.brands: no competitor is of the brand {name!r}; {offer}")
        count = int((of_rival == name).sum())
        what = "no rival" if times == 0 else f"attraction × {times:g}"
        notes.append(f"Brand {name}: {what} ({count:,} of {len(competitors):,} competitors).")
    if not brands:
        return np.ones(len(competitors)), notes
    return np.array([brands.get(name, 1.0) for name in of_rival], dtype=np.float64), notes


def _own_sizes(data: SitingData, settings: CompetitionSettings, typical: float) -> tuple[Floats, list[str]]:
    """Return the attraction of every site, shape (m_all,), and what was assumed."""
    count = len(data.candidates) + len(data.existing)
    if settings.own_size == "fixed":
        if settings.own_attraction is not None:
            return np.full(count, settings.own_attraction), []
        note = f"Our outlets attract like a typical rival ({typical:.4g}): own_attraction is not set."
        return np.full(count, typical), [note]
    area = _ours(data, AREA)
    unknown = ~(np.isfinite(area) & (area > 0))
    if unknown.all():
        raise InputError(
            f"{_WHERE}.own_size is 'area_m2', but no site has an area_m2 above 0; give areas, or set own_size = "
            '"fixed"'
        )
    fill = settings.own_attraction if settings.own_attraction is not None else float(np.median(area[~unknown]))
    notes = [f"{unknown.sum():,} of {count:,} sites without area: {fill:.4g} m² assumed."] if unknown.any() else []
    if len(data.competitors):
        median = float(np.median(area[~unknown]))
        notes.append(
            f"Our outlets attract by their area (median {median:.4g} m²), rivals by their attraction (a typical one "
            f"{typical:.4g}): both must be in one unit."
        )
    return np.where(unknown, fill, area), notes


def _term(data: SitingData, settings: CompetitionSettings, name: str) -> tuple[Floats, Floats, list[str]]:
    """Return a term of the sites (m_all,) and of the rivals (r,), and what stands in where it is not known."""
    ours, theirs = _ours(data, name), _column(data.competitors, name)
    known = {"sites": ours[np.isfinite(ours)], "competitors": theirs[np.isfinite(theirs)]}
    filled: dict[str, Floats] = {}
    notes: list[str] = []
    sides = (("sites", ours, settings.own_terms), ("competitors", theirs, settings.rival_terms))
    for side, values, given in sides:
        lacking = ~np.isfinite(values)
        filled[side] = values
        if not lacking.any():
            continue
        source = known[side] if len(known[side]) else np.concatenate(list(known.values()))
        if name in given:
            fill, why = given[name], "as the settings say"
        elif len(source):
            what = "" if len(known[side]) else "the others' "
            fill, why = float(np.median(source)), f"{what}median"
        else:
            raise InputError(
                f"{_WHERE}.terms.{name}: no competitor and no outlet of ours has it; name its column in the layers' "
                "terms, or set own_terms and rival_terms"
            )
        filled[side] = np.where(lacking, fill, values)
        notes.append(f"{lacking.sum():,} of {len(values):,} {side} without {name}: {fill:.4g} stands in ({why}).")
    return filled["sites"], filled["competitors"], notes


def _ours(data: SitingData, name: str) -> Floats:
    return np.concatenate([_column(data.candidates, name), _column(data.existing, name)])


def _column(frame: gpd.GeoDataFrame, name: str) -> Floats:
    """Return a term's column, shape (k,), NaN where it is not known or not above 0."""
    for column in (f"{TERM}{name}", name if name == AREA else ""):
        if column in frame.columns:
            values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
            return np.where(np.isfinite(values) & (values > 0), values, np.nan)
    return np.full(len(frame), np.nan)
