"""Add the rules and the objective of the short model: `add_short`. What it leaves out: see `halls.plain`."""

from __future__ import annotations

from halls.plain.rules import add_staff_sides
from halls.plain.short.price import SCALE, add_price
from halls.plain.short.rules import add_aisles, add_entrance_within
from halls.plain.variables import PlainModel

__all__ = ["SCALE", "add_short"]


def add_short(made: PlainModel) -> None:
    """Add what comes to the zones."""
    add_staff_sides(made)
    add_aisles(made)
    add_entrance_within(made)
    made.model.minimize(add_price(made))
