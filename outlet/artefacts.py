"""Write artefacts whole or not at all, and know which of them are up to date.

A stage writes into a staging folder inside ``out``; when it has ended well, its files take the places of their
predecessors in one commit (`outlet.commit`), and manifest.json records, for every artefact, the hashes of the inputs
and settings it came from. A stage that fails leaves ``out`` as it was.
"""

from __future__ import annotations

import glob
import hashlib
import json
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from outlet.commit import CACHE, Json, commit, drop_runs, drop_staging, dump_json, make_staging, read_manifest
from outlet.errors import InputError, ProjectError
from outlet.handover import OUTLETS_FOLDER, OutletBrief, folder_of
from outlet.project import Project
from outlet.stage import Stage, matching, resolve

OWN_PACKAGES = ("outlet", "siting", "layout")


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@cache
def hash_code() -> str:
    """Return one hash over the sources of our packages, so that an artefact of older code is never called fresh."""
    total = hashlib.sha256()
    for package in OWN_PACKAGES:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            continue
        root = Path(next(iter(spec.submodule_search_locations)))
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and file.suffix not in (".pbf", ".nbi", ".nbc"):
                total.update(file.relative_to(root).as_posix().encode())
                total.update(file.read_bytes())
    return total.hexdigest()


@dataclass(frozen=True)
class Staging:
    """Where a stage reads finished artefacts and writes new ones.

    ``folder`` is the outlet's folder under ``out`` for a per-outlet stage, else None; names may hold ``{outlet}``.
    """

    out: Path
    stage_folder: Path
    folder: str | None = None

    def read(self, name: str) -> Path:
        """Return the path of a finished artefact.

        Raises
        ------
        InputError
            When it is not there.
        """
        path = self.out / resolve(name, self.folder)
        if not path.is_file():
            raise InputError(f"{path.name}: not in {self.out.name}/ yet; `outlet run` makes every missing artefact")
        return path

    def has(self, name: str) -> bool:
        """Tell whether a finished artefact is there."""
        return (self.out / resolve(name, self.folder)).is_file()

    def write(self, name: str) -> Path:
        """Return the path to write a new artefact to; its folder exists."""
        path = self.stage_folder / resolve(name, self.folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write_text(self, name: str, text: str) -> None:
        """Write a new artefact as UTF-8 with line feeds as line ends."""
        self.write(name).write_text(text, encoding="utf-8", newline="\n")

    def write_json(self, name: str, value: object) -> None:
        """Write a new JSON artefact with sorted keys."""
        self.write_text(name, dump_json(value))

    def cache(self) -> Path:
        """Return the folder of expensive intermediate layers, keyed by input hash by whoever writes there."""
        path = self.out / CACHE
        path.mkdir(parents=True, exist_ok=True)
        return path


def run_name(stage: Stage, outlet: OutletBrief | None) -> str:
    """Return the manifest's name of one run: the stage, and the outlet for a per-outlet stage."""
    return stage.name if outlet is None else f"{stage.name}:{outlet.id}"


def _folder(outlet: OutletBrief | None) -> str | None:
    return None if outlet is None else f"{OUTLETS_FOLDER}/{folder_of(outlet.id)}"


def describe_inputs(stage: Stage, project: Project, out: Path, outlet: OutletBrief | None) -> dict[str, Json]:
    """Return what a run depends on: hashes of settings, data files, upstream artefacts and our code."""
    settings: dict[str, str] = {prefix: project.canonical(prefix) for prefix in ("project", *stage.settings)}
    files: dict[str, Json] = {}
    for prefix in stage.settings:
        for name in project.data_files(prefix):
            files |= _hash_with_sidecars(project, name)
    if outlet is not None:
        settings["outlet"] = outlet.to_json()
        if outlet.hall_plan is not None:
            files |= _hash_with_sidecars(project, outlet.hall_plan)
    upstream: dict[str, Json] = {
        name: hash_file(out / name)
        for pattern in (*stage.reads, *stage.reads_if_there, *stage.feedback)
        for name in matching(out, resolve(pattern, _folder(outlet)))
    }
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    return {"settings": digest, "files": files, "artefacts": upstream, "code": hash_code()}


def _hash_with_sidecars(project: Project, name: str) -> dict[str, Json]:
    try:
        path = project.path(name)
    except ProjectError:
        return {name: None}
    if path.is_dir():
        return {f"{name}/{file.name}": _hash_input(file) for file in sorted(path.iterdir())}
    beside = path.parent.glob(f"{glob.escape(path.stem)}.*") if path.suffix.lower() == ".shp" else [path]
    return {f"{Path(name).parent.as_posix()}/{file.name}": _hash_input(file) for file in sorted(beside)} or {name: None}


def _hash_input(file: Path) -> str | None:
    """Return the hash of an input, or None where it is no file that can be read: whoever reads it says why."""
    try:
        return hash_file(file) if stat.S_ISREG(file.stat().st_mode) else None
    except OSError:
        return None


def is_up_to_date(stage: Stage, project: Project, out: Path, outlet: OutletBrief | None = None) -> bool:
    """Tell whether a run's artefacts are all there, unchanged, and made from what is there now."""
    manifest = read_manifest(out)
    run = manifest.runs.get(run_name(stage, outlet))
    if run is None or run.inputs != describe_inputs(stage, project, out, outlet):
        return False
    known = {name: manifest.artefacts.get(name) for name in run.artefacts}
    return all(
        artefact is not None and (out / name).is_file() and artefact.sha256 == hash_file(out / name)
        for name, artefact in known.items()
    )


def changed_artefacts(stage: Stage, out: Path, outlet: OutletBrief | None = None) -> list[str]:
    """List the artefacts a run reads that are no longer, byte for byte, what the manifest says was written."""
    known = read_manifest(out).artefacts
    changed = []
    for pattern in (*stage.reads, *stage.reads_if_there, *stage.feedback):
        for name in matching(out, resolve(pattern, _folder(outlet))):
            artefact = known.get(name)
            if artefact is None or artefact.sha256 != hash_file(out / name):
                changed.append(name)
    return sorted(set(changed))


@contextmanager
def staging(stage: Stage, project: Project, out: Path, outlet: OutletBrief | None = None) -> Iterator[Staging]:
    """Give a stage a place to write; when the body ends well, move all it wrote into ``out`` and record it."""
    out.mkdir(parents=True, exist_ok=True)
    inputs = describe_inputs(stage, project, out, outlet)
    files = make_staging(out)
    try:
        yield Staging(out=out, stage_folder=files, folder=_folder(outlet))
        written = sorted(path for path in files.rglob("*") if path.is_file())
        hashes = {path.relative_to(files).as_posix(): hash_file(path) for path in written}
        commit(out, files, run_name(stage, outlet), inputs, hashes)
    finally:
        drop_staging(files)


def drop_closed_outlets(out: Path, outlet_ids: Sequence[str]) -> None:
    """Remove the artefacts of outlets that are in no plan any more."""
    keep = set(outlet_ids)
    drop_runs(out, [name for name in read_manifest(out).runs if ":" in name and name.split(":", 1)[1] not in keep])
