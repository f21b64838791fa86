"""Read a planner's TOML file into a pydantic model, and report every fault of it by its key."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from outlet.errors import Fault, TableError, missing_file

LARGEST_BYTES = 16 << 20
SHOWN = 80

M = TypeVar("M", bound=BaseModel)


def read_model(kind: type[M], path: Path, label: str) -> M:
    """Read a TOML file in UTF-8.

    Parameters
    ----------
    kind
        The form it must have.
    path
        The file.
    label
        How messages call it.

    Raises
    ------
    TableError
        When it is missing, is not TOML, or breaks the form: every fault with its key.
    """
    if not path.is_file():
        raise TableError([missing_file(label, path, "a TOML file", "Correct the path.")])
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_BYTES + 1)
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte {error.start}, which is not UTF-8"
        raise TableError([Fault(label, "encoding", found, "UTF-8 text", "Save it as UTF-8.")]) from error
    except OSError as error:
        raise TableError([Fault(label, "unreadable", str(error.strerror or error), "a TOML file")]) from error
    if len(data) > LARGEST_BYTES:
        raise TableError([Fault(label, "too-large", "more than 16 MB", "a TOML file of at most 16 MB")])
    return parse_model(kind, text, label)


def parse_model(kind: type[M], text: str, label: str) -> M:
    """Parse TOML into a model.

    Raises
    ------
    TableError
        When it is not TOML or breaks the form: every fault with its key.
    """
    try:
        return kind.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise TableError([_fault(label, item) for item in error.errors(include_url=False)]) from error
    except RecursionError as error:
        raise TableError([Fault(label, "too-deep", "tables nested too deeply", "a few levels")]) from error
    except ValueError as error:
        raise TableError([Fault(label, "unreadable", f"text that is not valid TOML: {error}", "TOML")]) from error


def _fault(label: str, item: ErrorDetails) -> Fault:
    key = ".".join(str(part) for part in item["loc"])
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "missing":
        return Fault(label, "missing-key", f"no {key}", "it to be given")
    if item["type"] == "extra_forbidden":
        return Fault(label, "unknown-key", key, "a key that the form has; see the presets")
    value = repr(item["input"])
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    found = f"{key} = {shown}" if key and not isinstance(item["input"], dict | list) else key or "the file"
    return Fault(label, "bad-value", found, message)
