"""Figures in rows: where what is drawn stands, and that names are texts."""

from __future__ import annotations

import re

import pytest

from outlet.page.rows import PALETTE, Interval, Stack, render_intervals, render_stacks

HOSTILE = "<img src=x onerror=alert(1)>"


def test_parts_follow_one_another_and_fill_their_share():
    html = render_stacks([Stack("a", [20, 0, 30], "50")], ["x", "y", "z"], most=100, title="t", language="en")
    drawn = re.findall(r'<path fill="(#\w+)" d="M([\d.]+) 0h([\d.]+)v10', html)
    assert drawn == [(PALETTE[0], "0.0", "19.75"), (PALETTE[2], "20.0", "29.75")]
    assert 'aria-label="x 20; z 30"' in html


def test_names_are_texts():
    stacks = render_stacks([Stack(HOSTILE, [1], HOSTILE)], [HOSTILE], most=1, title=HOSTILE, language="en")
    intervals = render_intervals([Interval(HOSTILE, 1, 2, 3, HOSTILE)], (1, 3), ticks=[1], title=HOSTILE, language="en")
    assert HOSTILE not in stacks + intervals
    assert (stacks + intervals).count("&lt;img") >= 7


@pytest.mark.parametrize(("logarithmic", "middle"), [(False, "9.09"), (True, "50.0")])
def test_a_dot_stands_where_the_axis_says(logarithmic, middle):
    html = render_intervals(
        [Interval("a", 1, 10, 100, "")], (1, 100), ticks=[1, 100], title="t", language="en", logarithmic=logarithmic
    )
    assert f'd="M{middle} 5h0"' in html
    assert "M0.0 5H100.0" in html


def test_what_lies_beyond_the_axis_stands_at_its_end():
    html = render_intervals([Interval("a", -9, 0, 9, "", marked=True)], (-1, 1), ticks=[], title="t", language="es")
    assert "M0.0 5H100.0" in html
    assert html.count("5h0") == 2
