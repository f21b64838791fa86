"""What halls cost a year, by efficiency.csv, is the opening cost that `siting.locate.fixed_charge` weighs."""

import csv
import datetime as dt

import numpy as np
import pytest

from layout.settings import LayoutSettings
from layout.study.efficiency import run_efficiency
from outlet.artefacts import Staging
from outlet.handover import OutletBrief, folder_of
from outlet.outcome import Limits
from outlet.progress import SILENT
from outlet.project import Project, ProjectSettings
from outlet.stage import StageRun
from siting.locate import fixed_charge

COSTS = ("rent_per_year", "staff_cost_per_year", "fit_out_per_year")
ESTABLISHMENT = "post,posts,hours_per_week,shrinkage,full_time_equivalents\nteller,2,80,0.2,2.5\n"


@pytest.fixture
def yearly_cost(tmp_path):
    """Return what three halls cost a year, shape (3,), by efficiency.csv at a wage."""

    def yearly_cost(wage):
        names = [f"out/outlets/{folder_of(name)}/outlet.json" for name in "ABC"]
        for name, file in zip("ABC", names, strict=True):
            brief = OutletBrief(
                id=name, name=name, role="new", sector="bank", visits_per_day=200.0, area_m2=150.0, rent_per_year=3e4
            )
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(brief.to_json(), encoding="utf-8")
            (tmp_path / file).with_name("establishment.csv").write_text(ESTABLISHMENT, encoding="utf-8")
        settings = LayoutSettings.model_validate({"briefs": names, "staff": {"wage_per_hour": wage}})
        project = ProjectSettings(name="Three", sector="bank", as_of=dt.date(2026, 3, 2))
        made = Project(folder=tmp_path, sections={"project": project, "layout": settings}, scenarios={})
        out = tmp_path / "out"
        run_efficiency(StageRun(made, Staging(out=out, stage_folder=out, folder=None), SILENT, 1))
        with (out / "efficiency.csv").open(encoding="utf-8", newline="") as stream:
            return np.array([sum(float(row[cost]) for cost in COSTS) for row in csv.DictReader(stream)])

    return yearly_cost


def test_dearer_staff_opens_fewer_halls(yearly_cost):
    """Three places with a hall each, far apart: a walk to another is worth more than cheap staff, less than dear."""
    cheap, dear = yearly_cost(10.0), yearly_cost(40.0)
    assert dear - cheap == pytest.approx(np.full(3, 2.5 * 40 * 52 * 30))
    walk = float(cheap.mean() + dear.mean()) / 2
    cost = walk * (1 - np.eye(3))
    opened = []
    for opening in (cheap, dear):
        outcome = fixed_charge(cost, np.ones(3), opening, limits=Limits(seconds=20))
        assert outcome.status == "optimal"
        opened.append(len(outcome.require().opened))
    assert opened == [3, 1]
