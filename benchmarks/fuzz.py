"""Fuzz every kind of input: `python benchmarks/fuzz.py [--cases N] [--seed N] [--kind TEXT] [--replay N]`.

Each case is a small sound project with one file damaged; the command must end in exit 0, 2 or 3 with a message that
names the file, without a traceback, within 10 s and 1 GB. Failures are saved in a folder with the command to replay.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from fuzzing.all_kinds import all_kinds
from fuzzing.case import draw
from fuzzing.judge import Ending, fault_of
from fuzzing.kinds import Kind
from fuzzing.pool import run_cases


def main() -> int:
    """Run the cases; exit 0 when every one ended well."""
    arguments = _arguments()
    kinds = [kind for kind in all_kinds(artefacts=not arguments.no_artefacts) if arguments.kind in kind.name]
    if arguments.list:
        print("\n".join(kind.name for kind in kinds))
        return 0
    if arguments.replay is not None:
        return _replay(arguments.replay, arguments.seed, kinds)
    started = time.perf_counter()
    unsound = list(_unsound(kinds, arguments))
    for text in unsound:
        print(text)
    failed: Counter[str] = Counter()
    codes: Counter[int | None] = Counter()
    seconds: Counter[str] = Counter()
    most = 0
    numbers = range(arguments.first, arguments.first + arguments.cases)
    for number, ending in run_cases(numbers, arguments.seed, kinds, arguments.workers):
        case = draw(arguments.seed, number, kinds)
        codes[ending.code] += 1
        seconds[case.kind.name] += ending.seconds
        most = max(most, ending.memory)
        fault = fault_of(case, ending)
        if fault is not None:
            failed[fault] += 1
            _save(arguments, number, kinds, fault, ending)
    print(
        f"{arguments.cases} cases of {len(kinds)} kinds in {time.perf_counter() - started:.0f} s, seed {arguments.seed}"
    )
    print("exit codes: " + ", ".join(f"{code}: {count}" for code, count in sorted(codes.items(), key=str)))
    print("slowest kinds: " + ", ".join(f"{name} {value:.0f} s" for name, value in seconds.most_common(5)))
    print(f"most memory: {most / 2**20:.0f} MB")
    print("failures: " + (", ".join(f"{count} {name}" for name, count in failed.most_common()) or "none"))
    return 1 if failed or unsound else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kind", default="", help="only kinds whose name holds this")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "outlet-fuzz-failures")
    parser.add_argument("--replay", type=int, help="write this case into a folder, run it here and show everything")
    parser.add_argument("--list", action="store_true", help="list the kinds")
    parser.add_argument("--no-artefacts", action="store_true", help="leave out artefacts, which take a run to make")
    return parser.parse_args()


def _unsound(kinds: list[Kind], arguments: argparse.Namespace) -> list[str]:
    """Return the kinds whose undamaged project does not end in 0: their cases would say nothing."""
    found = []
    for number, ending in run_cases([-1 - at for at in range(len(kinds))], 0, kinds, arguments.workers):
        if ending.code != 0:
            found.append(f"UNSOUND {kinds[-1 - number].name}: exit {ending.code}: {ending.said[-1500:]}")
    return found


def _save(arguments: argparse.Namespace, number: int, kinds: list[Kind], fault: str, ending: Ending) -> None:
    case = draw(arguments.seed, number, kinds)
    folder = arguments.keep / f"{arguments.seed}-{number}"
    folder.mkdir(parents=True, exist_ok=True)
    said = ending.said.strip()
    again = f"python benchmarks/fuzz.py --seed {arguments.seed} --replay {number}"
    again += f" --kind {arguments.kind!r}" if arguments.kind else ""
    again += " --no-artefacts" if arguments.no_artefacts else ""
    text = f"{fault}: {case.kind.name}, {case.target}: {case.damage}\n{' '.join(case.command)[:500]}\n{again}\n"
    text += f"exit {ending.code}, {ending.seconds:.1f} s, {ending.memory >> 20} MB, spilt {ending.spilt}\n\n"
    (folder / "case.txt").write_text(text + said, encoding="utf-8", errors="replace")
    lines = [line for line in said.splitlines() if line.strip() and "this is a bug of Outlet" not in line]
    print(f"FAIL {number} {fault}: {case.kind.name}: {case.damage}: {(lines or [''])[-1][-160:]!a}", flush=True)


def _replay(number: int, seed: int, kinds: list[Kind]) -> int:
    from outlet.cli.main import run_command

    folder = Path(tempfile.mkdtemp(prefix=f"outlet-fuzz-{number}-")) / "project"
    folder.mkdir()
    case = draw(seed, number, kinds)
    command = case.write(folder)
    print(f"{case.kind.name}: {case.target}: {case.damage}\noutlet {' '.join(command)}", file=sys.stderr)
    return run_command(command)


if __name__ == "__main__":
    sys.exit(main())
