"""An outlet named like an attack shows as that text everywhere."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outlet.cli.main import run_command

HOSTILE = "<img src=x onerror=alert(1)>"
CLOSING = "</script><script>alert(2)</script>"


@pytest.fixture
def out(tiny: Path) -> Path:
    """The out/ folder of a tiny project whose candidates, existing outlet and demand have hostile names."""
    candidates = "".join(f"c{at},{24.902 + 0.006 * at:.3f},60.170,{HOSTILE}\n" for at in range(3))
    (tiny / "data" / "candidates.csv").write_text("id,lon,lat,name\n" + candidates, encoding="utf-8")
    (tiny / "data" / "existing.csv").write_text(f"id,lon,lat,name\n=e1,24.912,60.170,{CLOSING}\n", encoding="utf-8")
    toml = (tiny / "outlet.toml").read_text(encoding="utf-8")
    scenario = '\n[scenario."<b>two"]\n"siting.locate.outlets" = 2\n'
    (tiny / "outlet.toml").write_text(toml.replace('name = "Tiny"', f'name = "Tiny {HOSTILE}"') + scenario, "utf-8")
    assert run_command(["run", str(tiny), "--quiet"]) == 0
    return tiny / "out"


@pytest.mark.slow
def test_a_hostile_name_is_text_on_every_page_and_in_every_table(out: Path, visit: Callable[..., Any]) -> None:
    pages = [out / "map.html", out / "report.html", out / "compare.html", *out.glob("outlets/*/hall.html")]
    assert len(pages) >= 4
    for page in pages:
        seen = visit(page)
        seen.page.wait_for_timeout(300)
        assert seen.troubles == [], page.name
        assert HOSTILE in seen.page.inner_text("body"), page.name
        assert seen.page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    for svg in out.glob("outlets/*/hall.svg"):
        texts = "".join(ET.parse(svg).getroot().itertext())
        assert HOSTILE.replace(" ", "") in texts.replace(" ", "")
    with (out / "candidates.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["name"] for row in csv.DictReader(stream)} == {HOSTILE}
