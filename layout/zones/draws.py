"""Draw random numbers in compiled code: those of all searches."""

from __future__ import annotations

from outlet.draws import draw, pick

__all__ = ["draw", "pick"]
