"""Settings that every layer of `[siting.data]` has: where its file is, how it is written, and in which coordinates."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from outlet.project import DataPath, Settings

CellValue = str | int | float | bool


class CoordinateColumns(Settings):
    """Columns that hold coordinates, for tables without geometry."""

    lon: str = Field("lon", description="Column of longitude or easting, for CSV and spreadsheets.")
    lat: str = Field("lat", description="Column of latitude or northing, for CSV and spreadsheets.")
    point: str | None = Field(
        None,
        description='One column instead of lon and lat: "60.17, 24.94" or "POINT (24.94 60.17)".',
    )


class FormSettings(Settings):
    """How a file is written, as far as it does not say so itself."""

    layer: str | None = Field(
        None,
        description="Layer of a GeoPackage, sheet of a workbook, file inside a zip, or file/layer inside a zip; "
        "needed where there are several, but for sheets, of which the first that holds anything is read.",
    )
    encoding: str | None = Field(
        None, description="Text encoding, such as GB18030 or CP932; found out from the bytes if not given."
    )
    separator: str | None = Field(
        None,
        min_length=1,
        max_length=1,
        description="What stands between cells of a CSV file; found out if not given.",
    )
    header_row: int | None = Field(
        None,
        ge=1,
        description="Row of a table that names the columns, counted from 1; the first filled.",
    )
    skip: tuple[str, ...] | dict[str, tuple[str, ...]] = Field(
        (),
        description='Rows of a table that are no data: patterns of their first text, as ["Total", "Source:*"], '
        'or of columns, as { name = ["小计", "Subtotal*"] }; in any case, counted in a remark.',
    )


class JoinSettings(FormSettings):
    """A table whose columns are taken onto a layer, by id or by name.

    A table's column takes the place of the layer's column of the same name only if ``columns`` lists it.
    """

    file: DataPath = Field(description="Table inside the project folder: CSV, TSV, XLS, XLSX or ODS, also .csv.gz.")
    on: str = Field(description="Column of the layer that holds the key.")
    to: str | None = Field(None, description="Column of the table that holds the key; the same name if not given.")
    columns: tuple[str, ...] = Field((), description="Columns to take; all that the layer lacks if empty.")
    loosely: bool = Field(
        False, description="Match keys in any case, full or half width, and with any spaces: for names."
    )
    least_share: float = Field(
        0.5, ge=0, le=1, description="Least share of the layer's rows that must find a row, or the join is a fault."
    )


class LayerSettings(FormSettings):
    """What every layer says: where it is and how it is written."""

    file: DataPath | None = Field(None, description="File inside the project folder.")
    crs: str | None = Field(
        None,
        description="Coordinate system, such as EPSG:4326; needed where the file does not say; wins where it does.",
    )
    point_order: Literal["lat-lon", "lon-lat"] | None = Field(
        None, description="Which number comes first in the point column; found out where only one order can be."
    )
    tags: str | None = Field(
        None, description="Column of OpenStreetMap tags, such as other_tags, whose keys are then columns too."
    )
    osm: dict[str, str | tuple[str, ...]] = Field(
        {},
        description="Of an OpenStreetMap extract (.pbf), features with any of these tags, * for any value, as "
        '{ amenity = "bank", shop = "*" }; else those that where names, or what suits the layer: walkable ways, stops, '
        "homes, water, land use, the extract's rectangle. Keys of tags are columns.",
    )
    join: JoinSettings | None = Field(None, description="Table whose columns are taken onto the layer.")
    where: dict[str, CellValue | tuple[CellValue, ...]] = Field(
        {}, description="Keep only rows whose column holds one of these values, as { YEAR = 2023 }."
    )
    where_not: dict[str, CellValue | tuple[CellValue, ...]] = Field(
        {}, description="Drop rows whose column holds one of these values."
    )


class FileLayer(LayerSettings):
    """A layer that must name its file."""

    file: DataPath = Field(description="File inside the project folder.")
