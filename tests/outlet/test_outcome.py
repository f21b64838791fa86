from __future__ import annotations

import pytest

from outlet.errors import InputError, NoSolutionError
from outlet.outcome import Limits, Outcome


def outcome(**changes: object) -> Outcome[str]:
    values: dict[str, object] = {
        "status": "feasible",
        "solution": "plan",
        "objective": 200.0,
        "bound": 190.0,
        "seconds": 1.0,
        "stopped_by": "time",
    }
    return Outcome(**(values | changes))  # type: ignore[arg-type]


def test_gap_is_the_distance_of_objective_and_bound_over_the_objective() -> None:
    assert outcome().gap == pytest.approx(0.05)


def test_gap_at_objective_zero_does_not_divide_by_zero() -> None:
    assert outcome(objective=0.0, bound=0.0).gap == 0.0


@pytest.mark.parametrize("missing", ["objective", "bound"])
def test_gap_is_none_where_objective_or_bound_is_unknown(missing: str) -> None:
    assert outcome(**{missing: None}).gap is None


def test_require_returns_the_plan() -> None:
    assert outcome().require() == "plan"


def test_require_of_an_infeasible_outcome_says_why() -> None:
    none = outcome(status="infeasible", solution=None, objective=None, reasons=("37 demand points out of reach",))
    with pytest.raises(NoSolutionError, match="no plan exists: 37 demand points out of reach"):
        none.require()


def test_require_of_an_undecided_outcome_says_what_stopped_it() -> None:
    with pytest.raises(NoSolutionError, match="stopped by time"):
        outcome(status="undecided", solution=None, objective=None).require()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"seconds": 0}, "Limits.seconds is 0"),
        ({"seconds": float("nan")}, "Limits.seconds is nan"),
        ({"gap": -0.1}, "Limits.gap is -0.1"),
        ({"gap": 1.0}, "Limits.gap is 1.0"),
        ({"workers": 0}, "Limits.workers is 0"),
        ({"seed": -1}, "Limits.seed is -1"),
        ({"work": 0.0}, "Limits.work is 0.0"),
    ],
)
def test_bad_limits_are_refused_by_name(values: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Limits(**values)  # type: ignore[arg-type]
