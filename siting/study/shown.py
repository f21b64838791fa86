"""Write what a planner shows in a meeting: the communities places serve, and their catchments drawn on the map."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from outlet.page.words import translate
from outlet.stage import StageRun
from siting.data.layers import SitingData, points_of
from siting.scoring.inputs import FeatureInputs
from siting.settings import SitingSettings
from siting.study.attraction import brand_factors
from siting.study.candidates import Scored
from siting.study.catchments import Places, catchments_geojson, draw_catchments, write_catchments_gpkg
from siting.study.label import site_ids
from siting.study.market import rivals_known
from siting.study.ptal_sheet import write_ptal
from siting.study.served import best_candidates, list_served
from siting.study.served_book import MOST_SHEETS, ServedBook, write_served_book
from siting.study.tables import to_csv
from siting.study.travel import Csr, TravelCosts, outlet_rivals, site_points, street_network

Ints = NDArray[np.int64]


def write_shown(
    stage: StageRun, data: SitingData, costs: TravelCosts, inputs: FeatureInputs, scored: Scored
) -> list[str]:
    """Write served.csv and .xlsx, catchments.geojson and .gpkg, ptal.csv; return what to tell of them."""
    notes = _write_served(stage, data, costs, inputs, scored)
    best = best_candidates(scored, inputs.settings.polygons.best)
    _write_candidates_catchments(stage, data, costs, inputs, best)
    return [*notes, *write_ptal(stage, data, inputs, scored)]


def _write_served(
    stage: StageRun, data: SitingData, costs: TravelCosts, inputs: FeatureInputs, scored: Scored
) -> list[str]:
    project, settings = stage.project.settings, stage.project.section("siting", SitingSettings)
    stage.progress.say("communities: listing those each of the best candidates serves")
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


def _write_candidates_catchments(
    stage: StageRun, data: SitingData, costs: TravelCosts, inputs: FeatureInputs, best: Ints
) -> None:
    places = Places(
        ids=[str(inputs.ids[at]) for at in best.tolist()],
        names=data.candidates["name"].astype(str).iloc[best].tolist(),
        roles=["candidate"] * len(best),
        xy=points_of(data.candidates)[best],
        demand_minutes=sparse.csr_array(costs.demand_sites[:, best]),
        rival_minutes=sparse.csr_array(costs.candidate_rivals[best][:, inputs.attraction_of_rivals > 0]),
        rivals_known=inputs.rivals_known[best],
    )
    stage.progress.say(f"catchments: drawing those of the best {len(best)} candidates")
    network = street_network(stage.project, data)
    table = draw_catchments(network, places, inputs.market.demand, inputs.settings, data.crs)
    stage.out.write_text("catchments.geojson", catchments_geojson(table))
    write_catchments_gpkg(table, stage.out.write("catchments.gpkg"), stage.project.settings.as_of)


def write_outlet_catchments(stage: StageRun, data: SitingData, demand_sites: Csr, opened: Ints) -> list[str]:
    """Write outlet_catchments.geojson of the open sites, the new ones first; return what to tell of it."""
    settings = stage.project.section("siting", SitingSettings).score
    count = len(data.candidates)
    shown = np.sort(opened)[: settings.polygons.outlets]
    names = [*data.candidates["name"].astype(str), *data.existing["name"].astype(str)]
    ids, xy = site_ids(data), site_points(data)[shown]
    cache = stage.out.cache()
    factor, _ = brand_factors(data.competitors, settings.competition.brands)
    walks = outlet_rivals(stage.project, data, xy, cache, stage.progress)
    places = Places(
        ids=[ids[at] for at in shown.tolist()],
        names=[names[at] for at in shown.tolist()],
        roles=["new" if at < count else "existing" for at in shown.tolist()],
        xy=xy,
        demand_minutes=sparse.csr_array(demand_sites[:, shown]),
        rival_minutes=sparse.csr_array(walks[:, factor > 0]),
        rivals_known=rivals_known(data, xy),
    )
    stage.progress.say(f"catchments: drawing those of {len(shown)} outlets")
    demand = data.demand["weight"].to_numpy(dtype=np.float64)
    table = draw_catchments(street_network(stage.project, data), places, demand, settings, data.crs)
    stage.out.write_text("outlet_catchments.geojson", catchments_geojson(table))
    left_out = len(opened) - len(shown)
    if not left_out:
        return []
    told = f"Catchments are drawn of {len(shown):,} outlets (siting.score.polygons.outlets), the new ones first"
    return [f"{told}; {left_out:,} that stay are not drawn."]
