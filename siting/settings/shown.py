"""Settings of what is shown of the best candidates: `[siting.score.served]` and `[siting.score.polygons]`."""

from __future__ import annotations

from itertools import pairwise

from pydantic import Field, field_validator

from outlet.project import Settings

WALKS_MIN = (5.0, 10.0, 15.0)
LONGEST_LIST = 6


class ServedSettings(Settings):
    """``[siting.score.served]``: the list of communities each candidate serves, served.csv and served.xlsx."""

    best: int = Field(50, ge=0, le=1000, description="The best so many candidates are listed, and all our outlets.")


class PolygonSettings(Settings):
    """``[siting.score.polygons]``: catchments drawn along the streets, catchments.geojson."""

    best: int = Field(20, ge=0, le=500, description="Catchments of the best so many candidates are drawn.")
    outlets: int = Field(
        100, ge=0, le=2000, description="`outlet locate` draws those of so many outlets: the new ones, then the kept."
    )
    minutes: tuple[float, ...] | None = Field(
        None, description="Walks whose reach is drawn; without it 5, 10 and 15, as far as travel.cutoff_min goes."
    )
    buffer_m: float = Field(30.0, gt=0, le=500, description="Ground on both sides of a street that is drawn, metres.")

    @field_validator("minutes")
    @classmethod
    def _rise(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is None:
            return None
        if not 1 <= len(value) <= LONGEST_LIST:
            raise ValueError(f"{len(value)} walks; expected 1 to {LONGEST_LIST}")
        if not value[0] > 0 or any(later <= before for before, later in pairwise(value)):
            raise ValueError(f"{list(value)}; expected walks above 0 minutes, each longer than the one before")
        return value

    def walks(self, cutoff_min: float) -> tuple[float, ...]:
        """Return the walks that are drawn, minutes, none beyond the cutoff."""
        if self.minutes is not None:
            return self.minutes
        return tuple(walk for walk in WALKS_MIN if walk <= cutoff_min) or (cutoff_min,)
