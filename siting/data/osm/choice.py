"""Say which features of an extract each purpose needs, by the rules of ``rules.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from outlet.project import Sector
from siting.data.osm.extract import ANY, Choice, Pair
from siting.data.osm.rules import OsmRules

NAME_KEYS = ("name", "brand", "operator", "addr:street", "addr:housenumber")


def streets_choice(rules: OsmRules) -> Choice:
    """Return what streets need."""
    return Choice(
        lines=frozenset({("highway", ANY)}), keys=frozenset({"name", "access", "foot", "area", "motor_vehicle"})
    )


def stops_choice(rules: OsmRules) -> Choice:
    """Return what stops need."""
    pairs = frozenset(_telling(rule.tags) for rule in rules.stops.rules)
    keys = {key for rule in rules.stops.rules for key in rule.tags}
    return Choice(points=pairs, areas=pairs, keys=frozenset(keys | {"name"}))


def outlets_choice(rules: OsmRules, sector: Sector) -> Choice:
    """Return what a sector's outlets need, central banks told apart."""
    pairs = frozenset(_telling(rule.tags) for rule in rules.sectors[sector])
    keys = {key for rule in rules.sectors[sector] for key in rule.tags}
    return Choice(points=pairs, areas=pairs, keys=frozenset(keys | set(rules.central_banks.tags) | set(NAME_KEYS)))


def homes_choice(rules: OsmRules) -> Choice:
    """Return what homes need: buildings, the land around them, and streets to name them by."""
    keys = {"building:levels", "name", *NAME_KEYS, *rules.buildings.occupied_keys}
    land = _each(rules.areas.not_homes)
    return Choice(
        lines=frozenset({("highway", ANY)}), areas=frozenset({("building", ANY)}) | land, keys=frozenset(keys)
    )


def water_choice(rules: OsmRules) -> Choice:
    """Return what water needs: lakes and rivers, and the coast, from which follows the sea."""
    return Choice(lines=frozenset({("natural", "coastline")}), areas=_each(rules.water.tags))


def project_choice(rules: OsmRules, sector: Sector) -> Choice:
    """Return what a whole project needs."""
    parts = (streets_choice(rules), stops_choice(rules), outlets_choice(rules, sector), homes_choice(rules))
    whole = water_choice(rules)
    for part in parts:
        whole = whole.joined(part)
    return whole


def tags_choice(tags: Mapping[str, Iterable[str]]) -> Choice:
    """Return points and areas that have any of the tags."""
    pairs = _each(tags)
    return Choice(points=pairs, areas=pairs)


def _each(tags: Mapping[str, Iterable[str]]) -> frozenset[Pair]:
    return frozenset((key, value) for key, values in tags.items() for value in values)


def _telling(tags: Mapping[str, str]) -> Pair:
    """Return the one tag of a rule that is enough to keep what may fit it."""
    return next(((key, value) for key, value in tags.items() if value != ANY), next(iter(tags.items())))
