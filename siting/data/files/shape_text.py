"""Read the text of a Shapefile, whose .cpg file may lie about its encoding.

GDAL hands over every byte as one letter (ISO-8859-1), and the encoding is found here from the bytes: UTF-8 shows
itself; otherwise what the .cpg or the .dbf says is believed when it fits and nothing else fits clearly better.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from outlet.data.encoding import UndecodableError, decode, encoding_fault
from outlet.errors import TableError
from outlet.findings import Remark
from siting.data.files.source import Source

AS_BYTES = "ISO-8859-1"
ROWS_SHOWN = 50
# The language byte of a .dbf header → code page (dBASE and ESRI's list, those in use).
LANGUAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x13: "cp932", 0x4D: "gb18030", 0x4E: "cp949",
    0x4F: "big5", 0x7A: "gb18030", 0x7B: "cp932", 0xC8: "cp1250", 0xC9: "cp1251",
}  # fmt: skip


@dataclass(frozen=True)
class ShapeText:
    """How the text of one Shapefile is read: its encoding, and what there is to tell about it."""

    encoding: str
    remarks: tuple[Remark, ...]

    def read(self, raw: str) -> str:
        """Return text that GDAL handed over byte by byte; what cannot be read stands as U+FFFD."""
        return raw if raw.isascii() else raw.encode(AS_BYTES).decode(self.encoding, errors="replace")


def shape_text(source: Source, path: Path, raw: pd.DataFrame) -> tuple[pd.DataFrame, ShapeText]:
    """Return the text columns of a Shapefile as they were meant, and how they were read.

    Parameters
    ----------
    source
        The file as the settings name it; its stated encoding wins.
    path
        The .shp.
    raw
        Columns read as ISO-8859-1, indexed by row from 1.

    Raises
    ------
    TableError
        With code ``encoding`` when the stated encoding does not fit or none is clear.
    """
    texts = {name: raw[name] for name in raw.columns if _is_text(raw[name])}
    pieces = [str(name) for name in raw.columns if not str(name).isascii()]
    for column in texts.values():
        pieces += [text for text in column.dropna().unique() if not str(text).isascii()]
    cells = [piece.encode(AS_BYTES) for piece in dict.fromkeys(pieces)]
    if not cells:
        return raw, ShapeText("utf-8", ())
    claimed = None if source.encoding else _claimed(path)
    encoding, remarks = _find(source, cells, claimed)
    found = ShapeText(encoding, remarks)
    made = raw.copy()
    broken: set[int] = set()
    for name, column in texts.items():
        known = {text: found.read(str(text)) for text in column.dropna().unique()}
        made[name] = column.map(known).astype("str")
        wrong = {text for text, read in known.items() if "\ufffd" in read}
        broken |= {int(row) for row in column.index[column.isin(wrong)]}
    made.columns = pd.Index([found.read(str(name)) for name in raw.columns])
    if not broken:
        return made, found
    rows = sorted(broken)
    text = f"{len(rows)} rows hold bytes that are no {encoding}; they are shown as \ufffd"
    remark = source.remark("undecodable-text", text, rows[:ROWS_SHOWN])
    return made, ShapeText(encoding, (*remarks, remark))


def _is_text(column: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(column) or column.dtype == object)


def _find(source: Source, cells: list[bytes], claimed: str | None) -> tuple[str, tuple[Remark, ...]]:
    data = b"\n".join(cells)
    if source.encoding is not None:
        try:
            decode(data, stated=source.encoding)
        except UndecodableError as error:
            raise TableError([encoding_fault(source.name, error)]) from error
        return codecs.lookup(source.encoding).name, ()
    whole = [cell for cell in cells if _fits(cell, "utf-8")]
    if len(whole) == len(cells) or (claimed == "utf-8" and whole) or _cut_utf8(cells):
        return "utf-8", _told(source, claimed, "UTF-8", "utf-8")
    if claimed is not None and claimed != "utf-8" and _fits(data, claimed) and not _is_catch_all(claimed):
        return claimed, ()
    try:
        found = decode(data)
    except UndecodableError as error:
        if claimed is not None and _fits(data, claimed):
            return claimed, ()
        raise TableError([encoding_fault(source.name, error)]) from error
    return codecs.lookup(found.encoding).name, _told(
        source, claimed, found.encoding, codecs.lookup(found.encoding).name
    )


def _told(source: Source, claimed: str | None, shown: str, name: str) -> tuple[Remark, ...]:
    if claimed is None:
        return () if name == "utf-8" else (source.remark("encoding-detected", f"text read as {shown}"),)
    if claimed == name:
        return ()
    return (source.remark("encoding-lies", f"its .cpg or .dbf says {claimed}, but its text is {shown}; read as that"),)


def _cut_utf8(cells: list[bytes]) -> bool:
    """Tell whether cells are UTF-8 cut off in the middle of a letter by the width of their column."""
    return any(_fits(cell, "utf-8") for cell in cells) and all(_fits_when_cut(cell) for cell in cells)


def _fits_when_cut(cell: bytes) -> bool:
    return any(_fits(cell[: len(cell) - lost], "utf-8") for lost in range(4))


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_catch_all(encoding: str) -> bool:
    """Tell whether an encoding reads every byte, so that its fitting proves nothing."""
    return _fits(bytes(range(0xA0, 0x100)), encoding)


def _claimed(path: Path) -> str | None:
    """Return the encoding that the .cpg file names, or the language byte of the .dbf; None where neither does."""
    beside = {other.suffix.lower(): other for other in path.parent.iterdir() if other.stem == path.stem}
    if ".cpg" in beside:
        with beside[".cpg"].open("rb") as stream:
            text = stream.read(64).decode("ascii", errors="ignore").strip()
        known = _codec(text) or _codec(f"cp{text.removeprefix('ANSI').strip()}")
        if known:
            return known
    with beside[".dbf"].open("rb") as stream:
        head = stream.read(32)
    return LANGUAGES.get(head[29]) if len(head) > 29 else None


def _codec(text: str) -> str | None:
    try:
        name = codecs.lookup(text).name
    except (LookupError, ValueError):
        return None
    return {"gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "iso8859-1": "cp1252"}.get(name, name)
