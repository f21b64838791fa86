"""Scoring a project with other weights, values and methods: what is written and what is told."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError, ProjectError
from outlet.stage import StageRun, Summary
from siting.data.load import load_siting_data
from siting.data.results import PlanFile, Results
from siting.maps.content import candidate_values
from siting.report.content import read_context
from siting.scoring.features import FEATURE_NAMES
from siting.study.breakdown import is_weighted_mean, weights_told
from siting.study.score import run_score

Run = Callable[..., StageRun]
QUICK = "siting.score.robustness.draws=200"
AHP = (
    'siting.score.weighing="ahp"',
    'siting.score.ahp.judgements={"demand_nearby/huff_share"=2, "huff_share/station_walk_min"=3}',
)


def scored(folder: Path, run_in: Run, *overrides: str) -> tuple[Summary, pd.DataFrame]:
    summary = run_score(run_in(folder, QUICK, *overrides))
    return summary, pd.read_csv(folder / "out" / "candidates.csv", dtype={"id": str}, index_col="id")


def weights_of(table: pd.DataFrame) -> dict[str, float]:
    """Return the weights of c1, which has every feature."""
    return {f: float(table.loc["c1", f"{f}_weight"]) for f in FEATURE_NAMES}


@pytest.mark.parametrize("method", ["topsis", "vikor"])
def test_contributions_sum_to_the_score_in_every_method(gridtown: Path, run_in: Run, method: str) -> None:
    summary, table = scored(gridtown, run_in, f"siting.score.aggregation={method}")
    text = pd.read_csv(gridtown / "out" / "candidates.csv", dtype=str, keep_default_na=False)
    for _, row in text.iterrows():
        assert sum(Decimal(row[f"{f}_contribution"]) for f in FEATURE_NAMES) == Decimal(row["score"] or "0")
    assert any(method.upper() in note and "Shapley" in note for note in summary.notes)
    assert not is_weighted_mean(table, FEATURE_NAMES)
    plain_summary, plain = scored(gridtown, run_in)
    assert is_weighted_mean(plain, FEATURE_NAMES)
    assert not any("Shapley" in note for note in plain_summary.notes)
    assert (plain["score"] - table["score"]).abs().max() > 0.1


def test_pairs_give_the_weights_that_are_written_and_told(gridtown: Path, run_in: Run) -> None:
    """Demand 2 : huff 1, huff 3 : station 1, so 6 : 3 : 1."""
    summary, table = scored(gridtown, run_in, *AHP)
    given = {name: weight for name, weight in weights_of(table).items() if weight > 0}
    assert given == pytest.approx({"demand_nearby": 0.6, "huff_share": 0.3, "station_walk_min": 0.1}, abs=1e-6)
    assert (
        "Weights from judgements in pairs (AHP): demand_nearby 0.600, huff_share 0.300, station_walk_min 0.100."
        in summary.notes
    )
    assert "The judgements' consistency ratio is 0.000; up to 0.1 is accepted." in summary.notes
    assert "1 pair not judged, taken as the others imply: station_walk_min/demand_nearby." in summary.notes


def test_contradicting_pairs_are_refused_by_name(gridtown: Path, run_in: Run) -> None:
    third = 'siting.score.ahp.judgements={"demand_nearby/huff_share"=2, "huff_share/station_walk_min"=3, '
    with pytest.raises(InputError, match=r"consistency ratio .* judge it anew"):
        scored(gridtown, run_in, AHP[0], third + '"station_walk_min/demand_nearby"=5}')


@pytest.mark.parametrize(("weighing", "words"), [("entropy", "entropy"), ("critic", "CRITIC")])
def test_weights_from_the_data_are_told_with_their_figures(
    gridtown: Path, run_in: Run, weighing: str, words: str
) -> None:
    summary, table = scored(gridtown, run_in, f"siting.score.weighing={weighing}")
    (told,) = (note for note in summary.notes if note.startswith("Weights from") and words in note)
    for name, weight in weights_of(table).items():
        assert (f"{name} {weight:.3f}" in told) == (weight > 0)


def test_a_band_of_rivals_is_written_and_told(gridtown: Path, run_in: Run) -> None:
    """c1 has 600 m to the full rival: 7.5 min, in the middle of a band that climbs from 5 to 10."""
    summary, table = scored(
        gridtown,
        run_in,
        "siting.score.competition.rivals=band",
        'siting.score.values.rivals_nearby={shape="band", band=[0, 1, 2, 5]}',
        'siting.score.values.rival_walk_min={shape="band", band=[5, 10, 15, 30]}',
    )
    assert table.loc["c1", "rival_walk_min_value"] == 50.0
    (told,) = (note for note in summary.notes if note.startswith("What figures are worth"))
    assert "rival_walk_min 0 up to 5, 100 from 10 to 15, 0 from 30" in told
    assert np.isnan(table.loc["c5", "rival_walk_min_value"])  # not known is not 0
    with pytest.raises(ProjectError, match="rivals_nearby"):
        scored(gridtown, run_in, "siting.score.competition.rivals=band")


def test_following_rivals_is_told(gridtown: Path, run_in: Run) -> None:
    summary, _ = scored(gridtown, run_in, "siting.score.competition.rivals=follow")
    assert any("rivals = follow" in note for note in summary.notes)


def test_how_sure_the_ranking_is_is_written_and_told(gridtown: Path, run_in: Run) -> None:
    summary, table = scored(gridtown, run_in, "siting.locate.outlets=2")
    known = table.dropna(subset=["score"])
    assert known["top_k_probability"].sum() == pytest.approx(2.0, abs=1e-3)
    assert known["expected_rank"].sum() == pytest.approx(len(known) * (len(known) + 1) / 2, abs=0.05)
    first = table.index[table["rank"] == 1][0]
    assert table.loc[first, "least_weight_change"] == 0.0
    others = known["least_weight_change"].drop(first).dropna()
    assert (others >= 0).all()
    assert table.loc["c6", ["top_k_probability", "expected_rank", "least_weight_change"]].isna().all()
    assert "in the best 2" in summary.columns
    (told,) = (note for note in summary.notes if note.startswith(f"{first} stays first until "))
    assert others.idxmin() in told
    assert any(note.startswith("Under 200 random weights around the chosen ones") for note in summary.notes)


def test_the_change_told_does_change_the_first_place(gridtown: Path, run_in: Run) -> None:
    """Score again with the one weight changed a little more than told: the rival named is first."""
    _, table = scored(gridtown, run_in)
    first = table.index[table["rank"] == 1][0]
    rival = table["least_weight_change"].drop(first).idxmin()
    change = float(table.loc[rival, "least_weight_change"])
    weights, won = {f: w for f, w in weights_of(table).items() if w > 0}, []
    for name, weight in weights.items():
        for share in (weight - 1.001 * change, weight + 1.001 * change):
            if 0 <= share < 1:
                given = {f: w * (1 - share) / (1 - weight) for f, w in weights.items()} | {name: share}
                toml = ", ".join(f"{f}={w!r}" for f, w in given.items())
                won.append(scored(gridtown, run_in, f"siting.score.weights={{{toml}}}")[1]["rank"].idxmin())
    assert set(won) == {first, rival}


def test_weights_come_back_from_the_table_where_no_candidate_has_all() -> None:
    table = pd.DataFrame({"a_weight": [0.75, 0.0], "b_weight": [0.25, 0.5], "c_weight": [0.0, 0.5]})
    assert weights_told(table, "abc") == {"a": 0.75, "b": 0.25, "c": 0.25}


def test_the_map_shows_the_parts_and_weights_that_were_used(gridtown: Path, run_in: Run) -> None:
    for overrides, additive in ((AHP, True), (("siting.score.aggregation=topsis",), False)):
        _, table = scored(gridtown, run_in, *overrides)
        data = load_siting_data(run_in(gridtown).project)
        results = Results(
            candidates=table.reset_index().sort_values("rank", ignore_index=True),
            plan=PlanFile(model="max_cover", status="optimal"),
            outlets=(),
        )
        found = candidate_values(data, results)
        if additive:
            assert found["parts"] is None
            assert weights_told(table, FEATURE_NAMES) == pytest.approx(weights_of(table), abs=1e-5)
        else:
            parts, scores = found["parts"], found["score"]
            assert isinstance(parts, list)
            assert isinstance(scores, list)
            sums = [sum(part for part in row if part is not None) for row in parts]
            assert sums == pytest.approx([score or 0.0 for score in scores])


def test_the_report_tells_what_scoring_assumed(gridtown: Path, run_in: Run) -> None:
    summary, table = scored(gridtown, run_in, *AHP)
    results = Results(candidates=table.reset_index(), plan=PlanFile(model="max_cover", status="optimal"), outlets=())
    assert read_context(gridtown / "out", results, "en").notes[-len(summary.notes) :] == tuple(summary.notes)
