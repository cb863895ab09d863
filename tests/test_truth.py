"""Every figure of the sample city against its true value.

The city is one planar subdivision with integer-millimetre corners, so its areas are exact
integers (shoelace formula), added up in ``truth.csv`` by its maker without any geometry library.
Only ground under buffered centre lines is no such sum: its truth is a rectangle per segment and
a disc per corner, and buffers with 64 corners to the circle agree to 1e-3.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from pyproj import Geod, Transformer
from shapely import LineString, transform

from test_quality import DAY, EAST, NORTH, dataset, feature, layer, parcel, square, two_units
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.analysis.results import Run
from urbanplan_gis.analysis.transport import land_from_centrelines
from urbanplan_gis.analysis.zoning import plan_table
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import GROUPS, Condition, Figure
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

RELATIVE = 1e-9
Row = dict[str, str]
Key = tuple[str, str, str, str]

#: how near figures from buffered centre lines come (flat caps, round joins, 16 segments)
BUFFERED = {"centrelines-in-general_plan": 1e-3}
#: figures without a row of truth: the grid is a raster, the other is left out by the truth's maker
WITHOUT_TRUTH = {
    ("green_per_capita", "population_grid-in-wards"),
    ("urbanisation_rate", "residents_only-in-wards"),
    ("urbanisation_rate", "residents_only-in-wards_and_slated"),
    # areas on the ellipsoid are no sums of integers: test_geodesic_figures
    ("urban_land_ratio", "geodesic-in-general_plan"),
    ("transport_land_share", "geodesic-in-general_plan"),
    ("green_per_capita", "geodesic-in-wards"),
    ("zoning_coverage", "geodesic-in-general_plan"),
}
#: codes planted so that no list knows them: their ground is unclassified
UNMAPPED = "ODX"


@pytest.fixture(scope="module")
def truth(sample_city: Path) -> dict[str, list[Row]]:
    """The rows of truth.csv by table."""
    tables: dict[str, list[Row]] = {}
    with (sample_city / "truth.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            tables.setdefault(row["table"], []).append(row)
    return tables


@pytest.fixture(scope="module")
def figures(sample_run: Run) -> dict[Key, Figure]:
    found = {(f.indicator, f.definition, f.scenario, f.unit_code): f for f in sample_run.figures}
    assert len(found) == len(sample_run.figures)
    return found


def differs(ours: float | None, true: str, relative: float = RELATIVE) -> bool:
    """Whether a value is not the true one (blank: there is none)."""
    if true == "" or ours is None:
        return not (true == "" and ours is None)
    return not math.isclose(ours, float(true), rel_tol=relative, abs_tol=0.0)


def our_key(row: Row) -> Key | None:
    """The figure of ours that a row of truth is about; None where we give none by design."""
    definition = row["definition"]
    if definition == "established":
        definition = "established-in-all_units"
    if definition == "with_slated-in-wards":
        # a change of the urban scope changes the city's row, not that of a unit
        if row["unit_code"] != "city":
            return None
        definition = "residents-in-wards_and_slated"
    return row["indicator"], definition, row["scenario"], row["unit_code"]


def test_truth_is_as_large_as_it_was(truth: dict[str, list[Row]]) -> None:
    sizes = {table: len(rows) for table, rows in truth.items()}
    assert (sizes["figure"], sizes["unit_area"], sizes["plan_area"]) == (979, 23, 11)
    # the number of classes in a unit may change with the invented city, but not by much
    assert sizes["land_use_area"] > 390
    assert sizes["zoning_area"] > 490
    assert sum(float(row["value"] or 0) > 0 for row in truth["figure"]) > 700


def test_every_figure_is_true(truth: dict[str, list[Row]], figures: dict[Key, Figure]) -> None:
    wrong, compared = [], 0
    for row in truth["figure"]:
        key = our_key(row)
        if key is None:
            continue
        figure = figures.get(key)
        if figure is None:
            wrong.append(f"{key}: no such figure")
            continue
        compared += 1
        assert figure.as_of.isoformat() == row["as_of"]
        near = BUFFERED.get(figure.definition, RELATIVE)
        if differs(figure.value, row["value"], near):
            wrong.append(f"{key}: value {figure.value}, truth {row['value'] or 'none'}")
        for part, relative in (("numerator", near), ("denominator", RELATIVE)):
            # where the truth has no figure it may leave its parts blank
            true = row[part]
            if (true or row["value"]) and differs(getattr(figure, part), true, relative):
                wrong.append(f"{key}: {part} {getattr(figure, part)}, truth {true or 'none'}")
    assert not wrong, "\n".join(wrong)
    assert compared == len(truth["figure"]) - 25  # with_slated of 23 units and two groups


def test_no_figure_escapes_the_truth(
    truth: dict[str, list[Row]], figures: dict[Key, Figure]
) -> None:
    unknown = set(figures) - {our_key(row) for row in truth["figure"]}
    assert {key[:2] for key in unknown} == WITHOUT_TRUTH


def test_geodesic_figures(sample_run: Run, figures: dict[Key, Figure]) -> None:
    """Urban land of one ward, face by face, by the geodesic areas of GeographicLib."""
    mosaic, labels = sample_run.evidence.mosaic, sample_run.evidence.labels
    unit = sample_run.evidence.codes.index("21022")
    urban = labels.certain(Condition("land_use", "urban_construction"), "existing")
    urban &= labels.certain(Condition("general_plan", "general_plan_urban"), "existing")
    to_degrees = Transformer.from_crs("EPSG:5898", "EPSG:4756", always_xy=True)
    ellipsoid = Geod(ellps="WGS84")
    faces = mosaic.geometries[urban & (mosaic.unit == unit)]
    degrees = transform(faces, to_degrees.transform, interleaved=False)
    true = math.fsum(abs(ellipsoid.geometry_area_perimeter(face)[0]) for face in degrees)
    figure = figures["urban_land_ratio", "geodesic-in-general_plan", "existing", "21022"]
    plain = figures["urban_land_ratio", "wide-in-general_plan", "existing", "21022"]
    assert figure.numerator == pytest.approx(true, rel=1e-8)
    assert figure.numerator != pytest.approx(plain.numerator, rel=1e-8)


def areas_of(rows: list[Row]) -> dict[tuple[str, str], float]:
    """True m² by unit and code, unmapped codes counted as unclassified."""
    areas: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        code = "unclassified" if row["key"] == UNMAPPED else row["key"]
        areas.setdefault((row["unit_code"], code), []).append(float(row["value"]))
    return {key: math.fsum(values) for key, values in areas.items()}


@pytest.mark.parametrize(
    ("table", "state"), [("land_use_area", "existing"), ("zoning_area", "planned")]
)
def test_land_balance_is_true(
    truth: dict[str, list[Row]], sample_run: Run, table: str, state: str
) -> None:
    balance = sample_run.balance
    of_units = balance[(balance["area_kind"] == "unit") & (balance["scenario"] == state)]
    ours: dict[tuple[str, str], list[float]] = {}
    for row in of_units.itertuples():
        if row.unit_code not in GROUPS:
            ours.setdefault((row.unit_code, row.code), []).append(row.area_ha * 1e4)
    true = areas_of(truth[table])
    wrong = [
        f"{key}: {math.fsum(ours.get(key, []))}, truth {area}"
        for key, area in true.items()
        if not math.isclose(math.fsum(ours.get(key, [])), area, rel_tol=RELATIVE, abs_tol=0.0)
    ]
    # what the truth does not know may be there as the dust of rounding only
    wrong += [
        f"{key}: {math.fsum(values)}, not in the truth"
        for key, values in ours.items()
        if key not in true and math.fsum(values) > 1e-6
    ]
    assert not wrong, "\n".join(wrong)


def test_groups_of_the_land_balance_are_sums(truth: dict[str, list[Row]], sample_run: Run) -> None:
    balance = sample_run.balance
    city = balance[(balance["unit_code"] == "city") & (balance["scenario"] == "existing")]
    true = areas_of(truth["land_use_area"])
    for row in city.itertuples():
        expected = math.fsum(area for (_, code), area in true.items() if code == row.code)
        assert row.area_ha * 1e4 == pytest.approx(expected, rel=RELATIVE)


def test_unit_areas_are_true(truth: dict[str, list[Row]], sample_run: Run) -> None:
    evidence = sample_run.evidence
    ours = dict(zip(evidence.units["code"], evidence.mosaic.unit_area, strict=True))
    true = {row["unit_code"]: float(row["value"]) for row in truth["unit_area"]}
    assert ours == pytest.approx(true, rel=RELATIVE)
    assert abs(evidence.mosaic.difference).max() < RELATIVE


def test_plan_areas_are_true(truth: dict[str, list[Row]], sample_run: Run) -> None:
    table = plan_table(sample_run.evidence)
    ours = dict(zip(table["plan_id"], table["area_ha"] * 1e4, strict=True))
    true = {row["key"]: float(row["value"]) for row in truth["plan_area"]}
    assert ours == pytest.approx(true, rel=RELATIVE)


# ---- centre lines, worked out by hand --------------------------------------------------------


def line(*corners: tuple[float, float]) -> LineString:
    return LineString([(EAST + x, NORTH + y) for x, y in corners])


#: roads of 20 m and 10 m that cross, and a bend of 8 m: worked out below
CROSSING = (
    feature("wide", line((0, 50), (100, 50)), width_m=20.0),
    feature("narrow", line((50, 0), (50, 100)), width_m=10.0),
)
BEND = (feature("bend", line((110, 20), (180, 20), (180, 90)), width_m=8.0),)
#: 100 m x 20 m + 100 m x 10 m - their crossing of 20 m x 10 m
CROSSING_M2 = 2000.0 + 1000.0 - 200.0
#: two legs of 70 m; in the corner 4 m x 4 m count once, and a quarter circle of 4 m is added
BEND_M2 = 2 * 70 * 8 - 4 * 4 + math.pi * 4**2 / 4


def test_centre_lines_by_hand() -> None:
    roads = layer(Role.ROADS, *CROSSING, *BEND, feature("no width", line((0, 5), (100, 5))))
    land = land_from_centrelines(roads.frame, two_units().frame)
    assert land["W"] == pytest.approx(CROSSING_M2, rel=1e-9)
    assert land["C"] == pytest.approx(BEND_M2, rel=1e-3)


def test_figure_from_centre_lines() -> None:
    """The same through the mosaic: over the urban land of each unit, fields not counted."""
    roads = layer(Role.ROADS, *CROSSING, *BEND)
    use = layer(
        Role.LAND_USE,
        parcel("a", square(0, 0)),
        parcel("b", square(100, 0, 60, 100), "CLN"),
        parcel("c", square(160, 0, 40, 100)),
    )
    everywhere = layer(
        Role.GENERAL_PLAN,
        feature("g", square(0, 0, 200, 100), code="DD_DONVIO", code_list="tt16-2025"),
    )
    checked = check(dataset(two_units(), use, roads, everywhere), DAY)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    found = {
        f.unit_code: f
        for f in evaluate([indicators()["transport_land_share"]], evidence, ["existing"])
        if f.definition.startswith("centrelines")
    }
    assert found["W"].numerator == pytest.approx(CROSSING_M2, rel=1e-9)
    assert found["W"].value == pytest.approx(28.0, rel=1e-9)
    # 50 m of the first leg lie on the fields of b
    assert found["C"].numerator == pytest.approx(BEND_M2 - 50 * 8, rel=1e-3)
    assert found["C"].denominator == pytest.approx(4000.0)
