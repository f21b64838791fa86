"""How near to where people live does spreading demand bring them? Run ``python benchmarks/spread.py``.

New York's 195 neighbourhoods are taken as if only their sums were known; each way of spreading is compared with the
2,166 census tracts inside them, whose people are known:

- people in the wrong tract: half the sum of absolute differences over all tracts, as a share of all people;
- error around places: the median over 1,000 places of |estimate / truth − 1| of the people within 800 m in a straight
  line, the truth being the tracts spread over their own streets.

The second truth favours streets over cells, since it is spread over streets itself; the first does not.

The 2010 census blocks beside the tracts come without geometry: nothing finer than a tract can be checked with them.
"""

from __future__ import annotations

import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from siting.demand.straight_line import demand_around
from siting.geo.interpolation import area_overlay
from siting.geo.spread import Pieces, onto_grid, onto_points, onto_streets
from siting.settings.streets import LIVED_ALONG

SOURCE = Path(__file__).parents[2] / "shared" / "data" / "nyc"
CRS = 32618
RADIUS_M = 800.0
RESIDENTIAL = ("residential", "living_street")
PIECE_M = 50.0
EDGE_M = 1.0

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


def wrong_tract(pieces: Pieces, people: Floats, tracts: Shapes, truth: Floats) -> float:
    """Return the share of people put into a wrong tract; a piece on a border is shared by the tracts it touches."""
    amount = people[pieces.source] * pieces.share
    places = np.asarray(shapely.points(pieces.place), dtype=object)
    piece, tract = shapely.STRtree(tracts).query(places, predicate="dwithin", distance=EDGE_M)
    times = np.bincount(piece, minlength=len(amount))
    put = np.bincount(tract, weights=amount[piece] / times[piece], minlength=len(tracts))
    return float((np.abs(put - truth).sum() + amount[times == 0].sum()) / 2 / truth.sum())


def around(pieces: Pieces, people: Floats, places: Floats) -> Floats:
    """Return the people within 800 m of each place."""
    return demand_around(places, pieces.place, people[pieces.source] * pieces.share, radius_m=RADIUS_M)


def main() -> None:
    """Compare and print the table."""
    tracts = gpd.read_file(SOURCE / "tracts_acs2013_2017_epsg2263.gpkg").to_crs(CRS)
    streets = gpd.read_file(f"zip://{SOURCE / 'streets_osm_2013_shp.zip'}").set_crs(4326, allow_override=True)
    streets = streets.to_crs(CRS).explode(index_parts=False)
    truth = tracts["pop_total_est"].fillna(0.0).to_numpy(dtype=np.float64)
    shapes = shapely.make_valid(tracts.geometry.to_numpy())
    whole = tracts.assign(people=truth).set_geometry(gpd.GeoSeries(shapes, index=tracts.index, crs=CRS))
    areas = whole.dissolve("nta_id", aggfunc={"people": "sum"})
    areas = areas[areas["people"] > 0]
    people, neighbourhoods = areas["people"].to_numpy(dtype=np.float64), areas.geometry.to_numpy()
    kinds = streets["highway"]
    lines = {name: streets.geometry.to_numpy()[kinds.isin(some)] for name, some in
             {"all": LIVED_ALONG, "residential": RESIDENTIAL}.items()}  # fmt: skip
    fine = onto_streets(shapes, lines["all"], spacing_m=PIECE_M, aside_m=15.0)
    lived = np.asarray(shapely.point_on_surface(shapes[truth > 0]), dtype=object)
    places = np.asarray(shapely.get_coordinates(np.random.default_rng(7).choice(lived, 1000)), dtype=np.float64)
    known = around(fine, truth, places)
    ways = {
        "one point": lambda: onto_points(neighbourhoods, shapely.point_on_surface(neighbourhoods)),
        "grid of 250 m": lambda: onto_grid(neighbourhoods, cell_m=250.0),
        "streets, default kinds": lambda: onto_streets(neighbourhoods, lines["all"], spacing_m=PIECE_M, aside_m=15.0),
        "streets, residential": lambda: onto_streets(
            neighbourhoods, lines["residential"], spacing_m=PIECE_M, aside_m=15.0
        ),
    }
    print(f"{len(areas)} neighbourhoods, {int((truth > 0).sum())} tracts with people, {truth.sum():,.0f} people")
    print(f"{'way':<24} {'points':>8} {'seconds':>8} {'wrong tract':>12} {'error around':>13}")
    for name, make in ways.items():
        started = time.perf_counter()
        pieces = make()
        seconds = time.perf_counter() - started
        wrong = wrong_tract(pieces, people, shapes, truth)
        found = around(pieces, people, places)
        error = np.median(np.abs(found[known > 0] / known[known > 0] - 1))
        print(f"{name:<24} {len(pieces.source):>8,} {seconds:>8.1f} {100 * wrong:>10.1f} % {100 * error:>11.1f} %")
    put = area_overlay(neighbourhoods, shapes).extensive(people).values
    print(f"{'area (no points)':<24} {'':>8} {'':>8} {50 * np.abs(put - truth).sum() / truth.sum():>10.1f} %")


if __name__ == "__main__":
    main()
