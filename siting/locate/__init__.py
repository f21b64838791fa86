"""Choosing outlets: one model a function, from arrays to an Outcome."""

from siting.locate.alternatives import best_sets
from siting.locate.capture import max_capture
from siting.locate.center import p_center
from siting.locate.charge import fixed_charge
from siting.locate.covering import max_cover
from siting.locate.dispersion import p_dispersion
from siting.locate.formats import Format, FormatOptions, expand_formats
from siting.locate.frontier import FrontierPoint, trace_budgets, trace_frontier
from siting.locate.median import p_median
from siting.locate.plan import Budget, Quota, SitePlan, SiteRules, Spacing
from siting.locate.rollout import Rollout, roll_out
from siting.locate.set_cover import set_cover
from siting.locate.stability import Stability, vary
from siting.locate.target_share import fewest_for_share
from siting.locate.years import Task, Years, discounted, expand_years

__all__ = [
    "Budget",
    "Format",
    "FormatOptions",
    "FrontierPoint",
    "Quota",
    "Rollout",
    "SitePlan",
    "SiteRules",
    "Spacing",
    "Stability",
    "Task",
    "Years",
    "best_sets",
    "discounted",
    "expand_formats",
    "expand_years",
    "fewest_for_share",
    "fixed_charge",
    "max_capture",
    "max_cover",
    "p_center",
    "p_dispersion",
    "p_median",
    "roll_out",
    "set_cover",
    "trace_budgets",
    "trace_frontier",
    "vary",
]
