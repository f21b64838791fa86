"""Compute minutes by car from demand to candidates once, keep them in ``out/.cache``, and say what was assumed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from outlet.progress import SILENT, Progress
from outlet.project import Project
from siting.access.drive import Csr, Drives, RoadSpeeds, road_speeds
from siting.data.kept import Kept
from siting.data.layers import SitingData, demand_points, points_of
from siting.geo.driving import driving_minutes
from siting.geo.roads import RoadNetwork, Ways, build_roads
from siting.settings import SitingSettings
from siting.settings.score import ScoreSettings
from siting.study.along import Along, Points

FEATURE = "demand_by_car"
KIND, FILES_KEPT = "drive", 8


@dataclass(frozen=True, kw_only=True)
class DriveStudy:
    """Minutes by car, None where they are not known, and what was assumed of streets and speeds."""

    drives: Drives | None
    notes: tuple[str, ...] = ()


def drive_study(project: Project, data: SitingData, cache: Path, progress: Progress = SILENT) -> DriveStudy:
    """Return minutes by car from every demand point to every candidate, where the settings count them.

    Parameters
    ----------
    project
        Its ``[siting.score.drive]`` says how fast cars are and how far customers drive.
    data
        The layers; their roads say where cars may drive.
    cache
        Folder of cached matrices, ``out/.cache``.
    progress
        Where to tell what is computed.
    """
    settings = project.section("siting", SitingSettings).score
    if FEATURE not in settings.counted:
        return DriveStudy(drives=None)
    unknown = f"demand by car, {FEATURE}, is not known"
    if data.roads is None or not len(data.roads):
        return DriveStudy(drives=None, notes=(f"No street that cars drive on: {unknown}.",))
    speeds = road_speeds(
        data.roads["kind"].astype(str).tolist(), data.roads["limit_km_h"].to_numpy(dtype=np.float64), settings.drive
    )
    if not np.isfinite(speeds.m_per_min).any():
        why = "its kind has no preset speed" if settings.drive.presets else "siting.score.drive.presets is false"
        return DriveStudy(drives=None, notes=(f"No street has a speed limit, and {why}: {unknown}.",))
    driver = _Driver(data.roads, speeds, settings, cache, progress)
    demand, candidates = demand_points(data), points_of(data.candidates)
    drives = Drives(minutes=driver.minutes(demand, candidates), on_road=driver.along.reaches(candidates))
    return DriveStudy(drives=drives, notes=(*_tell(data.roads, speeds, settings), *driver.tell(drives.on_road)))


class _Driver:
    """Drives along one project's roads."""

    def __init__(
        self, roads: gpd.GeoDataFrame, speeds: RoadSpeeds, settings: ScoreSettings, cache: Path, progress: Progress
    ) -> None:
        used = np.isfinite(speeds.m_per_min)
        self.lines: NDArray[np.object_] = roads.geometry.to_numpy()[used]
        self.ways = Ways(
            m_per_min=speeds.m_per_min[used],
            forward=roads["forward"].to_numpy(dtype=np.bool_)[used],
            backward=roads["backward"].to_numpy(dtype=np.bool_)[used],
        )
        self.settings = settings
        self.progress = progress
        ways, travel = self.ways, settings.travel
        how = (settings.drive.reach_min, travel.snap_limit_m, travel.walk_m_per_min)
        parts = (self.lines, ways.m_per_min, ways.forward, ways.backward, how)
        self.along = Along(Kept(cache, KIND, FILES_KEPT), parts, self._join, travel.snap_limit_m)

    def _join(self) -> RoadNetwork:
        self.progress.say(f"roads: joining {len(self.lines):,} lines into a network for cars")
        return build_roads(self.lines, self.ways)

    def minutes(self, origins: Points, targets: Points) -> Csr:
        """Return minutes by car from origins to targets, from the cache where they are there."""
        drive, travel = self.settings.drive, self.settings.travel

        def find(network: RoadNetwork) -> Csr:
            self.progress.say(f"drives: {len(origins):,} places to {len(targets):,} candidates")
            return driving_minutes(
                network, origins, targets, cutoff_min=drive.reach_min, snap_limit_m=travel.snap_limit_m,
                walk_m_per_min=travel.walk_m_per_min,
            )  # fmt: skip

        return self.along.minutes(origins, targets, find)

    def tell(self, on_road: NDArray[np.bool_]) -> list[str]:
        """Say what no car reaches."""
        kept, dropped = self.along.lengths()
        notes = []
        if dropped > 0:
            notes.append(
                f"By car: {kept / 1000:,.1f} km of streets can be reached and left again; {dropped / 1000:,.1f} km "
                "cannot, and nobody drives there."
            )
        off = int((~on_road).sum())
        if off:
            limit = f"{self.settings.travel.snap_limit_m:g} m"
            notes.append(
                f"By car: {off:,} of {len(on_road):,} candidates lie farther than {limit} from every street cars drive "
                "on; their demand by car is not known."
            )
        return notes


def _tell(roads: gpd.GeoDataFrame, speeds: RoadSpeeds, settings: ScoreSettings) -> list[str]:
    total = len(roads)
    limited, preset = int(speeds.from_limit.sum()), int(speeds.from_preset.sum())
    share = f"{100 * settings.drive.limit_share:g} % of the speed limit"
    at_limit = f"{limited:,} of {total:,} ways have a speed limit and are driven at {share}"
    if not limited:
        at_limit = f"none of {total:,} ways has a speed limit"
    at_preset = f"{preset:,} are driven at the preset speed of their kind (siting.score.drive.preset_km_h)"
    notes = [f"By car: {at_limit}; {at_preset}; no lights, turns, traffic or parking."]
    left_out = total - limited - preset
    if left_out:
        why = "no preset for their kind" if settings.drive.presets else "siting.score.drive.presets is false"
        notes.append(f"By car: {left_out:,} of {total:,} ways without a speed limit are not driven: {why}.")
    if bool((roads["forward"] & roads["backward"]).all()):
        notes.append("By car: no street is one way; where the file leaves that out, drives are too short.")
    return notes
