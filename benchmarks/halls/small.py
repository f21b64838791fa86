"""Draw the halls under 200 m²: `SMALL`. Street (y = 0) below, metres."""

from __future__ import annotations

from halls.compose import Composition
from layout.data.plans.hall_sample import Hall, Opening, Ring


def box(width: float, height: float) -> Ring:
    """Return a rectangular outline."""
    return ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))


def column(x: float, y: float, side: float = 0.4) -> Ring:
    """Return a square column round its middle."""
    a, b, c, d = (round(value, 3) for value in (x - side / 2, y - side / 2, x + side / 2, y + side / 2))
    return ((a, b), (c, b), (c, d), (a, d))


def door(x0: float, y0: float, x1: float, y1: float) -> Opening:
    """Return an entrance."""
    return Opening(((x0, y0), (x1, y1)), "door", entrance=True)


def leave(x0: float, y0: float, x1: float, y1: float) -> Opening:
    """Return an emergency exit."""
    return Opening(((x0, y0), (x1, y1)), "exit")


def window(x0: float, y0: float, x1: float, y1: float) -> Opening:
    """Return a window."""
    return Opening(((x0, y0), (x1, y1)), "window")


SMALL = (
    Composition(
        Hall(
            name="bank_street_65",
            about="A bank's hall in a row of shops, 10 x 6.5 m, one door.",
            outline=box(10.0, 6.5),
            openings=(door(4.0, 0.0, 5.5, 0.0), window(0.5, 0.0, 3.5, 0.0), window(6.0, 0.0, 9.5, 0.0)),
        ),
        "bank",
        (
            ("waiting", 0.0, 0.0, 3.75, 2.25, "N"),
            ("self_service", 5.75, 0.0, 4.25, 1.75, "N"),
            ("counters", 3.5, 3.75, 4.0, 2.75, "S"),
            ("vip", 7.5, 3.75, 2.5, 2.75, "S"),
            ("back_office", 0.0, 3.75, 3.5, 2.75, "S"),
        ),
    ),
    Composition(
        Hall(
            name="parcel_corner_90",
            about="A parcel hall, 10 x 9 m, the door in the corner, shelves behind the counters.",
            outline=box(10.0, 9.0),
            openings=(door(1.0, 0.0, 2.5, 0.0), window(3.5, 0.0, 7.0, 0.0), window(0.0, 0.5, 0.0, 2.5)),
        ),
        "parcel",
        (
            ("self_service", 8.25, 0.0, 1.75, 3.75, "W"),
            ("waiting", 3.0, 0.0, 3.75, 2.25, "N"),
            ("counters", 1.0, 3.75, 6.5, 2.25, "S"),
            ("parcel_shelves", 1.0, 6.0, 6.5, 3.0, "W"),
            ("back_office", 7.5, 3.75, 2.5, 5.25, "S"),
        ),
    ),
    Composition(
        Hall(
            name="telecom_columns_100",
            about="A telecom hall, 12.5 x 8 m, two columns.",
            outline=box(12.5, 8.0),
            openings=(door(5.0, 0.0, 6.5, 0.0), window(0.5, 0.0, 4.0, 0.0), window(7.5, 0.0, 12.0, 0.0)),
            columns=(column(4.5, 3.8), column(12.3, 4.2)),
        ),
        "telecom",
        (
            ("reception", 7.0, 0.0, 2.5, 2.0, "W"),
            ("handset_club", 0.0, 0.0, 4.25, 4.0, "N"),
            ("self_service", 9.5, 0.0, 3.0, 1.75, "N"),
            ("waiting", 7.0, 2.0, 2.5, 2.0, "N"),
            ("counters", 3.5, 5.5, 5.5, 2.5, "S"),
            ("vip", 9.0, 5.5, 3.5, 2.5, "S"),
            ("back_office", 0.0, 5.5, 3.5, 2.5, "S"),
        ),
    ),
    Composition(
        Hall(
            name="parcel_l_127",
            about="A parcel hall in an L, 127 m2, counters across the depth, a staff corridor behind them.",
            outline=((0.0, 0.0), (14.0, 0.0), (14.0, 6.5), (8.0, 6.5), (8.0, 11.0), (0.0, 11.0)),
            openings=(door(10.0, 0.0, 11.5, 0.0), window(7.5, 0.0, 9.5, 0.0), window(8.5, 6.5, 12.0, 6.5)),
        ),
        "parcel",
        (
            ("self_service", 12.25, 1.75, 1.75, 4.75, "W"),
            ("waiting", 8.75, 3.0, 2.0, 3.5, "W"),
            ("counters", 4.75, 0.0, 2.25, 6.5, "E"),
            ("parcel_shelves", 0.0, 0.0, 4.75, 6.5, "N"),
            ("back_office", 0.0, 7.5, 4.25, 3.5, "S"),
            ("store", 4.25, 7.5, 3.75, 3.5, "S"),
        ),
    ),
    Composition(
        Hall(
            name="retail_columns_150",
            about="A shop, 15 x 10 m, two columns beside the middle aisle, densely filled.",
            outline=box(15.0, 10.0),
            openings=(door(6.75, 0.0, 8.25, 0.0), window(0.5, 0.0, 5.5, 0.0), leave(14.95, 5.75, 14.95, 6.75)),
            columns=(column(6.25, 1.75), column(6.25, 4.75)),
        ),
        "retail",
        (
            ("product_supermarket", 0.0, 0.0, 6.0, 5.5, "E"),
            ("household", 5.5, 7.0, 4.5, 3.0, "S"),
            ("fresh_goods", 0.0, 7.0, 5.5, 3.0, "S"),
            ("counters", 8.25, 0.0, 2.25, 5.5, "W"),
            ("back_office", 10.5, 0.0, 4.5, 5.5, "N"),
            ("store", 10.0, 7.0, 5.0, 3.0, "S"),
        ),
    ),
    Composition(
        Hall(
            name="bank_trapezoid_170",
            about="A bank's hall between slanted walls: 18 m at the street, 13 m behind, 11 m deep.",
            outline=((0.0, 0.0), (18.0, 0.0), (15.5, 11.0), (2.5, 11.0)),
            openings=(door(8.0, 0.0, 10.0, 0.0), window(1.0, 0.0, 5.5, 0.0), window(11.0, 0.0, 17.0, 0.0)),
        ),
        "bank",
        (
            ("reception", 10.5, 0.0, 2.75, 2.5, "W"),
            ("self_service", 0.75, 0.0, 5.0, 2.0, "N"),
            ("waiting", 1.75, 4.0, 5.75, 3.0, "N"),
            ("counters", 5.5, 8.5, 5.5, 2.5, "S"),
            ("e_banking", 13.25, 0.0, 4.0, 2.5, "N"),
            ("financial_area", 9.0, 4.0, 7.25, 3.0, "S"),
            ("back_office", 11.0, 8.5, 4.5, 2.5, "S"),
            ("manager_office", 2.5, 8.5, 3.0, 2.5, "S"),
            ("security", 5.75, 0.0, 1.75, 2.0, "N"),
        ),
    ),
)
