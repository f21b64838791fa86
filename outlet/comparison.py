"""Compare what two scenarios came to, from the files of their ``out`` folders."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from outlet.cells import csv_text, read_csv_records

Figure = str | float | None

SUMMED = (
    "visits_per_day",
    "value_per_year",
    "rent_per_year",
    "staff_cost_per_year",
    "contribution_per_year",
    "full_time_equivalents",
)
OF_THE_AIM = ("objective", "bound")
AVERAGED = ("contribution_per_m2", "contribution_per_head", "wait_mean", "within_target")
COLUMNS = ("measure", "outlet_id", "first", "second", "difference")


@dataclass(frozen=True)
class Line:
    """One measure of both scenarios; ``comparable`` is False where its meaning differs between them."""

    measure: str
    first: Figure
    second: Figure
    comparable: bool = True

    @property
    def difference(self) -> float | None:
        """Second minus first, rounded against float noise; None where that says nothing."""
        if not self.comparable or isinstance(self.first, str) or isinstance(self.second, str):
            return None
        if self.first is None or self.second is None:
            return None
        return round(self.second - self.first, 6) + 0.0


@dataclass(frozen=True)
class OutletLine:
    """One outlet in both scenarios: its demand, and its ``roles``: new, existing, closed, or None where it has none."""

    id: str
    name: str
    roles: tuple[str | None, str | None]
    captured: Line


@dataclass(frozen=True)
class Comparison:
    """Two scenarios by name, what they came to, and every outlet of either."""

    first: str
    second: str
    lines: tuple[Line, ...]
    outlets: tuple[OutletLine, ...]
    notes: tuple[str, ...] = ()
    without_halls: tuple[str, ...] = ()

    @property
    def same_aim(self) -> bool:
        """Whether both plans pursue the same objective, so that its values can be compared."""
        return all(line.comparable for line in self.lines)


@dataclass(frozen=True)
class _Outcome:
    """What one folder holds: its aim, figures by measure, and (name, role, captured demand) by outlet."""

    aim: tuple[object, ...]
    figures: Mapping[str, Figure]
    outlets: Mapping[str, tuple[str, str, float | None]]
    notes: tuple[str, ...]


def compare_folders(first: str, first_out: Path, second: str, second_out: Path) -> Comparison:
    """Compare two ``out`` folders; a measure that one of them lacks is None there.

    Where one folder holds no halls, what halls come to is left out, and ``without_halls`` names the folder's scenario.
    """
    one, other = _read(first, first_out), _read(second, second_out)
    measures = [*one.figures, *(name for name in other.figures if name not in one.figures)]
    without = tuple(name for name, found in ((first, one), (second, other)) if not any(map(_of_halls, found.figures)))
    alone = without if len(without) == 1 else ()
    if alone:
        measures = [name for name in measures if not _of_halls(name)]
    same_aim = one.aim == other.aim
    lines = tuple(
        Line(name, one.figures.get(name), other.figures.get(name), same_aim or name not in OF_THE_AIM)
        for name in measures
    )
    outlets = []
    for id_ in sorted({*one.outlets, *other.outlets}):
        here, there = one.outlets.get(id_), other.outlets.get(id_)
        known = here or there
        assert known is not None
        captured = Line("demand_captured", here[2] if here else None, there[2] if there else None)
        roles = (here[1] if here else None, there[1] if there else None)
        outlets.append(OutletLine(id_, known[0], roles, captured))
    return Comparison(
        first, second, lines, tuple(outlets), one.notes + other.notes, without if len(without) == 1 else ()
    )


def _of_halls(measure: str) -> bool:
    return measure.startswith(("total_", "mean_"))


def to_csv(found: Comparison) -> str:
    """Return compare.csv: the scenarios' names, then a row a measure, then rows of each outlet."""
    rows: list[tuple[str, ...]] = [("scenario", "", _cell(found.first), _cell(found.second), "")]
    rows += [(line.measure, "", _cell(line.first), _cell(line.second), _cell(line.difference)) for line in found.lines]
    for outlet in found.outlets:
        rows.append(("role", outlet.id, _cell(outlet.roles[0]), _cell(outlet.roles[1]), ""))
        line = outlet.captured
        rows.append((line.measure, outlet.id, _cell(line.first), _cell(line.second), _cell(line.difference)))
    return csv_text(COLUMNS, rows)


def compared_pair(file: Path) -> tuple[str, str] | None:
    """Return the names of the scenarios that a compare.csv compares, or None where there is none."""
    rows = [row for row in _rows(file) if row["measure"] == "scenario"]
    return (rows[0]["first"], rows[0]["second"]) if rows else None


def _cell(value: Figure) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _read(name: str, out: Path) -> _Outcome:
    aim: tuple[object, ...] = ()
    figures: dict[str, Figure] = {}
    outlets: dict[str, tuple[str, str, float | None]] = {}
    missing = []
    if (out / "plan.json").is_file():
        plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
        aim = (plan.get("model"), plan.get("rollout_joint", False))
        figures |= _plan_figures(plan)
        outlets |= _outlets(out / "outlets.geojson")
        outlets |= {str(id_): (str(id_), "closed", None) for id_ in plan.get("closed", [])}
    else:
        missing.append("plan.json")
    figures["demand_captured"] = _total([captured for _, _, captured in outlets.values()])
    figures |= _share_figures(_rows(out / "share.csv"))
    figures |= _efficiency(_rows(out / "efficiency.csv"))
    note = (f"{name}: no {', '.join(missing)}",) if missing else ()
    return _Outcome(aim, figures, outlets, note)


def _plan_figures(plan: Mapping[str, object]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for key in ("model", "status", "objective", "bound", "gap"):
        value = plan.get(key)
        figures[key] = value if isinstance(value, str) else _number(value)
    for key in ("opened", "kept", "closed"):
        ids = plan.get(key)
        figures[key] = float(len(ids)) if isinstance(ids, list) else None
    return figures


def _outlets(file: Path) -> dict[str, tuple[str, str, float | None]]:
    if not file.is_file():
        return {}
    properties = [feature["properties"] for feature in json.loads(file.read_text(encoding="utf-8"))["features"]]
    return {
        str(item["id"]): (str(item["name"]), str(item["role"]), _number(item.get("demand_captured")))
        for item in properties
    }


def _share_figures(rows: Sequence[Mapping[str, str]]) -> dict[str, Figure]:
    if not rows:
        return {}
    return {
        measure: _total([_number(row.get(measure)) for row in rows])
        for measure in ("captured_before", "captured_after", "share_before", "share_after", "cannibalised_from_own")
    }


def _efficiency(rows: Sequence[Mapping[str, str]]) -> dict[str, Figure]:
    """Return totals over outlets of what adds up in efficiency.csv, and means of what does not."""
    figures: dict[str, Figure] = {}
    for column in (*SUMMED, *AVERAGED):
        known = [value for value in (_number(row.get(column)) for row in rows) if value is not None]
        if known and column in SUMMED:
            figures[f"total_{column}"] = _total(known)
        elif known:
            figures[f"mean_{column}"] = round(sum(known) / len(known), 6)
    return figures


def _rows(file: Path) -> list[dict[str, str]]:
    if not file.is_file():
        return []
    return read_csv_records(file)[1]


def _number(value: object) -> float | None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known), 6) + 0.0 if known else None
