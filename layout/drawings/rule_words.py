"""Name the rules of a hall, and what they are broken by, in the reader's language.

The titles stand here as literals, as in the sets of `layout.rules`, so that the catalogues can be checked against them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from layout.drawings.found_words import say_found
from layout.drawings.hall import HallDrawing
from layout.drawings.words import Say, Words, name_equipment, name_role, name_rule, name_zones
from layout.zones.plan import BrokenRule, Severity


def rule_titles(_: Say) -> Mapping[str, str]:
    """Return the titles of all rules that ship, by their English titles."""
    return {
        "Zones lie on free floor": _("Zones lie on free floor"),
        "Columns stay free": _("Columns stay free"),
        "Zones do not overlap": _("Zones do not overlap"),
        "Locked zones stay where they are": _("Locked zones stay where they are"),
        "Equipment stands in its zone on free floor": _("Equipment stands in its zone on free floor"),
        "No two things stand in one place": _("No two things stand in one place"),
        "The floor before equipment is free": _("The floor before equipment is free"),
        "People stand in their zone, on free floor": _("People stand in their zone, on free floor"),
        "People do not stand on each other": _("People do not stand on each other"),
        "An aisle for visitors leads to every zone they use": _("An aisle for visitors leads to every zone they use"),
        "An aisle for staff leads to every zone of theirs": _("An aisle for staff leads to every zone of theirs"),
        "Turning circle at the access": _("Turning circle at the access"),
        "Turning circle inside every entrance and exit": _("Turning circle inside every entrance and exit"),
        "Turning circle on both sides of a room's door": _("Turning circle on both sides of a room's door"),
        "Nothing stands before the access of a zone": _("Nothing stands before the access of a zone"),
        "People can stand along the whole front": _("People can stand along the whole front"),
        "Clear width of doors": _("Clear width of doors"),
        "Doors stay clear": _("Doors stay clear"),
        "Two ways out of a large hall": _("Two ways out of a large hall"),
        "Ways out lie apart": _("Ways out lie apart"),
        "Every point is near a way out, as the crow flies": _("Every point is near a way out, as the crow flies"),
        "Every point is near a way out, on foot": _("Every point is near a way out, on foot"),
        "Every point is near a way out, on foot (business)": _("Every point is near a way out, on foot (business)"),
        "Every point is near a way out, on foot (mercantile)": _("Every point is near a way out, on foot (mercantile)"),
        "Everybody can walk to a way out": _("Everybody can walk to a way out"),
        "No long dead end": _("No long dead end"),
        "Staff do not cross the public floor": _("Staff do not cross the public floor"),
        "Visitors are not led through staff's zones": _("Visitors are not led through staff's zones"),
        "Room to queue before machines": _("Room to queue before machines"),
        "One counter low enough for wheelchairs": _("One counter low enough for wheelchairs"),
        "No cash counter faces the entrance": _("No cash counter faces the entrance"),
        "Cash counters are high and deep enough": _("Cash counters are high and deep enough"),
        "No window in the cash area": _("No window in the cash area"),
        "Seats do not see the screens of cash machines": _("Seats do not see the screens of cash machines"),
        "Nobody waits behind the user of a cash machine": _("Nobody waits behind the user of a cash machine"),
        "Self-service can be closed off, with a way in": _("Self-service can be closed off, with a way in"),
        "Cameras see what must be seen": _("Cameras see what must be seen"),
        "A panic button within reach of every teller": _("A panic button within reach of every teller"),
        "Size of a zone": _("Size of a zone"),
        "Near enough to the entrance": _("Near enough to the entrance"),
    }


def severity_names(_: Say) -> Mapping[Severity, str]:
    """Return how grave a broken rule is, in words."""
    return {"must": _("Must be kept"), "should": _("Should be kept"), "advice": _("Good to keep")}


def name_broken(rule: BrokenRule, _: Say) -> str:
    """Return the name of a broken rule: its title, translated where it ships; a planner's own as it is."""
    return rule_titles(_).get(rule.title, rule.title) or name_rule(rule.rule, _)


class Named:
    """The names of a hall's zones, people and things for the ids that stand in texts on broken rules."""

    def __init__(self, hall: HallDrawing, words: Words) -> None:
        self._hall, self._words = hall, words

    @cached_property
    def _names(self) -> Mapping[str, str]:
        _, hall = self._words.say, self._hall
        things = {thing.id: name_equipment(thing.kind, _) for thing in hall.furnishing.equipment}
        people = {post.id: name_role(post.role, hall.roles, _) for post in hall.furnishing.posts}
        return {**_numbered(things), **_numbered(people), **name_zones(hall.zones.zones, _)}

    @cached_property
    def _ids(self) -> re.Pattern[str] | None:
        ids = sorted((name for name in self._names if name), key=lambda name: (-len(name), name))
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ids))})(?![\w-])") if ids else None

    def place(self, where: str) -> str:
        """Return what a rule is broken at: names for ids; the hall, a point or a door as it is told."""
        _ = self._words.say
        kinds = {"entrance": _("Entrance {0}"), "exit": _("Exit {0}"), "door": _("Door {0}")}
        found = re.fullmatch(r"(entrance|exit|door) (\d+)", where)
        if found is not None:
            return kinds[found[1]].format(found[2])
        return _("The hall") if where == "hall" else self.text(where)

    def found(self, rule: BrokenRule) -> str:
        """Return what broke a rule, in the reader's language, with names for the ids in it."""
        return self.text(say_found(rule.text, self._words))

    def text(self, text: str) -> str:
        """Return a text with names for the ids in it."""
        return text if self._ids is None else self._ids.sub(lambda found: self._names[found[0]], text)


def _numbered(names: Mapping[str, str]) -> dict[str, str]:
    """Number the names that several have, in their order."""
    counts, numbers = Counter(names.values()), Counter[str]()
    found = {}
    for key, name in names.items():
        numbers[name] += 1
        found[key] = f"{name}\N{NO-BREAK SPACE}{numbers[name]}" if counts[name] > 1 else name
    return found
