"""The simulated day."""

from layout.simulate.day import DayProblem
from layout.simulate.policy import Appointment, Breakdowns, Diversion, Outage, Reserve
from layout.simulate.replicate import DayResult, Estimate, simulate_day

__all__ = [
    "Appointment",
    "Breakdowns",
    "DayProblem",
    "DayResult",
    "Diversion",
    "Estimate",
    "Outage",
    "Reserve",
    "simulate_day",
]
