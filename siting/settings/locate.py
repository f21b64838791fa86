"""Settings of `[siting.locate]`."""

from __future__ import annotations

from outlet.project import Settings


class LocateSettings(Settings):
    """``[siting.locate]``."""
