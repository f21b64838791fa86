"""Read every layer that the settings name and collect every fault, instead of raising at the first.

Loading and checking are this one walk over the inputs, so that what `outlet check` passes can be loaded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from outlet.errors import Fault, InputError, TableError
from outlet.findings import Count, Remark
from outlet.project import DataPath, Project
from siting.data.contracts.layer_file import LayerFile, read_layer
from siting.data.contracts.places import Placed, place_faults
from siting.data.contracts.together import together_faults
from siting.data.files.describe import describe_source
from siting.data.files.source import Source
from siting.data.gtfs.feed import read_gtfs
from siting.settings import SitingSettings
from siting.settings.data import LAYERS, DataSettings, StopSettings
from siting.settings.layer import LayerSettings


@dataclass
class Gathered:
    """All layers read, in the coordinates of their files, with every fault found on the way."""

    frames: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)


def gather(project: Project, layers: Collection[str] | None = None) -> Gathered:
    """Read the layers named, or all; demand always, and what candidates made by a rule need."""
    settings = project.section("siting", SitingSettings).data
    unknown = sorted(set(layers or ()) - set(LAYERS))
    if unknown:
        raise InputError(f"layers {', '.join(unknown)}: expected some of {', '.join(LAYERS)}")
    wanted = set(LAYERS if layers is None else layers) | {"demand"}
    if "candidates" in wanted and settings.candidates.generate:
        wanted |= {"existing", "competitors", "stops", "streets", "zoning", "area", "water"}
    if (spread := settings.demand.spread) is not None:
        wanted |= {"streets" if spread.onto == "streets" else "spread"}
    gathered = Gathered()
    for layer, chosen in settings.by_layer().items():
        if layer not in wanted or chosen is None:
            continue
        files = chosen.gtfs if isinstance(chosen, StopSettings) and chosen.gtfs else (chosen.file,)
        for file in files:
            if file is not None:
                _gather_file(project, settings, layer, chosen, file, gathered)
    gathered.faults += place_faults(gathered.placed)
    gathered.faults += together_faults(project, settings, gathered.frames)
    return gathered


def _gather_file(
    project: Project, settings: DataSettings, layer: str, chosen: LayerSettings, file: DataPath, gathered: Gathered
) -> None:
    try:
        source = describe_source(project, file, chosen)
        if isinstance(chosen, StopSettings) and chosen.gtfs:
            read = _read_timetable(source, chosen, project)
        else:
            read = read_layer(source, layer, chosen, repair=settings.repair)
    except TableError as error:
        gathered.faults.extend(error.faults)
        return
    except InputError as error:
        gathered.faults.append(Fault(str(file), code="outside-folder", found=str(error), expected="a file inside"))
        return
    frame = read.frame
    gathered.faults += read.faults
    gathered.remarks += read.remarks
    gathered.placed += [] if read.placed is None else [read.placed]
    rows = int(frame["walkable"].sum()) if "walkable" in frame else len(frame)
    gathered.counts.append(Count(source.name, rows, f"{layer}, {frame.crs.name if frame.crs else 'no CRS'}"))
    before = gathered.frames.get(layer)
    if before is not None:
        frame = pd.concat([before, frame], ignore_index=True)
    gathered.frames[layer] = frame


def _read_timetable(source: Source, chosen: StopSettings, project: Project) -> LayerFile:
    frame, remarks = read_gtfs(source, chosen, project.settings.as_of)
    points = np.asarray(shapely.get_coordinates(frame.geometry.to_numpy()), dtype=np.float64)
    placed = Placed("stops", source, frame["id"].to_numpy(object), points, points, frame.crs, None)
    return LayerFile(frame, placed, remarks=list(remarks))
