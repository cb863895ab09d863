"""Transport land from codes and from red lines, on squares a reader can check."""

from __future__ import annotations

import geopandas as gpd
from shapely import box

from urbanplan_gis.analysis.transport import land_from_codes, land_from_right_of_way

CRS = "EPSG:5898"
UNITS = gpd.GeoDataFrame(
    {"code": ["A", "B"]}, geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)], crs=CRS
)


def test_land_from_codes_is_cut_at_the_boundary_of_units() -> None:
    street, field = box(80, 0, 130, 10), box(0, 20, 100, 100)
    land_use = gpd.GeoDataFrame({"code": ["DGT", "LUC"]}, geometry=[street, field], crs=CRS)
    land = land_from_codes(land_use, UNITS, frozenset({"DGT"}))
    assert land.to_dict() == {"A": 200.0, "B": 300.0}


def test_land_within_red_lines_counts_a_crossing_once() -> None:
    crossing = [box(0, 40, 100, 60), box(40, 0, 60, 100)]
    land = land_from_right_of_way(gpd.GeoDataFrame(geometry=crossing, crs=CRS), UNITS)
    assert land.to_dict() == {"A": 2000.0 + 2000.0 - 400.0, "B": 0.0}
