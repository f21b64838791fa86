"""Kernels are compiled once and kept; whoever watches is told while it happens, and only then."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import outlet

KERNEL = """
from outlet.compiled import compiled, compiling_seconds
from outlet.progress import Progress, watching

@compiled
def twice(x):
    return 2 * x

with watching(Progress()):
    assert twice(21) == twice.py_func(21) == 42
    assert twice(1.5) == 3.0
print(compiling_seconds() > 0)
"""

PLANTED = """
Path(twice._cache._cache_file._index_path + ".lock").mkdir()
"""


def run(script: Path) -> tuple[int, bool]:
    """How often the script tells that it compiles, and whether it counted the time."""
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    return ran.stderr.count("compiling for this machine"), ran.stdout.strip() == "True"


def test_compiling_is_told_once_and_not_when_the_kernel_is_on_disk(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(KERNEL)
    assert run(script) == (1, True)
    assert run(script) == (0, False)


AT_ONCE = """
import sys
from outlet.compiled import compiled

@compiled
def inner(x):
    return 2 * x

@compiled
def outer(x):
    return inner(x) + 1

print("ready", flush=True)
sys.stdin.readline()
assert outer(20) == 41
print(sum(sum(made.stats.cache_misses.values()) for made in (outer, inner)))
"""


def test_of_processes_that_want_a_kernel_at_once_one_compiles_it(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(AT_ONCE)
    command = [sys.executable, str(script)]
    team = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.stdout.readline() for process in team if process.stdout] == ["ready\n"] * 3
    for process in team:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [int(process.communicate(timeout=100)[0]) for process in team]
    assert sorted(told) == [0, 0, 2]
    assert not list(tmp_path.rglob("*.lock"))


def test_a_kernel_is_compiled_all_the_same_where_no_lock_can_be_held(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text("from pathlib import Path\n" + KERNEL.replace("with watching", PLANTED + "with watching"))
    assert run(script) == (1, True)


INNER = """
from outlet.compiled import compiled, kernel

@kernel
def inner(x):
    return 2 * x

@compiled
def outer(x):
    return inner(x) + 1

print(inner(20), outer(20), inner(20), outer.py_func(20), len(inner.signatures))
"""


def test_a_kernel_without_a_way_in_runs_as_plain_python_before_and_after_it_is_compiled(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(INNER)
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["40", "41", "40", "41", "1"]


LITERALS = """
from outlet.compiled import compiled

@compiled
def scaled(x, by):
    return by * x

@compiled
def both(x):
    return scaled(x, 3) + scaled(x, by=5) + scaled(x, x)

assert both(2) == 20
print(len(scaled.signatures))
"""


def test_a_call_with_a_number_written_in_it_is_not_compiled_apart(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(LITERALS)
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "1"


COUNTS = """
from typing import NamedTuple
import numpy as np
from outlet.compiled import compiled, kernel, uncounted

class Pair(NamedTuple):
    one: np.ndarray
    other: np.ndarray

@kernel
def second(pair, at):
    return pair.other[at]

@uncounted
def total(pair):
    found = 0.0
    for at in range(len(pair.one)):
        row = pair.one[at]
        found += row[0] + second(pair, at)
    return found

@compiled
def counting(pair):
    return pair.one[1:].copy()

pair = Pair(np.ones((3, 2)), np.ones(3))
assert total(pair) == 6.0
assert counting(pair).sum() == 4.0
codes = [next(iter(made.inspect_llvm().values())) for made in (total, counting)]
calls = [sum("call" in line and "NRT_" in line for line in code.splitlines()) for code in codes]
print(calls[0], calls[1] > 0)
"""


def test_references_are_counted_only_where_arrays_are_made(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(COUNTS)
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["0", "True"]


LOW = """
from typing import NamedTuple
from outlet.compiled import compiled
BY = {by}
class Pair(NamedTuple):
    {names}: float
    other: float
@compiled
def scaled(pair):
    return BY * pair[0]
"""
MIDDLE = """
from layout.low import (
    scaled,
)
from outlet.compiled import kernel
@kernel
def twice(pair):
    return 2.0 * scaled(pair)
"""
HIGH = """
from layout import middle
from layout.low import Pair
from outlet.compiled import compiled, compiling_seconds
call = middle.twice
@compiled
def both(pair):
    return call(pair) + 1.0
print(both(Pair(1.0, 2.0)), compiling_seconds() > 0)
"""


def test_a_kernel_on_disk_does_not_outlive_a_change_in_what_it_calls(tmp_path: Path) -> None:
    shutil.copytree(Path(outlet.__file__).parent, tmp_path / "outlet", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "layout").mkdir()
    for name, text in (("__init__", ""), ("middle", MIDDLE), ("high", HIGH)):
        (tmp_path / "layout" / f"{name}.py").write_text(text)

    def told(by: float, names: str) -> str:
        (tmp_path / "layout" / "low.py").write_text(LOW.format(by=by, names=names))
        command = [sys.executable, "-m", "layout.high"]
        ran = subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": ""}
        )
        return ran.stdout.strip()

    assert told(3.0, "one") == "7.0 True"
    assert told(3.0, "one") == "7.0 False"
    assert told(5.0, "one") == "11.0 True"
    assert told(5.0, "uno") == "11.0 True"
