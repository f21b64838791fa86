"""Load every layer of a project into one metric coordinate system, or raise one error that lists every fault."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from outlet.errors import Fault, TableError
from outlet.findings import Remark
from outlet.project import Project
from siting.data.contracts.columns import rows_of
from siting.data.contracts.geometry import centres
from siting.data.contracts.tables import empty_table, generated_table
from siting.data.contracts.together import together_remarks
from siting.data.contracts.ways import split_ways
from siting.data.gather import Gathered, gather, layer_settings
from siting.data.layers import SitingData, points_of
from siting.data.spread import SpreadDemand, spread_demand
from siting.geo.candidates import Ground, Siting, along_streets
from siting.geo.crs import degrees_of, length_error, metric_crs, parse_metric_crs
from siting.geo.datum import choose_operation
from siting.settings import SitingSettings
from siting.settings.data import DataSettings, GenerateSettings

GENERATED = "siting.data.candidates.generate"
SHOWN = 10
TOLD_OFF = 0.005
MOST_OFF = 0.05


def load_siting_data(project: Project, *, layers: Collection[str] | None = None) -> SitingData:
    """Read the layers that the settings name.

    Parameters
    ----------
    project
        A project with a ``[siting]`` section.
    layers
        Names of the layers needed (demand, candidates, existing, competitors, stops, streets, zoning, area, water), or
        None for all; demand is always read, and candidates made by a rule pull in what the rule needs. The others
        come back empty.

    Raises
    ------
    TableError
        With every fault of every layer read.
    CrsError
        When the coordinate system to measure in is not in metres.
    """
    settings = project.section("siting", SitingSettings).data
    crs = None if settings.crs is None else parse_metric_crs(settings.crs)
    gathered = gather(project, layers)
    if gathered.faults:
        raise TableError(gathered.faults)
    data, faults = assemble(settings, gathered, crs, candidates=layers is None or "candidates" in layers)
    if faults:
        raise TableError(faults)
    return data


def assemble(
    settings: DataSettings, gathered: Gathered, crs: pyproj.CRS | None, *, candidates: bool = True
) -> tuple[SitingData, list[Fault]]:
    """Bring faultless layers into one metric coordinate system and make candidates where a rule says so."""
    crs = crs or metric_crs(gathered.frames["demand"])
    faults, stretched = _stretched(crs, gathered.frames["demand"])
    remarks = [*gathered.remarks, *stretched]
    frames: dict[str, gpd.GeoDataFrame] = {}
    for layer, frame in gathered.frames.items():
        moved = choose_operation(frame.crs, crs, centres(frame)).apply(frame, crs)
        faults += _outside(settings, layer, moved, crs)
        frames[layer] = moved.reset_index(drop=True)
    for layer in ("existing", "competitors", "stops", "streets", "water"):
        frames.setdefault(layer, empty_table(layer, crs))
    frames["streets"], roads = split_ways(frames["streets"])
    if "candidates" not in frames:
        frames["candidates"] = empty_table("candidates", crs)
        if candidates and settings.candidates.generate is not None and not faults:
            frames["candidates"], made = _generate(settings.candidates.generate, settings, frames)
            remarks.append(made)
    spread = SpreadDemand(frames["demand"])
    if not faults:
        spread = spread_demand(settings.demand, frames["demand"], frames.get("spread"), frames["streets"])
    frames["demand"] = spread.demand
    remarks += spread.remarks
    faults += spread.faults
    frames["candidates"], left_out, none_left = _on_allowed_ground(settings, frames)
    remarks += [*left_out, *together_remarks(settings, frames)]
    faults += none_left
    area = frames.get("area")
    data = SitingData(
        crs=crs,
        demand=frames["demand"],
        candidates=frames["candidates"],
        existing=frames["existing"],
        competitors=frames["competitors"],
        stops=frames["stops"],
        streets=frames["streets"],
        roads=roads,
        zoning=frames.get("zoning"),
        area=None if area is None else shapely.union_all(area.geometry.to_numpy()),
        water=frames["water"],
        demand_areas=spread.areas,
        notes=tuple(str(remark) for remark in remarks),
        remarks=tuple(remarks),
    )
    return data, faults


def _stretched(crs: pyproj.CRS, demand: gpd.GeoDataFrame) -> tuple[list[Fault], list[Remark]]:
    """Judge whether lengths measured in the coordinate system are true where the demand lies."""
    error = length_error(crs, degrees_of(demand))
    found = f"{crs.name}, in which lengths are off by up to {error:.2g} of themselves where the demand lies"
    if error > MOST_OFF:
        expected = f"a coordinate system made for that area, off by {MOST_OFF:g} at most"
        fix = "Choose another, or leave siting.data.crs out to get the UTM zone of the data."
        return [Fault("siting.data.crs", "distorted-crs", found, expected, fix)], []
    return [], [Remark("siting.data.crs", "distorted-lengths", found)] if error > TOLD_OFF else []


def _on_allowed_ground(
    settings: DataSettings, frames: dict[str, gpd.GeoDataFrame]
) -> tuple[gpd.GeoDataFrame, list[Remark], list[Fault]]:
    """Leave out the candidates on ground where no outlet may open."""
    candidates = frames["candidates"]
    if settings.zoning is None or "zoning" not in frames or not len(candidates):
        return candidates, [], []
    ground = _ground(frames["zoning"], outside=settings.zoning.outside)
    assert ground is not None
    allowed = ground.allows(points_of(candidates))
    if allowed.all():
        return candidates, [], []
    name = str(settings.candidates.file or GENERATED)
    if not allowed.any():
        found = f"{len(allowed)} candidates, all where zoning forbids outlets"
        fix = "Correct allowed_values or outside of the zoning, or give other candidates."
        return candidates, [], [Fault(name, "no-candidates", found, "candidates on allowed ground", fix)]
    lost = tuple(candidates["id"][~allowed])
    told = f"{len(lost)} candidates lie where zoning forbids outlets and were left out: {', '.join(lost[:SHOWN])}"
    return candidates[allowed].reset_index(drop=True), [Remark(name, "candidates-forbidden", told, lost)], []


def _outside(settings: DataSettings, layer: str, frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> list[Fault]:
    chosen = layer_settings(settings)[layer]
    bad = np.asarray(~np.isfinite(shapely.bounds(frame.geometry.to_numpy())).all(axis=1), dtype=np.bool_)
    name = str(chosen.file) if chosen is not None and chosen.file is not None else f"siting.data.{layer}"
    found = f"coordinates that have no place in {crs.name}"
    return [
        Fault(name, code="outside-crs", found=found, expected="coordinates near the demand", row=row)
        for row in rows_of(frame, bad)
    ]


def _generate(
    rule: GenerateSettings, settings: DataSettings, frames: dict[str, gpd.GeoDataFrame]
) -> tuple[gpd.GeoDataFrame, Remark]:
    stops = frames["stops"]
    if rule.near:
        near = stops["mode"].isin(rule.near) | (stops["station"] & ("station" in rule.near))
        stops = stops[near]
    if not len(stops):
        found = f"near = {list(rule.near)}, which matches none of {len(frames['stops'])} stops"
        raise TableError([_no_candidates(found, "stops to put candidates near", "Change near, or give stops.")])
    streets = frames["streets"]
    fronted = streets["kind"].isin(rule.kinds).to_numpy()
    siting = Siting(spacing_m=rule.spacing_m, within_m=rule.within_m, most=rule.most)
    outside = True if settings.zoning is None else settings.zoning.outside
    ground = _ground(frames.get("zoning"), outside=outside)
    points, ways = along_streets(streets.geometry.to_numpy()[fronted], points_of(stops), siting, ground=ground)
    if not len(points):
        found = (
            f"no street of the kinds {', '.join(rule.kinds)} within {rule.within_m:g} m of {len(stops)} stops on "
            "allowed ground"
        )
        raise TableError([_no_candidates(found, "streets near stops", "Widen within_m or kinds.")])
    names = _number_along(streets["name"].to_numpy()[fronted][ways])
    series = gpd.GeoSeries(shapely.points(points), crs=streets.crs)
    told = (
        f"{len(points)} candidates were generated along streets, {rule.spacing_m:g} m apart, "
        f"within {rule.within_m:g} m of {len(stops)} stops"
    )
    return generated_table(series, names, rule), Remark(GENERATED, "candidates-generated", told)


def _no_candidates(found: str, expected: str, fix: str) -> Fault:
    return Fault(GENERATED, code="no-candidates", found=found, expected=expected, fix=fix)


def _ground(zoning: gpd.GeoDataFrame | None, *, outside: bool) -> Ground | None:
    if zoning is None:
        return None
    return Ground(zoning.geometry.to_numpy(), zoning["allowed"].to_numpy(dtype=bool), outside)


def _number_along(streets: NDArray[np.object_]) -> list[str]:
    """Name each candidate after its street, counted along it: ``Main Street 3``."""
    names = pd.Series(streets, dtype="str").fillna("")
    names = names.where(names != "", "Unnamed street")
    number = names.groupby(names).cumcount() + 1
    return [f"{name} {count}" for name, count in zip(names, number, strict=True)]
