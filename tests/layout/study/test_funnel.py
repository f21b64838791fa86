"""The funnel of a zone in the measures of a settled hall: of those who pass, who stop, try and buy."""

from types import SimpleNamespace

import numpy as np
import pytest
from shapely import box

from layout.floor.plan import Door, FloorPlan
from layout.flow.book import read_journeys
from layout.flow.journeys import Errand, plan_journeys
from layout.rules.data import read_rules
from layout.study.hall.exposure import show_zones
from layout.study.hall.walks import walk_hall
from layout.zones.plan import PlacedZone

PLAN = FloorPlan(box(0, 0, 12, 8), (Door(6, 0, 1.6, True, False, 90.0, "main"),))


def zone(kind, rect, front, access):
    area = rect[2] * rect[3]
    return PlacedZone(kind, kind, np.array([rect], dtype=float), area, True, False, front, np.array(access))


ZONES = (zone("handset_club", (0, 5, 4, 3), 0.0, (4, 6.5)), zone("counters", (8, 6, 4, 2), 270.0, (10, 6)))
SELLING = ("handset_club",)


def shown(browse=0.5, **funnel):
    """Return the exposure of the handset club, with its funnel and the share of the undecided changed."""
    book = read_journeys("telecom")
    steps = [step.model_copy(update=funnel) if step.zone == "handset_club" else step for step in book.funnel]
    book = book.model_copy(update={"funnel": tuple(steps)})
    kinds = [each.kind for each in ZONES]
    errand = Errand("counters", 20.0, kind="strategic", received=False)
    journeys = plan_journeys([errand], kinds, SELLING, browse, book)
    needs = [SimpleNamespace(spec=SimpleNamespace(selling=kind in SELLING, value=1.0)) for kind in kinds]
    walked = walk_hall(PLAN, PLAN.doors[0], ZONES, SELLING, read_rules("preset"))
    return show_zones(walked, ZONES, SimpleNamespace(needs=needs), journeys, book)[0]


@pytest.mark.parametrize("step", ["stop", "try_", "buy"])
def test_half_of_a_step_is_half_of_the_buyers(step):
    usual = shown()
    share = {each.zone: each for each in read_journeys("telecom").funnel}["handset_club"]
    assert usual.buyers_per_hour == pytest.approx(usual.per_hour * share.stop * share.try_ * share.buy)
    halved = shown(**{step: getattr(share, step) / 2})
    assert halved.per_hour == usual.per_hour > 0
    assert halved.buyers_per_hour == pytest.approx(usual.buyers_per_hour / 2)


def test_who_has_no_clear_need_passes_what_is_sold():
    """All who are led round pass the club; with nobody led round only those pass whose way leads by."""
    assert shown(1.0).per_hour == pytest.approx(20.0)
    assert shown(0.0).per_hour < shown(0.5).per_hour < shown(1.0).per_hour
