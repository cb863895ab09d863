"""Figures and their distance to targets as formulas over the amounts of units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY
from urbanplan_gis.analysis.targets import NEAR, NOISE, verdict_class, verdict_of
from urbanplan_gis.model.figures import Assessment, Figure, Measure, Target, Verdict
from urbanplan_gis.outputs.workbook_amounts import Amounts, Side
from urbanplan_gis.outputs.worksheet import quoted
from urbanplan_gis.text import say

#: ground thinner than this share of a row's ground is none (as in the figures themselves)
_THIN = "1E-9"
#: relative difference from which on a figure is no longer the one published
_SAME = "1E-9"
_LEVELS = {"not": 0, "near": 1, "met": 2}
#: the selection of units of a row -> its number on the sheet of parks
PARK_SELECTIONS = {"slated": -1, "ward": -2, "urban": -3, "": -4}


@dataclass(frozen=True)
class Live:
    """The formulas of one figure, by column; in brackets columns of the same row.

    ``why`` says why there is none for the value (a key of the catalogue), or is empty.
    """

    number: int
    figure: Figure
    formulas: Mapping[str, str]
    numbers: Mapping[str, float | None]
    why: str


def live_figures(
    panels: Sequence[Panel], amounts: Amounts, figures: Mapping[str, Figure]
) -> list[Live]:
    """Every figure of every panel in the order of the tables; ``figures`` by their id."""
    found: list[Live] = []
    for position, panel in enumerate(panels):
        sides = {name: amounts.sides.get((position, name)) for name in ("numerator", "denominator")}
        for row in panel.rows():
            figure = figures[panel.figure_id(row)]
            found.append(_live(len(found) + 1, figure, panel, row, sides))
    return found


def _live(
    number: int, figure: Figure, panel: Panel, row: Row, sides: Mapping[str, Side | None]
) -> Live:
    """The formulas of the figure of one row of a panel."""
    why = next((side.why for side in sides.values() if side and side.why), "")
    n_most, d_most = _most(panel, row)
    is_unit = not row.is_city and row.code not in ("slated", "wards")
    numbers = {
        "unit": float(np.flatnonzero(row.units)[0] + 1) if is_unit else None,
        "numerator_most": n_most,
        "denominator_most": d_most,
    }
    if why or any(item.label == "zoning" for m in panel.measures for item in m.where):
        return Live(number, figure, {}, numbers, why or "switch")
    scoped = any(measure.scoped for measure in panel.measures)
    where = _selection(panel, row, scoped)
    formulas = {"completeness": _completeness(panel, where, sides)}
    definition = panel.definition
    for name, measure in (("numerator", definition.numerator),
                          ("denominator", definition.denominator)):  # fmt: skip
        side = sides[name]
        if side is not None and measure is not None:
            of_side = _selection(panel, row, measure.scoped)
            unit = figure.numerator_unit if name == "numerator" else figure.denominator_unit
            formulas[name] = _total(side, of_side, unit, "am_amount", measure)
            formulas[f"{name}_most"] = _total(side, of_side, unit, "am_most", measure)
    return Live(number, figure, {**formulas, **_ratio(panel)}, numbers, "")


def _most(panel: Panel, row: Row) -> tuple[float | None, float | None]:
    """Both sides if all that is not known turned out to count."""
    definition = panel.definition
    found: list[float | None] = []
    for measure, quantity in ((definition.numerator, panel.numerator),
                              (definition.denominator, panel.denominator)):  # fmt: skip
        units = None
        if measure is not None and quantity is not None:
            units = panel.units_of(row) if measure.scoped else row.units
        if units is None or quantity is None or not units.any():
            found.append(None)
            continue
        total = quantity.at_most(units)
        ground = float(panel.ground[units, 0].sum())
        thin = quantity.unit == "m2" and abs(total) <= 1e-9 * ground
        found.append(None if np.isnan(total) else 0.0 if thin else total)
    return found[0], found[1]


def _selection(panel: Panel, row: Row, scoped: bool) -> str:
    """What says which units a row adds up: ``no`` (one unit), a mark of units, or all (empty)."""
    if row.is_city:
        scopes = {"wards": "ward", "wards_and_slated": "urban"}
        return scopes.get(panel.definition.scope, "") if scoped else ""
    return {"slated": "slated", "wards": "ward"}.get(row.code, "no")


def _chosen(prefix: str, where: str) -> str:
    """The criteria of a selection, as the tail of SUMIFS or COUNTIFS."""
    if not where:
        return ""
    return f",{prefix}_no,[no]" if where == "no" else f",{prefix}_{where},1"


def _units(where: str) -> str:
    """How many units a selection has."""
    if where == "no":
        return "1"
    return f"COUNTIFS(unit_{where},1)" if where else "COUNT(unit_no)"


def _of_units(column: str, where: str) -> str:
    """A column of the sheet of units added up over a selection."""
    if not where:
        return f"SUM({column})"
    return f"SUMIFS({column}{_chosen(',unit', where)[1:].replace(',,', ',')})"


def _sum(summed: str, number: int, where: str) -> str:
    return f"SUMIFS({summed},am_item,{number}{_chosen('am', where)})"


def _total(side: Side, where: str, unit: str, summed: str, measure: Measure) -> str:
    """One side of a figure over a selection, by its rule."""
    if side.rule == "per_park":
        chosen = "[no]" if where == "no" else str(PARK_SELECTIONS[where])
        total = f"SUMIFS(park_counted,park_item,{side.amounts[0]},park_units,{chosen})"
    else:
        parts = [_sum(summed, number, where) for number in side.amounts]
        total = {
            "sum": parts[0],
            "dry": parts[0],
            "half": f"{parts[0]}+0.5*{parts[-1]}",
            "capped": f"{parts[0]}+MIN({parts[0]},{parts[-1]})",
            "": f"{parts[0]}+MIN({parts[0]},{parts[-1]})",
        }[side.rule]
    if unit == "m2":
        total = f"IF(ABS({total})<={_THIN}*{_of_units('unit_area', where)},0,{total})"
    if measure.kind in ("statistic", "floor_area"):
        total = f'IF({_sum("am_missing", side.amounts[0], where)}>0,"",{total})'
    if where in ("", "no"):
        return total
    return f'IF({_units(where)}=0,"",{total})'


def _completeness(panel: Panel, where: str, sides: Mapping[str, Side | None]) -> str:
    """The share of ground, or of units with their statistics, that is known."""
    ground = _of_units("unit_area", where)
    shares = []
    if any(item.label == "land_use" for measure in panel.measures for item in measure.where):
        known = _of_units(f"unit_known_{panel.state}", where)
        shares.append(f"IF({known}>={ground}*(1-{_THIN}),1,{known}/{ground})")
    for name, measure in (("numerator", panel.definition.numerator),
                          ("denominator", panel.definition.denominator)):  # fmt: skip
        side = sides[name]
        if side and measure and measure.kind in ("statistic", "floor_area"):
            missing = _sum("am_missing", side.amounts[0], where)
            shares.append(f"1-{missing}/{_units(where)}")
    return f"IF({ground}=0,0,MIN({','.join(['1', *dict.fromkeys(shares)])}))"


def _ratio(panel: Panel) -> dict[str, str]:
    """Value, and the least and most it can be on ground that is not known."""
    n, d, most = "[numerator]", "[denominator]", "[numerator_most]"
    if panel.denominator is None:
        known = f'IF(OR([completeness]=0,{n}=""),"",'
        return {
            "value": f"{known}{n})",
            "low_ground": f"{known}{n})",
            "high_ground": f"{known}{most})",
        }
    known = f'IF(OR([completeness]=0,{n}="",{d}=""),"",'
    if panel.indicator.unit == "units":
        value = f'{known}IF({d}=0,"",{n}))'
        return {"value": value, "low_ground": value, "high_ground": value}
    factor = "100*" if panel.indicator.unit == "%" else ""
    d_most = "[denominator_most]"
    known_most = f'{known}IF({d_most}=0,"",'
    below = f"{d}+MIN({most}-{n},{d_most}-{d})"
    return {
        "value": f'{known}IF({d}=0,"",{factor}{n}/{d}))',
        "low_ground": f"{known_most}{factor}{n}/{d_most}))",
        "high_ground": f"{known_most}{factor}{most}/IF({below}=0,{d_most},{below})))",
    }


def changed() -> str:
    """Whether a figure is another than the one published (1) or not (0)."""
    return (
        'IF(AND([value]="",[published]=""),0,IF(OR([value]="",[published]=""),1,'
        f"IF(ABS([value]-[published])<={_SAME}*ABS([published]),0,1)))"
    )


def gap_formulas(item: Assessment) -> dict[str, str]:
    """Gap in the figure's unit, and in hectares with the denominator held."""
    if item.target is None:
        return {}
    found = {"gap": 'IF(OR([value]="",[target]=""),"",[value]-[target])'}
    if item.figure.of_land and item.figure.denominator_unit:
        aim = "[target]/100" if item.figure.value_unit == "%" else "[target]"
        found["gap_ha"] = (
            'IF(OR([value]="",[numerator]="",[denominator]=""),"",'
            f"({aim}*[denominator]-[numerator])/10000)"
        )
    return found


def binds(item: Assessment) -> bool:
    """Whether a target binds the row: verdicts and readings are looked at there alone."""
    return item.target is not None and item.figure.unit_code == item.target.scope


def level_of(item: Assessment) -> int | None:
    """2 where a value meets its target, 1 where it is near, 0 below, -1 without; else None."""
    figure, target = item.figure, item.target
    if not binds(item):
        return None
    if figure.value is None or target is None:
        return -1
    return _LEVELS[verdict_class(verdict_of(figure.value, target, figure.as_of.year))]


def level_formula(item: Assessment) -> str:
    """The same as a formula."""
    if not binds(item) or item.target is None:
        return ""
    return f'IF(OR([value]="",[target]=""),-1,{_level("[value]", item.target)})'


def verdict_formula(
    item: Assessment, reading: bool, allow_unverified: bool, rows: str, lang: str
) -> str:
    """The verdict in words; ``rows`` names the columns that readings are looked up in."""
    word = {verdict: quoted(say(f"verdict.{verdict}", lang)) for verdict in Verdict}
    fixed = _fixed(item, allow_unverified)
    if fixed is not None or item.target is None:
        return f'IF([value]="",{word[Verdict.NO_DATA]},{word[fixed or Verdict.REFERENCE]})'
    target = item.target
    bounds = ",".join(
        f'AND([{name}]<>"",{_level(f"[{name}]", target)}<>[level])'
        for name in ("low_ground", "high_ground")
    )
    words = _words(target, item.figure.as_of.year, word)
    if reading:
        others = (
            f'COUNTIFS({rows}_group,[group],{rows}_reading,1,{rows}_level,">=0",'
            f'{rows}_level,"<>"&[level])'
        )
        words = f"IF({others}>0,{word[Verdict.INCONCLUSIVE]},{words})"
    doubtful = f"IF(OR({bounds}),{word[Verdict.INCONCLUSIVE]},{words})"
    return f"IF([level]<0,{word[Verdict.NO_DATA]},{doubtful})"


def _fixed(item: Assessment, allow_unverified: bool) -> Verdict | None:
    """The verdict of figures that none is given on, whatever their value."""
    figure, target = item.figure, item.target
    if target is None or figure.unit_code != target.scope or not figure.judged:
        return Verdict.REFERENCE
    if target.confidence == "unverified" and not allow_unverified:
        return Verdict.REFERENCE
    return Verdict.INCONCLUSIVE if figure.years_away > MAX_YEARS_AWAY else None


def _level(value: str, target: Target) -> str:
    slack = f"{NOISE:.0E}*ABS([target])"
    if target.sense == "at_most":
        return f"IF({value}<=[target]+{slack},2,0)"
    if target.sense == "above":
        return f"IF({value}>[target]+{slack},2,0)"
    if target.sense == "about":
        near = f"IF({value}>={NEAR}*[target]-{slack},1,0)"
        return f"IF({value}>=[target]-{slack},2,{near})"
    return f"IF({value}>=[target]-{slack},2,0)"


def _words(target: Target, year: int, word: Mapping[Verdict, str]) -> str:
    """The words of a level."""
    slack = f"{NOISE:.0E}*ABS([target])"
    below = word[Verdict.NOT_YET if year <= target.year else Verdict.MISSED]
    if target.sense == "at_most":
        met = f"IF([value]<[target]-{slack},{word[Verdict.EXCEEDED]},{word[Verdict.MET]})"
    elif target.sense in ("all", "above"):
        met = word[Verdict.MET]
    else:
        met = f"IF([value]>[target]+{slack},{word[Verdict.EXCEEDED]},{word[Verdict.MET]})"
    return f"IF([level]=2,{met},IF([level]=1,{word[Verdict.NEAR]},{below}))"


def groups_of(assessments: Iterable[Assessment], by_year: bool) -> list[int]:
    """A number for each figure's indicator, row and state (and target year): readings share it."""
    numbers: dict[object, int] = {}
    found = []
    for item in assessments:
        figure = item.figure
        key = (figure.indicator, figure.unit_code, figure.scenario)
        year = (item.target,) if by_year else ()
        found.append(numbers.setdefault((*key, *year), len(numbers) + 1))
    return found
