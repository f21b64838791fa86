"""Figures and dates in the three languages."""

import datetime as dt

import pytest

from outlet.page.figures import cell, day, money, number, percent


@pytest.mark.parametrize(("language", "expected"), [("en", "12,345.7"), ("zh", "12,345.7"), ("es", "12.345,7")])
def test_number(language, expected):
    assert number(12345.678, language, 1) == expected


def test_negative_zero_and_missing():
    assert number(-0.001, "en", 1) == "0"
    assert number(None, "en") == number(float("nan"), "zh") == percent(None, "es") == money(None, "EUR", "en") == "–"


@pytest.mark.parametrize(
    ("currency", "language", "expected"),
    [("EUR", "en", "€1,250,000"), ("CNY", "zh", "¥1,250,000"), ("EUR", "es", "1.250.000\xa0€")],
)
def test_money(currency, language, expected):
    assert money(1_250_000, currency, language) == expected


def test_day():
    date = dt.date(2026, 3, 2)
    assert [day(date, language) for language in ("en", "zh", "es")] == [
        "2 March 2026",
        "2026年3月2日",
        "2 de marzo de 2026",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (None, "–"), (3, "3"), (3.0, "3"), (1234.56, "1,234.6"), (1.239, "1.24"), (0.12345, "0.123")],
)
def test_cell(value, expected):
    assert cell(value, "en") == expected
