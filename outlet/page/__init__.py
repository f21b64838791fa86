"""One self-contained HTML page: no network, escaped, translated.

`render_page` makes the document, `translate` its words, `number`, `percent`, `money` and `day` its figures, and
`render_table` its tables. `escape` and `Markup` are markupsafe's: ``Markup("<b>{}</b>").format(text)`` escapes text.
"""

from markupsafe import Markup, escape

from outlet.page.document import embed_json, render_page, render_template
from outlet.page.figures import day, money, number, percent
from outlet.page.section import Section
from outlet.page.tables import render_table
from outlet.page.words import translate

__all__ = [
    "Markup",
    "Section",
    "day",
    "embed_json",
    "escape",
    "money",
    "number",
    "percent",
    "render_page",
    "render_table",
    "render_template",
    "translate",
]
