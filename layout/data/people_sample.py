"""Write the samples' part on work and people: settings with every key explained, people, and counted visits.

All names and numbers are made up from a seed; nobody is described.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence

import numpy as np

from layout.settings.staff import StaffSettings
from layout.settings.work import ServiceSettings, SimulateSettings
from outlet.project import Settings

PEOPLE_FILE = "data/people.csv"
VISITS_FILE = "data/visits.csv"
RIVERTON_HALLS = {"R01": 120.0, "R02": 90.0}
"""Ids of Riverton's own outlets whose people and visits are known, with visits of a mean open day."""

FIRST_DAY = dt.date(2026, 4, 13)
WEEKS = 6
ROSTER_DAY = dt.date(2026, 6, 1)
"""First Monday on or after Riverton's as_of: leave and wishes lie in the four weeks from here."""
TEAM = (
    ("duty_manager;teller", 37.5),
    ("duty_manager;guide", 37.5),
    ("teller;guide", 37.5),
    ("teller;guide", 37.5),
    ("teller;adviser", 37.5),
    ("teller;adviser", 37.5),
    ("teller", 30.0),
    ("teller", 20.0),
    ("guide;adviser", 37.5),
    ("adviser;vip_manager", 37.5),
    ("adviser;vip_manager", 37.5),
    ("adviser;teller", 25.0),
    ("guide;teller", 20.0),
    ("vip_manager;duty_manager", 37.5),
    ("teller;vip_manager", 37.5),
    ("guide;duty_manager", 37.5),
    ("adviser;guide", 37.5),
    ("adviser;teller", 37.5),
    ("teller;duty_manager", 37.5),
)
GIVEN = ("Aino", "王芳", "Lucía", "Eero", "Mary", "陈静", "José", "Helmi", "David", "李娜", "Carmen", "Onni", "Grace")
FAMILY = ("Mäkelä", "García", "Virtanen", "Okafor", "Núñez", "Korhonen", "Smith", "Fernández", "Nieminen", "Jones")
CHINESE = ("张伟", "王芳", "李娜", "刘洋", "陈静", "杨敏", "赵强", "黄丽", "周杰", "吴婷")


def people_part(sample: str, seed: int) -> tuple[str, dict[str, bytes]]:
    """Return a sample's sections ``[layout.services]``, ``[layout.staff]`` and ``[layout.simulate]``, and their files.

    Parameters
    ----------
    sample
        ``riverton`` has people and counted visits; any other sample has neither: visits are siting's and people are
        made up by the roster.
    seed
        Seed of every random choice.
    """
    files: dict[str, bytes] = {}
    services: dict[str, str] = {}
    staff: dict[str, str] = {}
    if sample == "riverton":
        files = {PEOPLE_FILE: _people(seed), VISITS_FILE: _visits(seed)}
        services = {"visits": f'"{VISITS_FILE}"'}
        staff = {"people": f'"{PEOPLE_FILE}"'}
    text = (
        "# What visitors come for, when, and how well they shall be served. Services, posts and the usual day come\n"
        "# from the preset of the sector, a file you can copy and edit.\n"
        + section_text("layout.services", ServiceSettings, services)
        + "\n# Who can work, for how long, at what wage. Presets are values of ours: replace them by your own.\n"
        + section_text("layout.staff", StaffSettings, staff)
        + "\n# The replayed day.\n"
        + section_text("layout.simulate", SimulateSettings, {})
    )
    return text, files


def section_text(name: str, kind: type[Settings], chosen: Mapping[str, str]) -> str:
    """Return a section of outlet.toml that explains every key; keys that are not chosen stand as comments.

    Parameters
    ----------
    name
        Dotted name of the section.
    kind
        Its settings; nested settings become sections of their own.
    chosen
        TOML literals by key.
    """
    lines = [f"[{name}]"]
    nested: list[str] = []
    for key, field in kind.model_fields.items():
        default: object = field.get_default(call_default_factory=True)
        if isinstance(default, Settings):
            nested.append(section_text(f"{name}.{key}", type(default), {}))
            continue
        lines.append(f"# {field.description or key}")
        literal = chosen.get(key) or _literal(default)
        lines.append(f"{key} = {literal}" if key in chosen else f"# {key} = {literal}")
    return "\n".join(lines) + "\n" + "".join("\n" + part for part in nested)


def _literal(value: object) -> str:
    """Return a value as TOML; a missing one as an empty text, which only ever stands in a comment."""
    if value is None:
        return '""'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_literal(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_literal(item) for item in value)}]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8")


def _people(seed: int) -> bytes:
    random = np.random.default_rng([seed, 1])
    rows: list[tuple[object, ...]] = []
    names = _names(random, len(TEAM) * len(RIVERTON_HALLS))
    for hall in RIVERTON_HALLS:
        for roles, hours in TEAM:
            number = len(rows) + 1
            leave = _leave(random) if number % 5 == 0 else ""
            wish = ROSTER_DAY + dt.timedelta(days=int(random.integers(0, 28)))
            wants_off = wish.isoformat() if random.random() < 0.5 else ""
            least = hours if hours >= 37.5 else hours - 5
            rows.append((f"P{number:02d}", names[number - 1], hall, least, hours, roles, leave, wants_off))
    columns = ("id", "name", "outlet", "hours_per_week_min", "hours_per_week_max", "roles", "days_off", "wants_off")
    return _table(columns, rows)


def _names(random: np.random.Generator, count: int) -> list[str]:
    every = [f"{given} {family}" for given in GIVEN for family in FAMILY if given.isascii() or given[0] < "\u4e00"]
    picked = [every[at] for at in random.choice(len(every), size=count, replace=False)]
    for at, name in enumerate(CHINESE):
        if 3 * at < count:
            picked[3 * at] = name
    return picked


def _leave(random: np.random.Generator) -> str:
    first = ROSTER_DAY + dt.timedelta(days=7 * int(random.integers(0, 3)))
    return f"{first.isoformat()}/{(first + dt.timedelta(days=4)).isoformat()}"


def _visits(seed: int) -> bytes:
    """Count visits of six weeks: two peaks a day, Mondays and Fridays busier, Saturdays short, Poisson counts."""
    random = np.random.default_rng([seed, 2])
    busy = np.array([1.15, 0.95, 0.9, 0.95, 1.15, 0.8])
    rows: list[tuple[object, ...]] = []
    for hall, level in RIVERTON_HALLS.items():
        for day in range(WEEKS * 7):
            date = FIRST_DAY + dt.timedelta(days=day)
            if date.weekday() == 6:
                continue
            first, last = (20, 38) if date.weekday() < 5 else (20, 34)
            at = np.arange(first, last)
            shape = 1.0 + 0.7 * np.exp(-((at - 24.5) ** 2) / 8) + 0.9 * np.exp(-((at - 35.0) ** 2) / 8)
            mean = level * busy[date.weekday()] * shape / shape.sum()
            for half_hour, count in zip(at, random.poisson(mean), strict=True):
                time = f"{date.isoformat()} {half_hour // 2:02d}:{half_hour % 2 * 30:02d}"
                rows.append((hall, time, int(count)))
    return _table(("outlet", "time", "count"), rows)
