"""Load every layer of a project into one metric coordinate system, or raise one error that lists every fault."""

from __future__ import annotations

from collections.abc import Collection

from outlet.project import Project
from siting.data.layers import SitingData


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
    raise NotImplementedError
