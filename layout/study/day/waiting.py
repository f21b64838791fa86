"""Let the rostered day ask the hall for seats until both agree: `ask_seats`, `asked_seats`.

A hall is first planned with the seats of its requirement. The replayed day says how many wait anywhere, for reception,
posts and machines: the 95th percentile of its busiest interval. Where more wait than have a seat, simulate writes
seats.json, `outlet zones` plans the hall anew with so many, and the day is replayed with the walks of that hall, at
most `ROUNDS` times. Seats are never taken away: the requirement's queue is a lower limit. A round counts only beside
others of the same basis: the same requirement, roster, settings and seed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 5
REQUIREMENT, ROSTERED = "requirement", "rostered day"
SCHEMA = 1


@dataclass(frozen=True)
class Round:
    """One hall tried: its ``seats``, and how many ``waiting`` its day has."""

    seats: int
    waiting: int


@dataclass(frozen=True)
class Seating:
    """What the rounds so far say.

    Parameters
    ----------
    basis
        Hash of what the rounds have in common.
    rounds
        The halls tried.
    asked
        Seats the hall shall have instead of those of its requirement; None: it keeps to its requirement.
    again
        Whether the hall must be planned again.
    """

    basis: str
    rounds: tuple[Round, ...]
    asked: int | None
    again: bool

    @property
    def settled(self) -> bool:
        """Whether nobody waits without a seat in the last hall."""
        return bool(self.rounds) and self.rounds[-1].waiting <= self.rounds[-1].seats

    def told(self) -> str:
        """Return the rounds in words."""
        if not self.rounds:
            return "the roster has changed: the hall is planned again with the seats of its requirement"
        course = ", then ".join(f"{each.waiting} wait with {each.seats} seats" for each in self.rounds)
        if self.settled:
            count = len(self.rounds)
            return f"seats settled in {count} round{'s' * (count > 1)}: {course}"
        if self.again:
            return f"more wait than have a seat: {course}; `outlet zones`, or `outlet run`, plans the hall with more"
        return f"seats did not settle in {ROUNDS} rounds: {course}; in the last hall some who wait have no seat"


def ask_seats(before: Seating | None, basis: str, now: Round, seats_from: str) -> Seating:
    """Return the rounds with one more.

    Parameters
    ----------
    before
        The rounds so far, if any.
    basis
        Of this round.
    now
        The hall as it stands and its day.
    seats_from
        What the hall's seats follow from: its requirement, or an earlier round.
    """
    known = before.rounds if before is not None and before.basis == basis else ()
    used = now.seats if seats_from == ROSTERED else None
    if not known and used is not None:
        return Seating(basis, (), None, again=True)
    rounds = known if known and known[-1] == now else (*known, now)
    if now.waiting <= now.seats or len(rounds) >= ROUNDS:
        return Seating(basis, rounds, used, again=False)
    return Seating(basis, rounds, now.waiting, again=True)


def read_seating(file: Path) -> Seating | None:
    """Return the rounds that simulation.json tells of; None where it tells of none."""
    if not file.is_file():
        return None
    found = json.loads(file.read_text(encoding="utf-8")).get("seats")
    if not isinstance(found, dict):
        return None
    rounds = tuple(Round(int(each["seats"]), int(each["waiting_p95"])) for each in found["rounds"])
    return Seating(str(found["basis"]), rounds, found["asked"], again=bool(found["again"]))


def seating_json(seating: Seating) -> dict[str, object]:
    """Return what simulation.json says of the rounds."""
    return {
        "basis": seating.basis,
        "rounds": [{"seats": each.seats, "waiting_p95": each.waiting} for each in seating.rounds],
        "asked": seating.asked,
        "again": seating.again,
        "settled": seating.settled,
    }


def seats_file(seating: Seating) -> Mapping[str, object] | None:
    """Return seats.json, or None where the hall keeps to its requirement."""
    return None if seating.asked is None else {"schema": SCHEMA, "seats": seating.asked}


def asked_seats(file: Path) -> int:
    """Return the seats that seats.json asks for; 0 where there is none."""
    return int(json.loads(file.read_text(encoding="utf-8"))["seats"]) if file.is_file() else 0
