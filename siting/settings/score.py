"""Settings of `[siting.score]`."""

from __future__ import annotations

from outlet.project import Settings


class ScoreSettings(Settings):
    """``[siting.score]``."""
