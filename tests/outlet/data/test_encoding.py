"""Text of every encoding comes through unchanged, or ends in a fault that shows how it could be read."""

from __future__ import annotations

import codecs
import csv
import pickle
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.data.encoding import UndecodableError, decode, encoding_fault

CHINESE = [
    "朝阳门营业厅",
    "西直门店",
    "人民广场",
    "陆家嘴",
    "深圳市福田区深南大道",
    "鄱阳县",
    "瞿塘峡",
    "厦门大学",
    "合计",
]
JAPANESE = [
    "鯖江駅前店",
    "セブンイレブン神明店",
    "みずほ保育所",
    "日の出町",
    "渋谷駅前",
    "ローソン",
    "三六町",
    "吉川小学校",
]
FINNISH = ["Töölö", "Hämeentie 5", "Sörnäinen", "Pääskylänrinne", "Åggelby", "Käpylä", "Silmäasema"]
SPANISH = ["España", "Peñalolén", "Málaga", "Año Nuevo", "Ñuñoa", "Coquimbo (Limarí)", "Pedro Álvarez"]
GERMAN = ["Müllerstraße 4", "Köln-Süd", "Österreicher Platz", "Grötzingen", "Ähre", "Große Straße"]
SCRIPTS = {
    "Chinese": (CHINESE, "gb18030", "GB18030"),
    "Japanese": (JAPANESE, "cp932", "CP932"),
    "Finnish": (FINNISH, "cp1252", "Windows-1252"),
    "Spanish": (SPANISH, "cp1252", "Windows-1252"),
    "German": (GERMAN, "latin-1", "Windows-1252"),
}


def table(names):
    return "id,name,population\n" + "".join(f"{at},{name},{at * 37}\n" for at, name in enumerate(names))


def read_or_asked(text, codec):
    """What is read, or None where the encoding is asked for."""
    try:
        return decode(text.encode(codec)).text
    except UndecodableError:
        return None


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_handful_of_rows_is_read_in_its_encoding(script):
    names, codec, shown = SCRIPTS[script]
    found = decode(table(names).encode(codec))
    assert (found.text, found.encoding, found.detected) == (table(names), shown, True)


@given(st.sampled_from(sorted(SCRIPTS)), st.data())
@settings(max_examples=50, deadline=None)
def test_few_names_are_never_read_wrong(script, data):
    names, codec, _ = SCRIPTS[script]
    text = table(data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=4)))
    assert read_or_asked(text, codec) in (text, None)


def test_ambiguity_is_rare():
    """Of files of three names at most one in ten asks for the encoding, and none of six names does."""
    chance = random.Random(7)
    for count, most in ((3, 0.1), (6, 0.0)):
        for names, codec, _ in SCRIPTS.values():
            asked = 0
            for _ in range(40):
                text = table(chance.choices(names, k=count))
                read = read_or_asked(text, codec)
                assert read in (text, None)
                asked += read is None
            assert asked <= most * 40


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=60))
@settings(max_examples=50, deadline=None)
def test_unicode_shows_itself(text):
    for codec, shown in (("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-32", "UTF-32")):
        found = decode(text.encode(codec))
        assert (found.text, found.encoding, found.detected) == (text, shown, False)


def test_utf_16_without_a_mark_is_found():
    text = table(FINNISH)
    for codec, shown in (("utf-16-le", "UTF-16LE"), ("utf-16-be", "UTF-16BE")):
        found = decode(text.encode(codec))
        assert (found.text, found.encoding, found.detected) == (text, shown, True)


@pytest.mark.parametrize(
    ("codec", "shown", "names"),
    [
        ("euc_jp", "EUC-JP", JAPANESE),
        ("big5", "Big5", ["台北車站", "忠孝東路四段", "高雄市政府", "國立臺灣大學", "捷運中山站"]),
        ("cp949", "CP949", ["서울역", "강남대로", "부산광역시", "인천공항", "한국은행"]),
        ("cp1250", "Windows-1250", ["Łódź", "Kraków Główny", "Święty Krzyż", "Żoliborz", "Dworzec Wschodni"]),
        ("cp1251", "Windows-1251", ["Москва", "Тверская улица", "Санкт-Петербург"]),
        ("cp1253", "Windows-1253", ["Αθήνα", "Πειραιάς", "Θεσσαλονίκη"]),
        ("cp1254", "Windows-1254", ["İstanbul", "Beşiktaş", "Kadıköy", "Üsküdar", "Şişli"]),
    ],
)
def test_other_code_pages_are_found_too(codec, shown, names):
    found = decode(table(names).encode(codec))
    assert (found.text, found.encoding) == (table(names), shown)


@pytest.mark.parametrize("script", ["Chinese", "Japanese"])
def test_one_broken_byte_is_a_fault_and_not_another_encoding(script):
    names, codec, shown = SCRIPTS[script]
    data = table(names * 3).encode(codec)
    cut = data[: data.rindex(names[-1].encode(codec)) + 1]
    with pytest.raises(UndecodableError) as caught:
        decode(cut)
    assert caught.value.encoding == shown
    assert caught.value.position is not None
    assert caught.value.position >= len(cut) - 2


def test_cut_utf_8_is_told_as_such():
    data = table(FINNISH).encode()
    cut = data[: data.rindex("ä".encode()) + 1]
    with pytest.raises(UndecodableError, match=f"a byte at position {len(cut) - 1} that is not UTF-8"):
        decode(cut)


def test_a_fault_shows_what_each_reading_would_look_like():
    with pytest.raises(UndecodableError) as caught:
        decode(table(["Gdańsk"]).encode("cp1250"))
    fault = encoding_fault("data/a.csv", caught.value)
    assert fault.code == "encoding"
    assert "Windows-1250: “Gdańsk”; Windows-1252: “Gdañsk”" in fault.found
    assert 'encoding = "Windows-1250"' in fault.fix
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.readings) == (str(caught.value), caught.value.readings)


def test_what_is_stated_is_taken_and_nothing_else():
    assert decode("Gdańsk".encode("cp1250"), stated="cp1250").text == "Gdańsk"
    assert decode(codecs.BOM_UTF8 + b"id", stated="UTF-8").text == "id"
    with pytest.raises(UndecodableError, match="a byte at position 1 that is not ASCII"):
        decode("a朝".encode(), stated="ASCII")
    for name in ("klingon", "zip", "idna", "utf-8\0", ""):
        with pytest.raises(UndecodableError, match="which is no encoding"):
            decode(b"abc", stated=name)


@pytest.mark.parametrize("filler", [b"A", b"0,", b" ", b"\n", "朝阳".encode("gb18030")])
def test_large_files_are_judged_by_a_sample(filler):
    data = b"id,name\n" + filler * (8_000_000 // len(filler)) + "\n朝阳门营业厅,西直门店\n人民广场\n".encode("gb18030")
    assert decode(data).encoding == "GB18030"


def test_noise_is_refused():
    noise = random.Random(3).randbytes(4000)
    with pytest.raises(UndecodableError):
        decode(noise)


@pytest.mark.shared
def test_shops_of_sabae_are_japanese(shared):
    with zipfile.ZipFile(shared / "data/japan/sabae_osm_ways_stores.zip") as archive:
        found = decode(archive.read("sabae/sabae_store.csv"))
    assert found.encoding == "CP932"
    rows = list(csv.DictReader(found.text.splitlines()))
    assert all(row["address"].startswith("福井県鯖江市") or "鯖江" in row["address"] for row in rows[:5])
