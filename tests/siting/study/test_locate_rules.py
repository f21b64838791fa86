"""Money, quotas, pairs, years and stability in `outlet locate`, on the town drawn by hand, against all sets."""

import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError, NoSolutionError, ProjectError
from outlet.stage import StageRun, Summary
from siting.data.load import load_siting_data
from siting.study.locate import run_locate
from siting.study.score import run_score
from siting.study.travel import candidate_costs

Run = Callable[..., StageRun]
BASE = (
    "siting.locate.visits_per_unit_per_day=0.1",
    "siting.locate.radius_min=4",
    "siting.locate.alternatives=0",
    "siting.locate.stability_draws=0",
    "siting.locate.model=max_cover",
)
FIT_OUT = [30.0, 20.0, 10.0, 25.0, np.nan, 5.0]
SITES = 6


@pytest.fixture
def town(gridtown: Path) -> Path:
    """The town with what fit-out costs and formats; nobody knows what c5 costs, and c6 reaches nobody."""
    file = gridtown / "data" / "candidates.gpkg"
    table = gpd.read_file(file)
    table["fit_out_cost"] = FIT_OUT
    table["format"] = ["own", "own", "locker", "locker", "own", "own"]
    table.to_file(file)
    return gridtown


@pytest.fixture
def locate(town: Path, run_in: Run) -> Callable[..., Summary]:
    """Score the town once and locate with the given settings."""
    run_score(run_in(town, *BASE))

    def run(*overrides: str) -> Summary:
        return run_locate(run_in(town, *BASE, *overrides))

    return run


@pytest.fixture
def worth(town: Path, run_in: Run) -> Callable[[tuple[int, ...]], float]:
    """What a set of candidates covers beside the two outlets that are there."""
    stage = run_in(town, *BASE)
    data = load_siting_data(stage.project)
    cost = candidate_costs(stage.project, data, stage.out.cache()).tocoo()
    near = np.zeros(cost.shape, dtype=bool)
    near[cost.coords[0], cost.coords[1]] = cost.data <= 4.0
    weight = data.demand["weight"].to_numpy()
    return lambda chosen: float(weight[near[:, [*chosen, 6, 7]].any(axis=1)].sum())


def plan_of(folder: Path) -> dict:
    return json.loads((folder / "out" / "plan.json").read_text(encoding="utf-8"))


def positions(plan: dict) -> tuple[int, ...]:
    return tuple(int(id_[1:]) - 1 for id_ in plan["opened"])


def affordable(budget: float) -> list[tuple[int, ...]]:
    sets = [s for size in range(SITES + 1) for s in itertools.combinations((0, 1, 2, 3), size)]
    return [s for s in sets if sum(FIT_OUT[j] for j in s) <= budget]


def test_a_budget_alone_opens_what_it_pays_for(town, locate, worth):
    summary = locate("siting.locate.budget=60")
    plan = plan_of(town)
    assert plan["status"] == "optimal"
    assert plan["objective"] == max(worth(s) for s in affordable(60))
    assert any("1 of 6 candidates have no fit_out_cost and were not considered" in note for note in summary.notes)
    assert any("of the 60 of siting.locate.budget" in note for note in summary.notes)
    frontier = pd.read_csv(town / "out" / "frontier.csv")
    assert frontier["budget"].tolist() == [12, 24, 36, 48, 60]
    for row in frontier.itertuples():
        assert row.objective == max(worth(s) for s in affordable(row.budget))
        assert row.objective <= row.bound
    assert frontier["p"].iloc[-1] == len(plan["opened"])


@pytest.mark.parametrize("model", ["p_median", "max_capture"])
def test_a_budget_alone_for_other_aims(town, locate, model):
    locate("siting.locate.budget=60", f"siting.locate.model={model}")
    plan = plan_of(town)
    assert plan["status"] == "optimal"
    assert 0 < sum(FIT_OUT[j] for j in positions(plan)) <= 60
    values = pd.read_csv(town / "out" / "frontier.csv")["objective"]
    assert values.is_monotonic_decreasing if model == "p_median" else values.is_monotonic_increasing


def test_a_budget_beside_a_number(town, locate, worth):
    locate("siting.locate.budget=45", "siting.locate.outlets=2")
    plan = plan_of(town)
    assert len(plan["opened"]) == 2
    assert plan["objective"] == max(worth(s) for s in affordable(45) if len(s) == 2)
    assert "budget" not in pd.read_csv(town / "out" / "frontier.csv").columns


def test_closings_are_paid_from_the_budget(town, locate):
    table = gpd.read_file(town / "data" / "existing.gpkg")
    table["may_close"] = [True, True]
    table.to_file(town / "data" / "existing.gpkg")
    locate("siting.locate.budget=40", "siting.locate.closings=1", "siting.locate.closing_cost=25")
    plan = plan_of(town)
    assert len(plan["closed"]) == 1
    assert sum(FIT_OUT[j] for j in positions(plan)) <= 15


def test_quotas_and_pairs_hold(town, locate, worth):
    locate(
        "siting.locate.outlets=2",
        'siting.locate.quota.lockers={formats=["locker"],most=0}',
        'siting.locate.quota.two={ids=["c[12]"],least=1}',
        'siting.locate.forbidden_pairs=[["c1","c2"]]',
    )
    plan = plan_of(town)
    lawful = [(0, 4), (1, 4)]
    assert positions(plan) in [*lawful, (0, 5), (1, 5)]
    assert plan["objective"] == max(worth(s) for s in lawful)
    locate("siting.locate.outlets=2", 'siting.locate.required_pairs=[["c3","c4"]]', "siting.locate.locked_open=['c3']")
    assert plan_of(town)["opened"] == ["c3", "c4"]


def test_each_closing_has_its_cost(town, locate):
    table = gpd.read_file(town / "data" / "existing.gpkg")
    table["may_close"], table["closing_cost"] = [True, True], [36.0, np.nan]
    table.to_file(town / "data" / "existing.gpkg")
    summary = locate("siting.locate.budget=40", "siting.locate.closings=1", "siting.locate.closing_cost=25")
    plan = plan_of(town)
    assert sum(FIT_OUT[j] for j in positions(plan)) <= 15
    assert plan["closed"] == ["e2"]
    spent = 25 + sum(FIT_OUT[j] for j in positions(plan))
    assert any(f"cost {spent:g} of the 40" in note for note in summary.notes)
    plain = locate("siting.locate.budget=61", "siting.locate.closings=1", "siting.locate.closing_cost=60")
    assert plan_of(town)["closed"] == ["e1"]
    assert any("of the 61 of siting.locate.budget" in note for note in plain.notes)


def test_a_quota_counts_a_region(town, locate, worth):
    file = town / "data" / "candidates.gpkg"
    table = gpd.read_file(file)
    table["region"] = ["west", "west", "east", None, "east", "west"]
    table.to_file(file)
    locate("siting.locate.outlets=2", 'siting.locate.quota.east={regions=["east"],least=2}')
    assert plan_of(town)["opened"] == ["c3", "c5"]
    locate("siting.locate.outlets=2", 'siting.locate.quota.x={regions=["west"],formats=["own"],most=0}')
    lawful = itertools.combinations((2, 3, 4), 2)
    assert plan_of(town)["objective"] == max(worth(s) for s in lawful)
    with pytest.raises(InputError, match="no candidate is in the region 'north'; there are: east, west"):
        locate('siting.locate.quota.x={regions=["north"]}')
    with pytest.raises(InputError, match=r"quota\.x counts 1 candidates, least = 2"):
        locate('siting.locate.quota.x={regions=["east"],formats=["locker"],least=2}')


def test_years_open_the_plan_in_the_best_order(town, locate, worth):
    locate(
        "siting.locate.outlets=3", "siting.rollout.openings=[1,2]", "siting.rollout.first_year=2027",
        "siting.rollout.discount=0.1", "siting.rollout.joint=false",
    )  # fmt: skip
    plan = plan_of(town)
    years = plan["rollout"]
    assert [step["year"] for step in years] == [2027, 2028]
    assert [len(step["opened"]) for step in years] == [1, 2]
    assert sorted(id_ for step in years for id_ in step["opened"]) == plan["opened"]
    first = int(years[0]["opened"][0][1:]) - 1
    assert worth((first,)) == max(worth((j,)) for j in positions(plan))
    features = json.loads((town / "out" / "outlets.geojson").read_text(encoding="utf-8"))["features"]
    told = {feature["properties"]["id"]: feature["properties"].get("year") for feature in features}
    assert told[years[0]["opened"][0]] == 2027
    assert told["e1"] is None


@pytest.mark.parametrize("joint", ["true", "false"])
@pytest.mark.parametrize("model", ["max_cover", "p_median", "max_capture"])
def test_years_keep_to_their_money(town, locate, model, joint):
    locate(
        f"siting.rollout.joint={joint}",
        f"siting.locate.model={model}", "siting.locate.outlets=2", "siting.locate.budget=50",
        "siting.rollout.budgets=[20,10,30]",
    )  # fmt: skip
    plan = plan_of(town)
    spent = np.cumsum([sum(FIT_OUT[int(id_[1:]) - 1] for id_ in step["opened"]) for step in plan["rollout"]])
    assert (spent <= [20, 30, 60]).all()
    assert sorted(id_ for step in plan["rollout"] for id_ in step["opened"]) == plan["opened"]


MONEY = [25.0, 5.0, 20.0]
BY_MONEY = ("siting.locate.budget=50", "siting.rollout.budgets=[25,5,20]", "siting.rollout.first_year=2027")


def rollouts(budgets: list[float]) -> Iterator[list[tuple[int, ...]]]:
    """Every roll-out that the years can pay for: the sets by year."""
    limits = np.cumsum(budgets)
    for years in itertools.product(range(len(budgets) + 1), repeat=4):
        sets = [tuple(j for j in range(4) if years[j] <= t) for t in range(len(budgets))]
        if all(sum(FIT_OUT[j] for j in s) <= most for s, most in zip(sets, limits, strict=True)):
            yield sets


def test_years_chosen_together_beat_the_best_order_of_the_last_plan(town, locate, worth):
    locate(*BY_MONEY, "siting.rollout.joint=false")
    ordered = plan_of(town)
    summary = locate(*BY_MONEY, "siting.locate.alternatives=2", "siting.locate.stability_draws=4")
    plan = plan_of(town)
    assert (ordered["rollout_joint"], plan["rollout_joint"]) == (False, True)
    mean = max(np.mean([worth(s) for s in sets]) for sets in rollouts(MONEY))
    assert plan["status"] == "optimal"
    assert plan["objective"] == pytest.approx(mean)
    before = [step["objective"] for step in ordered["rollout"]]
    assert np.mean(before) < plan["objective"]
    assert before[-1] == ordered["objective"] > plan["rollout"][-1]["objective"]
    open_now: tuple[int, ...] = ()
    for step, most in zip(plan["rollout"], np.cumsum(MONEY), strict=True):
        open_now += tuple(int(id_[1:]) - 1 for id_ in step["opened"])
        assert step["objective"] == worth(open_now)
        assert sum(FIT_OUT[j] for j in open_now) <= most
    assert sorted(open_now) == sorted(positions(plan))
    others = [max(np.mean([worth(s) for s in sets]) for sets in rollouts(MONEY) if set(sets[-1]) == end)
              for each in plan["alternatives"] for end in [set(positions(each))]]  # fmt: skip
    assert others == pytest.approx([each["objective"] for each in plan["alternatives"]])
    assert all(each["bound"] <= plan["objective"] for each in plan["alternatives"])
    assert any(f"{before[-1]:,.0f} is reached by the set best for that year alone" in note for note in summary.notes)
    assert pd.read_csv(town / "out" / "stability.csv")["share_open"].between(0, 1).all()


@pytest.mark.parametrize("model", ["p_median", "max_capture"])
def test_years_chosen_together_are_never_worse(town, locate, model):
    locate(*BY_MONEY, f"siting.locate.model={model}", "siting.rollout.joint=false")
    ordered = np.mean([step["objective"] for step in plan_of(town)["rollout"]])
    locate(*BY_MONEY, f"siting.locate.model={model}")
    plan = plan_of(town)
    assert plan["status"] == "optimal"
    assert plan["objective"] == pytest.approx(np.mean([step["objective"] for step in plan["rollout"]]))
    better = ordered - plan["objective"] if model == "p_median" else plan["objective"] - ordered
    assert better >= -1e-9


def test_years_chosen_together_pay_closings_first(town, locate):
    table = gpd.read_file(town / "data" / "existing.gpkg")
    table["may_close"], table["closing_cost"] = [True, True], [22.0, 4.0]
    table.to_file(town / "data" / "existing.gpkg")
    asked = ("siting.locate.budget=50", "siting.locate.closings=1", "siting.rollout.budgets=[15,35]")
    locate(*asked)
    plan = plan_of(town)
    assert plan["closed"] == ["e2"]
    assert sum(FIT_OUT[int(id_[1:]) - 1] for id_ in plan["rollout"][0]["opened"]) <= 11
    with pytest.raises(NoSolutionError, match=r"siting\.rollout and the rules: those up to year 1 cannot be kept"):
        locate(*asked[:2], "siting.rollout.budgets=[3,47]")


def test_years_that_cannot_be_paid_are_named(locate):
    asked = (
        "siting.locate.outlets=2", "siting.locate.budget=50", "siting.rollout.openings=[1,1,0]",
        "siting.locate.locked_open=['c1','c2']", "siting.rollout.first_year=2027",
    )  # fmt: skip
    with pytest.raises(NoSolutionError, match="those up to year 2029 cannot be kept; give more money by then"):
        locate(*asked, "siting.rollout.budgets=[20,20,60]")
    with pytest.raises(NoSolutionError, match=r"no order of the plan's outlets keeps to siting\.rollout"):
        locate(*asked, "siting.rollout.budgets=[20,20,60]", "siting.rollout.joint=false")


def test_stability_tells_how_often_each_opens(town, locate):
    summary = locate("siting.locate.stability_draws=8", "siting.locate.stability_change=0.9", "siting.locate.outlets=2")
    table = pd.read_csv(town / "out" / "stability.csv")
    assert list(table.columns) == ["id", "in_plan", "share_open"]
    assert set(table["id"][table["in_plan"]]) == set(plan_of(town)["opened"])
    assert table["share_open"].sum() == pytest.approx(2.0)
    assert table["share_open"].is_monotonic_decreasing
    assert 0 < table["share_open"].min() < 1
    assert any("up to 90 % more or less (drawn 8 times)" in note for note in summary.notes)
    before = (town / "out" / "stability.csv").read_bytes()
    locate("siting.locate.stability_draws=8", "siting.locate.stability_change=0.9", "siting.locate.outlets=2")
    assert (town / "out" / "stability.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["siting.locate.budget=4"], "budget = 4 pays for no candidate; the cheapest costs 5"),
        (["siting.locate.budget=90", "siting.locate.locked_open=['c5']"], "'c5', which has no fit_out_cost"),
        (
            ['siting.locate.quota.x={formats=["shop"]}'],
            "no candidate has the format .shop.; there are: locker",
        ),
        (['siting.locate.quota.x={ids=["c1"],least=2}'], "quota.x counts 1 candidates, least = 2"),
        (['siting.locate.forbidden_pairs=[["c1","k2"]]'], "siting.locate.forbidden_pairs: there is no 'k2'"),
    ],
)
def test_wishes_that_cannot_be_read_are_refused(locate, overrides, message):
    with pytest.raises(InputError, match=message):
        locate(*overrides)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["siting.locate.quota.x={least=1}"], "expected formats, ids or regions"),
        (['siting.locate.quota.x={ids=["c1"],least=2,most=1}'], "expected most to be at least least"),
        (["siting.locate.budget=9", "siting.locate.model=p_center"], "budget without outlets: model = 'p_center'"),
        (["siting.locate.frontier_budgets=[2,1]"], "frontier_budgets: expected ascending amounts"),
        (["siting.rollout.openings=[1,1]"], "rollout.openings sum to 2, locate.outlets is 3"),
        (["siting.rollout.budgets=[1,1]"], "rollout.budgets sum to 2, locate.budget is not given"),
        (["siting.rollout.openings=[3]", "siting.rollout.budgets=[1,1]"], "openings has 1 years, budgets 2"),
        (["siting.rollout.openings=[3]", "siting.locate.model=p_center"], "has no sum over years"),
    ],
)
def test_settings_that_contradict_are_refused(locate, overrides, message):
    with pytest.raises(ProjectError, match=message):
        locate(*overrides)


def test_a_budget_without_any_fit_out_is_refused(gridtown, run_in):
    run_score(run_in(gridtown, *BASE))
    with pytest.raises(InputError, match="no candidate has a fit_out_cost; give the column"):
        run_locate(run_in(gridtown, *BASE, "siting.locate.budget=50"))
