"""Read outlet.toml into frozen settings; an unknown key is an error that offers the nearest valid one.

The sections of siting and layout are declared by those packages and found through the entry-point group
``outlet.settings`` (name of the section → a `Settings` class), so that this package imports neither.
"""

from __future__ import annotations

import copy
import datetime as dt
import difflib
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path, PurePosixPath
from typing import Literal, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError, field_validator
from pydantic_core import CoreSchema, ErrorDetails, core_schema

from outlet.errors import InputError, ProjectError

FILE_NAME = "outlet.toml"
LARGEST_BYTES = 16 << 20
DEEPEST = 20
SHOWN = 100
SETTINGS_GROUP = "outlet.settings"

Toml: TypeAlias = "str | int | float | bool | dt.date | dt.time | list[Toml] | dict[str, Toml]"

Sector = Literal["bank", "telecom", "parcel", "retail"]
Language = Literal["en", "zh", "es"]


class Settings(BaseModel):
    """Base of every settings section: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class DataPath(str):
    """A file's path relative to the project folder, which it may not leave."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls._inside, core_schema.str_schema(min_length=1), serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def _inside(cls, text: str) -> DataPath:
        path = PurePosixPath(text.replace("\\", "/"))
        if not path.parts or any(sign < " " for sign in text):
            raise ValueError(f"{text!r} is no name of a file; expected a path such as data/demand.gpkg")
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise ValueError(f"{text!r} leaves the project folder; expected a path inside it, such as data/demand.gpkg")
        return cls(path.as_posix())


class ProjectSettings(Settings):
    """``[project]``: who plans, as of which day, in which words."""

    name: str = Field(min_length=1, description="Shown on every page.")
    sector: Sector = Field(description="Chooses the presets of services, posts and zones.")
    as_of: dt.date = Field(description="The project's today: calendars, rosters and stamps use it, never the clock.")
    timezone: str = Field("UTC", description="IANA name, such as Europe/Helsinki.")
    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of all money.")
    language: Language = Field("en", description="Language of pages and tables.")
    seed: int = Field(0, ge=0, description="Seed of every random choice.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no IANA time zone; expected a name such as Europe/Helsinki") from error
        return value


P = TypeVar("P", bound=Settings)


@dataclass(frozen=True)
class Project:
    """A project folder with its settings read and validated.

    ``sections`` maps the name of a top-level section (``project``, ``siting``, ``layout``) to its settings; a half
    that outlet.toml does not mention is absent. ``scenarios`` maps a scenario's name to its overrides.
    """

    folder: Path
    sections: Mapping[str, Settings]
    scenarios: Mapping[str, Mapping[str, Toml]]
    scenario: str | None = None

    @property
    def settings(self) -> ProjectSettings:
        """The ``[project]`` section."""
        return self.section("project", ProjectSettings)

    def has(self, name: str) -> bool:
        """Tell whether outlet.toml has the section."""
        return name in self.sections

    def section(self, name: str, kind: type[P]) -> P:
        """Return a section's settings, or raise ProjectError where outlet.toml has no such section."""
        found = self.sections.get(name)
        if not isinstance(found, kind):
            raise ProjectError(f"{FILE_NAME}: there is no [{name}] section; this command needs one")
        return found

    def path(self, relative: DataPath | str) -> Path:
        """Return the absolute path of a data file, refusing links that leave the folder or lead nowhere."""
        try:
            target = (self.folder / relative).resolve()
            target.is_file()
        except (OSError, RuntimeError) as error:
            reason = (error.strerror if isinstance(error, OSError) else None) or "its links lead in a circle"
            raise ProjectError(f"{FILE_NAME}: {relative!r} cannot be followed: {reason}; put the file there") from error
        if not target.is_relative_to(self.folder.resolve()):
            raise ProjectError(f"{FILE_NAME}: {relative!r} leads out of the project folder; copy the file into it")
        return target

    def data_files(self, prefix: str) -> list[str]:
        """List the data files that the settings below a dotted prefix name, sorted."""
        value: object = self
        names = prefix.split(".")
        value = self.sections.get(names[0])
        for name in names[1:]:
            value = getattr(value, name, None) if isinstance(value, BaseModel) else None
        return sorted(set(_paths_in(value)))

    def canonical(self, prefix: str) -> str:
        """Return the settings below a dotted prefix as canonical JSON, ``null`` where there are none."""
        import json

        names = prefix.split(".")
        found = self.sections.get(names[0])
        value: object = found.model_dump(mode="json") if found is not None else None
        for name in names[1:]:
            value = value.get(name) if isinstance(value, dict) else None
        return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _paths_in(value: object) -> Iterator[str]:
    if isinstance(value, DataPath):
        yield str(value)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _paths_in(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _paths_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _paths_in(item)


def load_project(folder: Path, *, overrides: Sequence[str] = (), scenario: str | None = None) -> Project:
    """Read ``folder/outlet.toml``, apply a scenario and then ``section.key=value`` overrides, and validate it strictly.

    Raises
    ------
    ProjectError
        When the file is missing, is not TOML, or has unknown keys or values out of range: all faults at once.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        raise ProjectError(f"{file}: there is no such file; `outlet new {folder}` writes one")
    raw = _read_toml(file)
    scenarios = _take_scenarios(raw)
    if scenario is not None:
        if scenario not in scenarios:
            raise ProjectError(f"{FILE_NAME}: there is no [scenario.{scenario}]{_nearest(scenario, list(scenarios))}")
        raw = _merge(raw, scenarios[scenario])
    for override in overrides:
        raw = _merge(raw, _parse_override(override))
    return Project(folder=folder, sections=_validate(raw), scenarios=scenarios, scenario=scenario)


def _read_toml(file: Path) -> dict[str, Toml]:
    if file.stat().st_size > LARGEST_BYTES:
        raise ProjectError(f"{FILE_NAME}: larger than {LARGEST_BYTES >> 20} MB; expected settings, not data")
    try:
        raw: dict[str, Toml] = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ProjectError(f"{FILE_NAME}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except ValueError as error:
        raise ProjectError(f"{FILE_NAME}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ProjectError(f"{FILE_NAME}: nested too deeply; expected at most {DEEPEST} levels") from error
    _refuse_depth(raw)
    return raw


def _refuse_depth(raw: Toml) -> None:
    """Raise ProjectError where tables and lists are nested deeper than any setting is."""
    level: list[Toml] = [raw]
    for _ in range(DEEPEST):
        below = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
        level = [item for items in below for item in items]
    if level:
        raise ProjectError(f"{FILE_NAME}: nested too deeply; expected at most {DEEPEST} levels")


def _take_scenarios(raw: dict[str, Toml]) -> dict[str, Mapping[str, Toml]]:
    found = raw.pop("scenario", {})
    if not isinstance(found, dict):
        raise ProjectError(f"{FILE_NAME}: scenario is not a table; expected [scenario.NAME] sections")
    scenarios: dict[str, Mapping[str, Toml]] = {}
    for name, overrides in found.items():
        if not isinstance(overrides, dict):
            raise ProjectError(f"{FILE_NAME}: scenario.{name} is not a table; expected a [scenario.{name}] section")
        scenarios[name] = _undot(overrides)
    return scenarios


def _undot(overrides: Mapping[str, Toml]) -> dict[str, Toml]:
    """Turn quoted dotted keys (``"siting.locate.outlets" = 5``) into nested tables."""
    nested: dict[str, Toml] = {}
    for key, value in overrides.items():
        if key.count(".") > DEEPEST:
            raise ProjectError(f"{FILE_NAME}: {key[:SHOWN]}: expected a key of at most {DEEPEST} levels")
        item: Toml = _undot(value) if isinstance(value, dict) else value
        for name in reversed(key.split(".")):
            item = {name: item}
        nested = _merge(nested, item) if isinstance(item, dict) else nested
    return nested


def _merge(below: Mapping[str, Toml], above: Mapping[str, Toml]) -> dict[str, Toml]:
    merged = copy.deepcopy(dict(below))
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _parse_override(text: str) -> dict[str, Toml]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise ProjectError(f"--set {text!r}: expected section.key=value, such as siting.locate.outlets=5")
    try:
        parsed: Toml = tomllib.loads(f"value = {value.strip()}")["value"]
    except (ValueError, RecursionError):
        parsed = value.strip()
    _refuse_depth(parsed)
    return _undot({key.strip(): parsed})


def settings_classes() -> dict[str, type[Settings]]:
    """Return the settings class of every top-level section, our own first."""
    classes: dict[str, type[Settings]] = {"project": ProjectSettings}
    for point in sorted(entry_points(group=SETTINGS_GROUP), key=lambda point: point.name):
        loaded: type[Settings] = point.load()
        classes[point.name] = loaded
    return classes


def _validate(raw: Mapping[str, Toml]) -> dict[str, Settings]:
    classes = settings_classes()
    faults = [
        f"{FILE_NAME}: unknown section [{name}]{_nearest(name, list(classes))}" for name in raw if name not in classes
    ]
    if "project" not in raw:
        faults.append(f"{FILE_NAME}: there is no [project] section; expected name, sector and as_of in it")
    sections: dict[str, Settings] = {}
    for name, kind in classes.items():
        if name not in raw:
            continue
        try:
            sections[name] = kind.model_validate(raw[name])
        except ValidationError as error:
            faults.extend(_explain(name, kind, item) for item in error.errors())
    if faults:
        raise ProjectError("\n".join(faults))
    return sections


def _explain(section: str, kind: type[Settings], item: ErrorDetails) -> str:
    where = ".".join([section, *(str(part) for part in item["loc"])])
    if item["type"] == "extra_forbidden":
        valid = _valid_keys(kind, item["loc"][:-1])
        return f"{FILE_NAME}: unknown key {where}{_nearest(str(item['loc'][-1]), valid)}"
    if item["type"] == "missing":
        return f"{FILE_NAME}: {where} is missing; it is required"
    message = item["msg"].removeprefix("Value error, ")
    if isinstance(item.get("input"), Mapping):  # a rule between several keys: the message names them
        return f"{FILE_NAME}: [{where}] {message}"
    value = repr(item.get("input"))
    shown = value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
    return f"{FILE_NAME}: {where} = {shown}: {message[0].lower()}{message[1:]}"


def _valid_keys(kind: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys that are valid at a location, following nested settings as far as their types tell."""
    current: list[type[BaseModel]] = [kind]
    for part in location:
        below: list[type[BaseModel]] = []
        for model in current:
            if isinstance(part, str) and part in model.model_fields:
                below.extend(_models_in(model.model_fields[part].annotation))
        current = below or [model for model in current if _is_called(model, part)] or current
    return sorted({name for model in current for name in model.model_fields})


def _is_called(model: type[BaseModel], tag: int | str) -> bool:
    """Tell whether a model is the alternative of that tag: one of its fields can hold nothing else."""
    return any(typing.get_args(field.annotation) == (tag,) for field in model.model_fields.values())


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def _nearest(name: str, valid: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, valid, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; valid here: {', '.join(valid)}" if valid else ""


def set_language(overrides: Sequence[str], language: str | None, seed: int | None) -> list[str]:
    """Return the overrides with ``--lang`` and ``--seed`` added as what they stand for."""
    extra = list(overrides)
    if language is not None:
        extra.append(f"project.language={language}")
    if seed is not None:
        if seed < 0:
            raise InputError(f"--seed {seed}: expected a whole number from 0")
        extra.append(f"project.seed={seed}")
    return extra
