"""Kinds of input of the settings themselves: outlet.toml, overrides on the command line, scenarios."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from fuzzing.kinds import IN_TOML, Kind
from fuzzing.layout_kinds import plan_geojson, project
from fuzzing.siting_kinds import base, toml

SCENARIO = "[scenario.two]\nsiting.locate.model = 'max_cover'\n'siting.locate.outlets' = 2\n"


def settings_kinds() -> list[Kind]:
    """Return the kinds of settings."""
    layout = project("data/hall.geojson", plan_geojson())
    files = {**layout, **base()}
    below = layout["outlet.toml"].decode().partition("[layout]")[2]
    files["outlet.toml"] = toml(extra=f"{SCENARIO}[layout]{below}")
    scenario = {**base(), "outlet.toml": toml(extra=SCENARIO)}
    compare = ("compare", "{dir}", "base", "two", "--quiet")
    overridden = tuple(sorted(_keys()))
    # A setting that does not fit a file may be told as a fault of that file, which it may have renamed.
    named = ("outlet.toml", "data/", "found no such file")
    return [
        Kind("settings", files, ("outlet.toml",), IN_TOML, weight=16, settings=overridden, named=named),
        Kind("scenario", scenario, ("outlet.toml",), IN_TOML, (compare,), weight=2, named=named),
    ]


def _keys() -> Iterator[str]:
    from outlet.project import settings_classes

    for name, kind in settings_classes().items():
        yield from _below(name, kind)


def _below(prefix: str, kind: type[BaseModel]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        yield f"{prefix}.{name}"
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _below(f"{prefix}.{name}", inner)
