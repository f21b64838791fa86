"""Settings of the work side of `[layout]`."""

from __future__ import annotations

from outlet.project import Settings


class ServiceSettings(Settings):
    """``[layout.service]``."""


class StaffSettings(Settings):
    """``[layout.staff]``."""


class SimulateSettings(Settings):
    """``[layout.simulate]``."""
