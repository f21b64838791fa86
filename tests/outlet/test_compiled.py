"""Kernels are compiled once and kept; whoever watches is told while it happens, and only then."""

import subprocess
import sys
from pathlib import Path

KERNEL = """
from outlet.compiled import compiled
from outlet.progress import Progress, watching

@compiled
def twice(x):
    return 2 * x

with watching(Progress()):
    assert twice(21) == twice.py_func(21) == 42
    assert twice(1.5) == 3.0
"""


def told_by(script: Path) -> str:
    """What the script tells on stderr."""
    return subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stderr


def test_compiling_is_told_once_and_not_when_the_kernel_is_on_disk(tmp_path: Path) -> None:
    script = tmp_path / "kernel.py"
    script.write_text(KERNEL)
    assert told_by(script).count("compiling for this machine") == 1
    assert told_by(script) == ""
