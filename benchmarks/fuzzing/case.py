"""Draw a case by its number: a kind of input, what is done to one of its files, and the command that meets it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzzing.kinds import Kind
from fuzzing.places import PLACES, Place
from fuzzing.structure import TOML_VALUES

SHARE_OF_PLACES = 0.06
SHARE_OF_OVERRIDES = 0.5


@dataclass(frozen=True)
class Case:
    """One damaged project and the command that is run on it."""

    number: int
    kind: Kind
    target: str
    damage: str
    content: bytes | None
    place: Place | None
    command: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Texts one of which a message must hold."""
        return self.kind.named or (self.target, self.target.rpartition("/")[2])

    def write(self, project: Path) -> list[str]:
        """Write the damaged project into a folder and return the command for it."""
        for name, data in self.kind.files.items():
            file = project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        if self.content is not None:
            (project / self.target).write_bytes(self.content)
        if self.place is not None:
            self.place(project / self.target)
        return [part.replace("{dir}", str(project)) for part in self.command]


def draw(seed: int, number: int, kinds: Sequence[Kind]) -> Case:
    """Return the case of a number; the first cases go through all kinds once."""
    rng = Random(f"{seed}:{number}")
    kind = kinds[number] if number < len(kinds) else rng.choices(kinds, [kind.weight for kind in kinds])[0]
    target = rng.choice(kind.targets)
    command = rng.choice(kind.commands)
    if kind.settings and rng.random() < SHARE_OF_OVERRIDES:
        override = f"{rng.choice(kind.settings)}={rng.choice(TOML_VALUES)}"
        return Case(number, kind, target, f"--set {override[:100]}", None, None, (*command, "--set", override))
    if kind.places and rng.random() < SHARE_OF_PLACES:
        place = rng.choice(PLACES)
        return Case(number, kind, target, place.__name__, None, place, command)
    damage = rng.choice(kind.damages)
    content = damage(rng, kind.files[target])
    name = damage.__name__
    if rng.random() < 0.1:
        again = rng.choice(kind.damages)
        with suppress(Exception):  # a damage may need a sound file; then one damage has to do
            content, name = again(rng, content), f"{name}, {again.__name__}"
    return Case(number, kind, target, name, content, None, command)


def sound(number: int, kinds: Sequence[Kind]) -> Case:
    """Return the case of a number below 0: the kind -1 - number without any damage."""
    kind = kinds[-1 - number]
    return Case(number, kind, kind.targets[0], "none", None, None, kind.commands[0])
