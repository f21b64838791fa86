"""Read the tables of a GTFS zip: each column as codes into its distinct texts, so that a million rows stay small.

A zip may hold its tables in a folder, or be the only zip inside another. Whatever is wrong with a table's form — no
file, no column, no row, rows of the wrong length, a text in no known encoding — becomes a fault of that table, and the
others are read all the same.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from outlet.data.archive import Archive, open_archive
from outlet.data.encoding import UndecodableError, decode
from outlet.errors import TableError, missing_file
from outlet.findings import Remark
from siting.data.gtfs.faults import FeedFaults
from siting.data.read import Source

TABLE_BYTES = 2 << 30
RATIO = 100
ANY_RATIO_BYTES = 16 << 20
"""A timetable shrinks to a tenth in a zip; one that shrinks more than this would only fill memory."""
BLOCK_BYTES = 16 << 20
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Form:
    """The columns of a table: those it must have, and those read where it has them."""

    needed: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    may_be_absent: bool = False


FORMS = {
    "stops": Form(("stop_id", "stop_lat", "stop_lon"), ("stop_name", "location_type", "parent_station")),
    "routes": Form(("route_id", "route_type"), ("route_short_name", "route_long_name")),
    "trips": Form(("trip_id", "route_id", "service_id"), ("direction_id",)),
    "stop_times": Form(("trip_id", "stop_id", "stop_sequence", "departure_time"), ("arrival_time", "pickup_type")),
    "calendar": Form(("service_id", *WEEKDAYS, "start_date", "end_date"), may_be_absent=True),
    "calendar_dates": Form(("service_id", "date", "exception_type"), may_be_absent=True),
    "frequencies": Form(("trip_id", "start_time", "end_time", "headway_secs"), may_be_absent=True),
}


@dataclass(frozen=True)
class TextColumn:
    """One column: shape (n,) codes into its distinct texts, which are stripped."""

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    def text(self, row: int) -> str:
        """Return the text of a row, counted from 0."""
        return self.values[int(self.codes[row])]

    def texts(self) -> NDArray[np.object_]:
        """Return all texts, shape (n,)."""
        return np.array(self.values, dtype=object)[self.codes] if len(self.codes) else np.empty(0, dtype=object)

    def is_empty(self) -> NDArray[np.bool_]:
        """Return shape (n,): whether a row has no text."""
        return np.array([not value for value in self.values], dtype=np.bool_)[self.codes]


@dataclass(frozen=True)
class Table:
    """One table: its rows and the columns that were asked for and are there."""

    rows: int
    columns: dict[str, TextColumn]

    def column(self, name: str) -> TextColumn:
        """Return a column; empty texts where the table does not have it."""
        return self.columns.get(name) or TextColumn(np.zeros(self.rows, dtype=np.int32), ("",))


@dataclass
class Feed:
    """The tables of one feed with the faults and remarks found while reading; an absent table has no rows."""

    tables: dict[str, Table]
    faults: FeedFaults
    remarks: list[Remark] = field(default_factory=list)


def read_feed(source: Source) -> Feed:
    """Read the tables of a feed.

    Raises
    ------
    TableError
        When the zip itself cannot be read.
    """
    if not source.path.is_file():
        raise TableError([missing_file(source.name, source.path, "a GTFS zip")])
    feed = Feed({}, FeedFaults(source.name))
    with _open_feed(source, feed) as (archive, folder):
        names = set(archive.names())
        for name, form in FORMS.items():
            member = f"{folder}{name}.txt"
            if member in names:
                feed.tables[name] = _read_table(source, feed, archive, member, name)
            else:
                feed.tables[name] = Table(0, {})
                if not form.may_be_absent:
                    feed.faults.whole(f"no {name}.txt in the zip", "missing-file", f"{name}.txt, which GTFS requires")
        if not {f"{folder}calendar.txt", f"{folder}calendar_dates.txt"} & names:
            expected = "one of them: which days a trip runs"
            feed.faults.whole("no calendar.txt and no calendar_dates.txt in the zip", "missing-file", expected)
    return feed


@contextmanager
def _open_feed(source: Source, feed: Feed) -> Iterator[tuple[Archive, str]]:
    """Open the zip that holds stops.txt, which may lie in another zip, and say in which folder it does."""
    with open_archive(source.path, source.name) as archive:
        inner = _inner_zip(source, archive)
        if inner is None:
            yield archive, _folder(source, archive, feed)
            return
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "feed.zip"
            path.write_bytes(archive.read(inner))
            feed.remarks.append(Remark(source.name, "nested-archive", f"the timetable is {inner} inside the zip"))
            with open_archive(path, f"{source.name}: {inner}") as opened:
                yield opened, _folder(source, opened, feed)


def _inner_zip(source: Source, archive: Archive) -> str | None:
    names = [name for name in archive.names() if _is_data(name)]
    if any(PurePosixPath(name).name == "stops.txt" for name in names):
        return None
    zips = [name for name in names if PurePosixPath(name).suffix.lower() == ".zip"]
    chosen = [name for name in zips if source.layer in (None, name, PurePosixPath(name).name)]
    if len(chosen) > 1:
        found, fix = f"no stops.txt but the zips {', '.join(chosen[:5])}", "Name one of them as layer."
        raise TableError([source.fault("unreadable", found, "the tables of one timetable", fix)])
    return chosen[0] if chosen else None


def _folder(source: Source, archive: Archive, feed: Feed) -> str:
    """Return the folder of the tables with its slash, empty where they lie at the top."""
    tables = [f"{name}.txt" for name in FORMS]
    held = [name for name in archive.names() if _is_data(name) and PurePosixPath(name).name in tables]
    folders = sorted({name.removesuffix(PurePosixPath(name).name) for name in held})
    if not folders or "" in folders:
        return ""
    if len(folders) > 1:
        found = f"timetables in the folders {', '.join(folders[:5])}"
        raise TableError([source.fault("unreadable", found, "the tables of one timetable", "Split the zip.")])
    feed.remarks.append(Remark(source.name, "zip-subfolder", f"the tables lie in the folder {folders[0]} of the zip"))
    return folders[0]


def _is_data(name: str) -> bool:
    return not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _read_table(source: Source, feed: Feed, archive: Archive, member: str, name: str) -> Table:
    faults, form = feed.faults, FORMS[name]
    most = min(TABLE_BYTES, max(ANY_RATIO_BYTES, RATIO * source.path.stat().st_size))
    if archive.size(member) > most:
        expected = f"at most {most:,}: 2 GB, and no more than {RATIO} times the zip"
        faults.table(name, "too-large", f"{archive.size(member):,} bytes once unpacked", expected)
        return Table(0, {})
    try:
        data = _as_utf8(source, feed, name, archive.read(member))
        known = _header(data)
        missing = [column for column in form.needed if column not in known]
        for column in missing:
            found = f"the columns {', '.join(known) or 'none'}"
            faults.table(name, "missing-column", found, f"a column {column}", column=column)
        wanted = [column for column in (*form.needed, *form.wanted) if column in known]
        table = _parse(faults, name, data, known, wanted)
    except (UndecodableError, LookupError) as error:
        faults.table(name, "encoding", str(error), "text in UTF-8", "Save it as UTF-8, or state the layer's encoding.")
        return Table(0, {})
    except (pa.ArrowException, csv.Error, ValueError) as error:
        faults.table(name, "unreadable", " ".join(str(error).split())[:300], "a CSV table with a header line")
        return Table(0, {})
    if table.rows == 0 and not form.may_be_absent:
        faults.table(name, "empty-layer", "no row", "at least one row")
    return Table(0, {}) if missing else table


def _as_utf8(source: Source, feed: Feed, name: str, data: bytes) -> bytes:
    if source.encoding is None and data.isascii():
        return data
    decoded = decode(data, stated=source.encoding)
    if decoded.encoding.lower().replace("-", "").replace("_", "") not in ("utf8", "utf8sig", "ascii"):
        text = f"the text is {decoded.encoding}, not UTF-8 as GTFS asks"
        feed.remarks.append(Remark(feed.faults.name_of(name), "encoding-detected", text))
    return decoded.text.removeprefix("\ufeff").encode("utf-8")


def _header(data: bytes) -> list[str]:
    line = data[: data.find(b"\n")] if b"\n" in data else data
    cells = next(csv.reader([line.decode("utf-8").strip("\r")], skipinitialspace=True), [])
    known = [cell.strip() for cell in cells]
    twice = sorted({cell for cell in known if cell and known.count(cell) > 1})
    if twice:
        raise ValueError(f"the column {twice[0]} is there twice")
    return known


def _parse(faults: FeedFaults, name: str, data: bytes, known: Sequence[str], wanted: Sequence[str]) -> Table:
    """Parse the rows; those of the wrong length become faults."""
    bad: list[tuple[int, int]] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        bad.append((row.number or 0, row.actual_columns))
        return "skip"

    if b', "' in data:
        return _parse_spaced(faults, name, data, known, wanted)
    if not wanted:
        return Table(0, {})
    places = [f"c{at}" for at in range(len(known))]
    chosen = [places[known.index(column)] for column in wanted]
    read = pa_csv.read_csv(
        io.BytesIO(data),
        read_options=pa_csv.ReadOptions(column_names=places, skip_rows=1, use_threads=False, block_size=BLOCK_BYTES),
        parse_options=pa_csv.ParseOptions(newlines_in_values=b'"' in data, invalid_row_handler=skip),
        convert_options=pa_csv.ConvertOptions(
            include_columns=chosen,
            column_types=dict.fromkeys(places, pa.dictionary(pa.int32(), pa.string())),
            strings_can_be_null=False,
        ),
    )
    _tell_lengths(faults, name, np.array(bad, dtype=np.int64).reshape(-1, 2), len(known), header=1)
    return Table(
        read.num_rows,
        {column: _column(read.column(place)) for column, place in zip(wanted, chosen, strict=True)},
    )


def _parse_spaced(faults: FeedFaults, name: str, data: bytes, known: Sequence[str], wanted: Sequence[str]) -> Table:
    """Parse rows whose quotes follow a space after the comma, which Arrow would take for part of the text."""
    rows = [row for row in csv.reader(io.StringIO(data.decode("utf-8"), newline=""), skipinitialspace=True) if row][1:]
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    wrong = np.flatnonzero(lengths != len(known))
    _tell_lengths(faults, name, np.column_stack([wrong, lengths[wrong]]), len(known))
    right = [row for row in rows if len(row) == len(known)]
    columns = {column: _coded([row[known.index(column)] for row in right]) for column in wanted}
    return Table(len(right), columns)


def _tell_lengths(faults: FeedFaults, name: str, bad: NDArray[np.int64], width: int, header: int = 0) -> None:
    """Tell rows of the wrong length; ``bad`` holds row, counted with the header where there is one, and cells."""
    rows = bad[:, 0] - 1 - header if header else bad[:, 0]
    cells = dict(zip(rows.tolist(), bad[:, 1].tolist(), strict=True))
    faults.rows(name, None, "unreadable", rows, lambda row: f"{cells[row]} cells", f"{width}, as in the header")
    faults.skip(name, rows)


def _column(chunked: pa.ChunkedArray) -> TextColumn:
    """Return codes and distinct texts; texts that differ only in space around them become one."""
    if not len(chunked):
        return TextColumn(np.zeros(0, dtype=np.int32), ("",))
    chunks = chunked.unify_dictionaries().chunks
    codes = np.concatenate([chunk.indices.to_numpy(zero_copy_only=False) for chunk in chunks]).astype(np.int32)
    values = [str(value) for value in chunks[-1].dictionary.to_pylist()]
    stripped = [value.strip() for value in values]
    if stripped == values:
        return TextColumn(codes, tuple(values))
    again, distinct = pd.factorize(np.array(stripped, dtype=object))
    return TextColumn(again.astype(np.int32)[codes], tuple(str(value) for value in distinct))


def _coded(texts: Sequence[str]) -> TextColumn:
    codes, distinct = pd.factorize(np.array([text.strip() for text in texts], dtype=object))
    return TextColumn(codes.astype(np.int32), tuple(str(value) for value in distinct) or ("",))
