"""Draw the figures of the guide on halls with the tool itself: ``python docs/images/make.py`` (about a minute).

Plans two halls of the samples by ``outlet zones`` in a temporary folder and takes layers of the plan out of hall.html.
The same commit gives the same bytes; a plan that the clock stopped is refused.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from outlet.cli.main import run_command

HERE = Path(__file__).parent
DATASETS = HERE.parents[1] / "datasets"
TOML = """[project]
name = "Guide"
sector = "{sector}"
as_of = 2026-03-02

[layout]
briefs = ["data/hall.json"]

[layout.hall]
plan = "data/{plan}"

[layout.programme]
effort = 0.2
"""


@dataclass(frozen=True)
class Case:
    """One hall to plan, and the figures taken of it: name → layers shown."""

    sample: str
    plan: str
    sector: str
    visits: float
    figures: dict[str, tuple[str, ...]]


CASES = (
    Case(
        "riverton",
        "hall_l.geojson",
        "telecom",
        260.0,
        {
            "hall_zones": ("floor", "zones", "equipment", "walls", "posts", "names", "dimensions", "signs"),
            "hall_line": ("floor", "zones", "flow", "walls", "movement", "names"),
        },
    ),
    Case(
        "helsinki",
        "hall.geojson",
        "bank",
        300.0,
        {"hall_rules": ("floor", "zones", "equipment", "walls", "posts", "names", "broken")},
    ),
)


def plan_hall(case: Case, folder: Path) -> str:
    """Plan the hall in a folder and return its page."""
    (folder / "data").mkdir(parents=True)
    shutil.copyfile(DATASETS / case.sample / "data" / case.plan, folder / "data" / case.plan)
    (folder / "outlet.toml").write_text(TOML.format(sector=case.sector, plan=case.plan), encoding="utf-8")
    brief = {"schema": 1, "id": "hall", "name": "A hall", "role": "new", "sector": case.sector}
    (folder / "data/hall.json").write_text(json.dumps(brief | {"visits_per_day": case.visits}), encoding="utf-8")
    if run_command(["zones", str(folder), "--outlet", "hall", "--quiet"]) != 0:
        sys.exit(1)
    out = folder / "out/outlets/hall"
    if json.loads((out / "zones.json").read_text(encoding="utf-8"))["objective"]["stopped_by"] == "time":
        sys.exit(f"{case.plan}: the clock stopped the search; run again on a quieter machine")
    return (out / "hall.html").read_text(encoding="utf-8")


def figure(page: str, layers: tuple[str, ...]) -> str:
    """Return the plan of a page with some of its layers, a picture of its own."""
    plan = re.search(r'<svg [^>]*class="hall-plan".*?</svg>', page, re.DOTALL)
    assert plan is not None, "hall.html has no plan"
    head, body = plan[0].split(">", 1)
    parts = re.split(r'(?=<g data-layer=")', body)
    opening, groups = parts[0], parts[1:]
    names = [re.match(r'<g data-layer="([a-z]+)"', group) for group in groups]
    shown = [group for name, group in zip(names, groups, strict=True) if name is not None and name[1] in layers]
    shown = [re.sub(r"\s*</g>\s*</svg>\s*$", "\n", group) for group in shown]
    return f"{head}>{opening}{''.join(shown)}</g>\n</svg>\n"


def main() -> None:
    """Write every figure beside this file."""
    with tempfile.TemporaryDirectory() as temporary:
        for case in CASES:
            page = plan_hall(case, Path(temporary) / case.sample)
            for name, layers in case.figures.items():
                (HERE / f"{name}.svg").write_text(figure(page, layers), encoding="utf-8")


if __name__ == "__main__":
    main()
