"""Read learnt.json back: what existing outlets' figures say, for the report."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from outlet.errors import InputError

FILE = "learnt.json"


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Judged(_Told):
    """How well outlets that were left out are predicted from some of the columns."""

    spearman: float
    spearman_by_fold: tuple[float, ...] = Field(min_length=1)
    r2: float
    r2_by_fold: tuple[float, ...] = Field(min_length=1)
    typical_factor: float


class Importance(_Told):
    """What is lost in R² where a feature is shuffled: the mean over folds, and its ends."""

    feature: str
    mean: float
    least: float
    greatest: float


class Dependence(_Told):
    """What is predicted along a feature, whatever the others are: numbers in order, or texts."""

    feature: str
    values: tuple[float | str, ...]
    predicted: tuple[float, ...]

    @model_validator(mode="after")
    def _in_pairs(self) -> Dependence:
        if len(self.values) != len(self.predicted):
            raise ValueError(f"{len(self.values)} values and {len(self.predicted)} predictions; expected pairs")
        return self


class Coverage(_Told):
    """The share of outlets left out that intervals were to hold, and did."""

    stated: float
    held: float
    typical_factor: float


class LearntFile(_Told):
    """learnt.json."""

    target: str
    kind: str
    outlets: int
    blocks: int
    folds: int
    figures: dict[str, Judged]
    intervals: Coverage
    importances: tuple[Importance, ...] = ()
    partial_dependence: tuple[Dependence, ...] = ()


def read_learnt(out: Path) -> LearntFile | None:
    """Return what was learnt, or None where nothing was.

    Raises
    ------
    InputError
        When the file is damaged.
    """
    file = out / FILE
    if not file.is_file():
        return None
    try:
        return LearntFile.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(f"{FILE}: {where}: {first['msg']}; run `outlet score` again") from error
