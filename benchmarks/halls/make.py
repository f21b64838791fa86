"""Make the files of the set: `cd benchmarks && python -m halls.make [NAME …] [--trials N] [--draw FOLDER]`.

Each plan is drawn by hand (`halls.small`, `halls.large`), its limits follow from the drawing (`halls.compose`), and
`halls.climb` improves it by the judge's price alone. The product's search and its solver have no part in it, so that
what is planted is not our own answer. The same drawing gives the same bytes. ``--draw`` writes pictures to look at.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from halls.case import FOLDER, Content, HallCase
from halls.climb import climb, rectangles
from halls.compose import Composition, compose
from halls.large import LARGE
from halls.small import SMALL
from layout.zones.check import judge

TRIALS = 3000
LARGE_M2 = 200.0


def make(drawn: Composition, trials: int) -> Content:
    """Return the content of a hall's file with its planted plan improved and judged.

    Raises
    ------
    ValueError
        When the drawn plan breaks a rule.
    """
    content = compose(drawn)
    case = HallCase(content)
    before = judge(case.problem, case.planted)
    if before.broken:
        broken = "; ".join(f"{rule.rule} {rule.where}: {rule.text}" for rule in before.broken)
        raise ValueError(f"{case.name}: the drawn plan breaks {broken}")
    best = climb(case.problem, case.planted, trials if case.free_m2 < LARGE_M2 else trials // 2)
    after = judge(case.problem, best)
    zones = rectangles(case, best)
    fill = after.terms["zones_m2"] / case.free_m2
    planted = {
        "drawn_cost": round(before.cost, 6),
        "cost": round(after.cost, 6),
        "fill": round(fill, 4),
        "zones": zones,
        "terms": {name: round(value, 6) for name, value in after.terms.items()},
    }
    return {**content, "planted": planted}


def to_json(content: Content) -> str:
    """Return a file's text: one line a thing."""
    parts = []
    for key, value in content.items():
        parts.append(f" {json.dumps(key)}: {_lines(value, 1)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: object, depth: int) -> str:
    """Return JSON that breaks lists of objects into lines, and objects that hold such lists."""
    pad = " " * (depth + 1)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return "[\n" + ",\n".join(pad + json.dumps(item) for item in value) + "\n" + " " * depth + "]"
    if isinstance(value, dict) and any(isinstance(item, list) for item in value.values()):
        items = (f"{pad}{json.dumps(key)}: {_lines(item, depth + 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(items) + "\n" + " " * depth + "}"
    return json.dumps(value)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the halls with planted plans.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--trials", type=int, default=TRIALS, help="Of the climb; half as many from 200 m² on.")
    parser.add_argument("--draw", type=Path)
    asked = parser.parse_args()
    for drawn in (*SMALL, *LARGE):
        if asked.names and drawn.hall.name not in asked.names:
            continue
        content = make(drawn, asked.trials)
        (FOLDER / f"{drawn.hall.name}.json").write_text(to_json(content), encoding="utf-8")
        planted = content["planted"]
        row = f"{planted['drawn_cost']:8.2f}{planted['cost']:8.2f}{planted['fill']:7.0%}"
        print(f"{drawn.hall.name:24}{len(drawn.zones):4}{row}", flush=True)
        if asked.draw:
            from halls.picture import draw

            draw(HallCase(content), asked.draw / f"{drawn.hall.name}.png")


if __name__ == "__main__":
    main()
