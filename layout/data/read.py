"""Read a hall plan, GeoJSON or DXF, alone or in a zip, into a FloorPlan: `read_plan`, `check_plan`.

`layout.data.plans.geojson` and `layout.data.plans.dxf` say what a file of each kind must hold.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from layout.data.plans.build import build_plan
from layout.data.plans.plausible import judge
from layout.data.plans.shapes import Drawing, Reading
from layout.floor.plan import FloorPlan
from layout.settings.hall import HallSettings
from outlet.data.archive import open_archive
from outlet.errors import Fault, TableError, missing_file

SUFFIXES = (".geojson", ".json", ".dxf")
MOST_BYTES = 256 << 20


def read_plan(file: Path, settings: HallSettings, *, name: str | None = None) -> FloorPlan:
    """Read a hall plan.

    Parameters
    ----------
    file
        GeoJSON (.geojson, .json), DXF (.dxf), or a zip that holds one.
    settings
        How to read it.
    name
        How messages call it; the file's own name by default.

    Raises
    ------
    TableError
        Every fault of the plan at once.
    """
    reading = check_plan(file, settings, name=name)
    if reading.faults or reading.plan is None:
        raise TableError(reading.faults)
    return reading.plan


def check_plan(file: Path, settings: HallSettings, *, name: str | None = None) -> Reading:
    """Read a hall plan and return it, or None, together with every fault and remark."""
    label = name or file.name
    try:
        data, member = _bytes_of(file, label, settings)
        inside = label if member == file.name else f"{label}/{member}"
        reading = build_plan(_drawing(data, member, inside, settings), settings)
    except TableError as error:
        return Reading(None, error.faults)
    return reading if reading.plan is None else judge(reading, reading.plan, settings)


def _bytes_of(file: Path, label: str, settings: HallSettings) -> tuple[bytes, str]:
    """Return a plan's bytes and the name that says its format."""
    if not file.is_file():
        fix = "Correct [layout.hall] plan or the outlet's hall_plan."
        raise TableError([missing_file(label, file, "a hall plan", fix)])
    if file.suffix.lower() == ".zip":
        return _from_archive(file, label, settings)
    if file.suffix.lower() not in SUFFIXES:
        found = f"a {file.suffix or 'nameless'} file"
        raise TableError([Fault(label, "unreadable", found, "a hall plan as .geojson or .dxf, or a .zip of one")])
    try:
        if file.stat().st_size > MOST_BYTES:
            raise TableError([Fault(label, "too-large", f"{file.stat().st_size >> 20} MB", "a plan of at most 256 MB")])
        return file.read_bytes(), file.name
    except OSError as error:
        raise TableError([Fault(label, "unreadable", str(error.strerror), "a file that can be read")]) from error


def _from_archive(file: Path, label: str, settings: HallSettings) -> tuple[bytes, str]:
    with open_archive(file, label) as archive:
        names = [name for name in archive.names() if PurePosixPath(name).suffix.lower() in SUFFIXES]
        listing = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
        wanted = settings.member or (names[0] if len(names) == 1 else "")
        if wanted not in names:
            found = f"no {wanted!r} in it" if wanted else f"{len(names)} files that could be the plan"
            fix = f"Set [layout.hall] member to one of: {listing}." if names else ""
            raise TableError([Fault(label, "missing-file", found, "one hall plan inside the zip", fix)])
        return archive.read(wanted, MOST_BYTES), wanted


def _drawing(data: bytes, name: str, label: str, settings: HallSettings) -> Drawing:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".dxf":
        from layout.data.plans.dxf import read_dxf

        return read_dxf(data, label, settings)
    from layout.data.plans.geojson import read_geojson

    return read_geojson(data, label, settings)
