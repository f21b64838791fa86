"""Every artefact of both samples keeps the schema that files.md states."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path

import jsonschema
import pytest

pytestmark = pytest.mark.slow

NUMBER: dict[str, object] = {"type": "number"}
TEXT: dict[str, object] = {"type": "string"}
INTEGER: dict[str, object] = {"type": "integer"}
HH_MM: dict[str, object] = {"type": "string", "pattern": r"^([01]\d|2[0-4]):[0-5]\d$"}


def maybe(schema: dict[str, object]) -> dict[str, object]:
    return {"anyOf": [schema, {"type": "null"}]}


def listing(schema: dict[str, object]) -> dict[str, object]:
    return {"type": "array", "items": schema}


def record(**properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(properties)}


IDS = listing(TEXT)
SHARES: dict[str, object] = {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 48, "maxItems": 48}
JSON_SCHEMAS: dict[str, dict[str, object]] = {
    "plan.json": record(
        schema=INTEGER,
        model={"enum": ["max_cover", "p_median", "max_capture", "set_cover", "p_center", "fixed_charge"]},
        status={"enum": ["optimal", "feasible"]},
        stopped_by=TEXT,
        objective=NUMBER,
        bound=NUMBER,
        gap={"type": "number", "minimum": 0},
        opened=IDS,
        formats={"type": "object", "additionalProperties": TEXT},
        kept=IDS,
        closed=IDS,
        alternatives=listing(record(opened=IDS, objective=NUMBER, bound=maybe(NUMBER), differs=INTEGER)),
        rollout=listing(record(year=INTEGER, opened=IDS, objective=NUMBER)),
        rollout_joint={"type": "boolean"},
    ),
    "outlets/*/outlet.json": record(
        schema=INTEGER,
        id=TEXT,
        folder=TEXT,
        name=TEXT,
        role={"enum": ["new", "existing"]},
        format=TEXT,
        sector={"enum": ["bank", "telecom", "parcel", "retail"]},
        lon=NUMBER,
        lat=NUMBER,
        crs=maybe(TEXT),
        hall_plan=maybe(TEXT),
        area_m2=maybe(NUMBER),
        frontage_m=maybe(NUMBER),
        opening_hours={"type": "object"},
        timezone=TEXT,
        visits_per_day={"type": "number", "minimum": 0},
        visits_share_by_interval=SHARES,
        segment_mix={"type": "object", "additionalProperties": NUMBER},
        demand_captured=maybe(NUMBER),
        demand_unit=maybe(TEXT),
        rent_per_year=maybe(NUMBER),
        fit_out_cost=maybe(NUMBER),
        value_per_visit=maybe(NUMBER),
        currency=TEXT,
        actual=maybe(record(sales=maybe(NUMBER), visits=maybe(NUMBER), deposits=maybe(NUMBER), staff=maybe(NUMBER))),
    ),
    "outlets/*/zones.json": record(
        schema=INTEGER,
        units={"const": "m"},
        zones=listing(
            record(
                id=TEXT,
                kind=TEXT,
                rects={
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "array", "items": NUMBER, "minItems": 4, "maxItems": 4},
                },
                area_m2={"type": "number", "exclusiveMinimum": 0},
                locked={"type": "boolean"},
            )
        ),
        posts=listing(record(id=TEXT, zone=TEXT, role=TEXT, x=NUMBER, y=NUMBER, facing_deg=NUMBER)),
        cameras=listing(record(x=NUMBER, y=NUMBER, facing_deg=NUMBER, range_m=NUMBER)),
        equipment=listing(record(id=TEXT, kind=TEXT, zone=TEXT, x=NUMBER, y=NUMBER, w=NUMBER, h=NUMBER)),
        terms={"type": "object", "additionalProperties": NUMBER},
        bound={"type": "object"},
        broken_rules=listing(record(rule=TEXT, where={})),
    ),
    "outlets/*/simulation.json": record(
        schema=INTEGER,
        days=INTEGER,
        intervals={
            "type": "array",
            "minItems": 1,
            "items": record(
                start=HH_MM,
                wait_mean=maybe(NUMBER),
                wait_low=maybe(NUMBER),
                wait_high=maybe(NUMBER),
                within_target=maybe(NUMBER),
                queue_p95=NUMBER,
                occupancy={"type": "object"},
            ),
        },
        services={"type": "object"},
        abandoned=NUMBER,
        policy={},
    ),
    "manifest.json": record(
        schema=INTEGER, artefacts={"type": "object", "additionalProperties": record(sha256=TEXT, run=TEXT)}
    ),
    "check.json": record(schema=INTEGER, faults=listing({"type": "object"})),
}
CSV_COLUMNS: dict[str, str] = {
    "check.csv": "severity input row column code found expected fix",
    "candidates.csv": "id format score rank rank_low rank_high",
    "served.csv": "candidate_id role rank community_id name grade weight minutes counted catchment_share "
    "rival_min own_min share_won won",
    "assignment.csv": "demand_id outlet_id cost weight",
    "share.csv": "outlet_id captured_before captured_after share_before share_after cannibalised_from_own",
    "cannibalisation.csv": "outlet_id existing_id taken share_of_existing",
    "presence.csv": "candidate_id rank brand outlets attraction nearest_min",
    "ptal.csv": "candidate_id candidate rank mode route stop_id stop walk_m walk_min departures_per_hour "
    "scheduled_wait_min reliability_min access_min edf counted contribution",
    "stability.csv": "id in_plan share_open",
    "frontier.csv": "objective bound gap opened",
    "efficiency.csv": "",
    "establishment.csv": "",
    "scorecard.csv": "outlet_id name grade points sales service hardware management waiting speed order environment "
    "courtesy advice",
    "diversion.csv": "outlet_id service machine share_now share_best machines_now machines_best minutes_saved_now "
    "minutes_saved_best at_stake_now at_stake_best gain_now gain_best currency",
    "drivers.csv": "outlet_id against driver currency amount_per_year",
    "outlets/*/requirement.csv": "day_type start post required arrivals service_level occupancy",
    "outlets/*/shifts.csv": "shift_id post start end break_start break_end days count",
    "outlets/*/roster.csv": "date person shift_id post start end locked",
    "outlets/*/communities.csv": "community_id name grade weight minutes staff_hours",
    "outlets/*/establishment.csv": "",
    "compare.csv": "",
}
OTHERS = (
    "candidates.gpkg",
    "candidates.geojson",
    "outlets.geojson",
    "served.xlsx",
    "catchments.geojson",
    "catchments.gpkg",
    "outlet_catchments.geojson",
    "map.html",
    "report.html",
    "compare.html",
    "outlets/*/catchment.csv",
    "outlets/*/hall.svg",
    "outlets/*/hall.html",
    "outlets/*/hall.dxf",
    "outlets/*/hall.geojson",
    "outlets/*/roster.xlsx",
    "outlets/*/roster/*.ics",
)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def found(out: Path, pattern: str) -> list[Path]:
    files = sorted(out.glob(pattern))
    if pattern == "ptal.csv" and not (out.parent / "data" / "gtfs.zip").exists():
        assert not files, "there is no timetable"
        return []
    assert files, f"{pattern} is missing"
    return files


@pytest.mark.parametrize("pattern", [*JSON_SCHEMAS, *CSV_COLUMNS, *OTHERS])
def test_every_file_of_the_contract_exists_and_is_not_empty(sample_out: Path, pattern: str) -> None:
    assert all(file.stat().st_size > 0 for file in found(sample_out, pattern))


@pytest.mark.parametrize("pattern", list(JSON_SCHEMAS))
def test_json_keeps_its_schema(sample_out: Path, pattern: str) -> None:
    for file in found(sample_out, pattern):
        data = json.loads(file.read_text(encoding="utf-8"))
        jsonschema.validate(data, JSON_SCHEMAS[pattern])
        assert list(data) == sorted(data)


@pytest.mark.parametrize("pattern", list(CSV_COLUMNS))
def test_csv_has_its_columns_and_rows(sample_out: Path, pattern: str) -> None:
    for file in found(sample_out, pattern):
        text = file.read_bytes()
        assert b"\r" not in text
        header = text.decode("utf-8").split("\n", 1)[0].split(",")
        assert set(CSV_COLUMNS[pattern].split()) <= set(header), file
        assert "nan" not in text.decode("utf-8").lower().replace("\n", ",").split(",")


def test_scores_are_the_sum_of_their_contributions(sample_out: Path) -> None:
    for row in rows(sample_out / "candidates.csv"):
        contributions = [float(value) for key, value in row.items() if key.endswith("_contribution") and value]
        assert float(row["score"]) == pytest.approx(sum(contributions), abs=1e-6)
        assert 0 <= float(row["score"]) <= 100
        assert int(row["rank_low"]) <= int(row["rank"]) <= int(row["rank_high"])
        features = [key.removesuffix("_contribution") for key in row if key.endswith("_contribution")]
        assert features
        assert all({f"{name}_raw", f"{name}_value", f"{name}_weight"} <= set(row) for name in features)


def test_geojson_of_siting_is_wgs84_and_of_the_hall_local(sample_out: Path) -> None:
    for name in ("candidates.geojson", "outlets.geojson"):
        data = json.loads((sample_out / name).read_text(encoding="utf-8"))
        for feature in data["features"]:
            lon, lat = feature["geometry"]["coordinates"]
            assert -180 <= lon <= 180
            assert -90 <= lat <= 90
    for file in found(sample_out, "outlets/*/hall.geojson"):
        assert json.loads(file.read_text(encoding="utf-8"))["crs"] is None


def test_catchments_are_nested_and_state_what_is_inside(sample_out: Path) -> None:
    for name in ("catchments.geojson", "outlet_catchments.geojson"):
        features = json.loads((sample_out / name).read_text(encoding="utf-8"))["features"]
        assert features
        inside: dict[str, list[tuple[float, float, float]]] = {}
        for feature in features:
            found = feature["properties"]
            assert set(found) == {"id", "name", "role", "minutes", "area_km2", "demand", "rivals"}
            inside.setdefault(found["id"], []).append((found["minutes"], found["area_km2"], found["demand"]))
        assert all(bands == sorted(bands) for bands in inside.values())


def test_the_geopackage_is_metric(sample_out: Path) -> None:
    import pyogrio
    from pyproj import CRS

    info = pyogrio.read_info(sample_out / "candidates.gpkg")
    assert CRS.from_user_input(info["crs"]).axis_info[0].unit_name == "metre"


def test_outlets_are_the_plan_and_ids_agree(sample_out: Path) -> None:
    plan = json.loads((sample_out / "plan.json").read_text(encoding="utf-8"))
    briefs = [json.loads(file.read_text(encoding="utf-8")) for file in found(sample_out, "outlets/*/outlet.json")]
    assert sorted(brief["id"] for brief in briefs) == sorted([*plan["opened"], *plan["kept"]])
    assert all((sample_out / "outlets" / brief["folder"]).is_dir() for brief in briefs)
    assigned = {row["outlet_id"] for row in rows(sample_out / "assignment.csv")} - {""}
    assert assigned <= {brief["id"] for brief in briefs}


def test_every_post_equipment_and_zone_belongs_together(sample_out: Path) -> None:
    for file in found(sample_out, "outlets/*/zones.json"):
        data = json.loads(file.read_text(encoding="utf-8"))
        zones = {zone["id"] for zone in data["zones"]}
        assert {post["zone"] for post in data["posts"]} <= zones
        assert {item["zone"] for item in data["equipment"]} <= zones
        for zone in data["zones"]:
            assert zone["area_m2"] == pytest.approx(sum(w * h for _, _, w, h in zone["rects"]), abs=0.01)


def test_roster_rows_are_shifts_and_days(sample_out: Path) -> None:
    for file in found(sample_out, "outlets/*/roster.csv"):
        shifts = {row["shift_id"] for row in rows(file.parent / "shifts.csv")}
        for row in rows(file):
            assert row["shift_id"] in shifts
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", row["date"])


def test_the_manifest_names_every_artefact_with_its_hash(sample_out: Path) -> None:
    manifest = json.loads((sample_out / "manifest.json").read_text(encoding="utf-8"))["artefacts"]
    files = {
        file.relative_to(sample_out).as_posix()
        for file in sample_out.rglob("*")
        if file.is_file() and not {".cache", ".lock", ".commit.lock", "scenarios"} & set(file.parts)
    }
    assert files - {"manifest.json"} == set(manifest)
    for name, entry in manifest.items():
        assert entry["sha256"] == hashlib.sha256((sample_out / name).read_bytes()).hexdigest()


def test_no_artefact_holds_a_machine_path(sample_out: Path) -> None:
    root = str(Path(__file__).parents[2])
    for file in sample_out.rglob("*"):
        if file.is_file() and ".cache" not in file.parts:
            assert root.encode() not in file.read_bytes(), file
