"""Archives that lie, hide or explode are refused by name before anything of them is unpacked."""

from __future__ import annotations

import gzip
import stat
import struct
import zipfile

import pytest

from outlet.data import archive as module
from outlet.data.archive import open_archive, read_gzip
from outlet.errors import TableError


def packed(path, members, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name), content, compression)
    return path


def read_all(path):
    with open_archive(path, "data/a.zip") as archive:
        return [archive.read(name) for name in archive.names()]


def faults(path):
    with pytest.raises(TableError) as caught:
        read_all(path)
    return [(fault.code, fault.found) for fault in caught.value.faults]


def test_plain_files_are_listed_and_read(tmp_path):
    path = packed(
        tmp_path / "a.zip", {"b/x.csv": "id\n1\n", "a.txt": "hi", "__MACOSX/b/._x.csv": "?", "inner.zip": "PK"}
    )
    with open_archive(path, "data/a.zip") as archive:
        assert archive.names() == ("a.txt", "b/x.csv", "inner.zip")
        assert archive.size("b/x.csv") == 5
        assert archive.read("b/x.csv") == b"id\n1\n"
        with pytest.raises(TableError, match=r"data/a.zip: found a.txt: 2 bytes; expected at most 1 bytes"):
            archive.read("a.txt", most=1)
        with pytest.raises(TableError, match=r"no 'z' among a.txt"):
            archive.read("z")
        written = archive.extract(("b/x.csv",), tmp_path)
    assert [(file.name, file.read_text()) for file in written] == [("x.csv", "id\n1\n")]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x.csv", "leaves its folder"),
        ("a/../../x.csv", "leaves its folder"),
        ("/etc/x.csv", "names a place on a disk"),
        ("C:/x.csv", "names a place on a disk"),
        ("a\\x.csv", "has a backslash in its name"),
        ("a\nb.csv", "has no printable name"),
    ],
)
def test_names_that_leave_the_folder_are_refused(tmp_path, name, reason):
    (code, found), *rest = faults(packed(tmp_path / "a.zip", {"fine.csv": "", name: "x"}))
    assert code == "unsafe-archive"
    assert found == f"{name!r}, which {reason}"
    assert not rest


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert faults(packed(tmp_path / "a.zip", {link: "/etc/passwd"})) == [
        ("unsafe-archive", "'link.csv', which is a link or a device")
    ]


def test_a_bomb_is_refused_by_what_it_declares(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ANY_RATIO_BYTES", 1 << 20)
    path = packed(tmp_path / "a.zip", {"zeros.csv": b"\0" * (7 << 20)})
    ((code, found),) = faults(path)
    assert code == "unsafe-archive"
    assert found.startswith("'zeros.csv': 7 MB packed into 6")


def test_too_much_in_all_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TOTAL_BYTES", 10)
    assert faults(packed(tmp_path / "a.zip", {"a": "x" * 6, "b": "x" * 6})) == [("too-large", "12 bytes unpacked")]
    monkeypatch.setattr(module, "MEMBERS", 1)
    assert faults(tmp_path / "a.zip") == [("unsafe-archive", "2 files")]


def test_a_size_that_lies_reads_no_more_than_promised(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": b"x" * 100_000})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    path.write_bytes(data)
    ((code, found),) = faults(path)
    assert code == "unreadable"
    assert "a.csv, which cannot be unpacked" in found


def test_overlapping_members_are_refused(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": b"x" * 500, "b.csv": b"y" * 500}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 20)
    path.write_bytes(data)
    assert ("unsafe-archive", "'b.csv', which overlaps another file of the archive") in faults(path)


def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed(tmp_path / "a.zip", {"a.csv": "1", zipfile.ZipInfo("a.csv"): "2"})
    assert faults(path) == [("unsafe-archive", "'a.csv' twice")]


def test_secrets_and_rare_methods_are_refused(tmp_path):
    path = packed(tmp_path / "a.zip", {"a.csv": "1"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert faults(path) == [("unsafe-archive", "'a.csv', which needs a password")]
    assert faults(packed(tmp_path / "b.zip", {"a.csv": "1"}, zipfile.ZIP_LZMA)) == [
        ("unsafe-archive", "'a.csv', packed in an unusual way")
    ]


def test_no_zip_and_half_a_zip_are_told(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"hello")
    assert [code for code, _ in faults(tmp_path / "a.zip")] == ["unreadable"]
    whole = packed(tmp_path / "b.zip", {"a.csv": "x" * 1000}).read_bytes()
    (tmp_path / "b.zip").write_bytes(whole[:-30])
    assert [code for code, _ in faults(tmp_path / "b.zip")] == ["unreadable"]


def test_a_broken_stream_names_its_member(tmp_path):
    path = packed(tmp_path / "a.zip", {"sub/a.csv": bytes(range(256)) * 50})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    ((code, found),) = faults(path)
    assert (code, found.split(",")[0]) == ("unreadable", "sub/a.csv")


@pytest.mark.parametrize(("name", "codec"), [("鯖江駅前店一覧.csv", "cp932"), ("朝阳门营业厅名称.csv", "gb18030")])
def test_names_from_before_utf_8_are_read(tmp_path, name, codec):
    """An old packer stores a name in its own code page and does not set the UTF-8 flag."""
    placeholder = "x" * len(name.encode(codec))
    path = packed(tmp_path / "a.zip", {placeholder: "id\n"})
    path.write_bytes(path.read_bytes().replace(placeholder.encode(), name.encode(codec)))
    with open_archive(path, "data/a.zip") as archive:
        assert archive.names() == (name,)
        assert archive.read(name) == b"id\n"


def test_gzip_is_read_within_limits(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id\n1\n"))
    assert read_gzip(path, "data/a.csv.gz") == b"id\n1\n"
    with pytest.raises(TableError, match="more than 2 bytes unpacked"):
        read_gzip(path, "data/a.csv.gz", most=2)
    path.write_bytes(gzip.compress(b"id\n1\n" * 1000)[:-12])
    with pytest.raises(TableError, match="a gzip file that cannot be unpacked"):
        read_gzip(path, "data/a.csv.gz")


def test_a_gzip_bomb_stops_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ANY_RATIO_BYTES", 1 << 20)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"\0" * (8 << 20)))
    with pytest.raises(TableError, match=r"more than 1\.[0-9]+ MB unpacked"):
        read_gzip(path, "data/a.csv.gz")
