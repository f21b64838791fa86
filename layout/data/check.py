"""Find every fault of this half's inputs."""

from __future__ import annotations

from outlet.findings import Findings
from outlet.project import Project


def check(project: Project) -> Findings:
    """Look at every input the settings name."""
    raise NotImplementedError
