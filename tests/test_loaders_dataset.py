"""All loaders together: the catalogue they speak from, progress, and real files where present."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from test_loaders_vector import LAND_USE, parcels, write_project
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import RASTER_ROLES, Role
from urbanplan_gis.project import load_project
from urbanplan_gis.text import keys

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "quang_ngai"


def test_everything_said_is_in_the_catalogue() -> None:
    folder = files("urbanplan_gis") / "loaders"
    source = "\n".join(
        file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".py")
    )
    kinds = set(re.findall(r'(?:bad_data|UnreadableValue)\(\s*"(\w+)"', source))
    kinds |= {"not_an_integer", "negative_number", "no_residents", "no_such_field", "same_column"}
    said = {f"error.{kind}.{part}" for kind in kinds for part in ("found", "expected", "fix")}
    said |= {f"finding.{code}" for code in re.findall(r'Finding\(\s*"(\w+)"', source)}
    said |= set(re.findall(r'"((?:finding|crs_reason|crs_hint)\.\w+)"', source))
    assert len(kinds) > 50
    assert said <= keys()


def test_no_key_of_the_catalogue_stands_twice() -> None:
    folder = files("urbanplan_gis") / "catalogue"
    tables = [
        tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    written = sum(entries(table) for table in tables)
    assert written == len(keys())


def entries(table: dict[str, Any]) -> int:
    """How many texts a table of the catalogue holds."""
    return 1 if set(table) == {"vi", "en"} else sum(entries(inner) for inner in table.values())


def test_every_vector_role_has_its_columns() -> None:
    assert set(ROLE_FIELDS) == set(Role) - RASTER_ROLES
    for shape in ROLE_FIELDS.values():
        assert len(set(shape.names)) == len(shape.names)
        assert not {"feature_id", "source", "geometry"} & set(shape.names)


def test_progress_tells_each_file_before_it_is_read(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg")
    steps: list[str] = []
    project = load_project(write_project(tmp_path, LAND_USE.format("lu.gpkg")))
    load_layers(project, steps.append)
    assert steps == ["units: units.gpkg", "land_use: lu.gpkg"]


def test_one_mapping_mistake_is_said_once_for_all_sources(tmp_path: Path) -> None:
    from urbanplan_gis.errors import PlanDataError

    (tmp_path / "ma.csv").write_text("source_value,list,code\nx,tt27-2018,KHONG\n")
    tables = ""
    for name in ("mot", "hai"):
        parcels().to_file(tmp_path / f"{name}.gpkg")
        table = LAND_USE.format(f"{name}.gpkg").replace("[layers.land_use]", "[[layers.land_use]]")
        tables += table + 'codes = "ma.csv"\n'
    with pytest.raises(PlanDataError) as caught:
        load_layers(load_project(write_project(tmp_path, tables)))
    assert len(caught.value.problems) == 1


@pytest.mark.skipif(not REAL.is_dir(), reason="the real layers of Quảng Ngãi are not here")
def test_real_zoning_plans_are_fully_accounted_for(tmp_path: Path) -> None:
    names = sorted(file.name for file in (REAL / "zoning_plans").iterdir())
    for file in (REAL / "units_2014_2024.gpkg", REAL / "zoning_plan_outlines.gpkg"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    tables = """
    [layers.units]
    path = "units_2014_2024.gpkg"
    fields = { code = "code", name = "name_vi", slated = "slated_ward" }
    set = { kind = "ward" }
    [layers.plans]
    path = "zoning_plan_outlines.gpkg"
    fields = { plan_id = "plan" }
    """
    for name in names:
        (tmp_path / name).write_bytes((REAL / "zoning_plans" / name).read_bytes())
        tables += f"""
        [[layers.zoning]]
        path = "{name}"
        fields = {{ code = "description" }}
        code_list = "tt16-2025"
        set = {{ plan_id = "{Path(name).stem}" }}
        """
    data = load_layers(load_project(write_project(tmp_path, tables)))
    counts = {item.source: (item.read, item.kept) for item in data.counts if item.role == "zoning"}
    # polygons and all features of each file, as ogrinfo counts them
    assert counts == {
        "QHPK_SDD_NghiaAn_2021": (1335, 275),
        "QHPK_SDD_NghiaChanh_2021": (1753, 224),
        "QHPK_SDD_QuangPhu_2021": (2667, 256),
        "QHPK_SDD_TinhKy_TinhHoa_2018": (2174, 153),
    }
    zoning = data.layers[Role.ZONING].frame
    unmapped = [item for item in data.findings if item.code == "unmapped_code"]
    assert sum(len(item.feature_ids) for item in unmapped) == len(zoning)
    assert sum(item.area_m2 for item in unmapped) == pytest.approx(zoning.area.sum(), rel=1e-12)
    assert len(data.layers[Role.UNITS].frame) == 23
    assert data.layers[Role.UNITS].frame["slated"].sum() == 7
