"""Grade outlets, keep their scorecards and say what drives them: scorecard.csv, drivers.csv."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layout.data.surveys import SURVEYED
from layout.efficiency.drivers import DRIVERS, Driven, product_effects
from layout.efficiency.grade import TERMS, against_median, grade_of, weighted_points
from layout.efficiency.kpi import Efficiency, Halls
from layout.settings.efficiency import EfficiencySettings
from layout.study.work.workload import Workload
from outlet.cells import csv_text
from outlet.handover import OutletBrief

Floats = NDArray[np.float64]
ASPECTS = ("waiting", "speed", "order", "environment", "courtesy", "advice")
SCORECARD_COLUMNS = ("outlet_id", "name", "grade", "points", *TERMS, *ASPECTS)
DRIVER_COLUMNS = ("outlet_id", "against", "driver", "currency", "amount_per_year")


@dataclass(frozen=True)
class Service:
    """What the replayed day and the hall say of one outlet, NaN where unknown.

    ``wait_mean`` minutes, ``within_target`` share of visitors, ``order`` share of half hours that meet the target,
    ``service_min`` minutes a visitor is served by a person, ``broken_rules`` of the hall.
    """

    wait_mean: float
    within_target: float
    order: float
    service_min: float
    broken_rules: float

    @property
    def speed(self) -> float:
        """Return the share of a visitor's time that is service, not wait."""
        return self.service_min / (self.service_min + self.wait_mean)


def read_service(simulation: Path, zones: Path, workload: Workload) -> Service:
    """Read what simulation.json and zones.json say; what is not there is unknown."""
    wait = within = order = broken = math.nan
    if simulation.is_file():
        found = json.loads(simulation.read_text(encoding="utf-8"))
        wait, within = (_known(found["day"][name]) for name in ("wait_mean", "within_target"))
        order = 1 - len(found["below_target"]) / len(found["intervals"]) if found["intervals"] else math.nan
    if zones.is_file():
        broken = float(len(json.loads(zones.read_text(encoding="utf-8")).get("broken_rules", [])))
    staffed = (workload.arrivals.visits * (1 - workload.diversion.share)).sum(axis=(0, 1))
    minutes = np.array([service.minutes for service in workload.catalogue.services])
    served = float(staffed @ minutes / staffed.sum()) if staffed.sum() > 0 else math.nan
    return Service(wait, within, order, served, broken)


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)


@dataclass(frozen=True)
class Scores:
    """Points of H outlets: ``terms`` of the grade and ``aspects`` of the scorecard by name, and the grades."""

    terms: Mapping[str, Floats]
    aspects: Mapping[str, Floats]
    points: Floats
    grades: tuple[str, ...]


def score_outlets(
    halls: Halls,
    figures: Efficiency,
    services: Sequence[Service],
    surveys: Sequence[Mapping[str, float]],
    settings: EfficiencySettings,
) -> Scores:
    """Return grades and scorecards; ``surveys`` has one mapping an outlet."""
    within = 100 * np.array([each.within_target for each in services])
    broken = np.array([each.broken_rules for each in services])
    hardware = np.clip(100 - settings.points_per_broken_rule * broken, 0, 100)
    terms = {
        "sales": against_median(figures.value_per_m2),
        "service": within,
        "hardware": hardware,
        "management": against_median(np.where(halls.heads > 0, halls.visits / np.maximum(halls.heads, 1e-9), np.nan)),
    }
    surveyed = {name: np.array([each.get(name, math.nan) for each in surveys]) for name in SURVEYED}
    aspects = {
        "waiting": within,
        "speed": 100 * np.array([each.speed for each in services]),
        "order": 100 * np.array([each.order for each in services]),
        "environment": hardware,
        **surveyed,
    }
    points = weighted_points(terms, {str(name): weight for name, weight in settings.weights.items()})
    bounds = {str(grade): least for grade, least in settings.grade_from.items()}
    return Scores(terms, aspects, points, tuple(grade_of(float(each), bounds) for each in points))


def scorecard_table(briefs: Sequence[OutletBrief], scores: Scores) -> str:
    """Return scorecard.csv: one row an outlet."""
    return csv_text(
        SCORECARD_COLUMNS,
        (
            (
                brief.id,
                brief.name,
                scores.grades[at],
                *(
                    _digits(column[at], 1)
                    for column in (scores.points, *scores.terms.values(), *(scores.aspects[name] for name in ASPECTS))
                ),
            )
            for at, brief in enumerate(briefs)
        ),
    )


def drivers_table(briefs: Sequence[OutletBrief], driven: Driven, halls: Halls, value: Floats) -> str:
    """Return drivers.csv: what drives each outlet from the mean hall, and its actual sales from their plan.

    The rows of one outlet and comparison add up: to its contribution less the mean hall's, to sales less planned value.
    """
    rows: list[tuple[str, ...]] = []
    for at, brief in enumerate(briefs):
        if driven.known[at]:
            rows += [
                (brief.id, "mean hall", name, brief.currency, _digits(driven.effects[name][at], 2)) for name in DRIVERS
            ]
        actual = brief.actual or {}
        sales, visits = actual.get("sales"), actual.get("visits")
        if sales is not None and visits and halls.visits[at] > 0:
            planned = float(value[at] / halls.visits[at])
            effects = product_effects(visits, sales / visits, float(halls.visits[at]), planned)
            rows += [
                (brief.id, "plan", name, brief.currency, _digits(effect, 2))
                for name, effect in zip(("visits", "value_per_visit"), effects, strict=True)
            ]
    return csv_text(DRIVER_COLUMNS, rows)


def _digits(value: float, digits: int) -> str:
    return f"{round(float(value), digits) + 0.0:.{digits}f}" if math.isfinite(value) else ""
