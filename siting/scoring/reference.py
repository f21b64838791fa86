"""Write the reference of every feature from the code itself.

``python -m siting.scoring.reference > docs/features.md`` renews the page; a test fails when it is stale.
"""

from __future__ import annotations

import inspect
import re
import sys

from siting.scoring.features import FEATURES
from siting.scoring.inputs import Feature

HEAD = """# Every feature of a score

Made from the code by `python -m siting.scoring.reference`. In candidates.csv each has four columns: `NAME_raw`, the
figure in its unit; `NAME_value`, what it is worth, 0–100; `NAME_weight`, its share of all weight at that candidate;
`NAME_contribution`, what it adds to the score. What is not known is empty, which is not zero: its weight goes to what
is known. Weights stand in `[siting.score.weights]` under the same names; [scoring.md](scoring.md) tells how figures
become a score.
"""
COLUMNS = "| feature | column | unit | better | what it is | source |\n|---|---|---|---|---|---|"
TITLES = {"access": "Transport access", "demand": "Target market", "competition": "Competition"}


def features_reference() -> str:
    """Return docs/features.md as text: one section a family, one row a feature."""
    parts = [HEAD]
    for family, title in TITLES.items():
        parts.append(
            f"\n## {title}\n\n| feature | column | unit | better | what it is | source |\n|---|---|---|---|---|---|"
        )
        parts.extend(_row(feature) for feature in FEATURES if feature.family == family)
    return "\n".join(parts)


def _row(feature: Feature) -> str:
    cells = (feature.label, f"`{feature.name}`", feature.unit, feature.direction, _meaning(feature), feature.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _meaning(feature: Feature) -> str:
    """Return what the function's docstring says, without its first word, direction, sections and source."""
    said = re.split(r"\n(?:Source:|Parameters\n)", inspect.getdoc(feature.compute) or "")[0]
    said = re.sub(r"\s+", " ", said.replace("``", "`").partition(" Source:")[0]).strip()
    said = re.sub(r"; more is (better|worse)(?=[.,;])", "", said).replace("NaN ", "Not known ")
    return " ".join(part[:1].upper() + part[1:] for part in re.split(r"(?<=\.) ", said.removeprefix("Return ")))


if __name__ == "__main__":
    sys.stdout.write(features_reference() + "\n")
