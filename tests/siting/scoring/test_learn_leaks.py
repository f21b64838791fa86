"""A feature that gives the target away is refused by name, with the reason; an honest one is not."""

import numpy as np
import pandas as pd
import pytest

from outlet.errors import InputError
from siting.scoring.learn_leaks import find_leaks, refuse_leaks

N = 240
RNG = np.random.default_rng(4)
BANK = RNG.integers(0, 12, N)
Y = np.round(np.exp(RNG.normal(11.0, 0.8, N) + 0.4 * (BANK % 5)))
HONEST = pd.DataFrame(
    {
        "walk_min": RNG.uniform(0, 30, N),
        "stops": RNG.integers(0, 9, N).astype(float),
        "income": 30_000 + 2.0 * np.sqrt(Y) + RNG.normal(0, 900, N),
        "assets_of_bank": 3e6 * (1.0 + BANK + RNG.normal(0, 1e-3, 12)[BANK]),
        "bank": [f"bank {b}" for b in BANK],
    }
)
PART = RNG.uniform(1e4, 1e5, N)
TOTAL = np.bincount(BANK, weights=Y)
ELSEWHERE = np.where(np.arange(12) < 3, 0.0, RNG.uniform(1e5, 1e7, 12))

LEAKS = {
    "copy": (Y / 1000.0, "rank correlation 1.000"),
    "log": (np.log(Y), "rank correlation 1.000"),
    "falling": (1e9 / Y, "rank correlation 1.000"),
    "noisy copy": (Y * RNG.uniform(0.93, 1.07, N), "rises or falls with deposits"),
    "up and down": ((np.argsort(np.argsort(Y)) + N // 2) % N * 1.0, "is a function of it"),
    "total of the bank": (TOTAL[BANK], "is a total that deposits is part of"),
    "with branches elsewhere": ((TOTAL + ELSEWHERE)[BANK] / 1000.0, "equal to the sum of the outlets that share it 3"),
    "mean of the bank": ((TOTAL / np.bincount(BANK))[BANK], "is the mean of deposits"),
    "encoded bank": (pd.Series(np.log(Y)).groupby(BANK).transform("mean").to_numpy(), "is the mean logarithm of"),
    "decile": (np.argsort(np.argsort(Y)) * 4 // N * 1.0, "its 4 values stands for a range of deposits"),
}


def test_honest_features_are_no_leaks() -> None:
    assert find_leaks(HONEST, Y, "deposits") == ()
    refuse_leaks(HONEST, Y, "deposits")


@pytest.mark.parametrize("name", LEAKS)
def test_each_leak_by_name_and_reason(name: str) -> None:
    values, reason = LEAKS[name]
    (leak,) = find_leaks(HONEST.assign(**{name: values}), Y, "deposits")
    assert leak.feature == name
    assert reason in leak.reason


def test_a_grade_cut_from_the_target_is_a_leak() -> None:
    grade = pd.cut(pd.Series(Y), [0, 3e4, 9e4, 3e5, 1e9], labels=list("DCBA")).astype(str)
    (leak,) = find_leaks(HONEST.assign(grade=grade), Y, "deposits")
    assert leak.feature == "grade"
    assert "each of its 4 values stands for a range of deposits that no other shares" in leak.reason


def test_a_sum_of_two_columns_and_a_product_name_both() -> None:
    two = HONEST.assign(total=Y * 0.2 + 10 * PART, loans=10 * PART)
    found = find_leaks(two, Y, "deposits")
    assert [leak.feature for leak in found] == ["total", "loans"]
    assert found[0].reason == "deposits is a sum of total, loans exactly"
    product = HONEST[["walk_min"]].assign(area=PART, per_m2=Y / PART)
    reasons = {leak.feature: leak.reason for leak in find_leaks(product, Y, "deposits")}
    assert reasons == dict.fromkeys(
        ("area", "per_m2"), "log deposits is a sum of the logarithms of area, per_m2 exactly"
    )


def test_gaps_hide_no_leak() -> None:
    copy = np.where(RNG.random(N) < 0.5, np.nan, Y)
    (leak,) = find_leaks(HONEST.assign(copy=copy), Y, "deposits")
    assert leak.feature == "copy"


def test_all_are_told_in_one_message() -> None:
    leaking = HONEST.assign(copy=Y, again=-Y)
    with pytest.raises(InputError, match=r"deposits cannot be learnt .* copy: .*; again: .*leave_out") as refused:
        refuse_leaks(leaking, Y, "deposits")
    assert "walk_min" not in str(refused.value)


def test_order_of_outlets_and_unit_do_not_matter() -> None:
    leaking = HONEST.assign(total=(TOTAL + ELSEWHERE)[BANK], copy=Y**2)
    order = RNG.permutation(N)
    found = [leak.feature for leak in find_leaks(leaking, Y, "deposits")]
    assert found == ["total", "copy"]
    assert [leak.feature for leak in find_leaks(leaking.iloc[order], Y[order], "deposits")] == found
    assert [leak.feature for leak in find_leaks(leaking, Y * 1000.0, "deposits")] == found
