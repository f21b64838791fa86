"""Say a page's words in its language: English is the key, the others are read from .po catalogues at run time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh", "es")
LOCALES: Mapping[str, str] = {"en": "en_GB", "zh": "zh_Hans_CN", "es": "es_ES"}
HTML_LANGUAGES: Mapping[str, str] = {"en": "en", "zh": "zh-Hans", "es": "es"}


def translate(language: str) -> Callable[[str], str]:
    """Return the function that says an English text in a language.

    Bind it to ``_`` and give it literals only (``_("Floor area")``), so that the test of the catalogues finds every
    text; put figures and names in afterwards: ``_("{n} outlets").format(n=3)``. A text without an entry stays English.

    >>> _ = translate("zh")
    >>> _("Outlet")
    '网点'
    """
    if language == "en":
        return _unchanged
    entries = catalogue(language)
    return lambda text: entries.get(text, text)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the catalogue of a language: English text to its translation.

    Raises
    ------
    ValueError
        When there is no such language.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}")
    if language == "en":
        return {}
    from babel.messages.pofile import read_po

    with files("outlet.page").joinpath("locale", f"{language}.po").open("rb") as stream:
        entries = read_po(stream, locale=LOCALES[language])
    return {
        entry.id: entry.string
        for entry in entries
        if isinstance(entry.id, str) and isinstance(entry.string, str) and entry.id and entry.string
    }


def _unchanged(text: str) -> str:
    return text
