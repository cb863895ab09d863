"""The real zoning plans, from their raw files to the land balance, where they are at hand."""

from __future__ import annotations

import shutil
from pathlib import Path

import ezdxf
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import CRS

from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.crs.guard import reproject
from urbanplan_gis.model.data import Dataset, Role
from urbanplan_gis.pipeline import run_project
from urbanplan_gis.project import load_project

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "quang_ngai"
PLANS = (
    "QHPK_SDD_NghiaAn_2021",
    "QHPK_SDD_NghiaChanh_2021",
    "QHPK_SDD_QuangPhu_2021",
    "QHPK_SDD_TinhKy_TinhHoa_2018",
)
HEAD = """
[project]
name = "real plans"
as_of = 2025-06-30
boundaries = "2014"
[layers.units]
path = "data/raw/units_2014_2024.gpkg"
fields = { code = "code", name = "name_vi", kind = "name_vi" }
[layers.plans]
path = "data/raw/zoning_plan_outlines.gpkg"
fields = { plan_id = "plan" }
[layers.zoning]
name = "lots"
code_list = "tt16-2025"
recognise = true
"""


def make_project(folder: Path, plan: str, zoning: str) -> Path:
    if not (REAL / "zoning_plans" / f"{plan}.geojson").is_file():
        pytest.skip(f"no real plan {plan} in ../shared/data")
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    for name in ("units_2014_2024.gpkg", "zoning_plan_outlines.gpkg"):
        shutil.copyfile(REAL / name, raw / name)
    (folder / "project.toml").write_text(
        f'{HEAD}set = {{ plan_id = "{plan}" }}\n{zoning}', encoding="utf-8"
    )
    return raw


def of_geojson(plan: str) -> str:
    return (
        f'path = "data/raw/{plan}.geojson"\ncolour = "_fillColor"\n'
        'fields = { code = "description" }\n'
    )


def read_plan(folder: Path, plan: str) -> Dataset:
    raw = make_project(folder, plan, of_geojson(plan))
    shutil.copyfile(REAL / "zoning_plans" / f"{plan}.geojson", raw / f"{plan}.geojson")
    return load_layers(load_project(folder))


@pytest.mark.parametrize("plan", PLANS)
def test_lots_of_real_plans_get_their_class_without_a_mapping(tmp_path: Path, plan: str) -> None:
    data = read_plan(tmp_path, plan)
    lots = data.layers[Role.ZONING].frame
    valid = shapely.area(shapely.make_valid(lots.geometry.to_numpy()))
    classed = valid[(lots["code"] != "").to_numpy()].sum()
    assert classed >= 0.9 * valid.sum()
    scored = {item.value.casefold().strip(): item for item in data.recognised["lots"]}
    for value in set(lots["source_value"]):
        item = scored[value.casefold().strip()]
        assert 0 <= item.score <= 1
    found = {item.code for item in data.findings}
    assert "code_recognised" in found
    count = next(item for item in data.counts if item.role == Role.ZONING)
    assert count.read == count.kept + count.set_aside


def drawing_of(plan: str, path: Path) -> None:
    """The plan as a drawing: every lot a hatch, every open line a polyline, in VN-2000."""
    table = pyogrio.read_dataframe(REAL / "zoning_plans" / f"{plan}.geojson")
    shapes, _ = reproject(table.geometry.to_numpy(), CRS(4326), CRS(5898))
    drawing = ezdxf.new("R2010")
    space = drawing.modelspace()
    for value, shape in zip(table["description"], shapes, strict=True):
        # ezdxf refuses the sign that other programs left in names of layers
        layer = {"layer": value.replace("?", "¿")}
        for part in shapely.get_parts(shape):
            rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(part)]
            if rings:
                hatch = space.add_hatch(dxfattribs=layer)
                for ring in rings:
                    hatch.paths.add_polyline_path(ring[:-1], is_closed=True)
            elif not part.is_closed:
                space.add_lwpolyline(shapely.get_coordinates(part), dxfattribs=layer)
    drawing.saveas(path)
    path.write_text(path.read_text(encoding="utf-8").replace("¿", "?"), encoding="utf-8")


def balance(folder: Path) -> pd.Series:
    table = run_project(load_project(folder)).balance
    keys = ["area_kind", "unit_code", "scenario", "code_list", "code"]
    return table.set_index(keys)["area_ha"].sort_index()


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS)
def test_a_drawing_of_a_real_plan_gives_the_same_land_balance(tmp_path: Path, plan: str) -> None:
    of_plan = tmp_path / "geojson"
    raw = make_project(of_plan, plan, of_geojson(plan).replace('colour = "_fillColor"\n', ""))
    shutil.copyfile(REAL / "zoning_plans" / f"{plan}.geojson", raw / f"{plan}.geojson")
    of_drawing = tmp_path / "dxf"
    raw = make_project(of_drawing, plan, f'path = "data/raw/{plan}.dxf"\n')
    drawing_of(plan, raw / f"{plan}.dxf")
    one, other = balance(of_plan), balance(of_drawing)
    assert list(one.index) == list(other.index)
    assert np.abs(one.to_numpy() - other.to_numpy()).max() < 1e-6
