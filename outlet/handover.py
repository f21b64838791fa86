"""Carry from siting to layout what is known of one outlet: `OutletBrief`, a versioned JSON file.

Siting writes one for every opened and kept outlet; a planner without siting writes one by hand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from outlet.errors import FAULTS_SHOWN, InputError
from outlet.project import Sector

SCHEMA = 1
INTERVALS_PER_DAY = 48
FOLDER_BYTES = 80
LARGEST_BYTES = 4 << 20
KEY_SHOWN = 100
BRIEF_NAME = "outlet.json"
OUTLETS_FOLDER = "outlets"

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _shares(values: tuple[float, ...]) -> tuple[float, ...]:
    if values and (len(values) != INTERVALS_PER_DAY or min(values) < 0 or abs(sum(values) - 1) > 1e-6):
        raise ValueError(f"expected {INTERVALS_PER_DAY} shares from 0, one per half hour from midnight, that sum to 1")
    return values


def _spans(values: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    minutes = [minute_of_day(text) for span in values for text in span]
    if any(before >= after for before, after in pairwise(minutes)):
        raise ValueError(
            f"{values}: expected spans in order, each closing after it opens, such as [['09:00', '17:00']]"
        )
    return values


Span = Annotated[tuple[tuple[str, str], ...], AfterValidator(_spans)]
Actual = Mapping[Literal["sales", "visits", "deposits", "staff"], float | None]


def minute_of_day(text: str) -> int:
    """Return the minutes since midnight of ``HH:MM`` (24:00 allowed).

    Raises
    ------
    ValueError
        When the text is no time of day.
    """
    hours, sign, minutes = text.partition(":")
    if not sign or not hours.isdecimal() or not minutes.isdecimal() or len(minutes) != 2:
        raise ValueError(f"{text!r} is no time of day; expected HH:MM such as 09:30")
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > 24 * 60:
        raise ValueError(f"{text!r} is no time of day; expected 00:00 to 24:00")
    return value


class OutletBrief(BaseModel):
    """What siting tells layout about one outlet. Money is in ``currency`` per year unless said otherwise.

    ``visits_share_by_interval`` has 48 shares of a day's visits, one per half hour from midnight, or is empty when
    unknown; ``opening_hours`` maps a weekday (mon … sun) to spans of HH:MM, a missing weekday is closed;
    ``fit_out_cost`` is paid once; ``hall_plan`` is a path inside the project folder.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    schema_: Literal[1] = Field(1, alias="schema")
    id: str = Field(min_length=1)
    folder: str = ""
    name: str
    role: Literal["new", "existing"]
    format: str = "own"
    sector: Sector
    lon: float | None = None
    lat: float | None = None
    crs: str | None = None
    hall_plan: str | None = None
    area_m2: float | None = None
    frontage_m: float | None = None
    opening_hours: dict[Weekday, Span] = {}
    timezone: str = "UTC"
    visits_per_day: float = Field(ge=0)
    visits_share_by_interval: Annotated[tuple[float, ...], AfterValidator(_shares)] = ()
    segment_mix: dict[str, float] = {}
    demand_captured: float | None = None
    demand_unit: str | None = None
    rent_per_year: float | None = None
    fit_out_cost: float | None = None
    value_per_visit: float | None = None
    currency: str = "EUR"
    actual: dict[Literal["sales", "visits", "deposits", "staff"], float | None] | None = None

    def to_json(self) -> str:
        """Return the brief as JSON with sorted keys; ``folder`` is filled in."""
        data = self.model_dump(mode="json", by_alias=True)
        data["folder"] = folder_of(self.id)
        return json.dumps(data, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def folder_of(outlet_id: str) -> str:
    """Return the folder name of an outlet: its percent-encoded id, cut and hashed where that passes 80 bytes.

    >>> folder_of("Aleksi 17/b")
    'Aleksi%2017%2Fb'
    """
    name = quote(outlet_id, safe="-_~").replace(".", "%2E")
    if len(name) <= FOLDER_BYTES:
        return name
    mark = hashlib.sha256(outlet_id.encode()).hexdigest()[:12]
    return f"{name[: FOLDER_BYTES - 13]}~{mark}"


def read_brief(file: Path) -> OutletBrief:
    """Read one outlet.json.

    Raises
    ------
    InputError
        When the file is missing, is not JSON, or breaks the schema: each fault with its key.
    """
    if not file.is_file():
        raise InputError(f"{file.name}: there is no such file in {file.parent.name}/; run `outlet locate` first")
    if file.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{file.name}: more than {LARGEST_BYTES >> 20} MB; a brief is a page of text")
    try:
        return OutletBrief.model_validate_json(file.read_bytes())
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        faults = [
            f"{file.name}: {'.'.join(str(part) for part in item['loc'])[:KEY_SHOWN] or 'the file'}: {item['msg']}"
            for item in found[:FAULTS_SHOWN]
        ]
        faults += [f"… and {len(found) - FAULTS_SHOWN} more"] if len(found) > FAULTS_SHOWN else []
        raise InputError("\n".join(faults)) from error


def read_briefs(out: Path) -> list[OutletBrief]:
    """Read the briefs of all outlets in an ``out`` folder, sorted by id; an empty list where there are none."""
    files = sorted((out / OUTLETS_FOLDER).glob(f"*/{BRIEF_NAME}"))
    return sorted((read_brief(file) for file in files), key=lambda brief: brief.id)
