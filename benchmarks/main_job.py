"""Measure the main job from a fresh clone: set-up commands, time, memory, freshness, sameness, start-up.

Run ``python benchmarks/main_job.py [--tests]``; it prints one table. Nothing is written into the checkout.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def timed(command: list[str] | str, cwd: Path, env: dict[str, str]) -> tuple[int, float, float, float]:
    """Run a command; return its exit code, wall seconds, CPU seconds and peak memory in MB of it and its children."""
    started = time.perf_counter()
    shell = isinstance(command, str)
    process = subprocess.Popen(
        command, cwd=cwd, env=env, shell=shell, executable="/bin/bash" if shell else None, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    return os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def hashes(out: Path) -> dict[str, str]:
    """Return the hash of every artefact in a folder."""
    return {
        file.relative_to(out).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(out.rglob("*"))
        if file.is_file() and ".cache" not in file.parts
    }


def fresh_clone(work: Path) -> Path:
    """Clone the checkout's HEAD into an empty folder."""
    clone = work / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    return clone


def environment(work: Path) -> dict[str, str]:
    """Return the variables of a new, activated environment."""
    venv = work / "env"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return clean | {"PATH": f"{venv / 'bin'}:{clean['PATH']}", "VIRTUAL_ENV": str(venv)}


def readme_command(clone: Path, kind: str) -> str:
    """Return the README's command that runs the sample or the tests."""
    done = subprocess.run(
        [sys.executable, ".ci/readme_command.py", kind], cwd=clone, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also run the README's test command")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="main-job-") as name:
        work = Path(name)
        clone, env = fresh_clone(work), environment(work)
        rows: list[tuple[str, str]] = []

        code, seconds, _, _ = timed(readme_command(clone, "run"), clone, env)
        rows.append(("README command 1 (install and run)", f"exit {code}, {seconds:.1f} s"))
        folder = clone / "datasets" / "helsinki"
        first = hashes(folder / "out")
        code, seconds, cpu, _ = timed(["outlet", "run", str(folder)], clone, env)
        rows.append(("outlet run, nothing changed", f"exit {code}, {seconds:.2f} s wall, {cpu:.2f} s CPU"))
        rows.append(("… wrote nothing", str(hashes(folder / "out") == first)))

        for sample in ("helsinki", "riverton"):
            runs = []
            for again in ("a", "b"):
                out = work / f"{sample}-{again}"
                command = ["outlet", "run", str(clone / "datasets" / sample), "--out", str(out), "--quiet"]
                runs.append((timed(command, clone, env), hashes(out)))
            for (code, seconds, _, peak), _ in runs:
                rows.append((f"outlet run datasets/{sample}", f"exit {code}, {seconds:.1f} s, {peak:.0f} MB"))
            one, two = runs[0][1], runs[1][1]
            differ = sorted(path for path in one.keys() | two.keys() if one.get(path) != two.get(path))
            rows.append(
                (f"{sample}: two runs byte-identical", f"{not differ} ({len(one)} files){' '.join(differ[:5])}")
            )

        helps = [timed(["outlet", "--help"], clone, env)[2] for _ in range(7)]
        rows.append(("outlet --help, CPU, median of 7", f"{statistics.median(helps):.3f} s"))
        if options.tests:
            code, seconds, _, _ = timed(readme_command(clone, "test"), clone, env)
            rows.append(("README command 2 (install and test)", f"exit {code}, {seconds:.1f} s"))
        for what, figure in rows:
            print(f"{what:<45} {figure}")


if __name__ == "__main__":
    main()
