"""The indicator sheets: communes coloured by how far they are from the target."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from urbanplan_gis.analysis.targets import NOISE, readable
from urbanplan_gis.model.figures import Definition, Verdict
from urbanplan_gis.outputs.sheets import symbols
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.sheets.theme import (
    AREA,
    BORDER,
    GROUND,
    PATTERN,
    MapClass,
    Theme,
    bounds,
    geometries,
    unit_borders,
    unit_names,
)
from urbanplan_gis.outputs.sheets.value_table import Row, value_table
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Text, number, say

if TYPE_CHECKING:
    from pandas import DataFrame

    from urbanplan_gis.outputs.sheets.data import SheetData

_COMPLETE = 0.95
#: a smaller gap would be printed as 0,0 ha
_LEAST_GAP_HA = 0.05
_UNSURE = frozenset({Verdict.NO_DATA.value, Verdict.INCONCLUSIVE.value})
_CITY = "city"
#: what the labels and statistics of measures come from, where the role has another name
_ROLE_OF = {"centrelines": "roads", "grid_residents": "population", "official_area": "units"}
#: the state shown is the first of these with a figure
_STATES = ("existing", "planned")


def figures_of(data: SheetData, indicator: str) -> DataFrame:
    """The default figures of an indicator at the sheet's date and boundaries, in one state.

    The existing state; where it has no figure at all (only plans are at hand), the planned one.
    """
    figures = data.figures
    if figures is None or figures.empty:
        return figures
    chosen = figures[
        (figures["indicator"] == indicator)
        & figures["is_default"].astype(bool)
        & (figures["boundaries"].astype(str) == data.boundaries)
        & (figures["as_of"].astype(str).str[:10] == data.as_of.isoformat())
    ]
    states = [chosen[chosen["scenario"] == state] for state in _STATES]
    return next((state for state in states if state["value"].notna().any()), states[0])


def indicator_theme(data: SheetData, indicator: str) -> Theme:
    """The communes that are to become wards, by share of the target; the others in grey.

    Where none is to become a ward, all units.
    """
    figures = figures_of(data, indicator)
    rows = {str(row["unit_code"]): row for row in figures.to_dict("records")}
    shown, others = units_shown(data)
    codes = [str(code) for code in shown["code"]]
    decimals = indicators()[indicator].decimals
    classes = [
        *value_classes(shown, rows, data.lang),
        *ground_classes(others, shown, rows, data.lang),
        *unit_borders(data),
    ]
    some = rows.get(_CITY) or next(iter(rows.values()))
    return Theme(
        classes=tuple(classes),
        focus=bounds(shown),
        notes=figure_notes(definitions_used(indicator, figures), rows, data),
        unit_lines={
            code: _lines(rows[code], data.lang, decimals) for code in codes if code in rows
        },
        table=cache(
            partial(
                value_table,
                tuple(_table_rows(shown, rows, data.lang, decimals)),
                target_words(some, data.lang),
                say("map.table.state", data.lang, state=Text.of(f"state.{some['scenario']}")),
                unit_words(some),
                data.lang,
            )
        ),
        of_slated=bool(shown["slated"].any()),
    )


def units_shown(data: SheetData) -> tuple[Any, Any]:
    """The communes that are to become wards, all units where there are none; and the others."""
    units = data.units
    slated = units[units["slated"].to_numpy(dtype=bool)]
    shown = slated if len(slated) else units
    return shown, units[~units["code"].isin(shown["code"]).to_numpy(dtype=bool)]


def share_of_target(row: dict[str, Any]) -> float | None:
    """The value over the target (for a ceiling the other way round), or None without either.

    A value that misses the target by no more than the noise of sums has reached it; one that has
    only reached a target to be exceeded lies just below 1. A target of zero is met or missed
    altogether.
    """
    value, target = _float(row.get("value")), _float(row.get("target"))
    if value is None or target is None:
        return None
    sense = row.get("target_sense")
    if abs(value - target) <= NOISE * max(abs(target), 1.0 if target == 0 else 0.0):
        return math.nextafter(1.0, 0.0) if sense == "above" else 1.0
    if sense == "at_most":
        return math.inf if value <= 0 else target / value
    if target == 0:
        return math.inf if value > 0 else 0.0
    return value / target


def value_classes(shown: Any, rows: dict[str, Any], lang: str, heading: str = "") -> list[MapClass]:
    """A class for each step of the fixed scale, and for units without value or target."""
    scale = steps(lang)
    placed = [step_of(rows.get(str(code))) for code in shown["code"]]
    heading = heading or say("map.legend.share_of_target", lang)
    classes = []
    for key, (name, symbol) in scale.items():
        here = np.array([step == key for step in placed], dtype=bool)
        if here.any():
            shapes = geometries(shown[here])
            classes.append(MapClass(f"share:{key}", name, symbol, shapes, AREA, heading=heading))
    return classes


def value_keys() -> tuple[str, ...]:
    """The keys of all classes of values, in the order of the legend."""
    return tuple(f"share:{key}" for key in steps("vi"))


def steps(lang: str) -> dict[str, tuple[str, Symbol]]:
    """Keys, names and symbols of the scale, best first."""
    edges = [number(100 * edge, lang, 0) for edge in symbols.TARGET_BREAKS]
    names = [say("map.share.below", lang, high=edges[0])]
    names += [say("map.share.between", lang, low=low, high=high) for low, high in pairwise(edges)]
    names.append(say("map.share.from", lang, low=edges[-1]))
    scale = {
        str(step): (name, Symbol(fill=fill))
        for step, (name, fill) in enumerate(zip(names, symbols.TARGET_FILLS, strict=True))
    }
    ordered = dict(reversed(scale.items()))
    ordered["undecided"] = (say("map.share.undecided", lang), symbols.UNDECIDED)
    ordered["no_target"] = (say("map.share.no_target", lang), symbols.NO_TARGET)
    ordered["no_data"] = (say("map.share.no_data", lang), symbols.NO_DATA)
    return ordered


def step_of(row: dict[str, Any] | None) -> str:
    """The key in :func:`steps` of a row of ``indicators.csv`` (None: no figure)."""
    if row is None or _float(row.get("value")) is None:
        return "no_data"
    share = share_of_target(row)
    if share is None:
        return "no_target"
    if len({bound >= 1 for bound in (share, *_bounds(row))}) > 1:
        return "undecided"
    return str(int(np.searchsorted(symbols.TARGET_BREAKS, share, side="right")))


def _bounds(row: dict[str, Any]) -> list[float]:
    """The least and most the share of the target can be, where ground is not known."""
    shares = [share_of_target({**row, "value": row.get(name)}) for name in ("low", "high")]
    return [share for share in shares if share is not None]


def ground_classes(others: Any, shown: Any, rows: dict[str, Any], lang: str) -> list[MapClass]:
    """Units whose figures are not sure, other units, and the outlines of communes slated."""
    heading = say("map.legend.borders", lang)
    unsure = [_unsure(rows.get(str(code))) for code in shown["code"]]
    slated = shown[shown["slated"].to_numpy(dtype=bool)]
    named = (
        ("incomplete", symbols.INCOMPLETE, shown[np.array(unsure, dtype=bool)], PATTERN, ""),
        ("context", symbols.CONTEXT, others, GROUND, heading),
        ("slated_border", symbols.SLATED_BORDER, slated, BORDER + 0.2, heading),
    )
    return [
        MapClass(key, say(f"map.class.{key}", lang), symbol, geometries(frame), level, "", group)
        for key, symbol, frame, level, group in named
        if len(frame)
    ]


def _unsure(row: dict[str, Any] | None) -> bool:
    if row is None or row["verdict"] in _UNSURE:
        return True
    completeness = _float(row.get("completeness"))
    return completeness is not None and completeness < _COMPLETE


def _lines(row: dict[str, Any], lang: str, decimals: int) -> tuple[str, ...]:
    value = _float(row["value"])
    if value is None:
        return (say(f"verdict.{Verdict.NO_DATA}", _first(lang)),)
    one = _first(lang)
    unit = unit_words(row)
    lines = [f"{shown_value(row, one, decimals)} {unit.say(one)}"]
    gap = _float(row.get("gap_ha"))
    if gap is not None and abs(gap) >= _LEAST_GAP_HA:
        word = "short" if gap > 0 else "over"
        lines.append(say(f"map.gap.{word}", one, ha=reader_number(abs(gap), 1)))
    return tuple(lines)


def _table_rows(shown: Any, rows: dict[str, Any], lang: str, decimals: int) -> Iterable[Row]:
    for code, name in [*sorted(unit_names(shown).items()), (_CITY, say("map.table.city", lang))]:
        row = rows.get(code)
        row = row or {"verdict": Verdict.NO_DATA.value}
        gap = _float(row.get("gap_ha"))
        yield Row(
            name=name,
            value="–" if _float(row.get("value")) is None else shown_value(row, lang, decimals),
            gap="–" if gap is None else signed_gap(gap, lang),
            verdict=verdict_words(row, lang),
            bold=code == _CITY,
        )


def shown_value(row: dict[str, Any], lang: str, decimals: int) -> str:
    """The value for people, not rounded over the target."""
    return number(readable(row["value"], _float(row.get("target")), decimals), lang, decimals)


def verdict_words(row: dict[str, Any], lang: str) -> str:
    """The verdict, with how much of the ground is known where that is not nearly all."""
    verdict = Text.of(f"verdict.{row['verdict']}")
    known = _float(row.get("completeness"))
    if known is None or known >= _COMPLETE or row["verdict"] == Verdict.NO_DATA.value:
        return verdict.say(lang)
    percent = reader_number(math.floor(1000 * known) / 10, 1)
    return say("map.table.known", lang, verdict=verdict, percent=percent)


def signed_gap(gap: float, lang: str) -> str:
    """Hectares missing with a plus, hectares to spare with a minus sign."""
    sign = "" if abs(gap) < _LEAST_GAP_HA else "+" if gap > 0 else "−"
    return sign + number(abs(gap), lang, 1)


def target_words(row: dict[str, Any], lang: str) -> str:
    """The target of the city with its year."""
    target, year = _float(row.get("target")), _float(row.get("target_year"))
    if target is None or year is None:
        return say("map.table.no_target", lang)
    return say(
        "map.table.target",
        lang,
        year=int(year),
        sense=Text.of(f"sense.{row.get('target_sense')}"),
        value=reader_number(target, 0 if target == int(target) else 1),
        unit=unit_words(row),
    )


def unit_words(row: dict[str, Any]) -> Text:
    """The unit of an indicator's values, for people."""
    return Text.of(f"unit_of.{row.get('value_unit', '%')}")


def figure_roles(data: SheetData, indicator: str) -> tuple[str, ...]:
    """The roles whose layers the figures of an indicator's sheet are computed from."""
    figures = figures_of(data, indicator)
    used = definitions_used(indicator, figures)
    states = figures["scenario"].unique()
    roles = [role for item in used for state in states for role in _rests_on(item, state)]
    return tuple(dict.fromkeys(roles))


def definitions_used(indicator: str, figures: DataFrame) -> list[Definition]:
    """The definitions of the figures; of two with one id the first declared is meant."""
    declared = reversed(indicators()[indicator].definitions)
    by_id = {definition.definition_id: definition for definition in declared}
    ids = sorted(figures["definition"].astype(str).unique())
    return [by_id[name] for name in ids if name in by_id]


def _rests_on(definition: Definition, state: str) -> Iterator[str]:
    """The roles whose layers a figure is computed from."""
    measures = [m for m in (definition.numerator, definition.denominator) if m is not None]
    for label in (condition.label for measure in measures for condition in measure.where):
        yield _ROLE_OF.get(label, label)
        if label == "land_use" and state == "planned":
            yield "zoning"
    if definition.scope == "general_plan":
        yield "general_plan"
    if "street_remainder" in definition.needs:
        yield "plans"
    for name in (name for measure in measures for name in measure.of):
        yield _ROLE_OF.get(name, "statistics")


def figure_notes(used: list[Definition], rows: dict[str, Any], data: SheetData) -> tuple[str, ...]:
    """How the figures were computed, what was assumed, and on what basis."""
    notes = [
        say("map.note.definition", data.lang, name=item.name, id=item.definition_id)
        for item in used
    ]
    notes += [item.note.say(data.lang) + "." for item in used if item.note]
    bases = sorted({str(row["basis"]) for row in rows.values()})
    notes += [say(f"map.basis.{basis}", data.lang) for basis in bases]
    notes.append(say("map.note.gap", data.lang))
    return tuple(notes)


def _first(lang: str) -> str:
    """The language of labels on the map, where there is room for one only."""
    return "vi" if lang == "both" else lang


def _float(value: Any) -> float | None:
    """A number, or None for what tables use for nothing."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(found) else found
