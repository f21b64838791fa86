"""Widths never fall short, and lines break where a reader would."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layout.drawings.markup import clean
from layout.drawings.text import break_lines, shorten, text_width, wrap


@given(st.text(max_size=30), st.text(max_size=30), st.floats(1, 10))
@settings(max_examples=50, deadline=None)
def test_width_adds_up_and_grows_with_size(a: str, b: str, size: float) -> None:
    assert text_width(a + b, size) == pytest.approx(text_width(a, size) + text_width(b, size), abs=0.01)
    assert text_width(a, 2 * size) == pytest.approx(2 * text_width(a, size), abs=0.01)


def test_east_asian_letters_are_one_em_wide() -> None:
    assert text_width("营业厅", 4.0) == 12.0


@given(st.lists(st.text("abcdefghij-", min_size=1, max_size=12), min_size=1, max_size=6), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_breaking_keeps_every_letter_and_the_number_of_lines(words: list[str], lines: int) -> None:
    text = " ".join(words)
    rows = break_lines(text, lines)
    assert len(rows) <= lines
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert max(text_width(row, 1) for row in rows) <= text_width(text, 1)


@given(st.text(min_size=1, max_size=60), st.floats(5, 60))
@settings(max_examples=50, deadline=None)
def test_what_is_shortened_or_wrapped_fits(text: str, width: float) -> None:
    assert text_width(shorten(text, 3.0, width), 3.0) <= max(width, text_width("…", 3.0))
    assert all(text_width(row, 3.0) <= max(width, text_width("…", 3.0)) for row in wrap(text, 3.0, width, 3))


def test_letters_that_xml_cannot_hold_are_replaced() -> None:
    """XML 1.0 holds tab, line feed, return, U+0020 to U+D7FF, U+E000 to U+FFFD, and all beyond U+FFFF."""
    may = [0x9, 0xA, 0xD, *range(0x20, 0xD800), *range(0xE000, 0xFFFE), 0x10000, 0x10FFFF]
    held = "".join(chr(code) for code in may)
    assert clean(held) == held
    others = "".join(chr(code) for code in sorted({*range(0x10000)} - {*may}))
    assert clean(others) == "\ufffd" * len(others)
