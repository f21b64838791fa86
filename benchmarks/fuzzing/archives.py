"""Damage archives: what is inside them, how much that is, and where it wants to go."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from functools import cache
from random import Random

from fuzzing.damage import BYTES, TEXT

DATE = (2026, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20
_BLOCKS = 1500
TEXT_SUFFIXES = (".txt", ".csv", ".xml", ".prj", ".cpg", ".rels", ".geojson")


def pack(members: dict[str, bytes]) -> bytes:
    """Return a zip archive with fixed dates."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the members of a sound zip archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def member(rng: Random, data: bytes) -> bytes:
    """Damage one member and pack the archive again."""
    members = unpack(data)
    name = rng.choice(sorted(members))
    damage = rng.choice(TEXT if name.endswith(TEXT_SUFFIXES) else BYTES)
    return pack(members | {name: damage(rng, members[name])})


def without_member(rng: Random, data: bytes) -> bytes:
    """Leave one member out, or keep only one."""
    members = unpack(data)
    name = rng.choice(sorted(members))
    if rng.random() < 0.2:
        return pack({name: members[name]})
    return pack({other: content for other, content in members.items() if other != name})


def renamed_member(rng: Random, data: bytes) -> bytes:
    """Give a member a name that leads out of the archive, or that is odd."""
    members = unpack(data)
    name = rng.choice(sorted(members))
    odd = (
        *(f"../../{name}", f"/tmp/fuzz-slip/{name}", f"..\\..\\{name}", f"C:\\{name}", f"a/../../{name}", name.upper()),
        *(
            f"folder/{name}",
            f"{name}/",
            "",
            ".",
            "x" * 300 + name,
            f"__MACOSX/._{name}",
            f"名前/{name}",
            f"a\x00{name}",
        ),
    )
    new = rng.choice(odd)
    extra = members if rng.random() < 0.5 else {other: content for other, content in members.items() if other != name}
    return pack({**extra, new: members[name]})


def many_members(rng: Random, data: bytes) -> bytes:
    """Add very many members, or the same one twice."""
    members = unpack(data)
    many = rng.choice((100, 20_000))
    return pack({**members, **{f"x{at}": b"" for at in range(many)}})


def nested(rng: Random, data: bytes) -> bytes:
    """Pack archives into archives."""
    for _ in range(rng.choice((1, 2, 12))):
        data = pack({rng.choice(("data.zip", "stops.txt", "x.shp")): data})
    return data


def bomb(rng: Random, data: bytes) -> bytes:
    """Put a member in that unpacks to gigabytes, with its true size or a lie."""
    names = sorted(unpack(data))
    name = rng.choice(names)
    stream, crc = _zeros()
    size = _BLOCK * _BLOCKS if rng.random() < 0.6 else rng.choice((10, 1000))
    keep = {other: content for other, content in unpack(data).items() if other != name}
    return _with_raw_member(pack(keep), name.encode(), stream, crc, size)


def gzip_bomb(rng: Random, data: bytes) -> bytes:
    """Return gzip data that unpack to gigabytes."""
    stream, crc = _zeros()
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    return head + stream + struct.pack("<II", crc, (_BLOCK * _BLOCKS) & 0xFFFFFFFF)


def inside_gzip(rng: Random, data: bytes) -> bytes:
    """Damage the text inside gzip data."""
    return gzip.compress(rng.choice(TEXT)(rng, gzip.decompress(data)), mtime=0)


@cache
def _zeros() -> tuple[bytes, int]:
    """Return a raw deflate stream of very many commas and its checksum; made from one repeated block."""
    block = b"," * _BLOCK
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    for _ in range(_BLOCKS):
        crc = zlib.crc32(block, crc)
    return first * _BLOCKS + packer.flush(), crc


def _with_raw_member(archive: bytes, name: bytes, stream: bytes, crc: int, size: int) -> bytes:
    """Return an archive with a member whose compressed bytes are given as they are."""
    start = archive.rindex(b"PK\x05\x06")
    entries, length, offset = struct.unpack("<HII", archive[start + 10 : start + 20])
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x5C21, crc, len(stream), size, len(name), 0)
    local = b"PK\x03\x04" + common + name + stream
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, offset) + name
    directory = archive[offset : offset + length] + central
    end = struct.pack("<HHHHIIH", 0, 0, entries + 1, entries + 1, len(directory), offset + len(local), 0)
    return archive[:offset] + local + directory + b"PK\x05\x06" + end


ZIP = (member, member, member, member, member, without_member, renamed_member, many_members, nested, bomb)
GZIP = (inside_gzip, inside_gzip, inside_gzip, gzip_bomb)
