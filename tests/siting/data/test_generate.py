"""Candidates by rules in a project: ids, names, origin, zoning, joining, and what is refused.

The town has streets every 100 m (Row 0 … Row 10 from south to north, Column 0 … 10), one person at every corner, a
station at its middle, a bus stop at its south-west corner, and water over its north-east quarter.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from outlet.errors import ProjectError, TableError
from outlet.project import load_project
from siting.data.check import check
from siting.data.load import load_siting_data
from siting.data.making import like

ORIGIN = np.array([500_000.0, 5_400_000.0])
TOML = """
[project]
name = "Town"
sector = "bank"
as_of = 2026-06-01
[siting.data]
crs = "EPSG:32631"
[siting.data.demand]
file = "data/demand.csv"
crs = "EPSG:32631"
[siting.data.candidates]
generate = {}
[siting.data.existing]
file = "data/existing.csv"
crs = "EPSG:32631"
[siting.data.competitors]
file = "data/competitors.csv"
crs = "EPSG:32631"
[siting.data.stops]
file = "data/stops.csv"
crs = "EPSG:32631"
[siting.data.streets]
file = "data/streets.geojson"
crs = "EPSG:32631"
[siting.data.water]
file = "data/water.geojson"
crs = "EPSG:32631"
[siting.locate]
outlets = 1
"""


class Town:
    def __init__(self, folder, origin):
        self.folder, self.origin = folder, origin
        (folder / "data").mkdir(parents=True)
        (folder / "outlet.toml").write_text(TOML, encoding="utf-8")

    def table(self, layer, header, rows):
        placed = [(*self.origin + np.array(row[:2]), *row[2:]) for row in rows]
        text = "\n".join([f"lon,lat,{header}", *(",".join(map(str, row)) for row in placed)])
        (self.folder / "data" / f"{layer}.csv").write_text(text + "\n", encoding="utf-8")

    def shapes(self, layer, kind, rows):
        features = [
            {"type": "Feature", "properties": columns, "geometry": {"type": kind, "coordinates": self.put(shape)}}
            for shape, columns in rows
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (self.folder / "data" / f"{layer}.geojson").write_text(text, encoding="utf-8")

    def put(self, shape):
        return [self.put(item) for item in shape] if isinstance(shape[0], tuple | list) else list(self.origin + shape)

    def load(self, *rules, overrides=(), cache=None):
        rule = f"siting.data.candidates.generate=[{', '.join(rules)}]"
        return load_siting_data(load_project(self.folder, overrides=[rule, *overrides]), cache=cache)

    def made(self, *rules, overrides=()):
        """Return the candidates, with their places from the town's corner."""
        frame = self.load(*rules, overrides=overrides).candidates
        places = np.column_stack([frame.geometry.x, frame.geometry.y]) - self.origin
        return frame.assign(at=[tuple(place.round(2).tolist()) for place in places])


def box(x0, y0, x1, y1):
    return [[(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]]


def build(folder, origin=ORIGIN, *, turned=False):
    town = Town(folder, origin)
    corners = [(x, y) for x in range(0, 1001, 100) for y in range(0, 1001, 100)]
    streets = [(((0, y), (1000, y)), {"name": f"Row {y // 100}", "kind": "residential"}) for y in range(0, 1001, 100)]
    streets += [
        (((x, 0), (x, 1000)), {"name": f"Column {x // 100}", "kind": "residential"}) for x in range(0, 1001, 100)
    ]
    # Streets meet where they share a corner.
    streets = [
        (tuple((x, y) for x, y in sorted(corners) if (x, y)[along] == way[0][along]), columns)
        for way, columns in streets
        for along in [0 if way[0][0] == way[1][0] else 1]
    ]
    demand = [(x, y, f"d{x}-{y}", 1 + (x == 200 and y == 200) * 99) for x, y in corners]
    if turned:
        streets, demand = streets[::-1], demand[::-1]
    town.shapes("streets", "LineString", streets)
    town.table("demand", "id,weight", demand)
    town.table("stops", "id,name,mode", [(500, 500, "s1", "Central", "rail"), (0, 0, "s2", "Depot", "bus")])
    ours = [(200, 200, "e1", "Best", 900), (800, 200, "e2", "Middling", 400), (200, 800, "e3", "Poor", 100)]
    town.table("existing", "id,name,deposits", ours)
    town.table("competitors", "id,name", [(500, 400, "r1", "Rival")])
    town.shapes("water", "Polygon", [(box(510, 510, 1010, 1010), {})])
    return town


@pytest.fixture
def town(tmp_path):
    return build(tmp_path / "town")


GRID = '{rule = "grid", spacing_m = 500, within_m = 60}'
STATIONS = '{rule = "near-stations", walk_m = 120}'
CLUSTERS = '{rule = "demand-clusters", count = 4, spacing_m = 50}'
TWINS = '{rule = "twins", walk_m = 250, spacing_m = 150, least_alike = 0.2}'
H3 = '{rule = "h3", resolution = 8}'
STREETS = '{spacing_m = 100, within_m = 120, near = ["rail"]}'
EVERY = (GRID, H3, STATIONS, CLUSTERS, TWINS, STREETS)


def test_a_grid_has_a_front_in_each_square_but_on_water(town):
    """The square [0, 500)² has its middle at (250, 250): the nearest fronts are 50 m off; ties go south, then west.

    North-east of (510, 510) is water, but for the edges along x = 500 and y = 500: of those (510, 500) is nearest.
    """
    made = town.made(GRID)
    assert list(made["at"][:2]) == [(250, 200), (750, 200)]
    assert list(made["id"][:2]) == ["g1000-10800", "g1001-10800"]
    assert list(made["name"][:2]) == ["Row 2 1", "Row 2 2"]
    assert set(made["rule"]) == {"grid"}
    assert all(x <= 510 or y <= 510 for x, y in made["at"])


def test_centres_of_cells_need_no_street_and_are_called_after_the_nearest(town):
    made = town.made('{rule = "grid", spacing_m = 500, at = "centre", within_m = 80}')
    assert list(made["at"]) == [(250, 250), (750, 250), (250, 750)]
    assert list(made["name"]) == ["near Column 2 1", "near Column 7 1", "near Column 2 2"]


def test_centres_of_cells_need_no_streets_at_all(town):
    text = (town.folder / "outlet.toml").read_text(encoding="utf-8")
    streets = '[siting.data.streets]\nfile = "data/streets.geojson"\ncrs = "EPSG:32631"\n'
    straight = '[siting.score.travel]\nalong = "straight"\n'
    (town.folder / "outlet.toml").write_text(text.replace(streets, straight), encoding="utf-8")
    made = town.made('{rule = "grid", spacing_m = 500, at = "centre", within_m = 80}')
    assert list(made["name"]) == ["Place 1", "Place 2", "Place 3"]
    for rule in (GRID, H3, STATIONS, CLUSTERS, TWINS, STREETS):
        with pytest.raises(ProjectError, match=r'candidates by rule = ".*" on streets need .siting.data.streets'):
            town.load(rule)


def test_a_grid_inside_the_area(town):
    rule = '{rule = "grid", spacing_m = 500, at = "centre", inside = "area"}'
    with pytest.raises(TableError, match='rule grid: inside = "area" without an area layer; expected an area'):
        town.load(rule)
    town.shapes("area", "Polygon", [(box(0, 0, 400, 400), {})])
    area = 'siting.data.area={file = "data/area.geojson", crs = "EPSG:32631"}'
    assert list(town.made(rule, overrides=[area])["at"]) == [(250, 250)]


def test_hexagons_are_called_by_their_index(town):
    import h3

    made = town.load(H3).candidates
    degrees = made.geometry.to_crs(4326)
    assert list(made["id"]) == [h3.latlng_to_cell(p.y, p.x, 8) for p in degrees]


def test_station_fronts_carry_the_station_and_the_street(town):
    """Central stands where Row 5 meets Column 5: fronts are at 10 m of it; two 60 m apart are at 10 and 50 m of it."""
    made = town.made(STATIONS)
    assert len(made) == 3
    assert all(name.startswith(("Central: Row 5 ", "Central: Column 5 ")) for name in made["name"])
    assert max(abs(x - 500) + abs(y - 500) for x, y in made["at"]) <= 120
    depot = town.made('{rule = "near-stations", near = ["bus"], walk_m = 30, per_station = 9}')
    assert {name.split(":")[0] for name in depot["name"]} == {"Depot"}


def test_clusters_tell_their_demand(town):
    made = town.made(CLUSTERS)
    assert made["cluster_demand"].sum() == 220
    assert len(made) == 4


def test_twins_tell_whose_they_are_and_keep_off_our_outlets(town):
    """Of three outlets the top quarter is one: Best, in the densest place."""
    made = town.made(TWINS)
    assert set(made["twin_of"]) == {"e1"}
    assert made["name"].str.endswith(", twin of Best").all()
    assert made["alike"].between(0.2, 1).all()
    ours = np.array([(200, 200), (800, 200), (200, 800)])
    places = np.array(made["at"].tolist())
    assert np.hypot(*(places[:, None] - ours[None]).transpose(2, 0, 1)).min() >= 150 - 1e-6
    # The outlet that sold most has 100 persons at its door: what is most like it lies around it, not at the edge.
    best = places[np.argmax(made["alike"])]
    assert np.hypot(*(best - (200, 200))) < 260
    told = [remark.text for remark in town.load(TWINS).remarks if remark.code == "candidates-generated"]
    assert "the best 1 of 3 outlets by deposits (Best)" in told[0]


def test_twins_are_read_back_and_made_again_where_the_file_is_damaged(town, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    first = town.load(TWINS, cache=cache).candidates
    (file,) = cache.iterdir()
    with monkeypatch.context() as patched:
        patched.setattr(like, "_make", None)
        again = town.load(TWINS, cache=cache).candidates
    assert again.equals(first)
    whole = file.read_bytes()
    for spoilt in (b"", b"PK", whole[: len(whole) // 2], whole[:200] + b"\xff" * 80 + whole[280:]):
        file.write_bytes(spoilt)
        assert town.load(TWINS, cache=cache).candidates.equals(first)
        assert file.stat().st_size > 50
    with np.load(file) as rows:
        assert set(rows) == {"alike", "model", "points", "way"}
    town.load(TWINS.replace("250", "240"), cache=cache)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("rule", EVERY)
def test_neither_the_order_of_files_nor_the_place_of_the_city_matters(rule, town, tmp_path):
    made = town.made(rule)
    again = build(tmp_path / "turned", turned=True).made(rule)
    assert list(again["at"]) == list(made["at"])
    assert list(again["name"]) == list(made["name"])
    assert list(again["id"]) == list(made["id"])
    if "h3" not in rule:
        moved = build(tmp_path / "moved", ORIGIN + np.array([15_000, 40_000])).made(rule)
        assert list(moved["at"]) == list(made["at"])
        assert list(moved["name"]) == list(made["name"])


@pytest.mark.parametrize("rule", [GRID, H3, STATIONS, STREETS, TWINS])
def test_an_id_stays_when_streets_and_people_are_added_far_away(rule, town, tmp_path):
    """A suburb 3 km to the south grows by a street, a person and a stop: what is in town keeps its ids."""
    grown = build(tmp_path / "grown")
    for layer, row in (("demand", "500000,5397000,dd,1"), ("stops", "500000,5397000,ss,Far,bus")):
        file = grown.folder / "data" / f"{layer}.csv"
        file.write_text(file.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    streets = json.loads((grown.folder / "data/streets.geojson").read_text(encoding="utf-8"))
    line = {"type": "LineString", "coordinates": [[500_000, 5_397_000], [500_040, 5_397_000]]}
    streets["features"].insert(0, {"type": "Feature", "properties": {"name": "A", "kind": "road"}, "geometry": line})
    (grown.folder / "data/streets.geojson").write_text(json.dumps(streets), encoding="utf-8")
    before, after = town.made(rule), grown.made(rule)
    kept = after[[y > -1000 for _, y in after["at"]]]
    assert list(kept["id"]) == list(before["id"])
    assert list(kept["at"]) == list(before["at"])


@pytest.mark.parametrize("rule", EVERY)
def test_every_candidate_is_on_allowed_ground(rule, town):
    """Only the strip y ≤ 310 is allowed."""
    town.shapes("zoning", "Polygon", [(box(-10, -10, 1010, 310), {"allowed": "yes"})])
    zoning = 'siting.data.zoning={file = "data/zoning.geojson", crs = "EPSG:32631", outside = false}'
    if rule in (STATIONS, STREETS):
        with pytest.raises(TableError, match=r"no-candidates|no street"):
            town.load(rule, overrides=[zoning])
        return
    made = town.made(rule, overrides=[zoning])
    assert len(made)
    assert max(y for _, y in made["at"]) <= 310


def test_rules_join_and_the_earlier_one_wins(town):
    data = town.load(GRID, STATIONS, GRID.replace("500", "250"), GRID)
    made = data.candidates
    assert list(dict.fromkeys(made["rule"])) == ["grid", "near-stations"]
    assert made["id"].is_unique
    assert made["id"].str.startswith("g2").sum() > 0
    told = [remark.text for remark in data.remarks if remark.code == "candidates-generated"]
    assert len(told) == 4
    assert told[3].startswith("0 candidates were generated in squares of 500 m")
    assert "; 6 more lie within 20 m of a given candidate or one of an earlier rule" in told[3]
    places = np.column_stack([made.geometry.x, made.geometry.y])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    assert apart[np.triu_indices(len(places), 1)].min() >= 20


def test_given_candidates_come_first_and_win(town):
    town.table("given", "id,name", [(255, 201, "mine", "Corner shop"), (900, 5, "other", "Kiosk")])
    file = ["siting.data.candidates.file=data/given.csv", "siting.data.candidates.crs=EPSG:32631"]
    made = town.made(GRID, overrides=file)
    assert list(made["id"][:3]) == ["mine", "other", "g1001-10800"]
    assert list(made["rule"][:3]) == ["", "", "grid"]
    zero = town.made(GRID, overrides=[*file, "siting.data.candidates.merge_m=0"])
    assert "g1000-10800" in set(zero["id"])
    # A candidate made before, given back with its id, is not made again.
    town.table("given", "id,name", [(270, 260, "g1000-10800", "Moved")])
    again = town.made(GRID, overrides=file)
    assert list(again["id"]).count("g1000-10800") == 1
    assert again["name"][0] == "Moved"


def test_given_candidates_on_forbidden_ground_are_still_told_by_row(town):
    town.table("given", "id,name", [(250, 205, "in", "In"), (250, 805, "out", "Out")])
    town.shapes("zoning", "Polygon", [(box(-10, -10, 1010, 310), {"allowed": "yes"})])
    zoning = 'siting.data.zoning={file = "data/zoning.geojson", crs = "EPSG:32631", outside = false}'
    file = ["siting.data.candidates.file=data/given.csv", "siting.data.candidates.crs=EPSG:32631"]
    data = town.load(GRID, overrides=[zoning, *file])
    (told,) = [remark for remark in data.remarks if remark.code == "candidates-forbidden"]
    assert told.rows == ("out",)
    assert told.input == "data/given.csv"


def test_check_counts_by_rule(town):
    rules = f"siting.data.candidates.generate=[{GRID}, {STATIONS}]"
    found = check(load_project(town.folder, overrides=[rules]))
    assert not found.faults
    counts = {count.note: count.rows for count in found.counts if count.input == "siting.data.candidates.generate"}
    assert counts["candidates made by the rule near-stations"] == 3
    assert counts["candidates made by the rule grid"] >= 2


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('{near = ["tram"]}', r"rule along-streets: near = \['tram'\], which matches none of 2 stops"),
        ("{within_m = 0.001}", "rule along-streets: no street of the kinds primary.* within 0.001 m of 2 stops"),
        ('{rule = "near-stations", near = ["ferry"]}', r"near = \['ferry'\], which matches none of 2 stops"),
        (
            '{rule = "near-stations", walk_m = 5}',
            "no street front on allowed ground within a walk of 5 m of 1 stations",
        ),
        ('{rule = "grid", kinds = ["canal"]}', "rule grid: no street of the kinds canal on allowed ground"),
        ('{rule = "grid", spacing_m = 1, at = "centre", within_m = 4000}', "choose larger cells"),
        ('{rule = "demand-clusters", method = "dbscan", least_demand = 999}', "nowhere 999 of demand within 200 m"),
        ('{rule = "demand-clusters", count = 1, within_m = 0.001}', "no street within 0.001 m of 1 clusters' middles"),
        ('{rule = "twins", by = "sales"}', "3 existing outlets, none of which carries sales"),
        ('{rule = "twins", least_alike = 1}', "no place with a likeness of 1 to 1 outlets"),
    ],
)
def test_a_rule_that_makes_none_says_why(rule, message, town):
    with pytest.raises(TableError, match=message):
        town.load(rule)


def test_twins_of_no_known_performance_are_refused(town):
    town.table("existing", "id,name", [(200, 200, "e1", "Best")])
    with pytest.raises(TableError, match="1 existing outlets, none of which carries sales, visits, deposits"):
        town.load(TWINS)
    town.table("existing", "id,name,sales,visits", [(200, 200, "e1", "Best", 5, 6)])
    with pytest.raises(TableError, match=r"carry sales and visits; expected one to call the best by\. Say"):
        town.load(TWINS)
    town.table("existing", "id,name,sales", [(9000, 200, "e1", "Best", 5)])
    with pytest.raises(TableError, match="1 best outlets, all off the streets"):
        town.load(TWINS)


def test_an_id_of_an_existing_outlet_is_refused(town):
    town.table("existing", "id,name", [(200, 200, "g1000-10800", "Clash")])
    with pytest.raises(TableError, match="id 'g1000-10800', which an existing outlet has too"):
        town.load(GRID)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('generate=[{rule = "gird"}]', "generate.0. expected a table whose rule is along-streets, grid, h3"),
        ('generate=[{rule = "grid", spacing = 3}]', "unknown key .*grid.spacing; did you mean 'spacing_m'"),
        ('generate=[{rule = "grid", near = []}]', "unknown key .*grid.near; (did you mean '(?!near)|valid here)"),
        ('generate=[{rule = "h3", resolution = 14}]', "h3.resolution = 14: input should be less than or equal to 13"),
        ('generate=[{rule = "twins", by = "rent"}]', "twins.by = 'rent': input should be 'sales', 'visits' or"),
        ("generate=[{rent_per_m2 = 3}]", "rent_per_m2 and fit_out_per_m2 need area_m2"),
        ("generate=3", "generate = 3: input should be a valid tuple"),
        ("generate=[]", "expected a file or .siting.data.candidates.generate., or both"),
    ],
)
def test_bad_settings_of_rules_are_named(setting, message, town):
    with pytest.raises(ProjectError, match=message):
        load_project(town.folder, overrides=[f"siting.data.candidates.{setting}"])
