"""report.html: contents, links whose folders are percent-encoded, sections escaped, in a browser and on paper."""

import json

import pytest

from outlet.handover import folder_of
from outlet.page import Section
from outlet.page.report import render_report
from outlet.project import ProjectSettings

HOSTILE = "<img src=x onerror=alert(1)>"
SETTINGS = ProjectSettings(name=HOSTILE, sector="bank", as_of="2026-03-02")


@pytest.fixture
def out(tmp_path):
    """An outlet with a hall, its id one that must be encoded, and a map."""
    folder = tmp_path / "outlets" / folder_of("a/b 5%")
    folder.mkdir(parents=True)
    brief = {"schema": 1, "id": "a/b 5%", "name": HOSTILE, "role": "new", "sector": "bank", "visits_per_day": 10}
    (folder / "outlet.json").write_text(json.dumps(brief), encoding="utf-8")
    (folder / "hall.html").write_text("<!doctype html><title>hall</title>", encoding="utf-8")
    (tmp_path / "map.html").write_text("<!doctype html><title>map</title>", encoding="utf-8")
    return tmp_path


def page(out):
    wide = tuple(f"column {at}" for at in range(14))
    rows = [tuple(f"value {at}-{row}" for at in range(14)) for row in range(60)]
    sections = [
        Section("First & best", "<p>Some text.</p>", ((HOSTILE, ("Outlet", "Share"), ((HOSTILE, 0.5),)),)),
        Section("Second", "", (("Wide", wide, rows),)),
    ]
    file = out / "report.html"
    file.write_text(render_report(SETTINGS, sections, out), encoding="utf-8")
    return file


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_in_a_browser(out, visit, size):
    seen = visit(page(out), size)
    assert seen.page.locator(".contents a").all_inner_texts() == ["First & best", "Second"]
    assert HOSTILE in seen.page.inner_text("h1")
    assert seen.page.locator("img").count() == 0
    assert seen.overflow() <= 0
    seen.page.click("text=hall.html")
    seen.page.wait_for_url("**/hall.html")
    assert seen.troubles == []


@pytest.mark.browser
def test_no_table_is_clipped_on_paper(out, visit):
    seen = visit(page(out), (718, 1000))
    seen.page.emulate_media(media="print")
    rights = seen.page.evaluate(
        "Array.from(document.querySelectorAll('table')).map(table => table.getBoundingClientRect().right)"
    )
    assert max(rights) <= 718
    assert len(seen.page.pdf(format="A4")) > 10_000


def test_the_workbook_of_communities_is_linked_where_it_is(out):
    assert "served.xlsx" not in page(out).read_text(encoding="utf-8")
    (out / "served.xlsx").write_bytes(b"")
    assert '<a class="button" href="served.xlsx">Communities served (workbook)</a>' in page(out).read_text("utf-8")
