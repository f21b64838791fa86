"""Read siting's own artefacts back from ``out/``, for the map and the report.

Columns are those of files.md; ids are text. Files that later stages write may be absent and are then None.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from outlet.cells import from_text_cell
from outlet.errors import InputError

RAW, VALUE, WEIGHT, CONTRIBUTION = "_raw", "_value", "_weight", "_contribution"
_TEXTS = dict.fromkeys(
    ("id", "name", "format", "outlet_id", "existing_id", "candidate_id", "brand", "demand_id", "opened"), str
)


class _Artefact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Alternative(_Artefact):
    """Another good set of outlets; ``differs`` counts the outlets that are not in the plan."""

    opened: tuple[str, ...] = ()
    formats: dict[str, str] = {}
    objective: float | None = None
    bound: float | None = None
    differs: int | None = None


class YearOpened(_Artefact):
    """What opens in one year, and what the outlets open in it reach."""

    year: int
    opened: tuple[str, ...] = ()
    objective: float | None = None


class PlanFile(_Artefact):
    """plan.json: the chosen set and how good it is proved to be; ids of candidates and existing outlets."""

    model: str
    status: str
    stopped_by: str | None = None
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    opened: tuple[str, ...] = ()
    formats: dict[str, str] = {}
    kept: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    rollout: tuple[YearOpened, ...] = ()
    rollout_joint: bool = False
    notes: tuple[str, ...] = ()


class FitFigures(_Artefact):
    """How near a model comes to what was seen."""

    pearson: float | None = None
    log_likelihood_per_visitor: float | None = None


class FittedModel(_Artefact):
    """One model of calibration.json, on what it was fitted to and on what was left out."""

    model: str
    fitted: FitFigures
    held_out: FitFigures | None = None


class FittedParameter(_Artefact):
    """One parameter of calibration.json."""

    parameter: str
    estimate: float | None = None
    standard_error: float | None = None
    robust_error: float | None = None
    low: float | None = None
    high: float | None = None
    value_now: float | None = None

    @property
    def errors(self) -> tuple[float, ...]:
        """The standard errors that are known."""
        return tuple(error for error in (self.standard_error, self.robust_error) if error is not None)


class FittedOutlet(_Artefact):
    """What was seen of an outlet, and what is expected of it."""

    name: str
    observed: float | None = None
    expected: float | None = None


class FitQuality(_Artefact):
    """What the likelihood says; None where sales were fitted."""

    mcfadden_r2: float | None = None


class CalibrationFile(_Artefact):
    """calibration.json: how the choice model was fitted, and whether the project uses it."""

    target: str
    in_use: bool
    fit: FitQuality
    parameters: tuple[FittedParameter, ...]
    models: tuple[FittedModel, ...]
    outlets: tuple[FittedOutlet, ...] = ()


class PlannedOutlet(_Artefact):
    """One opened or kept outlet of outlets.geojson; ``lon`` and ``lat`` in degrees.

    ``year`` is when it opens, ``share_open`` how often when demand moves; None where not asked.
    """

    id: str
    name: str
    role: str
    format: str = "own"
    demand_captured: float | None = None
    score: float | None = None
    year: int | None = None
    share_open: float | None = None
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


class _Point(_Artefact):
    coordinates: tuple[float, float]


class _Feature(_Artefact):
    geometry: _Point
    properties: dict[str, str | float | bool | None]


class _Collection(_Artefact):
    features: tuple[_Feature, ...]


T = TypeVar("T", bound=_Artefact)


@dataclass(frozen=True, kw_only=True)
class Results:
    """What siting found out.

    Parameters
    ----------
    candidates
        candidates.csv, by rank: ``id``, ``format``, ``score`` …, per feature ``<f>_raw`` and so on.
    plan
        plan.json.
    outlets
        outlets.geojson, in the order of the file.
    share
        share.csv, or None.
    frontier
        frontier.csv, or None.
    stability
        stability.csv, or None.
    assignment
        assignment.csv, or None.
    cannibalisation
        cannibalisation.csv, or None.
    presence
        presence.csv, or None.
    calibration
        calibration.json, or None.
    """

    candidates: pd.DataFrame
    plan: PlanFile
    outlets: tuple[PlannedOutlet, ...]
    share: pd.DataFrame | None = None
    frontier: pd.DataFrame | None = None
    stability: pd.DataFrame | None = None
    assignment: pd.DataFrame | None = None
    cannibalisation: pd.DataFrame | None = None
    presence: pd.DataFrame | None = None
    calibration: CalibrationFile | None = None

    @property
    def has_formats(self) -> bool:
        """Whether outlets of the plan or of an alternative are of more than one format, so that each must be told."""
        sets = (self.plan.formats, *(other.formats for other in self.plan.alternatives))
        return len({kind for each in sets for kind in each.values()} | {each.format for each in self.outlets}) > 1

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the scored features, in the order of candidates.csv."""
        return tuple(str(c).removesuffix(VALUE) for c in self.candidates.columns if str(c).endswith(VALUE))


def read_results(out: Path) -> Results:
    """Read what siting wrote into an ``out`` folder.

    Raises
    ------
    InputError
        When candidates.csv, plan.json or outlets.geojson is missing or breaks its schema.
    """
    candidates = _table(out / "candidates.csv")
    if candidates is None:
        raise InputError("candidates.csv: not in out/ yet; run `outlet score` first")
    calibration = out / "calibration.json"
    return Results(
        candidates=candidates.sort_values(["rank", "id"], kind="stable", ignore_index=True),
        plan=_parsed(out / "plan.json", PlanFile),
        outlets=_outlets(out / "outlets.geojson"),
        share=_table(out / "share.csv"),
        frontier=_table(out / "frontier.csv"),
        stability=_table(out / "stability.csv"),
        assignment=_table(out / "assignment.csv"),
        cannibalisation=_table(out / "cannibalisation.csv"),
        presence=_table(out / "presence.csv"),
        calibration=_parsed(calibration, CalibrationFile, "calibrate") if calibration.is_file() else None,
    )


def _table(file: Path) -> pd.DataFrame | None:
    if not file.is_file():
        return None
    table = pd.read_csv(file, dtype=_TEXTS, encoding="utf-8", keep_default_na=False, na_values=[""])
    texts = [name for name in _TEXTS if name in table.columns]
    plain = {name: [from_text_cell(cell) for cell in table[name].fillna("")] for name in texts}
    return table.assign(**plain)


def _outlets(file: Path) -> tuple[PlannedOutlet, ...]:
    collection = _parsed(file, _Collection)
    return tuple(
        PlannedOutlet.model_validate(
            {**feature.properties, "lon": feature.geometry.coordinates[0], "lat": feature.geometry.coordinates[1]}
        )
        for feature in collection.features
    )


def _parsed(file: Path, kind: type[T], command: str = "locate") -> T:
    if not file.is_file():
        raise InputError(f"{file.name}: not in out/ yet; run `outlet {command}` first")
    try:
        return kind.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(f"{file.name}: {where}: {first['msg']}; run `outlet {command}` again") from error
