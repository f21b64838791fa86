"""Siting's sections of the report."""

from __future__ import annotations

from pathlib import Path

from outlet.page.section import Section


def sections(out: Path, language: str) -> list[Section]:
    """Return the sections, from the files in ``out`` only."""
    raise NotImplementedError
