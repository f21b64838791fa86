"""What tests of all folders share: the samples run once, and a browser (see `browser`)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = ("helsinki", "riverton")


def _run_sample(name: str, folder: Path) -> Path:
    from outlet.cli.main import run_command

    shutil.copytree(ROOT / "datasets" / name, folder, ignore=shutil.ignore_patterns("out"))
    assert run_command(["run", str(folder), "--quiet"]) == 0
    return folder / "out"


@pytest.fixture(scope="session")
def helsinki_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The out/ folder of `outlet run` on the Helsinki sample."""
    return _run_sample("helsinki", tmp_path_factory.mktemp("samples") / "helsinki")


@pytest.fixture(scope="session")
def riverton_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The out/ folder of `outlet run` on the Riverton sample."""
    return _run_sample("riverton", tmp_path_factory.mktemp("samples") / "riverton")


@pytest.fixture(scope="session", params=SAMPLES)
def sample_out(request: pytest.FixtureRequest) -> Path:
    """The out/ folder of each sample in turn."""
    out: Path = request.getfixturevalue(f"{request.param}_out")
    return out


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the repository; the test is skipped where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("needs ../shared/data, the real data beside the repository")
    return folder
