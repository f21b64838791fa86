"""Open zip and gzip files without trusting them.

Nothing is read before every member's name and size has been judged: a name that leaves the folder, a link, a secret,
two members in one place or more bytes than a planner's file can have refuse the whole archive. Reading stops at the
size that the archive promised. Archives inside archives are plain members; nobody follows them.
"""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from outlet.data.encoding import UndecodableError, decode
from outlet.errors import Fault, TableError

MEMBERS = 10_000
TOTAL_BYTES = 4 << 30
READ_BYTES = 2 << 30
RATIO = 200
ANY_RATIO_BYTES = 64 << 20
HEADER_BYTES = 30
UTF8_NAME, ENCRYPTED = 0x800, 0x1
SIMPLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db")


class Archive:
    """The files of one zip, all of them judged before the first is read."""

    def __init__(self, opened: zipfile.ZipFile, label: str) -> None:
        self.label = label
        self._opened = opened
        self._members = {_name(info): info for info in opened.infolist() if not info.is_dir()}

    def names(self) -> tuple[str, ...]:
        """Return the names of the files, sorted, without what operating systems leave behind."""
        return tuple(sorted(name for name in self._members if not set(PurePosixPath(name).parts) & set(JUNK)))

    def size(self, name: str) -> int:
        """Return the bytes of a file once unpacked, as the archive promises."""
        return self._member(name).file_size

    def read(self, name: str, most: int = READ_BYTES) -> bytes:
        """Return a file's bytes, at most as many as the archive promises.

        Raises
        ------
        TableError
            When the file is not there, larger than ``most``, or broken.
        """
        member = self._member(name)
        if member.file_size > most:
            raise TableError([_fault(self.label, "too-large", f"{name}: {_amount(member.file_size)}", _at_most(most))])
        try:
            with self._opened.open(member) as stream:
                return stream.read(member.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            found = f"{name}, which cannot be unpacked ({error})"
            raise TableError([_fault(self.label, "unreadable", found, "a whole archive", "Pack it again.")]) from error

    def extract(self, names: tuple[str, ...], folder: Path) -> list[Path]:
        """Write files into a folder by their last name and return where they are."""
        written = []
        for name in names:
            path = folder / PurePosixPath(name).name
            path.write_bytes(self.read(name))
            written.append(path)
        return written

    def _member(self, name: str) -> zipfile.ZipInfo:
        if name not in self._members:
            found = f"no {name!r} among {', '.join(self.names()[:10]) or 'no files'}"
            raise TableError([_fault(self.label, "missing-file", found, "a file inside the archive")])
        return self._members[name]


@contextmanager
def open_archive(path: Path, label: str) -> Iterator[Archive]:
    """Open a zip whose every member is safe to read.

    Parameters
    ----------
    path
        The file.
    label
        How messages name it.

    Raises
    ------
    TableError
        With code ``unreadable`` when it is no zip, ``unsafe-archive`` or ``too-large`` when it must not be unpacked.
    """
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        fault = _fault(label, "unreadable", str(error) or type(error).__name__, "a zip archive", "Pack it again.")
        raise TableError([fault]) from error
    with opened:
        faults = _judge(opened.infolist(), label)
        if faults:
            raise TableError(faults)
        yield Archive(opened, label)


def read_gzip(path: Path, label: str, most: int = READ_BYTES) -> bytes:
    """Return what a gzip file holds, never more than ``most`` bytes nor than a planner's file can be squeezed.

    Raises
    ------
    TableError
        With code ``unreadable`` or ``too-large``.
    """
    try:
        allowed = min(most, max(ANY_RATIO_BYTES, RATIO * path.stat().st_size))
        with gzip.open(path) as stream:
            data = stream.read(allowed + 1)
    except (OSError, EOFError, zlib.error) as error:
        found = f"a gzip file that cannot be unpacked ({error})"
        raise TableError([_fault(label, "unreadable", found, "a whole .gz file", "Pack it again.")]) from error
    if len(data) > allowed:
        raise TableError([_fault(label, "too-large", f"more than {_amount(allowed)} unpacked", _at_most(allowed))])
    return data


def _judge(members: list[zipfile.ZipInfo], label: str) -> list[Fault]:
    if len(members) > MEMBERS:
        return [_fault(label, "unsafe-archive", f"{len(members):,} files", f"at most {MEMBERS:,}")]
    faults = [fault for member in members if (fault := _judge_member(member, label)) is not None]
    total = sum(member.file_size for member in members)
    if total > TOTAL_BYTES:
        faults.append(_fault(label, "too-large", f"{_amount(total)} unpacked", _at_most(TOTAL_BYTES)))
    names: set[str] = set()
    for member in members:
        name = _name(member)
        if name in names:
            faults.append(_fault(label, "unsafe-archive", f"{name!r} twice", "each file once", "Pack it again."))
        names.add(name)
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            found = f"{_name(member)!r}, which overlaps another file of the archive"
            faults.append(_fault(label, "unsafe-archive", found, "each file in a place of its own", "Pack it again."))
        end = member.header_offset + HEADER_BYTES + member.compress_size
    return faults


def _judge_member(member: zipfile.ZipInfo, label: str) -> Fault | None:
    name = _name(member)
    reason = _unsafe(name, member)
    if reason:
        return _fault(label, "unsafe-archive", f"{name!r}, which {reason}", "plain files inside", "Pack it again.")
    if member.flag_bits & ENCRYPTED:
        return _fault(label, "unsafe-archive", f"{name!r}, which needs a password", "files anybody can open")
    if member.compress_type not in SIMPLE_METHODS:
        return _fault(label, "unsafe-archive", f"{name!r}, packed in an unusual way", "a plain zip", "Pack it again.")
    if member.file_size > max(ANY_RATIO_BYTES, RATIO * max(member.compress_size, 1)):
        found = f"{name!r}: {_amount(member.file_size)} packed into {_amount(member.compress_size)}"
        return _fault(label, "unsafe-archive", found, f"files packed {RATIO} to 1 at most")
    return None


def _unsafe(name: str, member: zipfile.ZipInfo) -> str:
    if name.startswith("/") or ":" in name.split("/", maxsplit=1)[0]:
        return "names a place on a disk"
    if "\\" in name:
        return "has a backslash in its name"
    if ".." in PurePosixPath(name).parts:
        return "leaves its folder"
    if not name or any(ord(letter) < 32 for letter in name):
        return "has no printable name"
    mode = member.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    return ""


def _name(member: zipfile.ZipInfo) -> str:
    """Return a member's name; names from before UTF-8 are read in the encoding they look like."""
    name = member.orig_filename
    if member.flag_bits & UTF8_NAME or name.isascii():
        return name
    try:
        return decode(name.encode("cp437")).text
    except (UndecodableError, UnicodeEncodeError):
        return name


def _fault(label: str, code: str, found: str, expected: str, fix: str = "") -> Fault:
    return Fault(label, code=code, found=found, expected=expected, fix=fix)


def _at_most(size: int) -> str:
    return f"at most {_amount(size)}"


def _amount(size: int) -> str:
    for unit, bytes_each in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= bytes_each:
            return f"{size / bytes_each:.3g} {unit}"
    return f"{size} bytes"
