"""Check what no single layer shows: ids across layers, hall plans, and layers that say nothing together."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import shapely

from outlet.errors import Fault, InputError
from outlet.findings import Remark
from outlet.project import Project
from siting.data.contracts.opened import years_of
from siting.data.contracts.tables import shared_ids
from siting.settings.data import DataSettings, ZoningSettings

Frames = dict[str, gpd.GeoDataFrame]
SAME_PLACE_M = 5.0
SHOWN = 5


def together_faults(project: Project, settings: DataSettings, frames: Frames) -> list[Fault]:
    """Return the faults of layers taken together, as far as they were read."""
    faults = []
    files = {"candidates": settings.candidates.file, "existing": settings.existing and settings.existing.file}
    for layer, file in files.items():
        if layer in frames and file is not None:
            faults += _hall_plans(project, str(file), frames[layer])
    if files["candidates"] and files["existing"] and {"candidates", "existing"} <= frames.keys():
        names = (str(files["candidates"]), str(files["existing"]))
        faults += shared_ids(frames["candidates"], frames["existing"], names)
    if files["existing"] and "existing" in frames:
        faults += _not_open_yet(str(files["existing"]), frames["existing"], project.settings.as_of)
    if "demand" in frames:
        faults += _no_demand(settings, frames["demand"])
    if settings.zoning is not None and "zoning" in frames:
        faults += _nothing_allowed(settings.zoning, frames["zoning"])
    return faults


def _hall_plans(project: Project, file: str, frame: gpd.GeoDataFrame) -> list[Fault]:
    return [
        Fault(
            file,
            code="missing-file",
            found=f"{plan!r}, which is no file in the project folder",
            expected="a hall plan inside the project folder",
            row=int(row),
            column="hall_plan",
        )
        for row, plan in frame["hall_plan"].items()
        if plan is not None and not _is_inside(project, plan)
    ]


def _is_inside(project: Project, plan: str) -> bool:
    try:
        return project.path(plan).is_file()
    except (InputError, ValueError, OSError):
        return False


def _not_open_yet(file: str, frame: gpd.GeoDataFrame, as_of: dt.date) -> list[Fault]:
    """Return the faults of outlets that open after the project's day; a year alone is compared as a year."""
    opened = frame["opened"].to_numpy(dtype=np.float64)
    late = (opened > years_of(as_of)) & (opened != as_of.year + 0.5)
    return [
        Fault(
            file,
            code="out-of-range",
            found=f"an outlet that opens in {opened[at]:.2f}",
            expected=f"outlets open on the project's day, {as_of.isoformat()}",
            fix="Leave it out, make it a candidate, or correct as_of.",
            row=int(frame.index[at]),
            column="opened",
        )
        for at in np.flatnonzero(late).tolist()
    ]


def _no_demand(settings: DataSettings, demand: gpd.GeoDataFrame) -> list[Fault]:
    weight = demand["weight"].to_numpy()
    if not len(weight) or np.isnan(weight).any() or bool((weight != 0).any()):
        return []
    found = f"a weight of 0 in each of {len(weight)} rows"
    column = settings.demand.columns.weight
    fix = "Map the column that counts people or money."
    return [Fault(str(settings.demand.file), "no-demand", found, "demand somewhere", fix, column=column)]


def _nothing_allowed(settings: ZoningSettings, zoning: gpd.GeoDataFrame) -> list[Fault]:
    if settings.outside or not len(zoning) or bool(zoning["allowed"].any()):
        return []
    found = f"{len(zoning)} polygons of which none is allowed, and outside = false: no outlet may open anywhere"
    expected = f"a polygon whose {settings.columns.allowed!r} is one of {', '.join(settings.allowed_values)}"
    return [Fault(str(settings.file), "nothing-allowed", found, expected, "Correct allowed_values.")]


def together_remarks(settings: DataSettings, frames: Frames) -> list[Remark]:
    """Return oddities of layers taken together; all are in one metric coordinate system."""
    remarks = []
    if settings.competitors is not None and len(frames["existing"]) and len(frames["competitors"]):
        remarks += _same_places(str(settings.competitors.file), frames["competitors"], frames["existing"])
    if settings.area is not None and "area" in frames and len(frames["competitors"]):
        area = shapely.union_all(frames["area"].geometry.to_numpy())
        shapely.prepare(area)
        if not bool(shapely.intersects(area, frames["competitors"].geometry.to_numpy()).any()):
            told = "no competitor lies inside the area in which their layer is said to be complete"
            remarks.append(Remark(str(settings.area.file), "empty-area", told))
    return remarks


def _same_places(file: str, competitors: gpd.GeoDataFrame, existing: gpd.GeoDataFrame) -> list[Remark]:
    tree = shapely.STRtree(existing.geometry.to_numpy())
    near, _ = tree.query(competitors.geometry.to_numpy(), predicate="dwithin", distance=SAME_PLACE_M)
    same = np.unique(near)
    if not len(same):
        return []
    names = ", ".join(competitors["name"].iloc[same[:SHOWN]])
    told = (
        f"{len(same)} competitors lie within {SAME_PLACE_M:g} m of an outlet of ours; leave ours out of the "
        f"competitors if it is they: {names}{', …' if len(same) > SHOWN else ''}"
    )
    return [Remark(file, "same-place", told, tuple(str(value) for value in competitors["id"].iloc[same]))]
