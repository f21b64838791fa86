"""Find every fault of siting's inputs and settings that can be told before anything is walked or solved."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from outlet.errors import Fault, InputError, TableError
from outlet.findings import Count, Findings
from outlet.project import Project, Sector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from siting.data.layers import SitingData
    from siting.settings import SitingSettings

_FILE = "outlet.toml"


def check(project: Project, cache: Path | None = None) -> Findings:
    """Look at every layer that the settings name, and at the settings that only data or a model can judge.

    ``cache`` is the folder of what takes long to make, ``out/.cache``.
    """
    from siting.data.check import check_layers

    if not project.has("siting"):
        return Findings()
    from siting.settings import SitingSettings

    settings = project.section("siting", SitingSettings)
    findings, data = check_layers(project, cache)
    faults = [*_judgements(settings), *_parts_of_day(settings, project.settings.sector)]
    if data is not None:
        faults += _competition(settings, data)
        findings = findings.joined(_choices(project, settings, data))
    return dataclasses.replace(findings, faults=(*findings.faults, *faults))


def _judgements(settings: SitingSettings) -> list[Fault]:
    """Return the fault of judgements in pairs that contradict each other or do not hang together."""
    if settings.score.weighing != "ahp":
        return []
    from siting.scoring.ahp import judged_weights

    ahp = settings.score.ahp
    try:
        judged_weights(ahp.judgements, settings.score.counted, ahp.consistency_limit)
    except InputError as error:
        expected = f"judgements that join all features, with a consistency ratio of at most {ahp.consistency_limit:g}"
        return [Fault(_FILE, "bad-judgements", str(error), expected)]
    return []


def _choices(project: Project, settings: SitingSettings, data: SitingData) -> Findings:
    """Return what a look at the table of who goes where found, where there is one."""
    file = settings.calibrate.file
    if file is None:
        return Findings()
    from siting.data.contracts.choices import read_choices

    try:
        table = read_choices(project, settings.calibrate, data)
    except TableError as error:
        return Findings(faults=error.faults)
    except InputError as error:
        return Findings(faults=(Fault(str(file), "outside-folder", str(error), "a file inside"),))
    what = "who goes where" if table.seen is not None else "ways"
    return Findings(counts=(Count(str(file), len(table.demand), what),), remarks=table.remarks)


def _parts_of_day(settings: SitingSettings, sector: Sector) -> list[Fault]:
    """Return the fault of parts of the day in none of which an outlet is open."""
    from siting.study.handover import opening_hours
    from siting.study.parts_of_day import settle_parts

    try:
        settle_parts(settings, opening_hours(settings.locate, sector))
    except InputError as error:
        return [Fault(_FILE, "bad-hours", str(error), "a part of the day in which outlets are open")]
    return []


def _competition(settings: SitingSettings, data: SitingData) -> list[Fault]:
    """Return the fault of brands that no competitor has, or of terms that nobody has."""
    from siting.study.attraction import attractions_of

    try:
        attractions_of(data, settings.score.competition)
    except InputError as error:
        return [Fault(_FILE, "bad-competition", str(error), "brands and terms that the layers have")]
    return []
