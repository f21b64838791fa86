"""Photograph pages for the README: ``python docs/images/photograph.py`` after ``outlet run`` of both samples.

Takes the map of Helsinki with its best candidate picked, and the plan of a hall of Riverton without the marks of
broken rules. The same pages give the same pictures.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
DATASETS = HERE.parents[1] / "datasets"
MAP = DATASETS / "helsinki/out/map.html"
HALL = DATASETS / "riverton/out/outlets/P070/hall.html"
HALL_WIDTH = 1000
SIZE = {"width": 1280, "height": 800}


def picture_map(page: Page) -> None:
    """Pick the first candidate of the ranking, so that its card and its catchment show."""
    page.goto(MAP.as_uri())
    page.locator("#ranking button").first.click()
    page.wait_for_timeout(800)
    page.screenshot(path=HERE / "map.png")


def picture_hall(page: Page) -> None:
    """Show the plan alone."""
    page.goto(HALL.as_uri())
    page.add_style_tag(
        content=f".hall-plan {{ width: {HALL_WIDTH}px !important }} [data-layer=broken] {{ display: none }}"
    )
    page.locator(".hall-plan").evaluate("plan => document.body.replaceChildren(plan)")
    page.locator(".hall-plan").screenshot(path=HERE / "hall.png")


def main() -> None:
    """Write both pictures beside this file."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, offline=True)
        picture_map(page)
        picture_hall(page)
        browser.close()


if __name__ == "__main__":
    main()
