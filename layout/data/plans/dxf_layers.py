r"""Say what the layers of a DXF hold: `LAYERS`, `kind_of_layer`, `own_name`.

A layer's own name is what follows the last ``$0$`` (a bound XREF) or ``|`` (an XREF that hangs on); case does not
count. Where ``[layout.hall] layers`` names no layers, a layer is of the first kind of this table that has a pattern for
it, unless it is one of ``NEVER`` (names of doors, hatching of walls, demolished walls, foundations, the zones of a plan
of ours):

========  ==========================================  ====================================================
kind      international and AIA/NCS                   zh; es; fi
========  ==========================================  ====================================================
outline   \*outline\*, \*walkable\*                   轮廓\*, 外轮廓\*; CONTORNO\*; ÄÄRIVIIVA\*
entrance  \*entrance\*                                入口\*, 主入口\*; ENTRADA\*; SISÄÄNKÄYNTI\*
exit      \*exit\*, A-EGRS\*                          出口\*, 安全出口\*; SALIDA\*; ULOSKÄYNTI\*, HÄTÄPOISTU\*
window    \*window\*, \*glaz\*                        窗\*; VENTANA\*; IKKUNA\*
door      \*door\*                                    门\*; PUERTA\*; OVI\*, OVET\*
column    \*column\*, \*-COLS\*                       柱\*; COLUMNA\*, PILAR\*; PILARI\*
fixture   \*fixture\*                                 设备\*; MOBILIARIO FIJO\*; KIINTEÄ\*
service   \*service\*                                 插座\*; INSTALACION\*; SÄHKÖ\*
wall      \*wall\*, \*obstacle\*                      墙\*, 隔墙\*; MURO\*, PARED\*, TABIQUE\*; SEINÄ\*
========  ==========================================  ====================================================
"""

from __future__ import annotations

import fnmatch
import re
import unicodedata

from layout.settings.hall import HallSettings, PlanKind

LAYERS: dict[PlanKind, tuple[str, ...]] = {
    "outline": ("*outline*", "*walkable*", "轮廓*", "外轮廓*", "contorno*", "ääriviiva*"),
    "entrance": ("*entrance*", "入口*", "主入口*", "entrada*", "sisäänkäynti*"),
    "exit": ("*exit*", "a-egrs*", "出口*", "安全出口*", "salida*", "uloskäynti*", "hätäpoistu*"),
    "window": ("*window*", "*glaz*", "窗*", "ventana*", "ikkuna*"),
    "door": ("*door*", "门*", "puerta*", "ovi*", "ovet*"),
    "column": ("*column*", "*-cols*", "柱*", "columna*", "pilar*"),
    "fixture": ("*fixture*", "设备*", "mobiliario fijo*", "kiinteä*"),
    "service": ("*service*", "插座*", "instalacion*", "sähkö*"),
    "wall": ("*wall*", "*obstacle*", "墙*", "隔墙*", "muro*", "pared*", "tabique*", "seinä*", "seina*"),
}
NEVER = (
    *("*iden*", "*-demo*", "*-dims*", "*-text*", "*-note*", "*-anno*", "*-patt*", "*-tag*", "*stem-wall*", "*-head*"),
    "zone_*",
)
_XREF = re.compile(r"\$\d+\$|\|")


def own_name(layer: str) -> str:
    """Return a layer's name without the XREF it came with.

    >>> own_name("xref-Bishop$0$A-WALL")
    'A-WALL'
    """
    return _XREF.split(layer)[-1] or layer


def kind_of_layer(layer: str, settings: HallSettings) -> PlanKind | None:
    """Return what a layer holds, by the settings where they name layers, else by the table."""
    own = own_name(layer)
    if settings.layers:
        for kind, patterns in settings.layers.items():
            if _matches(own, patterns) or _matches(layer, patterns):
                return kind
        return None
    if _matches(own, NEVER):
        return None
    return next((kind for kind, patterns in LAYERS.items() if _matches(own, patterns)), None)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    plain = _plain(name)
    return any(fnmatch.fnmatchcase(plain, _plain(pattern).replace("[", "[[]")) for pattern in patterns)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
