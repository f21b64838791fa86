"""Read drawn catchments back from ``out/``: catchments.geojson and outlet_catchments.geojson."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shapely.geometry.base import BaseGeometry

from outlet.errors import InputError

CANDIDATES, OUTLETS = "catchments.geojson", "outlet_catchments.geojson"

_Place = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
_Polygon = list[list[_Place]]


class _Properties(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    id: str
    role: Literal["candidate", "new", "existing"]
    minutes: float = Field(gt=0)
    area_km2: float
    demand: float
    rivals: int | None = None


class _Geometry(BaseModel):
    type: Literal["Polygon", "MultiPolygon"]
    coordinates: _Polygon | list[_Polygon]


class _Feature(BaseModel):
    properties: _Properties
    geometry: _Geometry


class _Collection(BaseModel):
    features: tuple[_Feature, ...]


@dataclass(frozen=True)
class Band:
    """What is within a walk of a place: minutes, area, demand and rivals (None: not known), and its shape in WGS 84."""

    minutes: float
    area_km2: float
    demand: float
    rivals: int | None
    shape: BaseGeometry


@dataclass(frozen=True)
class Catchments:
    """Bands of candidates and new outlets, and of existing outlets, by id, the shortest walk first."""

    candidates: dict[str, tuple[Band, ...]]
    existing: dict[str, tuple[Band, ...]]

    def of(self, id_: str, role: str) -> tuple[Band, ...]:
        """Return the bands of a place, none where it is not drawn."""
        return (self.existing if role == "existing" else self.candidates).get(id_, ())


NOTHING_DRAWN = Catchments({}, {})


def read_catchments(out: Path) -> Catchments:
    """Return what is drawn in an ``out`` folder; a file that is not there holds nothing.

    Raises
    ------
    InputError
        When a file is damaged.
    """
    found: dict[bool, dict[str, list[Band]]] = {True: {}, False: {}}
    for name, command in ((CANDIDATES, "score"), (OUTLETS, "locate")):
        fresh: dict[tuple[bool, str], list[Band]] = {}
        for feature in _features(out / name, command):
            told = feature.properties
            shape = _shape(feature.geometry, name, command)
            band = Band(told.minutes, told.area_km2, told.demand, told.rivals, shape)
            fresh.setdefault((told.role == "existing", told.id), []).append(band)
        for (existing, id_), bands in fresh.items():
            found[existing][id_] = sorted(bands, key=lambda band: band.minutes)
    return Catchments(*({id_: tuple(bands) for id_, bands in found[kind].items()} for kind in (False, True)))


def _features(file: Path, command: str) -> tuple[_Feature, ...]:
    if not file.is_file():
        return ()
    try:
        return _Collection.model_validate_json(file.read_bytes()).features
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InputError(f"{file.name}: {where}: {first['msg']}; run `outlet {command}` again") from error


def _shape(geometry: _Geometry, name: str, command: str) -> BaseGeometry:
    fault = InputError(f"{name}: a shape that is no area; run `outlet {command}` again")
    try:
        shape = shapely.from_geojson(geometry.model_dump_json())
    except (shapely.errors.ShapelyError, ValueError) as error:
        raise fault from error
    if shape.is_empty:
        raise fault
    return shape
