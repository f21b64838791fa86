"""What this half contributes to a new project."""

from __future__ import annotations

from outlet.samples import SamplePart, SampleRequest


def helsinki(request: SampleRequest) -> SamplePart:
    """Make the part."""
    raise NotImplementedError


def riverton(request: SampleRequest) -> SamplePart:
    """Make the part."""
    raise NotImplementedError


def from_osm(request: SampleRequest) -> SamplePart:
    """Make the part."""
    raise NotImplementedError
