"""The map tells by which rule a candidate was made, and how like its twin it is."""

from __future__ import annotations

import dataclasses

import numpy as np

from siting.data.results import read_results
from siting.maps.content import candidate_values


def test_rule_and_likeness_stand_beside_each_candidate(town):
    frame = town.data.candidates.copy()
    frame["rule"] = ["", "twins"] * 15
    frame["alike"] = np.where(frame["rule"] == "twins", 0.876, np.nan)
    results = read_results(town.out)
    told = candidate_values(dataclasses.replace(town.data, candidates=frame), results)
    at = {id_: place for place, id_ in enumerate(told["id"])}
    assert [told["rule"][at[id_]] for id_ in frame["id"][:2]] == ["", "twins"]
    assert [told["alike"][at[id_]] for id_ in frame["id"][:2]] == [None, 0.88]
    plain = candidate_values(town.data, results)
    assert set(plain["rule"]) == {""}
    assert set(plain["alike"]) == {None}
