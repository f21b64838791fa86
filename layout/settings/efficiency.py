"""Settings of `[layout.efficiency]`: how outlets are graded, and the surveys their scorecards join.

Thresholds and weights have no public source: they are presets to be replaced by the planner's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from outlet.project import DataPath, Settings

Term = Literal["sales", "service", "hardware", "management"]
Weight = Annotated[float, Field(ge=0)]
Points = Annotated[float, Field(ge=0, le=100)]


class EfficiencySettings(Settings):
    """``[layout.efficiency]``: grades A to D and the scorecard."""

    weights: Mapping[Term, Weight] = Field(
        {"sales": 0.4, "service": 0.3, "hardware": 0.15, "management": 0.15},
        description="Weight of each term of the grade; a term nothing is known of leaves its weight to the others;"
        " preset.",
    )
    grade_from: Mapping[Literal["A", "B", "C"], Points] = Field(
        {"A": 75.0, "B": 55.0, "C": 40.0}, description="Points from which a grade is given; below C: D; preset."
    )
    points_per_broken_rule: float = Field(
        10.0, ge=0, le=100, description="Points of hardware a broken rule of the hall takes away; preset."
    )
    surveys: DataPath | None = Field(
        None, description="Surveyed courtesy and advice, 0 to 100: a table of outlet, courtesy and advice."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        missing = [grade for grade in ("A", "B", "C") if grade not in self.grade_from]
        if missing:
            raise ValueError(f"grade_from: {', '.join(missing)} missing; expected A, B and C")
        if not self.grade_from["A"] >= self.grade_from["B"] >= self.grade_from["C"]:
            raise ValueError(f"grade_from: {dict(self.grade_from)}; expected A from no fewer points than B, B than C")
        if sum(self.weights.values()) <= 0:
            raise ValueError("weights: they sum to 0; expected at least one above")
        return self
