"""Progress goes to stderr: lines always, a bar only where somebody watches, and nothing when quiet."""

from __future__ import annotations

import io
import sys

import pytest

from outlet.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr(sys, "stderr", stream)
        with Progress().bar("reading city.osm.pbf", 100) as done:
            done(40)
            done(60)
        assert ("reading city.osm.pbf" in stream.getvalue()) is drawn


def test_quiet_says_nothing_even_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(quiet=True).bar("reading", 3) as done:
        done(3)
    Progress(quiet=True).say("x")
    assert stream.getvalue() == ""
    Progress().say("x")
    assert stream.getvalue() == "x\n"
