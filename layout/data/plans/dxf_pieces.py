"""Take a DXF's model space apart into pieces of known kinds: `take_apart`.

Block references are exploded (nested, scaled, mirrored, turned, in arrays), counted beforehand so that a block that
holds itself or a billion copies ends in a fault. What a block holds on layer 0 lies on the layer of its reference.
Layers that are off or frozen are left out unless ``[layout.hall] layers`` asks for them; XREFs and images are not
opened; texts and dimensions are no geometry.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ezdxf import path as dxf_path
from ezdxf.document import Drawing as DxfDrawing
from ezdxf.entities.arc import Arc
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.entities.ellipse import Ellipse
from ezdxf.entities.hatch import Hatch
from ezdxf.entities.insert import Insert
from ezdxf.entities.mline import MLine
from ezdxf.entities.mpolygon import MPolygon
from ezdxf.entities.point import Point
from ezdxf.entities.polyline import Polyline
from ezdxf.entities.solid import Face3d, Solid
from ezdxf.entities.spline import Spline
from ezdxf.math import Vec3

from layout.data.plans.dxf_layers import kind_of_layer
from layout.data.plans.dxf_open import BROKEN
from layout.settings.hall import HallSettings, PlanKind
from outlet.errors import Fault, TableError
from outlet.findings import Remark

MOST_ENTITIES = 100_000
MOST_PIECES = 40_000
MOST_VERTICES = 2_000_000
DEEPEST_BLOCK = 16
FARTHEST = 1e12
MOST_SPLINE_POINTS = 1_000
TEXTS = frozenset(
    {"TEXT", "MTEXT", "DIMENSION", "LEADER", "MULTILEADER", "MLEADER", "ATTDEF", "ATTRIB", "VIEWPORT", "TOLERANCE"}
)
KINDS_BY_REFERENCE: frozenset[PlanKind] = frozenset({"door", "entrance", "exit", "window", "column", "fixture"})
Pair = tuple[float, float]


@dataclass(frozen=True)
class Swing:
    """The arc of a door leaf: its hinge, and its two ends, one of which is the closed door's; drawing units."""

    hinge: Pair
    ends: tuple[Pair, Pair]

    @property
    def radius(self) -> float:
        """Width of the leaf."""
        return math.dist(self.hinge, self.ends[0])


@dataclass(frozen=True)
class Piece:
    """One entity of a known kind, in drawing units; ``row`` names it as CAD programs do, by type and handle."""

    kind: PlanKind
    paths: tuple[dxf_path.Path, ...]
    row: str
    filled: bool = False
    swing: Swing | None = None
    point: Pair | None = None

    def vertices(self) -> list[Pair]:
        """Return its control vertices."""
        if self.point is not None:
            return [self.point]
        return [(vertex.x, vertex.y) for path in self.paths for vertex in path.control_vertices()]


@dataclass
class Parts:
    """What a drawing was found to hold."""

    pieces: list[Piece] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    layers: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)

    def remarks(self, label: str) -> list[Remark]:
        """Return what was left out, in words."""
        told = (
            ("entities-ignored", "ignored, for they are no part of a plan or cannot be read", self.ignored),
            ("entities-ignored", "left out, for their layers are off or frozen", self.hidden),
            ("layers-unused", "on layers that are no part of a hall plan", self.others),
            ("xref-not-read", "not read: they are in other files; bind the XREF before saving as DXF", self.outside),
        )
        return [Remark(label, code, f"{listed(counts)} {text}") for code, text, counts in told if counts]


def listed(counts: Counter[str], most: int = 12) -> str:
    """Return counts in words, the largest first."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(order) - most} more" if len(order) > most else ""
    return ", ".join(f"{count} {name}" for name, count in order[:most]) + more


def take_apart(document: DxfDrawing, label: str, settings: HallSettings) -> Parts:
    """Return the pieces of a drawing's model space.

    Raises
    ------
    TableError
        With code ``too-large``, ``too-deep`` or ``block-loop`` when its blocks cannot be exploded.
    """
    _Weighing(document, label).judge()
    taking = _Taking(document, label, settings)
    for entity, layer, above, row in taking.walk(document.modelspace(), None, None, ""):
        taking.take(entity, layer, above, row)
    return taking.parts


class _Weighing:
    """Count what the block references stand for, without exploding them."""

    def __init__(self, document: DxfDrawing, label: str) -> None:
        self.document = document
        self.label = label
        self.weights: dict[str, int] = {}

    def judge(self) -> None:
        total = self._sum(self.document.modelspace(), ())
        if total > MOST_ENTITIES:
            found = f"{total:,} entities once its blocks are exploded" if total < 10**15 else "blocks without end"
            raise self._error("too-large", found, f"a plan of at most {MOST_ENTITIES:,}")

    def _sum(self, entities: Iterable[DXFEntity], above: tuple[str, ...]) -> int:
        return sum(self._of_insert(entity, above) if isinstance(entity, Insert) else 1 for entity in entities)

    def _of_insert(self, insert: Insert, above: tuple[str, ...]) -> int:
        name = insert.dxf.name.casefold()
        if name in above:
            raise self._error("block-loop", f"a block that holds itself: {insert.dxf.name!r}", "blocks that end")
        if len(above) >= DEEPEST_BLOCK:
            raise self._error("too-deep", f"blocks nested deeper than {DEEPEST_BLOCK}", f"at most {DEEPEST_BLOCK}")
        if name not in self.weights:
            block = insert.block()
            self.weights[name] = 1 + (self._sum(block, (*above, name)) if block is not None else 0)
        return copies_of(insert) * self.weights[name]

    def _error(self, code: str, found: str, expected: str) -> TableError:
        fix = "Purge the drawing, or save only the storey and the layers of the plan."
        return TableError([Fault(self.label, code, found, expected, fix)])


def copies_of(insert: Insert) -> int:
    """Return how many copies an array of a block reference asks for."""
    return max(1, abs(int(insert.dxf.row_count))) * max(1, abs(int(insert.dxf.column_count)))


class _Taking:
    """Walk through a drawing and keep what is of a known kind."""

    def __init__(self, document: DxfDrawing, label: str, settings: HallSettings) -> None:
        self.label = label
        self.settings = settings
        self.parts = Parts()
        self.kinds: dict[str, PlanKind | None] = {}
        self.vertices = 0
        shown = set() if settings.layers else {"0"}
        layers = [layer for layer in document.layers if layer.dxf.name not in shown]
        self.off = {layer.dxf.name for layer in layers if layer.is_off()}
        self.frozen = {layer.dxf.name for layer in layers if layer.is_frozen()}

    def walk(
        self, entities: Iterable[DXFEntity], layer_above: str | None, kind_above: PlanKind | None, row_above: str
    ) -> Iterator[tuple[DXFEntity, str, PlanKind | None, str]]:
        """Yield (entity, layer, kind of the reference, name) of everything, blocks exploded."""
        for entity in entities:
            own = entity.dxf.get("layer", "0") if entity.dxf.is_supported("layer") else "0"
            layer = layer_above if own == "0" and layer_above is not None else own
            row = row_above or f"{entity.dxftype()} #{entity.dxf.get('handle') or '?'}"
            if self._is_hidden(entity, layer):
                continue
            if isinstance(entity, Insert):
                kind = self._kind(layer) or kind_above
                yield from self.walk(self._exploded(entity, row), layer, kind, row)
            elif isinstance(entity, MLine):
                yield from ((part, layer, kind_above, row) for part in self._lines(entity, row))
            else:
                yield entity, layer, kind_above, row

    def _is_hidden(self, entity: DXFEntity, layer: str) -> bool:
        frozen = layer in self.frozen
        if not (frozen or (layer in self.off and not isinstance(entity, Insert))):
            return False
        if self.settings.layers and self._kind(layer) is not None:
            return False
        if entity.dxftype() not in TEXTS:
            self.parts.hidden[f"{entity.dxftype()} on {layer}"] += 1
        return True

    def _kind(self, layer: str) -> PlanKind | None:
        if layer not in self.kinds:
            self.kinds[layer] = kind_of_layer(layer, self.settings)
        return self.kinds[layer]

    def _exploded(self, insert: Insert, row: str) -> list[DXFEntity]:
        block = insert.block()
        if block is None or (not len(block) and block.block is not None and block.block.is_xref):
            self.parts.outside[f"block {insert.dxf.name}"] += 1
            return []
        try:
            copies = insert.multi_insert() if insert.mcount > 1 else (insert,)
            return [part for copy in copies for part in copy.virtual_entities()]
        except BROKEN:
            self._broken(row, "a block reference that cannot be exploded")
            return []

    def _lines(self, entity: MLine, row: str) -> list[DXFEntity]:
        try:
            return list(entity.virtual_entities())
        except BROKEN:
            self._broken(row, "a multiline that cannot be drawn")
            return []

    def _broken(self, row: str, found: str) -> None:
        fault = Fault(
            self.label, "invalid-geometry", found, "an entity that can be drawn", "Redraw or remove it.", row=row
        )
        self.parts.faults.append(fault)

    def take(self, entity: DXFEntity, layer: str, kind_above: PlanKind | None, row: str) -> None:
        """Keep an entity as a piece, or count it as left out."""
        name = entity.dxftype()
        if name not in TEXTS:
            self.parts.layers[layer] += 1
        kind = self._kind(layer) or (kind_above if kind_above in KINDS_BY_REFERENCE else None)
        if name in ("IMAGE", "WIPEOUT", "PDFUNDERLAY", "DWFUNDERLAY", "DGNUNDERLAY", "OLE2FRAME"):
            self.parts.ignored[name] += 1
        elif kind is None:
            if name not in TEXTS:
                self.parts.others[layer] += 1
        elif name not in TEXTS:
            self._keep(entity, kind, row)

    def _keep(self, entity: DXFEntity, kind: PlanKind, row: str) -> None:
        try:
            piece = piece_of(entity, kind, row)
            vertices = piece.vertices() if piece is not None else []
        except BROKEN:
            self._broken(row, f"a {kind} drawn as {entity.dxftype()} that cannot be drawn")
            return
        if piece is None:
            self.parts.ignored[entity.dxftype()] += 1
        elif not all(abs(value) <= FARTHEST for vertex in vertices for value in vertex):
            found = f"a {kind} with coordinates that are no numbers or beyond {FARTHEST:g}"
            fix = "Redraw or remove it."
            self.parts.faults.append(Fault(self.label, "out-of-range", found, "coordinates of a hall", fix, row=row))
        else:
            self.vertices += len(vertices)
            self.parts.pieces.append(piece)
        if self.vertices > MOST_VERTICES or len(self.parts.pieces) > MOST_PIECES:
            found, most = f"more than {MOST_PIECES:,} entities on the layers of the plan", "the plan of one storey"
            raise TableError([Fault(self.label, "too-large", found, most, "Save only the layers of the plan.")])


def piece_of(entity: DXFEntity, kind: PlanKind, row: str) -> Piece | None:
    """Return an entity as a piece, or None where it has no outline that can be read."""
    if isinstance(entity, Point):
        location = entity.dxf.location
        return Piece(kind, (), row, point=(location.x, location.y))
    if isinstance(entity, Hatch | MPolygon):
        paths = tuple(path for path in dxf_path.from_hatch(entity) if len(path))
        return Piece(kind, paths, row, filled=True) if paths else None
    if isinstance(entity, Polyline) and (entity.is_poly_face_mesh or entity.is_polygon_mesh):
        return None
    if isinstance(entity, Spline) and max(len(entity.control_points), len(entity.fit_points)) > MOST_SPLINE_POINTS:
        raise ValueError("a spline with too many points")
    try:
        path = dxf_path.make_path(entity)
    except TypeError:
        return None
    if not len(path):
        return None
    filled = isinstance(entity, Solid | Face3d)
    return Piece(kind, (path,), row, filled=filled, swing=_swing(entity))


def _swing(entity: DXFEntity) -> Swing | None:
    """Return the swing of a leaf: an arc between 20° and 130°."""
    if isinstance(entity, Arc):
        hinge, sweep = entity.ocs().to_wcs(Vec3(entity.dxf.center)), entity.dxf.end_angle - entity.dxf.start_angle
    elif isinstance(entity, Ellipse):
        hinge, sweep = Vec3(entity.dxf.center), math.degrees(entity.dxf.end_param - entity.dxf.start_param)
    else:
        return None
    if not 20 <= sweep % 360 <= 130:
        return None
    start, end = entity.start_point, entity.end_point
    return Swing((hinge.x, hinge.y), ((start.x, start.y), (end.x, end.y)))
