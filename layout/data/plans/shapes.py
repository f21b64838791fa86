"""Hold what a hall plan's file shows, whatever its format: `Shape`, `Drawing`, and the local `Frame` of the hall."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import shapely
from shapely import LineString
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from layout.floor.plan import FloorPlan
from layout.settings.hall import PlanKind
from outlet.errors import Fault
from outlet.findings import Remark


@dataclass(frozen=True)
class Shape:
    """One thing of a drawing in metres: what it is, its geometry, and what the drawing says of it.

    ``entrance`` None says that it is one where it lies on the outline. ``openings`` are the lines of which one is the
    closed door, where the drawing shows how its leaf swings.
    """

    kind: PlanKind
    geometry: BaseGeometry
    name: str = ""
    width_m: float | None = None
    entrance: bool | None = False
    row: int | str | None = None
    openings: tuple[LineString, ...] = ()


def _as_it_is(x: float, y: float) -> tuple[float, float]:
    return x, y


@dataclass(frozen=True)
class Drawing:
    """All shapes of one file.

    Parameters
    ----------
    shapes
        What it shows, in metres.
    source
        How messages name the file.
    crs
        CRS of the shapes' coordinates, or None.
    remarks, faults
        What reading the file found.
    place
        Takes a point of the file's own coordinates to those of the shapes.
    """

    shapes: tuple[Shape, ...]
    source: str
    crs: str | None = None
    remarks: tuple[Remark, ...] = ()
    faults: tuple[Fault, ...] = ()
    place: Callable[[float, float], tuple[float, float]] = _as_it_is

    def of(self, *kinds: PlanKind) -> list[Shape]:
        """Return the shapes of some kinds, in the order of the file."""
        return [shape for shape in self.shapes if shape.kind in kinds]


@dataclass
class Told:
    """Faults and remarks while a plan is built."""

    source: str
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def fault(self, code: str, found: str, expected: str, fix: str = "", row: int | str | None = None) -> None:
        """Add a fault."""
        self.faults.append(Fault(self.source, code, found, expected, fix, row=row))

    def remark(self, code: str, text: str, rows: tuple[int | str, ...] = ()) -> None:
        """Add a remark."""
        self.remarks.append(Remark(self.source, code, text, rows))


@dataclass(frozen=True)
class Frame:
    """How the hall's local frame lies in the drawing: its origin there, and how far it is turned."""

    origin: tuple[float, float] = (0.0, 0.0)
    rotation_deg: float = 0.0

    def to_local(self, geometry: BaseGeometry) -> BaseGeometry:
        """Return a geometry of the drawing in the local frame, rounded to a tenth of a millimetre."""
        angle = math.radians(self.rotation_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = self.origin
        moved = affine_transform(geometry, (cos, sin, -sin, cos, -cos * x - sin * y, sin * x - cos * y))
        return shapely.set_precision(moved, 1e-4, mode="pointwise")


@dataclass(frozen=True)
class Reading:
    """What a hall plan was found to be: the plan where it can be made, every fault, and what the planner is told."""

    plan: FloorPlan | None
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()
