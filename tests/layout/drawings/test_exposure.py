"""The table of hall.html on how well zones are shown to visitors."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from layout.drawings.exposure import make_exposure
from layout.drawings.hall import HallDrawing
from layout.drawings.words import Words
from layout.flow.exposure import ZoneExposure
from outlet.page import translate


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_zones_that_sell_come_first_with_the_share_of_all(hall: HallDrawing, language: str) -> None:
    ids = [zone.id for zone in hall.zones.zones[:3]]
    shown = (
        ZoneExposure(ids[0], 0.0, 1.0, 40.0),
        ZoneExposure(ids[1], 1.0, 0.9, 36.0, 1.5, 12.0),
        ZoneExposure(ids[2], 3.0, 0.5, 20.0, None, 0.0),
    )
    words = Words(language, translate(language))
    text = str(make_exposure(replace(hall, exposure=shown), words))
    rows = re.findall(r"<tr>.*?</tr>", text, re.DOTALL)[1:]
    shares = [re.findall(r"(\d+)\s*%", row)[0] for row in rows]
    assert shares == ["50", "90", "100"]
    assert re.search(r"\b60\s*%", text)
    assert "{" not in text


def test_without_figures_there_is_no_table(hall: HallDrawing) -> None:
    assert make_exposure(replace(hall, exposure=()), Words("en", translate("en"))) == ""


def test_hostile_names_are_shown_as_text(hostile_hall: HallDrawing, hostile_text: str) -> None:
    shown = tuple(ZoneExposure(zone.id, 1.0, 0.5, 1.0) for zone in hostile_hall.zones.zones)
    text = str(make_exposure(replace(hostile_hall, exposure=shown), Words("en", translate("en"))))
    assert hostile_text not in text
