"""Write texts and points into a DXF so that CAD programs show them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from layout.drawings.markup import Point, clean

if TYPE_CHECKING:
    from ezdxf.entities.mtext import MText
    from ezdxf.layouts.layout import Modelspace

STYLE = "HALL"
CAPITAL = 0.72
"""Height of a capital letter, by which DXF names the size of a text, as a share of the font's size."""
LINE_STEP = 5 / 3
"""From line to line of MTEXT, as a multiple of its height."""


def dxf_text(text: str) -> str:
    r"""Return a text that CAD programs show as it is: no formatting codes, no line ends.

    A backslash starts a code in DXF and is replaced by its full-width form.

    >>> dxf_text(r"{\\C1;a}%%d^J")
    '\\{＼＼C1;a\\}% %d^ J'
    """
    line = " ".join(clean(text).split())
    for sign, shown in (("\\", "＼"), ("{", "\\{"), ("}", "\\}"), ("^", "^ "), ("%%", "% %")):
        line = line.replace(sign, shown)
    return line


def rounded(coordinates: Sequence[Sequence[float]]) -> list[Point]:
    """Return points to a tenth of a millimetre."""
    return [(round(float(point[0]), 4), round(float(point[1]), 4)) for point in coordinates]


def write_text(
    space: Modelspace, text: str, at: Point, height: float, layer: str, *, turned: bool = False, anchor: int = 5
) -> MText:
    """Write MTEXT; ``anchor`` is its attachment point (5 the middle, 1 the upper left corner)."""
    facts = {
        "layer": layer,
        "style": STYLE,
        "char_height": round(height, 4),
        "attachment_point": anchor,
        "rotation": 90 if turned else 0,
        "insert": rounded([at])[0],
    }
    return space.add_mtext(text, dxfattribs=facts)
