"""Units of other days: sources that are not valid on the day a project is evaluated for."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from test_quality import CRS, square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.units.other import load_other_units
from urbanplan_gis.model.data import Role
from urbanplan_gis.project import load_project

NOW = """
[[layers.units]]
path = "old.gpkg"
fields = { name = "ten" }
valid_to = 2025-07-01
"""
LATER = """
[[layers.units]]
path = "new.gpkg"
fields = { name = "ten" }
valid_from = 2025-07-01
"""


def write(folder: Path, name: str, *names: str) -> None:
    """Units of 1 km² in a row, by their names alone."""
    shapes = [square(1000 * place, 0, 1000) for place in range(len(names))]
    frame = gpd.GeoDataFrame({"ten": list(names)}, geometry=shapes, crs=CRS)
    frame.to_file(folder / f"{name}.gpkg")


def project(folder: Path, layers: str, as_of: str = "2025-06-30") -> Path:
    write(folder, "old", "Xã Nghĩa Hà", "Xã Tịnh Hòa")
    if not (folder / "new.gpkg").exists():
        write(folder, "new", "Xã An Phú", "Xã Đông Sơn")
    text = f'[project]\nname = "Thử"\nas_of = {as_of}\nboundaries = "2014"\n{layers}'
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return folder


def test_units_of_a_later_day_are_read_by_the_list_of_their_own_vintage(tmp_path: Path) -> None:
    """An Phú is 21034 since July 2025; until June that was Nghĩa Dũng, and An Phú 21262."""
    loaded = load_project(project(tmp_path, NOW + LATER))
    assert list(load_layers(loaded).layers[Role.UNITS].frame["code"]) == ["21256", "21187"]
    (later,) = load_other_units(loaded)
    assert later.vintage == "2025"
    assert list(later.frame["code"]) == ["21034", "21109"]
    assert list(later.frame["kind"]) == ["commune", "commune"]
    assert str(later.frame.crs) == CRS


def test_a_project_with_units_of_its_day_alone_has_no_others(tmp_path: Path) -> None:
    assert load_other_units(load_project(project(tmp_path, NOW))) == []


def test_names_of_another_vintage_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "new", "Xã An Phú", "Xã Tịnh Hòa")
    with pytest.raises(PlanDataError, match="Xã Tịnh Hòa"):
        load_other_units(load_project(project(tmp_path, NOW + LATER)))


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (LATER + LATER.replace("[[layers.units]]", '[[layers.units]]\nname = "again"'), "2025"),
        (
            LATER.replace("valid_from = 2025-07-01", "valid_to = 2014-04-01"),
            "a day from 2014-04-01",
        ),
        (LATER.replace("valid_from = 2025-07-01", "valid_to = 2024-06-01"), "one vintage, 2014"),
    ],
)
def test_sources_whose_vintage_is_not_clear_are_refused(
    tmp_path: Path, later: str, said: str
) -> None:
    with pytest.raises(PlanDataError, match=said):
        load_other_units(load_project(project(tmp_path, NOW + later)))
