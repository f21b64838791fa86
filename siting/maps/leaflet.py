"""Make the bare map with folium, and take Leaflet from the package that ships it instead of from a CDN."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import folium

_STATIC = ("static", "js_lib_leaflet")
_IMAGE = re.compile(r"url\((images/[a-z0-9-]+\.png)\)")
_SOURCE_MAP = re.compile(r"//# sourceMappingURL=.*")


@dataclass(frozen=True)
class BareMap:
    """A folium map without layers: its element, its script, and the names of its variables in that script.

    ``groups`` maps the name of a layer to the variable of its (empty) feature group.
    """

    html: str
    script: str
    variable: str
    groups: dict[str, str]


FLAGS = "var L_NO_TOUCH = false;\nvar L_DISABLE_3D = false;\n"


@cache
def leaflet_script() -> str:
    """Return Leaflet's JavaScript, preceded by the flags that folium sets before it."""
    text = files("js_lib_leaflet").joinpath(*_STATIC, "leaflet.js").read_text(encoding="utf-8")
    return FLAGS + _SOURCE_MAP.sub("", text)


@cache
def leaflet_style() -> str:
    """Return Leaflet's style sheet with its images as ``data:`` addresses."""
    folder = files("js_lib_leaflet").joinpath(*_STATIC)

    def embed(match: re.Match[str]) -> str:
        image = folder.joinpath(*match.group(1).split("/")).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(image).decode()})"

    return _IMAGE.sub(embed, folder.joinpath("leaflet.css").read_text(encoding="utf-8"))


def bare_map(centre: tuple[float, float], layers: Sequence[str]) -> BareMap:
    """Return a map at (lon, lat) with one empty group per layer; element ids count from 1 in order of creation."""
    bare = folium.Map(
        location=(centre[1], centre[0]),
        zoom_start=12,
        tiles=None,
        prefer_canvas=True,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=120,
    )
    bare.default_js, bare.default_css = [], []
    groups = {name: folium.FeatureGroup(name=name, control=False) for name in layers}
    for group in groups.values():
        group.add_to(bare)
    figure = folium.Figure()
    bare.add_to(figure)
    for count, element in enumerate((figure, bare, *groups.values()), start=1):
        element._id = str(count)
    figure.render()
    return BareMap(
        html=figure.html.render(),
        script=figure.script.render(),
        variable=bare.get_name(),
        groups={name: group.get_name() for name, group in groups.items()},
    )
