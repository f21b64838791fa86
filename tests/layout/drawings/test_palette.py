"""The zones of one programme are told apart by their tints, and their names stay legible on them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from layout.drawings.palette import INK, tint
from layout.zones.programme import read_programme
from outlet.project import Sector

DISTINCT = 4.6
"""Twice the difference in CIELAB that is just noticed, 2.3 (Mahy and others, 1994)."""


def linear(colour: str) -> np.ndarray:
    values = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(colour: str) -> np.ndarray:
    """Return CIELAB's L, a, b of an sRGB colour (D65)."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ linear(colour) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sector", ["bank", "telecom", "parcel", "retail"])
def test_no_two_zones_of_a_programme_look_alike(sector: Sector) -> None:
    tints = {zone.kind: tint(zone.kind, public=zone.public)[0] for zone in read_programme(sector).zones}
    for (one, a), (other, b) in combinations(tints.items(), 2):
        assert np.linalg.norm(lab(a) - lab(b)) > DISTINCT, (one, other)


@pytest.mark.parametrize("sector", ["bank", "telecom", "parcel", "retail"])
def test_names_have_contrast(sector: Sector) -> None:
    """At least 7 : 1, as WCAG 2.1 asks of its highest level (1.4.6)."""
    luminance = np.array([0.2126, 0.7152, 0.0722])
    for zone in read_programme(sector).zones:
        ground = float(luminance @ linear(tint(zone.kind, public=zone.public)[0]))
        assert (ground + 0.05) / (float(luminance @ linear(INK)) + 0.05) > 7.0
