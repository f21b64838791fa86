"""Choosing outlets: one model a function, from arrays to an Outcome."""

from siting.locate.apart.p_dispersion import p_dispersion
from siting.locate.around.alternatives import best_sets
from siting.locate.around.frontier import FrontierPoint, trace_budgets, trace_frontier
from siting.locate.around.stability import Stability, vary
from siting.locate.capture.max_capture import max_capture
from siting.locate.capture.target_share import fewest_for_share
from siting.locate.charge.fixed_charge import fixed_charge
from siting.locate.cover.max_cover import max_cover
from siting.locate.everyone.p_center import p_center
from siting.locate.everyone.set_cover import set_cover
from siting.locate.median.p_median import p_median
from siting.locate.options.formats import Format, FormatOptions, expand_formats
from siting.locate.options.rollout import Rollout, roll_out
from siting.locate.options.years import Task, Years, discounted, expand_years
from siting.locate.problem.plan import Budget, Quota, SitePlan, SiteRules, Spacing

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
