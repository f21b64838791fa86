"""The simulated day."""

from layout.simulate.day import DayProblem
from layout.simulate.replicate import DayResult, Estimate, simulate_day

__all__ = ["DayProblem", "DayResult", "Estimate", "simulate_day"]
