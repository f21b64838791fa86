"""The crew that a day requires, found by simulation."""

from layout.staffing.require.crew import CrewTarget, RequiredCrew, require_crew

__all__ = ["CrewTarget", "RequiredCrew", "require_crew"]
