"""Settings of the work side of `[layout]`."""

from __future__ import annotations

from outlet.project import Settings


class ServiceSettings(Settings):
    """``[layout.service]``."""


class SimulateSettings(Settings):
    """``[layout.simulate]``."""
