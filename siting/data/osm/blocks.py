"""Find the blocks of an OpenStreetMap extract (.pbf) and hand them out some at a time.

A .pbf is a row of blocks, each packed by itself: a length, a header that names the block's type and size, and the
block, which states how large it is unpacked. Looking at these alone takes a moment even for a country, and tells
before anything is unpacked whether the file is an extract, where it ends short, and whether it would unpack to
something absurd. Handing out blocks some at a time bounds memory and moves a progress bar. What is inside a block is
libosmium's business.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from outlet.errors import Fault, TableError, missing_file

EXPECTED = "an OpenStreetMap extract (.pbf)"
MOST_HEADER = 64 << 10
MOST_BLOCK = 32 << 20
CHUNK_UNPACKED = 16 << 20
MOST_RATIO = 50
RATIO_COUNTS_FROM = 1 << 20
PEEK = 32
HEADER, DATA = "OSMHeader", "OSMData"
OTHERS = {
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"PK": "a zip archive",
    b"\xfd7zXZ": "an xz file",
    b"\xff\xe0": "an o5m file",
    b"SQLite": "an SQLite file",
}
CONVERT = "Convert it: osmium cat IN -o OUT.osm.pbf"


@dataclass(frozen=True)
class Blocks:
    """The blocks of one extract.

    Parameters
    ----------
    path
        The file.
    name
        How messages name it.
    header
        The first block, which says what the extract needs of its reader, as bytes.
    spans
        Offset, size and size unpacked of every block of data, bytes.
    """

    path: Path
    name: str
    header: bytes
    spans: tuple[tuple[int, int, int], ...]

    def box(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of the rectangle that the header states, degrees; None where it does not.

        The header counts in billionths of a degree; libosmium cuts them off after seven decimals instead of rounding.
        """
        try:
            blob = _fields(self.header[4 + int.from_bytes(self.header[:4], "big") :])
            plain, packed = blob.get(1), blob.get(3)
            if isinstance(packed, bytes):
                plain = zlib.decompressobj().decompress(packed, MOST_BLOCK)
            inside = _fields(plain) if isinstance(plain, bytes) else {}
            box = inside.get(1)
            sides = _fields(box) if isinstance(box, bytes) else {}
        except (_ShortError, zlib.error):
            return None
        found = [value for side in (1, 4, 2, 3) if isinstance(value := sides.get(side), int)]
        if len(found) < len(("west", "south", "east", "north")):
            return None
        west, south, east, north = (((value >> 1) ^ -(value & 1)) / 1e9 for value in found)
        return (west, south, east, north) if -180 <= west < east <= 180 and -90 <= south < north <= 90 else None

    @property
    def size(self) -> int:
        """Bytes of data, packed."""
        return sum(size for _, size, _ in self.spans)

    @property
    def unpacked(self) -> int:
        """Bytes of data, unpacked."""
        return sum(raw for _, _, raw in self.spans)

    def chunks(self) -> Iterator[tuple[bytes, int]]:
        """Yield small extracts, each the header and some blocks, and how many bytes of data each holds."""
        with self.path.open("rb") as stream:
            parts, raw = [self.header], 0
            for offset, size, unpacked in self.spans:
                if len(parts) > 1 and raw + unpacked > CHUNK_UNPACKED:
                    yield b"".join(parts), sum(map(len, parts[1:]))
                    parts, raw = [self.header], 0
                stream.seek(offset)
                parts.append(stream.read(size))
                raw += unpacked
            if len(parts) > 1:
                yield b"".join(parts), sum(map(len, parts[1:]))


def find_blocks(path: Path, name: str) -> Blocks:
    """Find the blocks of an extract.

    Raises
    ------
    TableError
        When there is no such file, or it is no extract, ends short, or unpacks to something absurd.
    """
    if not path.is_file():
        raise TableError([missing_file(name, path, EXPECTED)])
    total = path.stat().st_size
    try:
        with path.open("rb") as stream:
            _refuse_others(stream, name)
            header, spans = _spans(stream, total)
    except OSError as error:
        raise TableError([Fault(name, "unreadable", str(error.strerror or error), EXPECTED)]) from error
    except _ShortError as error:
        found = f"{error}; the file holds {total:,} bytes"
        raise TableError([Fault(name, "unreadable", found, EXPECTED, "Fetch it again.")]) from error
    blocks = Blocks(path, name, header, spans)
    if blocks.unpacked > max(RATIO_COUNTS_FROM, MOST_RATIO * blocks.size):
        found = f"{blocks.size:,} bytes that unpack to {blocks.unpacked:,}"
        raise TableError([Fault(name, "unsafe-archive", found, f"at most {MOST_RATIO} times as many")])
    return blocks


class _ShortError(ValueError):
    """Tell what is wrong with the framing."""


def _refuse_others(stream: BinaryIO, name: str) -> None:
    head = stream.read(512)
    stream.seek(0)
    found = next((what for start, what in OTHERS.items() if head.startswith(start)), "")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        found = "an empty file"
    elif text.startswith(b"<"):
        found = "OpenStreetMap changes (OSC)" if b"<osmChange" in head else "an XML file"
    if found:
        fix = CONVERT if "XML" in found or "o5m" in found else ""
        raise TableError([Fault(name, "unreadable", found, EXPECTED, fix or "Give an extract of OpenStreetMap.")])


def _spans(stream: BinaryIO, total: int) -> tuple[bytes, tuple[tuple[int, int, int], ...]]:
    header = b""
    spans: list[tuple[int, int, int]] = []
    offset = 0
    while offset < total:
        kind, start, size, raw = _block(stream, offset, total, first=not header)
        if kind == HEADER and not header:
            stream.seek(offset)
            header = stream.read(start + size - offset)
        elif kind == DATA:
            spans.append((offset, start + size - offset, raw))
        offset = start + size
    return header, tuple(spans)


def _block(stream: BinaryIO, offset: int, total: int, *, first: bool) -> tuple[str, int, int, int]:
    """Return type, start, size and unpacked size of the block at an offset."""
    stream.seek(offset)
    length = int.from_bytes(_exactly(stream, 4, offset), "big")
    if not 0 < length <= MOST_HEADER:
        raise _ShortError(f"no block at byte {offset:,}")
    fields = _fields(_exactly(stream, length, offset))
    kind, size = fields.get(1), fields.get(3)
    if not isinstance(kind, bytes) or not isinstance(size, int) or not 0 <= size <= MOST_BLOCK:
        raise _ShortError(f"no block at byte {offset:,}")
    if first and kind.decode("latin-1") != HEADER:
        raise _ShortError("no header block at its beginning")
    start = offset + 4 + length
    if start + size > total:
        raise _ShortError(f"a block at byte {offset:,} that ends short")
    inside = _fields(stream.read(min(size, PEEK)), cut=True)
    stated = inside.get(2)
    raw = stated if isinstance(stated, int) else size
    if raw > MOST_BLOCK:
        raise _ShortError(f"a block at byte {offset:,} that unpacks to {raw:,} bytes")
    return kind.decode("latin-1"), start, size, max(raw, size)


def _exactly(stream: BinaryIO, count: int, offset: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise _ShortError(f"a block at byte {offset:,} that ends short")
    return data


def _fields(data: bytes, *, cut: bool = False) -> dict[int, int | bytes]:
    """Return the fields of a protocol buffer message by number; those that a ``cut`` message ends in are left out."""
    fields: dict[int, int | bytes] = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at, cut=cut)
        kind = tag & 7
        value, at = _varint(data, at, cut=cut)
        if kind == 0:
            fields[tag >> 3] = value
        elif kind == 2 and at + value <= len(data):
            fields[tag >> 3] = data[at : at + value]
            at += value
        elif cut:
            break
        else:
            raise _ShortError("a block header that is damaged")
    return fields


def _varint(data: bytes, at: int, *, cut: bool) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
        shift += 7
    if cut:
        return 0, len(data)
    raise _ShortError("a block header that is damaged")
