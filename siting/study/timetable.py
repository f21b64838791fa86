"""Read what leaves when from the project's timetables, aligned to its stops."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from outlet.project import Project
from siting.access.ptal import RouteService
from siting.data.files.describe import describe_source
from siting.data.gtfs.peak import read_peak
from siting.data.layers import SitingData
from siting.settings import SitingSettings
from siting.settings.data import MODES


def route_service(project: Project, data: SitingData) -> RouteService | None:
    """Return the departures per hour of each route at each stop within the peak, or None without a timetable.

    Parameters
    ----------
    project
        Its ``[siting.data.stops]`` names the timetables, its ``[siting.score.transport.ptal]`` the peak.
    data
        Its stops, shape (s,), are those of the timetables one after another.

    Raises
    ------
    TableError
        Every fault of a timetable at once.
    """
    section = project.section("siting", SitingSettings)
    stops = section.data.stops
    if stops is None or not stops.gtfs:
        return None
    window = section.score.transport.ptal.window_s
    feeds = [read_peak(describe_source(project, file, stops), project.settings.as_of, window) for file in stops.gtfs]
    parts, first = [], 0
    for feed in feeds:
        ids = data.stops["id"].iloc[first : first + len(feed.stop_ids)].tolist()
        assert sorted(ids) == list(feed.stop_ids), "stops are not those of the timetables"
        position = {name: at for at, name in enumerate(feed.stop_ids)}
        parts.append(feed.per_hour[[position[name] for name in ids]])
        first += len(ids)
    assert first == len(data.stops), "stops are not those of the timetables"
    modes = [MODES.index(mode) for feed in feeds for mode in feed.modes]
    return RouteService(
        per_hour=sparse.csr_array(sparse.block_diag(parts, format="csr")),
        mode=np.array(modes, dtype=np.int64),
        names=tuple(name for feed in feeds for name in feed.route_names),
    )
