"""Settings of the hall side of `[layout]`."""

from __future__ import annotations

from outlet.project import Settings


class HallSettings(Settings):
    """``[layout.hall]``."""


class ProgrammeSettings(Settings):
    """``[layout.programme]``."""


class EquipmentSettings(Settings):
    """``[layout.equipment]``."""
