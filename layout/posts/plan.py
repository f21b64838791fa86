"""Hold where people stand, what is placed round them, and what the cameras see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Post:
    """One position somebody mans.

    Parameters
    ----------
    id
        Its role and a number, such as ``teller-3``.
    zone
        Id of the zone it stands in.
    role
        Who mans it, as in requirement.csv: ``teller``, ``guide``, ``adviser``, ``duty_manager``, ``guard`` …
    x, y
        Where, metres.
    facing_deg
        Direction it faces, counter-clockwise from the x axis.
    sees
        Shares (0–1) of what the post is there to see, by kind of target: ``("entrance", 1.0)``.
    presence
        When it must be there: ``open``, ``opening``, ``closing``; ``cash`` where it handles cash.
    """

    id: str
    zone: str
    role: str
    x: float
    y: float
    facing_deg: float
    sees: tuple[tuple[str, float], ...] = ()
    presence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Camera:
    """One camera on a wall: where, the middle of its field of view, how wide that is and how far it sees.

    ``masks`` are the ids of counters and machines whose keypads it would see: they must be masked in its picture.
    """

    id: str
    x: float
    y: float
    facing_deg: float
    range_m: float
    view_deg: float
    masks: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandOff:
    """The line behind which others wait: before the things of a zone, from end to end, metres."""

    zone: str
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Readable:
    """A screen or keypad that somebody other than its user could read, and from how much of the public floor, m²."""

    thing: str
    from_m2: float


@dataclass(frozen=True)
class MachinePool:
    """The machines of one kind: how many there are, how many the work needs, and how reliable they are.

    Parameters
    ----------
    kind
        Kind of machine.
    installed, needed
        How many stand there, and how many of them must work at the peak.
    availability
        Share of time one machine works.
    enough
        Share of time at least ``needed`` of them work.
    to_install
        The fewest with which at least ``needed`` work for the share of time asked for.
    """

    kind: str
    installed: int
    needed: int
    availability: float
    enough: float
    to_install: int


@dataclass(frozen=True)
class Equipment:
    """One thing that stands in a zone.

    Parameters
    ----------
    id, kind, zone
        Its kind and a number, its kind such as ``ticket_machine``, and the id of its zone.
    x, y, w, h
        Lower left corner, width and height of its footprint, metres.
    facing_deg
        Direction its front looks; people use it from there.
    clearance_m
        Free depth it needs before its front.
    top_m
        Height of its top where somebody works at it, or None where nobody stated it.
    mounted
        Whether it is fixed to another thing and takes no floor of its own.
    """

    id: str
    kind: str
    zone: str
    x: float
    y: float
    w: float
    h: float
    facing_deg: float
    clearance_m: float
    top_m: float | None = None
    mounted: bool = False


@dataclass(frozen=True)
class Furnishing:
    """Everything and everybody placed in the zones of one hall.

    Parameters
    ----------
    posts, cameras, equipment
        In a fixed order, ids unique in each.
    cameras_bound
        The proved least number of cameras, or None where no search was made.
    blind_spots
        Shape (k, 2) as tuples: spots that must be seen and no camera on any wall could see, metres.
    notes
        What did not fit or was assumed.
    stand_off
        Lines behind which others wait, before counters and machines.
    readable
        Screens and keypads that others could read; empty for a good plan.
    pools
        The machines by kind.
    facing_door
        Ids of cash counters that face an entrance.
    """

    posts: tuple[Post, ...]
    cameras: tuple[Camera, ...]
    equipment: tuple[Equipment, ...]
    cameras_bound: float | None = None
    blind_spots: tuple[tuple[float, float], ...] = ()
    notes: tuple[str, ...] = ()
    stand_off: tuple[StandOff, ...] = ()
    readable: tuple[Readable, ...] = ()
    pools: tuple[MachinePool, ...] = ()
    facing_door: tuple[str, ...] = ()

    @property
    def terms(self) -> dict[str, float]:
        """What the plan of posts and things is weighed by: counts, in `ZonePlan.terms` with the zones' own."""
        return {
            "cash_counters_facing_door": float(len(self.facing_door)),
            "readable_screens": float(len(self.readable)),
        }
