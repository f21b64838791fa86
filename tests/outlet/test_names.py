"""Names come through unchanged from files in the encodings planners have to the map and the report."""

from __future__ import annotations

import csv
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outlet.cli.main import run_command

NAMES = {
    "zh-gb18030": (
        "gb18030",
        ("中山路营业厅", "朝阳门内大街网点", "浦东新区世纪大道旗舰店", "𠮷祥里便民点"),
    ),
    "ja-cp932": ("cp932", ("渋谷駅前店", "鯖江サンドーム南店", "横浜みなとみらい支店", "髙﨑ショッピングセンター")),
    "fi-cp1252": (
        "cp1252",
        ("Hämeenlinnan väylä", "Töölönlahden konttori", "Järvenpään pääkonttori", "Åggelbyn palvelupiste – Oulunkylä"),
    ),
    "mixed-utf8": ("utf-8", ("中山路营业厅", "渋谷駅前店", "Hämeenlinnan väylä", "Señora Núñez ✓")),
}


@pytest.fixture(params=NAMES)
def planned(request: pytest.FixtureRequest, tiny: Path) -> tuple[Path, tuple[str, ...]]:
    """A tiny project whose tables are all in one encoding, run, and the names in them."""
    encoding, names = NAMES[request.param]
    rows = "".join(f"c{at},{24.902 + 0.006 * at:.3f},60.170,{name}\n" for at, name in enumerate(names[:3]))
    (tiny / "data" / "candidates.csv").write_text("id,lon,lat,name\n" + rows, encoding=encoding)
    existing = f"id,lon,lat,name\ne1,24.912,60.170,{names[3]}\n"
    (tiny / "data" / "existing.csv").write_text(existing, encoding=encoding)
    toml = (tiny / "outlet.toml").read_text(encoding="utf-8").split("[layout.hall]")[0]
    if encoding != "utf-8":
        stated = f'file = "data/existing.csv"\nencoding = "{encoding}"'
        toml = toml.replace('file = "data/existing.csv"', stated)
    (tiny / "outlet.toml").write_text(toml.replace("outlets = 1", "outlets = 3"), encoding="utf-8")
    assert run_command(["run", str(tiny), "--quiet"]) == 0
    return tiny / "out", names


@pytest.mark.slow
def test_names_come_through_to_map_and_report(planned: tuple[Path, tuple[str, ...]], visit: Callable[..., Any]) -> None:
    out, names = planned
    for page in ("map.html", "report.html"):
        text = html.unescape((out / page).read_text(encoding="utf-8"))
        assert [name for name in names if name not in text] == [], page
    report = visit(out / "report.html").page.inner_text("body")
    assert [name for name in names if name not in report] == []
    with (out / "candidates.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["name"] for row in csv.DictReader(stream)} == set(names[:3])
