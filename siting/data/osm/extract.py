"""Hold what is read from an OpenStreetMap extract (.pbf): features with their tags, and which of them are wanted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from outlet.findings import Remark

ANY = "*"

Tags = Mapping[str, str]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Features:
    """Features of one kind: ids such as ``w123``, tags, and geometries in WGS 84, all of one length."""

    ids: tuple[str, ...]
    tags: tuple[Tags, ...]
    shapes: NDArray[np.object_]

    def where(self, keep: Sequence[bool] | NDArray[np.bool_]) -> Features:
        """Return the features for which ``keep`` holds."""
        mask = np.asarray(keep, dtype=bool)
        chosen = np.flatnonzero(mask)
        return Features(
            tuple(self.ids[at] for at in chosen), tuple(self.tags[at] for at in chosen), self.shapes[chosen]
        )

    def joined(self, other: Features) -> Features:
        """Return both as one."""
        return Features(self.ids + other.ids, self.tags + other.tags, np.concatenate([self.shapes, other.shapes]))

    def having(self, pairs: Iterable[Pair]) -> Features:
        """Return the features that have any of the tags, ``*`` being any value."""
        wanted = frozenset(pairs)
        return self.where([has_any_pair(tags, wanted) for tags in self.tags])


@dataclass(frozen=True)
class Extract:
    """What was wanted of one extract.

    Parameters
    ----------
    points, lines, areas
        Features, with the tags that were wanted.
    area
        The rectangle that the extract states, or that holds its tagged points; WGS 84.
    remarks
        What was left out or mended.
    as_of
        The day the extract shows, by its header or its newest wanted feature; None where neither says.
    """

    points: Features
    lines: Features
    areas: Features
    area: shapely.Polygon
    remarks: tuple[Remark, ...] = ()
    as_of: dt.date | None = None


@dataclass(frozen=True)
class Choice:
    """Which features to keep, by tags of which any must hold (``*`` is any value), and which tags to keep of them.

    Everything else is passed over while reading, so that memory does not grow with it.
    """

    points: frozenset[Pair] = frozenset()
    lines: frozenset[Pair] = frozenset()
    areas: frozenset[Pair] = frozenset()
    keys: frozenset[str] = frozenset()

    def joined(self, other: Choice) -> Choice:
        """Return what either wants."""
        return Choice(
            self.points | other.points, self.lines | other.lines, self.areas | other.areas, self.keys | other.keys
        )

    @property
    def kept_keys(self) -> tuple[str, ...]:
        """Keys of the tags to keep, sorted."""
        return tuple(sorted(self.keys | {key for key, _ in self.points | self.lines | self.areas}))


@dataclass(frozen=True)
class ExtractUse:
    """What one layer of a project wants of an extract.

    Parameters
    ----------
    layer
        Name of the layer.
    own
        What it wants.
    together
        What all layers want that name the same extract, so that one reading serves them.
    tells
        Whether this layer passes on the remarks on the extract, so that they are told once.
    tagged
        Whether the settings choose its features by tags; else the rules do.
    """

    layer: str
    own: Choice
    together: Choice
    tells: bool = True
    tagged: bool = False


def has_any_pair(tags: Tags, pairs: Iterable[Pair]) -> bool:
    """Tell whether any of the tags holds; ``*`` stands for any value.

    >>> has_any_pair({"shop": "bakery"}, [("amenity", "bank"), ("shop", "*")])
    True
    """
    return any(key in tags and value in (ANY, tags[key]) for key, value in pairs)
