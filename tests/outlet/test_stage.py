from __future__ import annotations

import click
import pytest

from outlet.stage import Stage, StageRun, Summary, in_order, load_commands


def nothing(run: StageRun) -> Summary:
    return Summary("")


def stage(name: str, reads: tuple[str, ...] = (), writes: tuple[str, ...] = (), section: str = "siting") -> Stage:
    return Stage(name=name, help="", section=section, settings=(), reads=reads, writes=writes, run=nothing)


def test_a_stage_comes_after_those_that_write_what_it_reads() -> None:
    first, second = stage("z", writes=("x.csv",)), stage("a", reads=("x.csv",))
    assert [found.name for found in in_order([second, first])] == ["z", "a"]


def test_feedback_of_a_later_stage_is_no_circle() -> None:
    first = Stage(name="z", help="", section="siting", settings=(), feedback=("y.csv",), writes=("x.csv",), run=nothing)
    second = stage("a", reads=("x.csv",), writes=("y.csv",))
    assert [found.name for found in in_order([second, first])] == ["z", "a"]


def test_an_outlets_file_is_the_same_however_it_is_written() -> None:
    first = stage("z", writes=("outlets/*/outlet.json",))
    second = stage("a", reads=("{outlet}/outlet.json",), section="layout")
    assert [found.name for found in in_order([second, first])] == ["z", "a"]


def test_the_commands_are_those_of_the_contract_in_the_order_of_the_work() -> None:
    stages = in_order([found for found in load_commands().values() if isinstance(found, Stage)])
    names = [found.name for found in stages]
    want = ["check", "score", "locate", "share", "map", "zones", "staff", "simulate", "efficiency", "report"]
    assert [name for name in names if name in want] == want


def test_every_command_of_the_contract_is_there() -> None:
    want = ["new", "check", "score", "locate", "share", "map", "zones", "staff", "simulate", "report", "compare", "run"]
    assert set(want) <= set(load_commands())


@pytest.mark.parametrize("name", sorted(load_commands()))
def test_every_command_has_a_line_of_help(name: str) -> None:
    found = load_commands()[name]
    text = found.short_help if isinstance(found, click.Command) else found.help
    assert text
    assert text.endswith(".")
