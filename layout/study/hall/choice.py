"""Hold the plans of one hall of which one is chosen, and tell them as zones.json: `HallChoice`, `choice_json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layout.study.hall.plan import HallPlan, proof_of, zones_json
from layout.zones.plan import SEVERITIES


@dataclass(frozen=True)
class HallChoice:
    """Plans of one hall that differ in topology.

    Parameters
    ----------
    plans
        The plans, the best of the search first.
    chosen
        Position of the one that is the hall's plan.
    objectives
        What the search weighed each by: the weighted sum of its terms on cells; less is better.
    differs
        For each the share of pairs of zones that lie otherwise than in the chosen one.
    weights
        Weights of the soft terms.
    stopped_by
        What ended the search: ``work``, or ``time``; then another run may give another plan.
    """

    plans: tuple[HallPlan, ...]
    chosen: int
    objectives: tuple[float, ...]
    differs: tuple[float, ...]
    weights: Mapping[str, float]
    stopped_by: str = "work"

    @property
    def plan(self) -> HallPlan:
        """The chosen plan."""
        return self.plans[self.chosen]

    def terms(self) -> list[tuple[str, tuple[float | None, ...]]]:
        """Return every term with its value in each plan; None where a plan has it not."""
        names = dict.fromkeys(name for plan in self.plans for name in plan.zones.terms)
        return [(name, tuple(plan.zones.terms.get(name) for plan in self.plans)) for name in sorted(names)]


def choice_json(choice: HallChoice) -> dict[str, object]:
    """Return the content of zones.json: the chosen plan, its objective, and all plans there were to choose from."""
    return {
        **zones_json(choice.plan),
        "objective": {
            "value": round(choice.objectives[choice.chosen], 3),
            "stopped_by": choice.stopped_by,
            "weights": {name: float(weight) for name, weight in sorted(choice.weights.items())},
        },
        "alternatives": [_alternative(choice, k) for k in range(len(choice.plans))] if len(choice.plans) > 1 else [],
    }


def _alternative(choice: HallChoice, k: int) -> dict[str, object]:
    zones = choice.plans[k].zones
    return {
        "plan": k + 1,
        "chosen": k == choice.chosen,
        "objective": round(choice.objectives[k], 3),
        "topology": proof_of(zones),
        "differs": round(choice.differs[k], 3),
        "terms": dict(zones.terms),
        "broken_rules": {
            severity: sum(rule.severity == severity for rule in zones.broken_rules) for severity in SEVERITIES
        },
        "zones": [
            {
                "id": zone.id,
                "rects": [[float(value) for value in rect] for rect in zone.rects],
                "front_deg": zone.front_deg,
            }
            for zone in zones.zones
        ],
    }
