"""One self-contained document: nothing ends early, nothing from data is markup, the same input gives the same text."""

import json
import re

import pytest

from outlet.page import embed_json, render_page, render_table

HOSTILE = "<img src=x onerror=alert(1)>"


def test_title_and_data_are_escaped_and_the_body_is_not():
    page = render_page(HOSTILE, "<h1>Halls</h1>", language="en", data={"names": [HOSTILE, "</script><!--"]})
    assert "<h1>Halls</h1>" in page
    assert HOSTILE not in page
    assert "&lt;img src=x onerror=alert(1)&gt;</title>" in page
    embedded = re.search(r'<script type="application/json" id="names">(.*?)</script>', page, re.DOTALL)
    assert embedded is not None
    assert json.loads(embedded.group(1)) == [HOSTILE, "</script><!--"]


def test_line_separators_are_escaped():
    assert embed_json("a\u2028b\u2029c") == '"a\\u2028b\\u2029c"'


def test_no_address_is_fetched_and_only_given_scripts_may_run():
    page = render_page("t", "", language="zh", scripts=["let a = 1;"])
    assert '<html lang="zh-Hans">' in page
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy.group(1)
    assert "script-src &#39;sha256-" in policy.group(1)
    assert "http" not in policy.group(1)


@pytest.mark.parametrize(("scripts", "styles"), [(["x = '</SCRIPT>'"], []), ([], ["a{} </style>"])])
def test_text_that_would_end_its_element_is_refused(scripts, styles):
    with pytest.raises(ValueError, match="would end it early"):
        render_page("t", "", language="en", scripts=scripts, styles=styles)


def test_not_a_number_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        render_page("t", "", language="en", data={"x": float("nan")})


def test_figures_of_a_column_line_up_unless_they_are_too_unlike():
    html = render_table(
        ["a", "Score", "Count", "Odd"], [["x", 79.0, 3, 20022.9], ["y", 71.66, 12, 0.004]], language="en"
    )
    for figure in ("79.00", "71.66", "3", "12", "20,022.9", "0.004"):
        assert f'<td class="number">{figure}</td>' in html


def test_table_escapes_texts_and_aligns_figures():
    html = render_table(["Outlet", "Share"], [[HOSTILE, 0.25], ["B", None]], language="es", caption="Cuota <b>")
    assert HOSTILE not in html
    assert "&lt;img src=x" in html
    assert '<td class="number">0,25</td>' in html
    assert '<td class="number">–</td>' in html
    assert "Cuota &lt;b&gt;" in html
    assert '<th scope="row">B</th>' in html


@pytest.mark.browser
def test_no_chinese_cell_is_one_sign_wide_on_a_phone(visit, tmp_path):
    columns = ["特征", "单位", "方向", "有数据的点", "来源", "附近网点数"]
    rows = [
        ["到最近车站的步行时间", "每千单位需求的吸引力", "越小越好", "86 个中的 86 个", "Transport for London 2015", 3]
    ]
    page = tmp_path / "page.html"
    page.write_text(render_page("表", str(render_table(columns, rows, language="zh")), language="zh"), encoding="utf-8")
    seen = visit(page, (360, 780))
    widths = "[...document.querySelectorAll('th, td')].map(cell => cell.getBoundingClientRect().width)"
    sign = seen.page.evaluate("parseFloat(getComputedStyle(document.querySelector('td')).fontSize)")
    assert min(seen.page.evaluate(widths)) >= 2.4 * sign


def test_a_unit_stays_with_its_heading():
    assert ">y,\u00a0m</th>" in render_table(["Post", "y, m"], [["A", 1.5]], language="en")
