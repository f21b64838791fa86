"""Join the candidates of all rules to the given ones: given ones and earlier rules win where two lie together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from outlet.errors import Fault, TableError
from outlet.findings import Remark
from siting.data.contracts.tables import generated_table
from siting.data.layers import points_of
from siting.data.making.city import GENERATED, City, Ints, Made, Walks
from siting.data.making.rules import make
from siting.settings.data import DataSettings
from siting.settings.generate import GenerateSettings

LETTERS = {
    "along-streets": "c",
    "grid": "g",
    "h3": "",
    "near-stations": "s",
    "demand-clusters": "d",
    "twins": "t",
}
REFERENCE_M = 10
REFERENCE_WRAP = 10_000


@dataclass(frozen=True)
class Joined:
    """All candidates, and what each rule did."""

    frame: gpd.GeoDataFrame
    remarks: tuple[Remark, ...]


def generate(
    settings: DataSettings, frames: dict[str, gpd.GeoDataFrame], given: gpd.GeoDataFrame, walks: Walks
) -> Joined:
    """Return given candidates, then those of each rule that are apart from all before.

    Parameters
    ----------
    settings
        Whose ``candidates.generate`` names the rules.
    frames
        Layers in one metric coordinate system: demand, existing, competitors, stops, streets, water, and zoning and
        area where the project has them.
    given
        Candidates of a file, on allowed ground; may be empty.
    walks
        How rules walk.

    Raises
    ------
    TableError
        When a rule makes no candidate, or one has the id of an existing outlet.
    """
    city = City(settings, frames, walks)
    parts, remarks = [given], []
    labels: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for rule in settings.candidates.generate:
        made = make(rule, city)
        used[rule.rule] += 1
        ids = _ids(made, LETTERS[rule.rule] + (str(used[rule.rule]) if used[rule.rule] > 1 else ""))
        apart = _apart(made, ids, parts, settings.candidates.merge_m)
        table = generated_table(made.points[apart], _names(made, apart, city, labels), rule, crs=given.crs)
        table["id"] = pd.Series([ids[at] for at in apart.tolist()], dtype="str")
        for name, values in made.columns.items():
            table[name] = values[apart]
        parts.append(table)
        remarks.append(_told(rule, made, len(apart), settings.candidates.merge_m))
    frame = gpd.GeoDataFrame(pd.concat([part for part in parts if len(part)], ignore_index=True), crs=given.crs)
    frame["rule"] = frame["rule"].fillna("").astype("str")
    _refuse_ids(frame, frames["existing"])
    return Joined(frame, tuple(remarks))


def _ids(made: Made, letter: str) -> list[str]:
    """Return ids that tell the place, so that one does not change when candidates are added elsewhere.

    Without an id of the rule's own it is easting and northing in tens of metres, the last four digits of each; where
    two are the same, as 100 km apart, the northern or eastern gets a suffix.
    """
    if made.ids is not None:
        return [f"{letter}{name}" for name in made.ids]
    east, north = (np.floor(made.points / REFERENCE_M).astype(np.int64) % REFERENCE_WRAP).T
    plain = [f"{letter}{x:04d}-{y:04d}" for x, y in zip(east.tolist(), north.tolist(), strict=True)]
    seen: Counter[str] = Counter()
    ids = []
    for name in plain:
        seen[name] += 1
        ids.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return ids


def _apart(made: Made, ids: list[str], parts: list[gpd.GeoDataFrame], merge_m: float) -> Ints:
    """Return the candidates that are neither near one there already, nor of its id."""
    taken = np.vstack([points_of(part) for part in parts])
    there = {str(value) for part in parts for value in part["id"]}
    new = np.array([name not in there for name in ids], dtype=bool)
    apart = np.flatnonzero(new)
    if merge_m == 0 or not len(taken):
        return apart.astype(np.int64)
    off = cKDTree(taken).query(made.points[apart])[0]
    return apart[off >= merge_m].astype(np.int64)


def _names(made: Made, apart: Ints, city: City, labels: Counter[str]) -> list[str]:
    """Name each candidate after its street, counted along it: ``Main Street 3``."""
    streets = city.labels(made.points[apart], made.ways[apart])
    names = []
    for at, street in zip(apart.tolist(), streets, strict=True):
        label = (made.before[at] if made.before else "") + street
        labels[label] += 1
        names.append(f"{label} {labels[label]}" + (made.after[at] if made.after else ""))
    return names


def _told(rule: GenerateSettings, made: Made, kept: int, merge_m: float) -> Remark:
    lost = len(made.points) - kept
    near = f"within {merge_m:g} m of a given candidate or one of an earlier rule, or share its id"
    merged = f"; {lost} more lie {near}" if lost else ""
    return Remark(GENERATED, "candidates-generated", f"{kept} candidates were generated {made.told}{merged}")


def _refuse_ids(frame: gpd.GeoDataFrame, existing: gpd.GeoDataFrame) -> None:
    both = sorted(set(frame["id"][frame["rule"] != ""]) & set(existing["id"]))
    if both:
        expected = "ids unique across candidates and existing outlets"
        raise TableError(
            [
                Fault(GENERATED, "duplicate-id", f"id {value!r}, which an existing outlet has too", expected, row=value)
                for value in both
            ]
        )
