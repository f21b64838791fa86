"""A project without siting: one bank outlet, its requirement, and a roster of half-hour shifts that just meets it."""

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest

from layout.settings import LayoutSettings
from layout.study.work.requirement import plan_requirement, write_requirement
from outlet.artefacts import Staging
from outlet.handover import WEEKDAYS, OutletBrief, folder_of, minute_of_day
from outlet.progress import SILENT
from outlet.project import Project, ProjectSettings
from outlet.stage import StageRun

MONDAY = dt.date(2026, 3, 2)
HOSTILE = "<img src=x onerror=alert(1)>"


@dataclass
class Work:
    """One outlet's project and ``out`` folder."""

    project: Project
    brief: OutletBrief
    out: Path

    @property
    def folder(self) -> Path:
        return self.out / "outlets" / folder_of(self.brief.id)

    def stage(self, *, outlet: bool = True) -> StageRun:
        folder = f"outlets/{folder_of(self.brief.id)}" if outlet else None
        return StageRun(
            project=self.project,
            out=Staging(out=self.out, stage_folder=self.out, folder=folder),
            progress=SILENT,
            workers=1,
            outlet=self.brief if outlet else None,
        )


def clock(minute):
    return f"{minute // 60:02d}:{minute % 60:02d}"


def write_roster(folder, requirement, *, weeks=1, without=()):
    """Write a roster that puts exactly the required people there, half hour by half hour."""
    rows = [
        (MONDAY + dt.timedelta(7 * week + WEEKDAYS.index(row.day_type)), f"{row.post}{number}", "S",
         row.post, row.start, clock(minute_of_day(row.start) + requirement.interval_min),
         "false", f"{row.post} {number}")
        for week in range(weeks)
        for row in requirement.rows
        if row.post not in without
        for number in range(row.required)
    ]  # fmt: skip
    with (folder / "roster.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("date", "person", "shift_id", "post", "start", "end", "locked", "name"))
        writer.writerows(rows)
    (folder / "shifts.csv").write_text(
        "shift_id,post,start,end,break_start,break_end,days,count\nS,teller,09:00,09:30,,,mon,1\n", encoding="utf-8"
    )


@pytest.fixture
def make_work(tmp_path):
    def make(settings=None, *, requirement=True, roster=True, without=(), **brief):
        out = tmp_path / "out"
        given = {"id": "A/1", "name": HOSTILE, "role": "new", "sector": "bank", "visits_per_day": 160.0} | brief
        made = OutletBrief.model_validate(given)
        folder = out / "outlets" / folder_of(made.id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "outlet.json").write_text(made.to_json(), encoding="utf-8")
        named = {"briefs": [f"out/outlets/{folder_of(made.id)}/outlet.json"]} | (settings or {})
        sections = {
            "project": ProjectSettings(name="Test", sector="bank", as_of=MONDAY),
            "layout": LayoutSettings.model_validate(named),
        }
        work = Work(Project(folder=tmp_path, sections=sections, scenarios={}), made, out)
        if requirement:
            found = plan_requirement(work.project, made)
            write_requirement(folder / "requirement.csv", found)
            if roster:
                write_roster(folder, found, weeks=2, without=without)
        return work

    return make
