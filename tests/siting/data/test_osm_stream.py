"""Extracts written here node by node, read back in one stream."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from importlib.resources import as_file, files
from types import SimpleNamespace

import osmium
import pytest
import shapely
from osmium.osm.mutable import Node, Relation, Way

from outlet.errors import TableError
from outlet.progress import Progress, watching
from siting.data.osm import stream as osm_stream
from siting.data.osm.choice import project_choice
from siting.data.osm.extract import Choice
from siting.data.osm.rules import osm_rules
from siting.data.osm.stream import read_extract

WANTED = Choice(
    points=frozenset({("amenity", "bank")}),
    lines=frozenset({("highway", "*")}),
    areas=frozenset({("building", "*"), ("natural", "water")}),
    keys=frozenset({"name", "area"}),
)
WRITTEN = dt.datetime(2026, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
SQUARE = {1: (5.0, 50.0), 2: (5.001, 50.0), 3: (5.001, 50.001), 4: (5.0, 50.001)}
CORNERS = SQUARE | {5: (5.0004, 50.0004), 6: (5.0006, 50.0004), 7: (5.0006, 50.0006)}


@pytest.fixture
def write(tmp_path):
    """Write nodes 1–7 and what else is given; return the file."""

    def written(ways=(), relations=(), nodes=(), header=None, name="town.osm.pbf", form=""):
        path = tmp_path / name
        with osmium.SimpleWriter(osmium.io.File(str(path), form), header=header or osmium.io.Header()) as writer:
            for number, place in CORNERS.items():
                writer.add_node(Node(id=number, location=place, version=1, timestamp=WRITTEN))
            for node in nodes:
                writer.add_node(node)
            for number, refs, tags in ways:
                writer.add_way(Way(id=number, nodes=refs, tags=tags, version=1, timestamp=WRITTEN))
            for number, members, tags in relations:
                made = [("w", way, role) for way, role in members]
                writer.add_relation(Relation(id=number, members=made, tags=tags, version=1, timestamp=WRITTEN))
        return path

    return written


def test_only_what_is_wanted_is_kept_with_the_tags_wanted(write):
    bank = Node(id=8, location=(5.0, 50.0), tags={"amenity": "bank", "name": "A", "note": "x"})
    bench = Node(id=9, location=(5.0, 50.0), tags={"amenity": "bench"})
    ways = [
        (1, [1, 2], {"highway": "residential", "name": "Main", "surface": "asphalt"}),
        (2, [1, 3], {"barrier": "fence"}),
        (3, [1, 2, 3, 4, 1], {"building": "yes"}),
        (4, [1, 2, 3, 1], {"highway": "pedestrian", "area": "yes"}),
        (5, [1, 2, 3], {"building": "yes"}),
    ]
    found = read_extract(write(ways, nodes=[bank, bench]), WANTED)
    assert dict(zip(found.points.ids, found.points.tags, strict=True)) == {"n8": {"amenity": "bank", "name": "A"}}
    assert dict(zip(found.lines.ids, found.lines.tags, strict=True)) == {
        "w1": {"highway": "residential", "name": "Main"}
    }
    assert found.areas.ids == ("w3",)
    assert found.lines.shapes[0].equals(shapely.LineString([CORNERS[1], CORNERS[2]]))
    assert found.areas.shapes[0].area == pytest.approx(1e-6)
    assert found.as_of == WRITTEN.date()


def test_relations_become_areas_with_holes_whatever_their_roles(write):
    ways = [(1, [1, 2, 3], {}), (2, [3, 4, 1], {}), (3, [5, 6, 7, 5], {})]
    members = [(1, ""), (2, ""), (3, "")]
    found = read_extract(write(ways, [(7, members, {"type": "multipolygon", "natural": "water"})]), WANTED)
    assert found.areas.ids == ("r7",)
    assert found.areas.shapes[0].area == pytest.approx(1e-6 - 0.5 * 0.0002**2)


def test_rings_that_cannot_be_closed_are_dropped_and_told(write):
    ways = [(1, [1, 2, 3], {}), (2, [1, 2, 3, 99, 1], {"building": "yes"}), (3, [1, 99, 98, 1], {"building": "yes"})]
    tags = {"type": "multipolygon", "building": "yes"}
    found = read_extract(write(ways, [(7, [(1, "outer")], tags), (8, [(55, "outer")], tags)]), WANTED)
    told = {remark.code: remark for remark in found.remarks}
    assert told["areas-dropped"].rows == ("r7", "r8", "w3")
    assert told["areas-cut"].rows == ("w2",)
    assert found.areas.ids == ("w2",)
    assert str(told["areas-dropped"]).startswith(
        "town.osm.pbf: 3 areas have rings that cannot be closed; dropped: r7, r8, w3"
    )


def test_ways_are_cut_where_the_extract_lacks_corners(write):
    ways = [(1, [1, 2, 99, 3, 4], {"highway": "path"}), (2, [99, 1], {"highway": "path"})]
    found = read_extract(write(ways), WANTED)
    assert found.lines.ids == ("w1", "w1")
    assert [shapely.get_num_points(line) for line in found.lines.shapes] == [2, 2]
    told = {remark.code: remark.rows for remark in found.remarks}
    assert told["ways-cut"] == ("w1",)
    assert told["ways-dropped"] == ("w2",)


def test_rings_that_cross_themselves_are_mended_and_told(write):
    found = read_extract(write([(1, [1, 2, 4, 3, 1], {"building": "yes"})]), WANTED)
    assert found.areas.shapes[0].is_valid
    assert found.areas.shapes[0].area == pytest.approx(0.5e-6)
    assert {remark.code for remark in found.remarks} == {"areas-mended", "no-bounds"}


def test_the_rectangle_is_the_headers_or_that_of_the_tagged_points(write):
    ways = [(1, [1, 2], {"highway": "path"})]
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(osmium.osm.Location(4.9, 49.9), osmium.osm.Location(5.1, 50.1)))
    header.set("osmosis_replication_timestamp", "2026-05-01T00:00:00Z")
    stated = read_extract(write(ways, header=header), WANTED)
    assert stated.area.bounds == (4.9, 49.9, 5.1, 50.1)
    assert stated.as_of == dt.date(2026, 5, 1)
    nodes = [Node(id=20 + at, location=place, tags={"x": "y"}) for at, place in enumerate([(5.2, 50.3), (5.4, 50.6)])]
    found = read_extract(write(ways, nodes=nodes, name="other.osm.pbf"), WANTED)
    assert found.area.bounds == (5.2, 50.3, 5.4, 50.6)
    assert [remark.code for remark in found.remarks] == ["no-bounds"]


def test_a_large_extract_keeps_places_in_a_file(write, monkeypatch, tmp_path):
    path = write([(1, [1, 2], {"highway": "path"}), (3, [1, 2, 3, 4, 1], {"building": "yes"})])
    small = read_extract(path, WANTED)
    made = []
    create = osmium.index.create_map
    monkeypatch.setattr(osm_stream, "IN_MEMORY", 0)
    monkeypatch.setattr(osmium.index, "create_map", lambda kind: made.append(kind) or create(kind))
    large = read_extract(path, WANTED)
    assert made[0].startswith("sparse_file_array,")
    assert [shape.wkt for shape in large.areas.shapes] == [shape.wkt for shape in small.areas.shapes]
    monkeypatch.setattr(osm_stream.shutil, "disk_usage", lambda folder: SimpleNamespace(free=3))
    monkeypatch.setattr(osm_stream, "DISK_PER_BYTE", 1e6)
    with pytest.raises(TableError, match="3 bytes free"):
        read_extract(path, WANTED)


def test_blocks_read_some_at_a_time_give_the_same(monkeypatch):
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        choice = project_choice(osm_rules(), "bank")
        whole = read_extract(path, choice)
        monkeypatch.setattr("siting.data.osm.blocks.CHUNK_UNPACKED", 1)
        parts = read_extract(path, choice)
    assert parts.areas.ids == whole.areas.ids
    assert parts.lines.ids == whole.lines.ids
    assert shapely.equals_identical(parts.areas.shapes, whole.areas.shapes).all()


def test_progress_moves_to_its_end(write):
    class Counted(Progress):
        def __init__(self):
            object.__setattr__(self, "steps", [])

        def bar(self, text, total):
            from contextlib import contextmanager

            @contextmanager
            def opened():
                yield self.steps.append
                assert sum(self.steps) == total

            return opened()

    counted = Counted()
    read_extract(write([(1, [1, 2], {"highway": "path"})]), WANTED, progress=counted)
    assert counted.steps


def damaged(whole: bytes, rng: random.Random) -> bytes:
    data = bytearray(whole)
    match rng.randrange(4):
        case 0:
            return bytes(data[: rng.randrange(len(data))])
        case 1:
            for _ in range(rng.choice([1, 10, 100])):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        case 2:
            at = rng.randrange(len(data))
            del data[at : at + rng.randrange(1, 2000)]
        case _:
            for _ in range(8):
                at = rng.randrange(len(data) - 4)
                data[at : at + 4] = rng.choice([b"\xff" * 4, b"\0" * 4, b"\x80" * 4])
    return bytes(data)


CHILD = """
import sys
from pathlib import Path
from outlet.errors import TableError
from siting.data.osm.choice import project_choice
from siting.data.osm.rules import osm_rules
from siting.data.osm.stream import read_extract
for name in sys.argv[1:]:
    try:
        read_extract(Path(name), project_choice(osm_rules(), "bank"))
        print("read")
    except TableError as error:
        assert Path(name).name in str(error), error
        print("fault")
"""


def test_damaged_extracts_end_in_faults_and_never_in_a_crash(tmp_path):
    """Half of them unpacked, where no checksum catches the damage before libosmium meets it."""
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        packed = path.read_bytes()
        plain = tmp_path / "plain.osm.pbf"
        with osmium.SimpleWriter(osmium.io.File(str(plain), "pbf,pbf_compression=none")) as writer:
            for thing in osmium.FileProcessor(str(path)):
                writer.add(thing)
    rng = random.Random(7)
    names = []
    for number in range(60):
        name = tmp_path / f"d{number}.osm.pbf"
        name.write_bytes(damaged(packed if number % 2 else plain.read_bytes(), rng))
        names.append(str(name))
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *names], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = done.stdout.split()
    assert len(told) == len(names)
    assert told.count("fault") > 40


def test_a_bar_shows_where_the_command_shows_its_progress(write):
    path = write([(1, [1, 2], {"highway": "path"})])
    shown = []

    class Shown(Progress):
        def bar(self, text, total):
            shown.append(text)
            return super().bar(text, total)

    with watching(Shown(quiet=True)):
        read_extract(path, WANTED)
    read_extract(path, WANTED)
    assert shown == ["reading town.osm.pbf"]
