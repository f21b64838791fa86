"""No text of a drawing covers another, and all lie on the sheet: as Chromium draws them, in four languages."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import pytest

from layout.drawings.hall import HallDrawing
from layout.drawings.svg import draw_sheet

if TYPE_CHECKING:
    from playwright.sync_api import Page

    class Visit:
        page: Page


FINNISH = {
    "Reception": "Vastaanotto ja jonotusnumerot",
    "Self-service": "Itsepalveluautomaatit",
    "Waiting": "Odotustila",
    "Service counters": "Asiakaspalvelutiskit",
    "VIP room": "Neuvotteluhuone",
    "Product supermarket": "Tuotemyymälä",
    "Back office": "Taustatoimisto",
    "Store": "Varasto",
}
TEXTS = """() => Array.from(document.querySelectorAll('text')).filter(text => text.textContent.trim()).map(text => {
  const box = text.getBoundingClientRect();
  return {text: text.textContent, left: box.left, top: box.top, right: box.right, bottom: box.bottom};
})"""
SLACK_PX = 0.8
"""A line box is taller than its letters by about a quarter of their size on either side."""


class Text(TypedDict):
    text: str
    left: float
    top: float
    right: float
    bottom: float


def inner(text: Text) -> Text:
    """Return the box of the letters alone: without the room for accents and descenders across the line."""
    upright = text["bottom"] - text["top"] > text["right"] - text["left"] and len(text["text"]) > 2
    low, high = ("left", "right") if upright else ("top", "bottom")
    trim = 0.17 * (text[high] - text[low])
    return {**text, low: text[low] + trim, high: text[high] - trim}  # type: ignore[typeddict-item]


def covers(a: Text, b: Text) -> bool:
    """Whether two texts share more than a hair of the sheet."""
    across = min(a["right"], b["right"]) - max(a["left"], b["left"])
    down = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
    return across > SLACK_PX and down > SLACK_PX


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh", "es", "fi"])
def test_no_text_covers_another(hall: HallDrawing, language: str, tmp_path: Path, visit: Callable[..., Visit]) -> None:
    if language == "fi":
        zones = tuple(dataclasses.replace(z, name=FINNISH.get(z.name, z.name)) for z in hall.zones.zones)
        hall = dataclasses.replace(hall, zones=dataclasses.replace(hall.zones, zones=zones))
    file = tmp_path / "hall.svg"
    file.write_text(draw_sheet(hall, "en" if language == "fi" else language), encoding="utf-8")
    page = visit(file, (1600, 1132)).page
    texts = [inner(text) for text in page.evaluate(TEXTS)]
    assert len(texts) > 40
    sheet = page.evaluate(
        "(() => { const b = document.documentElement.getBoundingClientRect(); return [b.width, b.height]; })()"
    )
    for text in texts:
        assert text["left"] >= 0
        assert text["top"] >= 0
        assert text["right"] <= sheet[0], text
        assert text["bottom"] <= sheet[1], text
    assert [(a["text"], b["text"]) for a, b in combinations(texts, 2) if covers(a, b)] == []
