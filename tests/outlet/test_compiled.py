"""Kernels are compiled once and kept; whoever watches is told while it happens, and only then."""

import subprocess
import sys
from pathlib import Path

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


def run(script: Path) -> tuple[int, bool]:
    """How often the script tells that it compiles, and whether it counted the time."""
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    return ran.stderr.count("compiling for this machine"), ran.stdout.strip() == "True"


def test_compiling_is_told_once_and_not_when_the_kernel_is_on_disk(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(KERNEL)
    assert run(script) == (1, True)
    assert run(script) == (0, False)


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
