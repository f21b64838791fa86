"""Write sections of outlet.toml that explain themselves: every key with what it means, in force or commented out."""

from __future__ import annotations

import datetime as dt
import json
import typing
from collections.abc import Collection, Mapping

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from outlet.project import Toml

TOLD_HERE = ("columns", "join", "spread", "parts_of_day", "needs")


def toml_value(value: Toml) -> str:
    """Return a value as TOML on one line.

    >>> toml_value({"a b": [1, True, "x"]})
    '{ "a b" = [1, true, "x"] }'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dt.date() | dt.time():
            return value.isoformat()
        case dict():
            pairs = ", ".join(f"{_key(name)} = {toml_value(item)}" for name, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list() | tuple():
            return f"[{', '.join(toml_value(item) for item in value)}]"
    return repr(value)


def _key(name: str) -> str:
    return (
        name
        if name.replace("_", "").replace("-", "").isascii() and name.replace("_", "").isalnum()
        else json.dumps(name, ensure_ascii=False)
    )


def toml_section(
    name: str, kind: type[BaseModel], given: Mapping[str, Toml], *, leave_out: Collection[str] = ()
) -> str:
    """Return a section with the given keys in force and all others commented out at their defaults.

    Parameters
    ----------
    name
        Dotted name of the section.
    kind
        Its settings class; a key of it that is a section itself is left to a call of its own, unless given.
    given
        Keys in force.
    leave_out
        Keys not to mention, because they are explained elsewhere.
    """
    lines = [f"[{name}]"]
    for key, field in kind.model_fields.items():
        if key in given:
            lines += _described(field, f"{_key(key)} = {toml_value(given[key])}")
        elif key in leave_out or (_is_section(field) and key not in TOLD_HERE):
            continue
        else:
            default = field.get_default(call_default_factory=True)
            text = f"# {key} =" if default is None else f"# {key} = {toml_value(_plain(default))}"
            lines += _described(field, text)
    return "\n".join(lines) + "\n"


def toml_named(name: str, kind: type[BaseModel]) -> str:
    """Return a section of any name wholly commented out, every key at its default, for planners to copy."""
    return "# " + toml_section(f"{name}.NAME", kind, {})


def toml_whole(name: str, settings: BaseModel) -> str:
    """Return a section and those inside it with every key in force; keys that are not set are commented out."""
    kind = type(settings)
    plain: dict[str, Toml] = settings.model_dump(mode="json")
    lines = [f"[{name}]"]
    below = []
    for key, field in kind.model_fields.items():
        value = plain[key]
        if _is_section(field):
            below.append(key)
        elif value is None:
            lines += _described(field, f"# {key} =")
        else:
            lines += _described(field, f"{key} = {toml_value(value)}")
    parts = ["\n".join(lines) + "\n"]
    parts += [
        toml_whole(f"{name}.{key}", inner) for key, inner in settings if key in below and isinstance(inner, BaseModel)
    ]
    return "\n".join(parts)


def _described(field: FieldInfo, line: str) -> list[str]:
    return [f"# {field.description}", line] if field.description else [line]


def _is_section(field: FieldInfo) -> bool:
    return _holds_section(field.annotation)


def _holds_section(kind: object) -> bool:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return True
    return any(_holds_section(part) for part in typing.get_args(kind))


def _plain(value: object) -> Toml:
    match value:
        case bool() | int() | float() | str():
            return value
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case BaseModel():
            return _plain(value.model_dump(mode="json"))
    return str(value)
