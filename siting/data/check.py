"""Find every fault of siting's inputs."""

from __future__ import annotations

from pathlib import Path

from outlet.errors import CrsError, Fault, InputError, TableError
from outlet.findings import Count, Findings
from outlet.project import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from siting.data.layers import SitingData
    from siting.settings import SitingSettings


def check(project: Project, cache: Path | None = None) -> Findings:
    """Look at every layer that the settings name; nothing is solved, and nothing is left unread because of a fault.

    ``cache`` is the folder of what takes long to make, ``out/.cache``.
    """
    return check_layers(project, cache)[0] if project.has("siting") else Findings()


def check_layers(project: Project, cache: Path | None = None) -> tuple[Findings, SitingData | None]:
    """Return what a look at every layer found, and the layers together where none is at fault."""
    from siting.data.contracts.streets import street_remarks
    from siting.data.gather import gather
    from siting.data.load import assemble, walks_of
    from siting.data.making.city import GENERATED
    from siting.geo.crs import parse_metric_crs
    from siting.settings import SitingSettings

    settings = project.section("siting", SitingSettings)
    data: SitingData | None = None
    gathered = gather(project)
    faults = list(dict.fromkeys(gathered.faults))
    crs = None
    if settings.data.crs is not None:
        try:
            crs = parse_metric_crs(settings.data.crs)
        except CrsError as error:
            faults.append(Fault("outlet.toml", "geographic-crs", str(error), "a coordinate system in metres"))
    counts, remarks = tuple(gathered.counts), tuple(gathered.remarks)
    if not faults:
        try:
            data, faults = assemble(settings.data, gathered, crs, walks=walks_of(project, cache))
        except TableError as error:
            faults.extend(error.faults)
        except InputError as error:
            faults.append(Fault("outlet.toml", "unusable", str(error), "layers that fit together"))
        else:
            remarks = data.remarks
            if settings.data.streets is not None:
                remarks = (*remarks, *street_remarks(data, str(settings.data.streets.file)))
            if settings.data.candidates.generate:
                made = data.candidates["rule"].value_counts()
                rules = dict.fromkeys(rule.rule for rule in settings.data.candidates.generate)
                counts += tuple(
                    Count(GENERATED, int(made.get(rule, 0)), f"candidates made by the rule {rule}") for rule in rules
                )
            faults += _too_many(settings, len(data.candidates))
    return Findings(faults=tuple(faults), counts=counts, remarks=remarks), None if faults else data


def _too_many(settings: SitingSettings, candidates: int) -> list[Fault]:
    asked = settings.locate.wanted
    if settings.locate.number is None or asked <= candidates or settings.locate.model == "set_cover":
        return []
    return [
        Fault(
            "outlet.toml",
            code="too-many-outlets",
            found=f"siting.locate.outlets = {asked} with {candidates} candidates",
            expected=f"at most {candidates}",
            fix="Ask for fewer outlets or give more candidates.",
        )
    ]
