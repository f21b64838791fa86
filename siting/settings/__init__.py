"""Settings of the `[siting]` section."""

from __future__ import annotations

from outlet.project import Settings
from siting.settings.data import DataSettings
from siting.settings.locate import LocateSettings
from siting.settings.score import ScoreSettings

__all__ = ["DataSettings", "LocateSettings", "ScoreSettings", "SitingSettings"]


class SitingSettings(Settings):
    """``[siting]``: the data, how candidates are scored and how the set is chosen."""

    data: DataSettings
    score: ScoreSettings = ScoreSettings()
    locate: LocateSettings = LocateSettings()
