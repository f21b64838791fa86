"""What is fuzzed: for each kind of input a small project, which of its files is damaged, how, and who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fuzzing.archives import GZIP, ZIP
from fuzzing.damage import BYTES, TEXT, Damage
from fuzzing.structure import csv_damage, json_damage, toml_damage

PROJECT = '[project]\nname = "Fuzz"\nsector = "parcel"\nas_of = 2026-03-02\nseed = 1\n'
CHECK: tuple[tuple[str, ...], ...] = (("check", "{dir}"),)

IN_BYTES: tuple[Damage, ...] = BYTES
IN_TEXT: tuple[Damage, ...] = TEXT
IN_CSV: tuple[Damage, ...] = (*TEXT, *[csv_damage] * 12)
IN_JSON: tuple[Damage, ...] = (*TEXT, *[json_damage] * 14)
IN_TOML: tuple[Damage, ...] = (*TEXT[:6], *[toml_damage] * 14)
IN_ZIP: tuple[Damage, ...] = (*BYTES[:9], *ZIP)
IN_GZIP: tuple[Damage, ...] = (*BYTES[:7], *GZIP)


@dataclass(frozen=True)
class Kind:
    """One kind of input.

    Parameters
    ----------
    name
        What reports call it.
    files
        A project that ends in exit code 0, as path → bytes.
    targets
        The paths one of which is damaged.
    damages
        How its bytes may be damaged.
    commands
        Commands one of which is run; ``{dir}`` stands for the project's folder.
    weight
        How often it is drawn, against others.
    named
        What a message must hold; the target's path or its name where empty.
    harmless
        Whether every command must end in exit code 0 whatever is in the file, as for caches.
    settings
        Dotted settings that may be overridden with an absurd value instead.
    places
        Whether something that is no file may stand in its place.
    """

    name: str
    files: Mapping[str, bytes]
    targets: tuple[str, ...]
    damages: tuple[Damage, ...]
    commands: tuple[tuple[str, ...], ...] = CHECK
    weight: int = 4
    named: tuple[str, ...] = field(default=())
    harmless: bool = False
    settings: tuple[str, ...] = ()
    places: bool = True
