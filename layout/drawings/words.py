"""Name kinds of zone, roles, equipment and rules in the reader's language.

The texts stand here as literals, so that the catalogues under ``outlet/page/locale`` can be checked against them; a
name that is not here (a planner's own) is shown as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from layout.zones.plan import PlacedZone

Say = Callable[[str], str]


def fixed(value: float, language: str, digits: int) -> str:
    """Return a figure with all its decimals, as measures on a plan are written.

    >>> fixed(3.2, "es", 2)
    '3,20'
    """
    from babel.numbers import format_decimal

    from outlet.page.words import LOCALES

    return str(format_decimal(round(value, digits), format="#,##0." + "0" * digits, locale=LOCALES[language]))


@dataclass(frozen=True)
class Words:
    """What a drawing needs to speak a language."""

    language: str
    say: Say

    def area(self, square_metres: float) -> str:
        """Return an area with its unit, to a tenth of a square metre."""
        return f"{fixed(square_metres, self.language, 1)} m²"


def zone_names(_: Say) -> Mapping[str, str]:
    """Return the names of the kinds of zone of the ready-made programmes, by their English names."""
    return {
        "Back office": _("Back office"),
        "Cash and vault": _("Cash and vault"),
        "Checkout": _("Checkout"),
        "Closing room": _("Closing room"),
        "Data-service experience": _("Data-service experience"),
        "E-banking demonstration": _("E-banking demonstration"),
        "Financial-service area": _("Financial-service area"),
        "Group-customer experience": _("Group-customer experience"),
        "Handset club": _("Handset club"),
        "Information": _("Information"),
        "Manager's office": _("Manager's office"),
        "Parcel lockers": _("Parcel lockers"),
        "Parcel shelves": _("Parcel shelves"),
        "Product supermarket": _("Product supermarket"),
        "Reception": _("Reception"),
        "Security post": _("Security post"),
        "Self-service": _("Self-service"),
        "Service counters": _("Service counters"),
        "Store": _("Store"),
        "VIP room": _("VIP room"),
        "Waiting": _("Waiting"),
    }


def role_names(_: Say) -> Mapping[str, str]:
    """Return the names of the posts of the ready-made presets, by their English names."""
    return {
        "Accounting supervisor": _("Accounting supervisor"),
        "Cash and vault keeper": _("Cash and vault keeper"),
        "Cashier": _("Cashier"),
        "Counter clerk": _("Counter clerk"),
        "Customer-service and product adviser": _("Customer-service and product adviser"),
        "Customer-service representative": _("Customer-service representative"),
        "Duty manager": _("Duty manager"),
        "Guard": _("Guard"),
        "Lobby guide": _("Lobby guide"),
        "Maker's seller": _("Maker's seller"),
        "Marketing representative": _("Marketing representative"),
        "Product adviser": _("Product adviser"),
        "Resident account manager": _("Resident account manager"),
        "Shelf clerk": _("Shelf clerk"),
        "Store manager": _("Store manager"),
        "Teller": _("Teller"),
        "VIP manager": _("VIP manager"),
    }


def equipment_names(_: Say) -> Mapping[str, str]:
    """Return the names of the kinds of equipment, by id."""
    return {
        "bill_printer": _("Bill printer"),
        "brochure_rack": _("Brochure rack"),
        "caller_screen": _("Caller screen"),
        "card_issuer": _("Card issuer"),
        "cash_machine": _("Cash machine"),
        "chair": _("Chair"),
        "counter": _("Counter"),
        "desk": _("Desk"),
        "display_table": _("Display table"),
        "gondola": _("Shelf on the floor"),
        "label_printer": _("Label printer"),
        "low_counter": _("Low counter"),
        "meeting_table": _("Meeting table"),
        "panic_button": _("Panic button"),
        "parcel_locker": _("Parcel locker"),
        "parcel_rack": _("Parcel rack"),
        "parcel_terminal": _("Parcel terminal"),
        "payment_kiosk": _("Payment kiosk"),
        "poster": _("Poster"),
        "privacy_shield": _("Privacy shield"),
        "product_screen": _("Product screen"),
        "query_machine": _("Query machine"),
        "safe": _("Safe"),
        "self_checkout": _("Self-checkout"),
        "self_service_machine": _("Self-service machine"),
        "shelf": _("Shelf"),
        "stool": _("Stool"),
        "ticket_machine": _("Ticket machine"),
        "vip_desk": _("Adviser's desk"),
        "water_dispenser": _("Water dispenser"),
    }


def target_names(_: Say) -> Mapping[str, str]:
    """Return the names of what posts should see, by id."""
    return {
        "counter": _("counters"),
        "entrance": _("entrances"),
        "machine": _("machines"),
        "public": _("visitors' floor"),
        "shelf": _("shelves"),
        "store": _("store"),
    }


def term_names(_: Say) -> Mapping[str, str]:
    """Return the names of the terms a plan of zones is weighed by, with their units, by id."""
    return {
        "aisles_m2": _("Aisles and open floor, m²"),
        "area_off_target_m2": _("Area off the targets, m²"),
        "cash_counters_facing_door": _("Cash counters that face an entrance"),
        "closeness": _("Distance between zones that belong together, rated m"),
        "daylit": _("Floor that daylight reaches, of zones that want it, share"),
        "dead_floor_m2": _("Floor that no aisle reaches, m²"),
        "egress_m": _("Longest walk to a door, m"),
        "egress_straight_m": _("Longest straight line to a door, m"),
        "exposure": _("Visitors who pass and see a selling zone, share by value"),
        "open_back_m": _("Backs without a wall behind them, m"),
        "partition_m": _("New walls, m"),
        "readable_screens": _("Screens and keypads that others could read"),
        "seen": _("What zones shall see that they do see, share"),
        "walking_m_per_visitor": _("Walk of a visitor in the hall, m"),
        "walking_person_m_per_hour": _("Walks in the busiest hour, person-metres"),
        "window_hidden_m": _("Windows hidden, m"),
        "zones_m2": _("Area of all zones, m²"),
    }


def rule_names(_: Say) -> Mapping[str, str]:
    """Return the names of the rules of a hall, by id."""
    return {
        "area": _("Size of a zone"),
        "doors": _("Doors stay clear"),
        "entrance_within": _("Near enough to the entrance"),
        "entrances": _("Aisles join all entrances"),
        "exits": _("Exits can be walked to"),
        "front": _("People can stand along the front"),
        "inside": _("Zones lie on free floor"),
        "locked": _("Locked zones stay where they are"),
        "overlap": _("Zones do not overlap"),
        "reachable": _("Every zone can be walked to"),
        "staff_side": _("Staff do not cross the public floor"),
        "turning": _("Turning circle at the access"),
    }


def plain(identifier: str) -> str:
    """Return an id as words.

    >>> plain("area_off_m2")
    'Area off m2'
    """
    text = identifier.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def name_zone(kind: str, name: str, _: Say) -> str:
    """Return the name of a zone: its own, translated where it is one of the ready-made ones."""
    return zone_names(_).get(name, name or plain(kind))


def name_zones(zones: Sequence[PlacedZone], _: Say) -> dict[str, str]:
    """Return the name of every zone by its id, numbered where several have the same."""
    names = {zone.id: name_zone(zone.kind, zone.name, _) for zone in zones}
    counts = Counter(names.values())
    numbers: Counter[str] = Counter()
    found = {}
    for zone, name in names.items():
        numbers[name] += 1
        found[zone] = f"{name}\N{NO-BREAK SPACE}{numbers[name]}" if counts[name] > 1 else name
    return found


def name_role(role: str, names: Mapping[str, str], _: Say) -> str:
    """Return the name of a role: that of its preset, translated where it is one of the ready-made ones."""
    name = names.get(role, "")
    return role_names(_).get(name, name or plain(role))


def name_equipment(kind: str, _: Say) -> str:
    """Return the name of a kind of equipment."""
    return equipment_names(_).get(kind, plain(kind))


def role_codes(roles: list[str]) -> dict[str, str]:
    """Return a short code for each role: its initials, or its first letters where two roles share those.

    >>> role_codes(["guide", "guard", "duty_manager"])
    {'guide': 'G', 'guard': 'GU', 'duty_manager': 'DM'}
    """
    codes: dict[str, str] = {}
    for role in dict.fromkeys(roles):
        initials = "".join(word[0] for word in role.split("_") if word).upper() or "?"
        tries = [initials, *(role.replace("_", "")[:size].upper() for size in range(2, len(role) + 1))]
        codes[role] = next((code for code in tries if code not in codes.values()), f"{initials}{len(codes)}")
    return codes


def name_target(kind: str, _: Say) -> str:
    """Return the name of what a post should see."""
    return target_names(_).get(kind, plain(kind))


def name_term(term: str, _: Say) -> str:
    """Return the name of a term."""
    return term_names(_).get(term, plain(term))


def name_rule(rule: str, _: Say) -> str:
    """Return the name of a rule."""
    return rule_names(_).get(rule, plain(rule))
