"""Kill `outlet run` again and again: `python benchmarks/crash.py [--moments N] [--writes N] [--seed N]`.

Three ways: every single write, rename and removal of one commit (forked, exhaustive); random moments of whole runs,
from nothing and from the artefacts of an older plan; and the n-th write of whole runs, spread evenly. After each death
every artefact must be absent, old and whole, or new and whole, no process may be left over, and the next run must end
with exactly the artefacts of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from fuzzing.artefact_kinds import small_project
from fuzzing.siting_kinds import base, toml

Tree = dict[str, bytes]
OLDER = b"id,name,lon,lat\nc2,B,24.908,60.17\nc3,C,24.912,60.17\n"
SCENARIO = "[scenario.two]\nsiting.locate.model = 'max_cover'\n"
WRITES = frozenset(("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "os.truncate"))
ENDS_S = 5.0


def main() -> int:
    """Do all three; exit 0 when nothing was ever torn."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=50, help="random moments of whole runs")
    parser.add_argument("--writes", type=int, default=25, help="writes of whole runs to die at")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--small", action="store_true", help="a project without halls: faster")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outlet-crash-", ignore_cleanup_errors=True) as root:
        faults = list(each_write_of_a_commit(Path(root) / "commit"))
        print(f"one commit: {len(faults)} faults")
        if arguments.moments or arguments.writes:
            faults += list(_whole_runs(Path(root), arguments))
    for fault in faults:
        print(f"FAIL {fault}")
    return 1 if faults else 0


# One commit, exhaustively -------------------------------------------------------------------------------------------


def each_write_of_a_commit(root: Path) -> Iterator[str]:
    """Yield what went wrong when a commit was killed before its first, second, … and last write."""
    from outlet.commit import alone_in

    deaths = 0
    while True:
        out = root / str(deaths) / "out"
        out.mkdir(parents=True)
        _small_commit(out, "old", ("a.csv", "deep/b.json", "gone/c.txt"))
        old = tree(out)
        if _fork(partial(_commit_and_die, out, deaths)) == 0:
            break
        deaths += 1
        new = {"a.csv": b"new" * 9999, "deep/b.json": b"new" * 9999, "made/d.txt": b"new" * 9999}
        yield from (f"write {deaths}: {fault}" for fault in torn(tree(out), [old, new], exempt=("manifest.json",)))
        with alone_in(out, "outlet test"):
            pass
        left = tree(out)
        names = sorted(set(left) - {"manifest.json"})
        if {name: left[name] for name in names} not in ({k: v for k, v in old.items() if k != "manifest.json"}, new):
            yield f"write {deaths}: half a commit was left: {names}"
        yield from (f"write {deaths}: {fault}" for fault in leftovers(out))
        _small_commit(out, "new", tuple(new))
        if {name: data for name, data in tree(out).items() if name != "manifest.json"} != new:
            yield f"write {deaths}: the next commit left {sorted(tree(out))}"
    print(f"one commit was killed before each of its {deaths} writes")
    if deaths < 10:
        yield f"only {deaths} writes were seen in a commit"


def _small_commit(out: Path, text: str, names: tuple[str, ...]) -> None:
    from outlet.artefacts import hash_file
    from outlet.commit import alone_in, commit, make_staging

    with alone_in(out, "outlet test"):
        files = make_staging(out)
        for name in names:
            (files / name).parent.mkdir(parents=True, exist_ok=True)
            (files / name).write_text(text * 9999, encoding="utf-8")
        commit(out, files, "stage", {"settings": text}, {name: hash_file(files / name) for name in names})


def _commit_and_die(out: Path, at: int) -> None:
    Writes(out, at)
    _small_commit(out, "new", ("a.csv", "deep/b.json", "made/d.txt"))


def _fork(body: Callable[[], int | None]) -> int:
    return os.waitpid(_begin(body), 0)[1]


def _begin(body: Callable[[], int | None]) -> int:
    """Begin a process, the leader of a session, that ends with the code the body returns; return its number."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code: int | None = 3
        try:
            os.setsid()
            code = body()
        except BaseException:  # noqa: BLE001 - a forked child must never come back into the parent's code
            traceback.print_exc()
        finally:
            os._exit(code or 0)
    return child


class Writes:
    """Count what this process writes, renames and removes below a folder, and kill it before the ``deadly``-th."""

    def __init__(self, out: Path, deadly: int | None = None) -> None:
        self.seen = 0
        self.out = str(out)
        self.deadly = deadly
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event not in WRITES and not (event == "open" and _opens_to_write(arguments[2])):
            return
        names = [os.fspath(item) for item in arguments if isinstance(item, str | os.PathLike)]
        by_handle = event in ("os.remove", "os.rmdir") and arguments[1] != -1
        if not by_handle and not any(str(name).startswith(self.out) for name in names):
            return
        if self.seen == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1


def _opens_to_write(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


# Whole runs ---------------------------------------------------------------------------------------------------------


def _whole_runs(root: Path, arguments: argparse.Namespace) -> Iterator[str]:
    files = {**base(), "outlet.toml": toml(extra=SCENARIO)} if arguments.small else small_project(SCENARIO)
    before, project = root / "before", root / "project"
    write(before, {**files, "data/candidates.csv": OLDER})
    write(project, files)
    _import_all()
    _finish(before)
    started = time.perf_counter()
    _finish(project)
    whole = time.perf_counter() - started
    old, new = tree(before / "out"), tree(project / "out")
    print(
        f"a run takes {whole:.1f} s and makes {len(new)} artefacts; {len(set(old.items()) ^ set(new.items()))} differ"
    )
    rng = random.Random(arguments.seed)
    torn_runs = 0
    for at in range(arguments.moments):
        moment = whole * (at + rng.random()) / arguments.moments
        yield from _one(root, project, old if at % 2 else {}, new, f"moment {moment:.2f} s", seconds=moment)
        torn_runs += 1
    writes = _count_writes(root, project) if arguments.writes else 0
    for at in range(arguments.writes):
        write_at = (at * writes + rng.randrange(writes)) // arguments.writes
        yield from _one(root, project, old if at % 2 else {}, new, f"write {write_at}", write_at=write_at)
        torn_runs += 1
    print(f"{torn_runs} runs were killed, of {writes or 'uncounted'} writes each")


def _one(
    root: Path, project: Path, old: Tree, new: Tree, name: str, *, seconds: float = 0.0, write_at: int | None = None
) -> Iterator[str]:
    """Yield what was wrong after one death and after the next run."""
    place = root / "case"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(project, place, ignore=shutil.ignore_patterns("out"))
    write(place / "out", old)
    process = _begin(partial(_run, place) if write_at is None else partial(_run_and_die, place, write_at))
    if write_at is None:
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    yield from (f"{name}: process {pid} was left over" for pid in _left_over(process))
    base = [{f"scenarios/two/{path}": data for path, data in made.items()} for made in (old, new)]
    yield from (f"{name}: {fault}" for fault in torn(tree(place / "out"), [old, new, *base], exempt=_MANIFESTS))
    code, said = _finish(place, check=False)
    if code != 0:
        yield f"{name}: the next run ended in {code}: {said[-500:]}"
        return
    after = tree(place / "out")
    yield from (f"{name}: after the next run: {path} differs" for path in sorted(new) if after.get(path) != new[path])
    yield from (f"{name}: after the next run: {path} is too much" for path in sorted(set(after) - set(new)))
    yield from (f"{name}: {fault}" for fault in leftovers(place / "out"))


_MANIFESTS = ("manifest.json", "scenarios/two/manifest.json")


def _import_all() -> None:
    """Import what runs import, once for all of them."""
    import layout
    import siting

    for package in (siting, layout):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def _run(folder: Path, *more: str) -> int:
    """Run a project in this process, and keep what it says beside it."""
    from outlet.cli.main import run_command

    said = os.open(_said(folder), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    return run_command(["run", str(folder), "--quiet", *more])


def _said(folder: Path) -> Path:
    return folder.with_suffix(".txt")


def _finish(folder: Path, *, check: bool = True) -> tuple[int, str]:
    code = os.waitstatus_to_exitcode(_fork(partial(_run, folder)))
    said = _said(folder).read_text(encoding="utf-8", errors="replace")
    if check and code != 0:
        raise SystemExit(f"the small project does not run: exit {code}\n{said[-3000:]}")
    return code, said


def _run_and_die(folder: Path, at: int | None) -> int:
    """Run a project in this process and die at a write; say how many there were where it does not come to that."""
    writes = Writes(folder / "out", at)
    code = _run(folder, "--workers", "1")
    print(writes.seen, file=sys.stderr, flush=True)
    return code


def _count_writes(root: Path, project: Path) -> int:
    """Return how many writes the main process of a whole run does."""
    place = root / "count"
    shutil.copytree(project, place, ignore=shutil.ignore_patterns("out"))
    if _fork(partial(_run_and_die, place, None)) != 0:
        raise SystemExit(f"the small project does not run where writes are counted: {_said(place).read_text()}")
    return int(_said(place).read_text(encoding="utf-8").split()[-1])


def _left_over(session: int) -> list[int]:
    """Return processes of a session that still live some seconds after its leader was killed."""
    deadline = time.monotonic() + ENDS_S
    while (found := _in_session(session)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return found


def _in_session(session: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(folder.name))
    return found


# What is in a folder ------------------------------------------------------------------------------------------------


def tree(out: Path) -> Tree:
    """Return every artefact below ``out`` with its bytes; hidden files are no artefacts."""
    files = [path for path in out.rglob("*") if path.is_file()]
    names = {path.relative_to(out).as_posix(): path for path in files}
    return {
        name: path.read_bytes()
        for name, path in sorted(names.items())
        if not any(part.startswith(".") for part in name.split("/"))
    }


def torn(found: Tree, whole: list[Tree], exempt: tuple[str, ...]) -> Iterator[str]:
    """Yield artefacts that are in none of the states; manifests of a moment between are only read."""
    import json

    for name, data in found.items():
        if name in exempt:
            try:
                json.loads(data)
            except ValueError:
                yield f"{name} is torn"
        elif not any(state.get(name) == data for state in whole):
            yield f"{name} is neither old nor new ({len(data)} bytes)"


def leftovers(out: Path) -> list[str]:
    """Return staging and commit folders that are still there."""
    return [f"{path.name} was left" for prefix in (".staging-*", ".commit-*") for path in out.rglob(prefix)]


def write(folder: Path, files: Tree) -> None:
    """Write files into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
