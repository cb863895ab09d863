"""Which faces count: class sets with their conditions, and what is not known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from test_quality import dataset, feature, layer, parcel, plan, square, two_units
from urbanplan_gis.analysis.conditions import Coded, FaceLabels, in_class_set
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Layer, Role
from urbanplan_gis.model.figures import Condition, Figure
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

DAY = dt.date(2025, 6, 30)
LAND, ZONE = "tt08-2024", "tt16-2025"
URBAN = Condition("land_use", "urban_construction")
TRANSPORT = Condition("land_use", "transport")
ROADS = Condition("land_use", "transport_road")
GREEN = Condition("land_use", "public_green")


def coded(*triples: tuple[str, str, str] | None) -> Coded:
    """One face per (list, code, sub_use); None for ground without a feature."""
    rows = [triple for triple in triples if triple]
    label = np.cumsum([triple is not None for triple in triples]) - 1
    label[[n for n, triple in enumerate(triples) if triple is None]] = NOWHERE
    return Coded.of_features(label, pd.DataFrame(rows, columns=["code_list", "code", "sub_use"]))


def labels(land_use: Coded, general_plan: Coded | None = None, **more: object) -> FaceLabels:
    faces = len(land_use.position)
    state = {"land_use": land_use, "general_plan": general_plan or Coded.nowhere(faces)}
    return FaceLabels({"existing": state}, {}, {}, {}, faces, **more)


def test_codes_of_faces() -> None:
    codes = coded((LAND, "ODT", ""), None, (LAND, "", ""), (LAND, "ODT", ""))
    assert codes.pairs[codes.position[0]] == (LAND, "ODT", "")
    assert codes.position[0] == codes.position[3]
    # neither ground without a feature nor a code that is not mapped is known
    assert codes.known.tolist() == [True, False, False, True]


def test_a_code_counts_in_its_own_list_only() -> None:
    codes = coded((LAND, "DGT", ""), (ZONE, "DGT", ""), (ZONE, "HTKT_DuongGT", ""))
    assert in_class_set("transport", codes).tolist() == [True, False, True]


def test_else_fills_only_what_is_not_known() -> None:
    first = coded((ZONE, "Dichvu", ""), None, None)
    second = coded((LAND, "ODT", ""), (LAND, "CLN", ""), None)
    both = first.else_(second)
    names = [both.pairs[n][1] if n != NOWHERE else None for n in both.position]
    assert names == ["Dichvu", "CLN", None]


def test_rural_dwellings_count_within_the_general_plan_only() -> None:
    """ONT is urban construction land inside the urban land of the general plan, ODT anywhere."""
    land = coded(
        (LAND, "ODT", ""),
        (LAND, "ONT", ""),
        (LAND, "ONT", ""),
        (LAND, "ONT", ""),
        (LAND, "CLN", ""),
    )
    general = coded(
        None, (ZONE, "DD_DONVIO", ""), None, (ZONE, "NNK_NONGNGHIEP", ""), (ZONE, "DD_DONVIO", "")
    )
    faces = labels(land, general)
    for condition in (URBAN, Condition("land_use", "urban_construction_narrow")):
        assert faces.certain(condition, "existing").tolist() == [True, True, False, False, False]
    # without the layer none counts, with nothing raised
    assert labels(land).certain(URBAN, "existing").tolist() == [True, *[False] * 4]


def test_sub_uses_that_do_not_count() -> None:
    land = coded(
        (LAND, "DGT", ""), (LAND, "DGT", "static"), (LAND, "DGT", "road"),
        (LAND, "DKV", ""), (LAND, "DKV", "bathing_beach"), (LAND, "DKV", "meeting_place"),
        (ZONE, "HTXH_CayxanhCC", "residential_unit"), (ZONE, "HTXH_CayxanhCC", ""),
    )  # fmt: skip
    faces = labels(land)

    def certain(condition: Condition) -> list[int]:
        return np.flatnonzero(faces.certain(condition, "existing")).tolist()

    assert certain(TRANSPORT) == [0, 1, 2]
    assert certain(ROADS) == [0, 2]
    assert certain(GREEN) == [3, 7]


def test_unknown_ground_is_possible_but_not_certain() -> None:
    land = coded((LAND, "ODT", ""), (LAND, "CLN", ""), None, (LAND, "", ""))
    faces = labels(land)
    assert faces.certain(URBAN, "existing").tolist() == [True, False, False, False]
    assert faces.possible(URBAN, "existing").tolist() == [True, False, True, True]
    assert faces.known("land_use", "existing").tolist() == [True, True, False, False]


def test_absence_from_a_sparse_layer_is_knowledge() -> None:
    faces = labels(coded((LAND, "ODT", ""), None), coded(None, (ZONE, "DD_DONVIO", "")))
    within = Condition("general_plan", "general_plan_urban")
    assert faces.certain(within, "existing").tolist() == [False, True]
    assert faces.possible(within, "existing").tolist() == [False, True]


def test_derived_ground_may_be_anything_unless_the_set_names_it() -> None:
    land = coded(("derived", "street_remainder", ""), (LAND, "CLN", ""))
    faces = labels(land)
    assert faces.certain(TRANSPORT, "existing").tolist() == [False, False]
    assert faces.possible(TRANSPORT, "existing").tolist() == [True, False]
    named = Condition("land_use", "transport_or_remainder")
    assert faces.certain(named, "existing").tolist() == [True, False]
    assert faces.known("land_use", "existing").tolist() == [True, True]


def test_layers_that_are_absent_hold_nowhere() -> None:
    faces = labels(coded((LAND, "ODT", "")))
    for label, name in (
        ("right_of_way", "any"),
        ("plans", "zoning_in_force"),
        ("green", "all_green"),
    ):
        assert faces.certain(Condition(label, name), "existing").tolist() == [False]


def test_share_of_a_label_that_holds_on_a_part() -> None:
    land = coded((LAND, "ODT", ""), (LAND, "ODT", ""))
    share = np.array([0.25, 0.0])
    state = {"land_use": land}
    faces = FaceLabels(
        {"existing": state}, {"centrelines": share > 0}, {"centrelines": share}, {}, 2
    )
    assert faces.certain(Condition("centrelines", "any"), "existing").tolist() == [True, False]
    assert faces.share("centrelines") is share
    assert faces.share("land_use") == 1.0


# ---- the same on figures of the two squares -------------------------------------------------


def figures(indicator: str, *layers: Layer) -> dict[tuple[str, str, str], Figure]:
    """Figures of the town of two hectares, by definition, state and row."""
    checked = check(dataset(two_units(), *layers), DAY)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    found = evaluate([indicators()[indicator]], evidence)
    return {(f.definition.split("-in-")[0], f.scenario, f.unit_code): f for f in found}


def test_low_and_high_bound_the_unknown() -> None:
    """W: 40 % urban, 20 % unknown; so between 40 % and 60 %, on 80 % known ground."""
    use = layer(
        Role.LAND_USE,
        parcel("u", square(0, 0, 40, 100)),
        parcel("f", square(40, 0, 40, 100), "CLN"),
        parcel("b", square(100, 0), "CLN"),
    )
    found = figures("urban_land_ratio", use)["wide", "existing", "W"]
    assert (found.value, found.low, found.high) == (40.0, 40.0, 60.0)
    assert found.completeness == pytest.approx(0.8)


def test_share_of_known_ground_where_the_denominator_is_unknown_too() -> None:
    """W: 10 streets, 30 other urban land, 20 unknown, 40 fields (percent of a hectare).

    25 % of what is known; unknown ground may be urban without streets (10 of 60) or all
    streets (30 of 60).
    """
    use = layer(
        Role.LAND_USE,
        parcel("s", square(0, 0, 10, 100), "DGT"),
        parcel("u", square(10, 0, 30, 100)),
        parcel("f", square(60, 0, 40, 100), "CLN"),
        parcel("b", square(100, 0), "CLN"),
    )
    found = figures("transport_land_share", use)["codes", "existing", "W"]
    assert found.value == pytest.approx(25.0)
    assert (found.low, found.high) == (pytest.approx(100 / 6), pytest.approx(50.0))


def test_planned_state_takes_land_use_where_no_lot_lies() -> None:
    use = layer(Role.LAND_USE, parcel("a", square(0, 0)), parcel("b", square(100, 0), "CLN"))
    lots = layer(
        Role.ZONING,
        feature("l", square(0, 0, 30, 100), code="KHAC_Honuoc", code_list=ZONE, plan_id="p"),
        feature("m", square(100, 0, 10, 100), code="Dichvu", code_list=ZONE, plan_id="p"),
    )
    plans = layer(Role.PLANS, plan("p", square(0, 0, 200, 100), approved="2020-01-01"))
    found = figures("urban_land_ratio", use, lots, plans)
    values = {row: found["wide", "planned", row].value for row in ("W", "C")}
    assert values == pytest.approx({"W": 70.0, "C": 10.0})
    assert found["wide", "existing", "W"].value == 100.0
    assert "note.combined" in {
        getattr(note, "key", "") for note in found["wide", "planned", "W"].notes
    }


def test_groups_are_ratios_of_sums() -> None:
    """Streets are 1/4 of the urban land of W, 1/1 of that of C: 2000 of 5000 m², not 62.5 %."""
    use = layer(
        Role.LAND_USE,
        parcel("s", square(0, 0, 10, 100), "DGT"),
        parcel("u", square(10, 0, 30, 100)),
        parcel("f", square(40, 0, 60, 100), "CLN"),
        parcel("t", square(100, 0, 10, 100), "DGT"),
        parcel("g", square(110, 0, 90, 100), "CLN"),
    )
    general = layer(
        Role.GENERAL_PLAN,
        feature("g", square(0, 0, 200, 100), code="DD_DONVIO", code_list=ZONE),
    )
    found = figures("transport_land_share", use, general)
    values = {row: found["codes", "existing", row].value for row in ("W", "C", "wards", "slated")}
    assert values == pytest.approx({"W": 25.0, "C": 100.0, "wards": 25.0, "slated": 100.0})
    city = found["codes", "existing", "city"]
    assert (city.numerator, city.denominator) == (2000.0, 5000.0)
    assert city.value == pytest.approx(40.0)
