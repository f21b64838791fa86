"""Plans side by side: one scale, every term, the best of each marked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from layout.drawings import Alternative, HallDrawing, make_alternatives
from layout.drawings.alternatives import best_of
from layout.zones.plan import PlacedZone


def mirrored(hall: HallDrawing) -> HallDrawing:
    """Return the plan with its zones mirrored from left to right; nobody and nothing in it."""
    x0, _, x1, _ = hall.floor.outline.bounds

    def turn(zone: PlacedZone) -> PlacedZone:
        rects = zone.rects.copy()
        rects[:, 0] = x0 + x1 - rects[:, 0] - rects[:, 2]
        access = np.array([x0 + x1 - zone.access[0], zone.access[1]])
        return dataclasses.replace(zone, rects=rects, access=access, front_deg=(180.0 - zone.front_deg) % 360)

    empty = dataclasses.replace(hall.furnishing, posts=(), cameras=(), equipment=())
    zones = dataclasses.replace(
        hall.zones,
        zones=tuple(turn(zone) for zone in hall.zones.zones),
        terms={"walking_m_per_visitor": 17.25, "exposure": 0.5, "zones_m2": 90.0},
        broken_rules=(),
    )
    return dataclasses.replace(hall, zones=zones, furnishing=empty)


@pytest.fixture
def plans(hall: HallDrawing) -> list[Alternative]:
    first = dataclasses.replace(
        hall,
        zones=dataclasses.replace(
            hall.zones, terms={"walking_m_per_visitor": 12.5, "exposure": 0.25, "zones_m2": 80.0}
        ),
    )
    return [Alternative(first, 100.0, 0.0), Alternative(mirrored(hall), 120.0, 0.125)]


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1500, 900), (360, 780)])
def test_plans_stand_side_by_side_at_one_scale(
    plans: list[Alternative], tmp_path: Path, visit: Callable[..., object], size: tuple[int, int]
) -> None:
    file = tmp_path / "hall_alternatives.html"
    file.write_text(make_alternatives([*plans, plans[1]], "en"), encoding="utf-8")
    seen = visit(file, size)
    page = seen.page  # type: ignore[attr-defined]
    boxes = page.locator(".hall-plan").evaluate_all(
        "all => all.map(one => [one.getBoundingClientRect().width, one.viewBox.baseVal.width])"
    )
    assert len({(round(width), round(view)) for width, view in boxes}) == 1
    ids = page.evaluate("Array.from(document.querySelectorAll('[id]')).map(one => one.id)")
    assert len(set(ids)) == len(ids)
    assert seen.overflow() <= 0  # type: ignore[attr-defined]
    assert seen.troubles == []  # type: ignore[attr-defined]
    rows = page.locator("tbody tr").evaluate_all(
        "all => all.map(row => Array.from(row.children).map(cell => cell.textContent))"
    )
    assert rows[0] == ["All terms by their weights", "100.00 ★", "120.00", "120.00"]
    assert ["Walk of a visitor in the hall, m", "12.50 ★", "17.25", "17.25"] in rows
    assert ["Area of all zones, m²", "80.00", "90.00", "90.00"] in rows
    assert ["Broken rules", "2", "0 ★", "0 ★"] in rows


@pytest.mark.parametrize("language", ["zh", "es"])
def test_the_page_speaks_its_language(plans: list[Alternative], language: str) -> None:
    page = make_alternatives(plans, language)
    assert {"zh": "备选方案", "es": "Planos alternativos"}[language] in page
    assert page == make_alternatives(plans, language)


def test_more_is_better_only_where_it_is() -> None:
    assert best_of("exposure", [0.2, 0.5, None]) == (1,)
    assert best_of("zones_m2", [1.0, 2.0]) == ()
    assert best_of("walking_m_per_visitor", [2.0, 2.0]) == ()


def test_other_halls_and_too_many_are_refused(plans: list[Alternative]) -> None:
    with pytest.raises(ValueError, match="1 to 3 plans, got 4"):
        make_alternatives(plans * 2, "en")
    floor = dataclasses.replace(plans[0].hall.floor, outline=shapely.box(0, 0, 9, 9))
    with pytest.raises(ValueError, match="of one hall"):
        make_alternatives([plans[0], Alternative(dataclasses.replace(plans[0].hall, floor=floor))], "en")
