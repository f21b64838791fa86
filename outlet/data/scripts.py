"""Price text by how probable its characters are in one script, in nats.

A `Script` knows its letters by kind: the everyday ones, the ordinary ones, the rare ones. The price of a character is
−ln(probability of its kind / letters of that kind); characters that do not go together (a Latin letter that touches a
Chinese one, a capital after a small letter, half-width kana among kanji) cost ``CLASH`` more. The kinds of characters
of East Asia are the levels of the national standards (GB 2312-80, JIS X 0208, Big5, KS X 1001), common ones first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

HARD_CLASH = 8.0
CLASH = 4.0
SOFT_CLASH = 2.0
RARE_SHARE = 0.0005
RARE_LETTERS = 20_000
ASCII_LETTER = 3.3

EVERYDAY_CHINESE = (
    "的一是不了在人有我他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么"
    "心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
    "市区县路号街镇乡村店银行中心广场大厦楼室省州京海江河山东西南北门站城新华建工农商业邮政局支分营厅网点园"
    "小区花苑名称地址人口经纬度类型编数量面积电话医院校超市药房餐饮宾馆酒店加油停车公司有限责任合计总社居委"
    "福安平阳林金龙石云水泉湖桥港湾岛沙白青红黄光明德永兴和富民生信义联丰泰宁康乐美佳友爱万千百二四五六七八九"
)
EVERYDAY_JAPANESE = (
    "の日一国人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川"
    "千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨店駅町市区県都府村郡丁目番号地号室街道通線橋港"
    "島田野原田井藤佐木村松竹梅石岡谷沢崎浜津坂森林池江戸京阪神奈名古屋福大宮和新古富士信用銀行郵便局支店本社"
    "住所氏電話緯経度人口数年齢合計小計総建物面積医院病院薬局公園図書館学校小中高等学役場庁舎会館民児童老人"
)


@dataclass(frozen=True)
class Script:
    """How probable characters are: price by character, the price of all others, and how its letters stand together.

    Parameters
    ----------
    prices
        Character beyond ASCII → its price, nats.
    other
        Price of every other character beyond ASCII.
    kind
        ``latin``: letters stand among those of ASCII; ``alphabet``: apart from them; ``signs``: words without spaces.
    before_vowels, never_before_vowels
        Letters that stand before a vowel only (Spanish ñ), or never (Polish ń).
    """

    prices: Mapping[str, float]
    other: float
    kind: Literal["latin", "alphabet", "signs"]
    before_vowels: str = ""
    never_before_vowels: str = ""


def price(script: Script, text: str) -> float:
    """Return the price of a text, nats; broken characters (U+FFFD) are free here."""
    total = 0.0
    before = " "
    for letter in text:
        if letter == "\ufffd":
            before = " "
            continue
        if letter.isascii():
            total += ASCII_LETTER
        else:
            total += script.prices.get(letter, script.other)
        total += _clash(script, before, letter)
        before = letter
    return total


def _clash(script: Script, before: str, letter: str) -> float:
    if before.isascii() and letter.isascii():
        return 0.0
    if script.kind == "latin":
        return _latin_clash(script, before, letter)
    if before.isascii() != letter.isascii():
        ascii_one, other = (before, letter) if before.isascii() else (letter, before)
        if not (ascii_one.isalpha() and other.isalpha()):
            return 0.0
        return HARD_CLASH if script.kind == "alphabet" else SOFT_CLASH
    if before.islower() and letter.isupper():
        return CLASH
    return SOFT_CLASH if _is_half_width(before) != _is_half_width(letter) else 0.0


def _latin_clash(script: Script, before: str, letter: str) -> float:
    if letter.isalpha() and before.islower() and letter.isupper():
        return CLASH
    if before in script.before_vowels and letter.lower() not in VOWELS:
        return CLASH
    if before in script.never_before_vowels and letter.lower() in VOWELS:
        return CLASH
    if before.isalpha() != letter.isalpha():
        symbol = before if letter.isalpha() else letter
        return CLASH if not symbol.isascii() and not symbol.isspace() and symbol not in QUOTES else 0.0
    if not before.isascii() and not letter.isascii():
        return SOFT_CLASH
    return 0.0


VOWELS = frozenset("aeiouáéíóú")
QUOTES = "«»“”„‘’‚–—·•…°º"


def _is_half_width(letter: str) -> bool:
    return "\uff61" <= letter <= "\uff9f"


def _prices(kinds: list[tuple[str, float]]) -> dict[str, float]:
    """Return the price of every character of some kinds, each with its share; the first kind that has it counts."""
    made: dict[str, float] = {}
    for letters, share in kinds:
        distinct = set(letters)
        cost = -math.log(share / len(distinct))
        for letter in distinct:
            made.setdefault(letter, cost)
    return made


def _rows(codec: str, first: int, last: int, trails: range) -> str:
    """Return the characters of some rows of a double-byte character set."""
    pairs = (bytes((lead, trail)) for lead in range(first, last + 1) for trail in trails)
    return "".join(pair.decode(codec, errors="ignore") for pair in pairs)


HIGH_TRAILS = range(0xA1, 0xFF)
RARE = -math.log(RARE_SHARE / RARE_LETTERS)


def _kana() -> tuple[str, str, str]:
    hiragana = "".join(map(chr, range(0x3041, 0x3094)))
    katakana = "".join(map(chr, range(0x30A1, 0x30F7))) + "ー・"
    half = "".join(map(chr, range(0xFF61, 0xFFA0)))
    return hiragana, katakana, half


PUNCTUATION = "、。，．・：；？！（）「」『』【】〔〕“”‘’《》〈〉—…～－　ー々〒※"


def _full_width() -> str:
    return "".join(map(chr, range(0xFF01, 0xFF5F)))


@cache
def chinese() -> Script:
    """Return the script of simplified Chinese (levels of GB 2312-80)."""
    level_1, level_2 = _rows("gb2312", 0xB0, 0xD7, HIGH_TRAILS), _rows("gb2312", 0xD8, 0xF7, HIGH_TRAILS)
    kinds = [
        (EVERYDAY_CHINESE, 0.50),
        (level_1, 0.40),
        (level_2, 0.02),
        (PUNCTUATION, 0.05),
        (_full_width(), 0.01),
        (_rows("gbk", 0x81, 0xA0, range(0x40, 0xFF)) + _rows("gbk", 0xAA, 0xFE, range(0x40, 0xA1)), 0.005),
    ]
    return Script(_prices(kinds), RARE, kind="signs")


@cache
def japanese() -> Script:
    """Return the script of Japanese (levels of JIS X 0208)."""
    level_1, level_2 = _rows("euc_jp", 0xB0, 0xCF, HIGH_TRAILS), _rows("euc_jp", 0xD0, 0xF4, HIGH_TRAILS)
    hiragana, katakana, half = _kana()
    kinds = [
        (EVERYDAY_JAPANESE, 0.30),
        (PUNCTUATION, 0.05),
        (hiragana, 0.2),
        (katakana, 0.2),
        (level_1, 0.2),
        (level_2, 0.01),
        (_full_width(), 0.03),
        (half, 0.005),
    ]
    return Script(_prices(kinds), RARE, kind="signs")


@cache
def traditional_chinese() -> Script:
    """Return the script of traditional Chinese (levels of Big5)."""
    trails = range(0x40, 0xFF)
    kinds = [
        (PUNCTUATION, 0.05),
        (_rows("big5", 0xA4, 0xC6, trails), 0.9),
        (_rows("big5", 0xC9, 0xF9, trails), 0.02),
        (_full_width(), 0.01),
    ]
    return Script(_prices(kinds), RARE, kind="signs")


@cache
def korean() -> Script:
    """Return the script of Korean (KS X 1001)."""
    kinds = [
        (PUNCTUATION, 0.03),
        (_rows("euc_kr", 0xB0, 0xC8, HIGH_TRAILS), 0.94),
        (_rows("euc_kr", 0xCA, 0xFD, HIGH_TRAILS), 0.01),
    ]
    return Script(_prices(kinds), RARE, kind="signs")


@cache
def western() -> Script:
    """Return the letters of western and northern Europe beyond ASCII; a twentieth of its text."""
    symbols = "«»“”‘’–—°º²³ª·•…€§£½¿¡©®™\xa0"
    made = _latin("äöüéáíóñçãèà", "ßåøæêëïîôõúùûâ", "ÄÖÜÉÅØÁÍÓÚÑÇÆÀÈ", symbols, "œŒžŽšŠÿýðþÿ")
    return replace(made, before_vowels="ñÑ")


@cache
def central() -> Script:
    """Return the letters of central Europe beyond ASCII; a twentieth of its text."""
    less, capitals = "ďťňľĺŕăâîşţäëđúôß", "ŁŚŻŹĆČŘŠŽÁÉÍÓÖŐÜŰÝÚŞŢÄ"
    made = _latin("áéíóöőüűąęłńśżźćčřšžýěů", less, capitals, "„”“–—…§°«»\xa0", "ĄĘŃĎŤŇĽĹŔĂÂÎĐ")
    return replace(made, never_before_vowels="ńŃśŚęăő")


@cache
def turkish() -> Script:
    """Return the letters of Turkish beyond ASCII; a twentieth of its text."""
    return _latin("ıüöçşğ", "âîû", "İÜÖÇŞ", "“”‘’–—°…\xa0", "Ğ")


@cache
def cyrillic() -> Script:
    """Return the letters of Russian, Bulgarian, Serbian and Ukrainian."""
    small = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    kinds = [(small, 0.85), (small.upper(), 0.12), ("ёіїєґўђјљњћџЁІЇЄЂЈЉЊЋЏ№«»–—\xa0", 0.03)]
    return Script(_prices(kinds), RARE, kind="alphabet")


@cache
def greek() -> Script:
    """Return the letters of Greek."""
    small, accented = "αβγδεζηθικλμνξοπρσςτυφχψω", "άέήίόύώ"
    kinds = [(small, 0.75), (accented, 0.1), (small.upper(), 0.1), ("ΆΈΉΊΌΎΏϊϋΐΰ«»–—\xa0", 0.03)]
    return Script(_prices(kinds), RARE, kind="alphabet")


def _latin(common: str, less: str, capitals: str, symbols: str, rare: str) -> Script:
    kinds = [(common, 0.036), (less, 0.010), (capitals, 0.003), (symbols, 0.001), (rare, 0.0003)]
    return Script(_prices(kinds), -math.log(0.00005 / 60), kind="latin")
