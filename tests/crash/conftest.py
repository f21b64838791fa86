from __future__ import annotations

from pathlib import Path

import pytest
from crash import write
from fuzzing.siting_kinds import base, toml


@pytest.fixture
def siting(tmp_path: Path) -> Path:
    """A project of six demand points, one street and two candidates, without halls."""
    folder = tmp_path / "project"
    write(folder, {**base(), "outlet.toml": toml()})
    return folder
