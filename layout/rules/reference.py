"""Write the reference of all rules from their data: ``python -m layout.rules.reference > docs/rules.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import get_args

from layout.rules.data import COUNTRIES, UNITS, Rule, Test, read_rules

HEAD = """# Every rule a finished hall is checked against

Made from the data by `python -m layout.rules.reference`. `[layout.rules] country` chooses a set; `off`, `numbers`,
`severity` and `file` change single rules (docs/settings.md). A rule's source is a clause whose text was read, or says
that its number is a **preset**: a value of ours, to be replaced by what is in force where the hall stands. The checker
uses no solver: it judges the drawn geometry.

What no plan tells is a setting of `[layout.rules]`: sprinklers (none), automatic doors (none), whether entrances count
as ways out (they do), occupants (free floor by 4 m² a person), and persons who queue before machines (2).
"""
SETS = {
    "preset": "The preset set: figures of no one country",
    "cn": "China: what differs",
    "us": "United States: what differs",
    "iso": "ISO 21542: what differs",
}


def rules_reference() -> str:
    """Return docs/rules.md as text: one table a set, one row a rule."""
    parts = [HEAD]
    base = read_rules("preset").rules
    for country in COUNTRIES:
        rules = read_rules(country).rules
        shown = [rule for name, rule in rules.items() if country == "preset" or rule != base.get(name)]
        parts += [f"\n## {SETS[country]}\n", *_table(shown)]
    unused = sorted(set(get_args(Test)) - {rule.test for rule in base.values()})
    assert not unused, unused
    return "\n".join(parts)


def _table(rules: list[Rule]) -> Iterator[str]:
    yield "| rule | meaning | numbers | severity | about | source |\n|---|---|---|---|---|---|"
    for rule in rules:
        numbers = "; ".join(_figure(name, value) for name, value in rule.numbers.items())
        about = ", ".join([*rule.sectors, *(zone for zone in rule.zones if zone != "all"), *rule.things]) or "all"
        yield f"| `{rule.name}` | {rule.title} | {numbers} | {rule.severity} | {about} | {rule.source} |"


def _figure(name: str, value: float) -> str:
    unit = UNITS.get(name.rpartition("_")[2], "")
    return f"`{name}` {value:g} {unit}".rstrip()


if __name__ == "__main__":
    sys.stdout.write(rules_reference() + "\n")
