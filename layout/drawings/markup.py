"""Write SVG elements: every attribute and text is escaped, every number short and the same on every run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

Value = str | float | int
Attributes = Mapping[str, Value]
Point = tuple[float, float]

_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def number(value: float) -> str:
    """Return a number with at most two decimals and no needless zeros.

    >>> number(1.50), number(-0.001)
    ('1.5', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def clean(text: str) -> str:
    """Return a text without the characters XML cannot hold: control characters and halves of surrogate pairs."""
    return _NOT_XML.sub("�", text)


def element(name: str, attributes: Attributes, *children: str | Markup) -> Markup:
    """Return one element; texts among the children are escaped, `Markup` is not."""
    marks = "".join(f' {key}="{escape(_value(value))}"' for key, value in attributes.items())
    inside = Markup("").join(child if isinstance(child, Markup) else escape(clean(child)) for child in children)
    if not children:
        return Markup(f"<{name}{marks}/>")  # noqa: S704
    return Markup(f"<{name}{marks}>") + inside + Markup(f"</{name}>")  # noqa: S704


def _value(value: Value) -> str:
    return clean(value) if isinstance(value, str) else number(float(value))


def group(attributes: Attributes, children: Iterable[Markup]) -> Markup:
    """Return a ``<g>`` with one child a line."""
    lines = Markup("\n").join(children)
    return element("g", attributes, Markup("\n") + lines + Markup("\n"))


def path_of(points: Sequence[Point], *, closed: bool = False) -> str:
    """Return the ``d`` of straight lines through points."""
    text = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return text + "Z" if closed else text


def line(start: Point, end: Point, attributes: Attributes) -> Markup:
    """Return a straight line."""
    ends: dict[str, Value] = {"x1": start[0], "y1": start[1], "x2": end[0], "y2": end[1]}
    return element("line", {**ends, **attributes})


def rectangle(x: float, y: float, width: float, height: float, attributes: Attributes, *children: Markup) -> Markup:
    """Return a rectangle."""
    box: dict[str, Value] = {"x": x, "y": y, "width": width, "height": height}
    return element("rect", {**box, **attributes}, *children)


def write(at: Point, text: str, size: float, attributes: Attributes | None = None) -> Markup:
    """Return one line of text; ``at`` is its anchor on the base line, ``size`` in millimetres."""
    place: dict[str, Value] = {"x": at[0], "y": at[1], "font-size": size}
    return element("text", {**place, **(attributes or {})}, text)
