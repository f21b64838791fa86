"""Models with folds left out: the table against a plain loop, and texts encoded inside the training folds."""

import numpy as np
import pandas as pd
import pytest

from siting.scoring.learn_figures import judge
from siting.scoring.learn_model import (
    KINDS,
    Kind,
    ModelChoice,
    ask,
    build_model,
    fit_model,
    leave_out,
    mean_left_out,
)

N = 160


def outlets(seed: int, brands: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return features of which only ``walk`` matters, log performance, and 4 folds; brands are drawn by lot."""
    rng = np.random.default_rng(seed)
    walk = rng.uniform(0, 10, N)
    features = pd.DataFrame(
        {
            "walk": walk,
            "noise": np.where(rng.random(N) < 0.2, np.nan, rng.normal(size=N)),
            "brand": pd.array([f"b{b}" for b in rng.integers(0, brands, N)], dtype="str"),
        }
    )
    return features, -0.2 * walk + rng.normal(0, 0.5, N), np.arange(N) % 4


def test_the_table_is_that_of_a_plain_loop() -> None:
    features, y, fold = outlets(1, 5)
    choice = ModelChoice(kinds=("ridge",), directions={}, seed=3)
    left_out = leave_out(features, y, fold, choice)
    for i in (0, 5, 90):
        for other in range(4):
            inside = (fold != fold[i]) & (fold != other)
            model = fit_model("ridge", features[inside], y[inside], choice)
            assert left_out.table["ridge"][i, other] == pytest.approx(ask(model, features.iloc[[i]])[0], abs=1e-12)
    np.testing.assert_array_equal(left_out.predicted(fold), left_out.table["ridge"][np.arange(N), fold])


def test_an_outlets_own_fold_is_never_seen() -> None:
    """Turning the performance of one fold upside down changes no prediction of that fold."""
    features, y, fold = outlets(2, 5)
    choice = ModelChoice(directions={"walk": -1})
    first = leave_out(features, y, fold, choice)
    turned = np.where(fold == 2, -100.0 * y, y)
    second = leave_out(features, turned, fold, choice)
    for kind in KINDS:
        np.testing.assert_array_equal(first.table[kind][fold == 2, 2], second.table[kind][fold == 2, 2])
        assert not np.allclose(first.table[kind][fold == 1, 1], second.table[kind][fold == 1, 1])
    assert first.chosen[2] == second.chosen[2]


@pytest.mark.parametrize("kind", KINDS)
def test_brands_by_lot_teach_nothing(kind: Kind) -> None:
    """60 brands drawn by lot for 160 outlets: encoded over all rows they would seem to explain a great deal."""
    features, _, fold = outlets(3, 60)
    y = np.random.default_rng(9).normal(size=N)
    choice = ModelChoice(kinds=(kind,), directions={})
    honest = judge(y, leave_out(features[["brand"]], y, fold, choice).predicted(fold), fold)
    leaking = features[["brand"]].assign(brand=pd.Series(y).groupby(features["brand"]).transform("mean"))
    flattered = judge(y, leave_out(leaking, y, fold, choice).predicted(fold), fold)
    assert honest.spearman < 0.15
    assert honest.r2 < 0.02
    assert flattered.spearman > 0.35
    assert flattered.r2 > 0.15


def test_an_outlets_own_performance_is_not_in_what_its_model_is_trained_on() -> None:
    """Each brand has one outlet: it is encoded by itself, but a model is trained on what the others say of it."""
    rng = np.random.default_rng(5)
    features = pd.DataFrame({"brand": pd.array([f"b{k}" for k in range(N)], dtype="str")})
    y = rng.normal(size=N)
    encoder = build_model("boosting", features, ModelChoice(directions={}))[0]  # type: ignore[index]
    cross_fitted = encoder.fit_transform(features, y)[:, 0]
    whole = encoder.fit(features, y).transform(features)[:, 0]
    np.testing.assert_allclose(whole, y)
    assert len(set(cross_fitted.round(9).tolist())) == 5  # the means of the other outlets, one for each of five parts
    assert np.ptp(cross_fitted) < 0.5 * np.ptp(y)


def test_an_unseen_brand_counts_as_the_mean() -> None:
    features, y, _ = outlets(6, 4)
    y = y + features["brand"].map({"b0": 3.0, "b1": 0.0, "b2": 0.0, "b3": 0.0}).to_numpy()
    model = fit_model("ridge", features, y, ModelChoice(directions={}))
    places = pd.concat([features.iloc[[0]]] * 3, ignore_index=True)
    places["brand"] = pd.array(["b0", "b1", "elsewhere"], dtype="str")
    best, other, unseen = ask(model, places)
    assert other < unseen < best


def test_boosting_keeps_to_known_directions() -> None:
    features, y, _ = outlets(7, 4)
    places = pd.concat([features.iloc[[0]]] * 50, ignore_index=True).assign(walk=np.linspace(0, 10, 50))
    free = ask(fit_model("boosting", features, y, ModelChoice(directions={})), places)
    falling = ask(fit_model("boosting", features, y, ModelChoice(directions={"walk": -1})), places)
    rising = ask(fit_model("boosting", features, y, ModelChoice(directions={"walk": 1})), places)
    assert (np.diff(falling) <= 1e-12).all()
    assert np.ptp(falling) > 0.5
    assert np.ptp(rising) < 1e-9
    assert (np.diff(free) > 1e-9).any()


def test_the_kind_that_errs_less_is_chosen() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(0, 1.5, (400, 2))
    fold = np.arange(400) % 4
    features = pd.DataFrame(x, columns=["a", "b"])
    steps = np.where(np.abs(x[:, 0]) < 1, 4.0, 0.0) + rng.normal(0, 0.2, 400)
    line = x[:, 0] + x[:, 1] + rng.normal(0, 0.8, 400)
    choice = ModelChoice(directions={})
    assert leave_out(features, steps, fold, choice).best == "boosting"
    assert leave_out(features, line, fold, choice).best == "ridge"


def test_the_mean_is_that_of_the_other_folds() -> None:
    y, fold = np.array([1.0, 3.0, 10.0, 20.0]), np.array([0, 0, 1, 2])
    np.testing.assert_allclose(mean_left_out(y, fold), [15.0, 15.0, 8.0, 14.0 / 3])
    figures = judge(y, mean_left_out(y, fold), fold)
    assert figures.r2 < 0
    assert figures.spearman_by_fold == (0.0, 0.0, 0.0)


def test_figures_by_hand() -> None:
    """Errors 1, 0, 0, -1 of y = 0, 1, 2, 3: R² = 1 - 2/5; ranks tie at both ends of 1, 1, 2, 2."""
    y, predicted = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 1.0, 2.0, 2.0])
    figures = judge(y, predicted, np.array([0, 1, 0, 1]))
    assert figures.r2 == pytest.approx(0.6)
    assert figures.spearman == pytest.approx(np.sqrt(0.8))
    assert figures.spearman_by_fold == pytest.approx((1.0, 1.0))
    assert figures.typical_factor == pytest.approx(np.exp(0.5))
    assert figures.worst_r2 == pytest.approx(0.5)
