"""What layout contributes to a new project: its sections of outlet.toml, hall plans, people and visits."""

from __future__ import annotations

from collections.abc import Mapping

from layout.data.people_sample import people_part, section_text
from layout.data.plans.hall_sample import HALLS, read_hall
from layout.settings.hall import EquipmentSettings, HallSettings, ProgrammeSettings
from layout.settings.rules import RuleSettings
from outlet.samples import SamplePart, SampleRequest

SEED = 7
GENERIC_FILE = "data/hall.geojson"
GENERIC_NOTE = "data/hall.geojson is a generic hall of 220 m² drawn for the sample, no real branch; put your own there"


def _sections(plan: str, about: str) -> str:
    hall: Mapping[str, str] = {"plan": f'"{plan}"'}
    return (
        f"# {about}\n"
        + section_text("layout.hall", HallSettings, hall)
        + "\n# Which zones a hall has, and how large: counters, seats and machines follow from the work.\n"
        + section_text("layout.programme", ProgrammeSettings, {})
        + "\n# What is placed in the zones.\n"
        + section_text("layout.equipment", EquipmentSettings, {})
        + "\n# What the finished hall is checked against; docs/rules.md lists every rule.\n"
        + section_text("layout.rules", RuleSettings, {})
    )


def _generic(sample: str) -> SamplePart:
    toml, files = people_part(sample, SEED)
    about = "The hall of every outlet that has no hall plan of its own: a generic one, 220 m², no real branch."
    halls = {GENERIC_FILE: read_hall(HALLS["helsinki"])}
    return SamplePart(toml=_sections(GENERIC_FILE, about) + "\n" + toml, files=halls | files, notes=(GENERIC_NOTE,))


def helsinki(request: SampleRequest) -> SamplePart:
    """Make the Helsinki part: a generic hall for all outlets; people are made up to meet the requirement."""
    return _generic("helsinki")


def from_osm(request: SampleRequest) -> SamplePart:
    """Make the part of a project from an extract: as Helsinki's."""
    return _generic("osm")


def riverton(request: SampleRequest) -> SamplePart:
    """Make the Riverton part: two halls (an L with columns, a rectangle as DXF), people and counted visits."""
    toml, files = people_part("riverton", SEED)
    plan = "data/hall_rect.dxf"
    about = (
        "The hall of every outlet that has no hall plan of its own. Outlets of the town may name data/hall_l.geojson."
    )
    halls = {plan: read_hall(HALLS["riverton_dxf"]), "data/hall_l.geojson": read_hall(HALLS["riverton_l"])}
    return SamplePart(toml=_sections(plan, about) + "\n" + toml, files=halls | files)
