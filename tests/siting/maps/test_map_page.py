"""map.html of a hand-made town whose names are hostile, in a real browser with the network blocked."""

import dataclasses
import json
import re

import pytest
import shapely

from siting.data.drawn import Band, Catchments
from siting.data.results import read_results
from siting.maps.page import MapRequest, render_map

HOSTILE = "<img src=x onerror=alert(1)>"
READY = "html[data-ready=true]"
SHOWN = "Array.from(document.querySelectorAll('#ranking button')).map(b => b.firstChild.textContent)"


def request_of(town, **changes):
    project = town.project.model_copy(update=changes)
    return MapRequest(
        project=project,
        score=town.score,
        data=town.data,
        results=read_results(town.out),
        unit="persons",
        credit=f"© {HOSTILE}",
    )


def page_of(town, folder, **changes):
    file = folder / "map.html"
    file.write_text(render_map(request_of(town, **changes)).html, encoding="utf-8")
    return file


def test_same_input_same_bytes(town):
    assert render_map(request_of(town)).html == render_map(request_of(town)).html


def test_no_element_is_named_by_chance_and_nothing_is_fetched(town):
    html = render_map(request_of(town)).html
    assert not re.search(r"(map|group)_[0-9a-f]{32}", html)
    assert not re.search(r"<(script|link|img|iframe|object)\b[^>]*\b(src|href)=[\"'](?!data:)", html)
    assert "sourceMappingURL" not in html


def test_values_of_the_page_are_those_of_the_artefacts(town):
    html = render_map(request_of(town)).html
    page = json.loads(re.search(r'id="map-page">(.*?)</script>', html, re.DOTALL).group(1))
    table = read_results(town.out).candidates
    assert page["candidates"]["id"] == list(table["id"])
    assert page["candidates"]["rank"] == list(range(1, 31))
    assert sum(row.count(None) for row in page["candidates"]["values"]) == 4
    assert [outlet["role"] for outlet in page["outlets"]] == ["new"] * 3 + ["existing", "closed"]


def test_formats_are_told_where_there_are_several(town):
    request = request_of(town)
    assert {outlet["format"] for outlet in page_values(render_map(request).html)} == {None}
    first, *others = request.results.outlets
    kinds = (first.model_copy(update={"format": "locker"}), *others)
    told = dataclasses.replace(request, results=dataclasses.replace(request.results, outlets=kinds))
    assert [outlet["format"] for outlet in page_values(render_map(told).html)] == ["locker", "own", "own", "own", None]


def page_values(html):
    return json.loads(re.search(r'id="map-page">(.*?)</script>', html, re.DOTALL).group(1))["outlets"]


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh", "es"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_opens_without_network_without_error_without_overflow(town, tmp_path, visit, language, size):
    seen = visit(page_of(town, tmp_path, language=language), size)
    seen.page.wait_for_selector(READY)
    assert seen.overflow() <= 0
    for tab in ("plan", "about", "ranking"):
        seen.page.click(f"#tab-{tab}")
        assert seen.page.is_visible(f"#{tab}-panel")
        assert seen.overflow() <= 0
    assert seen.troubles == []


@pytest.mark.browser
def test_hostile_names_are_texts_everywhere(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    seen.page.wait_for_selector(READY)
    for tab in ("plan", "about", "ranking"):
        seen.page.click(f"#tab-{tab}")
    seen.page.fill("#search", "<img")
    seen.page.click("#ranking button")
    seen.page.evaluate("for (const name of Object.values(PAGE.groups)) window[name].eachLayer(l => l.openTooltip())")
    seen.page.wait_for_timeout(200)
    assert seen.page.locator("img").count() == 0
    assert HOSTILE in seen.page.inner_text("h1")
    assert HOSTILE in seen.page.inner_text("#chosen")
    assert HOSTILE in seen.page.inner_text(".leaflet-control-attribution")
    assert HOSTILE in " ".join(seen.page.locator(".leaflet-tooltip").all_inner_texts())
    assert seen.troubles == []


@pytest.mark.browser
def test_candidates_are_drawn(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    seen.page.wait_for_selector(READY)
    assert seen.page.evaluate("Object.keys(window[PAGE.groups.candidates]._layers).length") == 30
    assert seen.page.locator(".leaflet-marker-icon").count() == 5
    painted = """() => {
      const canvas = document.querySelector('.leaflet-things-pane canvas');
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      let count = 0;
      for (let i = 3; i < data.length; i += 4) count += data[i] > 200;
      return count;
    }"""
    assert seen.page.evaluate(painted) > 1500


@pytest.mark.browser
def test_moving_a_weight_changes_scores_ranks_and_colours_as_the_formula_says(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    page = seen.page
    page.wait_for_selector(READY)
    before = page.evaluate(SHOWN)
    colours = page.evaluate("Object.values(window[PAGE.groups.candidates]._layers).map(l => l.options.fillColor)")
    for at, feature in enumerate(read_results(town.out).features):
        value = "1" if feature in ("stops_nearby", "rivals_nearby") else "0"
        page.evaluate(
            "([at, value]) => { const i = document.getElementById(`weight-${at}`); i.value = value;"
            " i.dispatchEvent(new Event('input')); }",
            [at, value],
        )
    after = page.evaluate(SHOWN)
    assert after != before
    table = read_results(town.out).candidates
    values = table[["stops_nearby_value", "rivals_nearby_value"]]
    expected = table.assign(mean=values.mean(axis=1)).sort_values(["mean", "id"], ascending=[False, True])
    assert after == list(expected["name"])
    assert page.evaluate("PAGE.outlets.length") == 5
    assert colours != page.evaluate(
        "Object.values(window[PAGE.groups.candidates]._layers).map(l => l.options.fillColor)"
    )
    page.click("#reset")
    assert page.evaluate(SHOWN) == before
    assert seen.troubles == []


CARD = "#chosen > table.parts tbody tr"
PARTS = f"Array.from(document.querySelectorAll('{CARD} td:last-child'), cell => parseFloat(cell.textContent))"


@pytest.mark.browser
def test_the_card_lists_what_weighs_by_points_and_folds_the_rest(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    page = seen.page
    page.wait_for_selector(READY)
    weighing = page.evaluate("PAGE.features.filter(f => f.known && f.weight > 0).length")
    every = page.evaluate("PAGE.features.length")
    assert 0 < weighing < every
    page.locator("#ranking button").first.click()
    assert page.locator(CARD).count() == weighing
    parts = page.evaluate(PARTS)
    assert parts == sorted(parts, reverse=True)
    assert page.locator(".unweighed tbody tr").count() == every - weighing
    assert not page.locator(".unweighed tbody tr").first.is_visible()
    assert f"({every - weighing})" in page.locator(".unweighed summary").inner_text()
    page.focus(".unweighed summary")
    page.keyboard.press("Enter")
    assert page.locator(".unweighed tbody tr").first.is_visible()
    page.focus("input[type=range]:not([disabled])")
    page.keyboard.press("Home")
    assert page.locator(CARD).count() == weighing - 1
    assert page.locator(".unweighed tbody tr").first.is_visible()


@pytest.mark.browser
def test_top_k_is_marked(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    seen.page.wait_for_selector(READY)
    seen.page.fill("#top", "3")
    assert seen.page.locator("#ranking tr.top").count() == 3
    heavy = "Object.values(window[PAGE.groups.candidates]._layers).filter(l => l.options.weight > 2).length"
    assert seen.page.evaluate(heavy) == 3


@pytest.mark.browser
def test_search_and_keyboard(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    page = seen.page
    page.wait_for_selector(READY)
    page.fill("#search", "河畔")
    assert page.locator("#ranking tr").count() == 5
    page.press("#search", "Enter")
    assert "河畔店" in page.inner_text("#chosen")
    page.fill("#search", "")
    page.focus("#ranking button >> nth=0")
    page.keyboard.press("Enter")
    assert page.get_attribute("#ranking tr >> nth=0", "class").endswith("chosen")
    page.focus("#tab-ranking")
    page.keyboard.press("ArrowRight")
    assert page.is_visible("#plan-panel")
    unnamed = page.evaluate(
        "Array.from(document.querySelectorAll('button,input,[tabindex=\"0\"]')).filter(e => e.offsetParent &&"
        " !(e.ariaLabel || e.textContent.trim() || (e.labels && e.labels.length) || e.title)).map(e => e.outerHTML)"
    )
    assert unnamed == []


@pytest.mark.browser
def test_choosing_an_existing_outlet_needs_no_candidate(town, tmp_path, visit):
    seen = visit(page_of(town, tmp_path))
    seen.page.click("#tab-plan")
    seen.page.click("#planned button >> nth=3")
    assert seen.page.is_visible("#plan-panel")
    assert seen.troubles == []


def bands(lon, lat, role):
    return tuple(
        Band(
            minutes,
            0.5 * minutes,
            100.0 * minutes,
            None if role == "existing" else 2,
            shapely.Point(lon, lat).buffer(r),
        )
        for minutes, r in ((5.0, 0.002), (10.0, 0.004), (15.0, 0.006))
    )


def with_catchments(town, folder, **changes):
    request = request_of(town, **changes)
    table = read_results(town.out)
    best, one = str(table.candidates["id"][0]), table.outlets[-1]
    place = table.outlets[0]
    found = Catchments({best: bands(place.lon, place.lat, "new")}, {one.id: bands(one.lon, one.lat, one.role)})
    file = folder / "map.html"
    file.write_text(render_map(dataclasses.replace(request, catchments=found)).html, encoding="utf-8")
    return file


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh", "es"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_catchment_of_the_chosen_place_is_drawn_and_told(town, tmp_path, visit, language, size):
    seen = visit(with_catchments(town, tmp_path, language=language), size)
    page = seen.page
    page.wait_for_selector(READY)
    drawn = "window[PAGE.groups.catchments].getLayers().length"
    assert page.evaluate(drawn) == 0
    page.focus("#ranking button >> nth=0")
    page.keyboard.press("Enter")
    assert page.evaluate(drawn) == 3
    assert page.locator("#chosen .bands tbody tr").count() == 3
    assert "500" in page.inner_text("#chosen .bands")
    page.focus("#ranking button >> nth=1")
    page.keyboard.press("Enter")
    assert page.evaluate(drawn) == 0
    assert page.locator("#chosen .bands").count() == 0
    page.click("#tab-plan")
    page.click("#planned button >> nth=3")
    assert page.evaluate(drawn) == 3
    assert page.locator("#chosen-outlet .bands td", has_text="–").count() == 3
    assert seen.overflow() <= 0
    assert seen.troubles == []


@pytest.mark.browser
def test_the_layer_of_catchments_can_be_switched_off_by_keyboard(town, tmp_path, visit):
    seen = visit(with_catchments(town, tmp_path))
    page = seen.page
    page.wait_for_selector(READY)
    page.click("#ranking button >> nth=0")
    shown = "window[PAGE.map].hasLayer(window[PAGE.groups.catchments])"
    assert page.evaluate(shown)
    page.focus("#layer-catchments")
    page.keyboard.press("Space")
    assert not page.evaluate(shown)
    page.keyboard.press("Space")
    assert page.evaluate(shown)


def test_a_project_without_share_frontier_and_competitors_has_a_map(town):
    request = request_of(town)
    bare = dataclasses.replace(request.results, share=None, frontier=None, assignment=None)
    html = render_map(dataclasses.replace(request, results=bare)).html
    assert '<svg class="chart"' not in html
