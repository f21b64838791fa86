"""Formats chosen together with places in `outlet locate`, on the town drawn by hand, against all sets."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError, ProjectError
from outlet.handover import folder_of
from outlet.stage import StageRun, Summary
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.study.locate import run_locate
from siting.study.market import build_market
from siting.study.score import run_score
from siting.study.share import run_share
from siting.study.travel import candidate_costs, rival_costs

Run = Callable[..., StageRun]
BASE = (
    "siting.locate.visits_per_unit_per_day=0.1",
    "siting.locate.radius_min=4",
    "siting.locate.alternatives=0",
    "siting.locate.stability_draws=0",
    "siting.locate.model=max_cover",
)
FORMATS = (
    "siting.formats.own={opening_cost=30,radius_min=6,needs={area_m2={least=60}}}",
    "siting.formats.locker={opening_cost=8,radius_min=2.5,attraction=0.5}",
)
AREA = [100.0, 40.0, 80.0, np.nan, 60.0, 70.0]
REACH = {"own": 6.0, "locker": 2.5}
MONEY = {"own": 30.0, "locker": 8.0}
PULL = {"own": 1.0, "locker": 0.5}
TAKES = {"own": (0, 2, 4, 5), "locker": (0, 1, 2, 3, 4, 5)}
Stands = dict[int, str]


@pytest.fixture
def town(gridtown: Path) -> Path:
    """The town with areas; nobody knows that of c4, and nobody knows what anything costs."""
    file = gridtown / "data" / "candidates.gpkg"
    table = gpd.read_file(file)
    table["area_m2"] = AREA
    table.to_file(file)
    return gridtown


@pytest.fixture
def locate(town: Path, run_in: Run) -> Callable[..., Summary]:
    """Score the town once and locate with the given settings."""
    run_score(run_in(town, *BASE))

    def run(*overrides: str) -> Summary:
        return run_locate(run_in(town, *BASE, *FORMATS, *overrides))

    return run


@pytest.fixture
def worth(town: Path, run_in: Run) -> Callable[[str, Stands], float]:
    """What an aim counts of formats at candidates beside the two outlets that are there."""
    stage = run_in(town, *BASE)
    data = load_siting_data(stage.project)
    walks = candidate_costs(stage.project, data, stage.out.cache())
    rivals = rival_costs(stage.project, data, stage.out.cache())
    competition = stage.project.section("siting", SitingSettings).score.competition
    market = build_market(data, walks, rivals, competition).market
    minutes = np.full(walks.shape, np.inf)
    minutes[walks.tocoo().coords] = walks.tocoo().data
    pull, weight = market.attraction.toarray(), data.demand["weight"].to_numpy()

    def price(model: str, stands: Stands) -> float:
        if model == "max_cover":
            near = [minutes[:, j] <= REACH[kind] for j, kind in stands.items()]
            return float(weight[np.any([*near, minutes[:, 6] <= 4, minutes[:, 7] <= 4], axis=0)].sum())
        if model == "p_median":
            ways = [np.where(minutes[:, j] <= REACH[kind], minutes[:, j], np.inf) for j, kind in stands.items()]
            least = np.min([*ways, minutes[:, 6], minutes[:, 7]], axis=0)
            return float(weight @ np.minimum(least, 60.0))
        ours = [pull[:, j] * PULL[kind] * (minutes[:, j] <= REACH[kind]) for j, kind in stands.items()]
        own = np.sum([*ours, pull[:, 6], pull[:, 7]], axis=0)
        return float(weight @ (own / (own + market.rivals)))

    return price


def all_stands(most: int) -> list[Stands]:
    """Every lawful choice of formats at up to ``most`` candidates."""
    every = [
        dict(zip(places, kinds, strict=True))
        for size in range(most + 1)
        for places in itertools.combinations(range(6), size)
        for kinds in itertools.product(("own", "locker"), repeat=size)
    ]
    return [stands for stands in every if all(j in TAKES[kind] for j, kind in stands.items())]


def paid(stands: Stands) -> float:
    return sum(MONEY[kind] for kind in stands.values())


def plan_of(folder: Path) -> dict:
    return json.loads((folder / "out" / "plan.json").read_text(encoding="utf-8"))


def stands_of(plan: dict) -> Stands:
    return {int(id_[1:]) - 1: kind for id_, kind in plan["formats"].items()}


@pytest.mark.parametrize("model", ["max_cover", "p_median", "max_capture"])
def test_formats_and_places_are_the_best_of_all(town, locate, worth, model):
    locate("siting.locate.outlets=2", "siting.locate.budget=40", f"siting.locate.model={model}")
    plan, pick = plan_of(town), min if model == "p_median" else max
    lawful = [stands for stands in all_stands(2) if len(stands) == 2 and paid(stands) <= 40]
    assert plan["status"] == "optimal"
    assert plan["objective"] == pytest.approx(pick(worth(model, stands) for stands in lawful))
    assert worth(model, stands_of(plan)) == pytest.approx(plan["objective"])
    assert list(plan["formats"]) == plan["opened"]


def test_the_best_plan_needs_two_formats(town, locate, worth):
    summary = locate("siting.locate.budget=46")
    plan, lawful = plan_of(town), [stands for stands in all_stands(6) if paid(stands) <= 46]
    one = max(worth("max_cover", stands) for stands in lawful if len(set(stands.values())) < 2)
    assert sorted(set(plan["formats"].values())) == ["locker", "own"]
    assert plan["objective"] == max(worth("max_cover", stands) for stands in lawful) > one
    assert any("Format own: 4 of 6 candidates can take it; of 1 it is not known" in note for note in summary.notes)
    assert any("New outlets by format: locker 2, own 1;" in note for note in summary.notes)
    assert summary.columns[2] == "format"
    frontier = pd.read_csv(town / "out" / "frontier.csv", keep_default_na=False)
    for row in frontier.itertuples():
        rich = [stands for stands in lawful if paid(stands) <= row.budget]
        assert float(row.objective) == max(worth("max_cover", stands) for stands in rich)
        kinds = row.formats.split(";") if row.formats else []
        assert sum(MONEY[kind] for kind in kinds) <= row.budget
        assert len(kinds) == row.p


def test_files_tell_the_format_and_agree_with_share(town, locate, run_in):
    van = "siting.formats.van={opening_cost=5,week_share=0.4,ids=['c[45]'],least=1}"
    more = ("siting.locate.model=max_capture", "siting.locate.budget=60", van)
    locate(*more)
    plan, out = plan_of(town), town / "out"
    assert "van" in plan["formats"].values()
    told = {}
    for feature in json.loads((out / "outlets.geojson").read_text(encoding="utf-8"))["features"]:
        told[feature["properties"]["id"]] = feature["properties"]["format"]
    assert {id_: told[id_] for id_ in plan["opened"]} == plan["formats"]
    assert told["e1"] == "own"
    money = MONEY | {"van": 5.0}
    captured = {}
    for id_, kind in plan["formats"].items():
        brief = json.loads((out / "outlets" / folder_of(id_) / "outlet.json").read_text(encoding="utf-8"))
        assert (brief["format"], brief["fit_out_cost"]) == (kind, money[kind])
        captured[id_] = brief["demand_captured"]
    run_share(run_in(town, *BASE, *FORMATS, *more))
    share = pd.read_csv(out / "share.csv", index_col="outlet_id")
    for id_, won in captured.items():
        assert share.loc[id_, "captured_after"] == pytest.approx(won, abs=1e-3)
    total = sum(share["captured_after"])
    assert total == pytest.approx(plan["objective"], rel=1e-6)


def test_how_many_of_a_format_and_quotas_of_formats(town, locate, worth):
    locate(
        "siting.locate.outlets=3", "siting.formats.own.most=1", "siting.locate.quota.east={formats=['locker'],most=1}",
        "siting.formats.booth={radius_min=1.5}",
    )  # fmt: skip
    kinds = sorted(plan_of(town)["formats"].values())
    assert kinds == ["booth", "locker", "own"]
    with pytest.raises(InputError, match="no candidate has the format 'shop'; there are: locker, own"):
        locate("siting.locate.quota.x={formats=['shop']}")


def test_a_capacity_is_kept(town, locate):
    summary = locate(
        "siting.locate.outlets=2", "siting.formats.own.capacity=150", "siting.formats.locker.capacity=60",
        "siting.locate.stability_draws=5",
    )  # fmt: skip
    plan, rows = plan_of(town), pd.read_csv(town / "out" / "assignment.csv")
    kept = rows["weight"][rows["outlet_id"].isin(plan["kept"])].sum()
    assert plan["objective"] <= kept + 300
    assert any("Formats have a capacity" in note for note in summary.notes)


def test_alternatives_years_and_draws_name_formats(town, locate):
    locate(
        "siting.locate.outlets=2", "siting.locate.budget=60", "siting.locate.alternatives=2",
        "siting.locate.stability_draws=4", "siting.rollout.budgets=[30,30]",
    )  # fmt: skip
    plan = plan_of(town)
    assert len(plan["alternatives"]) == 2
    for other in plan["alternatives"]:
        assert list(other["formats"]) == other["opened"]
        assert other["formats"] != plan["formats"]
    assert sorted(id_ for step in plan["rollout"] for id_ in step["opened"]) == plan["opened"]
    first = [MONEY[plan["formats"][id_]] for id_ in plan["rollout"][0]["opened"]]
    assert sum(first) <= 30
    table = pd.read_csv(town / "out" / "stability.csv")
    chosen = table[table["in_plan"]]
    assert dict(zip(chosen["id"], chosen["format"], strict=True)) == plan["formats"]
    assert not table.duplicated(["id", "format"]).any()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["siting.formats.own.needs={area={least=1}}"], r"own\.needs\.area: candidates have no such column; expected"),
        (["siting.formats.locker.needs={area_m2={any_of=['60']}}"], "area_m2 is a number; expected least or most"),
        (["siting.formats.own.needs={format={least=1}}"], "format is text; expected any_of"),
        (["siting.formats.own.needs={format={any_of=['shop']}}"], "no candidate has 'shop'; there are: own"),
        (["siting.formats.own.needs={area_m2={least=900}}"], "own: 0 candidates can take it, least = 0; see its needs"),
        (["siting.formats.own.ids=['k*']"], "own.ids: no candidate has such an id"),
        (["siting.formats.van={}", "siting.locate.budget=50"], "van: 0 candidates can take it.*and opening_cost"),
        (["siting.locate.budget=7"], "budget = 7 pays for no candidate; the cheapest costs 8"),
        (
            ["siting.formats.locker.needs={area_m2={least=50}}", "siting.locate.locked_open=['c2']"],
            "locked_open names 'c2', which meets the needs of no format",
        ),
    ],
)
def test_formats_that_cannot_be_read_are_refused(locate, overrides, message):
    with pytest.raises(InputError, match=message):
        locate(*overrides)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["siting.locate.model=p_center"], "formats: locate.model = 'p_center' chooses no formats"),
        (["siting.locate.model=set_cover"], "formats: locate.model = 'set_cover' chooses no formats"),
        (
            ["siting.locate.model=max_capture", "siting.formats.own.capacity=9"],
            r"formats\.own\.capacity: locate\.model = 'max_capture' knows no capacity",
        ),
        (
            ["siting.locate.model=p_median", "siting.formats.own.week_share=0.4"],
            r"formats\.own\.week_share: locate\.model = 'p_median' counts no days",
        ),
        (
            ["siting.formats.locker.capacity=9", "siting.formats.own.week_share=0.4"],
            r"own\.week_share: max_cover counts it only where no format has a capacity",
        ),
        (["siting.rollout.openings=[3]", "siting.formats.own.capacity=9"], "the years of rollout know no capacity"),
        (["siting.formats.own.least=4"], "their least sum to 4, locate.outlets is 3"),
        (["siting.formats.own.least=2", "siting.formats.own.most=1"], "expected most to be at least least"),
        (["siting.formats.locker.needs={area_m2={}}"], "expected least or most, or else any_of"),
        (["siting.formats.own.needs={area_m2={least=2,most=1}}"], "most = 1, least = 2"),
    ],
)
def test_formats_that_contradict_are_refused(locate, overrides, message):
    with pytest.raises(ProjectError, match=message):
        locate(*overrides)
