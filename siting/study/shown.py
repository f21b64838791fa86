"""Write what a planner shows of the best candidates: the communities they serve."""

from __future__ import annotations

from outlet.page.words import translate
from outlet.stage import StageRun
from siting.data.layers import SitingData
from siting.scoring.inputs import FeatureInputs
from siting.settings import SitingSettings
from siting.study.candidates import Scored
from siting.study.served import list_served
from siting.study.served_book import MOST_SHEETS, ServedBook, write_served_book
from siting.study.tables import to_csv
from siting.study.travel import TravelCosts


def write_shown(
    stage: StageRun, data: SitingData, costs: TravelCosts, inputs: FeatureInputs, scored: Scored
) -> list[str]:
    """Write served.csv and served.xlsx; return what to tell of them."""
    project, settings = stage.project.settings, stage.project.section("siting", SitingSettings)
    served = list_served(data, costs, inputs, scored)
    stage.out.write_text("served.csv", to_csv(served.table))
    _ = translate(project.language)
    content = ServedBook(
        served=served,
        data=data,
        scored=scored,
        reach_min=settings.score.catchment.reach_min,
        unit=settings.data.demand.unit,
        language=project.language,
        title=_("Communities served: {project}").format(project=project.name),
        as_of=project.as_of,
    )
    without = write_served_book(stage.out.write("served.xlsx"), content)
    notes = [served.note(len(data.candidates))]
    if without:
        notes.append(f"served.xlsx has a sheet for {MOST_SHEETS} places; {without:,} more stand in served.csv alone.")
    return notes
