"""Read an OpenStreetMap extract (.pbf) of any size in one stream, through libosmium.

Multipolygon relations are read first, since they say which ways to keep for them. Then nodes and ways pass by:
libosmium drops what has no wanted tag and looks up the places of nodes in an index that lies in memory for a town and
in a temporary file for more. Memory grows with what is kept, not with what passes by.

An extract cut out of the map may lack corners of a way. A line is then cut there; an area keeps the corners it has.
Both are told, and so are areas that had to be dropped or mended.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.filter import EmptyTagFilter, EntityFilter, KeyFilter, TagFilter
from osmium.geom import WKBFactory
from osmium.geom import use_nodes as nodes_used
from osmium.index import LocationTable
from osmium.io import FileBuffer, Header, Reader, ThreadPool
from osmium.osm import NODE, NOTHING, RELATION, WAY, Node, Relation, Way, osm_entity_bits
from osmium.osm.types import OSMEntity, TagList

from outlet.errors import Fault, TableError
from outlet.progress import Progress, watched
from siting.data.osm.areas import Outline, mend, relation_area, ring_area, ring_areas
from siting.data.osm.blocks import EXPECTED, Blocks, find_blocks
from siting.data.osm.extract import ANY, Choice, Extract, Features, Pair, Tags, has_any_pair
from siting.data.osm.losses import Losses

IN_MEMORY = 64 << 20
BATCH = 20_000
# OpenStreetMap takes ways of 2,000 corners and relations of 32,000 members, and a feature fills some bytes of a file.
MOST_MEMBERS = 100_000
FEW_FEATURES = 10_000
LEAST_BYTES = 3
DISK_PER_BYTE = 1.5
RELATION_TYPES = (("type", "multipolygon"), ("type", "boundary"))
TIMESTAMPS = ("osmosis_replication_timestamp", "timestamp")
LONG_AGO = dt.datetime(2004, 8, 9, tzinfo=dt.UTC)
# What libosmium throws over damage, and Python over text that is no UTF-8 and numbers out of range.
DAMAGE = (RuntimeError, ValueError, OverflowError, MemoryError, KeyError, OSError, osmium.InvalidLocationError)


def read_extract(path: Path, choice: Choice, *, name: str = "", progress: Progress | None = None) -> Extract:
    """Read the wanted points, lines and areas of an extract.

    Parameters
    ----------
    path
        The file.
    choice
        What to keep.
    name
        How messages name the file; its own name if empty.
    progress
        Where a bar is shown; where the running command shows its own if None.

    Raises
    ------
    TableError
        When the file is missing, is no extract, is damaged, or holds nothing wanted.
    """
    blocks = find_blocks(path, name or path.name)
    try:
        passes = 2 if blocks.box() is not None else 3
        with (progress or watched()).bar(f"reading {blocks.name}", passes * blocks.size) as done:
            extract = _Reading(blocks, choice, done).read()
    except TableError:
        raise
    except DAMAGE as error:
        text = " ".join(str(error).split())[:200] or type(error).__name__
        raise TableError([Fault(blocks.name, "unreadable", text, EXPECTED, "Fetch it again.")]) from error
    return extract


class _Kept:
    """Features of one kind as they are found; they come as WKB and become shapes many at a time."""

    def __init__(self, shape_all: Callable[[NDArray[np.object_]], NDArray[np.object_]] | None = None) -> None:
        self.ids: list[str] = []
        self.tags: list[Tags] = []
        self.shapes: list[shapely.Geometry | str | None] = []
        self.shape_all = shape_all
        self.shaped = 0

    def add(self, name: str, tags: Tags, shape: shapely.Geometry | str | None) -> None:
        """Take a feature: its shape, or the WKB of the point or line it is drawn by."""
        self.ids.append(name)
        self.tags.append(tags)
        self.shapes.append(shape)
        if len(self.shapes) - self.shaped >= BATCH:
            self._shape()

    def _shape(self) -> None:
        waiting = [at for at in range(self.shaped, len(self.shapes)) if isinstance(self.shapes[at], str)]
        drawn = shapely.from_wkb(np.array([self.shapes[at] for at in waiting], dtype=object))
        made = drawn if self.shape_all is None else self.shape_all(drawn)
        for at, shape in zip(waiting, made, strict=True):
            self.shapes[at] = shape
        self.shaped = len(self.shapes)

    def features(self) -> Features:
        """Return what was taken; areas that enclose nothing have no shape."""
        self._shape()
        shapes = np.empty(len(self.shapes), dtype=object)
        shapes[:] = self.shapes
        return Features(tuple(self.ids), tuple(self.tags), shapes)


@dataclass(frozen=True)
class _Wanted:
    """A multipolygon relation to close, and the ids of its member ways."""

    id: int
    tags: Tags
    ways: tuple[int, ...]


class _Reading:
    """One reading of one extract; collects as it goes."""

    def __init__(self, blocks: Blocks, choice: Choice, done: Callable[[int], None]) -> None:
        self.blocks = blocks
        self.choice = choice
        self.done = done
        self.pool = ThreadPool(2, 4)
        self.keys = choice.kept_keys
        self.losses = Losses(blocks.name)
        self.points, self.lines, self.areas = _Kept(), _Kept(), _Kept(ring_areas)
        self.wkb = WKBFactory()
        self.relations: list[_Wanted] = []
        self.members: dict[int, Outline | None] = {}
        self.seen_tags: dict[tuple[Pair, ...], Tags] = {}
        self.newest = LONG_AGO
        self.seen = 0
        self.most = max(FEW_FEATURES, blocks.size // LEAST_BYTES)

    def read(self) -> Extract:
        header = self._header()
        if self.choice.areas:
            self._read_relations()
        else:
            self.done(self.blocks.size)
        self._read_nodes_and_ways()
        self._close_relations()
        points, lines, areas = self.points.features(), self.lines.features(), self._sound_areas()
        if not (points.ids or lines.ids or areas.ids):
            expected = "an extract with streets, stops or places"
            raise TableError([Fault(self.blocks.name, "empty-layer", "no feature with a wanted tag", expected)])
        area = self._rectangle(lines, areas)
        return Extract(points, lines, areas, area, self.losses.remarks(), self._as_of(header))

    def _header(self) -> Header:
        with Reader(FileBuffer(self.blocks.header, "pbf"), NOTHING, self.pool) as reader:
            header = reader.header()
        if header.has_multiple_object_versions:
            found = "a history file, which holds every version of every feature"
            fix = "Take one day out of it: osmium time-filter IN.osh.pbf 2026-01-01T00:00:00Z -o OUT.osm.pbf"
            raise TableError([Fault(self.blocks.name, "unreadable", found, EXPECTED, fix)])
        return header

    def _objects(self, kinds: osm_entity_bits, *handlers: osmium.BaseHandler) -> Iterator[OSMEntity]:
        for data, size in self.blocks.chunks():
            with Reader(FileBuffer(data, "pbf"), kinds, self.pool) as reader:
                yield from osmium.OsmFileIterator(reader, *handlers)
            self.done(size)

    def _read_relations(self) -> None:
        keys = KeyFilter(*sorted({key for key, _ in self.choice.areas}))
        for relation in self._objects(RELATION, TagFilter(*RELATION_TYPES), keys):
            tags = self._tags(relation.tags)
            if isinstance(relation, Relation) and has_any_pair(tags, self.choice.areas):
                self._see(relation, len(relation.members))
                ways = tuple(member.ref for member in relation.members if member.type == "w")
                self.relations.append(_Wanted(relation.id, tags, ways))
                self.members.update(dict.fromkeys(ways))

    def _read_nodes_and_ways(self) -> None:
        with _locations(self.blocks) as locations:
            places = osmium.NodeLocationsForWays(locations)
            places.ignore_errors()
            for thing in self._objects(NODE | WAY, places, *self._filters()):
                if isinstance(thing, Way):
                    self._way(thing)
                elif isinstance(thing, Node):
                    self._node(thing)

    def _filters(self) -> list[osmium.BaseFilter]:
        """Return what drops, inside libosmium, objects that cannot be wanted."""
        chosen: list[osmium.BaseFilter] = []
        if self.choice.points:
            chosen.append(_filter(self.choice.points, NODE))
        else:
            chosen.append(EntityFilter(WAY))
        if not self.members:
            chosen.append(_filter(self.choice.lines | self.choice.areas, WAY))
        return chosen

    def _node(self, node: Node) -> None:
        tags = self._tags(node.tags)
        if has_any_pair(tags, self.choice.points) and node.location.valid():
            self.points.add(f"n{node.id}", tags, self.wkb.create_point(node))
            self._see(node)

    def _way(self, way: Way) -> None:
        tags = self._tags(way.tags)
        closed = way.is_closed()
        as_area = closed and tags.get("area") != "no" and has_any_pair(tags, self.choice.areas)
        drawn_as_area = closed and (tags.get("area") == "yes" or tags.get("highway") == "platform")
        as_line = not drawn_as_area and has_any_pair(tags, self.choice.lines)
        member = way.id in self.members
        if not (as_area or as_line or member):
            return
        self._see(way, len(way.nodes))
        line = self._whole_line(way)
        if member or line is None:
            xy = _corners(way)
            there = ~np.isnan(xy[:, 0])
            if member:
                self.members[way.id] = Outline(xy[there], closed)
            if line is None:
                self._cut(f"w{way.id}", tags, xy, there, (as_line, as_area))
        if line is not None and as_line:
            self.lines.add(f"w{way.id}", tags, line)
        if line is not None and as_area:
            self.areas.add(f"w{way.id}", tags, line)

    def _whole_line(self, way: Way) -> str | None:
        """Return the WKB of a way's line; None where corners are missing."""
        if len(way.nodes) < len(("from", "to")):
            return None
        try:
            return self.wkb.create_linestring(way, nodes_used.ALL)
        except (osmium.InvalidLocationError, RuntimeError):
            return None

    def _cut(
        self, name: str, tags: Tags, xy: NDArray[np.float64], there: NDArray[np.bool_], kinds: tuple[bool, bool]
    ) -> None:
        """Take a way whose corners are not all there: the pieces of a line, the corners of an area."""
        as_line, as_area = kinds
        if as_area:
            shape = ring_area(xy[there])
            self.areas.add(name, tags, shape)
            if shape is not None:
                self.losses.cut_areas.append(name)
        if not as_line:
            return
        if tags.get("natural") == "coastline":
            # The edge of an area: it keeps the corners it has, so that it still parts land from sea.
            there, xy = np.ones(int(there.sum()), dtype=np.bool_), xy[there]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(np.int8)))
        runs = [run for run in edges.reshape(-1, 2) if run[1] - run[0] > 1]
        for start, end in runs:
            self.lines.add(name, tags, shapely.LineString(xy[start:end]))
        (self.losses.cut_lines if runs else self.losses.lost_lines).append(name)

    def _close_relations(self) -> None:
        outlines = {way: outline for way, outline in self.members.items() if outline is not None}
        for wanted in self.relations:
            self.areas.add(f"r{wanted.id}", wanted.tags, relation_area(wanted.ways, outlines))

    def _sound_areas(self) -> Features:
        """Return the areas that enclose something, mended where their rings cross."""
        areas = self.areas.features()
        invalid = np.flatnonzero(~shapely.is_missing(areas.shapes) & ~shapely.is_valid(areas.shapes))
        for at in invalid:
            areas.shapes[at] = mend(areas.shapes[at])
        nothing = np.asarray(shapely.is_missing(areas.shapes), dtype=np.bool_)
        empty = np.asarray(shapely.is_empty(areas.shapes), dtype=np.bool_)
        self.losses.open_areas += [areas.ids[at] for at in np.flatnonzero(nothing)]
        self.losses.empty_areas += [areas.ids[at] for at in np.flatnonzero(empty)]
        self.losses.crossed_areas += [areas.ids[at] for at in invalid if not empty[at]]
        return areas.where(~(nothing | empty))

    def _tags(self, tags: TagList) -> Tags:
        found = tuple((key, value) for key in self.keys if (value := tags.get(key)) is not None)
        return self.seen_tags.setdefault(found, dict(found))

    def _see(self, thing: Node | Way | Relation, members: int = 0) -> None:
        """Note a wanted feature's date, and refuse what no extract of the map can hold."""
        self.newest = max(self.newest, thing.timestamp)
        self.seen += 1
        if members > MOST_MEMBERS:
            raise ValueError(f"{thing.type_str()}{thing.id} has {members:,} members, more than OpenStreetMap allows")
        if self.seen > self.most:
            raise ValueError(f"more features than {self.blocks.size:,} bytes can hold")

    def _as_of(self, header: Header) -> dt.date | None:
        for key in TIMESTAMPS:
            try:
                return dt.datetime.fromisoformat(header.get(key, "")).date()
            except ValueError:
                continue
        return self.newest.date() if self.newest > LONG_AGO else None

    def _rectangle(self, lines: Features, areas: Features) -> shapely.Polygon:
        box = self.blocks.box()
        if box is not None:
            return shapely.box(*box)
        self.losses.no_bounds = True
        low_x, low_y, high_x, high_y = np.inf, np.inf, -np.inf, -np.inf
        for node in self._objects(NODE, EmptyTagFilter()):
            if isinstance(node, Node) and node.location.valid():
                low_x, high_x = min(low_x, node.lon), max(high_x, node.lon)
                low_y, high_y = min(low_y, node.lat), max(high_y, node.lat)
        if low_x <= high_x:
            return shapely.box(low_x, low_y, high_x, high_y)
        return shapely.box(*shapely.total_bounds(lines.joined(areas).shapes))


def _filter(pairs: frozenset[Pair], kind: osm_entity_bits) -> osmium.BaseFilter:
    """Return a filter by tags, or by keys where any value is wanted of one."""
    chosen: osmium.BaseFilter
    if not pairs:
        return EntityFilter(NODE | WAY if kind != WAY else NODE)
    if any(value == ANY for _, value in pairs):
        chosen = KeyFilter(*sorted({key for key, _ in pairs}))
    else:
        chosen = TagFilter(*sorted(pairs))
    chosen.enable_for(kind)
    return chosen


def _corners(way: Way) -> NDArray[np.float64]:
    """Return the corners of a way, shape (k, 2), NaN where the extract lacks one."""
    places = [node.location for node in way.nodes]
    xy = [(place.x, place.y) if place.valid() else (np.nan, np.nan) for place in places]
    return np.array(xy, dtype=np.float64).reshape(-1, 2) / 1e7


@contextmanager
def _locations(blocks: Blocks) -> Iterator[LocationTable]:
    """Make an index of the places of nodes: in memory for a town, in a temporary file for more."""
    if blocks.unpacked <= IN_MEMORY:
        yield osmium.index.create_map("sparse_mem_array")
        return
    with tempfile.TemporaryDirectory(prefix="outlet-osm-") as folder:
        needed, free = int(DISK_PER_BYTE * blocks.unpacked), shutil.disk_usage(folder).free
        if free < needed:
            found = f"{free:,} bytes free in {Path(folder).parent}"
            fix = "Make room there, or name another folder in the environment variable TMPDIR."
            raise TableError([Fault(blocks.name, "no-space", found, f"{needed:,} to read the extract with", fix)])
        yield osmium.index.create_map(f"sparse_file_array,{folder}/places")
