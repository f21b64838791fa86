"""PTAL: the town of the docstring, the plain definition, and what must not matter."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import sparse

import siting.access.ptal
from outlet.errors import InputError
from siting.access.ptal import PtalRules, band_of, ptal, ptal_rules, route_access
from siting.settings.data import MODES
from siting.settings.ptal import BAND_NAMES, PtalSettings

RULES = ptal_rules(PtalSettings(), 80.0)
TOWN_WALK = [[3.0, 8.0, 8.25, 8.1]]
TOWN_DEPARTURES = [[6, 4, 0, 0, 0, 0, 0], [12, 0, 6, 0, 0, 0, 0], [0, 0, 0, 10, 5, 2, 0], [0, 0, 0, 0, 0, 0, 30]]
TOWN_MODES = ("bus", "bus", "bus", "metro", "metro", "rail", "bus")


def modes_of(names) -> np.ndarray:
    return np.array([MODES.index(name) for name in names], dtype=np.int64)


def dense(rows) -> sparse.csr_array:
    """Entries above 0 are pairs; a walk of 0 is written as -1."""
    array = np.array(rows, dtype=np.float64)
    made = sparse.csr_array(array)
    made.data[made.data == -1] = 0.0
    return made


def ptal_plainly(walk, departures, modes, rules: PtalRules):
    """The definition, place by place, route by route; ``walk`` and ``departures`` are dicts of pairs."""
    places = []
    for pairs in walk:
        edf: dict[str, list[float]] = {}
        for route, mode in enumerate(modes):
            at = MODES.index(mode)
            near = [
                (minutes, -departures[stop][route])
                for stop, minutes in pairs.items()
                if minutes <= rules.limit_min[at] and departures[stop].get(route, 0) > 0
            ]
            if near:
                minutes, per_hour = min(near)
                wait = rules.wait_headways * 60 / -per_hour + rules.reliability_min[at]
                edf.setdefault(mode, []).append(rules.edf_min / (minutes + wait))
        total = 0.0
        for values in edf.values():
            best = max(values)
            total += best + rules.others_count * (sum(values) - best)
        places.append(total)
    return np.array(places)


def test_the_town_of_the_docstring_to_the_last_digit():
    failed, run = doctest.testmod(siting.access.ptal)
    assert (failed, run > 5) == (0, True)
    found = ptal(dense(TOWN_WALK), dense(TOWN_DEPARTURES), modes_of(TOWN_MODES), RULES)
    assert found.index.tolist() == [9.95]
    assert found.by_mode.tolist() == [[1.25, 3.5, 0.0, 5.2, 0.0]]
    assert found.band.tolist() == ["2"]


def test_every_route_is_explained():
    (found,) = route_access(dense(TOWN_WALK), dense(TOWN_DEPARTURES), modes_of(TOWN_MODES), RULES)
    assert found.place.tolist() == [0] * 6
    assert found.route.tolist() == [0, 1, 2, 3, 4, 5]
    assert found.stop.tolist() == [0, 0, 1, 2, 2, 2]
    assert found.walk_min.tolist() == [3.0, 3.0, 8.0, 8.25, 8.25, 8.25]
    assert found.wait_min.tolist() == [7.0, 9.5, 7.0, 3.75, 6.75, 15.75]
    assert found.edf.tolist() == [3.0, 2.4, 2.0, 2.5, 2.0, 1.25]
    assert found.index.tolist() == [3.0, 1.2, 1.0, 2.5, 1.0, 1.25]


def test_a_place_at_the_stop_and_one_without_any():
    """A walk of 0 to 15 buses an hour: 2 + 2 min of wait, 7.5. No walk: an index of 0, band 0."""
    found = ptal(dense([[-1.0], [0.0]]), dense([[15.0]]), modes_of(["bus"]), RULES)
    assert found.index.tolist() == [7.5, 0.0]
    assert found.band.tolist() == ["2", "0"]


def test_of_stops_equally_near_the_one_with_more_departures_counts():
    (found,) = route_access(dense([[2.0, 2.0]]), dense([[3.0], [6.0]]), modes_of(["tram"]), RULES)
    assert (found.stop.tolist(), found.edf.tolist()) == ([1], [30 / 7.75])


def test_ferries_count_where_settings_say_so():
    town = (dense([[3.0]]), dense([[6.0]]), modes_of(["ferry"]))
    assert ptal(*town, RULES).index.tolist() == [0.0]
    rules = ptal_rules(PtalSettings(bus_modes=("bus", "ferry")), 80.0)
    assert ptal(*town, rules).index.tolist() == [3.0]


def test_slow_walkers_reach_less():
    """640 m at 64 m/min is 10 minutes."""
    assert ptal_rules(PtalSettings(), 64.0).limit_min.tolist() == [15.0, 15.0, 15.0, 10.0, -1.0]


@pytest.mark.parametrize(
    ("index", "band"),
    [
        *((0.0, "0"), (1e-9, "1a"), (2.5, "1a"), (2.51, "1b"), (5.0, "1b"), (10.0, "2"), (15.0, "3"), (20.0, "4")),
        *((25.0, "5"), (25.01, "6a"), (40.0, "6a"), (40.01, "6b"), (500.0, "6b"), (np.nan, "")),
    ],
)
def test_limits_of_bands(index, band):
    assert band_of(np.array([index]), RULES.band_limits).tolist() == [band]


@st.composite
def towns(draw):
    """Up to 5 places, 6 stops, 6 routes; round figures, so that stops are often equally near."""
    places, stops, routes = (draw(st.integers(low, high)) for low, high in ((1, 5), (1, 6), (1, 6)))
    minutes = st.sampled_from([0.0, 0.5, 3.0, 7.999, 8.0, 8.001, 10.0, 12.0, 12.5, 40.0])
    per_hour = st.sampled_from([0.0, 0.5, 1.0, 4.0, 7.0, 12.0, 60.0])
    walk = [draw(st.dictionaries(st.integers(0, stops - 1), minutes, max_size=stops)) for _ in range(places)]
    departures = [draw(st.dictionaries(st.integers(0, routes - 1), per_hour, max_size=routes)) for _ in range(stops)]
    modes = draw(st.lists(st.sampled_from(MODES), min_size=routes, max_size=routes))
    return walk, departures, modes


def csr(rows, width) -> sparse.csr_array:
    columns = [column for row in rows for column in sorted(row)]
    data = [row[column] for row in rows for column in sorted(row)]
    pointers = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return sparse.csr_array(
        (np.array(data, dtype=np.float64), np.array(columns, dtype=np.int64), pointers), (len(rows), width)
    )


@settings(max_examples=50, deadline=None)
@given(town=towns())
def test_random_towns_agree_with_the_plain_definition(town):
    walk, departures, modes = town
    arrays = csr(walk, len(departures)), csr(departures, len(modes)), modes_of(modes)
    found = ptal(*arrays, RULES)
    np.testing.assert_allclose(found.index, ptal_plainly(walk, departures, modes, RULES), rtol=1e-12, atol=0)
    np.testing.assert_array_equal(found.by_mode.sum(axis=1), found.index)
    small = list(route_access(*arrays, RULES, block_walks=1))
    assert len(small) >= sum(len(row) > 0 for row in walk), "places with a walk share no block"
    (whole,) = route_access(*arrays, RULES)
    for name in ("place", "route", "stop", "walk_min", "wait_min", "edf", "index"):
        assert np.concatenate([vars(part)[name] for part in small]).tolist() == vars(whole)[name].tolist(), name


@settings(max_examples=50, deadline=None)
@given(town=towns(), data=st.data())
def test_the_order_of_stops_does_not_matter_to_the_last_digit(town, data):
    walk, departures, modes = town
    turned = data.draw(st.permutations(range(len(departures))))
    again = [{turned.index(stop): minutes for stop, minutes in row.items()} for row in walk]
    before = ptal(csr(walk, len(departures)), csr(departures, len(modes)), modes_of(modes), RULES)
    moved = csr([departures[stop] for stop in turned], len(modes))
    after = ptal(csr(again, len(departures)), moved, modes_of(modes), RULES)
    assert before.index.tolist() == after.index.tolist()


@settings(max_examples=50, deadline=None)
@given(town=towns(), stop=st.integers(0, 5), minutes=st.sampled_from([0.0, 4.0, 9.0]))
def test_one_more_route_and_more_departures_of_it_never_hurt(town, stop, minutes):
    walk, departures, modes = town
    stop %= len(departures)
    shape = len(departures), len(modes) + 1
    indices = []
    for per_hour in (0.0, 2.0, 5.0):
        rows = [row | ({len(modes): per_hour} if at == stop else {}) for at, row in enumerate(departures)]
        reached = [row | {stop: row.get(stop, minutes)} for row in walk]
        found = ptal(csr(reached, shape[0]), csr(rows, shape[1]), modes_of([*modes, "bus"]), RULES)
        indices.append(found.index)
    assert (np.diff(indices, axis=0) >= -1e-12).all()


def test_bad_input_is_named():
    walk, departures, modes = dense(TOWN_WALK), dense(TOWN_DEPARTURES), modes_of(TOWN_MODES)
    with pytest.raises(InputError, match="walks lead to 4 stops, departures are of 3; expected as many"):
        ptal(walk, dense(TOWN_DEPARTURES[:3]), modes, RULES)
    with pytest.raises(InputError, match=r"mode_of_route has shape \(6,\); expected \(7,\)"):
        ptal(walk, departures, modes[:6], RULES)
    with pytest.raises(InputError, match="mode_of_route holds numbers outside 0 to 4; expected positions in MODES"):
        ptal(walk, departures, modes + 3, RULES)
    with pytest.raises(InputError, match="walking minutes hold a number that is negative or not finite"):
        ptal(dense([[np.nan, 1.0, 1.0, 1.0]]), departures, modes, RULES)
    with pytest.raises(InputError, match="departures per hour hold a number that is negative or not finite"):
        ptal(walk, departures * -1.0, modes, RULES)


def test_settings_are_refused_by_message():
    with pytest.raises(ValidationError, match="expected an end after the start"):
        PtalSettings(peak_from="09:15", peak_to="08:15")
    with pytest.raises(ValidationError, match="peak_from"):
        PtalSettings(peak_from="8.15")
    with pytest.raises(ValidationError, match="tram in bus_modes and in rail_modes; expected each mode in one of them"):
        PtalSettings(bus_modes=("bus", "tram"))
    for wrong in ((1.0, 2.0), (0.0, 5.0, 2.5, 10.0, 15.0, 20.0, 25.0, 40.0)):
        with pytest.raises(ValidationError, match="expected 8 numbers from 0, each above the last"):
            PtalSettings(band_limits=wrong)
    assert PtalSettings().window_s == (29_700, 33_300)
    assert len(BAND_NAMES) == 9
