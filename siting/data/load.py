"""Load every layer of a project into one metric coordinate system, or raise one error that lists every fault."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from outlet.errors import Fault, TableError
from outlet.findings import Remark
from outlet.project import Project
from siting.data.contracts.columns import rows_of
from siting.data.contracts.empty import empty_table
from siting.data.contracts.geometry import centres
from siting.data.contracts.together import together_remarks
from siting.data.contracts.ways import split_ways
from siting.data.gather import Gathered, gather
from siting.data.layers import SitingData, points_of
from siting.data.making.city import Walks
from siting.data.making.join import generate
from siting.data.spread import SpreadDemand, spread_demand
from siting.geo.crs import degrees_of, length_error, metric_crs, parse_metric_crs
from siting.geo.datum import choose_operation
from siting.geo.frontage import Ground
from siting.settings import SitingSettings
from siting.settings.data import DataSettings

NOT_KEPT = Walks()
SHOWN = 10
TOLD_OFF = 0.005
MOST_OFF = 0.05


def load_siting_data(
    project: Project, *, layers: Collection[str] | None = None, cache: Path | None = None
) -> SitingData:
    """Read the layers that the settings name.

    Parameters
    ----------
    project
        A project with a ``[siting]`` section.
    layers
        Names of the layers needed (demand, candidates, existing, competitors, stops, streets, zoning, area, water), or
        None for all; demand is always read, and candidates made by a rule pull in what the rule needs. The others
        come back empty.
    cache
        Folder of what rules take long to make, ``out/.cache``; None to make it anew.

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
    wanted = layers is None or "candidates" in layers
    data, faults = assemble(settings, gathered, crs, candidates=wanted, walks=walks_of(project, cache))
    if faults:
        raise TableError(faults)
    return data


def walks_of(project: Project, cache: Path | None) -> Walks:
    """Return how rules that make candidates walk in a project, and where they keep what takes long."""
    travel = project.section("siting", SitingSettings).score.travel
    return Walks(snap_limit_m=travel.snap_limit_m, cache=cache)


def assemble(
    settings: DataSettings,
    gathered: Gathered,
    crs: pyproj.CRS | None,
    *,
    candidates: bool = True,
    walks: Walks = NOT_KEPT,
) -> tuple[SitingData, list[Fault]]:
    """Bring faultless layers into one metric coordinate system and make candidates where rules say so.

    ``walks`` says how rules walk; `walks_of` makes it of a project's settings.
    """
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
    spread = SpreadDemand(frames["demand"])
    if not faults:
        spread = spread_demand(settings.demand, frames["demand"], frames.get("spread"), frames["streets"])
    frames["demand"] = spread.demand
    remarks += spread.remarks
    faults += spread.faults
    frames["candidates"], left_out, none_left = _on_allowed_ground(settings, frames)
    faults += none_left
    if candidates and settings.candidates.generate and not faults:
        joined = generate(settings, frames, frames["candidates"], walks)
        frames["candidates"] = joined.frame
        remarks += joined.remarks
    remarks += [*left_out, *together_remarks(settings, frames)]
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
    zoning = frames["zoning"]
    ground = Ground(zoning.geometry.to_numpy(), zoning["allowed"].to_numpy(dtype=bool), settings.zoning.outside)
    allowed = ground.allows(points_of(candidates))
    if allowed.all():
        return candidates, [], []
    name = str(settings.candidates.file)
    if not allowed.any():
        found = f"{len(allowed)} candidates, all where zoning forbids outlets"
        fix = "Correct allowed_values or outside of the zoning, or give other candidates."
        return candidates, [], [Fault(name, "no-candidates", found, "candidates on allowed ground", fix)]
    lost = tuple(candidates["id"][~allowed])
    told = f"{len(lost)} candidates lie where zoning forbids outlets and were left out: {', '.join(lost[:SHOWN])}"
    return candidates[allowed].reset_index(drop=True), [Remark(name, "candidates-forbidden", told, lost)], []


def _outside(settings: DataSettings, layer: str, frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> list[Fault]:
    chosen = settings.by_layer()[layer]
    bad = np.asarray(~np.isfinite(shapely.bounds(frame.geometry.to_numpy())).all(axis=1), dtype=np.bool_)
    name = str(chosen.file) if chosen is not None and chosen.file is not None else f"siting.data.{layer}"
    found = f"coordinates that have no place in {crs.name}"
    return [
        Fault(name, code="outside-crs", found=found, expected="coordinates near the demand", row=row)
        for row in rows_of(frame, bad)
    ]
