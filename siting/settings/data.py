"""Settings of `[siting.data]`."""

from __future__ import annotations

from outlet.project import Settings


class DataSettings(Settings):
    """``[siting.data]``."""
