"""The simulated day."""

from layout.simulate.compare import Comparison, clearing_min, compare_days, one_desk, power_failure
from layout.simulate.day import DayProblem
from layout.simulate.policy import Appointment, Breakdowns, Diversion, Outage, QuietTask, Reserve
from layout.simulate.replicate import DayResult, Estimate, mean_of_sums, simulate_day

__all__ = [
    "Appointment",
    "Breakdowns",
    "Comparison",
    "DayProblem",
    "DayResult",
    "Diversion",
    "Estimate",
    "Outage",
    "QuietTask",
    "Reserve",
    "clearing_min",
    "compare_days",
    "mean_of_sums",
    "one_desk",
    "power_failure",
    "simulate_day",
]
