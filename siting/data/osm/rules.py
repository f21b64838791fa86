"""Load the rules by which OpenStreetMap tags are read (``rules.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from outlet.project import Sector, Settings
from siting.settings.data import Mode

ANY = "*"


class AreaRules(Settings):
    """Land whose untagged buildings are not homes."""

    not_homes: dict[str, tuple[str, ...]]


class BuildingRules(Settings):
    """Which buildings people live in, and how many."""

    homes: tuple[str, ...]
    untold: tuple[str, ...]
    occupied_keys: tuple[str, ...]
    default_storeys: float
    least_m2: float
    floor_m2_per_person: float


class StopRule(Settings):
    """Tags of a stop, its mode and whether people call it a station."""

    tags: dict[str, str]
    mode: Mode
    station: bool


class StopRules(Settings):
    """Stops, and how near two of one name are one."""

    rules: tuple[StopRule, ...]
    merge_m: float


class StreetRules(Settings):
    """Access values under which nobody may walk."""

    no_access: tuple[str, ...]


class WaterRules(Settings):
    """Tags of water areas."""

    tags: dict[str, tuple[str, ...]]


class OutletRule(Settings):
    """Tags of a sector's outlets, how strongly one pulls, and whether one of our brand is an outlet of ours."""

    tags: dict[str, str]
    kind: str
    attraction: float
    own: bool


class CentralBanks(Settings):
    """Banks that serve no customers."""

    tags: dict[str, str]
    names: tuple[str, ...]


class OsmRules(Settings):
    """All rules of one file."""

    areas: AreaRules
    buildings: BuildingRules
    stops: StopRules
    streets: StreetRules
    water: WaterRules
    sectors: dict[Sector, tuple[OutletRule, ...]]
    central_banks: CentralBanks


@cache
def osm_rules() -> OsmRules:
    """Return the shipped rules."""
    text = files("siting.data.osm").joinpath("rules.toml").read_text(encoding="utf-8")
    return OsmRules.model_validate(tomllib.loads(text))


def has_tags(tags: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Tell whether all wanted tags hold; ``*`` stands for any value.

    >>> has_tags({"amenity": "bank"}, {"amenity": "*"})
    True
    """
    return all(tags.get(key) is not None and value in (ANY, tags[key]) for key, value in wanted.items())


def has_any(tags: Mapping[str, str], wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether any key holds one of its values."""
    return any(tags.get(key) in values for key, values in wanted.items())
