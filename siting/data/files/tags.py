"""Make columns of OpenStreetMap tags that a file keeps in one column, as GDAL does.

They are written as hstore (``"amenity"=>"bank","atm"=>"yes"``) or as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pandas as pd

from outlet.findings import Remark
from siting.data.files.source import Source

ROWS_SHOWN = 50
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*=>\s*(?:"((?:[^"\\]|\\.)*)"|NULL)\s*(?:,\s*|$)')
_ESCAPED = re.compile(r"\\(.)")


def with_tags(source: Source, frame: pd.DataFrame, wanted: Sequence[str]) -> tuple[pd.DataFrame, list[Remark]]:
    """Return a frame in which the wanted keys of ``source.tags`` are columns, "" where a row lacks them.

    A tag list that was cut off (a Shapefile holds 254 letters) gives what is whole, and a remark names its row.
    """
    column = source.tags
    keys = [key for key in dict.fromkeys(wanted) if key not in frame.columns]
    if column is None or column not in frame.columns:
        return frame, []
    texts = frame[column].astype("str").where(frame[column].notna(), "")
    known = {text: parse_tags(text) for text in texts.unique()}
    made = frame.copy()
    for key in keys:
        made[key] = pd.Series([known[text][0].get(key, "") for text in texts], index=frame.index, dtype="str")
    cut = [int(str(row)) for row, text in texts.items() if not known[text][1]]
    if not cut:
        return made, []
    text = f"{len(cut)} rows whose {column} is cut off or broken; tags before the break are used"
    return made, [source.remark("tags-cut", text, cut[:ROWS_SHOWN])]


def parse_tags(text: str) -> tuple[dict[str, str], bool]:
    r"""Return tags, and whether the text held nothing else.

    Examples
    --------
    >>> parse_tags('"amenity"=>"bank","atm"=>"yes"')
    ({'amenity': 'bank', 'atm': 'yes'}, True)
    """
    if text.startswith("{"):
        return _parse_json(text)
    tags: dict[str, str] = {}
    at = 0
    while match := _PAIR.match(text, at):
        if match[2] is not None:
            tags[_ESCAPED.sub(r"\1", match[1])] = _ESCAPED.sub(r"\1", match[2])
        at = match.end()
    return tags, not text[at:].strip()


def _parse_json(text: str) -> tuple[dict[str, str], bool]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError):
        return {}, False
    return {str(key): str(value) for key, value in loaded.items() if value is not None}, True
