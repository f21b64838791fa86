"""Build one self-contained HTML document: nothing is fetched, nothing from data runs.

The page carries a Content-Security-Policy that allows no address but ``data:`` and only the scripts given here, by
their hashes: an attribute such as ``onerror=`` would not run even where a text had been put in unescaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from outlet.page.words import HTML_LANGUAGES

__all__ = ["embed_json", "escape", "render_page", "render_template", "shared_css"]


def render_page(
    title: str,
    body_html: str,
    *,
    language: str,
    styles: Sequence[str] = (),
    scripts: Sequence[str] = (),
    data: Mapping[str, object] | None = None,
) -> str:
    """Return a whole HTML document as text.

    Parameters
    ----------
    title
        Plain text; it is escaped.
    body_html
        Trusted markup of the whole body, its ``<h1>`` included; texts from data in it are already escaped
        (`escape`, or a template through `render_template`).
    language
        ``en``, ``zh`` or ``es``.
    styles
        CSS texts that follow the shared style sheet.
    scripts
        JavaScript texts, run in this order at the end of the body.
    data
        Values for the scripts, each embedded as JSON in an element with that id:
        ``JSON.parse(document.getElementById(id).textContent)``.

    Raises
    ------
    ValueError
        When a script or a style would end its own element, or a value is not JSON.
    """
    script_texts = [_whole(text, "script") for text in scripts]
    hashes = " ".join(f"'sha256-{_digest(text)}'" for text in script_texts) or "'none'"
    values = {
        "language": HTML_LANGUAGES[language],
        "title": title,
        "policy": f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {hashes}",
        "styles": [Markup(_whole(text, "style")) for text in (shared_css(), *styles)],  # noqa: S704
        "body": Markup(body_html),  # noqa: S704
        "data": {key: embed_json(value) for key, value in (data or {}).items()},
        "scripts": [Markup(text) for text in script_texts],  # noqa: S704
    }
    return render_template("outlet.page", "page.html", values)


def render_template(package: str, name: str, values: Mapping[str, object]) -> str:
    """Render a template of a package, every value escaped unless it is `Markup`; a missing value is an error."""
    return _environment(package).get_template(name).render(values)


def embed_json(value: object) -> Markup:
    """Return JSON that is safe inside a script element: ``<``, ``>``, ``&`` and line separators are escaped."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # noqa: S704


@cache
def shared_css() -> str:
    """Return the style sheet that all pages share."""
    return files("outlet.page").joinpath("page.css").read_text(encoding="utf-8")


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package, ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _whole(text: str, element: str) -> str:
    if f"</{element}" in text.lower():
        raise ValueError(f"a {element} of a page contains '</{element}', which would end it early")
    return text.replace("\r\n", "\n")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
