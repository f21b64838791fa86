"""Fit the exponents of a project's choice model to what was seen, and say how much they are worth.

The estimates are told, with the lines to paste into outlet.toml; no setting is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outlet.errors import InputError
from outlet.stage import Cell, StageRun, Summary
from siting.competition.calibrate import Calibration, calibrate
from siting.competition.calibrate_sales import SalesCalibration, calibrate_sales, expected_sales
from siting.competition.choices import Choices, log_probabilities
from siting.competition.climb import Bounds
from siting.competition.held_out import Fit, correlation, hold_out, hold_out_sales, measure, rank_correlation
from siting.data.load import load_siting_data
from siting.settings import SitingSettings
from siting.settings.score import CompetitionSettings
from siting.study.calibration_file import Judged, Parameter, calibration_document, parameters_table, to_toml
from siting.study.observations import Observations, observe_project
from siting.study.tables import to_csv

Floats = NDArray[np.float64]
ALIKE = 1e-9
HARD_TO_TELL = 1000.0
OVERDISPERSED = 2.0
CALIBRATED, AS_SET, SIZE_ALONE, EQUAL = "calibrated", "as set now", "size alone", "equal shares"


@dataclass(frozen=True, kw_only=True)
class CalibrationStudy:
    """What calibrating a project found, before anything is written.

    ``fit`` is in the signs of utility: the way's coefficient is less than 0 where people shun the way.
    """

    observed: Observations
    parameters: tuple[Parameter, ...]
    fit: Calibration | SalesCalibration
    expected: Floats
    models: tuple[Judged, ...]
    notes: tuple[str, ...]


def run_calibrate(stage: StageRun) -> Summary:
    """Write calibration.json and calibration.csv; return the parameters, with the lines to paste as notes.

    Raises
    ------
    TableError
        With every fault of the table of choices.
    InputError
        When nothing can be estimated: terms that stand for each other, choices that never err, too few sales.
    """
    section = stage.project.section("siting", SitingSettings)
    settings = section.calibrate
    if settings.target is None:
        return Summary("Calibration", skipped="siting.calibrate.target is not set: nothing to calibrate")
    data = load_siting_data(stage.project, cache=stage.out.cache())
    observed = observe_project(stage, data)
    stage.progress.say(f"calibration: {len(observed.choices.district):,} pairs, {len(observed.choices.names)} terms")
    study = calibrate_project(observed, section)
    document = calibration_document(observed, study.parameters, study.fit, study.expected, study.models, section)
    stage.out.write_json("calibration.json", {**document, "notes": list(study.notes)})
    stage.out.write_text("calibration.csv", to_csv(parameters_table(study.parameters)))
    return _summary(study, section)


def calibrate_project(observed: Observations, section: SitingSettings) -> CalibrationStudy:
    """Return estimates, fit and what simpler models make of the same observations."""
    competition, settings = section.score.competition, section.calibrate
    now = _coefficients_now(competition)
    free, notes = _free(observed, settings.free)
    bounds = Bounds(np.where(free, -np.inf, now), np.where(free, np.inf, now))
    fit: Calibration | SalesCalibration
    try:
        if observed.sales is None:
            assert observed.seen is not None
            fit = calibrate(observed.choices, observed.seen, bounds)
        else:
            fit = calibrate_sales(observed.choices, observed.sales, bounds, _starts(now))
    except InputError as fault:
        raise InputError(f"siting.calibrate: {fault} (siting.calibrate.free says what is estimated)") from fault
    parameters = _parameters(observed, fit, competition, free, settings.confidence)
    models, told = _judge(observed, fit, bounds, now, held_out=settings.held_out)
    return CalibrationStudy(
        observed=observed,
        parameters=parameters,
        fit=fit,
        expected=_expected(observed, fit.coefficients),
        models=models,
        notes=(*_warnings(observed, fit, parameters, models), *notes, *told, *observed.notes),
    )


def _coefficients_now(competition: CompetitionSettings) -> Floats:
    """Return the settings as coefficients of utility, shape (K,): the way speaks against an outlet."""
    values = np.array([value for _, value in competition.parameters()])
    values[-1] = -values[-1]
    return values


def _free(observed: Observations, wanted: tuple[str, ...]) -> tuple[NDArray[np.bool_], list[str]]:
    """Return which parameters are estimated, shape (K,), and why others are not."""
    names = observed.choices.names
    if wanted:
        return np.array([name in wanted for name in names]), []
    spread = np.abs(observed.choices.relative).max(axis=0)
    free = np.asarray(spread > ALIKE * np.maximum(np.abs(observed.choices.terms).max(axis=0), 1.0), dtype=np.bool_)
    alike = [name for name, told in zip(names, free.tolist(), strict=True) if not told]
    if not free.any():
        raise InputError("siting.calibrate: outlets differ in nothing; no parameter can be told from who chooses them")
    return free, [f"{', '.join(alike)}: alike for all outlets, so not estimated; left as set."] if alike else []


def _parameters(
    observed: Observations,
    fit: Calibration | SalesCalibration,
    competition: CompetitionSettings,
    free: NDArray[np.bool_],
    confidence: float,
) -> tuple[Parameter, ...]:
    from scipy.stats import t

    names = observed.choices.names
    sign = np.where(np.arange(len(names)) == len(names) - 1, -1.0, 1.0)
    left = observed.districts - 1 - (int(free.sum()) if observed.sales is not None else 0)
    plain = np.full(len(names), np.nan) if observed.shares else fit.standard_errors
    error = np.fmax(plain, fit.robust_errors)
    reach = error * (float(t.ppf(0.5 + confidence / 2.0, left)) if left > 0 else np.nan)
    estimate = sign * fit.coefficients
    return tuple(
        Parameter(
            name=name,
            estimate=float(estimate[k]),
            standard_error=float(plain[k]),
            robust_error=float(fit.robust_errors[k]),
            low=float(estimate[k] - reach[k]),
            high=float(estimate[k] + reach[k]),
            now=value,
            free=bool(free[k]),
        )
        for k, (name, value) in enumerate(competition.parameters())
    )


def _expected(observed: Observations, coefficients: Floats) -> Floats:
    """Return what each outlet is expected to get, shape (m,), in the unit of what was seen."""
    choices = observed.choices
    if observed.sales is None:
        assert observed.seen is not None
        return expected_sales(choices, choices.over_district(observed.seen), coefficients)
    expected = expected_sales(choices, observed.sales.demand, coefficients)
    known = observed.sales.known
    total = float(expected[known].sum())
    return expected * (float(observed.sales.sales[known].sum()) / total if total > 0 else 0.0)


def _judge(
    observed: Observations,
    fit: Calibration | SalesCalibration,
    bounds: Bounds,
    now: Floats,
    *,
    held_out: int,
) -> tuple[tuple[Judged, ...], list[str]]:
    """Return how near each model comes, on what it was fitted to and on what it was not."""
    choices, size = observed.choices, len(bounds.lower) - 1
    by_size = choices.only(choices.names[:-1])
    size_bounds = Bounds(bounds.lower[:-1], bounds.upper[:-1])
    varied = bool((np.abs(by_size.relative).max(axis=0) > ALIKE).any()) if size else False
    makers: dict[str, tuple[Choices, Bounds | None, Floats | None]] = {
        CALIBRATED: (choices, bounds, fit.coefficients),
        AS_SET: (choices, None, now),
    }
    if varied:
        makers[SIZE_ALONE] = (by_size, size_bounds, None)
    makers[EQUAL] = (choices, None, np.zeros_like(now))
    judged: list[Judged] = []
    notes: list[str] = []
    for name, (pairs, limits, coefficients) in makers.items():
        try:
            starts = _starts(now)[:, : len(pairs.names)]
            within = _within(observed, pairs, limits, coefficients, starts)
            beyond = within if limits is None else _beyond(observed, pairs, limits, starts, held_out)
        except InputError as fault:
            notes.append(f"{name}: could not be judged on what was held out: {fault}.")
            continue
        judged.append(Judged(name, within, beyond))
    return tuple(judged), notes


def _starts(now: Floats) -> Floats:
    """Return where climbs on sales begin, shape (2, K): 0, and what is set now."""
    return np.vstack([np.zeros_like(now), now])


def _within(
    observed: Observations, pairs: Choices, limits: Bounds | None, coefficients: Floats | None, starts: Floats
) -> Fit:
    """Return how near a model comes to all that was seen."""
    if observed.sales is None:
        assert observed.seen is not None
        beta = calibrate(pairs, observed.seen, limits).coefficients if coefficients is None else coefficients
        return measure(pairs, observed.seen, log_probabilities(pairs, beta))
    if coefficients is None:
        return _sales_fit(observed, calibrate_sales(pairs, observed.sales, limits, starts).expected)
    return _sales_fit(observed, _expected(observed, coefficients))


def _beyond(observed: Observations, pairs: Choices, limits: Bounds, starts: Floats, held_out: int) -> Fit | None:
    """Return how near a model comes to districts, or outlets, left out of its calibration."""
    if held_out == 0:
        return None
    if observed.sales is None:
        assert observed.seen is not None
        return hold_out(pairs, observed.seen, limits, observed.part).fit
    return _sales_fit(observed, hold_out_sales(pairs, observed.sales, observed.part, limits, starts))


def _sales_fit(observed: Observations, expected: Floats) -> Fit:
    """Return how near expected sales come to known ones; the root mean square as a share of their mean."""
    assert observed.sales is not None
    known = observed.sales.known
    made, told = observed.sales.sales[known], expected[known]
    return Fit(
        spearman=rank_correlation(made, told),
        pearson=correlation(made, told),
        rmse=float(np.sqrt(np.mean((made - told) ** 2)) / made.mean()),
        per_visitor=float("nan"),
    )


def _warnings(
    observed: Observations,
    fit: Calibration | SalesCalibration,
    parameters: tuple[Parameter, ...],
    models: tuple[Judged, ...],
) -> list[str]:
    notes: list[str] = []
    for one in parameters:
        if one.free and not one.usable:
            notes.append(
                f"{one.name} is estimated at {one.estimate:.4g}, which no setting can be: what was seen says "
                "nothing of it, or the opposite. No lines are given: the estimates belong together."
            )
        elif one.free and one.low <= 0 <= one.high:
            notes.append(f"{one.name}: 0 lies within its interval; what was seen hardly tells it.")
    beaten = [one.model for one in models if one.model in (SIZE_ALONE, EQUAL) and _as_good(one, models)]
    if beaten:
        notes.append(f"On what was left out it is no better than {' or '.join(beaten)}: do not rely on it.")
    if fit.condition > HARD_TO_TELL:
        notes.append(f"Terms are hard to tell apart here (condition {fit.condition:,.0f}): read them together.")
    if observed.sales is not None:
        notes.append("Totals say far less than choices: compare with size alone before believing in the exponents.")
    elif observed.shares:
        notes.append(
            "Shares without counts: demand points weigh by what their shares sum to; errors say how they differ."
        )
    elif np.isfinite(fit.dispersion) and fit.dispersion > OVERDISPERSED:
        notes.append(f"People differ {fit.dispersion:.3g} times as much as chance would have it: see robust_error.")
    return notes


def _as_good(other: Judged, models: tuple[Judged, ...]) -> bool:
    """Say whether a model is at least as near as the calibrated one to what was left out."""
    ours = [one.beyond for one in models if one.model == CALIBRATED]
    if not ours or ours[0] is None or other.beyond is None:
        return False
    if np.isfinite(ours[0].per_visitor):
        return other.beyond.per_visitor >= ours[0].per_visitor
    return other.beyond.rmse <= ours[0].rmse


def _summary(study: CalibrationStudy, section: SitingSettings) -> Summary:
    rows: list[tuple[Cell, ...]] = [
        (one.name, _digits(one.estimate), _digits(one.standard_error), _digits(one.robust_error),
         _interval(one), _digits(one.now), "estimated" if one.free else "as set")
        for one in study.parameters
    ]  # fmt: skip
    lines = to_toml(study.parameters)
    if lines:
        lines = ["To use the estimates, set these in outlet.toml, in place of what stands there:", *lines]
    observed, what = study.observed, section.calibrate.target
    title = f"Calibrated on {what}: {observed.choices.districts:,} demand points, {observed.choices.outlets:,} outlets"
    return Summary(
        title=title,
        columns=("parameter", "estimate", "standard error", "robust error", "interval", "now set", "status"),
        rows=rows,
        notes=(*_fit_words(study), *study.notes, *lines),
    )


def _fit_words(study: CalibrationStudy) -> list[str]:
    words: list[str] = []
    if isinstance(study.fit, Calibration):
        words.append(
            f"Log-likelihood {study.fit.log_likelihood:,.1f} against {study.fit.log_likelihood_equal:,.1f} of equal "
            f"shares: McFadden's R² {study.fit.pseudo_r2:.3f}."
        )
    where = "outlets" if study.observed.sales is not None else "districts"
    for one in study.models:
        fitted = _fit_in_words(one.within)
        held = f"; on {where} left out {_fit_in_words(one.beyond)}" if one.beyond is not None else ""
        words.append(f"{one.model}: {fitted}{held if one.beyond is not one.within else ''}.")
    return words


def _fit_in_words(fit: Fit) -> str:
    parts = [f"Pearson {fit.pearson:.3f}", f"Spearman {fit.spearman:.3f}"]
    if np.isfinite(fit.per_visitor):
        parts.append(f"log-likelihood {fit.per_visitor:.3f} a visitor")
    return ", ".join(part for part in parts if "nan" not in part) or "no order at all"


def _digits(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None


def _interval(one: Parameter) -> str | None:
    return f"{one.low:.3g} to {one.high:.3g}" if np.isfinite(one.low) else None
