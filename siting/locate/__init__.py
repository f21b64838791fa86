"""Choosing outlets: one model a function, from arrays to an Outcome."""

from siting.locate.alternatives import best_sets
from siting.locate.capture import max_capture
from siting.locate.center import p_center
from siting.locate.charge import fixed_charge
from siting.locate.covering import max_cover
from siting.locate.dispersion import p_dispersion
from siting.locate.frontier import FrontierPoint, trace_frontier
from siting.locate.median import p_median
from siting.locate.plan import Quota, SitePlan, SiteRules, Spacing
from siting.locate.set_cover import set_cover

__all__ = [
    "FrontierPoint",
    "Quota",
    "SitePlan",
    "SiteRules",
    "Spacing",
    "best_sets",
    "fixed_charge",
    "max_capture",
    "max_cover",
    "p_center",
    "p_dispersion",
    "p_median",
    "set_cover",
    "trace_frontier",
]
