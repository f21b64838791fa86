"""Read bytes as text in the encoding they were written in, or say why that is not clear.

UTF-8 and UTF-16 show themselves. Of the others every one is tried, and each reading is priced: the logarithm of how
probable its characters are, by kind (see `outlet.data.scripts`). A character that cannot be read costs ``BROKEN``, so a
Chinese file with one flipped byte is still seen to be Chinese, and is refused instead of being read as something else.
The cheapest reading wins when it is cheaper than the next by ``MARGIN`` and plausible in itself.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from outlet.data.scripts import (
    Script,
    central,
    chinese,
    cyrillic,
    greek,
    japanese,
    korean,
    price,
    traditional_chinese,
    turkish,
    western,
)
from outlet.errors import Fault

SAMPLE_BYTES = 16_384
SAMPLE_LETTERS = 40
WORD_BYTES = 40
LONGEST_BYTES = 2_000
ASCII_LAST = 0x7F
AROUND_BYTES = 1 << 16
BROKEN = 14.0
MARGIN = 4.0
DEAREST = 9.0
UTF8_SHARE = 0.7
UTF8_PROOF = 4
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
MODELS: dict[str, tuple[Callable[[], Script], float]] = {
    "gb18030": (chinese, 0.0),
    "cp932": (japanese, 0.0),
    "cp1252": (western, 0.0),
    "euc_jp": (japanese, 3.0),
    "big5": (traditional_chinese, 6.0),
    "cp949": (korean, 6.0),
    "cp1250": (central, 1.0),
    "cp1251": (cyrillic, 1.0),
    "cp1253": (greek, 1.0),
    "cp1254": (turkish, 1.0),
}
SHOWN_AS = {
    "gb18030": "GB18030",
    "cp932": "CP932",
    "cp1252": "Windows-1252",
    "euc_jp": "EUC-JP",
    "big5": "Big5",
    "cp949": "CP949",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
}
NO_CHARSETS = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
_UTF8_RUN = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_WORD = re.compile(rb"[\x30-\xff]*")
_WORD_END = re.compile(rb"[\x30-\xff]*\Z")


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding it was in, and whether that had to be found out (False: stated, UTF-8 or a BOM)."""

    text: str
    encoding: str
    detected: bool


@dataclass(frozen=True)
class Reading:
    """One way to read some bytes: the encoding, what it would look like, and where it breaks (None: nowhere)."""

    encoding: str
    sample: str
    broken_at: int | None


class UndecodableError(ValueError):
    """Report bytes that no encoding reads, or that several read.

    Parameters
    ----------
    encoding
        The encoding stated or the likeliest.
    position
        The byte at which it breaks; None when it does not break but is not certain, or is no encoding at all.
    readings
        What the likeliest encodings would make of it.
    reason
        Why, in words.
    """

    def __init__(
        self, encoding: str, position: int | None, readings: tuple[Reading, ...] = (), reason: str = ""
    ) -> None:
        self.encoding = encoding
        self.position = position
        self.readings = readings
        self.reason = reason or f"a byte at position {position} that is not {encoding}"
        super().__init__(self.reason)

    def __reduce__(self) -> tuple[type[UndecodableError], tuple[str, int | None, tuple[Reading, ...], str]]:
        return (UndecodableError, (self.encoding, self.position, self.readings, self.reason))


def decode(data: bytes, *, stated: str | None = None) -> Decoded:
    """Return bytes as text.

    Parameters
    ----------
    data
        The bytes of a whole file.
    stated
        The encoding that the planner states; nothing else is tried then.

    Raises
    ------
    UndecodableError
        When the stated encoding or every known one fails, or when it is not clear which one is right.

    Examples
    --------
    >>> decode("鯖江駅前店".encode("cp932")).encoding
    'CP932'
    """
    if stated is not None:
        return _decode_stated(data, stated)
    for bom, codec, name in BOMS:
        if data.startswith(bom):
            return Decoded(_strict(data, codec, name), name, detected=False)
    try:
        return Decoded(data.decode("utf-8"), "UTF-8", detected=False)
    except UnicodeDecodeError as error:
        broken_at = error.start
    wide = _without_bom(data)
    if wide is not None:
        return wide
    if _is_mostly_utf8(data[:AROUND_BYTES] + data[max(0, broken_at - AROUND_BYTES) : broken_at + AROUND_BYTES]):
        raise UndecodableError("UTF-8", broken_at)
    return _decode_likeliest(data)


def seems_utf8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 beyond doubt: all of them fit, and some letters beyond ASCII prove it."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(_UTF8_RUN.findall(data[: 1 << 20])) >= UTF8_PROOF


def encoding_fault(label: str, error: UndecodableError) -> Fault:
    """Return the fault of a file that cannot be read as text: what each reading would look like, and what to state."""
    found = error.reason
    if error.readings:
        shown = "; ".join(f"{reading.encoding}: “{reading.sample}”" for reading in error.readings)
        found = f"{found} ({shown})"
        fix = f'State the layer\'s encoding, such as encoding = "{error.readings[0].encoding}", or save it as UTF-8.'
    else:
        fix = 'Save or export the file again as UTF-8, or state the layer\'s encoding, such as encoding = "GB18030".'
    return Fault(label, code="encoding", found=found, expected="text whose encoding is clear", fix=fix)


def _decode_stated(data: bytes, stated: str) -> Decoded:
    try:
        name = codecs.lookup(stated).name
        if name in NO_CHARSETS:
            raise LookupError(stated)
        codec = "utf-8-sig" if name == "utf-8" else name
        return Decoded(data.decode(codec), stated, detected=False)
    except UnicodeDecodeError as error:
        raise UndecodableError(stated, error.start) from error
    except (LookupError, ValueError) as error:
        reason = f"encoding = {stated!r}, which is no encoding"
        raise UndecodableError(stated, None, reason=reason) from error


def _strict(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise UndecodableError(name, error.start) from error


def _without_bom(data: bytes) -> Decoded | None:
    """Return UTF-16 text without a byte order mark: every other byte of its ASCII letters is zero."""
    head = data[:SAMPLE_BYTES]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for zeros, others, codec, name in ((odd, even, "utf-16-le", "UTF-16LE"), (even, odd, "utf-16-be", "UTF-16BE")):
        if zeros * 8 > len(head) and others * 8 < zeros:
            return Decoded(_strict(data, codec, name), name, detected=True)
    return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Tell whether broken text is UTF-8 all the same: most of its bytes beyond ASCII are in whole characters."""
    whole = sum(len(run) for run in _UTF8_RUN.findall(data))
    return whole > UTF8_SHARE * len(data.translate(None, _ASCII))


_ASCII = bytes(range(128))


def _decode_likeliest(data: bytes) -> Decoded:
    sample = _sample(data)
    high = len(sample.translate(None, _ASCII))
    priced = sorted((_price(sample, codec), codec) for codec in MODELS)
    (cost, best), *others = priced
    readings = tuple(_reading(sample, codec) for _, codec in priced[:3])
    name = SHOWN_AS[best]
    try:
        text = data.decode(best)
    except UnicodeDecodeError as error:
        raise UndecodableError(name, error.start, readings) from error
    if cost - _ascii_cost(sample) > DEAREST * high:
        raise UndecodableError(name, None, readings, "text in no encoding that is known")
    for other_cost, other in others:
        if other_cost - cost < MARGIN and _lenient(sample, other) != _lenient(sample, best):
            raise UndecodableError(name, None, readings, "text that several encodings can read")
    return Decoded(text, name, detected=True)


def _sample(data: bytes) -> bytes:
    """Return the distinct words that hold bytes beyond ASCII, up to ``SAMPLE_BYTES``, each on a line.

    A byte below 0x30 is never part of a longer character in any encoding known here, so words may be cut there.
    """
    array = np.frombuffer(data, dtype=np.uint8)
    words: dict[bytes, None] = {}
    size = end = 0
    for position in map(int, np.flatnonzero(array > ASCII_LAST)):
        if position < end:
            continue
        before = data[max(end, position - WORD_BYTES) : position]
        start = position - len(_WORD_END.search(before)[0])  # type: ignore[index] # it matches at least nothing
        end = _WORD.match(data, position, position + LONGEST_BYTES).end()  # type: ignore[union-attr] # the byte itself
        word = data[start:end]
        if word not in words:
            words[word] = None
            size += len(word)
            if size > SAMPLE_BYTES:
                break
    return b"\n".join(words)


def _lenient(sample: bytes, codec: str) -> str:
    return sample.decode(codec, errors="replace")


def _price(sample: bytes, codec: str) -> float:
    script, handicap = MODELS[codec]
    text = _lenient(sample, codec)
    return price(script(), text) + handicap + BROKEN * text.count("\ufffd")


def _ascii_cost(sample: bytes) -> float:
    return price(western(), sample.translate(None, bytes(range(128, 256))).decode("ascii"))


def _reading(sample: bytes, codec: str) -> Reading:
    text = _lenient(sample, codec)
    line = next((line for line in text.splitlines() if not line.isascii()), text)
    first = next((at for at, letter in enumerate(line) if not letter.isascii()), 0)
    start = max(0, first - SAMPLE_LETTERS // 2)
    shown = "".join(letter if letter.isprintable() else " " for letter in line[start : start + SAMPLE_LETTERS])
    try:
        sample.decode(codec)
        broken_at = None
    except UnicodeDecodeError as error:
        broken_at = error.start
    return Reading(SHOWN_AS[codec], shown.strip(), broken_at)
