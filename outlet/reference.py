"""Write the references of every setting, and of every code of a fault or remark, from the code itself.

``python -m outlet.reference > docs/settings.md`` and ``python -m outlet.reference codes > docs/faults.md`` renew the
pages; a test fails when one is stale.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Iterator

from pydantic import BaseModel, Discriminator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from outlet.codes import GROUPS
from outlet.project import DataPath, Settings, settings_classes

HEAD = """# Every setting of outlet.toml

Made from the code by `python -m outlet.reference`. An unknown key is an error that names the nearest valid one. Any
setting can be overridden for one run by `--set section.key=value`, and for a named variant in `[scenario.NAME]`.
"""
CODES_HEAD = """# Every code of `outlet check`

Made from the code by `python -m outlet.reference codes`. A **fault** must be mended (exit code 2); a **remark** is an
oddity that work goes on with. Some stand for either, as the input allows: check.csv tells which. Each names the file,
the row (the first data row is 1), what was found and what was expected.
"""


def settings_reference() -> str:
    """Return docs/settings.md as text: one table a section, one row a key."""
    parts = [HEAD]
    for name, kind in settings_classes().items():
        parts.extend(_section(name, kind))
    return "\n".join(parts)


def codes_reference() -> str:
    """Return docs/faults.md as text: one table a group, one row a code."""
    parts = [CODES_HEAD]
    for title, group in GROUPS.items():
        parts.append(f"\n## {title}\n\n| code | meaning, and what to do |\n|---|---|")
        parts.extend(f"| `{code}` | {text} |" for code, text in group.items())
    return "\n".join(parts)


def _section(name: str, kind: type[BaseModel], which: str = "", *, listed: bool = False) -> Iterator[str]:
    keys = [(key, field) for key, field in kind.model_fields.items() if not _nested(field)]
    first = " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())
    title = f"[[{name}]]" if listed else f"[{name}]"
    yield f"\n## {title}{which}\n\n{first}\n"
    if keys:
        yield "| key | value | default | meaning |\n|---|---|---|---|"
        for key, field in keys:
            cells = (f"`{key}`", _kind(field.annotation), _default(field), field.description or "")
            yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    for key, field in kind.model_fields.items():
        for below in _nested(field):
            yield from _section(f"{name}.{key}", below)
        if below_names := _named(field):
            yield from _section(f"{name}.{key}.NAME", below_names)
        for below in _alternatives(field):
            yield from _section(f"{name}.{key}", below, " with " + _told_apart(below))
        if each := _listed(field):
            yield from _section(f"{name}.{key}", each, listed=True)


def _nested(field: FieldInfo) -> list[type[Settings]]:
    """Return the settings classes a field holds directly (alone or as an alternative), not those inside lists."""
    options = typing.get_args(field.annotation) if _is_union(field.annotation) else (field.annotation,)
    return [option for option in options if isinstance(option, type) and issubclass(option, Settings)]


def _named(field: FieldInfo) -> type[Settings] | None:
    """Return the settings class of a table of sections by name, or None."""
    inside = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is dict else ()
    last = inside[-1] if inside else None
    return last if isinstance(last, type) and issubclass(last, Settings) else None


def _listed(field: FieldInfo) -> type[Settings] | None:
    """Return the settings class of a list of tables of one kind, or None."""
    inside = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is tuple else ()
    first = inside[0] if inside else None
    return first if isinstance(first, type) and issubclass(first, Settings) else None


def _alternatives(field: FieldInfo) -> list[type[Settings]]:
    """Return the settings classes of a list of tables of several kinds."""
    inside = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is tuple else ()
    if not inside or not any(isinstance(part, Discriminator) for part in typing.get_args(inside[0])[1:]):
        return []
    return [typing.get_args(option)[0] for option in typing.get_args(typing.get_args(inside[0])[0])]


def _told_apart(kind: type[Settings]) -> str:
    """Return what tells a table of one kind from those of the others: the key that can hold one value only."""
    for key, field in kind.model_fields.items():
        values = typing.get_args(field.annotation)
        if typing.get_origin(field.annotation) is typing.Literal and len(values) == 1:
            return f'{key} = "{values[0]}"'
    return ""


def _is_union(annotation: object) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _kind(annotation: object) -> str:
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in inside)
    if _is_union(annotation):
        return " or ".join(_kind(option) for option in inside if option is not type(None))
    if origin is typing.Annotated:
        return "table, as below" if any(isinstance(part, Discriminator) for part in inside) else _kind(inside[0])
    if origin in (list, tuple, frozenset, set):
        return "list of " + _kind(inside[0])
    if origin is not None and inside:
        return "table of " + _kind(inside[-1])
    names: dict[object, str] = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    if annotation is DataPath:
        return "file in the project folder"
    if isinstance(annotation, type):
        return names.get(annotation, annotation.__name__.removesuffix("Settings").lower())
    return str(annotation)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default if field.default is not PydanticUndefined else field.get_default(call_default_factory=True)
    if value is None or value in ("", (), {}, []):
        return "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if isinstance(value, str | int | float) else "see the presets"


if __name__ == "__main__":
    page = codes_reference() if sys.argv[1:] == ["codes"] else settings_reference()
    sys.stdout.write(page + "\n")
