"""Figures in what a command tells are written in full, never in powers of ten."""

import pytest

from siting.study.label import figure, name_some


@pytest.mark.parametrize(
    ("value", "text"), [(1951052.94, "1,951,053"), (4834.94, "4,834.94"), (0.125, "0.125"), (-2e9, "-2,000,000,000")]
)
def test_a_figure_is_written_in_full(value, text):
    assert figure(value) == text


def test_how_many_more_are_counted_with_separators():
    assert name_some([str(n) for n in range(4848)]) == "0, 1, 2 and 4,845 more"
