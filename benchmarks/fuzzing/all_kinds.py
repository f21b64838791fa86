"""All kinds of input, in a fixed order, so that a case's number means the same in every run."""

from __future__ import annotations

from fuzzing.artefact_kinds import artefact_kinds
from fuzzing.kinds import Kind
from fuzzing.layout_kinds import layout_kinds
from fuzzing.settings_kinds import settings_kinds
from fuzzing.siting_kinds import siting_kinds


def all_kinds(*, artefacts: bool) -> list[Kind]:
    """Return every kind; those of ``artefacts`` need one run of a small project first."""
    return [*siting_kinds(), *layout_kinds(), *settings_kinds(), *(artefact_kinds() if artefacts else [])]
