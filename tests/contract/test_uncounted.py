"""Compiled functions that count no references neither return arrays nor call functions that do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
UNCOUNTED, COMPILED = {"kernel", "uncounted"}, {"compiled", "kernel", "nested", "uncounted"}
NUMBERS = re.compile(r"None|int|float|bool|np\.uint64|Line|tuple\[(int|float|bool)(, (int|float|bool))*\]")
"""What may come out; ``Line`` is four floats."""


class Found(NamedTuple):
    """A compiled function, its decorators and where it stands."""

    file: str
    decorators: set[str]
    node: ast.FunctionDef

    @property
    def makes_numbers(self) -> bool:
        returns = self.node.returns
        return returns is not None and NUMBERS.fullmatch(ast.unparse(returns)) is not None

    def named(self, name: str) -> str:
        """Return a name as it is known here: private ones of this file alone."""
        return f"{self.file}:{name}" if name.startswith("_") else name

    @property
    def calls(self) -> set[str]:
        calls = (part.func for part in ast.walk(self.node) if isinstance(part, ast.Call))
        return {func.id for func in calls if isinstance(func, ast.Name)}


def compiled_in(file: str, source: str) -> Iterable[Found]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef):
            decorators = {part.id for part in node.decorator_list if isinstance(part, ast.Name)}
            if decorators & COMPILED:
                yield Found(file, decorators, node)


def trouble(functions: list[Found]) -> list[str]:
    """Return what uncounted functions return or call that they must not."""
    arrays = {one.named(one.node.name) for one in functions if not one.makes_numbers}
    told = []
    for one in functions:
        if one.decorators & UNCOUNTED:
            name = one.node.name
            told += [] if one.makes_numbers else [f"{name} returns what may be an array"]
            calls = sorted(other for other in one.calls if one.named(other) in arrays)
            told += [f"{name} calls {other}, which returns what may be an array" for other in calls]
    return told


def test_uncounted_functions_hand_out_no_arrays() -> None:
    """Whoever calls one would drop an array it never took: numba does not refuse that."""
    files = [file for package in ("outlet", "siting", "layout") for file in sorted((ROOT / package).rglob("*.py"))]
    functions = [one for file in files for one in compiled_in(str(file), file.read_text(encoding="utf-8"))]
    assert sum(bool(one.decorators & UNCOUNTED) for one in functions) > 100
    assert trouble(functions) == []


MAKES = "@compiled\ndef make() -> Floats:\n    return np.zeros(3)\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("@kernel\ndef row(a) -> Floats:\n    return a[0]", ["row returns what may be an array"]),
        (
            f"{MAKES}@uncounted\ndef first() -> float:\n    return make()[0]",
            ["first calls make, which returns what may be an array"],
        ),
        (f"{MAKES}@nested\ndef first() -> float:\n    return make()[0]", []),
    ],
)
def test_the_check_finds_planted_trouble(source: str, told: list[str]) -> None:
    assert trouble(list(compiled_in("here", source))) == told
