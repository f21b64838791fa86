"""Choosing outlets: one model a function, from arrays to an Outcome."""

from siting.locate.covering import max_cover, set_cover
from siting.locate.median import p_median
from siting.locate.plan import Quota, SitePlan, SiteRules, Spacing

__all__ = ["Quota", "SitePlan", "SiteRules", "Spacing", "max_cover", "p_median", "set_cover"]
