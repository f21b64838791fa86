"""The same stores in four coordinate systems and two datums land on one spot."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import shapely

from siting.data.check import check
from siting.data.layers import points_of
from siting.data.load import load_siting_data

pytestmark = pytest.mark.shared

ZIP = "tokyo23_convenience_4crs.zip"
SYSTEMS = {"tokyo23ku-cvs_jgd2000": 4612, "tokyo23ku-cvs_jgd2000_9kei": 2451,
           "tokyo23ku-cvs_tokyo": 4301, "tokyo23ku-cvs_tokyo_9kei": 30169}  # fmt: skip


@pytest.fixture
def tokyo(tiny, shared):
    """Demand and streets in the middle of Tokyo; the stores beside them as competitors."""
    shutil.copy(shared / "data/japan" / ZIP, tiny.folder / "data" / ZIP)
    point = shapely.geometry.mapping(shapely.Point(139.745, 35.685))
    tiny.points("demand", [point], id=["a"], weight=[1])
    tiny.points("existing", [point], id=["e1"])
    tiny.write("data/candidates.csv", "id,lon,lat\n1,139.75,35.69\n")
    line = shapely.geometry.mapping(shapely.LineString([(139.74, 35.68), (139.75, 35.69)]))
    tiny.points("streets", [line], kind=["primary"])
    return tiny


def load(tokyo, layer, crs=""):
    stated = f', crs = "{crs}"' if crs else ""
    override = f'siting.data.competitors={{file = "data/{ZIP}", layer = "{layer}"{stated}}}'
    project = tokyo.load(override)
    assert check(project).faults == ()
    data = load_siting_data(project)
    shifts = [remark for remark in data.remarks if remark.code == "datum-shift"]
    return points_of(data.competitors), shifts


def test_four_systems_land_on_one_spot(tokyo):
    found = {layer: load(tokyo, layer) for layer in SYSTEMS}
    reference, _ = found["tokyo23ku-cvs_jgd2000_9kei"]
    assert reference.shape == (3853, 2)
    for points, _ in found.values():
        assert np.hypot(*(points - reference).T).max() < 1.0
    assert {layer for layer, (_, shifts) in found.items() if shifts} == {
        "tokyo23ku-cvs_tokyo", "tokyo23ku-cvs_tokyo_9kei"
    }  # fmt: skip
    ((shift,),) = [shifts for layer, (_, shifts) in found.items() if layer == "tokyo23ku-cvs_tokyo"]
    assert "moved by 463 m from the datum of Tokyo to WGS 84 (Tokyo to WGS 84 (108)), with an accuracy of 9 m" in str(
        shift
    )


def test_the_datum_ignored_would_be_400_m_off(tokyo):
    right, _ = load(tokyo, "tokyo23ku-cvs_tokyo")
    mistaken, _ = load(tokyo, "tokyo23ku-cvs_tokyo", crs="EPSG:4612")
    assert 400 < np.hypot(*(mistaken - right).T).min() < np.hypot(*(mistaken - right).T).max() < 520


@pytest.mark.parametrize(("layer", "code"), SYSTEMS.items())
def test_stating_the_system_changes_nothing(tokyo, layer, code):
    silent, _ = load(tokyo, layer)
    stated, _ = load(tokyo, layer, crs=f"EPSG:{code}")
    assert np.abs(silent - stated).max() < 1e-6
