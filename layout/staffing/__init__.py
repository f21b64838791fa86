"""Staffing: which shifts an outlet works, and who works them."""

from layout.staffing.plan import Roster, RosterProblem, RosterRules, RosterWishes, Shift, ShiftPlan, Teams
from layout.staffing.repair import repair_roster
from layout.staffing.rostering import roster
from layout.staffing.shifts.design import design_shifts

__all__ = [
    "Roster",
    "RosterProblem",
    "RosterRules",
    "RosterWishes",
    "Shift",
    "ShiftPlan",
    "Teams",
    "design_shifts",
    "repair_roster",
    "roster",
]
