"""The import contracts of pyproject.toml hold, and can fail."""

from __future__ import annotations

import ast
import configparser
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def lint(config: Path) -> int:
    return int(lint_imports(config_filename=str(config), no_cache=True))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint(ROOT / "pyproject.toml") == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_broken_contract_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    config = configparser.ConfigParser()
    config["importlinter"] = {"root_packages": "outlet\nsiting"}
    config["importlinter:contract:1"] = {
        "name": "siting may not import outlet (which it does)",
        "type": "forbidden",
        "source_modules": "siting",
        "forbidden_modules": "outlet",
    }
    file = tmp_path / "broken.ini"
    with file.open("w") as stream:
        config.write(stream)
    assert lint(file) == 1


def test_every_folder_of_the_pipeline_is_in_a_layer() -> None:
    for contract in CONFIG["contracts"]:
        if contract["type"] != "layers":
            continue
        container = contract["containers"][0]
        layered = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
        folders = {path.parent.name for path in (ROOT / container).glob("*/__init__.py")}
        assert folders == layered


def imports_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("folium", ("siting/maps/",)),
        ("ezdxf", ("layout/data/", "layout/drawings/")),
        ("highspy", ("outlet/mip.py", "outlet/growing_lp.py")),
        ("pickle", ()),
        ("sklearn", ("siting/scoring/", "siting/demand/", "siting/geo/")),
    ],
)
def test_a_library_stays_where_it_belongs(library: str, allowed: tuple[str, ...]) -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for package in ("outlet", "siting", "layout")
        for path in (ROOT / package).rglob("*.py")
        if library in imports_of(path)
    ]
    assert [user for user in users if not user.startswith(allowed)] == []


def test_datasets_hold_data_only() -> None:
    assert [path.name for path in (ROOT / "datasets").rglob("*.py")] == []


@pytest.mark.parametrize("module", ["outlet.cli.main", "siting.cli.score", "layout.cli.zones"])
def test_what_help_needs_imports_nothing_heavy(module: str) -> None:
    heavy = {"numpy", "pandas", "geopandas", "pydantic", "rich", "ortools", "numba", "shapely", "folium"}
    assert imported_by(module, heavy) == "[]"


@pytest.mark.parametrize(
    ("module", "unused"),
    [
        ("layout.study.hall.zones", {"layout.simulate", "layout.staffing", "sklearn", "geopandas", "folium"}),
        ("layout.rules.data", {"numba", "ortools", "highspy"}),
    ],
)
def test_planning_a_hall_and_reading_rules_import_only_what_they_use(module: str, unused: set[str]) -> None:
    assert imported_by(module, unused) == "[]"


def imported_by(module: str, known: set[str]) -> str:
    """Return which of some modules a process that imports one has imported, as a list in words."""
    code = f"import sys, {module}; print(sorted({known} & set(sys.modules)))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
