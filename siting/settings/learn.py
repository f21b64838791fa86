"""Settings of `[siting.score.learn]`: whether and how a score is learnt from how existing outlets perform."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from outlet.project import Settings

Target = Literal["sales", "visits", "deposits"]
ModelChoice = Literal["best", "ridge", "boosting"]
BlockShape = Literal["squares", "clusters"]


class LearnSettings(Settings):
    """``[siting.score.learn]``: the learnt score; without a target nothing is learnt."""

    target: Target | None = Field(
        None, description="What is predicted: sales, visits or deposits of the existing outlets; without it, nothing."
    )
    model: ModelChoice = Field("best", description="ridge, boosting, or best: whichever errs less on left-out blocks.")
    monotone: bool = Field(
        True, description="Boosting may only rise with features of which more is better, and only fall with others."
    )
    blocks: BlockShape = Field(
        "squares", description="Outlets near each other are left out together: in squares, or clusters (k-means)."
    )
    block_m: float = Field(4000.0, gt=0, le=1_000_000, description="Side of the squares, metres.")
    clusters: int = Field(25, ge=3, le=10_000, description="Number of clusters.")
    folds: int = Field(5, ge=3, le=20, description="Parts into which the blocks are dealt; each is left out in turn.")
    least: int = Field(40, ge=20, description="With fewer outlets of known performance nothing is learnt.")
    coverage: float = Field(0.9, ge=0.5, lt=1, description="Share of outlets that a predicted interval should hold.")
    repeats: int = Field(5, ge=1, le=100, description="How often each feature is shuffled to measure its importance.")
    leave_out: tuple[str, ...] = Field((), description="Features and columns that are not to be learnt from.")
    candidate_age_years: float = Field(
        3.0,
        ge=0,
        le=200,
        description="Age at which candidates are judged, where existing outlets' dates of opening are learnt from.",
    )
    assume: dict[str, float | str] = Field(
        default={},
        description='What a candidate is taken to have, such as { brand = "Ours", staff = 6 }; a column of the '
        "existing outlets that candidates lack is learnt from only if it stands here.",
    )

    @field_validator("assume")
    @classmethod
    def _finite(cls, value: dict[str, float | str]) -> dict[str, float | str]:
        for name, given in value.items():
            if isinstance(given, float) and not abs(given) < float("inf"):
                raise ValueError(f"{name!r} is taken to be {given}; expected a finite number or a text")
        return value
