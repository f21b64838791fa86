"""What siting contributes to a new project: its sections of outlet.toml and the layers they name."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from importlib.resources import as_file, files

from outlet.errors import InputError
from outlet.project import Sector
from outlet.samples import SamplePart, SampleRequest
from siting.data.osm.extract import Extract

HELSINKI = SampleRequest(brand="Nordea", sector="bank")
HELSINKI_AS_OF = dt.date(2026, 6, 1)


def helsinki(request: SampleRequest) -> SamplePart:
    """Make the Helsinki sample: what `from_osm` makes of the extract that ships with the package."""
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        part, _ = _from_extract(SampleRequest(osm=path, brand=HELSINKI.brand, sector=HELSINKI.sector))
    project = {
        "name": '"Helsinki"',
        "sector": '"bank"',
        "as_of": HELSINKI_AS_OF.isoformat(),
        "timezone": '"Europe/Helsinki"',
        "currency": '"EUR"',
        "language": '"en"',
        "seed": "7",
    }
    return SamplePart(toml=part.toml, files=part.files, notes=part.notes, project=project)


def riverton(request: SampleRequest) -> SamplePart:
    """Make the synthetic town of Riverton, complete, from seed 7."""
    from siting.data.synthetic.riverton import riverton_part

    return riverton_part()


def from_osm(request: SampleRequest) -> SamplePart:
    """Make a project from one OpenStreetMap extract: streets, stops, rivals, our outlets, homes, water.

    Raises
    ------
    InputError
        When the extract cannot be read, the brand matches nothing, or the extract lacks streets, stops or homes.
    """
    from siting.data.osm.origin import origin_of

    part, extract = _from_extract(request)
    origin = origin_of(extract, today=dt.datetime.now(tz=dt.UTC).date())
    project = dict(part.project) | {
        "as_of": origin.as_of.isoformat(),
        "timezone": json.dumps(origin.timezone),
        "currency": json.dumps(origin.currency),
        "language": json.dumps(origin.language),
        "seed": "7",
    }
    return SamplePart(toml=part.toml, files=part.files, notes=(*part.notes, *origin.notes), project=project)


def _from_extract(request: SampleRequest) -> tuple[SamplePart, Extract]:
    """Return what an extract gives but for when and where it is from, and the extract."""
    from siting.data.osm.project import osm_files, osm_toml

    if request.osm is None or request.brand is None:
        raise InputError("a project from OpenStreetMap needs an extract and a brand")
    sector = _sector(request.sector)
    layers, notes, extract = osm_files(request.osm, sector=sector, brand=request.brand)
    project = {
        "name": json.dumps(request.osm.name.split(".")[0], ensure_ascii=False),
        "sector": json.dumps(sector),
    }
    return SamplePart(toml=osm_toml(sector), files=layers, notes=tuple(notes), project=project), extract


def _sector(text: str) -> Sector:
    sectors: Mapping[str, Sector] = {"bank": "bank", "telecom": "telecom", "parcel": "parcel", "retail": "retail"}
    if text not in sectors:
        raise InputError(f"--sector {text!r}: expected one of {', '.join(sectors)}")
    return sectors[text]
