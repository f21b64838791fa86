"""Settings of `[siting.rollout]`: in which year which outlet opens."""

from __future__ import annotations

from pydantic import Field, model_validator

from outlet.project import Settings


class RolloutSettings(Settings):
    """``[siting.rollout]``: what opens in which year, where openings or budgets are given."""

    first_year: int = Field(1, ge=0, description="How the first year is called, such as 2027.")
    openings: tuple[int, ...] = Field((), description="How many outlets open in each year; they sum to the plan's.")
    budgets: tuple[float, ...] = Field(
        (), description="Money of each year, project currency; what is not spent stays. They sum to budget or more."
    )
    discount: float = Field(0.0, ge=0, lt=1, description="How much less a year counts than the one before.")

    joint: bool = Field(
        True,
        description="Whether the set is chosen for all years together; false: for the last year, and then ordered.",
    )

    @model_validator(mode="after")
    def _by_year(self) -> RolloutSettings:
        if self.openings and self.budgets and len(self.openings) != len(self.budgets):
            raise ValueError(
                f"openings has {len(self.openings)} years, budgets {len(self.budgets)}; expected the same number"
            )
        if min(self.openings, default=0) < 0 or min(self.budgets, default=0.0) < 0:
            raise ValueError("expected numbers from 0")
        return self

    @property
    def years(self) -> int:
        """Number of years; 0 where no roll-out is asked for."""
        return max(len(self.openings), len(self.budgets))
