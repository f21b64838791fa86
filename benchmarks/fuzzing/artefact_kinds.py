"""Kinds of input that we wrote ourselves: artefacts that later commands read back, damaged by hand or by a bad disk."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

from fuzzing.kinds import IN_BYTES, IN_CSV, IN_JSON, IN_TEXT, Kind
from fuzzing.layout_kinds import plan_geojson, project
from fuzzing.siting_kinds import base, collection, toml

OURS = collection([({"id": "e1", "name": "Vanha"}, {"type": "Point", "coordinates": [24.904, 60.17]})])
EXTRA = '[siting.data.existing]\nfile = "data/existing.geojson"\n'


def artefact_kinds() -> list[Kind]:
    """Return the kinds of artefacts, of a small project that is run here once."""
    files = _run()
    planned = {name.rpartition("/")[0] for name in files if name.endswith("/requirement.csv")}
    names = [name for name in sorted(files) if name.startswith("out/") and _commands(name)]
    halls = [name for name in names if not name.endswith("catchment.csv") or name.rpartition("/")[0] in planned]
    kinds = [_kind(name, files) for name in halls]
    caches = tuple(name for name in files if "/.cache/" in name)
    score = (("score", "{dir}", "--quiet"),)
    kinds.append(Kind("artefact cache", files, caches, IN_BYTES, score, weight=3, harmless=True, places=False))
    return kinds


def _kind(name: str, files: dict[str, bytes]) -> Kind:
    damages = {".csv": IN_CSV, ".json": IN_JSON, ".geojson": IN_JSON}.get(Path(name).suffix, IN_TEXT)
    short = "/".join(part for part in name.split("/") if part not in ("out", "outlets"))
    manifest = name == "out/manifest.json"
    return Kind(
        f"artefact {short}", files, (name,), damages, _commands(name), weight=1, harmless=manifest, places=False
    )


def _commands(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the commands that read an artefact back; none where nobody does."""
    file = Path(name).name
    outlet = ("--outlet", name.split("/")[2]) if name.startswith("out/outlets/") else ()
    readers = {
        "manifest.json": ["report"],
        "check.json": ["report"],
        "candidates.csv": ["locate", "map", "report"],
        "candidates.geojson": ["report"],
        "catchments.geojson": ["map", "report"],
        "outlet_catchments.geojson": ["map", "report"],
        "plan.json": ["share", "map", "report"],
        "outlets.geojson": ["map", "report"],
        "share.csv": ["map", "report"],
        "frontier.csv": ["map", "report"],
        "assignment.csv": ["map"],
        "outlet.json": ["efficiency", "report", "zones"],
        "requirement.csv": ["staff", "simulate", "report"],
        "catchment.csv": ["staff"],
        "zones.json": ["efficiency", "report"],
        "hall.svg": ["report"],
        "shifts.csv": ["simulate", "report"],
        "roster.csv": ["simulate", "report"],
        "simulation.json": ["efficiency", "report"],
        "communities.csv": ["report"],
        "establishment.csv": ["efficiency", "report"],
        "efficiency.csv": ["report"],
    }.get(file, [])
    per_outlet = ("zones", "staff", "simulate")
    return tuple((command, "{dir}", "--quiet", *(outlet if command in per_outlet else ())) for command in readers)


def small_project(extra: str = "") -> dict[str, bytes]:
    """Return a project that uses both halves and plans two halls; ``extra`` is put before ``[layout]``."""
    layout = project("data/hall.geojson", plan_geojson())
    below = layout["outlet.toml"].decode().partition("[layout]")[2]
    below = below.replace("[layout.programme]", "[layout.programme]\neffort = 0.02")
    below = below.replace("[layout.staff]", "[layout.staff]\nweeks = 1")
    quick = "[layout.simulate]\ndays = 20\n"
    files = {**layout, **base(), "data/existing.geojson": OURS}
    files["outlet.toml"] = toml(extra=f"{EXTRA}{extra}[layout]{below}{quick}")
    return files


def _run() -> dict[str, bytes]:
    """Return a project and all that `outlet run` made of it."""
    from outlet.cli.main import run_command

    files = small_project()
    with tempfile.TemporaryDirectory(prefix="outlet-fuzz-run-") as root:
        folder = Path(root) / "project"
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = run_command(["run", str(folder), "--quiet", "--workers", "1"])
        if code != 0:
            raise SystemExit(f"the small project for artefacts does not run: exit {code}\n{said.getvalue()}")
        made = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(made)}
