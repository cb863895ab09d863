"""How QGIS shows each layer of the city GeoPackage: the colours and classes of the map sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.qml import FILL, LINE, OTHERS, Category, categorized, single
from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.symbols import NO_COLOUR, Symbol
from urbanplan_gis.text import say

_LOT_EDGE_MM = 0.05
_SEVERITY_COLOURS = {
    Severity.ERROR: symbols.RED,
    Severity.WARNING: "#e08214",
    Severity.INFO: "#2c7fb8",
}


def layer_style(layer: str, frame: pd.DataFrame, lang: str) -> str | None:
    """The QML of a layer of the city GeoPackage, or None where QGIS may choose for itself.

    ``frame`` gives the codes and kinds that the legend lists.
    """
    make = _STYLES.get(layer)
    return make(frame, lang) if make else None


def _coded_layer(frame: pd.DataFrame, lang: str) -> str:
    return _codes(frame, lang, ("code_list", "code"), symbols.GREY)


def _faces(frame: pd.DataFrame, lang: str) -> str | None:
    """Existing land use; the first other label with codes where there is none."""
    for label in ("land_use", "zoning", "general_plan"):
        if label in frame:
            return _codes(frame, lang, (f"{label}_list", label), edge=None)
    return None


def _codes(frame: pd.DataFrame, lang: str, columns: tuple[str, str], edge: str | None) -> str:
    """Areas by (list, code), in the colours and the order of the standards."""
    listed, code = columns
    pairs = frame[[listed, code]].dropna().drop_duplicates().itertuples(index=False, name=None)
    categories = [
        _code_category(*pair, lang, edge) for pair in sorted(pairs, key=_order) if pair[1]
    ]
    others = Category(OTHERS, say("class.unclassified", lang), replace(NO_COLOUR, edge=edge))
    expression = f'"{listed}" || \':\' || "{code}"'
    return categorized(expression, [*categories, others], FILL)


def _order(pair: tuple[str, str]) -> tuple[str, float, str]:
    """The standard's own order; codes it does not have come last."""
    code_list, code = pair
    style = _code_style(code_list, code)
    return (code_list, style.order if style else float("inf"), code)


def _code_category(code_list: str, code: str, lang: str, edge: str | None) -> Category:
    style = _code_style(code_list, code)
    name = style.name.say(lang) if style else say("map.class.unknown", lang)
    symbol = replace(style.symbol if style else NO_COLOUR, edge=edge, edge_mm=_LOT_EDGE_MM)
    return Category(f"{code_list}:{code}", f"{code} – {name}", symbol)


def _code_style(code_list: str, code: str) -> styles.CodeStyle | None:
    files = (styles.LAND_FILE, styles.PLAN_FILE)
    found = (styles.style_of(file, code_list, code) for file in files)
    return next((style for style in found if style is not None), None)


def _units(frame: pd.DataFrame, lang: str) -> str:
    return single(symbols.UNIT_BORDER, FILL, label="name")


def _plans(frame: pd.DataFrame, lang: str) -> str:
    void = replace(
        symbols.PLAN_NOT_IN_FORCE,
        hatch=symbols.PLAN_VOID.hatch,
        hatch_color=symbols.PLAN_VOID.hatch_color,
    )
    categories = [
        Category("in_force", say("map.class.plan_in_force", lang), symbols.PLAN_IN_FORCE),
        Category("not_in_force", say("map.class.plan_not_in_force", lang), void),
        Category(OTHERS, say("table.other_plan", lang), symbols.SLATED_BORDER),
    ]
    expression = (
        "CASE WHEN \"kind\" <> 'zoning' THEN '' "
        "WHEN \"zoning_in_force\" THEN 'in_force' ELSE 'not_in_force' END"
    )
    return categorized(expression, categories, FILL)


def _green(frame: pd.DataFrame, lang: str) -> str:
    categories = []
    for kind in [kind for kind in symbols.GREEN_KINDS if (frame["kind"] == kind).any()]:
        name = styles.green_name(kind)
        label = name.say(lang) if name else kind
        categories.append(Category(kind, label, symbols.GREEN_KINDS[kind]))
    others = Category(OTHERS, say("map.class.unknown", lang), NO_COLOUR)
    return categorized("kind", [*categories, others], FILL)


def _roads(frame: pd.DataFrame, lang: str) -> str:
    present = set(frame["road_class"].dropna().astype(int))
    categories = [
        Category(str(rank), say(f"map.road.{rank}", lang), symbol)
        for rank, symbol in symbols.ROADS.items()
        if rank in present
    ]
    others = Category(OTHERS, say("map.road.unranked", lang), symbols.ROAD_UNRANKED)
    return categorized('to_string("road_class")', [*categories, others], LINE)


def _findings(frame: pd.DataFrame, lang: str) -> str:
    categories = [
        Category(
            str(severity),
            say(f"severity.{severity}", lang),
            Symbol(hatch="////", hatch_color=colour, line=colour, line_mm=0.4),
        )
        for severity, colour in _SEVERITY_COLOURS.items()
    ]
    return categorized("severity", categories, FILL)


_STYLES: Mapping[str, Callable[[pd.DataFrame, str], str | None]] = {
    "units": _units,
    "land_use": _coded_layer,
    "zoning": _coded_layer,
    "general_plan": _coded_layer,
    "plans": _plans,
    "green": _green,
    "roads": _roads,
    "faces": _faces,
    "findings": _findings,
}
