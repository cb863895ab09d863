"""The price of findings: by hand on towns of squares, and against two complete runs.

Two complete runs are independent of how prices are computed: the second has the decision, or
layers drawn as the decision would leave them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon

from test_quality import (
    DAY,
    EAST,
    NORTH,
    dataset,
    feature,
    full_cover,
    layer,
    parcel,
    plan,
    square,
    two_units,
)
from urbanplan_gis.analysis.alternatives import find_alternative
from urbanplan_gis.analysis.effects import by_price, price_findings
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import Derived, derive_layers, gather
from urbanplan_gis.analysis.ground import Ground
from urbanplan_gis.analysis.indicators import measure, read_figures
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.classes.recognise import Recognised
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import (
    Dataset,
    Decision,
    Finding,
    Layer,
    Origin,
    Role,
    Severity,
    Statistic,
)
from urbanplan_gis.model.figures import Effect
from urbanplan_gis.pipeline import run_project
from urbanplan_gis.project import DeriveFacts, ToleranceFacts, load_project
from urbanplan_gis.quality.check import check
from urbanplan_gis.quality.decisions import settle_rest
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Text

ORIGIN = Origin("test", "statistics.csv")
#: 1 000 residents in the ward and 500 in the commune, as many in the horizon year
PEOPLE = tuple(
    Statistic(unit, DAY.year, name, value, ORIGIN)
    for unit, value in (("W", 1000.0), ("C", 500.0))
    for name in ("residents", "horizon_population")
)
#: indicator, row, variant, state -> what the figure moves by
Moves = dict[tuple[str, str, str, str], float]


def town(*layers: Layer, findings: Iterable[Finding] = ()) -> Dataset:
    """Layers with the two units (unless they are given) and their residents."""
    units = () if any(item.role == Role.UNITS for item in layers) else (two_units(),)
    return replace(dataset(*units, *layers), statistics=PEOPLE, findings=tuple(findings))


def lot(feature_id: str, geometry: Any, code: str, **values: Any) -> dict[str, Any]:
    return feature(feature_id, geometry, code=code, code_list="tt16-2025", **values)


@dataclass(frozen=True)
class Outcome:
    """One complete run: check, derive, gather, measure, read; prices only where asked for."""

    findings: Sequence[Finding]
    derived: Derived
    evidence: Evidence
    panels: Sequence[Panel]
    figures: dict[str, float | None]
    facts: DeriveFacts

    @property
    def effects(self) -> list[Effect]:
        return price_findings(self.findings, self.derived, self.evidence, self.panels, self.facts)

    def finding(self, code: str, *features: str) -> Finding:
        (found,) = [
            item
            for item in self.findings
            if item.code == code and (not features or set(item.feature_ids) == set(features))
        ]
        return found


def complete_run(
    data: Dataset,
    decisions: Iterable[Decision] = (),
    facts: DeriveFacts | None = None,
    day: dt.date = DAY,
    tolerance: ToleranceFacts | None = None,
) -> Outcome:
    facts = facts or DeriveFacts()
    checked = check(data, day, tolerance, decisions)
    derived = derive_layers(checked, facts, day)
    evidence, lacking = gather(derived, day, "2014")
    panels = measure(indicators().values(), evidence)
    figures = {item.figure_id: item.value for item in read_figures(panels)}
    findings = settle_rest([*checked.findings, *derived.findings, *lacking], checked.waiting)
    return Outcome(findings, derived, evidence, panels, figures, facts)


def price_of(outcome: Outcome, finding: Finding) -> tuple[str, Moves]:
    """The choice and what it moves: only figures that are published."""
    effects = [item for item in outcome.effects if item.finding_id == finding.finding_id]
    assert {item.figure_id for item in effects} <= set(outcome.figures)
    moves: Moves = {}
    for item in effects:
        indicator, row, _, state, definition = item.figure_id.split("/")
        moves[indicator, row.split("@")[0], definition.split("-in-")[0], state] = item.delta
    (choice,) = {item.choice for item in effects} or {""}
    return choice, moves


def decision(finding: Finding, choice: str) -> Decision:
    return Decision(finding.finding_id, choice, "An", "2025-07-01", "")


def assert_price_is_the_difference(
    outcome: Outcome,
    finding: Finding,
    other: Outcome,
    effects: Iterable[Effect] | None = None,
    per: float = 100.0,
) -> None:
    """Every figure moves by its effect, and figures without one do not move.

    To 1e-9, and of figures above ``per`` to that share of it.
    """
    found = outcome.effects if effects is None else effects
    deltas = {item.figure_id: item.delta for item in found if item.finding_id == finding.finding_id}
    assert set(other.figures) == set(outcome.figures)
    assert set(deltas) <= set(outcome.figures)
    for name, before in outcome.figures.items():
        after = other.figures[name]
        if before is None or after is None:
            assert name not in deltas, (finding.code, name, before, after, deltas[name])
        else:
            error = after - before - deltas.get(name, 0.0)
            assert abs(error) <= 1e-9 * max(1.0, abs(before) / per, abs(after) / per), (
                finding.code,
                name,
                before,
                after,
                deltas.get(name),
            )


def assert_price_is_the_decision(
    data: Dataset, finding_code: str, *features: str, facts: DeriveFacts | None = None
) -> None:
    outcome = complete_run(data, facts=facts)
    finding = outcome.finding(finding_code, *features)
    choice, moves = price_of(outcome, finding)
    assert moves, "a price of nothing shows nothing"
    other = complete_run(data, [decision(finding, choice)], facts)
    assert_price_is_the_difference(outcome, finding, other)


def moves_of(moves: Moves, indicator: str, variant: str, state: str = "existing") -> dict[str, Any]:
    return {
        row: pytest.approx(delta, abs=1e-9)
        for (name, row, kind, when), delta in moves.items()
        if (name, kind, when) == (indicator, variant, state)
    }


# ---- overlaps -------------------------------------------------------------------------------

#: b is smaller and keeps the 1 000 m² it shares with a: a has 5 000 m² of the ward's 10 000
OVERLAP = layer(
    Role.LAND_USE,
    parcel("a", square(0, 0, 60, 100), "ODT"),
    parcel("b", square(50, 0, 50, 100), "CLN"),
    parcel("c", square(100, 0), "CLN"),
)


def test_overlap_of_two_classes() -> None:
    outcome = complete_run(town(OVERLAP))
    choice, moves = price_of(outcome, outcome.finding("overlap"))
    assert choice == "keep a"
    # 50 % to 60 % of the ward, 25 % to 30 % of the city; the commune and its group do not move
    assert moves_of(moves, "urban_land_ratio", "wide") == {"W": 10.0, "wards": 10.0, "city": 5.0}
    assert {name for name, *_ in moves} == {"urban_land_ratio"}
    assert_price_is_the_decision(town(OVERLAP), "overlap")


def test_overlap_of_planned_lots_moves_the_planned_state_only() -> None:
    """1 000 m² of park among houses, for the 1 000 residents of the horizon year."""
    lots = layer(
        Role.ZONING,
        lot("p", square(0, 0, 60, 100), "HTXH_CayxanhCC"),
        lot("o", square(50, 0, 50, 100), "O_Nhomnhao"),
    )
    data = town(layer(Role.LAND_USE, *full_cover()), lots)
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("overlap"))
    assert choice == "keep p"
    assert moves_of(moves, "green_per_capita", "public_codes", "planned") == {
        "W": 1.0, "wards": 1.0, "city": 1.0,
    }  # fmt: skip
    assert {state for *_, state in moves} == {"planned"}
    assert_price_is_the_decision(data, "overlap")


def test_overlap_of_lots_of_one_class_costs_nothing() -> None:
    same = layer(
        Role.LAND_USE,
        parcel("a", square(0, 0, 60, 100)),
        parcel("b", square(50, 0, 50, 100)),
    )
    outcome = complete_run(town(same))
    assert price_of(outcome, outcome.finding("overlap")) == ("", {})


def test_contained_lot() -> None:
    """A street of 400 m² inside 10 000 m² of houses: 4 % of urban construction land or none."""
    data = town(layer(Role.LAND_USE, *full_cover(), parcel("street", square(40, 40, 20), "DGT")))
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("overlap_contained"))
    assert choice == "keep a"
    assert moves_of(moves, "transport_land_share", "codes") == {
        "W": -4.0, "wards": -4.0, "city": -4.0,
    }  # fmt: skip
    # houses and streets are both urban construction land
    assert {name for name, *_ in moves} == {"transport_land_share"}
    assert_price_is_the_decision(data, "overlap_contained")


def test_duplicate_with_another_code() -> None:
    data = town(
        layer(
            Role.LAND_USE,
            parcel("x", square(0, 0, 50, 100), "ODT"),
            parcel("y", square(0, 0, 50, 100), "CLN"),
            parcel("z", square(50, 0, 50, 100), "CLN"),
        )
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("duplicate_geometry"))
    assert choice == "keep y"
    assert moves_of(moves, "urban_land_ratio", "wide") == {
        "W": -50.0, "wards": -50.0, "city": -25.0,
    }  # fmt: skip
    assert_price_is_the_decision(data, "duplicate_geometry")


def test_of_several_duplicates_the_first_with_another_code_is_priced() -> None:
    data = town(
        layer(
            Role.LAND_USE,
            parcel("w", square(0, 0, 50, 100), "ODT"),
            parcel("x", square(0, 0, 50, 100), "ODT"),
            parcel("y", square(0, 0, 50, 100), "CLN"),
            parcel("z", square(50, 0, 50, 100), "CLN"),
        )
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("duplicate_geometry"))
    assert choice == "keep y"
    assert moves_of(moves, "urban_land_ratio", "wide") == {
        "W": -50.0, "wards": -50.0, "city": -25.0,
    }  # fmt: skip
    assert_price_is_the_decision(data, "duplicate_geometry")


def test_three_lots_over_one_another() -> None:
    """The smallest of three keeps what it has when the two larger ones trade.

    a (street, 2 000 m²) lies in b (garden, 4 000 m²), and b in c (houses, 10 000 m²). As published
    8 000 m² are urban, 2 000 m² of it street: 80 % and 25 %.
    """
    data = town(
        layer(
            Role.LAND_USE,
            parcel("a", square(40, 0, 20, 100), "DGT"),
            parcel("b", square(30, 0, 40, 100), "CLN"),
            parcel("c", square(0, 0), "ODT"),
        )
    )
    outcome = complete_run(data)
    expected = {
        # c takes from b what a does not hold: all is urban, the street a fifth
        ("b", "c"): ("keep c here", 20.0, -5.0),
        # c takes the street
        ("a", "c"): ("keep c here", 0.0, -25.0),
        # b takes the street: 6 000 m² of houses are left
        ("a", "b"): ("keep b", -20.0, -25.0),
    }
    for features, (wanted, urban, streets) in expected.items():
        choice, moves = price_of(outcome, outcome.finding("overlap_contained", *features))
        assert choice == wanted
        assert moves.get(("urban_land_ratio", "W", "wide", "existing"), 0) == pytest.approx(urban)
        assert moves["transport_land_share", "W", "codes", "existing"] == pytest.approx(streets)
    assert_price_is_the_decision(data, "overlap_contained", "a", "b")
    # where no decision says it, the layer is drawn so: c's middle is a lot of its own
    drawn = [
        parcel("a", square(40, 0, 20, 100), "DGT"),
        parcel("b", square(30, 0, 40, 100), "CLN"),
        parcel("c", square(0, 0), "ODT"),
        *[parcel(f"c{x}", square(x, 0, 10, 100), "ODT", priority=1) for x in (30, 60)],
    ]
    finding = outcome.finding("overlap_contained", "b", "c")
    other = complete_run(town(layer(Role.LAND_USE, *drawn)))
    assert_price_is_the_difference(outcome, finding, other)


def test_overlap_in_the_general_plan_moves_the_scope() -> None:
    """1 000 m² of houses lie inside the general plan's urban land, or outside it."""
    data = town(
        layer(Role.LAND_USE, *full_cover()),
        layer(Role.PLANS, plan("P", square(0, 0, 100, 50))),
        layer(
            Role.GENERAL_PLAN,
            lot("civil", square(0, 0, 60, 100), "DD_DONVIO"),
            lot("rural", square(50, 0, 50, 100), "NDD_DANCUNT"),
        ),
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("overlap"))
    assert choice == "keep civil"
    # 5 000 m² of 20 000, and 6 000 m²
    assert moves_of(moves, "urban_land_ratio", "wide")["city"] == 5.0
    assert_price_is_the_decision(data, "overlap")


def test_green_with_a_pond_is_not_linear() -> None:
    """Water counts up to the dry area.

    A lawn of 2 000 m² and a pond of 1 800 m² share 400 m², which the pond keeps: dry 1 600 m²,
    water 1 800 m², of which 1 600 m² count. If the lawn has it: dry 2 000 m², water 1 400 m².
    """
    data = town(
        layer(
            Role.GREEN,
            feature("lawn", square(0, 0, 50, 40), kind="public", park="p"),
            feature("pond", square(40, 0, 45, 40), kind="water", park="p"),
        )
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("overlap"))
    assert choice == "keep lawn"
    # m² per resident of the 1 000: 3 200 to 3 400; at half weight 2 500 to 2 700; dry + 400
    for variant, delta in (
        ("public", 0.2), ("public_per_park", 0.2), ("public_half_water", 0.2), ("public_dry", 0.4),
    ):  # fmt: skip
        assert moves_of(moves, "green_per_capita", variant)["W"] == delta
    assert_price_is_the_decision(data, "overlap")


def test_parks_of_other_names_are_capped_each_for_itself() -> None:
    """The pond of park q has no lawn of its own unless it loses the overlap."""
    data = town(
        layer(
            Role.GREEN,
            feature("lawn", square(0, 0, 50, 40), kind="public", park="p"),
            feature("pond", square(40, 0, 45, 40), kind="water", park="q"),
            feature("bank", square(0, 60, 10, 10), kind="public", park="q"),
        )
    )
    assert_price_is_the_decision(data, "overlap")


def test_right_of_way_says_the_same_wherever_it_is() -> None:
    red_lines = layer(
        Role.RIGHT_OF_WAY,
        feature("r", square(0, 0, 50, 20)),
        feature("s", square(40, 0, 60, 20)),
    )
    outcome = complete_run(town(layer(Role.LAND_USE, *full_cover()), red_lines))
    assert price_of(outcome, outcome.finding("overlap")) == ("", {})


# ---- units ----------------------------------------------------------------------------------


def overlapping_units(ward_width: float = 110) -> Layer:
    return layer(
        Role.UNITS,
        feature("W", square(0, 0, ward_width, 100), code="W", name="Phường", kind="ward"),
        feature("C", square(100, 0), code="C", name="Xã", kind="commune", slated=True),
    )


def test_ground_moves_between_units() -> None:
    """1 000 m² of houses, and a dwelling of two floors on 100 m², are the ward's or the commune's.

    The commune is smaller and keeps them.
    """
    layers = (
        layer(Role.LAND_USE, parcel("a", square(0, 0, 200, 100))),
        layer(
            Role.BUILDINGS,
            feature("h", square(102, 0, 10, 10), use="residential", floors=2),
            feature("j", square(0, 0, 10, 10), use="residential", floors=1),
        ),
    )
    data = town(overlapping_units(), *layers)
    outcome = complete_run(data)
    finding = outcome.finding("overlap")
    assert finding.layer == "units"
    choice, moves = price_of(outcome, finding)
    assert choice == "keep W here"
    # urban land of wards over all land: 10 000 to 11 000 of 20 000 m²
    assert moves_of(moves, "urban_land_ratio", "wide") == {"city": 5.0}
    # 80 m² of the dwelling lie in the overlap: 160 m² of floor for 1 000 and 500 residents
    assert moves_of(moves, "floor_area_per_capita", "buildings") == {
        "W": 0.16, "wards": 0.16, "city": 0.16, "C": -0.32, "slated": -0.32,
    }  # fmt: skip
    # the commune drawn without the overlap
    units = overlapping_units()
    frame = units.frame.copy()
    frame.loc[1, "geometry"] = square(110, 0, 90, 100)
    other = complete_run(town(units.with_frame(frame), *layers))
    assert_price_is_the_difference(outcome, finding, other)


def test_units_overlap_where_nobody_dwells() -> None:
    """The same town with its dwellings elsewhere: floors do not move, urban land does."""
    homes = layer(Role.BUILDINGS, feature("j", square(0, 0, 10, 10), use="residential", floors=1))
    houses = layer(Role.LAND_USE, parcel("a", square(0, 0, 200, 100)))
    outcome = complete_run(town(overlapping_units(), houses, homes))
    choice, moves = price_of(outcome, outcome.finding("overlap"))
    assert choice == "keep W here"
    assert moves_of(moves, "urban_land_ratio", "wide") == {"city": 5.0}
    assert moves_of(moves, "floor_area_per_capita", "buildings") == {}


def test_a_dwelling_without_floors_where_units_overlap_counts_once() -> None:
    homes = layer(
        Role.BUILDINGS,
        feature("h", square(90, 0, 30, 10), use="residential"),
        feature("j", square(0, 0, 10, 10), use="residential", floors=3),
    )
    data = town(overlapping_units(), layer(Role.LAND_USE, *full_cover()), homes)
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("building_without_floors"))
    assert choice == "median"
    # 100 m² in the ward and 200 m² in the commune, three floors each
    assert moves_of(moves, "floor_area_per_capita", "buildings") == {
        "W": 0.3, "wards": 0.3, "city": 0.3, "C": 1.2, "slated": 1.2,
    }  # fmt: skip


def test_a_unit_drawn_twice_has_all_its_ground_or_none() -> None:
    """Without the ground of its one ward the city has no data: no difference can be told."""

    def drawn(ward: str, commune: str) -> Dataset:
        units = layer(
            Role.UNITS,
            feature(ward, square(0, 0), code="W", name="Phường", kind="ward"),
            feature(commune, square(0, 0), code="C", name="Xã", kind="commune"),
            feature("Z", square(100, 0), code="Z", name="Xã", kind="commune"),
        )
        return town(units, layer(Role.LAND_USE, *full_cover()))

    # of two alike the one whose id comes first keeps the ground
    outcome, other = complete_run(drawn("a", "b")), complete_run(drawn("b", "a"))
    assert outcome.effects == []
    name = "urban_land_ratio/city@2014/2025-06-30/existing/wide-in-wards"
    assert (outcome.figures[name], other.figures[name]) == (pytest.approx(50.0), None)
    assert_price_is_the_difference(outcome, outcome.finding("duplicate_geometry"), other)


# ---- dropped features -----------------------------------------------------------------------

#: two triangles of 400 m² that touch at a corner, drawn as one ring
BOW_TIE = [(0, 0), (40, 40), (40, 0), (0, 40)]


def bow_tie(x: float, y: float) -> Polygon:
    return Polygon([(EAST + x + u, NORTH + y + v) for u, v in BOW_TIE])


def test_invalid_polygon_over_another_one() -> None:
    """800 m² of street on 10 000 m² of houses, or none."""
    data = town(layer(Role.LAND_USE, *full_cover(), parcel("bow", bow_tie(10, 10), "DGT")))
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("invalid_geometry"))
    assert choice == "drop bow"
    assert moves_of(moves, "transport_land_share", "codes") == {
        "W": -8.0, "wards": -8.0, "city": -8.0,
    }  # fmt: skip
    assert_price_is_the_decision(data, "invalid_geometry")


def test_invalid_polygon_on_ground_of_its_own() -> None:
    """Without it the ground is not classified, and not urban: 5 800 to 5 000 m²."""
    half = parcel("a", square(0, 50, 100, 50))
    data = town(layer(Role.LAND_USE, half, parcel("bow", bow_tie(10, 5), "DGT")))
    outcome = complete_run(data)
    _, moves = price_of(outcome, outcome.finding("invalid_geometry"))
    assert moves_of(moves, "urban_land_ratio", "wide")["W"] == -8.0
    assert_price_is_the_decision(data, "invalid_geometry")


def test_ground_of_a_dropped_lot_goes_to_those_it_was_kept_from_in_their_order() -> None:
    """Under the bow tie the larger of two lots gets what the smaller one does not cover."""
    data = town(
        layer(
            Role.LAND_USE,
            parcel("bow", bow_tie(10, 10), "DGT"),
            parcel("small", square(0, 0, 30, 60), "CLN"),
            parcel("a", square(0, 0), "ODT"),
        )
    )
    outcome = complete_run(data)
    _, moves = price_of(outcome, outcome.finding("invalid_geometry"))
    # the left triangle goes to the garden: 400 m² are no longer urban, 400 m² no street
    assert moves_of(moves, "urban_land_ratio", "wide")["W"] == -4.0
    assert_price_is_the_decision(data, "invalid_geometry")


def test_a_repair_that_moves_no_ground_leaves_nothing_to_decide() -> None:
    """A whisker of no width is cut off; nobody doubts the parcel."""
    ring = [(0, 0), (50, 0), (50, 50), (90, 90), (50, 50), (0, 50)]
    whisker = Polygon([(EAST + x, NORTH + y) for x, y in ring])
    outcome = complete_run(town(layer(Role.LAND_USE, parcel("a", whisker))))
    assert outcome.finding("invalid_geometry").action == "repaired"
    assert price_of(outcome, outcome.finding("invalid_geometry")) == ("", {})


def test_ground_of_a_dropped_lot_goes_to_the_street_remainder() -> None:
    """6 000 m² of houses, a park of 800 m², and 3 200 m² of remainder taken for streets."""
    data = town(
        layer(Role.PLANS, plan("P", square(0, 0))),
        layer(
            Role.ZONING,
            lot("o", square(0, 0, 100, 60), "O_Nhomnhao", plan_id="P"),
            lot("bow", bow_tie(10, 60), "HTXH_CayxanhCC", plan_id="P"),
        ),
    )
    facts = DeriveFacts(street_land=("P",))
    outcome = complete_run(data, facts=facts)
    choice, moves = price_of(outcome, outcome.finding("invalid_geometry"))
    assert choice == "drop bow"
    assert moves_of(moves, "transport_land_share", "remainder", "planned")["W"] == 8.0
    assert moves_of(moves, "urban_land_ratio", "wide", "planned")["W"] == -8.0
    assert_price_is_the_decision(data, "invalid_geometry", facts=facts)


def test_lots_that_left_no_remainder_leave_one_when_one_of_them_is_dropped() -> None:
    """Plan Q has streets, P has none: its lots fill it, until the bow tie goes."""
    both = bow_tie(10, 60)
    mended = shapely.make_valid(both, method="structure")
    rest = shapely.difference(square(0, 0), mended)
    data = town(
        layer(
            Role.PLANS, plan("P", square(0, 0)), plan("Q", square(100, 0)), plan("Q2", square(0, 0))
        ),
        layer(
            Role.ZONING,
            lot("o", rest, "O_Nhomnhao", plan_id="P"),
            lot("bow", both, "HTXH_CayxanhCC", plan_id="P"),
            lot("q", square(100, 0, 50), "O_Nhomnhao", plan_id="Q"),
        ),
    )
    facts = DeriveFacts(street_land=("P", "Q"))
    assert_price_is_the_decision(data, "invalid_geometry", facts=facts)


def test_remainder_of_a_plan_of_which_one_outline_was_revoked() -> None:
    data = town(
        layer(
            Role.PLANS,
            feature("P1", square(0, 0, 100, 80), plan_id="P", kind="zoning", approved="2020-01-01"),
            feature(
                "P2", square(0, 80, 100, 20), plan_id="P", kind="zoning",
                approved="2020-01-01", revoked="2021-01-01",
            ),
        ),
        layer(
            Role.ZONING,
            lot("o", square(0, 0, 100, 50), "O_Nhomnhao", plan_id="P"),
            lot("bow", bow_tie(10, 60), "HTXH_CayxanhCC", plan_id="P"),
        ),
    )  # fmt: skip
    assert_price_is_the_decision(data, "invalid_geometry", facts=DeriveFacts(street_land=("P",)))


def test_dwelling_drawn_twice_counts_twice() -> None:
    """100 m² on three floors, twice, for 1 000 residents."""
    home = square(0, 0, 10, 10)
    data = town(
        layer(
            Role.BUILDINGS,
            feature("h", home, use="residential", floors=3),
            feature("h2", home, use="residential", floors=3),
        )
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("duplicate_geometry"))
    assert choice == "drop h2"
    assert moves_of(moves, "floor_area_per_capita", "buildings")["city"] == -0.3
    assert_price_is_the_decision(data, "duplicate_geometry")


# ---- gaps -----------------------------------------------------------------------------------


def with_a_hole(**values: Any) -> list[dict[str, Any]]:
    hole = shapely.difference(square(0, 0), square(80, 40, 20))
    return [parcel("a", hole, **values), parcel("c", square(100, 0), "CLN")]


def test_gap_goes_to_the_neighbour_with_most_boundary() -> None:
    """400 m² with 60 m of boundary to houses and 20 m to a garden: 96 % to 100 % of the ward."""
    data = town(layer(Role.LAND_USE, *with_a_hole()))
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("gap"))
    assert choice == "fill a"
    assert moves_of(moves, "urban_land_ratio", "wide") == {"W": 4.0, "wards": 4.0, "city": 2.0}
    assert_price_is_the_decision(data, "gap")


def test_filled_gap_is_gone() -> None:
    data = town(layer(Role.LAND_USE, *with_a_hole()))
    finding = complete_run(data).finding("gap")
    after = complete_run(data, [decision(finding, "fill a")])
    assert [(item.code, item.action) for item in after.findings] == [
        ("gap", "decided: fill a (An, 2025-07-01)")
    ]


def test_no_neighbour_takes_a_gap_at_the_price_of_what_it_holds() -> None:
    """With the gap, parcel a would be larger than d, and lose to it what they share."""
    d = parcel("d", square(-60, 0, 100, 97), "CLN")
    shapes = with_a_hole()
    shapes[0]["geometry"] = shapely.intersection(shapes[0]["geometry"], square(0, 0, 100, 98))
    data = town(layer(Role.LAND_USE, *shapes, d))
    outcome = complete_run(data)
    assert outcome.finding("overlap").feature_ids == ("a", "d")
    (gap,) = [item for item in outcome.findings if item.code == "gap" and item.area_m2 == 400]
    choice, _ = price_of(outcome, gap)
    assert choice in ("fill c", "")
    other = complete_run(data, [decision(gap, "fill c")])
    assert_price_is_the_difference(outcome, gap, other)


def test_slanted_gap_leaves_neither_sliver_nor_overlap() -> None:
    turned = [
        {**item, "geometry": shapely.affinity.rotate(item["geometry"], 17, origin=(EAST, NORTH))}
        for item in with_a_hole()
    ]
    data = town(layer(Role.LAND_USE, *turned))
    gaps = [item for item in complete_run(data).findings if item.code == "gap"]
    inner = min(gaps, key=lambda item: item.area_m2 or 0.0)
    outcome = complete_run(data)
    choice, _ = price_of(outcome, inner)
    other = complete_run(data, [decision(inner, choice)])
    assert_price_is_the_difference(outcome, inner, other)


# ---- codes ----------------------------------------------------------------------------------


def unmapped(*features: str, code: str = "unmapped_code") -> Finding:
    return Finding(
        code, Severity.ERROR, "land_use", features,
        Text.of("finding.unmapped_code", source="s", value="v", count=len(features), hectares=0.5),
        "kept", area_m2=5000.0,
    )  # fmt: skip


def test_unmapped_code_is_priced_as_what_its_words_suggest() -> None:
    """5 000 m² that say «Đất ở đô thị», beside a garden: nothing to half of the ward."""
    data = town(
        layer(
            Role.LAND_USE,
            parcel("u", square(0, 0, 50, 100), "", source_value="Đất ở đô thị"),
            parcel("g", square(50, 0, 50, 100), "CLN"),
        ),
        findings=[unmapped("u")],
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("unmapped_code"))
    assert choice == "code ODT"
    assert moves_of(moves, "urban_land_ratio", "wide") == {"W": 50.0, "wards": 50.0, "city": 25.0}
    assert_price_is_the_decision(data, "unmapped_code")


def test_unmapped_code_that_suggests_nothing_has_no_price() -> None:
    data = town(
        layer(Role.LAND_USE, parcel("u", square(0, 0), "", source_value="???")),
        findings=[unmapped("u")],
    )
    outcome = complete_run(data)
    assert price_of(outcome, outcome.finding("unmapped_code")) == ("", {})


def test_code_recognised_is_priced_as_the_one_that_came_second() -> None:
    """Taken for houses, perhaps streets; a part of it is known to be parking."""
    recognised = Recognised(
        "dat nha", "tt08-2024", "ODT", "", "", 0.6, Text.of("recognise.proposal"), "DGT", 1, 1.0, ""
    )
    data = town(
        layer(
            Role.LAND_USE,
            parcel("a", square(0, 0, 40, 100), source_value="Dat nha"),
            parcel("b", square(40, 0, 20, 100), source_value="dat nha", sub_use="static"),
            parcel("c", square(60, 0, 40, 100)),
        ),
        findings=[unmapped("a", "b", code="code_recognised")],
    )
    data = replace(data, recognised={"test": (recognised,)})
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("code_recognised"))
    assert choice == "code DGT"
    # 6 000 of 10 000 m²; without static transport 4 000 m²
    assert moves_of(moves, "transport_land_share", "codes")["W"] == 60.0
    assert moves_of(moves, "transport_land_share", "codes_without_static")["W"] == 40.0
    assert_price_is_the_decision(data, "code_recognised")


# ---- plans ----------------------------------------------------------------------------------


def test_plan_without_date() -> None:
    """The only plan, over 6 000 m² of the ward: with it 60 % of the ward and 30 % of the city."""
    data = town(layer(Role.PLANS, plan("P", square(0, 0, 60, 100), approved=None)))
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("plan_without_date"))
    assert choice == "drop P"
    for variant in ("in_force", "approved_any"):
        found = {row: delta for (_, row, kind, _), delta in moves.items() if kind == variant}
        assert found == pytest.approx({"W": -60.0, "wards": -60.0, "city": found["city"]})
    assert_price_is_the_decision(data, "plan_without_date")


def test_ground_under_another_plan_stays_covered() -> None:
    data = town(
        layer(
            Role.PLANS,
            plan("P", square(0, 0, 60, 100), approved=None),
            plan("Q", square(50, 0, 50, 100), approved="2020-01-01"),
        )
    )
    outcome = complete_run(data)
    _, moves = price_of(outcome, outcome.finding("plan_without_date"))
    assert moves_of(moves, "zoning_coverage", "in_force")["W"] == -50.0
    assert_price_is_the_decision(data, "plan_without_date")


def test_plan_that_ends_another_one_is_not_priced() -> None:
    """Without its successor the older plan would be in force: another question."""
    data = town(
        layer(
            Role.PLANS,
            plan("P", square(0, 0, 60, 100), approved=None),
            plan("Q", square(0, 0, 60, 100), approved="2020-01-01", replaced_by="P"),
        )
    )
    outcome = complete_run(data)
    assert price_of(outcome, outcome.finding("plan_without_date")) == ("", {})


# ---- what no decision can say ---------------------------------------------------------------


def test_declared_area_counts_where_its_class_is_asked_for() -> None:
    """5 000 m² of houses said to be 6 000 m²: 60 % of the ward, whose own area stays."""
    data = town(
        layer(
            Role.LAND_USE,
            parcel("a", square(0, 0, 50, 100), declared_area_m2=6000.0),
            parcel("s", square(50, 0, 10, 100), "DGT"),
            parcel("b", square(60, 0, 40, 100), "CLN"),
        ),
        layer(Role.PLANS, plan("P", square(0, 0, 50, 100))),
        layer(Role.GREEN, feature("g", square(0, 0, 20), kind="public", park="p")),
    )
    outcome = complete_run(data)
    choice, moves = price_of(outcome, outcome.finding("declared_area"))
    assert choice == "declared"
    assert moves_of(moves, "urban_land_ratio", "wide") == {"W": 10.0, "wards": 10.0, "city": 5.0}
    # 1 000 m² of streets of 6 000 m², and of 7 000 m²
    assert moves_of(moves, "transport_land_share", "codes")["W"] == 100 / 7 - 100 / 6
    assert {name for name, *_ in moves} == {"urban_land_ratio", "transport_land_share"}


def test_declared_area_of_ground_under_a_lot_moves_the_existing_state_only() -> None:
    data = town(
        layer(
            Role.LAND_USE,
            parcel("a", square(0, 0, 50, 100), declared_area_m2=6000.0),
            parcel("b", square(50, 0, 50, 100), "CLN"),
        ),
        layer(Role.ZONING, lot("o", square(0, 0, 50, 100), "O_Nhomnhao")),
    )
    outcome = complete_run(data)
    _, moves = price_of(outcome, outcome.finding("declared_area"))
    assert {state for *_, state in moves} == {"existing"}


def homes(*floors: int | None) -> Layer:
    return layer(
        Role.BUILDINGS,
        *[
            feature(f"h{number}", square(10 * number, 0, 10, 10), use="residential", floors=value)
            for number, value in enumerate(floors)
        ],
    )


@pytest.mark.parametrize("unknown", [None, 0, -2])
def test_dwelling_without_floors_is_like_the_others(unknown: int | None) -> None:
    """Three and five floors are known: four for the third, on 100 m², for 1 000 residents."""
    outcome = complete_run(town(homes(3, 5, unknown)))
    finding = outcome.finding("building_without_floors")
    choice, moves = price_of(outcome, finding)
    assert choice == "median"
    counted = unknown or 0
    assert moves_of(moves, "floor_area_per_capita", "buildings")["W"] == 0.1 * (4 - counted)
    assert_price_is_the_difference(outcome, finding, complete_run(town(homes(3, 5, 4))))


def test_dwellings_of_which_none_has_floors_have_no_like() -> None:
    outcome = complete_run(town(homes(None, None)))
    assert outcome.effects == []


def roads(width: float | None, third: float | None = 30.0) -> Layer:
    def line(x1: float, y1: float, x2: float, y2: float) -> LineString:
        return LineString([(EAST + x1, NORTH + y1), (EAST + x2, NORTH + y2)])

    return layer(
        Role.ROADS,
        feature("r", line(0, 50, 200, 50), width_m=10.0, road_class=3),
        feature("s", line(50, 0, 50, 100), width_m=width, road_class=3),
        feature("t", line(150, 0, 150, 100), width_m=third, road_class=1),
    )


def test_road_without_width_is_as_wide_as_its_class() -> None:
    """10 m on 100 m, less the crossing of 100 m²: 900 m² more of 10 000 m² of houses."""
    facts = DeriveFacts(centrelines=True, cap="flat")
    cover = layer(Role.LAND_USE, *full_cover())
    outcome = complete_run(town(cover, roads(None)), facts=facts)
    finding = outcome.finding("road_without_width")
    choice, moves = price_of(outcome, finding)
    assert choice == "median"
    assert moves_of(moves, "transport_land_share", "centrelines") == {
        "W": 9.0, "wards": 9.0, "city": 9.0,
    }  # fmt: skip
    other = complete_run(town(cover, roads(10.0)), facts=facts)
    assert_price_is_the_difference(outcome, finding, other)


def test_road_far_from_all_others_has_a_price() -> None:
    """Road u meets none; of its own class no width is known, so all are its like (10, 10, 30)."""
    far = LineString([(EAST + 20, NORTH + 80), (EAST + 30, NORTH + 80)])
    base = roads(10.0)
    more = layer(Role.ROADS, feature("u", far, road_class=7))
    frame = base.frame.__class__(
        [*base.frame.to_dict("records"), *more.frame.to_dict("records")],
        geometry="geometry", crs=base.frame.crs,
    )  # fmt: skip
    frame = frame.astype({name: base.frame[name].dtype for name in ("width_m", "road_class")})
    data = town(layer(Role.LAND_USE, *full_cover()), base.with_frame(frame))
    outcome = complete_run(data, facts=DeriveFacts(centrelines=True, cap="flat"))
    _, moves = price_of(outcome, outcome.finding("road_without_width"))
    assert moves_of(moves, "transport_land_share", "centrelines")["W"] == 1.0


# ---- figures that are no data ---------------------------------------------------------------


def test_figures_that_would_be_no_data_have_no_difference() -> None:
    """The bow tie is all that is known of the commune; the urban land of the city still moves."""
    data = town(
        layer(Role.LAND_USE, parcel("a", square(0, 0)), parcel("bow", bow_tie(110, 10), "ODT"))
    )
    outcome = complete_run(data)
    finding = outcome.finding("invalid_geometry")
    _, moves = price_of(outcome, finding)
    assert not {row for _, row, *_ in moves} & {"C", "slated"}
    other = complete_run(data, [decision(finding, "drop bow")])
    name = "urban_land_ratio/C@2014/2025-06-30/existing/wide-in-wards"
    assert outcome.figures[name] == pytest.approx(8.0)
    assert other.figures[name] is None
    assert_price_is_the_difference(outcome, finding, other)


def test_shares_of_nothing_have_no_difference() -> None:
    """The only urban ground of the ward is a street, which a garden also claims."""
    slanted = shapely.affinity.rotate(square(30, 30, 40), 31)
    data = town(layer(Role.LAND_USE, parcel("s", slanted, "DGT"), parcel("g", square(0, 0), "CLN")))
    outcome = complete_run(data)
    _, moves = price_of(outcome, outcome.finding("overlap_contained"))
    assert {name for name, *_ in moves} == {"urban_land_ratio"}
    assert_price_is_the_decision(data, "overlap_contained")


def test_figures_that_begin_at_nothing() -> None:
    """The weight of a figure that begins at 0 is the whole of it."""
    data = town(
        layer(
            Role.LAND_USE,
            parcel("s", square(30, 30, 40), "CLN"),
            parcel("g", square(0, 0), "LUC"),
            parcel("t", square(30, 30, 40), "ODT", approved="2001-01-01"),
        )
    )
    outcome = complete_run(data)
    weights = {item.weight for item in outcome.effects}
    assert weights <= {0.0, 1.0}
    assert 1.0 in weights


# ---- attack ---------------------------------------------------------------------------------


def stray(code: str, role: str = "land_use", *features: str, geometry: Any = None) -> Finding:
    message = Text.of("finding.duplicate_geometry", count=2)
    return Finding(
        code, Severity.WARNING, role, features, message, "reported", geometry, finding_id=code
    )


ALL_CODES = (
    "overlap", "overlap_sliver", "overlap_contained", "near_duplicate", "duplicate_geometry",
    "invalid_geometry", "unmapped_code", "code_recognised", "plan_without_date",
    "plan_replaced_by_unknown", "declared_area", "building_without_floors", "road_without_width",
)  # fmt: skip


@pytest.mark.parametrize("role", [*[str(role) for role in Role], "statistics", "decisions"])
def test_findings_on_features_or_layers_that_are_gone_cost_nothing(role: str) -> None:
    data = town(layer(Role.LAND_USE, *full_cover()))
    outcome = complete_run(data)
    strays = [stray(code, role, "gone", "lost") for code in ALL_CODES]
    assert replace(outcome, findings=strays).effects == []


def test_gap_where_nothing_is_near() -> None:
    outcome = complete_run(town(layer(Role.LAND_USE, *full_cover())))
    far = stray("gap", "land_use", geometry=square(900, 900))
    assert replace(outcome, findings=[far]).effects == []


@pytest.mark.parametrize("role", [role for role in ROLE_FIELDS if role != Role.UNITS])
def test_empty_layers(role: Role) -> None:
    layers = {Role.LAND_USE: OVERLAP, role: layer(role)}
    outcome = complete_run(town(*layers.values()), facts=DeriveFacts(centrelines=True))
    assert bool(outcome.effects) == (role != Role.LAND_USE)


def test_decided_findings_have_no_other_way() -> None:
    data = town(OVERLAP)
    finding = complete_run(data).finding("overlap")
    for choice in ("accept", "keep a", "drop b", "code CLN"):
        decided = complete_run(data, [decision(finding, choice)])
        prices = [e for e in decided.effects if e.finding_id == finding.finding_id]
        assert prices == []


def test_several_findings_on_one_feature() -> None:
    """An invalid lot without a code that overlaps two others: each price is its own."""
    data = town(
        layer(
            Role.LAND_USE,
            parcel("bow", bow_tie(30, 30), "", source_value="Đất giao thông"),
            parcel("a", square(0, 0, 52, 100)),
            parcel("b", square(50, 0, 50, 100), "CLN"),
        ),
        findings=[unmapped("bow")],
    )
    outcome = complete_run(data)
    priced = {item.finding_id for item in outcome.effects}
    codes = sorted(item.code for item in outcome.findings if item.finding_id in priced)
    # ground without a class or garden: no figure asks
    assert codes == ["invalid_geometry", "overlap", "overlap", "unmapped_code"]
    for code in ("invalid_geometry", "unmapped_code"):
        assert_price_is_the_decision(data, code)


def test_several_parts_and_ground_outside_the_city() -> None:
    apart = MultiPolygon([square(10, 10, 20), square(60, 60, 20), square(-300, 0, 50)])
    data = town(layer(Role.LAND_USE, *full_cover(), parcel("m", apart, "DGT", priority=1)))
    outcome = complete_run(data)
    _, moves = price_of(outcome, outcome.finding("overlap"))
    assert moves_of(moves, "transport_land_share", "codes")["W"] == -8.0
    assert_price_is_the_decision(data, "overlap")
    beyond = town(
        layer(
            Role.LAND_USE,
            *full_cover(),
            parcel("x", square(-50, 0, 40), "CLN"),
            parcel("y", square(-40, 0, 35), "ODT"),
        )
    )
    assert complete_run(beyond).effects == []


def test_layers_that_are_no_part_of_the_mosaic_cost_nothing() -> None:
    twice = [feature("x", square(0, 0, 20)), feature("y", square(0, 0, 20))]
    outcome = complete_run(
        town(
            layer(Role.LAND_USE, *full_cover()),
            layer(Role.PROJECTS, *twice),
            layer(Role.PARKING, *twice),
            layer(Role.PLANS, plan("P", square(0, 0)), plan("Q", square(0, 0))),
        )
    )
    assert {item.code for item in outcome.findings} >= {"duplicate_geometry"}
    assert outcome.effects == []


def test_few_or_many_at_once_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [parcel(f"s{n}", square(4 * n, 10, 3), "DGT") for n in range(20)]
    outcome = complete_run(town(layer(Role.LAND_USE, *full_cover(), *rows)))
    together = outcome.effects
    monkeypatch.setattr("urbanplan_gis.analysis.effects._TOGETHER", 3)
    assert len(together) >= 60
    assert outcome.effects == together


# ---- the order ------------------------------------------------------------------------------


def test_order_is_by_the_default_figures_of_the_city() -> None:
    """A small street in a town of few streets comes before a large lot that moves little."""
    findings = [
        replace(stray("overlap"), finding_id=name, area_m2=size)
        for name, size in (("large", 900.0), ("unmoved", 5000.0), ("small", 10.0), ("row", 1.0))
    ]
    effects = [
        Effect("large", "f", 1.0, "keep x", 0.01),
        Effect("small", "f", 0.1, "keep y", 0.0),
        Effect("small", "g", -5.0, "keep y", 0.2),
        Effect("row", "h", 90.0, "keep z", 0.0),
    ]
    assert [item.finding_id for item in by_price(findings, effects)] == [
        "small", "large", "row", "unmoved",
    ]  # fmt: skip
    assert by_price(findings, [])[0].finding_id == "unmoved"


def test_effects_stand_in_the_order_of_their_findings() -> None:
    data = town(
        layer(
            Role.LAND_USE,
            *full_cover(),
            parcel("s", square(0, 0, 10), "DGT"),
            parcel("t", square(40, 40, 30), "DGT"),
        )
    )
    outcome = complete_run(data)
    effects = outcome.effects
    order = list(dict.fromkeys(item.finding_id for item in effects))
    assert order == [item.finding_id for item in by_price(outcome.findings, effects)][: len(order)]
    assert effects[0].weight > 0


# ---- any city -------------------------------------------------------------------------------

_CODES = ("ODT", "DGT", "CLN", "DKV", "MNC", "")
_LOTS = ("O_Nhomnhao", "HTXH_CayxanhCC", "HTKT_DuongGT", "HTKT_Baidoxe")
#: corners on a grid that is turned, so that no boundary is a round number
_SPACING, _TURN = 125.0, 0.3


def _turned(geometry: Any) -> Any:
    cos, sin = np.cos(_TURN), np.sin(_TURN)
    return shapely.transform(
        geometry,
        lambda xy: (xy - [EAST, NORTH]) @ np.array([[cos, sin], [-sin, cos]]) + [EAST, NORTH],
    )


@st.composite
def _rectangles(draw: st.DrawFn, most: int) -> list[Polygon]:
    count = draw(st.integers(0, most))
    found = []
    for _ in range(count):
        x, y = draw(st.integers(-1, 14)), draw(st.integers(-1, 7))
        wide, high = draw(st.integers(1, 8)), draw(st.integers(1, 8))
        found.append(_turned(square(_SPACING * x, _SPACING * y, _SPACING * wide, _SPACING * high)))
    return found


@st.composite
def cities(draw: st.DrawFn) -> tuple[Dataset, DeriveFacts]:
    """Two units of 1 km², and rectangles of any layer anywhere."""
    units = layer(
        Role.UNITS,
        feature("W", _turned(square(0, 0, 1000)), code="W", name="W", kind="ward"),
        feature("C", _turned(square(1000, 0, 1000)), code="C", name="C", kind="commune"),
    )
    number = iter(range(1000))
    orders = st.sampled_from([{}, {"priority": 1}, {"approved": "2020-01-01"}])
    parcels = [
        parcel(
            f"l{next(number)}", shape, draw(st.sampled_from(_CODES)), source_value="Đất ở đô thị",
            **draw(orders),
        )
        for shape in draw(_rectangles(5))
    ]  # fmt: skip
    lots = [
        lot(f"z{next(number)}", shape, draw(st.sampled_from(_LOTS)), **draw(orders))
        for shape in draw(_rectangles(3))
    ]
    kinds, parks = st.sampled_from(["public", "water", "restricted"]), st.sampled_from(["p", "q"])
    green = [
        feature(f"g{next(number)}", shape, kind=draw(kinds), park=draw(parks))
        for shape in draw(_rectangles(3))
    ]  # fmt: skip
    plans = [
        plan(f"P{n}", shape, approved=draw(st.sampled_from([None, "2020-01-01"])))
        for n, shape in enumerate(draw(_rectangles(2)))
    ]
    general = [
        lot(f"d{next(number)}", shape, draw(st.sampled_from(["DD_DONVIO", "NDD_DANCUNT"])))
        for shape in draw(_rectangles(2))
    ]
    layers = [
        layer(Role.LAND_USE, *parcels), layer(Role.ZONING, *lots), layer(Role.GREEN, *green),
        layer(Role.PLANS, *plans),
    ]  # fmt: skip
    if general:
        layers.append(layer(Role.GENERAL_PLAN, *general))
    nameless = [item["feature_id"] for item in parcels if not item["code"]]
    findings = [unmapped(*nameless)] if nameless else []
    streets = tuple({item["plan_id"] for item in plans if item["approved"]}) if lots else ()
    return town(units, *layers, findings=findings), DeriveFacts(street_land=streets)


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    # making a failing city smaller takes minutes: every step is many complete runs
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(cities())
def test_every_price_is_the_difference_of_two_runs(city: tuple[Dataset, DeriveFacts]) -> None:
    data, facts = city
    outcome = complete_run(data, facts=facts)
    ground = Ground(outcome.derived, outcome.evidence, facts)
    effects = outcome.effects
    assert {item.figure_id for item in effects} <= set(outcome.figures)
    assert all(np.isfinite(item.delta) for item in effects)
    for finding in outcome.findings:
        other = find_alternative(finding, ground)
        if other is None or other.choice in ("declared", "median") or "here" in other.choice:
            continue
        decided = complete_run(data, [decision(finding, other.choice)], facts)
        # rows of units of which a hundredth is in scope leave two digits less
        assert_price_is_the_difference(outcome, finding, decided, effects, per=1.0)


# ---- the sample city ------------------------------------------------------------------------


@pytest.mark.slow
def test_price_on_three_units_is_the_difference_of_two_runs(few_units: Path) -> None:
    """Of all that a decision can settle there, what moves most figures.

    (It takes two complete runs; all that was planted in the city was compared in the same way.)
    """
    project = load_project(few_units)
    published_run = run_project(project)
    moved = Counter(item.finding_id for item in published_run.effects)
    choices = {item.finding_id: item.choice for item in published_run.effects}
    found = {item.finding_id: item for item in published_run.findings}
    settled = [
        finding_id
        for finding_id, choice in choices.items()
        if choice not in ("declared", "median") and "here" not in choice
    ]
    finding = found[max(settled, key=lambda finding_id: (moved[finding_id], finding_id))]
    assert moved[finding.finding_id] > 10
    day, tolerance = project.facts.as_of, project.tolerance
    decided = complete_run(
        load_layers(project),
        [decision(finding, choices[finding.finding_id])],
        project.derive,
        day,
        tolerance,
    )
    published = {item.figure_id: item.value for item in published_run.figures}
    as_it_was = replace(decided, figures=published)
    assert_price_is_the_difference(as_it_was, finding, decided, published_run.effects)
