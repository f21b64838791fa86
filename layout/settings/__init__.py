"""Settings of the `[layout]` section."""

from __future__ import annotations

from pydantic import Field

from layout.settings.efficiency import EfficiencySettings
from layout.settings.hall import EquipmentSettings, HallSettings, ProgrammeSettings
from layout.settings.rules import RuleSettings
from layout.settings.staff import StaffSettings
from layout.settings.work import ServiceSettings, SimulateSettings
from outlet.project import DataPath, Settings

__all__ = ["LayoutSettings"]


class LayoutSettings(Settings):
    """``[layout]``: the hall, its programme and rules, the services, the people, the simulated day, and grades."""

    briefs: tuple[DataPath, ...] = Field(
        (), description="Hand-written outlet.json files, for a project without siting."
    )
    hall: HallSettings = HallSettings()
    programme: ProgrammeSettings = ProgrammeSettings()
    equipment: EquipmentSettings = EquipmentSettings()
    rules: RuleSettings = RuleSettings()
    services: ServiceSettings = ServiceSettings()
    staff: StaffSettings = StaffSettings()
    simulate: SimulateSettings = SimulateSettings()
    efficiency: EfficiencySettings = EfficiencySettings()
