"""Keep arrays that take long to make in the project's cache, named by a hash of all they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from outlet.artefacts import hash_code
from outlet.commit import dump_json, write_atomically

Arrays = dict[str, NDArray[np.float64]]

FILES_KEPT = 8
_PREFIX = "candidates-"


def kept(cache: Path | None, parts: Sequence[object], shapes: dict[str, int], make: Callable[[], Arrays]) -> Arrays:
    """Return arrays from the cache, or make and keep them; a damaged file is made again.

    Parameters
    ----------
    cache
        Folder, or None to keep nothing.
    parts
        All that the arrays depend on: arrays of numbers or geometries, and what ``str`` tells wholly.
    shapes
        Dimensions of each array by name; a file that holds others is not believed.
    make
        Makes them.
    """
    if cache is None:
        return make()
    file = cache / f"{_PREFIX}{_hash(parts)}.json"
    found = _read(file, shapes)
    if found is None:
        found = make()
        _write(file, found)
    return found


def _hash(parts: Sequence[object]) -> str:
    total = hashlib.sha256(hash_code().encode())
    for part in parts:
        if not isinstance(part, np.ndarray):
            total.update(f"{type(part).__name__} {part!s}".encode())
        elif part.dtype == object:
            coordinates, at = shapely.get_coordinates(part, return_index=True)
            total.update(f"shapes {len(part)}".encode() + coordinates.tobytes() + at.astype(np.int64).tobytes())
        else:
            total.update(f"{part.dtype.str}{part.shape}".encode() + np.ascontiguousarray(part).tobytes())
    return total.hexdigest()[:32]


def _read(file: Path, shapes: dict[str, int]) -> Arrays | None:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        found = {name: np.array(stored[name], dtype=np.float64) for name in shapes}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    sound = all(array.ndim == shapes[name] and bool(np.isfinite(array).all()) for name, array in found.items())
    return found if sound and len({len(array) for array in found.values()}) == 1 else None


def _write(file: Path, arrays: Arrays) -> None:
    if any(not len(array) for array in arrays.values()):
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, dump_json({name: array.tolist() for name, array in arrays.items()}))
    files = sorted(file.parent.glob(f"{_PREFIX}*.json"), key=lambda path: path.stat().st_mtime_ns)
    for old in files[:-FILES_KEPT]:
        old.unlink(missing_ok=True)
