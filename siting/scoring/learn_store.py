"""Save a learnt score as bytes without pickle, and load it back, refusing every type that does not belong in it.

The format is skops': a ZIP archive of a JSON tree and of NumPy arrays. Loading runs no code from the file: it makes
objects of types on a list. skops names objects by their addresses and stamps files with the clock; here they are
numbered in order and stamped 1980-01-01, so that the same model is the same bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Literal, TypeAlias

import numpy as np
import skops.io
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sklearn.pipeline import Pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from outlet.errors import InputError
from siting.scoring.learn_model import Kind
from siting.scoring.learn_range import SeenRange
from siting.scoring.sales import SalesModel

SCHEMA = 1
TRUSTED = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.KFold",
)
"""What our models hold beyond the types that skops itself trusts; each is read by scikit-learn only."""

LARGEST_BYTES = 500_000_000
_TREE = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_ADDRESS = "__id__"
_FILE = "file"

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | None"


class _StoredRange(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    least: dict[str, float]
    greatest: dict[str, float]
    always_known: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]
    compared: tuple[str, ...]
    centre: np.ndarray[tuple[int], np.dtype[np.float64]]
    spread: np.ndarray[tuple[int], np.dtype[np.float64]]
    outlets: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    reach: float


class _Stored(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)

    schema_: Literal[1] = Field(alias="schema")
    target: str
    kind: Kind
    columns: tuple[str, ...]
    location: tuple[str, ...]
    model: Pipeline
    left_out: tuple[Pipeline, ...]
    errors: np.ndarray[tuple[int], np.dtype[np.float64]]
    fold: np.ndarray[tuple[int], np.dtype[np.int64]]
    coverage: float = Field(gt=0, lt=1)
    seen: _StoredRange


def dump_model(model: SalesModel) -> bytes:
    """Return the model as the bytes of a skops file; equal models are equal bytes."""
    seen = model.seen
    return _numbered(
        skops.io.dumps(
            {
                "schema": SCHEMA,
                "target": model.target,
                "kind": model.kind,
                "columns": list(model.columns),
                "location": list(model.location),
                "model": model.model,
                "left_out": list(model.left_out),
                "errors": model.errors,
                "fold": model.fold,
                "coverage": model.coverage,
                "seen": {
                    "least": dict(seen.least),
                    "greatest": dict(seen.greatest),
                    "always_known": list(seen.always_known),
                    "texts": {name: list(values) for name, values in seen.texts.items()},
                    "compared": list(seen.compared),
                    "centre": seen.centre,
                    "spread": seen.spread,
                    "outlets": seen.outlets,
                    "reach": seen.reach,
                },
            }
        )
    )


def load_model(data: bytes, label: str) -> SalesModel:
    """Return the model in the bytes of a file that `dump_model` made.

    Raises
    ------
    InputError
        When the file is damaged, is no learnt score, holds a type that does not belong in one, or was written by
        another version.
    """
    stored = _load(data, label)
    try:
        return _model_of(_Stored.model_validate(stored))
    except (ValidationError, ValueError) as fault:
        raise InputError(
            f"{label}: no learnt score of version {SCHEMA} ({fault}); make it again with outlet score"
        ) from fault


def _load(data: bytes, label: str) -> object:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST_BYTES:
            raise InputError(f"{label}: unpacks to {size:,} bytes; expected at most {LARGEST_BYTES:,}")
        unknown = sorted(set(skops.io.get_untrusted_types(data=data)) - set(TRUSTED))
        if unknown:
            raise InputError(f"{label}: holds {', '.join(unknown)}, which no learnt score holds; nothing was loaded")
        loaded: object = skops.io.loads(data, trusted=list(TRUSTED))
    except (InputError, MemoryError):
        raise
    except UntrustedTypesFoundException as fault:
        raise InputError(f"{label}: {fault}; nothing was loaded") from fault
    except Exception as fault:  # skops documents no errors of damaged files
        raise InputError(f"{label}: cannot be read ({fault}); make it again with outlet score") from fault
    return loaded


def _model_of(stored: _Stored) -> SalesModel:
    seen = stored.seen
    if stored.errors.shape != stored.fold.shape or set(np.unique(stored.fold)) != set(range(len(stored.left_out))):
        raise ValueError("errors, folds and models do not match")
    return SalesModel(
        target=stored.target,
        kind=stored.kind,
        columns=stored.columns,
        location=stored.location,
        model=stored.model,
        left_out=stored.left_out,
        errors=stored.errors,
        fold=stored.fold,
        coverage=stored.coverage,
        seen=SeenRange(
            least=seen.least,
            greatest=seen.greatest,
            always_known=seen.always_known,
            texts=seen.texts,
            compared=seen.compared,
            centre=seen.centre,
            spread=seen.spread,
            outlets=seen.outlets,
            reach=seen.reach,
        ),
    )


def _numbered(data: bytes) -> bytes:
    """Return a skops file with objects numbered in the order of its tree, and without times."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tree: Tree = json.loads(archive.read(_TREE))
        numbers: dict[int, int] = {}
        names: dict[str, str] = {}
        _renumber(tree, numbers, names)
        entries = {new: archive.read(old) for old, new in names.items()}
    entries[_TREE] = json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression=zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(entries):
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), entries[name], compress_type=zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _renumber(tree: Tree, numbers: dict[int, int], names: dict[str, str]) -> None:
    if isinstance(tree, list):
        for branch in tree:
            _renumber(branch, numbers, names)
    elif isinstance(tree, dict):
        address, file = tree.get(_ADDRESS), tree.get(_FILE)
        if isinstance(address, int):
            tree[_ADDRESS] = numbers.setdefault(address, len(numbers) + 1)
        if isinstance(file, str):
            tree[_FILE] = names.setdefault(file, f"{len(names) + 1}{file[file.rfind('.') :]}")
        for key, branch in tree.items():
            if key not in (_ADDRESS, _FILE):
                _renumber(branch, numbers, names)
