"""Give every way the speed cars drive there: a share of its limit, or the preset of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.settings.drive import DriveSettings

M_PER_MIN = 1000.0 / 60.0
"""Metres a minute of 1 km/h."""

Csr = sparse.csr_array[np.float64]


@dataclass(frozen=True, kw_only=True)
class RoadSpeeds:
    """Speeds driven, shape (w,), metres per minute, NaN where nobody drives; and where they come from, shape (w,)."""

    m_per_min: NDArray[np.float64]
    from_limit: NDArray[np.bool_]
    from_preset: NDArray[np.bool_]


def road_speeds(kind: Sequence[str], limit_km_h: NDArray[np.float64], settings: DriveSettings) -> RoadSpeeds:
    """Return the speed driven on each way.

    Parameters
    ----------
    kind
        Kind of each way, shape (w,).
    limit_km_h
        Speed limits, shape (w,), NaN where none is told.
    settings
        The share of a limit that is driven, and the presets.

    Examples
    --------
    >>> found = road_speeds(["primary", "residential", "lane"], np.array([50.0, np.nan, np.nan]), DriveSettings())
    >>> (found.m_per_min * 60 / 1000).round(6).tolist()
    [40.0, 25.0, nan]
    """
    limited = np.isfinite(limit_km_h)
    preset = np.array([settings.preset_km_h.get(name, np.nan) for name in kind], dtype=np.float64)
    if not settings.presets:
        preset[:] = np.nan
    km_h = np.where(limited, limit_km_h * settings.limit_share, preset)
    return RoadSpeeds(
        m_per_min=km_h * M_PER_MIN, from_limit=limited, from_preset=np.asarray(~limited & np.isfinite(preset))
    )


@dataclass(frozen=True, kw_only=True)
class Drives:
    """Minutes by car from n demand points to m candidates, shape (n, m), and who has a road near enough, shape (m,)."""

    minutes: Csr
    on_road: NDArray[np.bool_]
