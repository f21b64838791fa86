"""Which way visitors go: the sectors' courses as data, the flow from arrivals, and what a faulty book is told."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from layout.flow.book import JourneyBook, read_journeys
from layout.flow.journeys import DOOR, Errand, plan_journeys, trips
from layout.zones.programme import read_programme
from outlet.project import Sector

KINDS = ["reception", "waiting", "counters", "self_service", "handset_club", "data_experience", "vip"]
SELLING = ["handset_club", "data_experience"]


def stops(errand: Errand, browse: float, book: JourneyBook | None = None) -> dict[tuple[str, ...], float]:
    found = plan_journeys([errand], KINDS, SELLING, browse, book)
    return {journey.stops[1:-1]: round(journey.per_hour, 9) for journey in found}


def test_each_errand_has_its_course_for_both_kinds_of_visitor() -> None:
    assert stops(Errand("counters", 10.0), 0.5) == {
        ("reception", "waiting", "counters"): 5.0,
        ("reception", "handset_club", "data_experience", "waiting", "counters"): 5.0,
    }
    assert stops(Errand("self_service", 6.0, by="machine"), 0.0) == {("self_service",): 6.0}
    assert stops(Errand("handset_club", 4.0), 1.0) == {
        ("reception", "data_experience", "handset_club", "counters"): 4.0
    }
    assert stops(Errand("vip", 4.0), 0.0) == {("reception", "vip"): 4.0}
    assert stops(Errand("counters", 1.0, received=False), 0.0) == {("waiting", "counters"): 1.0}


def test_a_sector_leads_nobody_round_who_complains_and_buyers_more_often() -> None:
    book = read_journeys("telecom")
    assert stops(Errand("counters", 10.0, kind="sensitive"), 0.5, book) == {("reception", "waiting", "counters"): 10.0}
    browsing = {
        kind: sum(n for way, n in stops(Errand("counters", 1.0, kind=kind), 0.3, book).items() if len(way) > 3)
        for kind in ("sales", "routine", "strategic")
    }
    assert browsing == pytest.approx({"sales": 0.6, "routine": 0.18, "strategic": 0.3})
    assert book.undecided_share(0.8, "sales") == 1.0


@pytest.mark.parametrize("sector", get_args(Sector))
def test_every_sector_has_courses_through_zones_of_its_programme(sector: Sector) -> None:
    book, programme = read_journeys(sector), read_programme(sector)
    kinds = {zone.kind for zone in programme.zones}
    assert book.sector == sector
    assert book.stages <= kinds
    assert {step.zone for step in book.funnel} == {zone.kind for zone in programme.zones if zone.selling}


COURSE = {"visitor": "decided", "by": "staff", "stages": ["served"], "source": "preset"}
WHOLE = [COURSE | {"visitor": visitor, "by": by} for visitor in ("decided", "undecided") for by in ("staff", "machine")]


def test_a_faulty_book_is_refused() -> None:
    JourneyBook.model_validate({"schema": 1, "sector": "bank", "journeys": WHOLE})
    with pytest.raises(ValidationError, match="none for all services of undecided visitors served by machine"):
        JourneyBook.model_validate({"schema": 1, "sector": "bank", "journeys": WHOLE[:3]})
    step = {"zone": "vip", "stop": 0.5, "try": 0.5, "buy": 0.5, "source": "preset"}
    with pytest.raises(ValidationError, match="funnel: vip twice"):
        JourneyBook.model_validate({"schema": 1, "sector": "bank", "journeys": WHOLE, "funnel": [step, step]})


def test_a_course_for_one_service_goes_before_the_general_one() -> None:
    special = COURSE | {"services": ["card"], "stages": ["vip", "served"]}
    book = JourneyBook.model_validate({"schema": 1, "sector": "bank", "journeys": [special, *WHOLE]})
    assert stops(Errand("counters", 2.0, service="card"), 0.0, book) == {("vip", "counters"): 2.0}
    assert stops(Errand("counters", 2.0, service="cash"), 0.0, book) == {("counters",): 2.0}


def test_stops_the_hall_does_not_have_are_left_out() -> None:
    assert plan_journeys([Errand("vip", 3.0)], ["counters"], [], 0.0) == ()


def test_a_split_kind_shares_its_visitors() -> None:
    kinds = ["waiting", "counters", "counters"]
    flow = trips(plan_journeys([Errand("counters", 10.0)], kinds, [], 0.0), kinds)
    assert flow[1, 2] == flow[1, 3] == 5.0
    assert flow[2, 0] == 5.0


ERRANDS = st.lists(
    st.builds(
        Errand,
        zone=st.sampled_from(KINDS),
        per_hour=st.floats(0.1, 50),
        received=st.booleans(),
        by=st.sampled_from(["staff", "machine"]),
        kind=st.sampled_from(["", "sales", "routine", "sensitive"]),
        per_day=st.floats(0, 500),
    ),
    max_size=6,
)


@settings(max_examples=50, deadline=None)
@given(
    ERRANDS, st.floats(0, 1), st.lists(st.sampled_from(KINDS), min_size=1, max_size=9), st.sampled_from(["any", "bank"])
)
def test_everybody_who_comes_in_goes_out_again(
    errands: list[Errand], browse: float, kinds: list[str], sector: Sector
) -> None:
    journeys = plan_journeys(errands, kinds, [k for k in SELLING if k in kinds], browse, read_journeys(sector))
    for day in (False, True):
        flow = trips(journeys, kinds, day=day)
        assert flow.sum(axis=0) == pytest.approx(flow.sum(axis=1))
        assert flow[0].sum() == pytest.approx(sum(j.per_day if day else j.per_hour for j in journeys))
        assert (np.diag(flow)[[0]] == 0).all()
    assert sum(j.per_hour for j in journeys) <= sum(e.per_hour for e in errands) + 1e-6
    assert all(j.stops[0] == j.stops[-1] == DOOR for j in journeys)
