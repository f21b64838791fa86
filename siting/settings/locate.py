"""Settings of `[siting.locate]`: how many outlets, chosen for what, and what the halls are told of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field, field_validator, model_validator

from outlet.handover import Span, Weekday
from outlet.project import Settings

Model = Literal["max_cover", "p_median", "max_capture", "set_cover", "p_center"]
EVERYONE = "everyone"
USUAL_OUTLETS = 3


class QuotaSettings(Settings):
    """``[siting.locate.quota.NAME]``: how many of some candidates open."""

    formats: tuple[str, ...] = Field((), description="Formats of the candidates that count.")
    ids: tuple[str, ...] = Field((), description="Ids of candidates that count, or patterns such as N*.")
    regions: tuple[str, ...] = Field(
        (), description="Only candidates of these regions count (data.candidates.columns.region); all if not given."
    )
    least: int = Field(0, ge=0, description="Fewest of them that open.")
    most: int | None = Field(None, ge=0, description="Most of them that open; no limit if not given.")

    @model_validator(mode="after")
    def _counts_something(self) -> QuotaSettings:
        if not self.formats and not self.ids and not self.regions:
            raise ValueError("expected formats, ids or regions: which candidates count")
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most = {self.most}, least = {self.least}; expected most to be at least least")
        return self


class LocateSettings(Settings):
    """``[siting.locate]``. How customers choose (``max_capture``) is said once, in ``[siting.score.competition]``."""

    model: Model = Field(
        "max_cover",
        description="max_cover: most demand within radius_min; p_median: least walking; max_capture: most customers "
        "won against rivals; set_cover: fewest outlets that cover all who can be; p_center: shortest longest walk.",
    )
    outlets: int | None = Field(
        None,
        ge=1,
        description="New outlets to open; 3 if neither it nor budget is given, as many as pay with a budget alone; "
        "set_cover finds their number itself.",
    )
    budget: float | None = Field(
        None, ge=0, description="Most money for fit-out of new outlets and for closings, project currency."
    )
    closings: int = Field(0, ge=0, description="How many of the existing outlets marked may_close are closed.")
    closing_cost: float = Field(
        0.0,
        ge=0,
        description="Money for closing an existing outlet whose closing_cost is not given; it counts in budget.",
    )
    quota: dict[str, QuotaSettings] = Field(
        {}, description="How many candidates of some formats, ids or regions open, by name."
    )
    forbidden_pairs: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of ids of candidates of which at most one opens."
    )
    required_pairs: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of ids of candidates that open both or not at all."
    )
    radius_min: float = Field(10.0, gt=0, description="Longest walk that counts as covered, minutes.")
    unreached_min: float | None = Field(
        None,
        gt=0,
        description="Minutes p_median counts where no outlet is in reach; twice the cutoff if not given.",
    )
    best_candidates: int = Field(
        5000, ge=1, description="max_capture looks only at so many candidates, those of the highest score."
    )
    locked_open: tuple[str, ...] = Field((), description="Ids of candidates that must open; they count as new outlets.")
    locked_shut: tuple[str, ...] = Field((), description="Ids of candidates that must not open.")
    spacing_m: float = Field(0.0, ge=0, description="Least straight-line distance between two open outlets, metres.")
    alternatives: int = Field(2, ge=0, le=20, description="Further good plans to show.")
    differ: int = Field(1, ge=1, description="Outlets in which every two of these plans differ at least.")
    frontier: tuple[int, int] | None = Field(
        None, description="Least and greatest number of new outlets of the frontier; 1 to outlets if not given."
    )
    frontier_budgets: tuple[float, ...] | None = Field(
        None, description="Budgets of the frontier, where budget alone limits the plan; five up to budget if not given."
    )
    stability_draws: int = Field(
        20, ge=0, le=1000, description="How often the plan is sought again with other demand; 0: never."
    )
    stability_change: float = Field(
        0.1, gt=0, lt=1, description="How much the demand of each point moves in these draws, at most."
    )
    gap: float = Field(0.0, ge=0, lt=1, description="Relative gap at which the plan is good enough; 0 asks for proof.")
    frontier_gap: float = Field(
        0.01, ge=0, lt=1, description="The same for every other point of the frontier and for the alternatives."
    )
    seconds: float = Field(600.0, gt=0, description="Clock limit; a plan stopped by it may differ from run to run.")
    work: float = Field(20.0, gt=0, description="Limit that does not depend on the machine; about its seconds.")
    visits_per_unit_per_day: float | dict[str, float] | None = Field(
        None,
        description="Visits a day per unit of captured demand, or by segment: { everyone = 0.01, students = 0.02 }; "
        "the halls cannot be planned without it.",
    )
    value_per_visit: float | None = Field(None, ge=0, description="Value of one visit, project currency.")
    opening_hours: dict[Weekday, Span] | None = Field(
        None, description='Spans per weekday, { mon = [["09:00", "17:00"]] }; the preset of the sector if not given.'
    )
    visits_profile: tuple[float, ...] | None = Field(
        None, description="Shares of a day's visits by half hour from midnight (48); the sector's preset if not given."
    )

    @field_validator("visits_per_unit_per_day")
    @classmethod
    def _rates(cls, value: float | dict[str, float] | None) -> float | dict[str, float] | None:
        rates = value if isinstance(value, dict) else {EVERYONE: 0.0 if value is None else value}
        if EVERYONE not in rates:
            raise ValueError(f"expected the key {EVERYONE!r}: the visits of whoever is in no segment named")
        if min(rates.values()) < 0:
            raise ValueError("expected numbers from 0")
        return value

    @field_validator("visits_profile")
    @classmethod
    def _day(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and (len(value) != 48 or min(value) < 0 or sum(value) <= 0):
            raise ValueError("expected 48 shares from 0, one per half hour from midnight, not all 0")
        return value

    @model_validator(mode="after")
    def _frontier_in_order(self) -> LocateSettings:
        if self.frontier is not None and not 1 <= self.frontier[0] <= self.frontier[1]:
            raise ValueError("frontier: expected two numbers from 1, the least first")
        return self

    @model_validator(mode="after")
    def _budget_alone(self) -> LocateSettings:
        if self.number is None and self.model == "p_center":
            raise ValueError(
                "budget without outlets: model = 'p_center' needs their number; give outlets, or choose max_cover, "
                "p_median or max_capture"
            )
        given = self.frontier_budgets
        if given is not None and (not given or min(given) < 0 or any(a >= b for a, b in pairwise(given))):
            raise ValueError("frontier_budgets: expected ascending amounts from 0")
        return self

    @property
    def number(self) -> int | None:
        """New outlets to open, or None where the budget alone says how many."""
        if self.outlets is None and self.budget is not None and self.model != "set_cover":
            return None
        return self.wanted

    @property
    def wanted(self) -> int:
        """New outlets that a planner looks for, also where the budget decides."""
        return USUAL_OUTLETS if self.outlets is None else self.outlets

    def rate_of(self, segment: str) -> float:
        """Return the visits a day of one unit of a segment, or of everyone else."""
        rates = self.visits_per_unit_per_day
        if isinstance(rates, dict):
            return rates.get(segment, rates[EVERYONE])
        return 0.0 if rates is None else rates
