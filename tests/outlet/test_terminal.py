"""What the terminal shows at 80 columns: tables that fit, and no word broken that fits."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from outlet.cli.options import Options, show
from outlet.stage import Summary
from outlet.terminal import GUTTER, column_widths, tell

LONG = "GeoJSON; candidates, EPSG:4326, measured in EPSG:3067; names by the column name_fi"
CHINESE = "GTFS; 3 routes; 人口按社区统计的需求，含年龄和收入两个分组字段，单位为人"
ROWS = [("data/candidates.geojson", 1204, LONG), ("data/gtfs.zip/stop_times.txt", 18, CHINESE), ("data/x.csv", 3, "-")]
WORDS = st.sampled_from(["a", "bbb", "cccccccc", "data/demand.geojson", "中", "中文字段"])
CELLS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


class Terminal(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_a_table_fits_80_columns_with_every_word_whole(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    title = "No fault found in the project of the city of Helsinki and those of its neighbours to the east"
    show(Summary(title, ("input", "rows", "note"), ROWS), "check", Options(quiet=True), 0.0)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == title, "what another program reads stays on one line"
    assert max(map(cell_len, printed[1:])) <= 80
    words = {word for row in ROWS for cell in row for word in str(cell).split() if word.isascii()}
    assert words - {"1204"} <= set(" ".join(printed).split())


def test_figures_and_shares_line_up_on_the_right(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    rows = [("a", 7.5, "99 %"), ("b", None, "8 %")]
    show(Summary("t", ("id", "score", "in the best 3"), rows), "score", Options(quiet=True), 0.0)
    ends = [line.rstrip() for line in capsys.readouterr().out.splitlines() if line[:1] in ("a", "b")]
    assert [len(line) for line in ends] == [len("id  score  in the best 3")] * 2


def test_shares_beside_thousands_are_not_rounded_away(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("contribution", 6170.4, 458.0), ("within target", 0.983, -0.012)]
    show(Summary("t", ("measure", "base", "difference"), rows), "compare", Options(quiet=True), 0.0)
    *_, contribution, share = (line.split() for line in capsys.readouterr().out.splitlines() if line)
    assert (contribution[1], share[2]) == ("6,170", "0.983")


def test_a_watched_text_wraps_between_words_and_keeps_its_margin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    line = "  plan 20,022.9, bound 21,414, gap 6.95 %, 13 s; the search was stopped by the clock"
    watched, piped = Terminal(), io.StringIO()
    tell(line, watched)
    tell(line, piped)
    shown = watched.getvalue().splitlines()
    assert len(shown) > 1
    assert max(map(len, shown)) <= 40
    assert all(part.startswith("  ") for part in shown)
    assert " ".join(part.strip() for part in shown) == line.strip()
    assert piped.getvalue() == f"{line}\n"


@given(st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=5), st.integers(20, 120))
def test_columns_share_the_width(columns: list[list[str]], width: int) -> None:
    widths = column_widths(columns, width)
    widest = [max(map(cell_len, cells)) for cells in columns]
    room = width - GUTTER * (len(columns) - 1)
    assert sum(widths) <= max(room, len(columns))
    assert all(1 <= got <= wide for got, wide in zip(widths, widest, strict=True))
    if sum(widest) <= room:
        assert widths == widest
    longest = [max(len(word) for cell in cells for word in cell.replace("中", " .. ").split()) for cells in columns]
    if sum(longest) <= room:
        assert all(got >= word for got, word in zip(widths, longest, strict=True))
