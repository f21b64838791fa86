"""Hold the colours: pale tints of Okabe and Ito's colour-blind-safe set, told apart by lightness and by their labels.

Visitors' zones are tinted by what happens there, staff's are greys that differ in lightness or warmth; nothing is said
by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping

INK = "#1d2730"
POCHE = "#2b353e"
PAPER = "#ffffff"
FLOOR = "#fbfaf7"
THIN = "#5b6873"
FAINT = "#a9b3bb"
MOVEMENT = "#b4480c"
POST = "#0b4f6c"
CAMERA = "#6a3d7c"
BROKEN = "#b3261e"
FLOW = "#c2570c"
EXPOSURE = "#6b3fa0"
STAND_OFF = "#00735c"
SIGHT = "#0b6e99"

STAFF = ("#e6e9eb", "#8d99a3")
OTHER = ("#efece4", "#98907d")

_TINTS: Mapping[str, tuple[str, str]] = {
    "counters": ("#cfe1ef", "#3d7199"),
    "self_service": ("#cfe8df", "#2f7f68"),
    "waiting": ("#f7efcb", "#9c8325"),
    "reception": ("#f6dfc9", "#a8672a"),
    "vip": ("#e6d9ea", "#7d5a8c"),
    "product_supermarket": ("#f4dbe4", "#a05572"),
    "handset_club": ("#dfe3f6", "#5a66a8"),
    "data_experience": ("#d8eef3", "#35808f"),
    "e_banking": ("#d8eef3", "#35808f"),
    "parcel_shelves": ("#e2cfb0", "#8a6a3c"),
    "lockers": ("#e3e6bf", "#7a7a2a"),
    "financial_area": ("#d2cdef", "#63579a"),
    "closing_room": ("#e0c8dc", "#85508f"),
    "group_experience": ("#d9ecd2", "#577f43"),
    "back_office": ("#e9ebed", "#8d99a3"),
    "manager_office": ("#e0e0cf", "#85856b"),
    "security": ("#ece3d8", "#9a8a74"),
    "store": ("#d3d9dd", "#74828d"),
    "vault": ("#bcc5cb", "#55626c"),
}


def tint(kind: str, *, public: bool) -> tuple[str, str]:
    """Return the fill and the line colour of a kind of zone."""
    return _TINTS.get(kind, OTHER if public else STAFF)
