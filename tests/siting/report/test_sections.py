"""Siting's sections, from a hand-made ``out``: what is said of the plan, and that no name is markup."""

import json
import shutil

import pandas as pd
import pytest
import shapely

from outlet.errors import InputError
from siting.report import plan, sections

HOSTILE = "<img src=x onerror=alert(1)>"


def titles(found):
    return [section.title for section in found]


def test_all_sections_in_order(town):
    assert titles(sections(town.out, "en")) == [
        "Where to open",
        "How sure the ranking is",
        "What more outlets bring",
        "Alternatives",
        "Market share",
        "Method and its limits",
    ]


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_names_are_escaped_in_markup_and_plain_in_tables(town, language):
    found = sections(town.out, language)
    assert HOSTILE not in "".join(section.html for section in found)
    assert HOSTILE in [row[0] for section in found for _, _, rows in section.tables for row in rows]


def test_long_tables_keep_what_matters_and_count_the_rest(town, monkeypatch):
    """All new outlets stay in the plan's table; of market shares those that move most stay."""
    whole = {section.title: section for section in sections(town.out, "en")}
    rows = whole["Market share"].tables[0][2]
    assert "more stand in" not in whole["Market share"].html + whole["Where to open"].html
    monkeypatch.setattr(plan, "LISTED", 1)
    short = {section.title: section for section in sections(town.out, "en")}
    (kept,) = short["Market share"].tables[0][2]
    assert kept in rows
    assert f"{len(rows) - 1} more stand in share.csv." in short["Market share"].html
    assert short["Where to open"].html.count("opens") == whole["Where to open"].html.count("opens") == 3
    assert "1 more stand in outlets.geojson." in short["Where to open"].html


def test_reasons_name_what_counts_most(town):
    html = sections(town.out, "en")[0].html
    assert "For it:" in html
    assert "rank 1 of 30" in html
    assert html.count('class="card"') == 3


def test_alternative_is_told_as_a_difference(town):
    (table,) = next(section.tables for section in sections(town.out, "en") if section.title == "Alternatives")
    assert table[2][0][2:] == (9800.0, "−0.77%")


def test_assumptions_of_the_check_are_shown(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    found = {
        "schema": 1,
        "faults": [],
        "inputs": [{"input": "data/demand.gpkg", "rows": 25, "note": HOSTILE}],
        "notes": [f"25 zones, one named {HOSTILE}"],
    }
    (out / "check.json").write_text(json.dumps(found), encoding="utf-8")
    section = next(section for section in sections(out, "en") if section.title == "Data and assumptions")
    assert HOSTILE not in section.html
    assert section.tables[0][2] == (("data/demand.gpkg", 25, HOSTILE),)


def test_only_what_is_there(town, tmp_path):
    assert sections(tmp_path, "en") == []
    for name in ("candidates.csv", "plan.json", "outlets.geojson"):
        shutil.copy(town.out / name, tmp_path / name)
    assert titles(sections(tmp_path, "en")) == [
        "Where to open",
        "How sure the ranking is",
        "Alternatives",
        "Method and its limits",
    ]


def section_of(out, title, language="en"):
    return next(section for section in sections(out, language) if section.title == title)


def put_told(out, **told):
    body = {"about": told.get("about", {}), "name": "candidates", "notes": told.get("notes", [])}
    tail = json.dumps(body | {"type": "FeatureCollection"}, sort_keys=True)
    (out / "candidates.geojson").write_text('{"features": [\n\n], ' + tail[1:] + "\n", encoding="utf-8")


def compared(out):
    """Return how many places are compared: the best ten and those that open."""
    best = pd.read_csv(out / "candidates.csv", dtype={"id": str}).nsmallest(10, "rank")["id"]
    return len({*best, *json.loads((out / "plan.json").read_text(encoding="utf-8"))["opened"]})


def test_the_best_and_the_chosen_are_compared(town):
    html = section_of(town.out, "How sure the ranking is").html
    assert html.count('class="lane"') == 2 * compared(town.out)
    assert "Other features" in html
    assert html.count("· opens") == 2 * 3
    assert "probability" not in html


def test_the_probability_of_the_best_k_is_told_where_it_is_known(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    table = pd.read_csv(out / "candidates.csv", dtype={"id": str})
    table["top_k_probability"] = 0.25
    table.to_csv(out / "candidates.csv", index=False)
    put_told(out, about={"top": 3})
    html = section_of(out, "How sure the ranking is").html
    assert "probability of being among the best 3" in html
    assert html.count("· 25%") == compared(out)


def test_a_note_stands_once(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    plan = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    (out / "plan.json").write_text(json.dumps(plan | {"notes": ["Told twice.", "Of the plan."]}), encoding="utf-8")
    put_told(out, notes=["Of the score.", "Told twice."])
    html = section_of(out, "Data and assumptions").html
    assert html.count("Told twice.") == 1
    assert html.index("Of the score.") < html.index("Told twice.") < html.index("Of the plan.")


def test_what_is_better_is_what_the_settings_say(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    put_told(out, about={"better": {"rivals_nearby": "more", "rival_walk_min": "band"}})
    (table,) = section_of(out, "Method and its limits").tables
    better = {row[0]: row[2] for row in table[2]}
    assert better["Attraction of rivals near by"] == "more is better"
    assert better["Walk to the nearest rival"] == "a certain range is best"
    assert better["Walk to the nearest station"] == "less is better"


def test_a_damaged_tail_is_named(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    (out / "candidates.geojson").write_text('{"features": [\n], "about": 3}\n', encoding="utf-8")
    with pytest.raises(InputError, match="run `outlet score` again"):
        sections(out, "en")


def judged(r2):
    return {
        "spearman": 0.2,
        "spearman_by_fold": [0.1, 0.3],
        "r2": r2,
        "r2_by_fold": [r2 - 0.1, r2],
        "typical_factor": 2,
    }


LEARNT = {
    "target": "deposits",
    "kind": "gradient boosting",
    "outlets": 500,
    "blocks": 40,
    "folds": 5,
    "figures": {"mean": judged(-0.01), "location": judged(0.02)},
    "intervals": {"stated": 0.8, "held": 0.77, "typical_factor": 3.2},
    "importances": [
        {"feature": "brand", "mean": 0.3, "least": 0.1, "greatest": 0.4},
        {"feature": "demand_nearby", "mean": 0.2, "least": 0.1, "greatest": 0.3},
        {"feature": "station_walk_min", "mean": 0.0, "least": 0.0, "greatest": 0.0},
    ],
    "partial_dependence": [
        {"feature": "brand", "values": ["A & B", "C"], "predicted": [900.0, 400.0]},
        {"feature": "demand_nearby", "values": [1000, 2500.5, 4000], "predicted": [300, 500, 650]},
        {"feature": "station_walk_min", "values": [1.0, 9.0], "predicted": [500, 500]},
    ],
}


def test_what_outlets_say_of_location(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    (out / "learnt.json").write_text(json.dumps(LEARNT), encoding="utf-8")
    section = section_of(out, "What existing outlets say")
    assert "Location alone explains next to nothing of deposits." in section.html
    assert "Intervals said to hold 80% of the outlets left out held 77%" in section.html
    assert "Brand" in section.html
    assert "Predicted deposits by: Brand" in section.html
    assert section.html.index("A &amp; B") < section.html.index(">C<")
    assert "Predicted deposits by: Demand near by" in section.html
    assert "Predicted deposits by: Walk to the nearest station" not in section.html, "it does not help"
    (table,) = section.tables
    assert [row[0] for row in table[2]] == ["Their mean (baseline)", "Location alone"]
    assert table[2][1][3:5] == ("0.02", "−0.08")


def test_damaged_learnt_figures_are_named(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    (out / "learnt.json").write_text(json.dumps(LEARNT | {"folds": "five"}), encoding="utf-8")
    with pytest.raises(InputError, match=r"learnt\.json: folds: "):
        sections(out, "en")


def test_the_catchment_of_a_chosen_outlet_is_drawn_in_its_card(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    outlets = json.loads((out / "outlets.geojson").read_text(encoding="utf-8"))["features"]
    features = []
    for minutes, size in ((5, 0.002), (10, 0.004)):
        lon, lat = outlets[0]["geometry"]["coordinates"]
        shape = shapely.box(lon - size, lat - size, lon + size, lat + size)
        properties = {"id": outlets[0]["properties"]["id"], "role": "new", "minutes": minutes}
        properties |= {"area_km2": 0.1 * minutes, "demand": 1234.0 * minutes, "rivals": None}
        features.append({"properties": properties, "geometry": json.loads(shapely.to_geojson(shape))})
    (out / "outlet_catchments.geojson").write_text(json.dumps({"features": features}), encoding="utf-8")
    html = sections(out, "en")[0].html
    assert html.count('class="reach"') == 1
    assert "12,340" in html
    assert "200 m" in html


CALIBRATION = {
    "target": "choices",
    "in_use": False,
    "fit": {"mcfadden_r2": 0.123},
    "parameters": [
        {"parameter": "distance_exponent", "estimate": 0.458, "standard_error": None, "robust_error": 0.064,
         "low": 0.3, "high": 0.6, "value_now": 2.0},
    ],
    "models": [
        {"model": "calibrated", "fitted": {"pearson": 0.6}, "held_out": {"pearson": 0.5}},
        {"model": "equal shares", "fitted": {"pearson": None}, "held_out": None},
    ],
    "outlets": [{"name": HOSTILE, "observed": 12.0, "expected": 10.5}, {"name": "B", "expected": 1.0}],
}  # fmt: skip


def with_competition(town, folder):
    """Return a copy of the town's out with what scoring, share and calibrate say of competition."""
    out = shutil.copytree(town.out, folder / "out")
    opened = json.loads((out / "plan.json").read_text(encoding="utf-8"))["opened"]
    rows = [f"{opened[0]},e1,{50.5 - at},0.25" for at in range(25)]
    text = "\n".join(["outlet_id,existing_id,taken,share_of_existing", *rows]) + "\n"
    (out / "cannibalisation.csv").write_text(text, encoding="utf-8")
    brands = [f"{opened[0]},1,{HOSTILE}{at},2,1.5,3.25" for at in range(4)]
    text = (
        "\n".join(["candidate_id,rank,brand,outlets,attraction,nearest_min", *brands, f"{opened[1]},2,,0,0.0,"]) + "\n"
    )
    (out / "presence.csv").write_text(text, encoding="utf-8")
    (out / "calibration.json").write_text(json.dumps(CALIBRATION), encoding="utf-8")
    return out


def test_competition_is_told(town, tmp_path):
    found = {section.title: section for section in sections(with_competition(town, tmp_path), "en")}
    losses = found["What new outlets take from ours"]
    assert len(losses.tables[0][2]) == 20
    assert "cannibalisation.csv lists 5 smaller losses." in losses.html
    assert losses.tables[0][2][0][2:] == ("50.5", "25.0%")
    near = found["Rivals near the new outlets"].tables[0][2]
    assert [row[1] for row in near] == [f"{HOSTILE}{at}" for at in range(3)]
    fitted = found["How the choice model was fitted"]
    assert "does not use the fitted values" in fitted.html
    assert fitted.tables[0][2] == [("distance_exponent", "0.458", "0.064", "0.3", "0.6", "2")]
    assert fitted.tables[2][2] == [(HOSTILE, "12", "10.5")]


@pytest.mark.parametrize(
    ("in_use", "said"),
    [
        (None, "that were not fitted to any observation. Use them to compare sets"),
        (True, "whose parameters were fitted to observed choices of customers. Use"),
        (False, "with settings of the project; observed choices of customers would give other values. Use"),
    ],
)
def test_the_method_says_whether_the_choice_model_was_fitted(town, tmp_path, in_use, said):
    out = with_competition(town, tmp_path)
    (out / "calibration.json").write_text(json.dumps({**CALIBRATION, "in_use": in_use}), encoding="utf-8")
    if in_use is None:
        (out / "calibration.json").unlink()
    assert said in sections(out, "en")[-1].html


def test_a_damaged_calibration_is_named(town, tmp_path):
    out = with_competition(town, tmp_path)
    (out / "calibration.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"calibration\.json: target: .*run `outlet calibrate` again"):
        sections(out, "en")


def test_where_no_feature_helps_it_is_said_and_not_drawn(town, tmp_path):
    out = shutil.copytree(town.out, tmp_path / "out")
    nothing = [{"feature": "brand", "mean": 0.0002, "least": -0.001, "greatest": 0.001}]
    figures = LEARNT["figures"] | {"all": judged(0.02)}
    (out / "learnt.json").write_text(json.dumps(LEARNT | {"importances": nothing, "figures": figures}), "utf-8")
    section = section_of(out, "What existing outlets say")
    assert "No feature helps to predict outlets that were left out" in section.html
    assert section.html.count('class="lanes"') == 1
    assert len(section.tables[0][2]) == 2  # location and all are the same where nothing else is known


def test_years_and_steadiness_are_told_where_there_are_any(town, tmp_path):
    shutil.copytree(town.out, tmp_path / "out")
    record = json.loads((town.out / "plan.json").read_text(encoding="utf-8"))
    first, *others = record["opened"]
    record["rollout"] = [{"year": 2027, "opened": [first]}, {"year": 2028, "opened": others}]
    (tmp_path / "out" / "plan.json").write_text(json.dumps(record), encoding="utf-8")
    rows = [f"{first},True,0.8", *(f"{id_},True,1.0" for id_ in others)]
    (tmp_path / "out" / "stability.csv").write_text("\n".join(["id,in_plan,share_open", *rows]), encoding="utf-8")
    found = {section.title: section for section in sections(tmp_path / "out", "en")}
    (years,) = found["Year by year"].tables
    assert [row[:2] for row in years[2]] == [("2027", "1"), ("2028", str(len(others)))]
    (steady,) = found["If demand moves"].tables
    assert next(row[1:] for row in steady[2]) == ("opens", "80%")
    assert {"逐年开设", "若需求变动"} <= set(titles(sections(tmp_path / "out", "zh")))


@pytest.mark.parametrize(("language", "word"), [("en", "Format"), ("es", "Formato"), ("zh", "业态")])
def test_formats_are_told_where_there_are_several(town, tmp_path, language, word):
    assert f">{word}<" not in sections(town.out, language)[0].html
    out = shutil.copytree(town.out, tmp_path / "out")
    record = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    kinds = ["own", "locker", "van"]
    record["formats"] = dict(zip(record["opened"], kinds, strict=True))
    other = record["alternatives"][0]
    other["opened"], other["formats"] = record["opened"], {**record["formats"], record["opened"][1]: "own"}
    record["rollout"] = [{"year": 2027, "opened": record["opened"]}]
    (out / "plan.json").write_text(json.dumps(record), encoding="utf-8")
    shapes = json.loads((out / "outlets.geojson").read_text(encoding="utf-8"))
    for feature, kind in zip(shapes["features"], [*kinds, "own"], strict=True):
        feature["properties"]["format"] = kind
    (out / "outlets.geojson").write_text(json.dumps(shapes), encoding="utf-8")
    rows = [f"{record['opened'][0]},own,True,1.0", f"{record['opened'][1]},locker,True,0.5"]
    (out / "stability.csv").write_text("\n".join(["id,format,in_plan,share_open", *rows]), encoding="utf-8")
    found = sections(out, language)
    assert f">{word}<" in found[0].html
    assert "(locker)" in found[0].html
    tables = [rows for section in found for *_, rows in section.tables]
    differ = [rows[0][:2] for rows in tables if len(rows[0]) > 2 and "(locker)" in str(rows[0][1])]
    assert differ
    assert all(str(own).endswith("(own)") and str(locker).endswith("(locker)") for own, locker in differ)
    assert any(all(f"({kind})" in str(rows[0][2:3]) for kind in kinds) for rows in tables)
    assert any(str(rows[-1][0]).endswith("(locker)") for rows in tables)
