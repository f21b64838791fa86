"""Layout's sections of the report."""

from __future__ import annotations

from pathlib import Path

from outlet.page.section import Section


def sections(out: Path, language: str) -> list[Section]:
    """Return the sections, from the files in ``out`` only: the network's figures, then one section an outlet."""
    from layout.report.content import read_content
    from layout.report.network import (
        efficiency_section,
        establishment_section,
        scorecard_section,
    )
    from layout.report.outlet import outlet_section

    content = read_content(out, language)
    network = [
        efficiency_section(content),
        scorecard_section(content),
        establishment_section(content),
    ]
    found = [section for section in network if section is not None]
    return [*found, *(outlet_section(outlet, language) for outlet in content.outlets if outlet.planned)]
