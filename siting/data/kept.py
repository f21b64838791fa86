"""Keep arrays that take long to make in ``out/.cache``, each file named by a hash of all its arrays depend on.

A file that cannot be read back whole, or holds what is not asked for, is not believed: the arrays are made again. Our
own code is one of the things they depend on.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from outlet.artefacts import hash_code
from outlet.commit import STAGING_PREFIX

Arrays = Mapping[str, NDArray[np.float64]]
_Stored = Mapping[str, NDArray[np.generic]]
Csr = sparse.csr_array[np.float64]

_DAMAGED = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, OverflowError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
)


@dataclass(frozen=True)
class Kept:
    """Arrays of one kind.

    Parameters
    ----------
    folder
        Where they are kept, or None to keep nothing.
    kind
        Begins the name of every file.
    most
        How many files of this kind stay; the oldest go.
    """

    folder: Path | None
    kind: str
    most: int

    def arrays(self, parts: Sequence[object], shapes: Mapping[str, int], make: Callable[[], Arrays]) -> Arrays:
        """Return finite arrays, all of one length, from the cache, or make and keep them where they hold anything.

        Parameters
        ----------
        parts
            All they depend on: arrays of numbers or geometries, bytes, and what ``str`` tells wholly.
        shapes
            Number of dimensions of each array by name.
        make
            Makes them.
        """
        if self.folder is None:
            return make()
        file = self.file(parts)
        found = _sound(_read(file), shapes)
        if found is None:
            found = make()
            if all(len(array) for array in found.values()):
                self._write(file, found)
        return found

    def matrix(self, parts: Sequence[object], shape: tuple[int, int], make: Callable[[], Csr]) -> Csr:
        """Return a matrix of that shape with finite entries, explicit zeros among them; else as `arrays`."""
        if self.folder is None:
            return make()
        file = self.file(parts)
        found = read_matrix(file, shape)
        if found is None:
            found = make()
            self._write(file, {"data": found.data, "indices": found.indices, "indptr": found.indptr})
        return found

    def file(self, parts: Sequence[object]) -> Path:
        """Return where what depends on ``parts`` is kept."""
        return (self.folder or Path()) / f"{self.kind}-{hash_of([hash_code(), *parts]).hex()[:32]}.npz"

    def _write(self, file: Path, arrays: _Stored) -> None:
        """Store arrays whole or not at all, and drop the oldest files beyond those kept."""
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=STAGING_PREFIX, dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(stream, **arrays)  # type: ignore[arg-type]
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        files = sorted(file.parent.glob(f"{self.kind}-*.npz"), key=lambda path: path.stat().st_mtime_ns)
        for old in files[: -self.most]:
            old.unlink(missing_ok=True)


def hash_of(parts: Sequence[object]) -> bytes:
    """Return a hash of arrays with their types and shapes, geometries, bytes, and what ``str`` tells wholly."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, bytes):
            total.update(b"bytes" + part)
        elif not isinstance(part, np.ndarray):
            total.update(f"{type(part).__name__} {part!s}".encode())
        elif part.dtype == object:
            coordinates, at = shapely.get_coordinates(part, return_index=True)
            total.update(f"shapes {len(part)}".encode() + coordinates.tobytes() + at.astype(np.int64).tobytes())
        else:
            total.update(f"{part.dtype.str}{part.shape}".encode() + np.ascontiguousarray(part).tobytes())
    return total.digest()


def read_matrix(file: Path, shape: tuple[int, int]) -> Csr | None:
    """Return a kept matrix, or None where the file is missing, damaged or not of that shape."""
    stored = _read(file)
    try:
        if stored is None or stored["data"].dtype != np.float64:
            return None
        entries = stored["data"].astype(np.float64, copy=False)
        indices, start = (stored[name].astype(np.int64) for name in ("indices", "indptr"))
        matrix: Csr = sparse.csr_array((entries, indices, start), shape=shape)
        matrix.check_format(full_check=True)
    except _DAMAGED:
        return None
    return matrix if np.isfinite(matrix.data).all() else None


def _read(file: Path) -> _Stored | None:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except _DAMAGED:
        return None


def _sound(stored: _Stored | None, shapes: Mapping[str, int]) -> Arrays | None:
    """Return what was stored where it is what is asked for."""
    if stored is None or set(stored) != set(shapes) or any(stored[name].ndim != shapes[name] for name in shapes):
        return None
    arrays = {name: array.astype(np.float64) for name, array in stored.items() if array.dtype == np.float64}
    sound = len(arrays) == len(shapes) and all(bool(np.isfinite(array).all()) for array in arrays.values())
    return arrays if sound and len({len(array) for array in arrays.values()}) == 1 else None
