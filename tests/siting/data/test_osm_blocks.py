"""Files that are no extract, end short, or unpack to something absurd."""

from __future__ import annotations

import gzip
import struct
import zlib
from importlib.resources import as_file, files

import osmium
import pytest

from outlet.errors import TableError
from siting.data.osm.blocks import find_blocks
from siting.data.osm.extract import Choice
from siting.data.osm.stream import read_extract

WANTED = Choice(lines=frozenset({("highway", "*")}))


def varint(value):
    out = b""
    while True:
        out += bytes([value & 127 | (128 if value > 127 else 0)])
        value >>= 7
        if not value:
            return out


def text(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def whole(number, value):
    return varint(number << 3) + varint(value)


def block(kind, content, *, stated=None):
    blob = whole(2, len(content) if stated is None else stated) + text(3, zlib.compress(content, 9))
    header = text(1, kind) + whole(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


HEAD = block(b"OSMHeader", text(4, b"OsmSchema-V0.6") + text(4, b"DenseNodes"))
DATA = block(b"OSMData", text(1, text(1, b"")))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"this is no extract", "no block at byte 0"),
        (b"\0" * 5000, "no block at byte 0"),
        (b"\x1f\x8b" + b"x" * 50, "a gzip file"),
        (gzip.compress(b"<osm/>", mtime=0), "a gzip file"),
        (b"BZh91AY", "a bzip2 file"),
        (b"PK\x03\x04", "a zip archive"),
        (b'<?xml version="1.0"?>\n<osm version="0.6"></osm>', "an XML file"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><osmChange version="0.6"/>', r"OpenStreetMap changes \(OSC\)"),
        (DATA, "no header block at its beginning"),
        (HEAD + DATA[:-3], "that ends short"),
        (HEAD + DATA[:2], "that ends short"),
        (HEAD + b"\xff\xff\xff\xff" + DATA, "no block at byte"),
        (HEAD + DATA + b"\x00\x00\x00\x05\xff\xff\xff\xff\xff", "a block header that is damaged"),
        (HEAD + block(b"OSMData", b"x", stated=2**40), "that unpacks to 1,099,511,627,776 bytes"),
        (HEAD + block(b"OSMData", b"\0" * 5_000_000), "that unpack to 5,000,000; expected at most 50 times"),
        (HEAD + block(b"OSMData", b"\0" * 900_000, stated=100), "uncompress"),
        (HEAD + block(b"OSMData", b"\xff" * 400), "PBF error|protobuf|varint|unknown|invalid"),
        (HEAD, "no feature with a wanted tag"),
        (HEAD + DATA, "no feature with a wanted tag"),
        (block(b"OSMHeader", text(4, b"Weird")) + DATA, "required feature not supported: Weird"),
        (block(b"OSMHeader", text(4, b"OsmSchema-V0.6") + text(4, b"HistoricalInformation")) + DATA, "a history file"),
    ],
)
def test_what_is_no_extract_is_named(tmp_path, content, found):
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(TableError, match=rf"data/city.osm.pbf: found .*({found})") as caught:
        read_extract(path, WANTED, name="data/city.osm.pbf")
    assert len(caught.value.faults) == 1


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path, found in ((tmp_path / "no.osm.pbf", "no such file"), (tmp_path, "found a folder")):
        with pytest.raises(TableError, match=f"{found}; expected an OpenStreetMap extract"):
            read_extract(path, WANTED)


def test_a_way_of_millions_of_corners_is_refused(tmp_path):
    table = text(1, b"") + text(1, b"highway") + text(1, b"path")
    way = whole(1, 1) + text(2, b"\x01") + text(3, b"\x02") + text(8, b"\x02" * 150_000)
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(HEAD + block(b"OSMData", text(1, table) + text(2, text(3, way))))
    with pytest.raises(TableError, match="w1 has 150,000 members, more than OpenStreetMap allows"):
        read_extract(path, WANTED)


def test_more_features_than_the_file_can_hold_are_refused(tmp_path):
    table = text(1, b"") + text(1, b"highway") + text(1, b"path")
    way = text(3, whole(1, 1) + text(2, b"\x01") + text(3, b"\x02") + text(8, b"\x02"))
    path = tmp_path / "city.osm.pbf"
    path.write_bytes(HEAD + block(b"OSMData", text(1, table) + text(2, way * 20_000)))
    with pytest.raises(TableError, match=r"more features than .* bytes can hold"):
        read_extract(path, WANTED)


def test_the_stated_rectangle_is_read_to_its_last_digit():
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        blocks = find_blocks(path, "x")
        assert blocks.box() == (24.935176299, 60.164155, 24.953414599, 60.179113)
        box = osmium.io.Reader(str(path)).header().box()
        assert (box.bottom_left.lon, box.top_right.lat) == pytest.approx((24.935176299, 60.179113), abs=1e-7)
        assert blocks.size < path.stat().st_size < 2 * blocks.size
        assert blocks.unpacked > blocks.size


def test_chunks_hold_every_block_once():
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        blocks = find_blocks(path, "x")
        chunks = list(blocks.chunks())
        assert sum(size for _, size in chunks) == blocks.size
        assert all(data.startswith(blocks.header) for data, _ in chunks)
