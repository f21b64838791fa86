"""Join what each half contributes to a new project: a part of outlet.toml and the files it names.

Each half registers functions under the entry-point group ``outlet.samples``, named ``<sample>.<half>``; the half
named ``siting`` also registers ``osm.siting``, which reads an OpenStreetMap extract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from outlet.errors import InputError

SAMPLES_GROUP = "outlet.samples"
HALVES = ("siting", "layout")


@dataclass(frozen=True)
class SamplePart:
    """What one half puts into a new project.

    ``toml`` is the commented text of its sections; ``files`` maps a path relative to the folder to its bytes;
    ``notes`` tell the planner what was assumed or left out, with counts. ``project`` holds ``[project]`` keys.
    """

    toml: str
    files: Mapping[str, bytes]
    notes: tuple[str, ...] = ()
    project: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SampleRequest:
    """What the planner asked for: the extract and brand of ``--osm``, or nothing for a shipped sample."""

    osm: Path | None = None
    brand: str | None = None
    sector: str = "bank"


def sample_names() -> list[str]:
    """Return the names of the shipped samples."""
    names = {point.name.split(".")[0] for point in entry_points(group=SAMPLES_GROUP)}
    return sorted(names - {"osm", "empty"})


def sample_parts(sample: str, request: SampleRequest) -> list[SamplePart]:
    """Ask each half for its part of a sample, siting first.

    Raises
    ------
    InputError
        When there is no such sample.
    """
    points = {point.name: point for point in entry_points(group=SAMPLES_GROUP)}
    makers: list[Callable[[SampleRequest], SamplePart]] = [
        points[f"{sample}.{half}"].load() for half in HALVES if f"{sample}.{half}" in points
    ]
    if not makers:
        raise InputError(f"--sample {sample!r}: there is no such sample; samples: {', '.join(sample_names())}")
    return [make(request) for make in makers]


def join_parts(parts: list[SamplePart]) -> dict[str, bytes]:
    """Return all files of a project, outlet.toml first, from the parts of its halves.

    Raises
    ------
    InputError
        When two halves write the same file.
    """
    keys: dict[str, str] = {}
    files: dict[str, bytes] = {}
    for part in parts:
        keys |= part.project
        for path, data in part.files.items():
            if path in files:
                raise InputError(f"two halves of the sample write {path}")
            files[path] = data
    lines = ["[project]", *(f"{key} = {value}" for key, value in keys.items()), ""]
    text = "\n".join(lines) + "\n" + "\n".join(part.toml.strip() + "\n" for part in parts)
    return {"outlet.toml": text.encode(), **files}
