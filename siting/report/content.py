"""Gather what the sections speak of: the plan, names of outlets, the unit of demand, what the check noted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ValidationError

from outlet.errors import InputError
from outlet.handover import OutletBrief, read_briefs
from siting.data.drawn import NOTHING_DRAWN, Catchments, read_catchments
from siting.data.learnt import LearntFile, read_learnt
from siting.data.results import Results


@dataclass(frozen=True, kw_only=True)
class Context:
    """What siting's sections are written from.

    ``candidates`` maps the id of a candidate to its figures in candidates.csv, NaN where missing; ``names`` maps the
    id of any site to its name; ``inputs`` are (file, rows, note) and ``notes`` what check.json and scoring assumed.
    ``better`` says of each feature whether more, less or a band is good, ``top`` is the k of the probability of being
    among the best k, and ``target_market`` how often one of each segment counts; all as candidates.geojson has them.
    """

    results: Results
    candidates: Mapping[str, Mapping[str, float]]
    names: Mapping[str, str]
    briefs: Mapping[str, OutletBrief]
    unit: str
    language: str
    inputs: tuple[tuple[str, int, str], ...] = ()
    notes: tuple[str, ...] = ()
    better: Mapping[str, str] = field(default_factory=dict)
    top: int | None = None
    learnt: LearntFile | None = None
    catchments: Catchments = NOTHING_DRAWN
    target_market: Mapping[str, float] = field(default_factory=dict)

    def name(self, id_: str) -> str:
        """Return the name of a site, its id where it has none."""
        return self.names.get(id_, id_)

    def name_with_format(self, id_: str, formats: Mapping[str, str]) -> str:
        """Return the name of a site with the format it has, where the plan has several."""
        told = formats.get(id_) if self.results.has_formats else None
        return self.name(id_) if told is None else f"{self.name(id_)} ({told})"


def read_context(out: Path, results: Results, language: str) -> Context:
    """Read what stands beside the results in ``out``."""
    briefs = {brief.id: brief for brief in read_briefs(out)}
    units = sorted({brief.demand_unit for brief in briefs.values() if brief.demand_unit})
    table = results.candidates
    names = dict(zip(table["id"], table["name"], strict=True)) if "name" in table.columns else {}
    names |= {outlet.id: outlet.name for outlet in results.outlets}
    inputs, notes = _findings(out / "check.json")
    told = _told_by_scoring(out / "candidates.geojson")
    return Context(
        results=results,
        candidates=_figures(table),
        names=names,
        briefs=briefs,
        unit=units[0] if units else "persons",
        language=language,
        inputs=inputs,
        notes=(*notes, *told.notes),
        better=told.about.better,
        top=told.about.top,
        target_market=told.about.target_market,
        learnt=read_learnt(out),
        catchments=read_catchments(out),
    )


def _figures(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    columns = [str(name) for name in table.select_dtypes("number").columns]
    rows = zip(*(table[name].astype(float) for name in columns), strict=True)
    return {str(id_): dict(zip(columns, row, strict=True)) for id_, row in zip(table["id"], rows, strict=True)}


class _About(BaseModel):
    better: dict[str, str] = {}
    top: int | None = None
    target_market: dict[str, float] = {}


class _Told(BaseModel):
    """What stands beside the features of candidates.geojson."""

    notes: tuple[str, ...] = ()
    about: _About = _About()


def _told_by_scoring(file: Path) -> _Told:
    """Return what scoring assumed, from the last line of candidates.geojson, where it stands beside the features."""
    if not file.is_file():
        return _Told()
    last = file.read_text(encoding="utf-8").rstrip("\n").rsplit("\n", 1)[-1]
    try:
        return _Told.model_validate_json("{" + last.removeprefix("], "))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{file.name}: last line: {first['msg']}; run `outlet score` again") from error


def _findings(file: Path) -> tuple[tuple[tuple[str, int, str], ...], tuple[str, ...]]:
    if not file.is_file():
        return (), ()
    found = json.loads(file.read_text(encoding="utf-8"))
    inputs = tuple((str(item["input"]), int(item["rows"]), str(item["note"])) for item in found["inputs"])
    remarks = (f"{item['input']}: {item['text']}" for item in found.get("remarks", ()))
    return inputs, (*remarks, *(str(note) for note in found["notes"]))
