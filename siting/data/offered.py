"""Write the sections of outlet.toml that offer what a new project may ask for and does not ask for yet."""

from __future__ import annotations

from siting.data.document import toml_named, toml_section
from siting.settings.calibrate import CalibrateSettings
from siting.settings.formats import FormatSettings
from siting.settings.layer import LayerSettings
from siting.settings.locate import QuotaSettings
from siting.settings.rollout import RolloutSettings

TOLD_ONCE = tuple(key for key in LayerSettings.model_fields if key != "file")
"""Keys of every layer, which stand in the first one's section only."""


def offered_sections() -> list[str]:
    """Return quotas, formats, the rollout and calibration, each behind a line that says what it is for."""
    return [
        "# How many candidates of some formats, ids or regions open, by any name; no section, no such limit.",
        toml_named("siting.locate.quota", QuotaSettings),
        "# Kinds of outlet to choose from at every place, by their names; candidates as they are until one is named.",
        toml_named("siting.formats", FormatSettings),
        "# In which year which outlet of the plan opens; all at once until openings or budgets are given.",
        toml_section("siting.rollout", RolloutSettings, {}),
        "# What the choice model is fitted to: `outlet calibrate`; nothing until a target is given.",
        toml_section("siting.calibrate", CalibrateSettings, {}, leave_out=(*TOLD_ONCE, "columns")),
    ]
