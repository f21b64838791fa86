"""The samples are what the package makes of its extract and its seed; datasets/ holds exactly that."""

from __future__ import annotations

import io
import json
import tomllib
import zipfile
from importlib.resources import as_file, files
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

from outlet.samples import SampleRequest, join_parts
from siting.data.document import toml_section, toml_value, toml_whole
from siting.data.samples import from_osm, helsinki, riverton
from siting.data.synthetic.town import make_town
from siting.settings import DataSettings, LocateSettings, ScoreSettings
from siting.settings.data import DemandSettings

ROOT = Path(__file__).parents[3]
MAKERS = {"helsinki": helsinki, "riverton": riverton}


def tables(name, data):
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {member: pd.read_csv(io.BytesIO(archive.read(member)), dtype=str) for member in archive.namelist()}
    if name.endswith(".geojson"):
        return {name: gpd.read_file(io.BytesIO(data))}
    if name.endswith(".csv"):
        return {name: pd.read_csv(io.BytesIO(data), dtype=str)}
    return {}


@pytest.mark.parametrize("sample", MAKERS)
def test_dataset_equals_its_regeneration(sample):
    folder = ROOT / "datasets" / sample
    for name, data in MAKERS[sample](SampleRequest()).files.items():
        made, kept = tables(name, data), tables(name, (folder / name).read_bytes())
        assert made.keys() == kept.keys()
        for part, table in made.items():
            if isinstance(table, gpd.GeoDataFrame):
                assert_geodataframe_equal(table, kept[part], check_less_precise=True)
            else:
                assert_frame_equal(table, kept[part])
        if not made:
            assert data == (folder / name).read_bytes()


@pytest.mark.parametrize("sample", MAKERS)
def test_settings_of_the_dataset_are_those_of_the_sample(sample):
    part = MAKERS[sample](SampleRequest())
    made = tomllib.loads(join_parts([part])["outlet.toml"].decode())
    kept = tomllib.loads((ROOT / "datasets" / sample / "outlet.toml").read_text(encoding="utf-8"))
    assert kept["project"] == made["project"]
    assert kept["siting"] == made["siting"]


def test_helsinki_is_what_its_extract_gives():
    with as_file(files("siting.data").joinpath("extracts/Helsinki.osm.pbf")) as path:
        made = from_osm(SampleRequest(osm=path, brand="Nordea", sector="bank"))
    sample = helsinki(SampleRequest())
    assert sample.files == made.files
    assert sample.toml == made.toml
    existing = json.loads(sample.files["data/existing.geojson"])["features"]
    assert len(existing) == 4
    rivals = {
        feature["properties"]["name"] for feature in json.loads(sample.files["data/competitors.geojson"])["features"]
    }
    assert not any(name.startswith("Suomen Pankki") for name in rivals)


def test_the_same_seed_gives_the_same_bytes():
    assert riverton(SampleRequest()).files == riverton(SampleRequest()).files


def test_another_seed_gives_another_town():
    assert not make_town(8).zones["population"].equals(make_town(7).zones["population"])


def test_segments_never_exceed_the_population():
    zones = make_town(7).zones
    assert (zones[["income_high", "age_60plus", "students"]].le(zones["population"], axis=0)).all(axis=None)
    assert bool(zones.geometry.is_valid.all())


def test_every_key_is_told_in_the_settings_text():
    text = toml_section("siting.data.demand", DemandSettings, {"file": "data/x.csv"})
    for key, field in DemandSettings.model_fields.items():
        assert f"{key} =" in text
        assert field.description is not None
        assert field.description in text
    assert tomllib.loads(text)["siting"]["data"]["demand"] == {"file": "data/x.csv"}
    whole = tomllib.loads(toml_whole("score", ScoreSettings()))["score"]
    assert ScoreSettings.model_validate(whole) == ScoreSettings()
    locate = tomllib.loads(toml_whole("locate", LocateSettings()))["locate"]
    assert LocateSettings.model_validate(locate) == LocateSettings()
    assert "repair = false" in toml_section("siting.data", DataSettings, {})


def test_hostile_text_stays_text_in_toml():
    hostile = 'a"b\n]\\ <img src=x> 北京'
    assert tomllib.loads(f"x = {toml_value({'k': [hostile, 1.5, True]})}") == {"x": {"k": [hostile, 1.5, True]}}
