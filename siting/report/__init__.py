"""Siting's sections of the report."""

from __future__ import annotations

from pathlib import Path

from outlet.page.section import Section


def sections(out: Path, language: str) -> list[Section]:
    """Return the sections, from the files in ``out`` only; none where siting has chosen nothing."""
    if not (out / "plan.json").is_file() or not (out / "candidates.csv").is_file():
        return []
    from siting.data.results import read_results
    from siting.report.competition import calibration_section, cannibalisation_section, presence_section
    from siting.report.content import read_context
    from siting.report.learnt import learnt_section
    from siting.report.method import assumptions_section, method_section
    from siting.report.plan import alternatives_section, chosen_section, frontier_section, share_section
    from siting.report.steadiness import stability_section, years_section
    from siting.report.sureness import sureness_section

    results = read_results(out)
    context = read_context(out, results, language)
    found = [
        chosen_section(context),
        sureness_section(context),
        learnt_section(context),
        years_section(context),
        stability_section(context),
        frontier_section(context),
        alternatives_section(context),
        share_section(context),
        cannibalisation_section(context),
        presence_section(context),
        calibration_section(context),
        assumptions_section(context),
        method_section(context),
    ]
    return [section for section in found if section is not None]
