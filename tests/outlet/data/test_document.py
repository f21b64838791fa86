"""JSON and XML that nest, repeat, refer or lie end in a message."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlet.data import document
from outlet.data.document import DEPTH, check_xml, read_json
from outlet.errors import TableError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
@settings(max_examples=50, deadline=None)
def test_json_comes_through(value):
    assert read_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), "a.json") == value


def code(data):
    with pytest.raises(TableError) as caught:
        read_json(data, "data/a.json")
    (fault,) = caught.value.faults
    assert fault.input == "data/a.json"
    return fault.code, fault.found


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nests_end_in_a_message(opening):
    assert code((opening * 100_000).encode()) == ("too-deep", "100,000 levels of brackets")
    assert code((opening * (DEPTH + 1)).encode())[0] == "too-deep"


def test_brackets_inside_text_are_no_depth():
    text = json.dumps({"note": "[" * 1000 + '\\"' + "{" * 1000})
    assert read_json(text.encode(), "a.json") == json.loads(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "the key 'a' twice in one object"),
        ('{"a": NaN}', "NaN, which is no JSON number"),
        ("[-Infinity]", "-Infinity, which is no JSON number"),
        ("[1e999]", "1e999, a number too large"),
        ("[1, 2", "Expecting ',' delimiter"),
        ("", "Expecting value"),
        ("[" + "9" * 5000 + "]", "Exceeds the limit"),
    ],
)
def test_json_that_is_none_is_told(text, found):
    what, said = code(text.encode())
    assert what == "unreadable"
    assert said.startswith(found)


def test_large_json_is_refused(monkeypatch):
    monkeypatch.setattr(document, "JSON_BYTES", 3)
    assert code(b"[1, 2]")[0] == "too-large"


def test_json_of_other_encodings_is_read():
    text = '{"name": "朝阳门营业厅", "city": "北京市东城区"}'
    assert read_json(text.encode("utf-16"), "a.json") == json.loads(text)
    assert read_json(text.encode("gb18030"), "a.json") == json.loads(text)
    assert code('{"name": "Gdańsk"}'.encode("cp1250"))[0] == "encoding"


def xml_code(tmp_path, text):
    path = tmp_path / "a.kml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(TableError) as caught:
        check_xml(path, "data/a.kml")
    (fault,) = caught.value.faults
    return fault.code, fault.found


def test_xml_names_its_outermost_element(tmp_path):
    path = tmp_path / "a.kml"
    path.write_text('<?xml version="1.0"?><k:kml xmlns:k="http://x"><k:Document/></k:kml>')
    assert check_xml(path, "a.kml") == "kml"


def test_xml_that_is_deep_or_refers_is_refused(tmp_path):
    assert xml_code(tmp_path, "<a>" * 100_000)[0] == "too-deep"
    laughs = '<!DOCTYPE k [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><kml>&b;</kml>'
    assert xml_code(tmp_path, laughs) == ("unreadable", "a document type declaration (k)")
    outside = '<!DOCTYPE k SYSTEM "http://example.org/x.dtd"><kml/>'
    assert xml_code(tmp_path, outside)[1] == "a document type declaration (k)"


@pytest.mark.parametrize(
    "text", ["", "<kml>", "<kml></kmx>", "hello", b"\xff\xfe\x00", '<?xml encoding="klingon"?><k/>']
)
def test_broken_xml_is_told(tmp_path, text):
    assert xml_code(tmp_path, text)[0] == "unreadable"


def test_large_xml_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(document, "XML_BYTES", 3)
    assert xml_code(tmp_path, "<kml/>")[0] == "too-large"
