"""Turn a layer's settings into the `Source` that the door opens."""

from __future__ import annotations

from outlet.data.skipping import SkipRules
from outlet.data.table import TableForm
from outlet.project import DataPath, Project
from siting.data.files.source import Join, Source
from siting.data.osm.layers import describe_extract
from siting.settings.data import (
    CandidateSettings,
    CompetitorSettings,
    DemandSettings,
    ExistingSettings,
    SpreadSettings,
    StopSettings,
)
from siting.settings.layer import CoordinateColumns, FormSettings, JoinSettings, LayerSettings


def describe_source(project: Project, file: DataPath, chosen: LayerSettings) -> Source:
    """Return where a layer's file is and all that the settings say about reading it.

    Raises
    ------
    InputError
        When the file or the table to join leads out of the project folder.
    """
    columns, key = _columns(chosen)
    coordinates = (columns.lon, columns.lat) if columns.point is None else (columns.point,)
    places = coordinates if key is None else (key, *coordinates)
    return Source(
        project.path(file),
        str(file) if chosen.layer is None else f"{file}: {chosen.layer}",
        layer=chosen.layer,
        encoding=chosen.encoding,
        form=table_form(chosen, places),
        id=key,
        point=columns.point,
        point_order=chosen.point_order,
        tags=chosen.tags,
        join=None if chosen.join is None else _join(project, chosen.join),
        osm=describe_extract(project, file, chosen),
    )


def _columns(chosen: LayerSettings) -> tuple[CoordinateColumns, str | None]:
    """Return a layer's coordinate columns and its column of ids."""
    match chosen:
        case DemandSettings() | CandidateSettings() | ExistingSettings() | CompetitorSettings() | StopSettings():
            return chosen.columns, chosen.columns.id
        case SpreadSettings():
            return chosen.columns, None
    return CoordinateColumns(), None


def _join(project: Project, join: JoinSettings) -> Join:
    to = join.to or join.on
    return Join(
        project.path(join.file),
        str(join.file),
        join.on,
        to,
        columns=join.columns,
        loosely=join.loosely,
        least_share=join.least_share,
        form=table_form(join, (to,)),
    )


def table_form(chosen: FormSettings, places: tuple[str, ...]) -> TableForm:
    """Return how the settings say that a table is laid out; ``places`` are columns that only a real row fills."""
    skip = SkipRules(cells=chosen.skip) if isinstance(chosen.skip, dict) else SkipRules(first_text=chosen.skip)
    return TableForm(
        encoding=chosen.encoding,
        sheet=chosen.layer,
        separator=chosen.separator,
        header_row=chosen.header_row,
        skip=skip,
        places=places,
    )
