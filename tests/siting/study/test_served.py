"""The communities a candidate serves: figures of the hand-drawn town, and a workbook that people can work through."""

from __future__ import annotations

import zipfile

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from siting.study.score import run_score

FORMULA = '=HYPERLINK("x")'


@pytest.fixture
def scored(gridtown, run_in):
    """Score the town and return its out folder."""

    def score(*overrides):
        run_score(run_in(gridtown, *overrides))
        return gridtown / "out"

    return score


def read(out):
    return pd.read_csv(out / "served.csv", dtype={"candidate_id": str, "community_id": str})


def test_counts_sum_to_the_feature(scored):
    """Gaussian decay and a target market that counts the rich twice: the sum is demand_nearby_raw of each candidate."""
    out = scored('siting.score.target_market={"income_high"=2.0}')
    candidates = pd.read_csv(out / "candidates.csv").set_index("id")
    table = read(out)
    summed = table[table["role"] == "candidate"].groupby("candidate_id")["counted"].sum()
    assert list(summed.index) == ["c1", "c2", "c3", "c4", "c5"]
    np.testing.assert_allclose(summed, candidates.loc[summed.index, "demand_nearby_raw"], atol=1e-4)
    shares = table.groupby(["role", "candidate_id"])["catchment_share"].sum()
    np.testing.assert_allclose(shares, 1.0, atol=1e-4)


def test_one_row_by_hand(scored):
    """d0 at (100, 50) lies on the avenue x = 100; c2 at (210, 200) is 10 m from x = 200.

    The walk: 150 m up to y = 200, 110 m along that street past x = 200 to the place: 260 m, 3.25 minutes of 80 m. Step
    decay counts all 100. The nearest rival that counts is r2 at (800, 800), 1450 m, r1 attracting less than half of it;
    the nearest outlet is e1 at (100, 800), 750 m.
    """
    out = scored('siting.score.catchment.decay="step"')
    table = read(out)
    row = table[(table["candidate_id"] == "c2") & (table["community_id"] == "d0")].iloc[0]
    assert (row["role"], row["name"], row["weight"], row["counted"]) == ("candidate", "d0", 100.0, 100.0)
    assert row["segment:income_high"] == 0.0
    assert row["minutes"] == pytest.approx(260 / 80, abs=1e-3)
    assert row["rival_min"] == pytest.approx(1450 / 80, abs=1e-3)
    assert row["own_min"] == pytest.approx(750 / 80, abs=1e-3)


def test_shares_are_those_of_the_choice_model(scored):
    """Beside r1 and r2 (attractions 1 and 3), e1, e2 and going elsewhere; ours attract like a typical rival, 3."""
    out = scored('siting.score.catchment.decay="step"', "siting.score.competition.elsewhere_min=0")
    table = read(out)
    rows = table[table["community_id"] == "d0"].set_index("candidate_id")

    def pull(size, metres):
        return size * (metres / 80) ** -2

    rivals = pull(1, 650) + pull(3, 700 + 750)
    own = pull(3, 750) + pull(3, 600 + 650)
    here = pull(3, 260)
    assert rows.loc["c2", "share_won"] == pytest.approx(here / (here + own + rivals), abs=1e-4)
    assert rows.loc["e1", "share_won"] == pytest.approx(pull(3, 750) / (own + rivals), abs=1e-4)
    assert rows.loc["c2", "won"] == pytest.approx(100 * rows.loc["c2", "share_won"], abs=1e-3)


def test_an_outlet_is_not_its_own_neighbour(scored):
    """Of e1's communities the nearest other outlet is e2, and no nearer than e1 where e1 is the nearest."""
    table = read(scored())
    ours = table[table["role"] == "existing"]
    assert set(ours["candidate_id"]) == {"e1", "e2"}
    assert ours["rank"].isna().all()
    e1 = ours[ours["candidate_id"] == "e1"].set_index("community_id")
    e2 = ours[ours["candidate_id"] == "e2"].set_index("community_id")
    both = e1.index.intersection(e2.index)
    assert len(both) > 3
    np.testing.assert_allclose(e1.loc[both, "own_min"], e2.loc[both, "minutes"], atol=1e-3)


def test_what_is_not_known_is_empty(scored):
    """c5 stands beyond the competitor layer, as do the communities at x = 1000."""
    table = read(scored())
    assert table.loc[table["candidate_id"] == "c5", "share_won"].isna().all()
    assert table.loc[table["community_id"].isin(["d12", "d13"]), "rival_min"].isna().all()
    assert table.loc[table["community_id"] == "d0", "rival_min"].notna().all()


def test_the_best_by_rank_and_nearest_first(scored):
    out = scored("siting.score.served.best=2")
    table = read(out)
    ranks = table.loc[table["role"] == "candidate", "rank"]
    assert list(ranks.unique()) == [1, 2]
    assert table.groupby("candidate_id", sort=False)["minutes"].apply(lambda m: m.is_monotonic_increasing).all()


@pytest.mark.parametrize(("language", "head"), [("en", "Visited on"), ("zh", "走访日期"), ("es", "Visitado el")])
def test_the_workbook_has_a_sheet_a_place_in_the_projects_language(scored, language, head):
    out = scored(f'project.language="{language}"')
    with CalamineWorkbook.from_path(str(out / "served.xlsx")) as book:
        names = book.sheet_names
        assert len(names) == 1 + 5 + 2
        assert len({name.casefold() for name in names}) == len(names)
        assert all(1 <= len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
        overview = book.get_sheet_by_name(names[0]).to_python()
        assert [row[2] for row in overview[5:]] == [
            *pd.read_csv(out / "candidates.csv").sort_values("rank")["id"][:5],
            "e1",
            "e2",
        ]
        for name in names[1:]:
            rows = book.get_sheet_by_name(name).to_python()
            assert head in rows[4]
            counted = [row[6] for row in rows[5:]]
            assert counted == sorted(counted, reverse=True)


def test_names_are_texts_and_links_lead_to_sheets(scored):
    out = scored()
    with zipfile.ZipFile(out / "served.xlsx") as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = archive.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)
    assert "=HYPERLINK" in strings
    assert sheets[0].count("<hyperlink ") == 7
    for sheet in sheets:
        assert "<autoFilter " in sheet
        assert 'orientation="landscape"' in sheet
        assert 'fitToPage="1"' in sheet
        assert 'state="frozen"' in sheet


def test_the_same_project_gives_the_same_bytes(scored):
    first = (scored() / "served.xlsx").read_bytes(), (scored() / "served.csv").read_bytes()
    second = (scored() / "served.xlsx").read_bytes(), (scored() / "served.csv").read_bytes()
    assert first == second
