"""Change a folder of artefacts so that no death, at any moment, leaves a torn file or half a change.

What a step wrote lies finished and synced in a staging folder, the new manifest.json beside it. The change happens at
one moment: when that folder is renamed to ``.commit-…``. From then on nothing needs space on the disk: each file is
moved over its predecessor by an atomic rename, what is not written any more is removed, and the manifest is moved last.
Whoever works in the folder next finishes what a dead process left of it (`recover`); doing so twice does no harm. A
staging folder that was never renamed belongs to a dead process and is removed.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from outlet.lock import locked, working_in
from outlet.progress import SILENT, Progress

SCHEMA = 1
MANIFEST = "manifest.json"
STAGING_PREFIX = ".staging-"
COMMIT_PREFIX = ".commit-"
COMMIT_LOCK = ".commit.lock"
CACHE = ".cache"
_FILES, _RECORD = "files", "commit.json"

Json: TypeAlias = JsonValue


class Artefact(BaseModel):
    """What the manifest knows of one artefact: the hash of its bytes and the run that wrote it."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    run: str


class Run(BaseModel):
    """What the manifest knows of one run: what it was made from, and the artefacts it wrote."""

    model_config = ConfigDict(frozen=True)

    inputs: dict[str, Json]
    artefacts: tuple[str, ...]


@dataclass
class Manifest:
    """The content of manifest.json: artefacts by path relative to ``out``, runs by name."""

    artefacts: dict[str, Artefact] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)


class _Record(BaseModel):
    """What is to be done with a commit folder: the files to move into their places, and those to remove."""

    moved: tuple[str, ...]
    dropped: tuple[str, ...]


class _ManifestFile(BaseModel):
    schema_: Literal[1] = Field(alias="schema")
    artefacts: dict[str, Artefact]
    runs: dict[str, Run]


def dump_json(value: object) -> str:
    """Return JSON as every artefact writes it: sorted keys, UTF-8 text, no NaN, a final newline."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def read_manifest(out: Path) -> Manifest:
    """Read manifest.json; an empty one where it is missing or damaged, so that everything counts as stale."""
    try:
        found = _ManifestFile.model_validate_json((out / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return Manifest()
    named = [*found.artefacts, *(name for run in found.runs.values() for name in run.artefacts)]
    if not all(_is_inside(name) for name in named):
        return Manifest()
    return Manifest(found.artefacts, found.runs)


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _manifest_text(manifest: Manifest) -> str:
    artefacts = {name: artefact.model_dump(mode="json") for name, artefact in manifest.artefacts.items()}
    runs = {name: run.model_dump(mode="json") for name, run in manifest.runs.items()}
    return dump_json({"schema": SCHEMA, "artefacts": artefacts, "runs": runs})


def make_staging(out: Path) -> Path:
    """Make a staging folder in ``out`` and return the folder inside it that a step writes its files to."""
    files = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=out)) / _FILES
    files.mkdir()
    return files


def drop_staging(files: Path) -> None:
    """Remove a staging folder that is not to be committed."""
    shutil.rmtree(files.parent, ignore_errors=True)


def commit(out: Path, files: Path, run: str, inputs: dict[str, Json], hashes: dict[str, str]) -> None:
    """Make what lies in a staging folder the artefacts of a run.

    Parameters
    ----------
    out
        The folder of artefacts.
    files
        What `make_staging` returned.
    run
        Name of the run.
    inputs
        What the run depends on.
    hashes
        SHA-256 of each file in ``files``, by path.
    """
    staging = files.parent
    _sync_tree(files)
    with locked(out / COMMIT_LOCK):
        _finish_decided(out)
        manifest = read_manifest(out)
        before = manifest.runs.get(run)
        dropped = sorted(set(before.artefacts if before is not None else ()) - set(hashes))
        for name in dropped:
            manifest.artefacts.pop(name, None)
        manifest.artefacts |= {name: Artefact(sha256=sha256, run=run) for name, sha256 in hashes.items()}
        manifest.runs[run] = Run(inputs=inputs, artefacts=tuple(sorted(hashes)))
        _write(staging / MANIFEST, _manifest_text(manifest))
        record = _Record(moved=tuple(sorted(hashes)), dropped=tuple(dropped))
        _write(staging / _RECORD, record.model_dump_json())
        _sync(staging)
        staging.rename(staging.with_name(COMMIT_PREFIX + staging.name.removeprefix(STAGING_PREFIX)))
        _sync(out)
        _finish_decided(out)


def _finish_decided(out: Path) -> None:
    """Carry out the commits that are decided; call it where no other process can be at it."""
    for decided in sorted(out.glob(f"{COMMIT_PREFIX}*")):
        if (decided / MANIFEST).is_file():
            _carry_out(out, decided)
        shutil.rmtree(decided)


def _carry_out(out: Path, decided: Path) -> None:
    try:
        record = _Record.model_validate_json((decided / _RECORD).read_bytes())
    except (OSError, ValidationError):
        return
    if not all(_is_inside(name) for name in (*record.moved, *record.dropped)):
        return
    folders = {out}
    for name in record.moved:
        source, target = decided / _FILES / name, out / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        folders |= {target.parent, target.parent.parent}
    for name in record.dropped:
        _drop(out, name)
    for folder in sorted(folders):
        if folder.is_dir() and folder.is_relative_to(out):
            _sync(folder)
    (decided / MANIFEST).replace(out / MANIFEST)
    _sync(out)


def drop_runs(out: Path, names: Sequence[str]) -> None:
    """Remove what these runs wrote, where they ran, and forget them."""
    if not set(names) & set(read_manifest(out).runs):
        return
    with locked(out / COMMIT_LOCK):
        manifest = read_manifest(out)
        for name in names:
            run = manifest.runs.pop(name, None)
            for old in run.artefacts if run is not None else ():
                manifest.artefacts.pop(old, None)
                _drop(out, old)
        write_atomically(out / MANIFEST, _manifest_text(manifest))


def _drop(out: Path, name: str) -> None:
    (out / name).unlink(missing_ok=True)
    for parent in (out / name).parents:
        if parent == out or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


@contextmanager
def alone_in(out: Path, command: str, progress: Progress = SILENT) -> Iterator[None]:
    """Keep ``out`` to this process while the body runs, and leave nothing half done there, before or after.

    Raises
    ------
    InputError
        When another process is working there and does not end soon.
    """
    with working_in(out, command, progress):
        recover(out)
        try:
            yield
        except BaseException:
            with suppress(OSError):
                recover(out)
            raise


def recover(out: Path) -> None:
    """Finish what a dead process had decided in ``out`` and remove what it had not.

    Call it only while no other process works in ``out``.
    """
    for place in _places(out):
        _finish_decided(place)
        for left in [*place.glob(f"{STAGING_PREFIX}*"), *(place / CACHE).glob(f"{STAGING_PREFIX}*")]:
            _remove(left)


def _places(out: Path) -> Iterator[Path]:
    """Yield ``out`` and the folders of scenarios in it, which are made like it; half-copied ones are removed."""
    yield out
    for left in (out / "scenarios").glob(f"{STAGING_PREFIX}*"):
        _remove(left)
    yield from sorted(path for path in (out / "scenarios").glob("*") if path.is_dir() and not path.is_symlink())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


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
    _sync(path.parent)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
    _sync(path)


def _usual_mode() -> int:
    """Return the permissions of a new file; a temporary file's own are for its owner only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    """Have the disk hold a file's bytes or a folder's names; folders only where the system can."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
