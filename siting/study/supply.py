"""Gather what serves the demand already: the rivals, and our outlets that stay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from siting.scoring.inputs import FeatureInputs, Supply
from siting.study.market import ProjectMarket
from siting.study.travel import TravelCosts

_METHODS = {
    "two_step": "2SFCA (Luo and Wang, 2003)",
    "enhanced": "E2SFCA (Luo and Qi, 2009)",
    "three_step": "3SFCA (Wan et al., 2012)",
}


def with_supply(inputs: FeatureInputs, costs: TravelCosts, market: ProjectMarket) -> FeatureInputs:
    """Return the inputs with the outlets that are there: ``inputs.kept`` among the sites, then all rivals."""
    kept = inputs.kept
    own = np.full(len(inputs.ids), -1, dtype=np.int64)
    are_candidates = kept < len(own)
    own[kept[are_candidates]] = np.flatnonzero(are_candidates)
    supply = Supply(
        minutes=sparse.csr_array(sparse.hstack([costs.demand_sites[:, kept], costs.demand_rivals], format="csr")),
        amount=np.concatenate([market.own_size[kept], inputs.attraction_of_rivals]),
        own=own,
    )
    return replace(inputs, supply=supply)


def tell_supply(inputs: FeatureInputs) -> list[str]:
    """Say by which method the supply of people near by is measured, where it weighs."""
    if inputs.supply is None or "served_nearby" not in inputs.settings.counted:
        return []
    kept, rivals = len(inputs.kept), int((inputs.attraction_of_rivals > 0).sum())
    method = _METHODS[inputs.settings.floating.method]
    return [f"Supply near by, served_nearby, by {method}; our outlets: {kept:,}, rivals: {rivals:,}."]
