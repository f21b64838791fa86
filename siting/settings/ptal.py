"""Settings of `[siting.score.transport.ptal]`: every constant of the public transport access level (PTAL).

Source: Transport for London, "Assessing transport connectivity in London" (Connectivity Assessment Guide, 2015), the
chapter on how PTAL is calculated, and its forerunner "Measuring Public Transport Accessibility Levels" (2010). The
figures are those of the method as the planning literature retells it; they were not checked against the guide's pages.
"""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, model_validator

from outlet.project import Settings
from siting.settings.data import Mode

BAND_NAMES = ("0", "1a", "1b", "2", "3", "4", "5", "6a", "6b")
CLOCK = r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$"


class PtalSettings(Settings):
    """``[siting.score.transport.ptal]``: the access index of Transport for London, from a timetable."""

    peak_from: str = Field(
        "08:15",
        pattern=CLOCK,
        description="Departures of a working day count from this time, HH:MM (TfL: 08:15) …",
    )
    peak_to: str = Field("09:15", pattern=CLOCK, description="… to before this time (TfL: 09:15).")
    bus_within_m: float = Field(640.0, gt=0, description="Longest walk to a bus, metres along streets (TfL: 640).")
    rail_within_m: float = Field(960.0, gt=0, description="Longest walk to a rail service, metres (TfL: 960).")
    bus_reliability_min: float = Field(
        2.0, ge=0, description="What a bus is waited for beyond half its headway, minutes (TfL: 2)."
    )
    rail_reliability_min: float = Field(0.75, ge=0, description="The same for a rail service, minutes (TfL: 0.75).")
    bus_modes: tuple[Mode, ...] = Field(("bus",), description="Modes that count as bus.")
    rail_modes: tuple[Mode, ...] = Field(
        ("rail", "metro", "tram"), description="Modes that count as rail; those in neither list do not count (ferry)."
    )
    wait_headways: float = Field(0.5, gt=0, description="Scheduled wait, in headways (TfL: 0.5).")
    edf_min: float = Field(
        30.0, gt=0, description="Equivalent doorstep frequency of a route: this / minutes of access (TfL: 30)."
    )
    others_count: float = Field(
        0.5, ge=0, le=1, description="What the routes of a mode other than its best count (TfL: 0.5)."
    )
    band_limits: tuple[float, ...] = Field(
        (0.0, 2.5, 5.0, 10.0, 15.0, 20.0, 25.0, 40.0),
        description="Highest index of the bands 0, 1a, 1b, 2, 3, 4, 5 and 6a; above is 6b (TfL).",
    )

    sheet_best: int = Field(
        20, ge=0, le=10_000, description="Candidates whose routes ptal.csv lists one by one, best first; 0: no sheet."
    )

    @model_validator(mode="after")
    def _sound(self) -> PtalSettings:
        if self.peak_from >= self.peak_to:
            raise ValueError(f"peak_from = {self.peak_from}, peak_to = {self.peak_to}; expected an end after the start")
        both = sorted(set(self.bus_modes) & set(self.rail_modes))
        if both:
            raise ValueError(f"{', '.join(both)} in bus_modes and in rail_modes; expected each mode in one of them")
        if len(self.band_limits) != len(BAND_NAMES) - 1 or not _rises(self.band_limits):
            raise ValueError(f"band_limits = {list(self.band_limits)}; expected 8 numbers from 0, each above the last")
        return self

    @property
    def window_s(self) -> tuple[int, int]:
        """Seconds since midnight of the beginning and the end of the peak."""
        return _seconds(self.peak_from), _seconds(self.peak_to)


def _rises(limits: tuple[float, ...]) -> bool:
    return limits[0] >= 0 and all(low < high for low, high in pairwise(limits))


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes)
