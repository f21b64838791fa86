"""docs/features.md is what the code says, and names every feature once."""

from __future__ import annotations

from pathlib import Path

from siting.scoring.features import FEATURE_NAMES
from siting.scoring.reference import features_reference

PAGE = Path(__file__).parents[3] / "docs" / "features.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text(encoding="utf-8") == features_reference() + "\n", (
        "renew it: python -m siting.scoring.reference > docs/features.md"
    )


def test_every_feature_has_a_row_that_says_what_it_is() -> None:
    rows = [line.split(" | ") for line in features_reference().splitlines() if line.startswith("| ") and "`" in line]
    assert [row[1].strip("`") for row in rows] == list(FEATURE_NAMES)
    for row in rows:
        assert len(row) == 6, row
        meaning = row[4]
        assert len(meaning) > 30, row
        assert meaning[0].isupper() or meaning[0] == "`", row
        assert "Source" not in meaning, row
        assert "NaN" not in meaning, row
