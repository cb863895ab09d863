"""Amounts by unit that figures are made of, each with the formula that gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.measures import statistic_names
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.statistics import statistic_words
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.model.data import OPTIONAL_STATISTICS
from urbanplan_gis.model.figures import Condition, Measure
from urbanplan_gis.outputs.workbook_ground import (
    CENTRELINES,
    GREEN,
    LAND,
    PLAN,
    PLANS,
    RIGHT_OF_WAY,
    URBAN_LAND,
    Ground,
    can_be_switched,
)
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.text import Name, Text

Floats = NDArray[np.float64]
#: the statistic that dwellings counted from buildings stand under on the sheet of statistics
DWELLINGS = "dwelling_floor_area"
SHORT = {LAND: "land", PLAN: "plan", GREEN: "green"}
STANDING = {"zoning_in_force": "in_force", "zoning_approved": "approved"}
UNIT_SETS = {"wards": "ward", "slated": "slated", "wards_and_slated": "urban"}
PARK_WATER, WATER = Condition(GREEN, "park_water"), Condition(LAND, "water")


@dataclass(frozen=True, eq=False)
class Amount:
    """What every unit has of one thing in one state, for certain and at most.

    ``formula`` and ``most`` stand in every row; names in brackets are columns of that row, other
    names columns of other sheets. ``years`` are those of the statistics, 0 for none.
    """

    number: int
    words: tuple[Name | Text, ...]
    state: str
    unit: str
    formula: str
    most: str
    certain: Floats
    possible: Floats
    years: tuple[int, ...]


@dataclass(frozen=True)
class Side:
    """One side of a figure: amounts by number, closed by a rule. ``why`` if there is no formula.

    Of ``per_park`` the amount is the number of a calculation by park.
    """

    rule: str
    amounts: tuple[int, ...]
    why: str = ""


@dataclass(frozen=True)
class ByPark:
    """Dry ground and water of green in every park: the set of kinds, the state, the scope."""

    number: int
    set_name: str
    state: str
    in_urban_land: bool


@dataclass(eq=False)
class Amounts:
    """All amounts of some panels, each once; ``sides`` by panel and side."""

    found: dict[tuple[object, ...], Amount] = field(default_factory=dict)
    parks: dict[tuple[object, ...], ByPark] = field(default_factory=dict)
    sides: dict[tuple[int, str], Side] = field(default_factory=dict)


def amounts_of(panels: Iterable[Panel], ground: Ground) -> Amounts:
    """The amounts behind every panel; sides that no formula can give say why."""
    amounts = Amounts()
    for position, panel in enumerate(panels):
        for name, measure, quantity in _sides(panel):
            amounts.sides[position, name] = _side(amounts, panel, measure, quantity, ground)
    return amounts


def flags_wanted(panels: Iterable[Panel]) -> dict[str, list[Condition]]:
    """Conditions on classes of ground that formulas ask for in each state."""
    asked: dict[str, dict[Condition, None]] = {}
    for panel in panels:
        wanted = asked.setdefault(panel.state, {})
        if panel.in_general_plan:
            wanted[URBAN_LAND] = None
        for measure in panel.measures:
            conditions = [*measure.where]
            if measure.kind == "green_area":
                conditions += [WATER, PARK_WATER]
            for item in conditions:
                if item.label in SHORT and can_be_switched(item.set_name):
                    wanted[item] = None
                    if class_sets()[item.set_name].only_within:
                        wanted[URBAN_LAND] = None
    return {state: list(wanted) for state, wanted in asked.items()}


def flag_name(condition: Condition) -> str:
    """The column of the sheet of ground that says where a condition holds."""
    return f"in_{SHORT[condition.label]}_{condition.set_name}"


def _sides(panel: Panel) -> Iterator[tuple[str, Measure, Quantity]]:
    yield "numerator", panel.definition.numerator, panel.numerator
    if panel.definition.denominator is not None and panel.denominator is not None:
        yield "denominator", panel.definition.denominator, panel.denominator


def _side(
    amounts: Amounts, panel: Panel, measure: Measure, quantity: Quantity, ground: Ground
) -> Side:
    """The amounts of one side, added to those found."""
    if measure.kind == "area":
        return _of_area(amounts, panel, measure, quantity, ground)
    if measure.kind == "green_area":
        return _of_green(amounts, panel, measure, quantity, ground)
    if measure.kind == "statistic":
        return _of_statistics(amounts, panel, measure, quantity)
    if measure.kind == "floor_area":
        formula = _statistic_sum([DWELLINGS], set(), "[year]")
        words = (Text.of("workbook.dwellings"),)
        return _add(amounts, panel, (DWELLINGS,), words, quantity.unit, formula, "", quantity)
    if measure.kind == "unit_count":
        names = [UNIT_SETS.get(item.set_name, "") for item in measure.where]
        if all(names):
            formula = "*".join(f"[{name}]" for name in names) or "1"
            words = tuple(Text.of(f"workbook.of_units.{name}") for name in names)
            key = ("units", *names)
            return _add(amounts, panel, key, words, quantity.unit, formula, "", quantity)
    return Side("", (), "kind")


def _of_area(
    amounts: Amounts, panel: Panel, measure: Measure, quantity: Quantity, ground: Ground
) -> Side:
    names = [item.label for item in measure.where]
    if CENTRELINES in names and panel.definition.geodesic:
        return Side("", (), "kind")
    summed = f"ground_{CENTRELINES}" if CENTRELINES in names else _plane(panel)
    certain, most = [], []
    words: list[Name | Text] = []
    for item in measure.where:
        if item.label in SHORT and can_be_switched(item.set_name):
            certain.append(flag_name(item))
            may = item.label == LAND
            most.append(f"may_{item.set_name}" if may else flag_name(item))
            words.append(class_sets()[item.set_name].name)
        elif item.label == RIGHT_OF_WAY:
            certain.append(f"ground_{RIGHT_OF_WAY}")
            most.append(f"ground_{RIGHT_OF_WAY}")
            words.append(Text.of("workbook.right_of_way"))
        elif item.label == CENTRELINES:
            words.append(Text.of("workbook.centrelines"))
        elif item.label == PLANS and item.set_name in STANDING:
            certain.append(f"under_{STANDING[item.set_name]}")
            most.append(certain[-1])
            words.append(Text.of(f"workbook.under_{STANDING[item.set_name]}"))
        elif item.label == "unit" and item.set_name in UNIT_SETS:
            certain.append(f"ground_{UNIT_SETS[item.set_name]}")
            most.append(certain[-1])
            words.append(Text.of(f"workbook.of_units.{UNIT_SETS[item.set_name]}"))
        else:
            return Side("", (), "switch")
    if panel.in_general_plan and measure.scoped:
        certain.append(flag_name(URBAN_LAND))
        most.append(certain[-1])
        words.append(class_sets()[URBAN_LAND.set_name].name)
    words = words or [Text.of("workbook.all_ground")]
    words += [Text.of("workbook.on_ellipsoid")] if panel.definition.geodesic else []
    key = ("area", summed, *certain)
    formula, at_most = _ground_sum(summed, certain), _ground_sum(summed, most)
    at_most = "" if at_most == formula else at_most
    return _add(amounts, panel, key, tuple(words), quantity.unit, formula, at_most, quantity)


def _of_green(
    amounts: Amounts, panel: Panel, measure: Measure, quantity: Quantity, ground: Ground
) -> Side:
    """Dry ground and water of green, apart, so that water can be counted by the rule."""
    if len(measure.where) != 1 or measure.where[0].label != GREEN:
        return Side("", (), "switch")
    (kinds,) = measure.where
    scope = [flag_name(URBAN_LAND)] if panel.in_general_plan and measure.scoped else []
    if measure.rule == "per_park":
        if panel.definition.geodesic:
            return Side("", (), "kind")
        key = ("park", panel.state, kinds.set_name, bool(scope))
        number = len(amounts.parks) + 1
        made = ByPark(number, kinds.set_name, panel.state, bool(scope))
        return Side("per_park", (amounts.parks.setdefault(key, made).number,))
    numbers = []
    factor = panel.evidence.geodesic if panel.definition.geodesic else None
    for kind in ("dry", "wet"):
        name = f"{kind}_{kinds.set_name}"
        parts = _by_unit(panel.evidence, panel.state, ground, kind, kinds.set_name, bool(scope),
                         factor is not None)  # fmt: skip
        words = (class_sets()[kinds.set_name].name, Text.of(f"workbook.{kind}"))
        words += (class_sets()[URBAN_LAND.set_name].name,) if scope else ()
        words += (Text.of("workbook.on_ellipsoid"),) if factor is not None else ()
        formula = _ground_sum(_plane(panel), [name, *scope])
        summed = Quantity.simple(parts, parts, "m2")
        key = ("green", name, _plane(panel), *scope)
        numbers += _add(amounts, panel, key, words, "m2", formula, "", summed).amounts
    return Side(measure.rule, tuple(numbers))


def _by_unit(
    evidence: Evidence,
    state: str,
    ground: Ground,
    kind: str,
    set_name: str,
    in_urban_land: bool,
    geodesic: bool,
) -> Floats:
    """Dry green or water of parks (m²) by unit, added up over the rows of ground."""
    counts = (ground.rows["state"] == state).to_numpy() & (green_flags(ground, kind, set_name) == 1)
    if in_urban_land:
        counts &= ground.flags(URBAN_LAND.label, URBAN_LAND.set_name) == 1
    area = ground.rows["ellipsoid" if geodesic else "area"].to_numpy(dtype=float) * counts
    unit = ground.rows["unit"].to_numpy(dtype=np.intp)
    return sum_by(unit, area, len(evidence.units))


def green_flags(ground: Ground, kind: str, set_name: str) -> NDArray[np.int64]:
    """Rows that are dry green of the kinds of a set, or water that goes with it."""
    green, wet = ground.flags(GREEN, set_name), ground.flags(*_pair(WATER))
    if kind == "dry":
        return ((green == 1) & (wet == 0)).astype(int)
    pond = ground.flags(*_pair(PARK_WATER))
    return (((green == 1) & (wet == 1)) | ((pond == 1) & (ground.of_park(set_name) == 1))).astype(
        int
    )


def _of_statistics(amounts: Amounts, panel: Panel, measure: Measure, quantity: Quantity) -> Side:
    names = statistic_names(measure, panel.state)
    given = [panel.statistics[name] for name in names if name in panel.statistics]
    years = [tuple(map(int, chosen.years)) for chosen in given if chosen.years.any()]
    required = [name for name in names if name not in OPTIONAL_STATISTICS]
    of_required = [
        tuple(map(int, panel.statistics[name].years))
        for name in required
        if name in panel.statistics and panel.statistics[name].years.any()
    ]
    if len(set(of_required)) > 1:
        return Side("", (), "years")
    found = of_required[0] if of_required else years[0] if years else ()
    sets = [UNIT_SETS.get(item.set_name, "") for item in measure.where]
    if not all(sets):
        return Side("", (), "switch")
    total = _statistic_sum(required or names, set(names) - set(required), "[year]")
    inside = "*".join(f"[{name}]" for name in sets)
    formula = f"IF({inside}=0,0,{total})" if sets else total
    words = tuple(statistic_words(name) for name in names)
    words += tuple(Text.of(f"workbook.of_units.{name}") for name in sets)
    key = ("statistic", *names, *sets, found)
    return _add(amounts, panel, key, words, quantity.unit, formula, "", quantity, found)


def _add(
    amounts: Amounts,
    panel: Panel,
    key: tuple[object, ...],
    words: tuple[Name | Text, ...],
    unit: str,
    formula: str,
    most: str,
    quantity: Quantity,
    years: tuple[int, ...] = (),
) -> Side:
    """The side of one amount, which is added if it is not there yet."""
    units = len(panel.evidence.units)
    made = Amount(
        number=len(amounts.found) + 1,
        words=words,
        state=panel.state,
        unit=unit,
        formula=formula,
        most=most,
        certain=quantity.certain[:, 0],
        possible=quantity.possible[:, 0],
        years=years or (0,) * units,
    )
    return Side("sum", (amounts.found.setdefault((panel.state, *key), made).number,))


def _plane(panel: Panel) -> str:
    return "ground_ellipsoid" if panel.definition.geodesic else "ground_area"


def _ground_sum(summed: str, flags: Iterable[str]) -> str:
    asked = "".join(f",{flag},1" for flag in dict.fromkeys(flags))
    return f"SUMIFS({summed},ground_state,[state],ground_no,[no]{asked})"


def _statistic_sum(required: list[str], optional: set[str], year: str) -> str:
    """A sum of statistics of one unit and year; nothing where one that is required is missing."""

    def of(function: str, name: str) -> str:
        summed = "stat_value," if function == "SUMIFS" else ""
        return f'{function}({summed}stat_no,[no],stat_key,"{name}@"&{year})'

    counts = ",".join(of("COUNTIFS", name) for name in required)
    total = "+".join(of("SUMIFS", name) for name in [*required, *sorted(optional)])
    return f'IF(MIN({counts})=0,"",{total})'


def _pair(condition: Condition) -> tuple[str, str]:
    return condition.label, condition.set_name
