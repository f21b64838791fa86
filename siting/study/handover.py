"""Say of every opened and kept outlet what its hall needs to know: visits, when they come, money, hours.

Visits follow from the demand an outlet wins under the market of ``[siting.score.competition]`` once the plan is carried
out, whatever model chose the plan, so that they agree with share.csv::

    captured_j = Σ_i P_ij w_i          visits_j = Σ_i P_ij (r₀ w_i + Σ_s (r_s − r₀) g_is)

P_ij is the patronage, w_i the demand, g_is how much of it belongs to segment s, r_s a segment's visits a day and r₀
everyone else's. ``segment_mix`` is Σ_i P_ij g_is / captured_j; segments may overlap, so it need not sum to 1.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy import sparse

from outlet.errors import InputError
from outlet.handover import INTERVALS_PER_DAY, OutletBrief, Span, Weekday, minute_of_day
from outlet.project import Project, ProjectSettings, Sector
from siting.competition.huff import patronage
from siting.competition.share import Market
from siting.data.layers import SEGMENT, SitingData
from siting.settings import SitingSettings
from siting.settings.locate import EVERYONE, LocateSettings
from siting.study.formats import Columns
from siting.study.parts_of_day import lean_of, parts_of, quotients_of

Csr = sparse.csr_array[np.float64]
HALF_HOUR = 24 * 60 // INTERVALS_PER_DAY
ACTUAL = ("sales", "visits", "deposits", "staff")


class DayPreset(BaseModel):
    """Opening hours of a sector, and relative visits per half hour from a time of day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    opening_hours: dict[Weekday, Span]
    from_: str
    shares: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Visitors:
    """What each site wins once the plan is carried out, each shape (m_all,), 0 where shut.

    ``captured`` is in units of demand, ``per_day`` in visits; ``mix`` maps a segment to its share of what is captured;
    ``quotients`` the position of an open site to q_jp by part of the day (`siting.study.parts_of_day`).
    """

    captured: NDArray[np.float64]
    per_day: NDArray[np.float64]
    mix: Mapping[str, NDArray[np.float64]]
    quotients: Mapping[int, Mapping[str, float]] = field(default_factory=dict)


def day_preset(sector: Sector) -> DayPreset:
    """Return the preset of a sector."""
    text = files("siting.study").joinpath("day_presets.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)[sector]
    return DayPreset.model_validate(
        {**{key: value for key, value in table.items() if key != "from"}, "from_": table["from"]}
    )


def visitors(data: SitingData, market: Market, opened: NDArray[np.int64], settings: LocateSettings) -> Visitors:
    """Return what each open site wins.

    Raises
    ------
    InputError
        When the visits of a segment are given that the demand layer does not have.
    """
    rates = settings.visits_per_unit_per_day
    if isinstance(rates, dict):
        unknown = sorted(set(rates) - {EVERYONE} - set(data.segments))
        if unknown:
            known = ", ".join(data.segments) or "none; name segment columns under [siting.data.demand]"
            raise InputError(
                f"siting.locate.visits_per_unit_per_day: the demand layer has no segment {unknown[0]!r}; "
                f"there are: {known}"
            )
    is_open = np.zeros(market.attraction.shape[1])
    is_open[opened] = 1.0
    pull = market.attraction
    usable = sparse.csr_array((pull.data * is_open[pull.indices], pull.indices, pull.indptr), shape=pull.shape)
    share = patronage(usable, market.rivals).T.tocsr()
    everyone = settings.rate_of(EVERYONE)
    visits = everyone * market.demand
    captured = np.asarray(share @ market.demand, dtype=np.float64)
    mix = {}
    for name in data.segments:
        part = np.nan_to_num(data.demand[f"{SEGMENT}{name}"].to_numpy(dtype=np.float64), nan=0.0)
        visits = visits + (settings.rate_of(name) - everyone) * part
        won = np.asarray(share @ part, dtype=np.float64)
        mix[name] = np.divide(won, captured, out=np.zeros_like(won), where=captured > 0)
    parts = parts_of(data)
    quotients = {
        at: quotients_of(parts, share[[at]].toarray()[0], market.demand) for at in (opened.tolist() if parts else ())
    }
    per_day = np.asarray(share @ np.maximum(visits, 0.0))
    return Visitors(captured=captured, per_day=per_day, mix=mix, quotients=quotients)


def opening_hours(settings: LocateSettings, sector: Sector) -> dict[Weekday, Span]:
    """Return when outlets are open: the planner's hours, or the sector's preset."""
    return day_preset(sector).opening_hours if settings.opening_hours is None else settings.opening_hours


def visit_shares(
    settings: LocateSettings, sector: Sector, lean: NDArray[np.float64] | None = None
) -> tuple[float, ...]:
    """Return the shares of a day's visits by half hour from midnight, only while open on some day; they sum to 1.

    A half hour that is open but lies outside the preset gets the least share of the preset. ``lean`` is how many times
    the visitors of a typical outlet come in each half hour, shape (48,); one that lets nobody come is not followed.
    """
    hours = opening_hours(settings, sector)
    open_part = np.zeros(INTERVALS_PER_DAY)
    for spans in hours.values():
        part = np.zeros(INTERVALS_PER_DAY)
        for begin, end in spans:
            edges = np.arange(INTERVALS_PER_DAY) * HALF_HOUR
            inside = np.minimum(edges + HALF_HOUR, minute_of_day(end)) - np.maximum(edges, minute_of_day(begin))
            part += np.clip(inside, 0, HALF_HOUR) / HALF_HOUR
        open_part = np.maximum(open_part, part)
    if settings.visits_profile is not None:
        weights = np.array(settings.visits_profile)
    else:
        preset = day_preset(sector)
        weights = np.full(INTERVALS_PER_DAY, min(preset.shares))
        first = minute_of_day(preset.from_) // HALF_HOUR
        weights[first : first + len(preset.shares)] = preset.shares
    weights = weights * open_part
    if lean is not None and (weights * lean).sum() > 0:
        weights = weights * lean
    if weights.sum() <= 0:
        raise InputError("siting.locate: no visits fall into the opening hours; see opening_hours and visits_profile")
    shares = np.round(weights / weights.sum(), 9)
    shares[int(np.argmax(shares))] += 1.0 - shares.sum()
    return tuple(np.round(shares, 9).tolist())


def make_briefs(
    project: Project, data: SitingData, won: Visitors, opened: NDArray[np.int64], columns: Columns
) -> list[tuple[int, OutletBrief]]:
    """Return the column and brief of every open outlet, in order of column."""
    settings = project.section("siting", SitingSettings)
    return [(at, _brief(project.settings, settings, data, won, (at, columns))) for at in sorted(opened.tolist())]


def _brief(
    project: ProjectSettings, settings: SitingSettings, data: SitingData, won: Visitors, column: tuple[int, Columns]
) -> OutletBrief:
    count, (at, columns) = len(data.candidates), column
    is_new, place_at = at < columns.candidates, int(columns.place[at])
    frame, row = (data.candidates, place_at) if is_new else (data.existing, place_at - count)
    place = gpd.GeoSeries([frame.geometry.iloc[row]], crs=data.crs).to_crs(4326).iloc[0]
    locate = settings.locate
    visits = float(won.per_day[at])
    lean = lean_of(settings.data.demand.parts_of_day, won.quotients.get(at, {}))
    return OutletBrief(
        id=str(frame["id"].iloc[row]),
        name=str(frame["name"].iloc[row]),
        role="new" if is_new else "existing",
        format=str(columns.format[at]),
        sector=project.sector,
        lon=round(float(place.x), 7),
        lat=round(float(place.y), 7),
        crs=data.crs.to_string(),
        hall_plan=_text(frame["hall_plan"].iloc[row]),
        area_m2=_known(frame["area_m2"].iloc[row]),
        frontage_m=_known(frame["frontage_m"].iloc[row]) if is_new else None,
        opening_hours=opening_hours(locate, project.sector),
        timezone=project.timezone,
        visits_per_day=round(visits, 3),
        visits_share_by_interval=visit_shares(locate, project.sector, lean),
        segment_mix={name: round(float(share[at]), 6) for name, share in won.mix.items()},
        demand_captured=round(float(won.captured[at]), 3),
        demand_unit=settings.data.demand.unit,
        rent_per_year=_known(frame["rent_per_year"].iloc[row]) if is_new else None,
        fit_out_cost=_known(columns.fit_out[at]) if is_new else None,
        value_per_visit=locate.value_per_visit,
        currency=project.currency,
        actual=None if is_new else _actual(data.existing, row),
    )  # fmt: skip


def _actual(existing: gpd.GeoDataFrame, row: int) -> dict[str, float | None] | None:
    figures = {name: _known(existing[name].iloc[row]) for name in ACTUAL}
    return figures if any(value is not None for value in figures.values()) else None


def _known(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 6)


def _text(value: str | float | None) -> str | None:
    return value if isinstance(value, str) and value else None
