"""Write artefacts whole or not at all, and know which of them are up to date.

A stage writes into a staging folder inside ``out``; when it has ended well, each file is moved over its predecessor
by an atomic rename and manifest.json records, for every artefact, the hashes of the inputs and settings it came
from. A stage that fails leaves ``out`` as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from outlet.errors import InputError
from outlet.handover import OUTLETS_FOLDER, OutletBrief, folder_of
from outlet.lock import locked
from outlet.project import Project
from outlet.stage import Stage, matching, resolve

SCHEMA = 1
MANIFEST = "manifest.json"
STAGING_PREFIX = ".staging-"
OWN_PACKAGES = ("outlet", "siting", "layout")

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def dump_json(value: object) -> str:
    """Return JSON as every artefact writes it: sorted keys, UTF-8 text, no NaN, a final newline."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


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
        path = self.out / ".cache"
        path.mkdir(parents=True, exist_ok=True)
        return path


def run_name(stage: Stage, outlet: OutletBrief | None) -> str:
    """Return the manifest's name of one run: the stage, and the outlet for a per-outlet stage."""
    return stage.name if outlet is None else f"{stage.name}:{outlet.id}"


def _folder(outlet: OutletBrief | None) -> str | None:
    return None if outlet is None else f"{OUTLETS_FOLDER}/{folder_of(outlet.id)}"


def read_manifest(out: Path) -> dict[str, dict[str, dict[str, Json]]]:
    """Read manifest.json; an empty one where it is missing or unreadable, so that everything counts as stale."""
    try:
        data = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        if data["schema"] == SCHEMA:
            return {"artefacts": dict(data["artefacts"]), "runs": dict(data["runs"])}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return {"artefacts": {}, "runs": {}}


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
        for pattern in (*stage.reads, *stage.reads_if_there)
        for name in matching(out, resolve(pattern, _folder(outlet)))
    }
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    return {"settings": digest, "files": files, "artefacts": upstream, "code": hash_code()}


def _hash_with_sidecars(project: Project, name: str) -> dict[str, Json]:
    path = project.path(name)
    if not path.exists():
        return {name: None}
    if path.is_dir():
        return {f"{name}/{file.name}": hash_file(file) for file in sorted(path.iterdir()) if file.is_file()}
    beside = path.parent.glob(f"{path.stem}.*") if path.suffix.lower() == ".shp" else [path]
    return {f"{Path(name).parent.as_posix()}/{file.name}": hash_file(file) for file in sorted(beside)}


def is_up_to_date(stage: Stage, project: Project, out: Path, outlet: OutletBrief | None = None) -> bool:
    """Tell whether a run's artefacts are all there, unchanged, and made from what is there now."""
    manifest = read_manifest(out)
    run = manifest["runs"].get(run_name(stage, outlet))
    if run is None or run.get("inputs") != describe_inputs(stage, project, out, outlet):
        return False
    written = run.get("artefacts")
    return isinstance(written, list) and all(
        (out / str(name)).is_file()
        and manifest["artefacts"].get(str(name), {}).get("sha256") == hash_file(out / str(name))
        for name in written
    )


@contextmanager
def staging(stage: Stage, project: Project, out: Path, outlet: OutletBrief | None = None) -> Iterator[Staging]:
    """Give a stage a place to write; when the body ends well, move all it wrote into ``out`` and record it."""
    out.mkdir(parents=True, exist_ok=True)
    inputs = describe_inputs(stage, project, out, outlet)
    folder = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=out))
    try:
        yield Staging(out=out, stage_folder=folder, folder=_folder(outlet))
        with locked(out):
            _commit(stage, out, folder, run_name(stage, outlet), inputs)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _commit(stage: Stage, out: Path, folder: Path, name: str, inputs: dict[str, Json]) -> None:
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    manifest = read_manifest(out)
    before = manifest["runs"].get(name, {}).get("artefacts")
    for path in written:
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (folder / path).replace(target)
        manifest["artefacts"][path] = {"sha256": hash_file(target), "run": name}
    for old in before if isinstance(before, list) else []:
        if old not in written:
            _drop(out, manifest, str(old))
    manifest["runs"][name] = {"inputs": inputs, "artefacts": [*written]}
    _write_manifest(out, manifest)


def _drop(out: Path, manifest: dict[str, dict[str, dict[str, Json]]], path: str) -> None:
    (out / path).unlink(missing_ok=True)
    manifest["artefacts"].pop(path, None)
    for parent in (out / path).parents:
        if parent == out or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def drop_closed_outlets(out: Path, outlet_ids: Sequence[str]) -> None:
    """Remove the artefacts of outlets that are in no plan any more."""
    keep = set(outlet_ids)
    runs = read_manifest(out)["runs"]
    drop_runs(out, [name for name in runs if ":" in name and name.split(":", 1)[1] not in keep])


def drop_runs(out: Path, names: Sequence[str]) -> None:
    """Remove what these runs wrote, where they ran, and forget them."""
    if not set(names) & set(read_manifest(out)["runs"]):
        return
    with locked(out):
        manifest = read_manifest(out)
        for name in names:
            written = manifest["runs"].pop(name, {}).get("artefacts")
            for old in written if isinstance(written, list) else []:
                _drop(out, manifest, str(old))
        _write_manifest(out, manifest)


def _write_manifest(out: Path, manifest: dict[str, dict[str, dict[str, Json]]]) -> None:
    write_atomically(out / MANIFEST, dump_json({"schema": SCHEMA, **manifest}))


def write_atomically(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=STAGING_PREFIX, dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(_usual_mode())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _usual_mode() -> int:
    """Return the permissions of a new file; a temporary file's own are for its owner only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
