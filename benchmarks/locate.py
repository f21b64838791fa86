"""Measure the location models on published and drawn instances: ``python benchmarks/locate.py [--only TABLE …]``.

Tables: pmed-median, pmed-center, charge, holmberg, cover, stores, tsplib, capture (published values, read from
``../shared/benchmarks/facility``; where that is not there they are left out and it is said), random (uniform, as users
of the usual library measure with), large (clustered, three sizes each; the plot goes to ``--plot``), first (what the
first call costs in a fresh process) and peer (spopt on the uniform instances, needs ``pip install -e ".[bench]"``; ours
beside it in the same run). Each case runs to its own limit, or to ``--seconds`` for all, on one thread, the large ones
on two; the times are those of the clock and of the processor, without reading or drawing the instance and without the
first compilation of the kernels. What misses its target is marked, and a plan or a bound that cannot be right fails the
run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from location import drawn, published
from location.case import Case, Measured, measure, missed, wrong

from outlet.outcome import Limits
from siting.locate import fixed_charge, max_capture, max_cover, p_center, p_dispersion, p_median, set_cover

TABLES: dict[str, Callable[[], Iterator[Case]]] = {
    "pmed-median": published.pmed_medians,
    "pmed-center": published.pmed_centers,
    "charge": published.warehouses,
    "holmberg": published.holmberg,
    "cover": published.coverings,
    "stores": published.stores,
    "tsplib": published.tsplib,
    "capture": published.multinomial,
    "random": drawn.random_cases,
    "large": drawn.town_cases,
}
ALONE = ("random", "large")
"""Tables whose every case has a process of its own, so that its memory can be told."""
TOGETHER_S = {"pmed-median": 60.0, "pmed-center": 60.0}
PEERS = (("p-median", 500), ("p-median", 2000), ("max cover", 2000), ("p-center", 500), ("set cover", 5000))
MODELS = ("p_median", "p_center", "max_cover", "set_cover", "p_dispersion", "fixed_charge", "max_capture")
FIRST_S = 2.0
LEAST_LIMIT_S, IN_TIME = 5.0, 0.99
"""No case is cut off before: one that misses a target of less is seen to. The limit is so much of what a case may take,
for the last slice of work ends a little after it."""


def warm_up() -> None:
    """Load the compiled kernels, those of the proofs among them, so that no case pays for it."""
    cost, weight = drawn.uniform(120, 30)
    limits = Limits(seconds=60, workers=1)
    charge, room = np.full(30, 3000.0), np.full(30, 3 * weight.sum() / 30)
    p_median(cost, weight, 6, limits=limits)
    p_center(cost, 6, limits=limits)
    max_cover(cost, weight, 6, 12.0, limits=limits)
    set_cover(cost, 1.05 * float(cost.min(axis=1).max()), limits=limits)
    p_dispersion(cost[:30], 6, limits=limits)
    max_capture((1.0 + cost) ** -2.0, np.full(120, 0.01), weight, 6, limits=limits)
    for capacity in (None, room):
        fixed_charge(cost * weight[:, None], weight, charge, capacity, limits=limits)
    fixed_charge((cost * weight[:, None])[:60], weight[:60], charge, room, single_source=True, limits=limits)


def small(model: str) -> None:
    """Solve one very small instance of a model."""
    cost, weight = drawn.uniform(60, 12)
    limits = Limits(seconds=20, workers=1)
    {
        "p_median": lambda: p_median(cost, weight, 3, limits=limits),
        "p_center": lambda: p_center(cost, 3, limits=limits),
        "max_cover": lambda: max_cover(cost, weight, 3, 20.0, limits=limits),
        "set_cover": lambda: set_cover(cost, 60.0, limits=limits),
        "p_dispersion": lambda: p_dispersion(cost[:12], 3, limits=limits),
        "fixed_charge": lambda: fixed_charge(cost, weight, np.full(12, 100.0), np.full(12, 900.0), limits=limits),
        "max_capture": lambda: max_capture(1.0 / (1.0 + cost), np.ones(60), weight, 3, limits=limits),
    }[model]()


def main() -> None:
    """Print the tables asked for; exit with 1 where an answer cannot be right."""
    arguments = _arguments()
    if arguments.case is not None:
        table, name = arguments.case.split(":", 1)
        case = next(case for case in TABLES[table]() if case.name == name)
        warm_up()
        print(json.dumps(asdict(_measure(case, arguments.seconds))))
        return
    if arguments.first is not None:
        small(arguments.first)
        return
    tables = arguments.only or [*TABLES, "first", *(["peer"] if arguments.peer else [])]
    warm_up()
    faulty = 0
    for table in tables:
        if table == "first":
            first_calls()
        elif table == "peer":
            beside_peer(arguments.peer_seconds)
        else:
            faulty += run_table(table, arguments)
    sys.exit(1 if faulty else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=[*TABLES, "first", "peer"], help="these tables alone")
    parser.add_argument("--seconds", type=float, help="limit of each case in place of its own (line 7: 2)")
    parser.add_argument("--every", type=int, default=1, help="only every K-th case of a table")
    parser.add_argument("--peer", action="store_true", help="also spopt, about 25 minutes")
    parser.add_argument("--peer-seconds", type=float, default=300.0, help="most seconds the peer may take a case")
    parser.add_argument("--plot", type=Path, help="where to draw how time grows with size (SVG or PNG)")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--first", help=argparse.SUPPRESS)
    return parser.parse_args()


def run_table(table: str, arguments: argparse.Namespace) -> int:
    """Print one table and its sum; return how many answers cannot be right."""
    if table not in ALONE and not published.FACILITY.is_dir():
        print(f"{table}: {published.FACILITY.name} is not there: nothing to measure")
        return 0
    heads = f"{'seconds':>8} {'cpu':>8} {'GB':>5} {'status':>9} {'objective':>16} {'known':>14} {'gap %':>8}"
    print(f"\n{table:44} {heads}")
    done: list[tuple[Case, Measured]] = []
    for case in list(TABLES[table]())[:: arguments.every]:
        found = _alone(case, arguments.seconds) if table in ALONE else _measure(case, arguments.seconds)
        done.append((case, found))
        _print(case, found, arguments.seconds)
    faulty = sum(bool(wrong(case, found)) for case, found in done)
    proved = sum(found.status == "optimal" for _, found in done)
    missing = sum(bool(missed(case, found)) for case, found in done)
    clock, cpu = sum(found.seconds for _, found in done), sum(found.processor for _, found in done)
    longest = max(found.seconds for _, found in done)
    print(
        f"{table}: {len(done)} cases, {proved} proved, {missing} miss their target, {faulty} cannot be right; "
        f"{clock:.1f} s together ({cpu:.1f} s of processor), the longest {longest:.2f} s"
        + (f"; asked: {TOGETHER_S[table]:g} s together" if table in TOGETHER_S else "")
    )
    if table == "large" and arguments.plot is not None:
        draw_growth([(case.name, found) for case, found in done], arguments.plot)
    return faulty


def _measure(case: Case, seconds: float | None) -> Measured:
    most = max(IN_TIME * case.seconds, LEAST_LIMIT_S) if seconds is None else seconds
    return measure(case, Limits(seconds=most, gap=_gap(case), workers=2 if case.table == "large" else 1))


def _gap(case: Case) -> float:
    """Return the gap to stop at: clustered instances stop where the target is met, so that growth can be read."""
    return case.gap if case.table == "large" else 0.0


def _alone(case: Case, seconds: float | None) -> Measured:
    command = [sys.executable, __file__, "--case", f"{case.table}:{case.name}"]
    command += [] if seconds is None else ["--seconds", str(seconds)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(f"{case.name}: {ran.stderr}")
    return Measured(**json.loads(ran.stdout.splitlines()[-1]))


def _print(case: Case, found: Measured, seconds: float | None) -> None:
    def number(value: float | None) -> str:
        return "–" if value is None else f"{value:.6f}" if abs(value) < 1e4 else f"{value:,.3f}"

    note = missed(case, found)
    if seconds is not None:
        late = found.seconds - seconds
        note = wrong(case, found) + (f" {late:.1f} s over the limit" if late > 0.25 * seconds else "")
    gap = "–" if np.isinf(found.gap) else f"{100 * found.gap:.4f}"
    print(
        f"{case.name:44} {found.seconds:8.2f} {found.processor:8.2f} {found.memory_gb:5.2f} {found.status:>9} "
        f"{number(found.objective):>16} {number(case.known):>14} {gap:>8}" + (f"  MISS: {note}" if note else ""),
        flush=True,
    )


def first_calls() -> None:
    """Print what the first call of each model costs in a fresh process, the kernels being on disk."""
    print(f"\n{'first call in a fresh process':44} {'seconds':>8}   (median of 3, imports left out)")
    for model in MODELS:
        taken = []
        for _ in range(3):
            script = (
                f"import sys, time; sys.path.insert(0, {str(Path(__file__).parent)!r}); import locate; "
                f"t = time.perf_counter(); locate.small({model!r}); print(time.perf_counter() - t)"
            )
            ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
            taken.append(float(ran.stdout))
        seconds = statistics.median(taken)
        print(f"{model:44} {seconds:8.2f}" + ("  MISS" if seconds > FIRST_S else ""), flush=True)


def beside_peer(limit: float) -> None:
    """Print ours and spopt's on the same instances, one after the other."""
    heads = f"{'ours s':>8} {'status':>9} {'value':>14} | {'theirs':>34} | ratio"
    print(f"\n{'beside spopt (HiGHS, one thread)':34} {heads}")
    for model, n in PEERS:
        case = next(case for case in drawn.random_cases() if case.name.startswith(f"{model} {n}×"))
        found = _alone(replace(case, known=None), None)
        folder = Path(__file__).parent
        command = [sys.executable, "-m", "location.peers", model, str(n), str(limit)]
        try:
            ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder, timeout=limit + 30)
            status, value, seconds = ran.stdout.split()
            theirs = f"{float(seconds):8.1f} s {status:>9} {float(value):14.3f}"
            ratio = f"{float(seconds) / found.seconds:7.1f}"
        except subprocess.TimeoutExpired:
            theirs, ratio = f"no answer in {limit + 30:.0f} s", f"> {(limit + 30) / found.seconds:.0f}"
        print(
            f"{case.name:34} {found.seconds:8.2f} {found.status:>9} {found.objective:14.3f} | {theirs:>34} | {ratio}",
            flush=True,
        )


def draw_growth(done: list[tuple[str, Measured]], path: Path) -> None:
    """Draw seconds of processor over demand points × candidates, a line a model."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5))
    for (model, sizes), marker in zip(drawn.TOWN_SIZES.items(), "osD", strict=True):
        found = {name: at for name, at in done if name.startswith(model)}
        size = [n * m for n, m, p in sizes if f"{model} {n:,}×{m:,} p={p}" in found]
        axes.loglog(size, [at.processor for at in found.values()], marker=marker, label=model)
    axes.set(xlabel="demand points × candidates", ylabel="seconds of processor to a proved gap of 1 %")
    axes.legend()
    axes.grid(visible=True, which="both", alpha=0.3)
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)


if __name__ == "__main__":
    main()
