"""Tell when and where an extract is from: its day, time zone, country's currency and language.

The time zone is that of the middle of its rectangle; near a border it may be the neighbour's, so that it is told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel.languages import get_territory_language_info
from babel.numbers import get_territory_currencies

from siting.data.osm.extract import Extract

LANGUAGES = ("zh", "es")


@dataclass(frozen=True)
class Origin:
    """When and where an extract is from, and what was assumed of it."""

    as_of: dt.date
    timezone: str
    currency: str
    language: str
    notes: tuple[str, ...]


def origin_of(extract: Extract, *, today: dt.date) -> Origin:
    """Return when and where an extract is from; ``today`` stands in where it states no date."""
    from tzfpy import get_tz

    middle = extract.area.centroid
    timezone = get_tz(middle.x, middle.y) or "UTC"
    country = country_of(timezone)
    as_of = extract.as_of or today
    currencies = get_territory_currencies(country, as_of, as_of) if country else []
    dated = "the day the extract shows" if extract.as_of else "today, since the extract states no date"
    place = f"{timezone}, the time zone of its middle" if country else f"{timezone}: its middle lies in no country"
    money = f"{currencies[0]}, the currency of {country}" if currencies else "EUR, since no country is known: put yours"
    return Origin(
        as_of=as_of,
        timezone=timezone,
        currency=str(currencies[0]) if currencies else "EUR",
        language=language_of(country),
        notes=(f"project.as_of is {as_of.isoformat()}, {dated}; timezone is {place}; currency is {money}",),
    )


@cache
def _countries() -> dict[str, str]:
    """Return the country of each time zone, from the table of the time zone database."""
    text = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def country_of(timezone: str) -> str | None:
    """Return the two letters of the country of a time zone; None for one of the sea.

    >>> country_of("Asia/Shanghai"), country_of("Etc/GMT+2")
    ('CN', None)
    """
    return _countries().get(timezone)


def language_of(country: str | None) -> str:
    """Return the language of pages for a country: zh or es where most people there speak it, else en.

    >>> [language_of(country) for country in ("CN", "TW", "MX", "FI", None)]
    ['zh', 'zh', 'es', 'en', 'en']
    """
    spoken = get_territory_language_info(country) if country else {}
    if not spoken:
        return "en"
    most = max(sorted(spoken), key=lambda name: spoken[name]["population_percent"] or 0)
    language = most.split("_")[0]
    return language if language in LANGUAGES else "en"
