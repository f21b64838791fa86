"""Settings of the rules of a hall: `[layout.rules]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from outlet.project import DataPath, Settings

Country = Literal["preset", "cn", "us", "iso"]
Number = Annotated[float, Field(ge=0, le=10000)]


class RuleSettings(Settings):
    """``[layout.rules]``: what a finished hall is checked against; docs/rules.md lists every rule.

    The widths of aisles and the turning circle are also what the arrangement keeps.
    """

    country: Country = Field("preset", description="The set of rules; preset: widely used figures of no one country.")
    file: DataPath | None = Field(None, description="Rules of your own (TOML), over those of the country.")
    off: tuple[str, ...] = Field((), description="Names of rules that are not checked.")
    numbers: Mapping[str, Number] = Field(
        {}, description="Another number of a rule: its name, or name.number where it has several."
    )
    severity: Mapping[str, Literal["must", "should", "advice"]] = Field(
        {}, description="Another severity of a rule, by its name."
    )
    sprinklers: bool = Field(False, description="Whether the hall has sprinklers; no plan says.")
    automatic_doors: bool = Field(False, description="Whether the entrances open by themselves; no plan says.")
    entrances_are_exits: bool = Field(True, description="Whether people may also leave by the entrances in a fire.")
    occupants: int | None = Field(
        None, ge=1, le=100000, description="People in the hall at most; none: free floor by m2_per_person."
    )
    m2_per_person: float = Field(4.0, gt=0, le=100, description="Free floor a person takes, square metres (preset).")
    queue_persons: int = Field(2, ge=0, le=50, description="People who queue before a row of machines (preset).")
