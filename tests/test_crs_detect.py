"""Which coordinate system numbers are in. Expected numbers come from formulas written here: a
series for Transverse Mercator and the seven parameters applied by hand, without PROJ.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from math import radians
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from shapely.geometry import LineString, Point, Polygon, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.crs.detect import (
    PlacementDecision,
    find_placement,
    settle_placement,
)
from urbanplan_gis.loaders.crs.guard import name_crs, settle_crs
from urbanplan_gis.loaders.crs.placement import (
    AXES,
    COORDINATE_UNITS,
    Placement,
    describe,
    meaning_of,
    place,
    say_keys,
)
from urbanplan_gis.loaders.crs.readings import Told
from urbanplan_gis.loaders.crs.reference import choose_position, prepare_lines
from urbanplan_gis.loaders.crs.shift import find_transformer, recognise, vn2000_systems
from urbanplan_gis.text import keys

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "quang_ngai"
CITY = (108.65, 15.02, 108.97, 15.27)
HOME = CRS(5898)

# ---- the second engine ---------------------------------------------------------------------

A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)
#: EPSG:6960, Coordinate Frame
METRES = np.array([-191.90441429, -39.30318279, -111.45032835])
ARC = np.radians(np.array([-0.00928836, 0.01975479, -0.00427372]) / 3600)
PPM = 0.252906278e-6
#: central meridian and scale by EPSG code, from the list of the provinces' meridians
SYSTEMS = {
    3405: (105.0, 0.9996), 3406: (111.0, 0.9996), 5896: (102.0, 0.9999), 5897: (105.0, 0.9999),
    5898: (108.0, 0.9999), 5899: (107.75, 0.9999), 9205: (103.0, 0.9999), 9206: (104.0, 0.9999),
    9207: (104.5, 0.9999), 9208: (104.75, 0.9999), 9209: (105.5, 0.9999), 9210: (105.75, 0.9999),
    9211: (106.0, 0.9999), 9212: (106.25, 0.9999), 9213: (106.5, 0.9999), 9214: (107.0, 0.9999),
    9215: (107.25, 0.9999), 9216: (107.5, 0.9999), 9217: (108.25, 0.9999), 9218: (108.5, 0.9999),
    32648: (105.0, 0.9996), 32649: (111.0, 0.9996),
}  # fmt: skip
TM3 = [code for code, (_, scale) in SYSTEMS.items() if scale == 0.9999]


def mercator(lonlat: np.ndarray, meridian: float, scale: float) -> np.ndarray:
    """Transverse Mercator, Krüger's series to the fourth power of the third flattening."""
    lon, lat = np.radians(lonlat).T
    n = F / (2 - F)
    rectifying = A / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    e = np.sqrt(E2)
    t = np.sinh(np.arctanh(np.sin(lat)) - e * np.arctanh(e * np.sin(lat)))
    away = lon - radians(meridian)
    xi, eta = np.arctan2(t, np.cos(away)), np.arcsinh(np.sin(away) / np.hypot(t, np.cos(away)))
    north, east = xi.copy(), eta.copy()
    for j, a in enumerate(alpha, start=1):
        north += a * np.sin(2 * j * xi) * np.cosh(2 * j * eta)
        east += a * np.cos(2 * j * xi) * np.sinh(2 * j * eta)
    return np.column_stack([500_000 + scale * rectifying * east, scale * rectifying * north])


def to_space(lonlat: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(lonlat).T
    radius = A / np.sqrt(1 - E2 * np.sin(lat) ** 2)
    level = radius * np.cos(lat)
    return np.column_stack(
        [level * np.cos(lon), level * np.sin(lon), radius * (1 - E2) * np.sin(lat)]
    )


def to_ground(space: np.ndarray) -> np.ndarray:
    x, y, z = space.T
    level = np.hypot(x, y)
    lat = np.arctan2(z, level * (1 - E2))
    for _ in range(8):
        radius = A / np.sqrt(1 - E2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + E2 * radius * np.sin(lat), level)
    return np.degrees(np.column_stack([np.arctan2(y, x), lat]))


def rotation(sign: float = 1) -> np.ndarray:
    rx, ry, rz = sign * ARC
    return (1 + PPM) * np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])


def vn2000_to_wgs84(lonlat: np.ndarray, sign: float = 1) -> np.ndarray:
    return to_ground(METRES + to_space(lonlat) @ rotation(sign).T)


def wgs84_to_vn2000(lonlat: np.ndarray) -> np.ndarray:
    return to_ground((to_space(lonlat) - METRES) @ np.linalg.inv(rotation()).T)


def numbers_in(code: int, lonlat: np.ndarray) -> np.ndarray:
    """What a file in this system holds for places given in WGS 84."""
    if code == 4326:
        return lonlat
    shifted = lonlat if code > 32000 else wgs84_to_vn2000(lonlat)
    return shifted if code == 4756 else mercator(shifted, *SYSTEMS[code])


def unshifted(code: int, lonlat: np.ndarray) -> np.ndarray:
    """What it holds if WGS 84 was taken for VN-2000."""
    return mercator(lonlat, *SYSTEMS[code])


def written(numbers: np.ndarray, swapped: bool, scale: float) -> np.ndarray:
    return (numbers[:, ::-1] if swapped else numbers) / scale


def same(one: Placement, other: Placement) -> bool:
    return meaning_of(one) == meaning_of(other)


def among(placement: Placement, decision: PlacementDecision) -> bool:
    return any(same(placement, item) for item in (decision.placement, *decision.alternatives))


# ---- the transformation itself -------------------------------------------------------------

CHECK = np.array([[108.80, 15.12]])


def test_the_second_engine_gives_the_check_point_of_the_facts() -> None:
    assert numbers_in(5898, CHECK)[0] == pytest.approx([585_791.005, 1_672_370.101], abs=0.001)
    assert unshifted(5898, CHECK)[0] == pytest.approx([585_986.05, 1_672_256.87], abs=0.005)
    wrong = to_ground((to_space(CHECK) - METRES) @ np.linalg.inv(rotation(-1)).T)
    wrong = mercator(wrong, 108, 0.9999)
    assert wrong[0] == pytest.approx([585_791.607, 1_672_370.254], abs=0.001)


@pytest.mark.parametrize(
    ("code", "east"),
    [(9214, 693_296), (9215, 666_416), (9216, 639_539), (5899, 612_664), (5898, 585_791),
     (9217, 558_920), (9218, 532_050), (3406, 263_372), (3405, 908_363)],
)  # fmt: skip
def test_eastings_of_the_city_by_meridian(code: int, east: float) -> None:
    assert numbers_in(code, CHECK)[0, 0] == pytest.approx(east, abs=1)


def test_every_system_agrees_with_the_formulas_to_a_millimetre_both_ways() -> None:
    lon, lat = np.meshgrid(np.linspace(102.5, 109.4, 5), np.linspace(8.5, 23.3, 5))
    grid = np.column_stack([lon.ravel(), lat.ravel()])
    assert {crs.to_epsg() for crs in vn2000_systems()} == {
        4756, *(code for code in SYSTEMS if code < 32000)
    }  # fmt: skip
    for code in SYSTEMS:
        there = find_transformer(CRS(4326), CRS(code))
        east, north = there.transform(*grid.T)
        assert np.abs(np.column_stack([east, north]) - numbers_in(code, grid)).max() < 0.001
        lon, lat = find_transformer(CRS(code), CRS(4326)).transform(*numbers_in(code, grid).T)
        # without heights there and back differ by up to a millimetre
        back = grid if code > 32000 else vn2000_to_wgs84(wgs84_to_vn2000(grid))
        assert np.abs(np.column_stack([lon, lat]) - back).max() < 1e-9
        if code < 32000:
            assert "VN-2000 to WGS 84 (2)" in there.description


def test_between_zones_of_vn2000_nothing_is_shifted() -> None:
    numbers = numbers_in(5898, CHECK)
    moved = find_transformer(CRS(5898), CRS(9216)).transform(*numbers.T)
    assert np.ravel(moved) == pytest.approx(numbers_in(9216, CHECK)[0], abs=0.001)


# ---- numbers without any statement ---------------------------------------------------------


@cache
def city_wide() -> np.ndarray:
    rng = np.random.default_rng(7)
    return np.column_stack([rng.uniform(108.66, 108.96, 300), rng.uniform(15.03, 15.26, 300)])


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("scale", [1, 0.001, 1000])
def test_every_zone_axis_order_and_unit_is_found(swapped: bool, scale: float) -> None:
    for code in TM3:
        points = written(numbers_in(code, city_wide()), swapped, scale)
        decision = find_placement(points, None, CITY)
        assert decision is not None
        truth = Placement(CRS(code), swapped, scale)
        assert same(decision.placement, truth)
        # by 105° the 3° and the 6° zone lie 515 m apart: not told by the place
        assert decision.sure == (code != 5897)
        assert not decision.changed
        unshifted_too = Placement(CRS(code), swapped, scale, no_shift=True)
        assert any(same(unshifted_too, item) for item in decision.alternatives)


@pytest.mark.parametrize("code", [3405, 3406, 32648, 32649, 4326, 4756])
def test_systems_that_only_the_datum_tells_apart_stay_open(code: int) -> None:
    decision = find_placement(numbers_in(code, city_wide())[:, ::-1], None, CITY)
    assert decision is not None
    assert not decision.sure
    assert among(Placement(CRS(code), swapped=True), decision)


@settings(max_examples=60, deadline=None)
@given(
    code=st.sampled_from([*SYSTEMS, 4326, 4756]),
    swapped=st.booleans(),
    scale=st.sampled_from([1, 0.001, 1000]),
    east=st.floats(108.66, 108.93),
    north=st.floats(15.03, 15.24),
    size=st.floats(0.0005, 0.03),
    seed=st.integers(0, 10),
)
def test_a_plan_is_never_silently_misplaced(
    code: int, swapped: bool, scale: float, east: float, north: float, size: float, seed: int
) -> None:
    inside = np.random.default_rng(seed).uniform(0, 1, (40, 2)) * size
    lonlat = np.array([east, north]) + inside
    scale = scale if code in SYSTEMS else 1
    points = written(numbers_in(code, lonlat), swapped, scale)
    truth = Placement(CRS(code), swapped, scale)
    decision = find_placement(points, None, CITY, home=HOME)
    assert decision is not None
    assert among(truth, decision)
    if decision.sure:
        assert same(decision.placement, truth)
    told = find_placement(points, None, CITY, told=Told(CRS(code), swapped, scale))
    assert told is not None
    assert told.sure
    assert same(told.placement, truth)
    moved = place(shapely.points(points), told.placement)
    assert np.abs(shapely.get_coordinates(moved) - numbers_in(code, lonlat)).max() < 1e-6


def test_the_projects_own_meridian_comes_first_among_equals() -> None:
    plan = np.array([108.68, 15.1]) + np.random.default_rng(1).uniform(0, 0.02, (30, 2))
    decision = find_placement(numbers_in(5898, plan), None, CITY, home=HOME)
    assert decision is not None
    assert not decision.sure
    assert decision.placement == Placement(CRS(5898))
    assert any(item.crs == CRS(9217) for item in decision.alternatives)


def test_a_tenth_of_stray_points_does_not_matter_and_a_local_drawing_fits_nowhere() -> None:
    points = numbers_in(5898, city_wide())
    points[:25] = 0
    decision = find_placement(points, None, CITY)
    assert decision is not None
    assert decision.sure
    assert find_placement(np.random.default_rng(0).uniform(0, 2000, (50, 2)), None, CITY) is None


def test_anywhere_in_vietnam_many_readings_fit() -> None:
    decision = find_placement(numbers_in(5898, city_wide()), None, None, home=HOME)
    assert decision is not None
    assert not decision.sure
    assert decision.placement == Placement(CRS(5898))
    assert len(decision.alternatives) > 10


# ---- statements ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", [5898, 3406, 32649, 4326, 4756, 5897])
def test_a_statement_that_fits_holds(code: int) -> None:
    decision = find_placement(numbers_in(code, city_wide()), CRS(code), CITY)
    assert decision is not None
    assert decision.placement == Placement(CRS(code))
    assert decision.sure
    assert not decision.changed
    assert "as stated" in decision.reason.say("en")
    assert decision.alternatives


@pytest.mark.parametrize("code", [5898, 3406, 32649, 4326, 4756])
@pytest.mark.parametrize(("swapped", "scale"), [(True, 1), (False, 0.001), (True, 1000)])
def test_other_axes_or_units_than_stated(code: int, swapped: bool, scale: float) -> None:
    if code in (4326, 4756) and scale != 1:
        return
    points = written(numbers_in(code, city_wide()), swapped, scale)
    decision = find_placement(points, CRS(code), CITY)
    assert decision is not None
    assert decision.placement == Placement(CRS(code), swapped, scale)
    assert decision.sure
    assert decision.changed


def test_degrees_stated_and_metres_found() -> None:
    decision = find_placement(numbers_in(5898, city_wide()), CRS(4326), CITY)
    assert decision is not None
    assert decision.placement == Placement(CRS(5898))
    assert (decision.sure, decision.changed) == (True, True)


def test_a_layer_elsewhere_in_vietnam_is_not_moved_into_the_city_without_asking() -> None:
    # 107°45′ stated, 108° meant: or the file is right and shows ground 27 km further west
    points = numbers_in(5898, city_wide())
    decision = find_placement(points, CRS(5899), CITY)
    assert decision is not None
    assert not decision.sure
    assert decision.placement == Placement(CRS(5898))
    assert decision.alternatives[-1] == Placement(CRS(5899))
    with pytest.raises(PlanDataError, match="5899"):
        settle_placement(points, CRS(5899), CITY, "a.shp")
    kept = settle_placement(points, CRS(5899), CITY, "a.shp", told=Told(CRS(5899)))
    assert kept.placement == Placement(CRS(5899))
    assert "only a part" in kept.reason.say("en")
    beside = find_placement(points, None, CITY, told=Told(CRS(9216)))
    assert beside is not None
    assert "outside the area" in beside.reason.say("en")
    settled = settle_placement(points, CRS(5899), CITY, "a.shp", told=Told(CRS(5898)))
    assert settled.placement == Placement(CRS(5898))
    with pytest.raises(PlanDataError, match=r"EPSG:5898 in the file and EPSG:5899"):
        settle_placement(points, CRS(5898), CITY, "a.shp", told=Told(CRS(5899)))


def test_a_layer_of_the_whole_province_keeps_its_statement() -> None:
    lon, lat = np.meshgrid(np.linspace(108.2, 109.1, 30), np.linspace(14.6, 15.4, 30))
    points = numbers_in(5898, np.column_stack([lon.ravel(), lat.ravel()]))
    decision = find_placement(points, CRS(5898), CITY)
    assert decision is not None
    assert (decision.sure, decision.changed) == (True, False)
    assert "only a part" in decision.reason.say("en")


def test_a_layer_of_the_whole_province_without_a_statement_is_asked_for() -> None:
    lon, lat = np.meshgrid(np.linspace(108.2, 109.1, 30), np.linspace(14.6, 15.4, 30))
    points = numbers_in(9216, np.column_stack([lon.ravel(), lat.ravel()]))
    decision = find_placement(points, None, CITY, home=HOME)
    assert decision is not None
    assert not decision.sure
    assert among(Placement(CRS(9216)), decision)
    assert among(Placement(HOME), decision)
    with pytest.raises(PlanDataError) as caught:
        settle_placement(points, None, CITY, "tinh.shp", home=HOME)
    for lang in ("vi", "en"):
        assert 'crs = "EPSG:9216"' in caught.value.line(lang)
    assert "in part" in caught.value.line("en")
    # lines in place settle it: the city's are among those of the province
    parts = vertices(shapely.segmentize(units(), 0.002))
    wide = np.concatenate([parts, np.column_stack([lon.ravel(), lat.ravel()]), parts + 0.5])
    settled = find_placement(numbers_in(9216, wide), None, CITY, units(), home=HOME)
    assert settled is not None
    assert (settled.sure, settled.placement) == (True, Placement(CRS(9216)))


def test_a_plan_across_the_edge_is_not_moved_inside() -> None:
    """Seven tenths of it lie west of the city; by 108°15′ all of it would lie inside."""
    plan = np.random.default_rng(4).uniform([108.56, 15.1], [108.66, 15.15], (200, 2))
    numbers = numbers_in(5898, plan)
    decision = find_placement(numbers, None, CITY, home=HOME)
    assert decision is not None
    assert not decision.sure
    assert among(Placement(HOME), decision)
    with pytest.raises(PlanDataError, match=r"EPSG:9217.*EPSG:5898"):
        settle_placement(numbers, None, CITY, "qh.dxf", home=HOME)
    # a layer as wide as the city fits in one position alone
    wide = find_placement(numbers_in(9217, city_wide()), None, CITY, home=HOME)
    assert wide is not None
    assert (wide.sure, wide.placement) == (True, Placement(CRS(9217)))


def test_a_projection_without_datum() -> None:
    utm = CRS("+proj=utm +zone=49 +ellps=WGS84 +units=m")
    points = numbers_in(3406, city_wide())
    decision = find_placement(points, utm, CITY)
    assert decision is not None
    assert not decision.sure
    assert {item.crs.to_epsg() for item in (decision.placement, *decision.alternatives)} == {
        3406, 32649
    }  # fmt: skip
    assert name_crs(utm) == "unknown"
    tm3 = CRS("+proj=tmerc +lon_0=108 +k=0.9999 +x_0=500000 +ellps=WGS84")
    decision = find_placement(numbers_in(5898, city_wide()), tm3, CITY)
    assert decision is not None
    assert decision.sure
    assert decision.placement == Placement(CRS(5898))


@pytest.mark.parametrize("datum", ["D_unknown", "D_User_Defined", "Not_specified", "D_Assumed"])
def test_a_datum_that_only_its_program_knows_is_none(datum: str) -> None:
    def esri(meridian: float, scale: float) -> CRS:
        return CRS(
            f'PROJCS["x",GEOGCS["GCS_x",DATUM["{datum}",SPHEROID["WGS_1984",6378137,298.257223563]]'
            ',PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
            'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],'
            f'PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",{meridian}],'
            f'PARAMETER["Scale_Factor",{scale}],PARAMETER["Latitude_Of_Origin",0],'
            'UNIT["Meter",1]]'
        )

    zone = find_placement(numbers_in(5899, city_wide()), esri(107.75, 0.9999), CITY)
    assert zone is not None
    assert (zone.sure, zone.placement) == (True, Placement(CRS(5899)))
    utm = find_placement(numbers_in(3406, city_wide()), esri(111, 0.9996), CITY)
    assert utm is not None
    assert not utm.sure
    assert {item.crs.to_epsg() for item in (utm.placement, *utm.alternatives)} == {3406, 32649}


def test_a_3_degree_zone_on_wgs84_is_doubted() -> None:
    """Only VN-2000 is projected so: the file's datum may be what its program had to offer."""
    custom = CRS("+proj=tmerc +lon_0=108 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m")
    decision = settle_placement(numbers_in(5898, city_wide()), custom, CITY, "a.shp")
    assert decision.placement.crs == custom
    assert decision.doubt is not None
    said = decision.doubt.say("en")
    assert 'crs = "EPSG:5898"' in said
    metres = float(said.split("about ")[1].split(" m")[0])
    assert metres == pytest.approx(225, abs=2)
    # each of the two answers it offers ends the doubt
    for answer in ("EPSG:5898", said.split('"')[3]):
        told = Told(CRS(answer))
        settled = settle_placement(numbers_in(5898, city_wide()), custom, CITY, "a.shp", told=told)
        assert settled.doubt is None
        assert settled.placement.crs == CRS(answer)
    for code in (5898, 4326, 32649):
        plain = find_placement(numbers_in(code, city_wide()), CRS(code), CITY)
        assert plain is not None
        assert plain.doubt is None


@pytest.mark.parametrize(("stated", "told"), [(4326, 4756), (4756, 4326), (3406, 32649)])
def test_the_project_may_tell_another_datum_than_the_file(stated: int, told: int) -> None:
    points = numbers_in(told, city_wide())
    decision = settle_placement(points, CRS(stated), CITY, "a.shp", told=Told(CRS(told)))
    assert decision.placement == Placement(CRS(told))
    assert f"against the file, which states EPSG:{stated}" in decision.reason.say("en")


def test_statements_that_say_nothing() -> None:
    plane = CRS('LOCAL_CS["drawing",UNIT["m",1]]')
    decision = find_placement(numbers_in(5898, city_wide()), plane, CITY)
    assert decision is not None
    assert decision.sure
    assert decision.placement == Placement(CRS(5898))
    nothing = np.array([[np.nan, 1.0], [np.inf, np.inf]])
    held = find_placement(nothing, CRS(5898), CITY)
    assert held is not None
    assert held.sure
    assert find_placement(nothing, None, CITY) is None
    assert find_placement(np.empty((0, 2)), None, CITY) is None
    with pytest.raises(PlanDataError, match="no coordinate system"):
        settle_placement(nothing, None, CITY, "a.dxf")


def test_numbers_too_large_for_any_place() -> None:
    for size in (1e13, 1e308, -1e308):
        assert find_placement(np.full((5, 2), size), CRS(5898), CITY) is None
    with pytest.raises(PlanDataError, match=r"1e\+308"):
        settle_placement(np.full((5, 2), 1e308), CRS(5898), CITY, "a.dxf")


def test_geometry_without_coordinates_stays() -> None:
    shapes = np.array([Point(2, 1), None, Polygon(), Point(np.inf, 1)], dtype=object)
    moved = place(shapes, Placement(CRS(5898), swapped=True))
    assert (moved[0], moved[1], moved[2].is_empty) == (Point(1, 2), None, True)
    assert not np.isfinite(vertices(moved[3])).all()
    assert place(shapes, Placement(CRS(5898))) is shapes


def test_what_is_told_restricts_the_readings() -> None:
    points = written(numbers_in(5898, city_wide()), True, 0.001)
    for told in (Told(swapped=True), Told(scale=0.001), Told(CRS(5898)), Told(CRS(5898), True)):
        decision = find_placement(points, None, CITY, told=told)
        assert decision is not None
        assert decision.sure
        assert decision.placement == Placement(CRS(5898), True, 0.001)
    for told in (Told(swapped=False), Told(scale=1.0), Told(CRS(9216))):
        assert find_placement(points, None, CITY, told=told) is None
    centimetres = find_placement(points / 10, None, CITY, told=Told(scale=0.01))
    assert centimetres is not None
    assert centimetres.placement == Placement(CRS(5898), True, 0.01)


# ---- geometry in place decides -------------------------------------------------------------


@cache
def units() -> np.ndarray:
    """Sixteen irregular units of the city (lon/lat)."""
    rng = np.random.default_rng(3)
    seeds = shapely.multipoints(rng.uniform([108.7, 15.05], [108.92, 15.24], (16, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds))
    return shapely.segmentize(shapely.intersection(cells, box(108.69, 15.04, 108.93, 15.25)), 0.002)


def vertices(geometry: np.ndarray) -> np.ndarray:
    return shapely.get_coordinates(geometry)


@pytest.mark.parametrize("code", [5898, 9216, 3406])
def test_wgs84_called_vn2000_is_found_by_the_boundaries(code: int) -> None:
    decision = find_placement(unshifted(code, vertices(units())), CRS(code), CITY, units())
    assert decision is not None
    assert (decision.sure, decision.changed) == (True, True)
    assert same(decision.placement, Placement(CRS(code), no_shift=True))
    moved = place(shapely.points(unshifted(code, vertices(units()))), decision.placement)
    truth = unshifted if decision.placement.crs.to_epsg() == 32649 else numbers_in
    assert np.abs(vertices(moved) - truth(code, vertices(units()))).max() < 0.001


@pytest.mark.parametrize(("code", "other"), [(4326, 4756), (4756, 4326), (32649, 3406)])
def test_the_datum_of_degrees_and_6_degree_zones_by_the_boundaries(code: int, other: int) -> None:
    points = numbers_in(code, vertices(units()))
    for stated, changed in ((None, False), (CRS(code), False), (CRS(other), True)):
        decision = find_placement(points, stated, CITY, units())
        assert decision is not None
        assert decision.placement == Placement(CRS(code))
        assert (decision.sure, decision.changed) == (True, changed)


def test_a_layer_that_only_reaches_the_area_is_tested_by_the_boundaries_too() -> None:
    part = (108.69, 15.04, 108.76, 15.1)
    decision = find_placement(unshifted(5898, vertices(units())), CRS(5898), part, units())
    assert decision is not None
    assert (decision.sure, decision.changed) == (True, True)
    assert decision.placement == Placement(CRS(5898), no_shift=True)


def test_a_custom_system_on_wgs84_that_holds_vn2000() -> None:
    custom = CRS("+proj=tmerc +lon_0=108 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m")
    right = find_placement(unshifted(5898, vertices(units())), custom, CITY, units())
    wrong = find_placement(numbers_in(5898, vertices(units())), custom, CITY, units())
    blind = find_placement(numbers_in(5898, vertices(units())), custom, CITY)
    assert right is not None
    assert wrong is not None
    assert blind is not None
    assert (right.placement.crs, right.changed) == (custom, False)
    assert (wrong.placement, wrong.changed) == (Placement(CRS(5898)), True)
    assert (blind.placement.crs, blind.sure) == (custom, True)
    assert among(Placement(CRS(5898)), blind)


def test_a_right_statement_is_confirmed_and_names_the_count() -> None:
    decision = find_placement(numbers_in(5898, vertices(units())), CRS(5898), CITY, units())
    assert decision is not None
    assert (decision.sure, decision.changed) == (True, False)
    assert "lie on lines already in place" in decision.reason.say("en")


def test_what_is_told_holds_and_the_doubt_is_said() -> None:
    told = Told(CRS(5898))
    decision = find_placement(unshifted(5898, vertices(units())), None, CITY, units(), told)
    assert decision is not None
    assert decision.placement == Placement(CRS(5898))
    assert decision.sure
    assert decision.doubt is not None
    assert "never shifted" in decision.doubt.say("en")
    assert decision.alternatives[0].no_shift


def test_parcels_inside_the_units_stay_as_stated() -> None:
    rng = np.random.default_rng(5)
    corners = rng.uniform([108.7, 15.05], [108.92, 15.24], (3000, 2))
    parcels = np.concatenate([corners + step for step in ([0, 0], [2e-4, 0], [2e-4, 2e-4])])
    for numbers in (numbers_in(5898, parcels), unshifted(5898, parcels)):
        decision = find_placement(numbers, CRS(5898), CITY, units())
        assert decision is not None
        assert decision.placement == Placement(CRS(5898))
        assert not decision.changed
        assert Placement(CRS(5898), no_shift=True) in decision.alternatives


def test_one_straight_street_decides_nothing() -> None:
    line = np.column_stack([np.linspace(108.75, 108.85, 400), np.full(400, 15.1)])
    lines = prepare_lines(np.array([LineString(line)]))
    assert lines is not None
    assert choose_position([line, line + 0.002], lines, 2.0) is None
    corner = np.concatenate([line, np.column_stack([np.full(400, 108.85),
                                                    np.linspace(15.1, 15.2, 400)])])  # fmt: skip
    lines = prepare_lines(np.array([LineString(corner)]))
    assert lines is not None
    chosen = choose_position([corner + 0.002, corner], lines, 2.0)
    assert chosen is not None
    assert chosen.index == 1


def test_a_dense_arc_is_one_place() -> None:
    angle = np.linspace(0, 2 * np.pi, 2000)
    # a circle of 3 m on a crossing: 2000 vertices within 2 m of the lines or nearly so
    arc = np.array([108.8, 15.1]) + 2e-5 * np.column_stack([np.cos(angle), np.sin(angle)])
    cross = [LineString([(108.7, 15.1), (108.9, 15.1)]), LineString([(108.8, 15), (108.8, 15.2)])]
    lines = prepare_lines(np.array(cross))
    assert lines is not None
    assert choose_position([arc, arc + 0.01], lines, 2.0) is None


def test_a_house_beside_a_line_is_one_place_where_lines_are_drawn_freely() -> None:
    cross = [LineString([(108.7, 15.1), (108.9, 15.1)]), LineString([(108.8, 15), (108.8, 15.2)])]
    lines = prepare_lines(np.array(cross))
    assert lines is not None
    beside = np.array([(108.72, 15.1001), (108.75, 15.1001), (108.85, 15.1001), (108.8001, 15.04),
                       (108.8001, 15.07), (108.8001, 15.15)])  # fmt: skip
    houses = vertices(shapely.box(*beside.T, *(beside + 2e-4).T))
    assert choose_position([houses, houses + 0.01], lines, 50.0) is None


def test_what_lies_on_lines_by_chance_decides_nothing() -> None:
    # a mesh of lines 10 m apart: every position lies on some of them
    x = np.arange(0, 0.02, 1e-4)
    mesh = [LineString([(108.8 + a, 15.1), (108.8 + a, 15.12)]) for a in x]
    mesh += [LineString([(108.8, 15.1 + a), (108.82, 15.1 + a)]) for a in x]
    lines = prepare_lines(np.array(mesh))
    assert lines is not None
    inside = np.random.default_rng(2).uniform([108.806, 15.106], [108.814, 15.114], (3000, 2))
    assert choose_position([inside, inside + 1], lines, 2.0) is None


def test_reference_without_any_line() -> None:
    for nothing in ([], [Point(108.8, 15.1)], [Polygon(), None], [shapely.MultiPoint([(1, 2)])]):
        decision = find_placement(
            numbers_in(5898, city_wide()), None, CITY, np.array(nothing, dtype=object)
        )
        assert decision is not None
        assert decision.sure


def test_freely_drawn_lines_decide_between_zones() -> None:
    # 20 m off throughout, so that no vertex lies within 2 m; two meridians bring it into the city
    drawn = vertices(shapely.segmentize(units(), 0.0003)) + np.array([0.00013, 0.00013])
    drawn = drawn[drawn[:, 0] > 108.9]
    blind = find_placement(numbers_in(9217, drawn), None, CITY)
    assert blind is not None
    decision = find_placement(numbers_in(9217, drawn), None, CITY, units())
    assert decision is not None
    assert not blind.sure
    assert decision.sure
    assert decision.placement == Placement(CRS(9217))


# ---- parameters in the file ----------------------------------------------------------------

T = "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m "
SHIFT = "+towgs84=-191.90441429,-39.30318279,-111.45032835"
OLDER = "+towgs84=-192.873,-39.382,-111.202"


def off(text: str) -> float:
    """Metres at 108° E 16° N between the file's parameters and the formulas."""
    numbers = numbers_in(5898, np.array([[108.0, 16.0]]))
    lon, lat = Transformer.from_crs(CRS(text), 4326, always_xy=True).transform(*numbers[0])
    return float(np.hypot((lon - 108) * 107_000, (lat - 16) * 110_700))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{T}{SHIFT},-0.00928836,0.01975479,-0.00427372,0.252906278", "wrong way"),
        (f"{T}{SHIFT},0.00928836,-0.01975479,0.00427372,0.252906278", "right sign"),
        (f"{T}{SHIFT}", "no rotations"),
        (f"{T}{SHIFT},0,0,0,0.252906278", "no rotations"),
        (f"{T}{SHIFT},0.5,0.01975479,-0.00427372,0.252906278", "differ"),
        (f"{T}{OLDER},-0.00205,-0.0005,0.00335,0.0188", "EPSG:5194, rotations with the right"),
        (f"{T}{OLDER},0.00205,0.0005,-0.00335,0.0188", "EPSG:5194, rotations copied"),
        (f"{T}{OLDER}", "EPSG:5194, no rotations"),
    ],
)
def test_parameters_of_vn2000_are_recognised_and_priced(text: str, said: str) -> None:
    crs, reason = settle_crs(CRS(text), "", "a.shp", "project.toml")
    assert crs == CRS(5898)
    line = reason.say("en")
    assert said in line
    metres = off(text)
    told = line.split("about ")[1].removesuffix(" off")
    assert told.endswith(" cm") == (metres < 1)
    assert float(told.split()[0]) == pytest.approx(metres * 100 if metres < 1 else metres, abs=1)
    # told in project.toml, it is judged just so
    assert settle_crs(None, text, "a.shp", "project.toml") == (crs, reason)


def test_the_sign_found_goes_into_the_reason_of_the_reading() -> None:
    crs = CRS(f"{T}{SHIFT},-0.00928836,0.01975479,-0.00427372,0.252906278")
    for stated, told in ((crs, Told()), (None, Told(crs))):
        decision = find_placement(numbers_in(5898, city_wide()), stated, CITY, told=told)
        assert decision is not None
        assert decision.placement == Placement(CRS(5898))
        assert "wrong way" in decision.reason.say("en")
        assert "ngược chiều" in decision.reason.say("vi")


def test_the_wrong_sign_costs_what_the_facts_say() -> None:
    crs = CRS(f"{T}{SHIFT},-0.00928836,0.01975479,-0.00427372,0.252906278")
    _, reason = recognise(crs)
    assert reason is not None
    centimetres = int(str(dict(reason.params)["distance"]).removesuffix(" cm"))
    assert centimetres == pytest.approx(62, abs=5)


def test_the_name_of_vn2000_counts_more_than_a_shift_of_zero() -> None:
    text = CRS(5898).to_wkt("WKT1_GDAL").replace(
        ',AUTHORITY["EPSG","7030"]]', '],TOWGS84[0,0,0,0,0,0,0]'
    )  # fmt: skip
    crs, reason = recognise(CRS(text))
    assert crs == CRS(5898)
    assert reason is not None
    assert "225 m" in reason.say("en")


@pytest.mark.parametrize(
    "text",
    [
        T.replace("+units=m", "+units=km"),
        T.replace("+ellps=WGS84", "+ellps=krass") + SHIFT,
        T.replace("108", "108.1"),
        T.replace("+ellps=WGS84", "+datum=WGS84"),
        f"{T}+towgs84=0,0,0",
        f"{T}+nadgrids=@null",
        "+proj=utm +zone=49 +ellps=WGS84",
        "+proj=longlat +ellps=WGS84",
    ],
)
def test_what_is_not_vn2000_stays_what_it_is(text: str) -> None:
    assert recognise(CRS(text)) == (CRS(text), None)


def test_heights_play_no_part() -> None:
    assert recognise(CRS("EPSG:5898+5773"))[0] == CRS(5898)


# ---- words ---------------------------------------------------------------------------------


def test_readings_in_words() -> None:
    said = describe(Placement(CRS(5898), True, 0.001)).say("en")
    assert said == "VN-2000 TM-3, central meridian 108°00′ (EPSG:5898), axes swapped, in mm"
    assert "107°45′" in describe(Placement(CRS(5899))).say("vi")
    assert describe(Placement(CRS(4326))).say("en") == "WGS 84, degrees (EPSG:4326)"
    assert "0.01 m" in describe(Placement(CRS(5898), scale=0.01)).say("en")
    assert "WGS 84 / Pseudo" in describe(Placement(CRS(3857))).say("en")


def test_the_question_can_be_answered_with_what_it_prints() -> None:
    points = written(numbers_in(3405, city_wide()), True, 0.001)
    with pytest.raises(PlanDataError) as caught:
        settle_placement(points, None, CITY, "ban_ve.dxf")
    decision = find_placement(points, None, CITY)
    assert decision is not None
    for reading in (decision.placement, *decision.alternatives):
        line = say_keys(reading)
        for lang in ("vi", "en"):
            assert (line in caught.value.line(lang)) == (not reading.no_shift)
        answer = tomllib.loads(line.replace(", ", "\n"))
        told = Told(
            CRS(answer["crs"]), AXES[answer["axes"]], COORDINATE_UNITS[answer["coordinate_unit"]]
        )
        settled = settle_placement(points, None, CITY, "ban_ve.dxf", told=told)
        assert same(settled.placement, reading)


def test_a_system_told_by_mistake_is_named() -> None:
    west = numbers_in(5898, city_wide()) - [300_000, 0]
    with pytest.raises(PlanDataError, match=r"as told .*EPSG:5896.* outside Vietnam"):
        settle_placement(west, None, CITY, "a.dxf", told=Told(CRS(5896)))


def test_no_reading_at_all_is_one_line() -> None:
    with pytest.raises(PlanDataError) as caught:
        settle_placement(np.array([[12.0, 34.0]]), CRS(5898), CITY, "a.dxf")
    for lang in ("vi", "en"):
        assert "x = 12, y = 34" in caught.value.line(lang)


def test_many_readings_are_counted_not_listed() -> None:
    with pytest.raises(PlanDataError, match=r"or \d+ more"):
        settle_placement(numbers_in(5898, city_wide()), None, None, "a.dxf")


def test_the_catalogue_has_what_is_said_and_nothing_else() -> None:
    table = tomllib.loads(
        (files("urbanplan_gis") / "catalogue" / "crs_detect.toml").read_text(encoding="utf-8")
    )
    said = {f"{group}.{key}" for group, entries in table.items() for key in entries}
    folder = files("urbanplan_gis") / "loaders" / "crs"
    source = "".join(
        module.read_text(encoding="utf-8")
        for module in folder.iterdir()
        if module.name.endswith(".py")
    )
    # the last word of a key stands in the code, whole or as the argument it is made of
    assert [key for key in said if key.split(".")[1] not in source] == []
    assert all(key in keys() or f"{key}.found" in keys() for key in said)


# ---- the real units ------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.exists(), reason="the layers of Quảng Ngãi are not here")
@pytest.mark.parametrize("code", [5898, 5899, 9217, 3406, 3405])
def test_the_real_units_against_those_of_2025(code: int) -> None:
    import geopandas as gpd

    old = gpd.read_file(REAL / "units_2014_2024.gpkg")
    reference = gpd.read_file(REAL / "units_2025.geojson").geometry.to_numpy()
    lonlat = vertices(old.geometry.to_numpy())
    area = (float(lonlat[:, 0].min()), float(lonlat[:, 1].min()),
            float(lonlat[:, 0].max()), float(lonlat[:, 1].max()))  # fmt: skip
    for numbers, no_shift in ((numbers_in(code, lonlat), False), (unshifted(code, lonlat), True)):
        truth = Placement(CRS(code), swapped=True, no_shift=no_shift)
        decision = find_placement(numbers[:, ::-1], None, area, reference)
        assert decision is not None
        assert decision.sure
        if no_shift and code < 4000:
            truth = Placement(CRS({3405: 32648, 3406: 32649}[code]), swapped=True)
        assert same(decision.placement, truth)
        stated = find_placement(numbers, CRS(code), area, reference)
        assert stated is not None
        assert stated.changed == no_shift
