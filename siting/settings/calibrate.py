"""Settings of `[siting.calibrate]`: what the choice model's exponents are fitted to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from outlet.project import DataPath, Settings
from siting.settings.layer import FormSettings

CalibrationTarget = Literal["choices", "sales", "visits", "deposits"]
Loss = Literal["quasi-poisson", "least-squares"]


class ChoiceColumns(Settings):
    """Columns of the table of choices, or of ways."""

    demand: str = Field("demand_id", description="Id of the demand point people come from.")
    outlet: str = Field("outlet_id", description="Id of the outlet, ours or a competitor's.")
    visitors: str = Field("visitors", description="People from there seen in that outlet, from 0.")
    share: str = Field("share", description="Their share, 0 to 1, where nobody counted them; visitors go first.")
    minutes: str = Field(
        "minutes", description="The way there, if not along the streets; then only the pairs of the table are open."
    )
    district: str = Field("district", description="Which demand points are held out together; each alone if absent.")


class CalibrateSettings(FormSettings):
    """``[siting.calibrate]``: what ``outlet calibrate`` fits the exponents of ``[siting.score.competition]`` to."""

    target: CalibrationTarget | None = Field(
        None,
        description="choices: who goes where, from file; sales, visits, deposits: what existing outlets make; without "
        "it nothing is calibrated.",
    )
    file: DataPath | None = Field(None, description="Table of choices; with another target, of ways, if not walked.")
    columns: ChoiceColumns = Field(
        ChoiceColumns(), description="Field → column of the file; a column named here must be there."
    )
    free: tuple[str, ...] = Field(
        (),
        description="Parameters to estimate: attraction_exponent, distance_exponent or logit_per_min, terms.<name>; "
        "the others stay as they are set. All that can be told if empty.",
    )
    confidence: float = Field(0.95, ge=0.5, lt=1, description="Confidence of the intervals.")
    held_out: int = Field(
        50, ge=0, le=1000, description="Into at most so many parts districts are dealt, each left out in turn; 0: none."
    )
    loss: Loss = Field(
        "quasi-poisson",
        description="sales, visits, deposits: how deviations weigh; least-squares: the largest outlets rule.",
    )

    @model_validator(mode="after")
    def _file_and_target(self) -> CalibrateSettings:
        if self.target == "choices" and self.file is None:
            raise ValueError('target = "choices" needs a file of who goes where')
        if self.target is None and self.file is not None:
            raise ValueError('file without target; expected target = "choices" for a table of who goes where')
        return self
