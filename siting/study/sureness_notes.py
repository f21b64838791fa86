"""Tell the planner how scores came about where the settings say so, and how sure the ranking is."""

from __future__ import annotations

import numpy as np

from siting.scoring.features import FEATURES, direction_of
from siting.scoring.lead import AllWeights, OneWeight
from siting.scoring.values import value_in_words
from siting.scoring.weights import ChosenWeights
from siting.settings.score import ScoreSettings
from siting.settings.weighing import RobustnessSettings
from siting.study.candidates import Scored

_PAIRS_SHOWN = 5
_NOISE = 1e-9

_AGGREGATIONS = {
    "weighted_sum": "",
    "topsis": "Scores by TOPSIS: nearness to a candidate of value 100 in everything against one of value 0.",
    "vikor": "Scores by VIKOR: the mean shortfall counts {mean:g}, the worst shortfall {worst:g}.",
}


def tell_method(scored: Scored, chosen: ChosenWeights, settings: ScoreSettings) -> list[str]:
    """Say how features were valued, weighed and put together, where it is not the default."""
    notes = _values_told(scored, settings)
    if settings.competition.rivals == "follow":
        notes.append("Rivals near by count as good: they show a good place (rivals = follow).")
    if settings.weighing != "direct":
        notes.append(_weights_told(chosen, settings))
    if chosen.judged is not None:
        notes += _judgements_told(chosen, settings)
    if told := _AGGREGATIONS[settings.aggregation]:
        told = told.format(mean=settings.vikor_mean, worst=1.0 - settings.vikor_mean)
        notes.append(f"{told} Contributions are Shapley values and sum to the score.")
    return notes


def _values_told(scored: Scored, settings: ScoreSettings) -> list[str]:
    told = [
        f"{feature.name} {words}"
        for feature in FEATURES
        if (given := settings.values.get(feature.name)) is not None
        and (
            words := value_in_words(
                scored.raw[feature.name].to_numpy(), given, more_is_better=direction_of(feature, settings) == "more"
            )
        )
    ]
    return [f"What figures are worth, as outlet.toml says: {'; '.join(told)}."] if told else []


def _weights_told(chosen: ChosenWeights, settings: ScoreSettings) -> str:
    source = {
        "ahp": "from judgements in pairs (AHP)",
        "entropy": "from the entropy of the candidates' values",
        "critic": "from contrast and conflict of the candidates' values (CRITIC)",
    }[settings.weighing]
    if settings.weighing != "ahp" and settings.data_share < 1.0:
        source += f", {100 * settings.data_share:g} %, and direct weights the rest"
    weights = sorted(((w, name) for name, w in chosen.weights.items() if w > 0), key=lambda item: -item[0])
    return f"Weights {source}: {', '.join(f'{name} {weight:.3f}' for weight, name in weights)}."


def _judgements_told(chosen: ChosenWeights, settings: ScoreSettings) -> list[str]:
    judged = chosen.judged
    if judged is None:
        return []
    limit = settings.ahp.consistency_limit
    notes = [f"The judgements' consistency ratio is {judged.ratio:.3f}; up to {limit:g} is accepted."]
    if judged.worst is not None:
        notes[0] = f"{notes[0][:-1]}; {judged.worst}."
    if judged.missing:
        shown = ", ".join("/".join(pair) for pair in judged.missing[:_PAIRS_SHOWN])
        more = " …" if len(judged.missing) > _PAIRS_SHOWN else ""
        pairs = "1 pair" if len(judged.missing) == 1 else f"{len(judged.missing)} pairs"
        notes.append(f"{pairs} not judged, taken as the others imply: {shown}{more}.")
    return notes


def tell_sureness(scored: Scored, settings: RobustnessSettings) -> list[str]:
    """Say how firm the first place is when weights move."""
    lead = scored.lead
    first = str(scored.raw.index[lead.first])
    if not np.isfinite(scored.ranking.score[lead.first]) or len(scored.raw) < 2:
        return []
    inside = 100 * float(scored.spread.top[lead.first])
    around = f"Under {settings.draws:,} random weights around the chosen ones"
    notes = [f"{around} {first} is among the best {scored.top} in {inside:.0f} %."]
    changes = []
    if lead.one is not None:
        changes.append(_one(scored, lead.one))
    if lead.together is not None:
        changes.append(_together(scored, lead.together))
    if changes:
        notes.append(f"{first} stays first until {'; or '.join(changes)}.")
    return notes


def _one(scored: Scored, one: OneWeight) -> str:
    name, rival = scored.raw.columns[one.feature], scored.raw.index[one.rival]
    weight = f"{one.after:.3f} instead of {one.before:.3f}"
    return f"{name} weighs {weight} of all weight, the others in proportion: then {rival} is first"


def _together(scored: Scored, together: AllWeights) -> str:
    moved = together.weights - scored.weights / scored.weights.sum()
    names = scored.raw.columns
    of = ", ".join(names[k] for k in np.flatnonzero(moved < -_NOISE).tolist())
    to, rival = names[int(np.argmax(moved))], scored.raw.index[together.rival]
    text = f"{100 * together.moved:.1f} % of all weight moves from {of} to {to}: then {rival} is first"
    everyone = together.compared + 1 == int(np.isfinite(scored.ranking.score).sum())
    return text if everyone else f"{text} (of {together.compared:,} others with the same features known)"
