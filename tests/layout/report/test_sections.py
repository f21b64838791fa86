"""The report's sections: hostile names are text, links lead to the files, missing parts are left out."""

import csv
import json

import pytest

from layout.report import sections
from layout.report.day import MOST_TURNS
from outlet.handover import OutletBrief, folder_of
from outlet.page.report import render_report
from outlet.project import ProjectSettings

HOSTILE = "<img src=x onerror=alert(1)>"


def write(folder, name, columns, rows):
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)


def waits(mean):
    return {
        "wait_mean": mean,
        "wait_low": None if mean is None else mean - 0.5,
        "wait_high": None if mean is None else mean + 0.5,
        "within_target": 0.9,
        "within_low": 0.8,
        "within_high": 1.0,
    }


def simulation():
    post = waits(2.0) | {"arrivals": 5.0, "crew": 1.5, "required": 2, "erlang_wait": 3.0, "erlang_within": 0.8}
    intervals = [
        waits(mean)
        | {
            "start": start,
            "arrivals": 9.0,
            "posts": {"teller": post, "magician": post},
            "occupancy": {"teller": 0.5, "magician": None, "cash_machine": 0.25},
        }
        for start, mean in (("09:00", 2.0), ("09:30", None), ("10:00", 4.0))
    ]
    counter = waits(2.0) | {"served_by": "teller", "arrivals": 12.3, "abandoned": 0, "unserved": 0, "target_min": 5}
    return {
        "schema": 1,
        "days": 100,
        "interval_min": 30.0,
        "day_type": "mon",
        "date": "2026-03-02",
        "seats": {"rounds": [{"seats": 4, "waiting_p95": 3}], "settled": True},
        "full_hall": {"visitors_p95": 20, "staff": 5, "minutes": 1.5},
        "intervals": intervals,
        "services": {"cash": {"post": counter, "machine": waits(None) | {"served_by": "cash_machine", "arrivals": 4}}},
        "day": waits(2.5),
        "below_target": ["09:30"],
        "target": {"share": 0.8, "wait_min": 5.0},
    }


@pytest.fixture
def out(tmp_path):
    brief = OutletBrief(id="A/1", name=HOSTILE, role="new", sector="bank", visits_per_day=120)
    folder = tmp_path / "outlets" / folder_of(brief.id)
    folder.mkdir(parents=True)
    (folder / "outlet.json").write_text(brief.to_json(), encoding="utf-8")
    (folder / "hall.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3"/></svg>', encoding="utf-8"
    )
    (folder / "hall.html").write_text("<p>", encoding="utf-8")
    zones = {
        "schema": 1,
        "zones": [{"id": "z1", "kind": "counters", "name": "Service counters", "area_m2": 12.5, "rects": []}],
        "posts": [{"id": "p1", "zone": "z1", "role": "teller"}, {"id": "p2", "zone": "z1", "role": "teller"}],
    }
    (folder / "zones.json").write_text(json.dumps(zones), encoding="utf-8")
    (folder / "simulation.json").write_text(json.dumps(simulation()), encoding="utf-8")
    write(folder, "requirement.csv", "day_type,start,post,required,machines", [("mon", "09:00", "teller", 2, 4)])
    write(
        folder,
        "shifts.csv",
        "shift_id,post,start,end,break_start,break_end,days,count",
        [("S1", "teller", "09:00", "17:00", "12:00", "12:30", "mon", 1)],
    )
    write(
        folder,
        "roster.csv",
        "date,person,shift_id,post,start,end,locked,name",
        [
            ("2026-03-02", "P1", "S1", "teller", "09:00", "17:00", "false", "<b>Ann</b>"),
            ("2026-03-07", "P1", "S1", "teller", "09:00", "17:00", "false", "<b>Ann</b>"),
        ],
    )
    write(
        tmp_path,
        "establishment.csv",
        "level,outlet_id,post,posts,hours_per_week,shrinkage,full_time_equivalents",
        [("network", "", "teller", 2, 80, 0.2, 2.5), ("network", "", "total", 2, 80, 0.2, 2.5)],
    )
    write(
        tmp_path,
        "scorecard.csv",
        "outlet_id,name,grade,points,sales,service,hardware,management,waiting,speed,order,environment,courtesy,advice",
        [("A/1", HOSTILE, "B", 61, 50, 90, 80, "", 90, 70, 66.7, 80, "", "")],
    )
    write(
        tmp_path,
        "diversion.csv",
        "outlet_id,service,machine,share_now,share_best,minutes_saved_best,at_stake_best,risk",
        [
            ("A/1", "cash", "cash_machine", 0.6, 0.8, 120, 40, "high"),
            ("A/1", "payment", "roaming guide", 0, 0.4, 30, 9, "medium"),
            ("A/1", "", "", "", "", 150, 49, ""),
            ("B", "cash", "cash_machine", 0, 0, 0, 0, "high"),
        ],
    )
    return tmp_path


def page(out, language="en"):
    settings = ProjectSettings.model_validate(
        {"name": "Test", "sector": "bank", "as_of": "2026-03-02", "language": language}
    )
    return render_report(settings, sections(out, language), out)


def test_sections_and_their_order(out):
    assert [section.title for section in sections(out, "en")] == [
        "Grades and scorecards",
        "Establishment",
        HOSTILE,
    ]


def test_hostile_names_are_text(out):
    html = page(out)
    assert HOSTILE not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<b>Ann</b>" not in html
    assert "&lt;b&gt;Ann&lt;/b&gt;" in html


def test_figures_of_an_outlet(out):
    section = sections(out, "en")[-1]
    tables = {caption: rows for caption, _, rows in section.tables}
    assert tables["Zones"] == [("Service counters", "12.5", "2 × Counter clerk")]
    assert tables["Roster of 1 weeks, 1 persons"] == [("<b>Ann</b>", "Counter clerk", "15", 2, 1)]
    assert tables["Services of the simulated day"] == [
        ("Cash in and out", "Counter clerk", "12.3", "2", "1.5–2.5", "90%"),
        ("Cash in and out", "Cash machine", "4", "–", "–", "90%"),
    ]
    assert tables["The best use of machines, then of a roaming guide"] == [
        ("Cash in and out: Cash machine", "60%", "80%", "120", "40", "high risk"),
        ("Transfers and payments: roaming guide", "0%", "40%", "30", "9", "medium risk"),
    ]
    assert "Below the target of 80%: 09:30" in section.html
    assert "Magician" in section.html, "a planner's own post is shown as words"


def test_grades_and_scorecards_leave_out_what_nobody_knows(out):
    tables = sections(out, "en")[0].tables
    assert tables[0][2] == [(HOSTILE, "B", "61", "50", "90", "80", "–")]
    assert tables[1][1] == ("Outlet", "Called in time", "Speed", "Order", "Environment")
    assert tables[1][2] == [(HOSTILE, "90", "70", "67", "80")]


def test_the_day_shows_who_is_there_how_busy_and_whether_all_sit(out):
    html = sections(out, "en")[-1].html
    assert "Who is there: Monday, 2026-03-02" in html
    assert 'aria-label="Counter clerk, 09:00–12:00, 12:30–17:00"' in html, "the break is a gap"
    busy = html[html.index("How busy everybody is") :]
    assert [busy.count(f"<title>{start} 50%</title>") for start in ("09:00", "09:30", "10:00")] == [1, 1, 1]
    assert '<span class="label">Magician</span>' in busy, "a post without anybody has a row without cells"
    assert "At most 3 people wait at once (95th percentile); the hall has 4 seats." in html
    assert "A full hall of 25 people clears through its doors in 1.5 min." in html
    assert "Visits by half hour" in html


def test_a_long_list_of_who_is_there_says_what_it_leaves_out(out):
    file = next(out.glob("outlets/*/roster.csv"))
    head, first, *_ = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([head, *[first] * (MOST_TURNS + 3)]) + "\n", encoding="utf-8")
    html = sections(out, "en")[-1].html
    assert "<p>3 more stand in roster.csv.</p>" in html


def test_a_hall_that_did_not_settle_warns(out):
    file = next(out.glob("outlets/*/simulation.json"))
    found = json.loads(file.read_text(encoding="utf-8"))
    found["seats"] = {"rounds": [{"seats": 4, "waiting_p95": 9}], "settled": False}
    file.write_text(json.dumps(found), encoding="utf-8")
    html = sections(out, "en")[-1].html
    assert '<p class="note warn">Up to 9 people wait at once (95th percentile), but the hall has 4 seats.</p>' in html


def test_the_drawing_is_an_image_and_links_are_encoded(out):
    html = sections(out, "en")[-1].html
    assert 'src="data:image/svg+xml;base64,' in html
    assert 'href="outlets/A%252F1/hall.html"' in html


def test_gaps_are_gaps(out):
    """The unknown half hour breaks the line of waits: two moves."""
    html = sections(out, "en")[-1].html
    line = html.split('stroke-width="2.2"')[0].rsplit('d="', 1)[1]
    assert line.count("M") == 2
    assert "nan" not in html.lower().replace("guidance", "")


@pytest.mark.parametrize(("language", "text"), [("zh", "网点"), ("es", "Plantilla")])
def test_other_languages(out, language, text):
    assert text in page(out, language)


def test_nothing_made_says_nothing(tmp_path):
    assert sections(tmp_path, "en") == []
    brief = OutletBrief(id="A", name="A", role="existing", sector="bank", visits_per_day=1)
    (tmp_path / "outlets" / "A").mkdir(parents=True)
    (tmp_path / "outlets" / "A" / "outlet.json").write_text(brief.to_json(), encoding="utf-8")
    assert sections(tmp_path, "en") == []


def test_efficiency_with_and_without_a_rank(out):
    columns = (
        "outlet_id,name,currency,visits_per_day,value_per_year,rent_per_year,staff_cost_per_year,contribution_per_year,"
        "contribution_per_m2,contribution_per_head,wait_mean,rank,actual_visits,actual_sales,visits_against_plan,"
        "sales_against_plan"
    )
    rows = [
        ("B", "Bee", "EUR", 90, 1000, 10, "", "", "", "", "", "", "", "", "", ""),
        ("A", "Aye", "EUR", 100, 2000, 10, 20, 1970, 19.7, 985, 1.5, 1, 26000, "", 0.95, ""),
    ]
    write(out, "efficiency.csv", columns, rows)
    section = sections(out, "en")[0]
    caption, _, found = section.tables[0]
    assert caption.endswith("EUR")
    assert [row[:3] for row in found] == [("Aye", 1, "100"), ("Bee", None, "90")]
    assert section.tables[1][2] == [("Aye", "26,000", "95%", "–", "–")]
