"""Charts as markup: scaled to their values, escaped, empty where there is nothing to draw."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.page.charts import HEIGHT, WIDTH, Bar, Series, nice_ticks, render_bars, render_lines

HOSTILE = "<img src=x onerror=alert(1)>"


def test_bars_fill_up_to_the_largest_and_escape_their_labels():
    html = render_bars([Bar(HOSTILE, 5, "5"), Bar("half", 2.5, "2.5"), Bar("below", -1, "-1")])
    assert re.findall(r"width:([\d.]+)%", html) == ["100.0", "50.0", "0.0"]
    assert HOSTILE not in html


def test_bars_of_zeros():
    assert "width:0%" in render_bars([Bar("none", 0, "0")])


def chart(points, **changes):
    settings = {"x_label": "x", "y_label": HOSTILE, "title": "t", "language": "en"}
    return render_lines([Series(HOSTILE, points)], **(settings | changes))


def test_line_chart_marks_the_chosen_value_and_escapes():
    html = chart([(1, 10), (2, 15), (3, 17)], marked_x=2)
    assert html.count('r="8"') == 1
    assert HOSTILE not in html


def test_nothing_to_draw():
    assert chart([]) == ""


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50), st.floats(-1e9, 1e9)), min_size=1, max_size=12))
def test_every_point_lies_inside_the_chart(points):
    html = chart(points)
    for x, y in re.findall(r'<circle cx="([-\d.e]+)" cy="([-\d.e]+)" r="3"', html):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT


@pytest.mark.parametrize(
    ("low", "high"), [(0, 97), (3, 3), (0, 0), (-5, 12), (0.001, 0.0042), (1e6, 1.2e6), (0, 5e-324)]
)
def test_ticks_span_the_values_and_are_few(low, high):
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))


def test_long_figures_have_room_beside_the_axis():
    """A label of nine signs ends at its anchor, and begins within the drawing: about 7 units a sign."""
    html = chart([(1, 1_500_000), (2, 2_000_000)])
    labels = re.findall(r'x="([\d.]+)" y="[\d.]+" text-anchor="end">([^<]+)<', html)
    assert "2,000,000" in [text for _, text in labels]
    assert all(float(x) >= 7 * len(text) for x, text in labels)
