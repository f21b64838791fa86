"""Compare ways to walk from many places within a limit: `python benchmarks/travel.py [--places N]`.

The network of `../shared/data/nyc/streets_osm_2013_shp.zip`, its vertices as nodes; from N nodes to all within 15 min,
80 m a minute. Ours (siting.geo.search) against scipy, which has a limit too, and against rustworkx, networkit and
igraph, which have none and walk the whole network for each place; each runs three times by turns, and the table shows
medians for the same places, theirs over ours, and whether all lengths agree to 1e-9. The whole-network ones get 1/50
of the places. They come with ``pip install -e ".[bench]"``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import igraph
import networkit
import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from siting.geo.network import build_network
from siting.geo.search import reach

STREETS = Path(__file__).parents[1].parent / "shared" / "data" / "nyc" / "streets_osm_2013_shp.zip"
LIMIT_MIN = 15.0
REPEATS = 3
BLOCK = 12_000_000
WHOLE = 50

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def streets() -> csr_array:
    """Return New York's walking network with every vertex of a street as a node, minutes."""
    frame = gpd.read_file(STREETS).to_crs("EPSG:32618")
    lines = frame.geometry.explode(index_parts=False)
    network = build_network(lines[lines.geom_type == "LineString"].to_numpy(), 80.0)
    print(f"{len(network.xy):,} junctions, {len(network.segments):,} pieces, {network.kept_m / 1000:,.0f} km")
    return network.graph


def with_scipy(graph: csr_array, starts: Ints) -> Floats:
    """Return lengths in blocks of dense rows; the sum stands for them, for a row of each would not fit."""
    total, block = np.zeros(len(starts)), max(1, BLOCK // graph.shape[0])
    for at in range(0, len(starts), block):
        rows = dijkstra(graph, directed=True, indices=starts[at : at + block], limit=LIMIT_MIN)
        total[at : at + block] = np.where(np.isfinite(rows), rows, 0.0).sum(axis=1)
    return total


def with_ours(graph: csr_array, starts: Ints) -> Floats:
    """Return the sum of lengths from each start."""
    start, _, length = reach(graph, starts, LIMIT_MIN, slice(None))
    return np.bincount(start, length, len(starts))


def within(rows: Floats) -> Floats:
    """Return the sum of what is within the limit, by row."""
    return np.where(rows <= LIMIT_MIN, rows, 0.0).sum(axis=1)


def peers(graph: csr_array) -> dict[str, Callable[[Ints], Floats]]:
    """Return the libraries without a limit, each from starts to sums of lengths."""
    coo, count = graph.tocoo(), graph.shape[0]
    edges = list(zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True))
    rust = rustworkx.PyDiGraph()
    rust.add_nodes_from(range(count))
    rust.add_edges_from(edges)
    net = networkit.Graph(count, weighted=True, directed=True)
    for tail, head, minutes in edges:
        net.addEdge(tail, head, minutes)
    whole = igraph.Graph(n=count, edges=[edge[:2] for edge in edges], directed=True)
    weights = coo.data.tolist()

    def by_rust(starts: Ints) -> Floats:
        found = [rustworkx.dijkstra_shortest_path_lengths(rust, int(start), float) for start in starts]
        return np.array([sum(minutes for minutes in row.values() if minutes <= LIMIT_MIN) for row in found])

    def by_networkit(starts: Ints) -> Floats:
        rows = [networkit.distance.Dijkstra(net, int(start), storePaths=False).run().getDistances() for start in starts]
        return within(np.array(rows))

    def by_igraph(starts: Ints) -> Floats:
        return within(np.array(whole.distances(source=starts.tolist(), weights=weights)))

    return {"rustworkx": by_rust, "networkit": by_networkit, "igraph": by_igraph}


def main() -> int:
    """Print the table; exit 1 where lengths differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--places", type=int, default=5000)
    given = parser.parse_args()
    if not STREETS.is_file():
        raise SystemExit(f"{STREETS} is absent: this benchmark needs the real data beside the repository")
    graph = streets()
    starts = np.random.default_rng(0).integers(0, graph.shape[0], given.places)
    few = starts[: max(1, given.places // WHOLE)]
    reach(graph, few[:1], LIMIT_MIN, slice(None))
    theirs = {"scipy": (lambda chosen: with_scipy(graph, chosen), starts)} | {
        name: (run, few) for name, run in peers(graph).items()
    }
    agree = True
    print(f"{'within 15 min; theirs':<24}{'places':>8}{'ours':>11}{'theirs':>11}{'ratio':>9}")
    for name, (run, chosen) in theirs.items():
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in range(REPEATS):
            began = time.perf_counter()
            mine = with_ours(graph, chosen)
            spent[0].append(time.perf_counter() - began)
            began = time.perf_counter()
            other = run(chosen)
            spent[1].append(time.perf_counter() - began)
        same = bool(np.allclose(mine, other, rtol=1e-9))
        agree &= same
        ours, its = statistics.median(spent[0]), statistics.median(spent[1])
        line = f"{name:<24}{len(chosen):>8,}{ours:>9.3f} s{its:>9.3f} s{its / ours:>8.1f}×{'' if same else '  DIFFERS'}"
        print(line, flush=True)
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
