"""Find the unit a DXF is drawn in, or refuse it with every reading: `choose_unit`.

Witnesses: what the planner states, the header, the size of the hall, and the width of its doors (0.6 to 2 m). The
header counts unless the size is none that halls have, or its doors are such as nobody builds (below 0.4 or above 4 m)
and another unit gives a sensible hall with sensible doors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layout.settings.hall import HallSettings, Unit
from outlet.errors import Fault, TableError
from outlet.findings import Remark

UNITS_M: dict[Unit, float] = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "in": 0.0254}
HEADER_UNITS: dict[int, Unit] = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 14: "dm", 21: "ft", 22: "in"}
SMALLEST_M = 3.0
LARGEST_M = 250.0
DOOR_M = (0.6, 2.0)
MAD_DOOR_M = (0.4, 4.0)
WIDEST_M = 6.0


@dataclass(frozen=True)
class Drawn:
    """What a drawing says of its unit: ``$INSUNITS`` and ``$MEASUREMENT`` (-1: absent), its size, its doors' widths."""

    insunits: int
    measurement: int
    width: float
    height: float
    doors: Sequence[float] = ()

    def is_plausible(self, unit: Unit) -> bool:
        """Tell whether it has the size of a hall in a unit."""
        return SMALLEST_M <= max(self.width, self.height) * UNITS_M[unit] <= LARGEST_M

    def has_sensible_doors(self, unit: Unit) -> bool:
        """Tell whether at least half of its doors are as wide as doors are."""
        good = sum(DOOR_M[0] <= door * UNITS_M[unit] <= DOOR_M[1] for door in self.doors)
        return bool(self.doors) and 2 * good >= len(self.doors)

    def has_mad_doors(self, unit: Unit) -> bool:
        """Tell whether half of its doors are such as nobody builds."""
        middle = sorted(self.doors)[len(self.doors) // 2] * UNITS_M[unit] if self.doors else 1.0
        return not MAD_DOOR_M[0] <= middle <= MAD_DOOR_M[1]

    def reading(self, unit: Unit) -> str:
        """Return how large it is in a unit, and whether its doors are sensible."""
        scale = UNITS_M[unit]
        text = f"{self.width * scale:.2f} × {self.height * scale:.2f} m in {unit}"
        if not self.doors:
            return text
        middle = sorted(self.doors)[len(self.doors) // 2] * scale
        wide = "wider than doors mostly are" if DOOR_M[1] < middle <= WIDEST_M else "as no doors are"
        verdict = "as doors are" if self.has_sensible_doors(unit) else wide
        return f"{text} (doors {middle:.2f} m wide, {verdict})"


def choose_unit(drawn: Drawn, label: str, settings: HallSettings) -> tuple[Unit, Remark]:
    """Return the unit, and a remark that says where it comes from.

    Raises
    ------
    TableError
        With code ``unknown-units`` where the header states none, ``implausible-size`` where it cannot be right.
    """
    plausible = [unit for unit in UNITS_M if drawn.is_plausible(unit)]
    plausible.sort(key=lambda unit: (not drawn.has_sensible_doors(unit), "as no doors are" in drawn.reading(unit)))
    stated = settings.units or HEADER_UNITS.get(drawn.insunits)
    others = ", or ".join(drawn.reading(unit) for unit in plausible if unit != stated) or "no plausible size in any"
    if stated is None:
        system = {0: "; $MEASUREMENT says imperial", 1: "; $MEASUREMENT says metric"}.get(drawn.measurement, "")
        found = f"a header that states no unit of a hall ($INSUNITS {drawn.insunits}{system})"
        expected = f"a unit: the hall would be {others}"
        raise TableError([Fault(label, "unknown-units", found, expected, _fix(plausible))])
    better = [unit for unit in plausible if unit != stated and drawn.has_sensible_doors(unit)]
    origin = "[layout.hall] units" if settings.units else "the header"
    if not drawn.is_plausible(stated):
        found = f"a hall of {drawn.reading(stated)} by {origin}, which no hall is"
        raise TableError([Fault(label, "implausible-size", found, others, _fix(better or plausible))])
    if settings.units is None and better and drawn.has_mad_doors(stated):
        found = f"a hall of {drawn.reading(stated)} by the header"
        expected = f"doors of {DOOR_M[0]:g} to {DOOR_M[1]:g} m: {', or '.join(drawn.reading(unit) for unit in better)}"
        raise TableError([Fault(label, "implausible-size", found, expected, _fix([*better, stated]))])
    return stated, Remark(label, "units-stated", f"drawn in {stated} by {origin}: {drawn.reading(stated)}")


def _fix(units: Sequence[Unit]) -> str:
    choice = " or ".join(f'units = "{unit}"' for unit in units) or 'units = "m" or what it is drawn in'
    return f"Look which is right and set [layout.hall] {choice}."
