"""Read what the sections speak of, from the files in ``out`` only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from outlet.cells import read_csv_records
from outlet.handover import OUTLETS_FOLDER, OutletBrief, folder_of, read_briefs

Json = Mapping[str, object]
Record = Mapping[str, str]


@dataclass(frozen=True)
class OutletFiles:
    """One outlet with what was made for it; what was not is empty or None."""

    brief: OutletBrief
    folder: str
    hall_svg: str | None = None
    zones: Json = field(default_factory=dict)
    requirement: tuple[Record, ...] = ()
    roster: tuple[Record, ...] = ()
    shifts: tuple[Record, ...] = ()
    establishment: tuple[Record, ...] = ()
    simulation: Json = field(default_factory=dict)
    diversion: tuple[Record, ...] = ()
    pages: tuple[str, ...] = ()

    @property
    def planned(self) -> bool:
        """Whether anything was planned inside the outlet."""
        return bool(self.hall_svg or self.requirement or self.roster or self.simulation)


@dataclass(frozen=True)
class Content:
    """Everything that was made: outlets, and the tables of the network."""

    outlets: tuple[OutletFiles, ...]
    efficiency: tuple[Record, ...]
    establishment: tuple[Record, ...]
    language: str
    scorecard: tuple[Record, ...] = ()


def read_content(out: Path, language: str) -> Content:
    """Read what layout made in ``out``."""
    diversion = _records(out / "diversion.csv")
    return Content(
        outlets=tuple(_outlet(out, brief, diversion) for brief in read_briefs(out)),
        efficiency=_records(out / "efficiency.csv"),
        establishment=_records(out / "establishment.csv"),
        language=language,
        scorecard=_records(out / "scorecard.csv"),
    )


def _outlet(out: Path, brief: OutletBrief, diversion: tuple[Record, ...]) -> OutletFiles:
    folder = out / OUTLETS_FOLDER / folder_of(brief.id)
    svg = folder / "hall.svg"
    pages = ("hall.html", "hall.dxf", "roster.xlsx", "roster.csv", "shifts.csv", "simulation.json")
    return OutletFiles(
        brief=brief,
        folder=f"{OUTLETS_FOLDER}/{folder_of(brief.id)}",
        hall_svg=svg.read_text(encoding="utf-8") if svg.is_file() else None,
        zones=_json(folder / "zones.json"),
        requirement=_records(folder / "requirement.csv"),
        roster=_records(folder / "roster.csv"),
        shifts=_records(folder / "shifts.csv"),
        establishment=_records(folder / "establishment.csv"),
        simulation=_json(folder / "simulation.json"),
        diversion=tuple(row for row in diversion if row["outlet_id"] == brief.id),
        pages=tuple(name for name in pages if (folder / name).is_file()),
    )


def _records(file: Path) -> tuple[Record, ...]:
    if not file.is_file():
        return ()
    return tuple(read_csv_records(file)[1])


def _json(file: Path) -> Json:
    if not file.is_file():
        return {}
    found = json.loads(file.read_text(encoding="utf-8"))
    return found if isinstance(found, dict) else {}


def figure(record: Mapping[str, object], key: str) -> float | None:
    """Return a figure of a record, None where it is missing or empty."""
    value = record.get(key)
    if isinstance(value, str):
        return float(value) if value else None
    return float(value) if isinstance(value, int | float) else None


def items(record: Json, key: str) -> tuple[Json, ...]:
    """Return a list of objects in JSON, empty where there is none."""
    value = record.get(key)
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def inside(record: Json, key: str) -> Json:
    """Return an object in JSON, empty where there is none."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def texts(record: Json, key: str) -> tuple[str, ...]:
    """Return a list of texts in JSON, empty where there is none."""
    value = record.get(key)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
