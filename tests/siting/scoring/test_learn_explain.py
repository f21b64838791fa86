"""Importance, partial dependence and range, on models whose answers are known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from siting.scoring.learn_explain import dependence, importances
from siting.scoring.learn_range import UNLIKE_ALL, out_of_range, seen_range
from siting.scoring.learn_table import observe


@dataclass
class Known:
    """A model that is a formula: 2 a + the length of the brand's name."""

    def fit(self, x: pd.DataFrame, y: np.ndarray) -> "Known":
        return self

    def predict(self, x: pd.DataFrame) -> np.ndarray:
        return 2.0 * x["a"].to_numpy() + x["brand"].str.len().to_numpy(dtype=float)


def features(n: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "idle": rng.normal(size=n),
            "brand": pd.array(rng.choice(["x", "yyy"], n), dtype="str"),
        }
    )


def test_importance_is_what_the_formula_says() -> None:
    """Shuffling f of a formula that is right doubles its variance into error: R² falls by 2 var f / var y."""
    x = features()
    y = Known().predict(x)
    found = importances([Known(), Known()], x, y, np.arange(len(x)) % 2, repeats=40, seed=0)
    assert [one.feature for one in found] == ["a", "brand", "idle"]
    assert found[0].mean == pytest.approx(2 * 4 * x["a"].var() / y.var(), rel=0.08)
    assert found[1].mean == pytest.approx(2 * x["brand"].str.len().astype(float).var() / y.var(), rel=0.08)
    assert (found[2].mean, found[2].least, found[2].greatest) == (0.0, 0.0, 0.0)
    assert found[0].least <= found[0].mean <= found[0].greatest
    assert found == importances([Known(), Known()], x, y, np.arange(len(x)) % 2, repeats=40, seed=0)


def test_dependence_is_the_formula() -> None:
    x = features()
    x.loc[:10, "idle"] = np.nan
    found = dependence(Known(), x, "a")
    assert len(found.values) == 20
    mean = x["brand"].str.len().astype(float).mean()
    np.testing.assert_allclose(found.performance, np.exp(2 * np.array(found.values, dtype=float) + mean))
    assert np.ptp(dependence(Known(), x, "idle").performance) < 1e-9
    brands = dependence(Known(), x, "brand")
    assert set(brands.values) == {"x", "yyy"}
    by_name = dict(zip(brands.values, brands.performance, strict=True))
    assert by_name["yyy"] / by_name["x"] == pytest.approx(np.exp(2.0))


def test_what_is_out_of_range_is_named() -> None:
    x = features()
    x.loc[0, "idle"] = np.nan
    seen = seen_range(x, ("a", "idle"))
    middle = x["a"].median()
    places = pd.DataFrame(
        {
            "a": [middle, 99.0, np.nan, middle, x["a"].max()],
            "idle": [0.0, 0.0, np.nan, 0.0, 0.0],
            "brand": pd.array(["x", "x", "x", "new", "yyy"], dtype="str"),
        }
    )
    found = out_of_range(seen, places)
    assert found[0] == ()
    assert found[1] == ("a", UNLIKE_ALL)
    assert found[2] == ("a",)  # idle is not known of every outlet either
    assert found[3] == ("brand",)
    assert "a" not in found[4]
    assert all(UNLIKE_ALL not in names for names in out_of_range(seen, x))


def test_a_place_may_be_in_every_range_and_yet_unlike_all() -> None:
    """Outlets stand where rich and dense go together; a rich place without people lies between none of them."""
    along = np.linspace(0, 1, 100)
    seen = seen_range(pd.DataFrame({"rich": along, "dense": along}), ("rich", "dense"))
    places = pd.DataFrame({"rich": [0.95, 0.5], "dense": [0.05, 0.5]})
    assert out_of_range(seen, places) == [(UNLIKE_ALL,), ()]


def test_observed_outlets_are_those_of_known_performance() -> None:
    location = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "same": [5.0] * 4}, index=list("wxyz"))
    own = pd.DataFrame({"brand": ["p", None, "q", "q"], "none": [np.nan] * 4}, index=list("wxyz"))
    performance = np.array([10.0, 0.0, np.nan, 20.0])
    found = observe(location, own, performance, np.zeros((4, 2)), directions={}, target="visits")
    assert list(found.features.index) == ["w", "z"]
    assert (found.location, found.own, found.texts) == (("a",), ("brand",), ("brand",))
    assert found.notes == (
        "1 of 4 outlets without visits are left out.",
        "1 of 4 outlets with visits of 0 or below are left out: its logarithm is learnt.",
        "Alike or not known for all outlets, so not learnt from: same, none.",
    )
