"""The learnt score as a whole: on made towns whose truth is known, saved and loaded, and on New York."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.svm import SVC

from outlet.errors import InputError
from siting.scoring.learn_store import dump_model, load_model
from siting.scoring.learn_table import Observed
from siting.scoring.learn_words import tell_learnt
from siting.scoring.sales import Learnt, learn_sales, predict_sales
from siting.settings.learn import LearnSettings

ROOT = Path(__file__).parents[3]
NYC = ROOT.parent / "shared" / "data" / "nyc"
N = 240


def town(seed: int, *, of_location: float, of_brand: float) -> Observed:
    """Return 240 outlets on 40 × 40 km whose log sales are walk and brand by the given weights, and chance."""
    rng = np.random.default_rng(seed)
    walk, brand = rng.uniform(0, 10, N), rng.integers(0, 6, N)
    log_sales = 12.0 - of_location * walk / 3.0 + of_brand * (brand - 2.5) / 1.7 + rng.normal(0, 0.5, N)
    features = pd.DataFrame(
        {"walk": walk, "stops": rng.integers(0, 9, N).astype(float), "brand": pd.array([f"b{b}" for b in brand])},
        index=[f"e{k}" for k in range(N)],
    ).astype({"brand": "str"})
    return Observed(
        features=features,
        location=("walk", "stops"),
        own=("brand",),
        performance=np.exp(log_sales),
        points=rng.uniform(0, 40_000, (N, 2)),
        directions={"walk": -1},
    )


SETTINGS = LearnSettings(target="sales", repeats=2, folds=3)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    """A town whose sales are location and brand."""
    return learn_sales(town(1, of_location=1.0, of_brand=1.0), SETTINGS, 7)


def test_it_finds_what_sales_rest_on(learnt: Learnt) -> None:
    figures = learnt.figures
    assert figures["mean"].r2 <= 0
    assert 0.3 < figures["location"].r2 < figures["all"].r2
    assert 0.2 < figures["own"].r2 < figures["all"].r2
    assert figures["all"].r2 > 0.7
    assert figures["all"].worst_r2 <= figures["all"].r2 <= max(figures["all"].r2_by_fold)
    assert [one.feature for one in learnt.importances][2] == "stops"
    assert 0.83 < learnt.covered.mean() < 0.97
    walks = next(one for one in learnt.dependences if one.feature == "walk")
    assert walks.performance[0] > 5 * walks.performance[-1]


def test_it_says_when_location_explains_next_to_nothing() -> None:
    found = learn_sales(town(2, of_location=0.0, of_brand=1.0), SETTINGS, 7)
    assert found.figures["location"].r2 < 0.05
    told = tell_learnt(found)
    assert told[0].startswith("Location alone explains next to nothing of sales: Spearman ")
    assert f"R² {found.figures['location'].r2:.2f}" in told[0]
    assert "location adds" in told[1]
    assert "Intervals of 90 % held" in told[3]


def test_it_says_when_location_explains_most() -> None:
    found = learn_sales(town(3, of_location=2.0, of_brand=0.0), SETTINGS, 7)
    assert tell_learnt(found)[0].startswith("Location alone explains most of sales")


def test_it_says_when_nothing_can_be_predicted() -> None:
    """Sales by lot: no feature may be praised, and location adds nothing to brands."""
    found = learn_sales(town(4, of_location=0.0, of_brand=0.0), SETTINGS, 7)
    assert found.figures["all"].r2 < 0.05
    told = tell_learnt(found)
    assert told[1].endswith("location adds nothing.")
    assert told[4] == "No feature helps to predict outlets that were left out: do not rely on the predictions."


def test_intervals_hold_new_outlets_of_the_same_town(learnt: Learnt) -> None:
    other = town(11, of_location=1.0, of_brand=1.0)
    predicted = predict_sales(learnt.model, other.features)
    held = (predicted.low <= other.performance) & (other.performance <= predicted.high)
    assert 0.84 < held.mean() < 0.97
    assert (predicted.low <= predicted.performance).all()
    assert (predicted.performance <= predicted.high).all()


def test_sales_in_another_unit_are_predicted_in_it(learnt: Learnt) -> None:
    observed = town(1, of_location=1.0, of_brand=1.0)
    thousands = Observed(
        features=observed.features,
        location=observed.location,
        own=observed.own,
        performance=observed.performance / 1000.0,
        points=observed.points,
        directions=observed.directions,
    )
    found = learn_sales(thousands, SETTINGS, 7)
    assert found.figures["all"].r2 == pytest.approx(learnt.figures["all"].r2, abs=1e-6)
    first = predict_sales(learnt.model, observed.features)
    second = predict_sales(found.model, observed.features)
    np.testing.assert_allclose(second.performance, first.performance / 1000.0, rtol=1e-6)
    np.testing.assert_allclose(second.high, first.high / 1000.0, rtol=1e-6)


def test_a_place_of_which_nothing_is_known_has_no_prediction(learnt: Learnt) -> None:
    places = learnt.observed.features.iloc[:3].copy()
    places.loc["e1", ["walk", "stops"]] = np.nan
    places.loc["e2", "walk"] = 1e6
    predicted = predict_sales(learnt.model, places)
    assert np.isnan(predicted.performance).tolist() == [False, True, False]
    assert np.isnan(predicted.low).tolist() == np.isnan(predicted.high).tolist() == [False, True, False]
    assert predicted.out_of_range[0] == ()
    assert predicted.out_of_range[1] == ("walk", "stops")
    assert "walk" in predicted.out_of_range[2]


def test_what_cannot_be_learnt_is_told(learnt: Learnt) -> None:
    observed = town(4, of_location=1.0, of_brand=0.0)
    with pytest.raises(InputError, match=r"240 outlets have known sales above 0; siting.score.learn.least = 300"):
        learn_sales(observed, LearnSettings(target="sales", least=300), 0)
    with pytest.raises(InputError, match=r"240 outlets stand in 1 blocks; siting.score.learn.folds = 5 needs"):
        learn_sales(observed, LearnSettings(target="sales", block_m=100_000.0), 0)
    leaking = Observed(
        features=observed.features.assign(copy=observed.performance)[["walk", "stops", "copy", "brand"]],
        location=("walk", "stops", "copy"),
        own=("brand",),
        performance=observed.performance,
        points=observed.points,
        directions={},
    )
    with pytest.raises(InputError, match=r"sales cannot be learnt from what gives it away: copy: it rises or falls"):
        learn_sales(leaking, SETTINGS, 0)
    with pytest.raises(InputError, match="places have no walk, brand; the model of sales was learnt from them"):
        predict_sales(learnt.model, pd.DataFrame({"stops": [1.0]}))


@pytest.mark.parametrize("kind", ["ridge", "boosting"])
def test_a_model_is_saved_and_loaded_without_pickle(kind: str) -> None:
    observed = town(1, of_location=1.0, of_brand=1.0)
    found = learn_sales(
        observed, LearnSettings.model_validate({"target": "sales", "model": kind, "repeats": 1, "folds": 3}), 7
    )
    data = dump_model(found.model)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {Path(name).suffix for name in archive.namelist()} <= {".json", ".npy"}
    loaded = load_model(data, "learnt.skops")
    first, second = predict_sales(found.model, observed.features), predict_sales(loaded, observed.features)
    np.testing.assert_array_equal(first.performance, second.performance)
    np.testing.assert_array_equal((first.low, first.high), (second.low, second.high))
    assert first.out_of_range == second.out_of_range


def test_two_processes_write_the_same_bytes() -> None:
    code = (
        "import sys, importlib.util as u; s = u.spec_from_file_location('t', sys.argv[1]); m = u.module_from_spec(s);"
        "sys.modules['t'] = m; s.loader.exec_module(m); import hashlib;"
        "f = m.learn_sales(m.town(1, of_location=1.0, of_brand=1.0), m.SETTINGS, 7);"
        "print(hashlib.sha256(m.dump_model(f.model)).hexdigest(), f.importances, f.covered.mean())"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code, __file__],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads, "PATH": ""},
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    ]
    assert told[0] == told[1]
    assert len(told[0]) > 64


def rewritten(data: bytes, change: dict[bytes, bytes]) -> bytes:
    """Return a model's file with other words in its tree."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(stream, "w") as packed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "schema.json":
                for old, new in change.items():
                    assert old in content
                    content = content.replace(old, new)
            packed.writestr(name, content)
    return stream.getvalue()


@pytest.fixture(scope="module")
def saved(learnt: Learnt) -> bytes:
    """The town's model as a file."""
    return dump_model(learnt.model)


def test_types_that_do_not_belong_are_refused(saved: bytes) -> None:
    foreign = rewritten(saved, {b'"sklearn.model_selection._split"': b'"os"', b'"KFold"': b'"system"'})
    with pytest.raises(InputError, match=r"learnt.skops: holds os.system, which no learnt score holds; nothing was"):
        load_model(foreign, "learnt.skops")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 half"])
def test_damaged_files_are_told(content: bytes) -> None:
    with pytest.raises(InputError, match=r"m.skops: cannot be read .*make it again"):
        load_model(content, "m.skops")


def test_truncated_files_and_other_things_are_told(saved: bytes) -> None:
    for end in (100, len(saved) // 2, len(saved) - 3):
        with pytest.raises(InputError, match=r"m.skops: cannot be read"):
            load_model(saved[:end], "m.skops")
    for thing in ({"schema": 2}, {"schema": 1}, [1, 2], SVC()):
        with pytest.raises(InputError, match=r"m.skops: no learnt score of version 1"):
            load_model(skops.io.dumps(thing), "m.skops")


def test_a_tree_without_its_arrays_is_told(saved: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved)) as archive, zipfile.ZipFile(stream, "w") as packed:
        packed.writestr("schema.json", json.dumps(json.loads(archive.read("schema.json"))))
    with pytest.raises(InputError, match=r"m.skops: cannot be read"):
        load_model(stream.getvalue(), "m.skops")


@pytest.fixture(scope="module")
def new_york() -> Observed:
    """New York's ordinary branches of 2023, measured in straight lines."""
    if not NYC.is_dir():
        pytest.skip(f"{NYC} is absent")
    from learnt import DIRECTIONS, location_columns, own_columns, read_branches

    from siting.scoring.learn_table import observe

    branches = read_branches()
    location = location_columns(branches, walks=False)
    return observe(
        location,
        own_columns(branches),
        branches.deposits,
        branches.points,
        directions=DIRECTIONS,
        target="deposits",
    )


@pytest.mark.shared
def test_new_york_is_bank_and_age_not_location(new_york: Observed) -> None:
    found = learn_sales(new_york, LearnSettings(target="deposits", repeats=1), 7)
    figures = found.figures
    assert len(new_york.features) == 1387
    assert 0.1 < figures["location"].spearman < 0.35
    assert figures["location"].r2 < 0.1
    assert figures["all"].spearman >= 0.65
    assert figures["all"].worst_spearman >= 0.55
    assert found.covered.mean() > 0.87
    assert [one.feature for one in found.importances[:2]] == ["bank", "age"]
    assert tell_learnt(found)[0].startswith("Location alone explains next to nothing of deposits: Spearman 0.2")


@pytest.mark.shared
def test_new_yorks_leaks_are_refused(new_york: Observed) -> None:
    """A bank encoded on all rows reads better than it is: it is refused, and so is the whole bank's total."""
    from learnt import encoded_on_all_rows, read_branches

    whole_bank = read_branches().rows["DEPDOM"].astype(float).to_numpy()
    leaking = Observed(
        features=encoded_on_all_rows(new_york).assign(DEPDOM=whole_bank),
        location=new_york.location,
        own=(*new_york.own, "DEPDOM"),
        performance=new_york.performance,
        points=new_york.points,
        directions={},
    )
    with pytest.raises(InputError, match=r"away: bank: it is the mean logarithm .*; DEPDOM: it is a total") as refused:
        learn_sales(leaking, LearnSettings(target="deposits"), 7)
    assert "age" not in str(refused.value).split("away: ")[1].split("; name")[0].replace("gave", "")
