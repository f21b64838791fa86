"""Settings of `[layout.staff]`."""

from __future__ import annotations

from outlet.project import Settings


class StaffSettings(Settings):
    """``[layout.staff]``."""
