"""Words that come from tables of the code, not from literals in calls, are in both catalogues too."""

import pytest

from outlet.page.words import catalogue
from siting.data.making.join import LETTERS
from siting.maps.words import LAYERS, map_words
from siting.scoring.features import FEATURES
from siting.settings.data import MODES


@pytest.mark.parametrize("language", ["zh", "es"])
def test_features_units_and_modes_are_translated(language):
    words = {feature.label for feature in FEATURES} | {feature.unit for feature in FEATURES} | set(MODES)
    assert words <= set(catalogue(language))


@pytest.mark.parametrize("language", ["en", "zh", "es"])
def test_every_layer_and_family_has_a_word(language):
    words = map_words(language)
    assert all(words[f"layer_{name}"] for name in LAYERS)
    assert all(words[feature.family] for feature in FEATURES)
    assert all(words[f"rule_{name}"] for name in LETTERS)
