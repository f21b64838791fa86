"""Every text that code asks to be translated has an entry in both catalogues, with the same places for figures."""

import ast
import re
from pathlib import Path

import pytest

from outlet.page.words import catalogue, translate

ROOT = Path(__file__).parents[3]
PLACES = re.compile(r"\{([a-z_0-9]*)[^}]*\}")


def texts_in_code():
    """Return every literal given to ``_(…)`` in the packages, with the places that use it."""
    found = {}
    for package in ("outlet", "siting", "layout"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                    place = f"{file.relative_to(ROOT)}:{node.lineno}"
                    assert len(node.args) == 1, f"{place}: expected one text"
                    for text in literals_in(node.args[0]):
                        found.setdefault(text, []).append(place)
    return found


def literals_in(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals_in(node.body)
        yield from literals_in(node.orelse)


@pytest.mark.parametrize("language", ["zh", "es"])
def test_every_text_has_an_entry(language):
    missing = {text: places for text, places in texts_in_code().items() if text not in catalogue(language)}
    assert not missing


@pytest.mark.parametrize("language", ["zh", "es"])
def test_translations_keep_the_places_for_figures(language):
    for text, translated in catalogue(language).items():
        assert sorted(PLACES.findall(text)) == sorted(PLACES.findall(translated)), text


def test_english_is_the_key_and_an_unknown_text_stays():
    assert translate("en")("Outlet") == "Outlet"
    assert translate("zh")("no such text") == "no such text"


def test_unknown_language():
    with pytest.raises(ValueError, match="expected one of en, zh, es"):
        translate("fr")
