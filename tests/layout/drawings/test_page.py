"""hall.html opens without network, switches its layers, says what one points at, and runs nothing from data."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layout.drawings.hall import HallDrawing
from layout.drawings.page import make_page
from layout.drawings.rule_words import Named
from layout.drawings.words import Words
from outlet.page import translate

if TYPE_CHECKING:
    from playwright.sync_api import Page

    class Visit:
        page: Page
        troubles: list[str]

        def overflow(self) -> int: ...


Open = Callable[..., "Visit"]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[HallDrawing, str], Path]:
    def write(hall: HallDrawing, language: str) -> Path:
        file = tmp_path / "hall.html"
        file.write_text(make_page(hall, language), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_the_page_is_the_same_every_time_and_in_its_language(hall: HallDrawing, language: str) -> None:
    page = make_page(hall, language)
    assert page == make_page(hall, language)
    assert {"en": "Movement line", "zh": "客户动线", "es": "Línea de recorrido"}[language] in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_layers_can_be_switched(
    hall: HallDrawing, written: Callable[[HallDrawing, str], Path], visit: Open, size: tuple[int, int]
) -> None:
    seen = visit(written(hall, "en"), size)
    page = seen.page
    assert page.locator(".hall-plan").is_visible()
    for box in page.locator(".hall-layers input").all():
        value = str(box.get_attribute("value")).split(" ")[0]
        layer = page.locator(f'#hall-drawing > [data-layer="{value}"]')
        shown = layer.evaluate("part => getComputedStyle(part).display !== 'none'")
        assert shown == box.is_checked()
        box.focus()
        page.keyboard.press("Space")
        assert layer.evaluate("part => getComputedStyle(part).display !== 'none'") != shown
    assert seen.overflow() <= 0
    assert seen.troubles == []


@pytest.mark.browser
def test_pointing_and_tabbing_tell_what_a_thing_is(
    hall: HallDrawing, written: Callable[[HallDrawing, str], Path], visit: Open
) -> None:
    seen = visit(written(hall, "en"))
    page = seen.page
    details = page.locator("#hall-details")
    hint = details.inner_text()
    page.locator('[data-kind="post"][data-id="guide-1"]').hover()
    assert "Lobby guide" in details.inner_text()
    page.mouse.move(1, 1)
    assert details.inner_text() == hint
    page.locator('[data-kind="zone"][data-id="waiting"]').focus()
    assert details.inner_text().startswith("Waiting")
    assert page.locator('[data-kind="zone"][data-id="waiting"]').get_attribute("aria-label").startswith("Waiting")
    assert seen.troubles == []


@pytest.mark.browser
def test_a_picked_post_shows_what_it_sees_and_its_row(
    hall: HallDrawing, written: Callable[[HallDrawing, str], Path], visit: Open
) -> None:
    seen = visit(written(hall, "en"))
    page = seen.page
    shown = page.locator("#hall-drawing .view:visible")
    assert shown.count() == 0
    post = page.locator('[data-kind="post"][data-id="guide-1"]')
    post.focus()
    page.keyboard.press("Enter")
    assert shown.evaluate_all("all => all.map(one => one.dataset.for)") == ["post:guide-1"]
    assert page.locator("tr.picked .find").get_attribute("data-thing") == "post:guide-1"
    seat = page.locator('[data-kind="equipment"][data-id^="chair"]').first
    seat.dispatch_event("click")
    assert shown.evaluate_all("all => all.map(one => one.dataset.for)") == [
        f"equipment:{seat.get_attribute('data-id')}"
    ]
    page.keyboard.press("Escape")
    assert shown.count() == 0
    assert page.locator(".picked").count() == 0
    assert seen.troubles == []


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (360, 780)])
def test_tables_and_search_find_things_on_the_plan(
    hall: HallDrawing, written: Callable[[HallDrawing, str], Path], visit: Open, size: tuple[int, int]
) -> None:
    seen = visit(written(hall, "en"), size)
    page = seen.page
    page.locator('.hall-layers input[value="broken"]').uncheck()
    page.locator('.find[data-thing="rule:1"]').click()
    assert page.locator('#hall-drawing [data-kind="rule"].picked').get_attribute("data-id") == "1"
    assert page.locator('.hall-layers input[value="broken"]').is_checked(), "what is picked is shown"
    assert "0.90 m of 1.50 m" in page.locator("#hall-details").inner_text()
    page.locator("#hall-search").fill("couNTer cl")
    assert page.locator("#hall-found button").count() == 4
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#hall-drawing .thing.picked").get_attribute("data-id") == "teller-1"
    page.locator("#hall-search").fill("zzz")
    assert page.locator("#hall-found").inner_text() == "Nothing on the plan is called so."
    assert seen.overflow() <= 0
    assert seen.troubles == []


@pytest.mark.browser
def test_paper_holds_the_sheet_at_its_scale(
    hall: HallDrawing, written: Callable[[HallDrawing, str], Path], visit: Open
) -> None:
    page = visit(written(hall, "en")).page
    page.emulate_media(media="print")
    box = page.locator(".hall-sheet").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == pytest.approx((420 * 96 / 25.4, 297 * 96 / 25.4), abs=1)
    again = page.locator(".hall-sheet > use").bounding_box()
    assert again is not None
    assert again["width"] > 300
    assert not page.locator(".hall-view").is_visible()
    pdf = page.pdf(prefer_css_page_size=True, print_background=True)
    sizes = {
        tuple(round(float(value)) for value in match)
        for match in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    }
    assert sizes == {(1191, 842)}


@pytest.mark.browser
def test_hostile_texts_are_shown_and_never_run(
    hostile_hall: HallDrawing, hostile_text: str, written: Callable[[HallDrawing, str], Path], visit: Open
) -> None:
    seen = visit(written(hostile_hall, "en"))
    assert seen.page.locator("h1").inner_text() == hostile_text.replace(
        "\x07", seen.page.locator("h1").inner_text()[-3:-2]
    )
    assert seen.page.locator("img").count() == 0
    seen.page.locator('[data-kind="zone"]').first.focus()
    assert "<img src=x onerror=alert(1)>" in seen.page.locator("#hall-details").inner_text()
    assert seen.troubles == []


@pytest.mark.browser
def test_labels_are_drawn_in_their_zones(
    hall: HallDrawing, written: Callable[[HallDrawing, str], Path], visit: Open
) -> None:
    """What the browser draws with its own font stays in the zone that the estimate put it in."""
    page = visit(written(hall, "en")).page
    zones = {
        thing.get_attribute("data-id"): thing.bounding_box() for thing in page.locator('[data-layer="zones"] > g').all()
    }
    led = page.locator('[data-layer="names"] > g.led').evaluate_all("all => all.map(one => one.dataset.zone)")
    assert len(led) <= 3
    labels = [label.bounding_box() for label in page.locator('[data-layer="names"] > g.label').all()]
    for (name, zone), label in zip(zones.items(), labels, strict=True):
        assert zone is not None
        assert label is not None
        if name in led:
            continue
        assert label["x"] >= zone["x"] - 2
        assert label["x"] + label["width"] <= zone["x"] + zone["width"] + 2, name
        assert label["y"] >= zone["y"] - 2
        assert label["y"] + label["height"] <= zone["y"] + zone["height"] + 2, name


def test_broken_rules_name_zones_and_things_by_their_names(hall: HallDrawing) -> None:
    words = Words("en", translate("en"))
    named = Named(hall, words)
    assert named.place("vip") == "VIP room"
    assert named.place("teller-2") == "Counter clerk\N{NO-BREAK SPACE}2"
    assert named.place("hall") == "The hall"
    assert named.text("0.40 m from teller-1, 0.80 m expected") == (
        "0.40 m from Counter clerk\N{NO-BREAK SPACE}1, 0.80 m expected"
    )
    assert named.text("vip-like and teller-11 are no ids of this hall") == (
        "vip-like and teller-11 are no ids of this hall"
    )
    page = make_page(hall, "en")
    for column in ("Where", "Found", "Expected", "Severity", "Clause"):
        assert f">{column}</th>" in page
