"""Read JSON and judge XML with limits on size and depth, so that a hostile file ends in a message.

JSON: no key twice in one object, no NaN or Infinity, at most ``DEPTH`` levels. XML: no DTD, no entities, at most
``DEPTH`` levels; it is walked by expat, never held.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from xml.parsers import expat

import numpy as np

from outlet.data.encoding import UndecodableError, decode, encoding_fault
from outlet.errors import Fault, TableError

DEPTH = 100
JSON_BYTES = 256 << 20
XML_BYTES = 1 << 30
CHUNK = 1 << 20
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LARGE = re.compile(r"[eE]\+?\d{3}")


def read_json(data: bytes, label: str) -> object:
    """Return what a JSON document holds.

    Parameters
    ----------
    data
        Its bytes, UTF-8 (with or without BOM), UTF-16 or UTF-32.
    label
        How messages name it.

    Raises
    ------
    TableError
        With code ``too-large``, ``too-deep``, ``encoding`` or ``unreadable``.
    """
    if len(data) > JSON_BYTES:
        raise _error(label, "too-large", f"{len(data) >> 20} MB of JSON", f"at most {JSON_BYTES >> 20} MB")
    check_depth(data, label)
    try:
        text = decode(data).text
    except UndecodableError as error:
        raise TableError([encoding_fault(label, error)]) from error
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite if _LARGE.search(text) else None,
        )
    except (ValueError, RecursionError) as error:
        raise _error(label, "unreadable", _one_line(error), "a JSON document", "Export it again.") from error


def check_depth(data: bytes, label: str) -> None:
    """Refuse JSON that nests deeper than ``DEPTH``.

    Raises
    ------
    TableError
        With code ``too-deep``.
    """
    bare = np.frombuffer(_STRING.sub(b"", data), dtype=np.uint8)
    depth, level = 0, 0
    for start in range(0, len(bare), CHUNK):
        part = bare[start : start + CHUNK]
        levels = level + np.cumsum(np.isin(part, (0x5B, 0x7B)).astype(np.int64) - np.isin(part, (0x5D, 0x7D)))
        depth, level = max(depth, int(levels.max())), int(levels[-1])
    if depth > DEPTH:
        raise _error(label, "too-deep", f"{depth:,} levels of brackets", f"at most {DEPTH}", "Export it again.")


def check_xml(path: Path, label: str) -> str:
    """Walk an XML document and return the name of its outermost element, without its namespace.

    Raises
    ------
    TableError
        With code ``too-large``, ``too-deep`` or ``unreadable`` (no XML, a DTD or an entity in it).
    """
    if path.stat().st_size > XML_BYTES:
        raise _error(label, "too-large", f"{path.stat().st_size >> 20} MB of XML", f"at most {XML_BYTES >> 20} MB")
    walk = _Walk(label)
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                walk.parser.Parse(chunk, False)
        walk.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError, OSError) as error:
        if isinstance(error, TableError):
            raise
        raise _error(label, "unreadable", _one_line(error), "an XML document", "Export it again.") from error
    return walk.root


class _Walk:
    """What expat tells while it walks: the depth, the outermost element, and anything that must not be there."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.depth = 0
        self.root = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self.depth += 1
        self.root = self.root or name.rpartition(":")[2]
        if self.depth > DEPTH:
            raise _error(self.label, "too-deep", f"more than {DEPTH} levels of elements", f"at most {DEPTH}")

    def _end(self, _name: str) -> None:
        self.depth -= 1

    def _doctype(self, name: str, _system: str | None, _public: str | None, _internal: bool) -> None:
        fix = "Take the DOCTYPE line out."
        raise _error(self.label, "unreadable", f"a document type declaration ({name})", "XML without one", fix)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} twice in one object")
    return made


def _no_constant(name: str) -> float:
    raise ValueError(f"{name}, which is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text}, a number too large")
    return value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _error(label: str, code: str, found: str, expected: str, fix: str = "") -> TableError:
    return TableError([Fault(label, code=code, found=found, expected=expected, fix=fix)])
