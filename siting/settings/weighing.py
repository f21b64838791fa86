"""Settings of how features are valued, weighed and put together: `[siting.score.ahp]`, `.values.NAME` and the rest."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from outlet.project import Settings

Weighing = Literal["direct", "ahp", "entropy", "critic"]
Method = Literal["weighted_sum", "topsis", "vikor"]
Shape = Literal["linear", "step", "logistic", "band"]

LEAST, MOST = 1.0 / 9.0, 9.0
_ROUNDING = 2e-3
_KEYS_OF: dict[Shape, tuple[tuple[str, ...], ...]] = {
    "linear": ((), ("worst", "best"), ("percentiles",)),
    "step": (("threshold",),),
    "logistic": (("threshold", "width"),),
    "band": (("band",),),
}


class AhpSettings(Settings):
    """``[siting.score.ahp]``: features compared two by two, used where ``weighing = "ahp"``."""

    judgements: dict[str, float] = Field(
        default={},
        description='How many times more one feature counts than another, 1/9 to 9: { "demand_nearby/huff_share" = 3 } '
        "Every feature named counts; pairs may be left out as long as a chain of pairs joins all that are named.",
    )
    consistency_limit: float = Field(
        0.1, gt=0, le=1, description="Judgements of a greater consistency ratio are refused (0.1: Saaty)."
    )

    @field_validator("judgements")
    @classmethod
    def _on_the_scale(cls, value: dict[str, float]) -> dict[str, float]:
        for pair, times in value.items():
            if not LEAST - _ROUNDING <= times <= MOST:
                raise ValueError(f"{pair!r} is {times:g}; expected 1/9 to 9 (1 equal, 3 moderate, 5 strong, 9 extreme)")
        return value


class ValueSettings(Settings):
    """``[siting.score.values.<feature>]``: what a figure is worth, 0–100; without it, linear between the far ends."""

    shape: Shape = Field(
        "linear",
        description="linear: between two figures; step, logistic: around a threshold; band: ideal between two figures.",
    )
    worst: float | None = Field(None, description="linear: the figure worth 0; it may lie above best.")
    best: float | None = Field(None, description="linear: the figure worth 100.")
    percentiles: tuple[float, float] | None = Field(
        None, description="linear: percentiles of the candidates' figures that are the ends, such as [5, 95]."
    )
    threshold: float | None = Field(None, description="step, logistic: the figure from which a candidate is good.")
    width: float | None = Field(None, gt=0, description="logistic: the value climbs from 10 to 90 over this range.")
    band: tuple[float, float, float, float] | None = Field(
        None, description="band: worth 0 up to the first figure, 100 from second to third, 0 again from the fourth."
    )

    @field_validator("percentiles")
    @classmethod
    def _ordered(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not 0 <= value[0] < value[1] <= 100:
            raise ValueError(f"{list(value)} are no two percentiles; expected 0 to 100, the lower first")
        return value

    @field_validator("band")
    @classmethod
    def _climbs_and_falls(cls, value: tuple[float, float, float, float] | None) -> tuple[float, ...] | None:
        if value is not None and list(value) != sorted(value):
            raise ValueError(f"{list(value)} is no band; expected four figures that never fall")
        return value

    @model_validator(mode="after")
    def _keys_of_the_shape(self) -> ValueSettings:
        given = {key for key in type(self).model_fields if key != "shape" and key in self._given()}
        sets = _KEYS_OF[self.shape]
        if not any(given == set(keys) for keys in sets):
            wanted = " or ".join(" and ".join(keys) if keys else "nothing more" for keys in sets)
            raise ValueError(f"shape {self.shape!r} with {', '.join(sorted(given)) or 'nothing'}; it takes {wanted}")
        if self.worst is not None and self.worst == self.best:
            raise ValueError(f"worst and best are both {self.worst:g}; expected two figures")
        return self

    def _given(self) -> set[str]:
        return {key for key, value in self.model_dump().items() if value is not None}


class RobustnessSettings(Settings):
    """``[siting.score.robustness]``: how far a rank moves when the weights do."""

    draws: int = Field(10_000, ge=10, le=100_000, description="Random sets of weights.")
    concentration: float = Field(
        50.0, gt=0, description="How close they stay to the chosen ones: a weight of 0.2 varies by ± 0.4 / sqrt(this)."
    )
    interval: float = Field(0.9, gt=0, lt=1, description="Share of the draws that the rank interval holds.")
