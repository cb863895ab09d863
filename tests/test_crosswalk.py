"""Three communes side by side under the boundaries of 2025, with shares that can be told by eye.

Nghĩa Phú, Nghĩa An and Tịnh Hòa are one hectare each, from west to east. By the resolutions the
first two went into An Phú and the third into Đông Sơn. New boundaries drawn through the middle of
Nghĩa An cut it in halves: of its homes 30 in 40 of the ground, and 9 in 10 of the floors, lie west.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from test_quality import CRS, DAY, dataset, feature, layer, parcel, square
from urbanplan_gis.analysis.conversions import (
    Conversion,
    apportion,
    carry_over,
    convert,
    later_vintages,
)
from urbanplan_gis.analysis.crosswalk import BoundaryFigure, boundary_figures
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import measure
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Layer, Origin, Role, Statistic
from urbanplan_gis.outputs.crosswalk_table import (
    BOUNDARY_COLUMNS,
    crosswalk_frame,
    unit_history_frame,
)
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

ORIGIN = Origin("test", "statistics.csv")
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "quang_ngai"
PERSONS = {"21253": 1000.0, "21262": 2000.0, "21187": 500.0}
#: the park lies in Nghĩa Phú but for its last tenth, in Nghĩa An
PARK = square(90, 0, 20, 50)


def three_units() -> Layer:
    names = {"21253": "Xã Nghĩa Phú", "21262": "Xã Nghĩa An", "21187": "Xã Tịnh Hòa"}
    return layer(
        Role.UNITS,
        *(
            feature(
                code, square(100 * n, 0), code=code, name=name, kind="commune",
                slated=code == "21253", declared_area_ha=1772.0,
            )
            for n, (code, name) in enumerate(names.items())
        ),
    )  # fmt: skip


def town() -> list[Layer]:
    return [
        three_units(),
        layer(
            Role.LAND_USE,
            parcel("park", PARK, "DKV"),
            parcel("p", square(0, 0, 50)),
            parcel("west", square(110, 50, 30, 10)),
            parcel("east", square(180, 50, 10, 10)),
            parcel("h", square(210, 0, 10)),
        ),
        layer(Role.GREEN, feature("g", PARK, kind="public")),
        layer(
            Role.BUILDINGS,
            feature("b1", square(110, 50, 30, 3), floors=2, use="residential"),
            feature("b2", square(180, 50, 10, 2), floors=1, use="residential"),
            feature("b3", square(210, 0, 10, 3), floors=1, use="residential"),
            feature("b4", square(10, 0, 10, 3), floors=1, use="residential"),
            feature("shop", square(150, 0, 40, 10), floors=5, use="other"),
        ),
    ]


def evidence_of(
    *layers: Layer, boundaries: str = "2014", rows: dict[str, float] | None = None
) -> Evidence:
    persons = PERSONS if rows is None else rows
    statistics = tuple(Statistic(u, 2025, "residents", n, ORIGIN) for u, n in persons.items())
    data = replace(dataset(*layers), statistics=statistics)
    derived = derive_layers(check(data, DAY), DeriveFacts(), DAY)
    return gather(derived, DAY, boundaries)[0]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return evidence_of(*town())


def outlines(**areas: object) -> gpd.GeoDataFrame:
    codes = [code.removeprefix("u") for code in areas]
    return gpd.GeoDataFrame({"code": codes}, geometry=list(areas.values()), crs=CRS)


def halves() -> gpd.GeoDataFrame:
    """An Phú up to the middle of Nghĩa An; Đông Sơn from there on, and far beyond the city."""
    return outlines(u21034=square(0, 0, 150, 100), u21109=square(150, 0, 550, 100))


def read(
    evidence: Evidence, conversions: list[Conversion], indicator: str
) -> dict[tuple[str, str, str], BoundaryFigure]:
    panels = measure([indicators()[indicator]], evidence, ["existing"])
    found = boundary_figures(panels, conversions)
    keyed = {(f.figure.boundaries, f.method, f.figure.unit_code): f for f in found}
    assert len(keyed) == len(found)
    return keyed


def persons_of(conversion: Conversion) -> dict[str, float]:
    there = conversion.evidence
    return dict(zip(there.codes, there.statistics["residents"].values.tolist(), strict=True))


# ---- whole units -----------------------------------------------------------------------------


def test_whole_units_are_added_with_the_clause(evidence: Evidence) -> None:
    """900 m² and 100 m² of green over 1000 and 2000 persons: 1/3 m², not the mean of 0.9, 0.05."""
    found = read(evidence, [carry_over(evidence, "2025")], "green_per_capita")
    old = [found["2014", "measured", code].figure.value for code in ("21253", "21262")]
    assert old == pytest.approx([0.5, 0.25])
    new = found["2025", "added", "21034"]
    assert (new.figure.numerator, new.figure.denominator) == (pytest.approx(1000), 3000)
    assert new.figure.value == pytest.approx(1 / 3)
    assert (new.basis, new.share, new.made_of) == ("measured", 0.0, ("21253", "21262"))
    assert new.from_boundaries == "2014"
    assert new.document.count("Nghị quyết") == 2
    assert (new.clause, new.confidence) == ("Điều 1 khoản 2", "second-hand")


def test_a_unit_of_which_only_a_part_lies_in_the_city_says_so(evidence: Evidence) -> None:
    found = read(evidence, [carry_over(evidence, "2025")], "zoning_coverage")
    assert found == {}
    found = read(evidence, [carry_over(evidence, "2025")], "green_per_capita")
    son = found["2025", "added", "21109"]
    said = [note.say("en") for note in son.notes]
    # 1772 of 11 583 ha
    assert said == [
        "Xã Đông Sơn: only the part inside the city, 15.30 % of the unit's declared area"
    ]
    assert (son.made_of, son.clause) == (("21187",), "Điều 1 khoản 9")


def test_a_step_at_a_time(evidence: Evidence) -> None:
    """In 2024 two became one, and Tịnh Hòa stayed what it was: no document is needed for it."""
    assert later_vintages(evidence) == ("2024", "2025")
    for boundaries in ("2025", "1999"):
        assert later_vintages(replace(evidence, boundaries=boundaries)) == ()
    found = read(evidence, [carry_over(evidence, "2024")], "green_per_capita")
    assert found["2024", "added", "21262"].figure.value == pytest.approx(1 / 3)
    assert found["2024", "measured", "21187"].document == ""


def test_the_city_keeps_its_totals(evidence: Evidence) -> None:
    conversion = carry_over(evidence, "2025")
    assert persons_of(conversion) == {"21034": 3000.0, "21109": 500.0}
    there = conversion.evidence
    assert there.mosaic.unit_area.tolist() == pytest.approx([20_000, 10_000])
    assert there.dwelling_floor_area is not None
    # 30 x 3 x 2 + 10 x 2 + 10 x 3 west and in the middle; 10 x 3 east
    assert there.dwelling_floor_area.tolist() == pytest.approx([230, 30])


def test_a_number_that_one_of_the_units_lacks_is_no_number_of_the_new_one() -> None:
    here = evidence_of(*town(), rows={"21253": 1000.0, "21187": 500.0})
    found = read(here, [carry_over(here, "2025")], "green_per_capita")
    assert found["2025", "added", "21034"].figure.value is None


def test_counts_of_units_are_not_converted(evidence: Evidence) -> None:
    assert read(evidence, [carry_over(evidence, "2025")], "wards_recognised") == {}


# ---- units that are cut ----------------------------------------------------------------------


def test_a_unit_that_is_cut_is_shared_out_in_three_ways(evidence: Evidence) -> None:
    """Of 2000 persons 1000, 1500 or 1800 live west: 30 of 40 m² in 10 of homes, 180 of 200 m²."""
    conversions = apportion(evidence, halves(), "2025")
    assert {item.method: persons_of(item) for item in conversions} == {
        "by_area": pytest.approx({"21034": 2000.0, "21109": 1500.0}),
        "by_population": pytest.approx({"21034": 2500.0, "21109": 1000.0}),
        "by_buildings": pytest.approx({"21034": 2800.0, "21109": 700.0}),
    }
    for item in conversions:
        assert sum(persons_of(item).values()) == pytest.approx(3500)
        assert item.shares.sum(axis=1) == pytest.approx(np.ones(3))
        assert item.ground.sum() == pytest.approx(30_000)


def test_ground_is_measured_under_the_new_boundaries(evidence: Evidence) -> None:
    """The park lies west of the cut, whole; only the persons below the line are estimates."""
    found = read(evidence, apportion(evidence, halves(), "2025"), "green_per_capita")
    values = {
        method: found["2025", method, "21034"].figure.value
        for method in ("by_area", "by_population", "by_buildings")
    }
    assert values == pytest.approx(
        {"by_area": 1000 / 2000, "by_population": 1000 / 2500, "by_buildings": 1000 / 2800}
    )
    cut = found["2025", "by_area", "21034"]
    # half of Nghĩa An is a third of the 1.5 ha
    assert (cut.basis, cut.share) == ("apportioned", pytest.approx(1 / 3))
    assert cut.notes[-1].say("en") == "holds 50 % of unit 21262 (apportioned)"
    assert cut.made_of == ("21253", "21262")


def test_figures_of_ground_alone_stand_once_and_are_measured() -> None:
    plan = layer(
        Role.PLANS, feature("A", square(120, 0, 60, 100), plan_id="A", approved="2020-01-01")
    )
    here = evidence_of(*town(), plan)
    found = read(here, apportion(here, halves(), "2025"), "zoning_coverage")
    new = {key: item for key, item in found.items() if key[0] == "2025"}
    assert {method for _, method, _ in new} == {"measured"}
    assert {code: item.figure.value for (_, _, code), item in new.items()} == {
        "21034": pytest.approx(20), "21109": pytest.approx(20),
        "city": pytest.approx(20),
    }  # fmt: skip
    assert {item.basis for item in new.values()} == {"measured"}


@pytest.mark.parametrize("cut", [1.0, 33.3, 99.9, 100.0, 111.0, 150.0, 180.1, 299.0])
def test_each_method_keeps_the_totals_wherever_the_boundary_runs(
    evidence: Evidence, cut: float
) -> None:
    drawn = outlines(u21034=square(0, 0, cut, 100), u21109=square(cut, 0, 300 - cut, 100))
    for item in apportion(evidence, drawn, "2025"):
        there = item.evidence
        assert there.dwelling_floor_area is not None
        persons = [n for n in persons_of(item).values() if not np.isnan(n)]
        # a unit that is cut where nobody lives on either side is not known
        if len(persons) == 2:
            assert sum(persons) == pytest.approx(3500)
        assert there.mosaic.area.sum() == pytest.approx(30_000)
        assert there.dwelling_floor_area.sum() == pytest.approx(260)


def test_no_figure_stands_twice_under_one_method(evidence: Evidence) -> None:
    panels = measure(indicators().values(), evidence, ["existing"])
    conversions = convert(evidence, {"2025": halves()})
    table = crosswalk_frame(boundary_figures(panels, conversions), "en")
    assert table["figure_id"].is_unique
    assert set(table["method"]) == {
        "measured", "added", "by_area", "by_population", "by_buildings",
    }  # fmt: skip
    assert set(table.loc[table["basis"] == "apportioned", "method"]) == {
        "by_area", "by_population", "by_buildings",
    }  # fmt: skip


def test_a_cut_unit_without_homes_is_not_shared_out_by_them(evidence: Evidence) -> None:
    layers = [item for item in town() if item.role != Role.BUILDINGS]
    here = evidence_of(*layers)
    found = read(here, apportion(here, halves(), "2025"), "green_per_capita")
    gone = found["2025", "by_buildings", "21034"]
    assert gone.figure.value is None
    assert gone.notes[-1].say("en").startswith("unit 21262 is cut and has no dwellings")
    assert found["2025", "by_population", "21034"].figure.value is not None


def test_boundaries_drawn_apart_lose_nothing_and_cut_nothing(evidence: Evidence) -> None:
    """A strip of 5 mm between the new units, and the last metre of the city in none of them."""
    apart = outlines(u21034=square(0, 0, 199.995, 100), u21109=square(200, 0, 99, 100))
    (conversion,) = apportion(evidence, apart, "2025")
    assert persons_of(conversion) == {"21034": 3000.0, "21109": 500.0}
    assert conversion.evidence.mosaic.unit_area.tolist() == pytest.approx([20_000, 10_000])
    # a half square metre, and 100 of 10 000: only the latter is worth a word
    assert conversion.placed.tolist() == pytest.approx([0.5 / 20_000, 0.01])
    found = read(evidence, [conversion], "green_per_capita")
    said = [note.say("en") for note in found["2025", "measured", "21109"].notes]
    assert said[-1].startswith("Xã Đông Sơn: 1 % of the ground lies in none of the new outlines")


def test_from_new_units_back_to_old_ones() -> None:
    """Of 4000 persons in Đông Sơn, 550 m wide, only the 150 m inside the old city come back.

    Without homes east of the city, all of them live in it: 10 x 10 m² of 20 x 10 in each of two.
    """
    new = halves()
    units = layer(
        Role.UNITS,
        *(
            feature(code, ground, code=code, name=code, kind="commune", declared_area_ha=1.0)
            for code, ground in zip(new["code"], new.geometry, strict=True)
        ),
    )
    others = [item for item in town() if item.role != Role.UNITS]
    rows = {"21034": 3000.0, "21109": 4000.0}
    here = evidence_of(units, *others, boundaries="2025", rows=rows)
    old = three_units().frame[["code", "geometry"]]
    back = {item.method: item for item in apportion(here, old, "2014")}
    by_area = persons_of(back["by_area"])
    # An Phú: 100 and 50 of 150 m. Đông Sơn: 50, 100 and 400 of 550 m
    assert by_area == pytest.approx(
        {"21187": 4000 * 100 / 550, "21253": 2000.0, "21262": 1000 + 4000 * 50 / 550}
    )
    outside = back["by_area"].shares[:, -1] * np.array([3000, 4000])
    assert sum(by_area.values()) + outside.sum() == pytest.approx(7000)
    # homes: Đông Sơn has 100 m² in Nghĩa An and 100 m² in Tịnh Hòa, An Phú 2500 and 300
    assert persons_of(back["by_population"]) == pytest.approx(
        {"21187": 2000.0, "21253": 3000 * 2500 / 2800, "21262": 3000 * 300 / 2800 + 2000}
    )
    found = read(here, list(back.values()), "green_per_capita")
    phu = found["2014", "by_area", "21253"]
    assert (phu.basis, phu.from_boundaries, phu.made_of) == ("apportioned", "2025", ("21034",))
    assert phu.clause == "Điều 1 khoản 2"


def test_there_and_back(evidence: Evidence) -> None:
    """What was added cannot be told apart again but by weights: 3 000 on two equal hectares."""
    old = three_units().frame[["code", "geometry"]]
    back = {
        item.method: item for item in apportion(carry_over(evidence, "2025").evidence, old, "2014")
    }
    assert persons_of(back["by_area"]) == pytest.approx(
        {"21187": 500.0, "21253": 1500.0, "21262": 1500.0}
    )
    # homes: 2 500 of 2 900 m² of land, and 30 of 230 m² of floors, lie in Nghĩa Phú
    assert persons_of(back["by_population"])["21253"] == pytest.approx(3000 * 2500 / 2900)
    assert persons_of(back["by_buildings"])["21253"] == pytest.approx(3000 * 30 / 230)


# ---- bad input -------------------------------------------------------------------------------


def test_outlines_that_cannot_be_used_are_refused(evidence: Evidence) -> None:
    bow = square(0, 0).exterior.coords
    crossed = type(square(0, 0))([bow[0], bow[2], bow[1], bow[3]])
    for frame, said in (
        (halves().to_crs("EPSG:4326"), "CRS EPSG:4326"),
        (gpd.GeoDataFrame({"code": ["21034"]}, geometry=[square(0, 0)]), "CRS None"),
        (outlines(u99999=square(0, 0)), "codes 99999"),
        (outlines(u21034=crossed), "cross themselves or share a code: 21034"),
        (outlines(u21034=square(9000, 0)), "no ground in common"),
    ):
        with pytest.raises(PlanDataError) as problem:
            apportion(evidence, frame, "2025")
        assert said in str(problem.value)


def test_units_that_are_not_in_the_crosswalk_are_refused() -> None:
    units = layer(Role.UNITS, feature("W", square(0, 0), code="W", name="Một", kind="ward"))
    here = evidence_of(units)
    assert later_vintages(here) == ()
    with pytest.raises(PlanDataError, match="not in the crosswalk: W"):
        carry_over(here, "2025")


# ---- tables ----------------------------------------------------------------------------------


def test_the_table_of_boundaries(evidence: Evidence) -> None:
    panels = measure([indicators()["green_per_capita"]], evidence, ["existing"])
    figures = boundary_figures(panels, [carry_over(evidence, "2025")])
    table = crosswalk_frame(figures, "vi", synthetic=True)
    assert tuple(table.columns) == BOUNDARY_COLUMNS
    row = table[table["figure_id"].str.contains("/21034@2025/2025-06-30/existing/")].iloc[0]
    assert (row["method"], row["made_of"]) == ("added", "21253;21262")
    assert row["note"].startswith("DỮ LIỆU MÔ PHỎNG")


def test_the_way_of_the_seven_communes() -> None:
    """Two lie in a ward since July 2025, absorbed; none was established, on any day."""
    table = unit_history_frame("en")
    seven = table[table["commune_code"] != "slated"]
    assert seven.groupby("boundaries").size().to_dict() == {"2014": 7, "2024": 7, "2025": 7}
    today = seven[seven["boundaries"] == "2025"].set_index("commune_name")
    assert today[today["unit_kind"] == "ward"].index.tolist() == ["Xã Tịnh Ấn Tây", "Xã Tịnh An"]
    assert today["state"].value_counts().to_dict() == {"commune": 5, "absorbed": 2}
    assert today.loc["Xã Tịnh Khê", "clause"] == "Điều 1 khoản 1"
    assert today.loc["Xã Tịnh An", ["clause", "confidence"]].tolist() == [
        "Điều 1 khoản 82", "verbatim",
    ]  # fmt: skip
    counts = table[table["commune_code"] == "slated"]
    assert counts["established"].tolist() == [0, 0, 0]
    assert counts["note"].iloc[-1] == "established as wards: 0 of 7 communes"


# ---- the real layers -------------------------------------------------------------------------


@pytest.mark.skipif(not REAL.is_dir(), reason="no real layers in ../shared/data")
def test_the_real_units_nest_in_those_of_2025() -> None:
    """The census by the wards of 2025: 129 139 and three communes of 24 096 are 58.6 %."""
    frame = gpd.read_file(REAL / "units_2014_2024.gpkg").to_crs(CRS)
    units = layer(
        Role.UNITS,
        *(
            feature(
                code, ground, code=code, name=name, declared_area_ha=float(area),
                kind="ward" if name.startswith("Phường") else "commune",
            )
            for code, name, area, ground in zip(
                frame["code"], frame["name_vi"], frame["official_area_ha"], frame.geometry,
                strict=True,
            )
        ),
    )  # fmt: skip
    persons = dict(zip(frame["code"], frame["pop_2019"].astype(float), strict=True))
    here = evidence_of(units, rows=persons)
    new = gpd.read_file(REAL / "units_2025.geojson").to_crs(CRS)[["code", "geometry"]]
    added = carry_over(here, "2025")
    (drawn,) = apportion(here, new, "2025")
    assert persons_of(added) == persons_of(drawn)
    wards = sum(n for code, n in persons_of(added).items() if code in ("21025", "21028", "21172"))
    assert (sum(persons.values()), wards) == (261_417, 129_139 + 9_931 + 8_151 + 6_014)
    assert 100 * wards / 261_417 == pytest.approx(58.6, abs=0.05)
    declared = dict(zip(added.evidence.codes, added.in_city.tolist(), strict=True))
    # 1772 of 11 583 ha
    assert declared["21109"] == pytest.approx(0.153, abs=5e-4)
