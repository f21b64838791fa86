"""Open a DXF of any release, ASCII or binary, in any code page: `open_dxf`.

Text is decoded here, not in ezdxf: a header may lie about its code page, and layer names are what a plan is read by.
A file whose structure is damaged is read by `ezdxf.recover`, and a remark says so. Nothing a drawing points to
(XREFs, images) is opened.
"""

from __future__ import annotations

import codecs
import io
import logging
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ezdxf import recover
from ezdxf.document import Drawing as DxfDrawing
from ezdxf.filemanagement import read as read_text
from ezdxf.lldxf.const import DXFError
from ezdxf.lldxf.tagger import binary_tags_loader
from ezdxf.tools.codepage import toencoding

from outlet.data.encoding import UndecodableError, decode, encoding_fault
from outlet.errors import Fault, TableError
from outlet.findings import Remark

MOST_BYTES = 64 << 20
HOLE = bytes(1 << 16)
BINARY = b"AutoCAD Binary DXF"
DWG = re.compile(rb"AC(?:10\d\d|1\.\d|2\.\d\d)")
DWG_RELEASES = {
    b"AC1015": "AutoCAD 2000",
    b"AC1018": "AutoCAD 2004",
    b"AC1021": "AutoCAD 2007",
    b"AC1024": "AutoCAD 2010",
    b"AC1027": "AutoCAD 2013",
    b"AC1032": "AutoCAD 2018",
}
UTF8_RELEASE = "AC1021"
SAVE_AGAIN = "Open it in the CAD program and save it again as DXF (R12 to 2018)."
NUMBER_LINE = re.compile(rb"-?\d+\Z")

BROKEN = (
    DXFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    RecursionError,
    StopIteration,
    EOFError,
    OSError,
    struct.error,
)
"""What ezdxf raises over broken files; it documents only OSError, DXFError and UnicodeDecodeError."""


@dataclass(frozen=True)
class Opened:
    """A drawing as ezdxf holds it, and what had to be done to open it."""

    document: DxfDrawing
    remarks: tuple[Remark, ...]


def open_dxf(data: bytes, label: str, encoding: str | None = None) -> Opened:
    """Open a DXF.

    Parameters
    ----------
    data
        The bytes of the file.
    label
        How messages name it.
    encoding
        The encoding the planner states; None: what the header says, unless the text shows that it lies.

    Raises
    ------
    TableError
        With code ``too-large``, ``unreadable`` or ``encoding``.
    """
    _refuse_other_files(data, label)
    with _quiet():
        if data.startswith(BINARY):
            return _open_binary(data, label)
        text, remarks = _decoded(data, label, encoding)
        try:
            return Opened(read_text(io.StringIO(text, newline=None)), remarks)
        except BROKEN as error:
            return _recovered(text.encode("ascii", errors="dxfreplace"), label, remarks, error)


def _refuse_other_files(data: bytes, label: str) -> None:
    if HOLE in data:
        found = f"a hole of zeros at byte {data.index(HOLE)}: the file was not copied whole"
        raise TableError([Fault(label, "unreadable", found, "a whole DXF", "Copy or save it again.")])
    if len(data) > MOST_BYTES:
        found, most = f"{len(data) / 2**20:.0f} MB", f"a plan of at most {MOST_BYTES >> 20} MB"
        fix = "Save only the storey and the layers of the plan."
        raise TableError([Fault(label, "too-large", found, most, fix)])
    release = DWG.match(data)
    if release is not None:
        name = DWG_RELEASES.get(release.group(), "an old release")
        found = f"a DWG file ({release.group().decode()}, {name}) under the name of a DXF"
        raise TableError([Fault(label, "unreadable", found, "a DXF", "Save it as DXF: DWG is not read.")])
    if not data.strip():
        raise _unreadable(label, "an empty file")
    lines = [line.strip() for line in data[:4096].lstrip(codecs.BOM_UTF8).splitlines()[:2]]
    if not data.startswith(BINARY) and (len(lines) < 2 or not NUMBER_LINE.match(lines[0])):
        raise _unreadable(label, f"no DXF: it begins with {data[:16]!r}")


def _unreadable(label: str, found: str) -> TableError:
    return TableError([Fault(label, "unreadable", found, "a DXF that can be opened", SAVE_AGAIN)])


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep ezdxf from writing its findings to the terminal; what matters is said in remarks and faults."""
    logger = logging.getLogger("ezdxf")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _open_binary(data: bytes, label: str) -> Opened:
    try:
        return Opened(DxfDrawing.load(binary_tags_loader(data, errors="replace")), ())
    except BROKEN as error:
        return _recovered(data, label, (), error)


def _recovered(data: bytes, label: str, remarks: tuple[Remark, ...], first: Exception) -> Opened:
    try:
        document, auditor = recover.read(io.BytesIO(data), errors="replace")
    except BROKEN as error:
        raise _unreadable(label, f"a file that cannot be opened as DXF ({_reason(first)})") from error
    if not len(document.modelspace()):
        raise _unreadable(label, f"a damaged DXF ({_reason(first)}) of which nothing can be recovered")
    count = len(auditor.errors) + len(auditor.fixes)
    text = (
        f"the file is damaged ({_reason(first)}) and was recovered: {len(document.modelspace())} entities, "
        f"{count} corrections; look whether the plan is whole, or save it again as DXF"
    )
    return Opened(document, (*remarks, Remark(label, "recovered", text)))


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return (text if text.isprintable() else ascii(text))[:160] or type(error).__name__


def _decoded(data: bytes, label: str, stated: str | None) -> tuple[str, tuple[Remark, ...]]:
    if stated is not None or data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return decode(data, stated=stated).text, ()
        except UndecodableError as error:
            raise TableError([encoding_fault(label, error)]) from error
    if data.isascii():
        return data.decode("ascii"), ()
    codec, name = _header_codec(data)
    believed = _read_as(data, codec)
    found = _detected(data)
    if found is not None and (believed is None or _is_better(found[1], codec)):
        text, encoding = found
        if codecs.lookup(_codec(encoding)).name == codecs.lookup(codec).name:
            return text, ()
        told = f"the header says {name}, but its text is {encoding}; read as {encoding}"
        return text, (Remark(label, "encoding-lies", told),)
    if believed is not None:
        return believed, ()
    text = data.decode(codec, errors="replace")
    told = f"{text.count(chr(0xFFFD))} characters are not {name}, which the header says, and no other encoding fits"
    return text, (Remark(label, "undecodable-text", f"{told}; state [layout.hall] encoding"),)


def _is_better(encoding: str, codec: str) -> bool:
    """Tell whether a detected encoding beats one that reads every byte: UTF-8 does, and Asian ones beat Western."""
    if encoding == "UTF-8":
        return codec != "utf-8"
    return codec.startswith(("cp125", "latin", "ascii", "iso")) and not encoding.startswith("Windows")


def _codec(encoding: str) -> str:
    return encoding.replace("Windows-", "cp")


def _header_codec(data: bytes) -> tuple[str, str]:
    """Return the codec that the header promises, and how the header says it."""
    head = data[:65536]
    release = re.search(rb"\$ACADVER\s+1\s+(AC\d+)", head)
    if release is not None and release.group(1).decode() >= UTF8_RELEASE:
        return "utf-8", f"{release.group(1).decode()} (always UTF-8)"
    page = re.search(rb"\$DWGCODEPAGE\s+3\s+([\w-]+)", head)
    name = page.group(1).decode() if page is not None else "no code page"
    return toencoding(name.lower()) if page is not None else "cp1252", name


def _read_as(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return None


def _detected(data: bytes) -> tuple[str, str] | None:
    try:
        decoded = decode(data)
    except UndecodableError:
        return None
    return decoded.text, decoded.encoding
