"""Every page of both samples, opened from its file in a real browser with the network blocked."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

WIDE, NARROW = (1280, 800), (390, 844)
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def pages(out):
    """Return every page that product.md lists, hall pages of all outlets included."""
    halls = sorted(out.glob("outlets/*/hall.html"))
    assert halls, "no hall was planned"
    return [out / "map.html", out / "report.html", out / "compare.html", *halls]


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_opens_without_network_without_error_without_overflow(sample_out, visit, size):
    for file in pages(sample_out):
        seen = visit(file, size)
        seen.page.wait_for_load_state("load")
        assert seen.overflow() <= 0, file
        assert seen.troubles == [], file
        seen.page.context.close()


def test_candidates_and_outlets_are_drawn(sample_out, visit):
    seen = visit(sample_out / "map.html")
    seen.page.wait_for_selector("html[data-ready=true]")
    count = seen.page.evaluate("PAGE.candidates.id.length")
    assert count == len((sample_out / "candidates.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert seen.page.evaluate("Object.keys(window[PAGE.groups.candidates]._layers).length") == count
    opened = seen.page.evaluate("PAGE.outlets.filter(outlet => outlet.role === 'new').length")
    assert opened >= 1
    assert seen.page.locator(".pin.opened").count() == opened


def test_water_covers_no_demand(sample_out, visit):
    """On both samples people live on land: a sea drawn over the town would hide it."""
    seen = visit(sample_out / "map.html")
    wet = seen.page.evaluate(
        """() => {
          const inside = ([y, x], ring) => ring.reduce((odd, [y1, x1], at) => {
            const [y2, x2] = ring[(at + 1) % ring.length];
            return (y1 > y) !== (y2 > y) && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1 ? !odd : odd;
          }, false);
          const rings = DRAWN.water.map(area => area.map(decode));
          return DRAWN.demand.middle.filter(place => rings.some(
            area => area.filter(ring => inside(decode(place)[0], ring)).length % 2 === 1)).length;
        }"""
    )
    assert wet <= 0.05 * seen.page.evaluate("DRAWN.demand.middle.length")


def test_a_weight_moves_the_ranking(sample_out, visit):
    seen = visit(sample_out / "map.html")
    page = seen.page
    page.wait_for_selector("html[data-ready=true]")
    shown = "Array.from(document.querySelectorAll('#ranking button')).map(button => button.dataset.candidate)"
    before = page.evaluate(shown)
    page.focus("input[type=range]:not([disabled])")
    page.keyboard.press("End")
    assert page.evaluate(shown) != before
    page.click("#reset")
    assert page.evaluate(shown) == before


def test_the_browser_scores_as_candidates_csv_does(sample_out, visit):
    seen = visit(sample_out / "map.html")
    seen.page.wait_for_selector("html[data-ready=true]")
    worst = seen.page.evaluate(
        """() => Math.max(...PAGE.candidates.values.map((values, j) => {
          const known = values.map((value, f) => [value, PAGE.features[f].weight]).filter(([value]) => value !== null);
          const total = known.reduce((sum, [, weight]) => sum + weight, 0);
          if (total <= 0) return PAGE.candidates.score[j] === null ? 0 : 1;
          const score = known.reduce((sum, [value, weight]) => sum + value * weight, 0) / total;
          return Math.abs(score - PAGE.candidates.score[j]);
        }))"""
    )
    assert worst < 0.001


def test_the_report_links_lead_to_files(sample_out, visit):
    seen = visit(sample_out / "report.html")
    hrefs = seen.page.eval_on_selector_all("a[href]:not([href^='#'])", "links => links.map(link => link.href)")
    assert len(hrefs) >= 2
    for href in hrefs:
        assert Path(unquote(urlparse(href).path)).is_file(), href
    targets = seen.page.eval_on_selector_all("a[href^='#']", "links => links.map(link => link.getAttribute('href'))")
    for target in targets:
        assert seen.page.locator(target).count() == 1, target


def test_nothing_is_clipped_on_paper(sample_out, visit):
    for name in ("report.html", "compare.html"):
        seen = visit(sample_out / name, (688, 1000))
        seen.page.emulate_media(media="print")
        rights = seen.page.evaluate(
            "Array.from(document.querySelectorAll('table, svg, .card')).map(e => e.getBoundingClientRect().right)"
        )
        assert max(rights, default=0) <= 689, name
