"""Say in the reader's language what broke a rule and what the rule expects: `say_found`, `say_expected`.

Rules tell it in English, with figures and ids in it (`layout.rules`). Each sentence stands here once as a pattern, and
the page says it with the same figures; a sentence that is not here, such as a planner's own, is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from layout.drawings.words import Say, Words, fixed

FIGURE = re.compile(r"-?\d+(?:\.(\d+))?")
HOLE = re.compile(r"\{(\d)\}")


def found_texts(_: Say) -> Mapping[str, str]:
    """Return the sentences that say what broke a rule, by their English patterns."""
    return {
        "the way to it is {0} m wide, {1} m expected": _("the way to it is {0} m wide, {1} m expected"),
        "no way leads to it, {0} m expected": _("no way leads to it, {0} m expected"),
        "a circle of {0} m fits before it, {1} m expected": _("a circle of {0} m fits before it, {1} m expected"),
        "no circle of {0} m fits inside it": _("no circle of {0} m fits inside it"),
        "no circle of {0} m fits inside its door": _("no circle of {0} m fits inside its door"),
        "no circle of {0} m fits outside its door": _("no circle of {0} m fits outside its door"),
        "no circle of {0} m fits inside or outside its door": _("no circle of {0} m fits inside or outside its door"),
        "its access is not on the side it is approached from": _("its access is not on the side it is approached from"),
        "{0} m of its side are free at its access, {1} m expected": _(
            "{0} m of its side are free at its access, {1} m expected"
        ),
        "nobody can stand at {0} m of its front": _("nobody can stand at {0} m of its front"),
        "it touches no zone of staff along {0} m: staff cross the public floor": _(
            "it touches no zone of staff along {0} m: staff cross the public floor"
        ),
        "the movement line runs through it for {0} m": _("the movement line runs through it for {0} m"),
        "{0} m clear, {1} m expected": _("{0} m clear, {1} m expected"),
        "{0} m clear, {1} m expected of an automatic door": _("{0} m clear, {1} m expected of an automatic door"),
        "{0} m² of the {1} m before it are taken": _("{0} m² of the {1} m before it are taken"),
        "the hall has no way out": _("the hall has no way out"),
        "{0} way out for {1}": _("{0} way out for {1}"),
        "{0} ways out for {1}": _("{0} ways out for {1}"),
        "{0} m² (one will do up to {1} m²)": _("{0} m² (one will do up to {1} m²)"),
        "{0} persons (one will do up to {1})": _("{0} persons (one will do up to {1})"),
        "the farthest two ways out, {0} and {1}, are {2} m apart, {3} m expected": _(
            "the farthest two ways out, {0} and {1}, are {2} m apart, {3} m expected"
        ),
        "{0} m to the nearest way out, {1} m expected": _("{0} m to the nearest way out, {1} m expected"),
        "{0} m to the nearest way out, {1} m expected with sprinklers": _(
            "{0} m to the nearest way out, {1} m expected with sprinklers"
        ),
        "{0} m on foot to the nearest way out, {1} m expected": _(
            "{0} m on foot to the nearest way out, {1} m expected"
        ),
        "{0} m on foot to the nearest way out, {1} m expected with sprinklers": _(
            "{0} m on foot to the nearest way out, {1} m expected with sprinklers"
        ),
        "no walk leads from it to a way out": _("no walk leads from it to a way out"),
        "no walk leads out of {0} m² of it": _("no walk leads out of {0} m² of it"),
        "an aisle that ends after {0} m, {1} m expected at most": _(
            "an aisle that ends after {0} m, {1} m expected at most"
        ),
        "{0} m² of it lie on no free floor": _("{0} m² of it lie on no free floor"),
        "a column at ({0}, {1}) stands in it": _("a column at ({0}, {1}) stands in it"),
        "{0} m² in common with {1}": _("{0} m² in common with {1}"),
        "it is locked and not in the plan": _("it is locked and not in the plan"),
        "{0} m off the place it is locked at": _("{0} m off the place it is locked at"),
        "its zone {0} is not in the plan": _("its zone {0} is not in the plan"),
        "{0} m² of it stand out of {1}": _("{0} m² of it stand out of {1}"),
        "{0} m² of it stand on no free floor": _("{0} m² of it stand on no free floor"),
        "{0} m free before it, {1} m needed": _("{0} m free before it, {1} m needed"),
        "it stands outside {0}": _("it stands outside {0}"),
        "it stands on equipment": _("it stands on equipment"),
        "it stands on no free floor": _("it stands on no free floor"),
        "{0} m from {1}, {2} m expected": _("{0} m from {1}, {2} m expected"),
        "no lane of {0} × {1} m is free behind the users of its machines": _(
            "no lane of {0} × {1} m is free behind the users of its machines"
        ),
        "tops at {0} m; {1} to {2} m expected of one": _("tops at {0} m; {1} to {2} m expected of one"),
        "no counter says how high its top is; {0} to {1} m expected of one": _(
            "no counter says how high its top is; {0} to {1} m expected of one"
        ),
        "the low ones are less than {0} m wide": _("the low ones are less than {0} m wide"),
        "no turning circle of {0} m before a low one": _("no turning circle of {0} m before a low one"),
        "it faces {0}, {1} m away": _("it faces {0}, {1} m away"),
        "{0} m high, {1} m expected": _("{0} m high, {1} m expected"),
        "{0} m deep, {1} m expected": _("{0} m deep, {1} m expected"),
        "{0} m of window at it": _("{0} m of window at it"),
        "the nearest panic button is {0} m away, {1} m expected": _(
            "the nearest panic button is {0} m away, {1} m expected"
        ),
        "no straight line, nor one with a corner, closes it off together with an entrance": _(
            "no straight line, nor one with a corner, closes it off together with an entrance"
        ),
        "closing it off takes {0} m, {1} m expected at most": _("closing it off takes {0} m, {1} m expected at most"),
        "its screen can be read from {0} seats, the nearest ({1}) {2} m away": _(
            "its screen can be read from {0} seats, the nearest ({1}) {2} m away"
        ),
        "{0} within {1} m behind its user": _("{0} within {1} m behind its user"),
        "no camera looks those who come in in the face": _("no camera looks those who come in in the face"),
        "no camera sees the place before it": _("no camera sees the place before it"),
        "{0} × {1} m is no size the programme allows": _("{0} × {1} m is no size the programme allows"),
        "{0} m² are not {1} to {2} m²": _("{0} m² are not {1} to {2} m²"),
        "{0} m from the entrance, {1} m wanted": _("{0} m from the entrance, {1} m wanted"),
    }


def figure_names(_: Say) -> Mapping[str, str]:
    """Return what the figures of rules are of, by their English names."""
    return {
        "angle": _("angle"),
        "apart": _("apart"),
        "area": _("area"),
        "automatic": _("automatic"),
        "body": _("body"),
        "circle": _("circle"),
        "deep": _("deep"),
        "depth": _("depth"),
        "door": _("door"),
        "face": _("face"),
        "far": _("far"),
        "high": _("high"),
        "line": _("line"),
        "long": _("long"),
        "low": _("low"),
        "narrow": _("narrow"),
        "near": _("near"),
        "occupants": _("occupants"),
        "off": _("off"),
        "pocket": _("pocket"),
        "reach": _("reach"),
        "spacing": _("spacing"),
        "spread": _("spread"),
        "sprinklers": _("sprinklers"),
        "width": _("width"),
        "persons": _("persons"),
    }


def say_found(text: str, words: Words) -> str:
    """Return what broke a rule; sentences joined by semicolons are said one by one.

    >>> from outlet.page.words import translate
    >>> say_found("0.21 m free before it, 0.40 m needed", Words("es", translate("es")))
    '0,21 m libres delante; se necesitan 0,40 m'
    """
    said = _said(text, words)
    if said is None:
        parts = [_said(part, words) for part in text.split("; ")]
        said = "; ".join(part for part in parts if part is not None) if None not in parts else None
    return text if said is None else said


def say_expected(text: str, words: Words) -> str:
    """Return the figures of a rule, such as ``width 0.7 m, depth 0.6 m``, with the names of what they are of."""
    names = figure_names(words.say)
    told = []
    for part in filter(None, text.split(", ")):
        name, _, figure = part.partition(" ")
        value, _, unit = figure.partition(" ")
        parts = (names.get(name, name), _figures(value, words), names.get(unit, unit))
        told.append(" ".join(filter(None, parts)) if name in names else part)
    return ", ".join(told)


def _said(text: str, words: Words) -> str | None:
    said = found_texts(words.say)
    for english, pattern in _patterns().items():
        found = pattern.fullmatch(text)
        if found is not None:
            return said[english].format(*(_part(part, words) for part in found.groups()))
    return None


def _part(text: str, words: Words) -> str:
    """Return what fills a hole: figures, ids, or sentences joined by ``and``."""
    said = [_said(part, words) for part in text.split(" and ")]
    return "; ".join(part for part in said if part is not None) if None not in said else _figures(text, words)


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """Return the pattern of each sentence; those with most fixed words come first."""
    texts = sorted(found_texts(str), key=lambda text: (-len(HOLE.sub("", text)), text))
    return {text: re.compile("(.+?)".join(map(re.escape, HOLE.split(text)[::2]))) for text in texts}


def _figures(text: str, words: Words) -> str:
    """Return a text with its figures written as the language does; ids such as ``teller-4`` stay."""
    if re.search(r"[^\W\d_]-\d", text):
        return text
    return FIGURE.sub(lambda found: fixed(float(found[0]), words.language, len(found[1] or "")), text)
