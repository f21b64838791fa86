"""Instances with published values, read from `../shared/benchmarks/facility` as its INDEX.md says."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import shortest_path

from location.case import Case, Solve
from siting.locate import fixed_charge, max_capture, max_cover, p_center, p_median

FACILITY = Path(__file__).parents[2] / ".." / "shared" / "benchmarks" / "facility"
Floats = NDArray[np.float64]


def _words(*path: str) -> list[str]:
    return FACILITY.joinpath(*path).read_text().split()


@cache
def _optima(name: str, prefix: str) -> dict[int, float]:
    rows = (line.split() for line in (FACILITY / "pmed" / name).read_text().splitlines())
    return {
        int(row[0].removeprefix(prefix)): float(row[1]) for row in rows if len(row) == 2 and row[0].startswith(prefix)
    }


@cache
def _pmed(number: int) -> tuple[Floats, int]:
    words = np.array(_words("pmed", f"pmed{number}.txt"), dtype=np.int64)
    n, edges, p = words[:3].tolist()
    graph = np.zeros((n, n))
    for i, j, cost in words[3 : 3 + 3 * edges].reshape(-1, 3):
        graph[i - 1, j - 1] = graph[j - 1, i - 1] = cost
    return shortest_path(graph, directed=False), p


def _median(cost: Floats, p: int) -> Solve:
    return lambda limits: p_median(cost, np.ones(len(cost)), p, limits=limits)


def _center(cost: Floats, p: int) -> Solve:
    return lambda limits: p_center(cost, p, limits=limits)


def pmed_medians() -> Iterator[Case]:
    """OR-Library pmed1–40 (Beasley, 1985) as p-medians: 60 seconds for all together."""
    optima = _optima("pmedopt.txt", "pmed")
    for number in range(1, 41):
        yield Case(
            table="pmed-median", name=f"pmed{number}", goal="least", known=optima[number], seconds=60.0,
            make=lambda number=number: _median(*_pmed(number)),
        )  # fmt: skip


def pmed_centers() -> Iterator[Case]:
    """The same as p-centers."""
    optima = _optima("kcenteropt.txt", "pmed")
    for number in range(1, 41):
        yield Case(
            table="pmed-center", name=f"pmed{number}", goal="least", known=optima[number], seconds=60.0,
            make=lambda number=number: _center(*_pmed(number)),
        )  # fmt: skip


UNCAPACITATED = {
    "cap71": 932615.750, "cap72": 977799.400, "cap73": 1010641.450, "cap74": 1034976.975, "cap101": 796648.437,
    "cap102": 854704.200, "cap103": 893782.112, "cap104": 928941.750, "capa": 17156454.478,
}  # fmt: skip
CAPACITATED = {
    ("cap71", 5000): 1040444.375, ("cap72", 5000): 1098000.450, ("cap73", 5000): 1153000.450,
    ("cap74", 5000): 1235500.450, ("cap71", 15000): 932615.750, ("cap72", 15000): 977799.400,
    ("cap73", 15000): 1014062.050, ("cap74", 15000): 1045650.250, ("cap101", 5000): 838499.288,
    ("cap102", 5000): 910889.563, ("cap103", 5000): 975889.563, ("cap104", 5000): 1069369.525,
    ("cap101", 15000): 796648.438, ("cap102", 15000): 855733.500, ("cap103", 15000): 896617.538,
    ("cap104", 15000): 946051.325, ("capa", 8000): 19240822.449, ("capa", 10000): 18438046.543,
    ("capa", 12000): 17765201.949, ("capa", 14000): 17160439.012,
}  # fmt: skip
"""Optimal values of the warehouse location files at each capacity (Beasley, 1988; INDEX.md)."""


def _warehouses(name: str, capacity: float | None) -> Solve:
    words = _words("cap", f"{name}.txt")
    m, n = int(words[0]), int(words[1])
    charge = np.array([float(words[3 + 2 * j]) for j in range(m)])
    rest = np.array(words[2 + 2 * m :], dtype=float).reshape(n, 1 + m)
    room = None if capacity is None else np.full(m, float(capacity))
    return lambda limits: fixed_charge(rest[:, 1:], rest[:, 0], charge, room, limits=limits)


def warehouses() -> Iterator[Case]:
    """OR-Library warehouse location: small ones in 5 seconds, capa in 120."""
    for name, value in UNCAPACITATED.items():
        yield Case(
            table="charge", name=f"{name} uncapacitated", goal="least", known=value,
            seconds=120.0 if name == "capa" else 5.0, make=partial(_warehouses, name, None),
        )  # fmt: skip
    for (name, capacity), value in CAPACITATED.items():
        yield Case(
            table="charge", name=f"{name} capacity {capacity}", goal="least", known=value,
            seconds=120.0 if name == "capa" else 5.0, make=partial(_warehouses, name, capacity),
        )  # fmt: skip


def _holmberg(name: str) -> Solve:
    words = np.array(_words("holmberg", name), dtype=float)
    m, n = int(words[0]), int(words[1])
    room, charge, rest = words[2 : 2 + m], words[2 + m : 2 + 2 * m], words[2 + 2 * m :]
    cost = rest[n:].reshape(n, m)
    return lambda limits: fixed_charge(cost, rest[:n], charge, room, single_source=True, limits=limits)


def holmberg() -> Iterator[Case]:
    """Single-source capacitated instances p1–p40 (Holmberg, Rönnqvist and Yuan, 1999)."""
    with (FACILITY / "holmberg" / "optima.csv").open() as file:
        for name, value in csv.reader(file):
            small = int(name.removeprefix("p")) <= 24
            yield Case(
                table="holmberg", name=name, goal="least", known=float(value), seconds=5.0 if small else 120.0,
                make=partial(_holmberg, name),
            )  # fmt: skip


SJC = {
    "SJC324": (5461, 8790, 11604, 12106, 12152),
    "SJC402": (6555, 11339, 14690, 15658, 15970),
    "SJC500": (7944, 12454, 15730, 17794, 18859),
}
BDS = {(10, 5.5): 44731, (10, 5.75): 46069, (10, 6.0): 47323, (10, 6.25): 48598, (15, 5.5): 49768}


def _sjc(name: str, p: int) -> Solve:
    lines = (FACILITY / "mclp" / f"{name}.txt").read_text().splitlines()[1:]
    table = np.array([line.split() for line in lines if line], dtype=float)
    cost = np.hypot(*(table[:, None, :2] - table[None, :, :2]).transpose(2, 0, 1))
    return lambda limits: max_cover(cost, table[:, 2], p, 800.0, limits=limits)


def _bds(p: int, radius: float) -> Solve:
    rows = [line.split() for line in (FACILITY / "mclp" / "BDS1000.txt").read_text().splitlines()[1:] if line]
    sites = np.array([row[2:4] for row in rows if row[0] == "F"], dtype=float)
    people = np.array([row[2:5] for row in rows if row[0] == "C"], dtype=float)
    cost = np.hypot(*(people[:, None, :2] - sites[None]).transpose(2, 0, 1))
    return lambda limits: max_cover(cost, people[:, 2], p, radius, limits=limits)


def coverings() -> Iterator[Case]:
    """SJC (Lorena and Pereira, 2002) and BDS1000 (Cordeau, Furini and Ljubić, 2019): 10 seconds each."""
    for name, values in SJC.items():
        for p, value in enumerate(values, start=1):
            yield Case(
                table="cover", name=f"{name} p={p}", goal="most", known=value, seconds=10.0, make=partial(_sjc, name, p)
            )
    for (p, radius), value in BDS.items():
        yield Case(
            table="cover", name=f"BDS1000 p={p} R={radius}", goal="most", known=value, seconds=10.0,
            make=partial(_bds, p, radius),
        )  # fmt: skip


@cache
def _stores() -> tuple[Floats, Floats]:
    """Walks in metres, shape (205, 16), and people, shape (205,)."""
    with (FACILITY / "sf_stores" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv").open() as file:
        rows = list(csv.DictReader(file))
    stores = sorted({row["name"] for row in rows}, key=lambda name: int(name.split("_")[1]))
    people = {row["DestinationName"]: float(row["demand"]) for row in rows}
    tracts = {name: at for at, name in enumerate(people)}
    cost = np.full((len(people), len(stores)), np.inf)
    for row in rows:
        cost[tracts[row["DestinationName"]], stores.index(row["name"])] = float(row["distance"])
    return cost, np.array(list(people.values()))


def _store_models(p: int) -> dict[str, Solve]:
    cost, people = _stores()
    return {
        "pmedian": lambda limits: p_median(cost, people, p, limits=limits),
        "pcenter": lambda limits: p_center(cost, p, limits=limits),
        "mclp_5000": lambda limits: max_cover(cost, people, p, 5000.0, limits=limits),
    }


def stores() -> Iterator[Case]:
    """San Francisco, 16 stores and 205 tracts (spopt's data, BSD-3), every set enumerated: a second each."""
    found = json.loads((FACILITY / "sf_stores" / "optima_enumerated.json").read_text())["by_p"]
    for words, row in found.items():
        for model in ("pmedian", "pcenter", "mclp_5000"):
            yield Case(
                table="stores", name=f"{model} p={words}", goal="most" if model == "mclp_5000" else "least",
                known=row[model], seconds=1.0,
                make=lambda p=int(words), model=model: _store_models(p)[model],
            )  # fmt: skip


def _tsplib(name: str, p: int) -> Solve:
    lines = (FACILITY / "tsplib_pmedian" / f"{name}.tsp").read_text().splitlines()
    first = lines.index("NODE_COORD_SECTION") + 1
    xy = np.array([line.split()[1:3] for line in lines[first:] if line.strip() and "EOF" not in line], dtype=float)
    return _median(np.floor(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))), p)


def tsplib() -> Iterator[Case]:
    """Nodes of TSPLIB as p-medians (values: Duran-Mateluna, Ales and Elloumi, 2023), p up to 200: 0.1 % in 120 s."""
    instances = json.loads((FACILITY / "tsplib_pmedian" / "pmedian_optima.json").read_text())["instances"]
    for name in ("rl1304", "fl1400", "u1432"):
        for words, row in instances[name]["p"].items():
            if int(words) <= 200:
                yield Case(
                    table="tsplib", name=f"{name} p={words}", goal="least", known=row["value"], seconds=120.0,
                    gap=0.001, is_optimum=row["status"] == "optimal", make=partial(_tsplib, name, int(words)),
                )  # fmt: skip


@cache
def _multinomial(name: str) -> tuple[Floats, Floats, Floats]:
    words = _words("competitive_mnl", name)
    n, d, e = (int(float(word)) for word in words[:3])
    numbers = np.array(words[3 : 3 + n * (1 + d + e)], dtype=float)
    return numbers[:n], numbers[n : n + e * n].reshape(e, n), numbers[n + e * n :].reshape(d, n)


def _capture(name: str, beta: float, alpha: float, p: int) -> Solve:
    demand, rivals, places = _multinomial(name)
    pull, against = np.exp(beta * places).T, np.exp(alpha * beta * rivals).sum(axis=0)
    return lambda limits: max_capture(pull, against, demand, p, limits=limits)


def multinomial() -> Iterator[Case]:
    """HM14_800_25 (Haase and Müller, 2014): 81 multinomial-logit captures, 10 seconds each."""
    found = json.loads((FACILITY / "competitive_mnl" / "hm14_800_25_optima.json").read_text())["results"]
    for row in found:
        yield Case(
            table="capture", name=f"HM14 beta={row['beta']:g} alpha={row['alpha']:g} r={row['r']}", goal="most",
            known=row["value"], seconds=10.0, gap=1e-4,
            make=partial(_capture, "HM14_800_25.data", row["beta"], row["alpha"], row["r"]),
        )  # fmt: skip
