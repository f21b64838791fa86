"""Write figures and dates as the reader's language does. A missing figure is an en dash."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from outlet.page.words import LOCALES

MISSING = "–"


def number(value: float | None, language: str, digits: int = 0, *, fixed: bool = False) -> str:
    """Return a figure with the language's separators and at most ``digits`` decimals, exactly so many if ``fixed``.

    >>> number(12345.678, "es", 1), number(-12, "en")
    ('12.345,7', '−12')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + ("0" if fixed else "#") * digits if digits else "")
    return _signed(format_decimal(round(value, digits) + 0.0, format=pattern, locale=LOCALES[language]))


def percent(share: float | None, language: str, digits: int = 0) -> str:
    """Return a share of one as a percentage.

    >>> percent(0.256, "en", 1)
    '25.6%'
    """
    if share is None or not math.isfinite(share):
        return MISSING
    from babel.numbers import format_percent

    sign = "\u00a0%" if language == "es" else "%"
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + sign
    return _signed(format_percent(share, format=pattern, locale=LOCALES[language]))


def money(value: float | None, currency: str, language: str, digits: int = 0) -> str:
    """Return an amount with its currency.

    >>> money(1250000, "EUR", "en")
    '€1,250,000'
    """
    if value is None or not math.isfinite(value):
        return MISSING
    from babel.numbers import format_currency, get_currency_precision

    plain = digits < get_currency_precision(currency)
    pattern = "¤#,##0" if LOCALES[language] != "es_ES" else "#,##0\u00a0¤"
    if digits:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * digits)
    return _signed(
        format_currency(value, currency, format=pattern, locale=LOCALES[language], currency_digits=not plain)
    )


def _signed(figure: str) -> str:
    """Return a figure with a minus sign where a hyphen stands for one."""
    return str(figure).replace("-", "−")


def day(date: dt.date, language: str) -> str:
    """Return a date with the month in words.

    >>> import datetime as dt
    >>> day(dt.date(2026, 3, 2), "en")
    '2 March 2026'
    """
    from babel.dates import format_date

    return str(format_date(date, format="long", locale=LOCALES[language]))


def cell(value: str | float | None, language: str, decimals: int | None = None) -> str:
    """Return a table's value as text: a missing one as a dash, a text as it is, a figure by its size.

    ``decimals`` are those of a column whose figures line up (`decimals_of`); counts never have any.
    """
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    if decimals is not None and not isinstance(value, int):
        return number(value, language, decimals, fixed=True)
    if isinstance(value, int) or float(value).is_integer():
        return number(value, language)
    return number(value, language, _decimals(value))


def decimals_of(values: Sequence[str | float | None]) -> int | None:
    """Return how many decimals all figures of a column have, or None where they are too unlike to line up.

    >>> decimals_of([79.0, 71.66]), decimals_of([2674.5, 2514.0]), decimals_of([20022.9, 0.004])
    (2, 1, None)
    """
    sizes = [abs(value) for value in values if isinstance(value, float) and math.isfinite(value)]
    if all(size.is_integer() for size in sizes):
        return None
    most = _decimals(max(sizes))
    if any(size > 0 and round(size, most) == 0 for size in sizes):
        return None
    return next(few for few in range(most + 1) if all(round(size, few) == round(size, most) for size in sizes))


def _decimals(value: float) -> int:
    size = abs(value)
    return 1 if size >= 100 else 2 if size >= 1 else 3
