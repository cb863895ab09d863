"""How QGIS shows each layer of the city GeoPackage: the colours and classes of the map sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.layer_forms import code_style, layer_forms
from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.symbols import NO_COLOUR, Symbol
from urbanplan_gis.outputs.styling import (
    FILL,
    LINE,
    OTHERS,
    POINT,
    Category,
    Labels,
    LayerStyle,
    categorized,
    single,
)
from urbanplan_gis.standards.codes import DERIVED_LISTS
from urbanplan_gis.text import say

_LOT_EDGE_MM = 0.05
#: parcels are drawn from 1:50 000 on, their codes from 1:5 000, names of streets from 1:10 000
LOTS_FROM, CODES_FROM, STREETS_FROM = 50_000, 5_000, 10_000
_SMALL_PT, _NAME_PT = 6.5, 8.5
#: most serious first
SEVERITY_COLOURS: Mapping[Severity, str] = {
    Severity.ERROR: symbols.RED,
    Severity.WARNING: "#e08214",
    Severity.INFO: "#2c7fb8",
}
_FAMILIES = {"Polygon": FILL, "LineString": LINE, "Point": POINT}
_FACILITY = Symbol(fill="#5e3c99", edge="#ffffff", edge_mm=0.2)
_BUILDING = Symbol(fill="#c9bfb5", edge="#8a7f75", edge_mm=0.05)
_PROJECT = Symbol(hatch="\\\\", hatch_color="#35506b", line="#35506b", line_mm=0.4)


def layer_style(layer: str, frame: pd.DataFrame, lang: str) -> LayerStyle | None:
    """The style of a layer of the city GeoPackage, or None where QGIS may choose for itself.

    ``frame`` gives the codes and kinds that the legend lists, and the columns of the forms.
    """
    make = _STYLES.get(layer)
    if make is None:
        return None
    return replace(make(frame, lang), fields=layer_forms(layer, frame, lang))


def _lots(frame: pd.DataFrame, lang: str) -> LayerStyle:
    codes = Labels("code", _SMALL_PT, closer_than=CODES_FROM, inside=True, priority=2)
    return _codes(frame, lang, ("code_list", "code"), symbols.GREY, "map.class.uncoded", codes)


def _faces(frame: pd.DataFrame, lang: str) -> LayerStyle:
    """Existing land use; the first other label with codes where there is none."""
    for label in ("land_use", "zoning", "general_plan"):
        if label in frame:
            return _codes(frame, lang, (f"{label}_list", label), None, "class.unclassified")
    return single(replace(NO_COLOUR, edge=symbols.GREY, edge_mm=_LOT_EDGE_MM), FILL)


def _codes(
    frame: pd.DataFrame,
    lang: str,
    columns: tuple[str, str],
    edge: str | None,
    rest: str,
    labels: Labels | None = None,
) -> LayerStyle:
    """Areas by (list, code), in the colours and the order of the standards; ``rest`` is the key of
    the words for those without a code."""
    listed, code = columns
    pairs = frame[[listed, code]].drop_duplicates().dropna().itertuples(index=False, name=None)
    categories = [
        _code_category(pair, columns, lang, edge) for pair in sorted(pairs, key=_order) if pair[1]
    ]
    blank = frame[code].isna() | frame[code].eq("") | frame[listed].isna()
    uncoded = replace(symbols.UNCODED, edge=edge, edge_mm=_LOT_EDGE_MM)
    others = Category(OTHERS, say(rest, lang), uncoded)
    expression = f'"{listed}" || \':\' || "{code}"'
    return categorized(expression, _complete(categories, others, blank), FILL, labels)


def _complete(categories: list[Category], others: Category, rest: pd.Series) -> list[Category]:
    """With an entry for the rest where there is one (``rest`` tells by feature), no entry idle."""
    return [*categories, others] if rest.any() or not categories else categories


def _order(pair: tuple[str, str]) -> tuple[str, float, str]:
    """The standard's own order; codes it does not have come last."""
    code_list, code = pair
    style = code_style(code_list, code)
    return (code_list, style.order if style else float("inf"), code)


def _code_category(
    pair: tuple[str, str], columns: tuple[str, str], lang: str, edge: str | None
) -> Category:
    code_list, code = pair
    style = code_style(code_list, code)
    name = style.name.say(lang) if style else say("map.class.unknown", lang)
    symbol = replace(style.symbol if style else NO_COLOUR, edge=edge, edge_mm=_LOT_EDGE_MM)
    where = tuple(zip(columns, pair, strict=True))
    # what the project derived has a name only, no code of a standard
    label = name if style and code_list in DERIVED_LISTS else f"{code} – {name}"
    return Category(f"{code_list}:{code}", label, symbol, where)


def _units(frame: pd.DataFrame, lang: str) -> LayerStyle:
    style = single(symbols.UNIT_BORDER, FILL, Labels("name", _NAME_PT, bold=True, priority=9))
    return replace(style, title='"name"')


def _plans(frame: pd.DataFrame, lang: str) -> LayerStyle:
    void = replace(
        symbols.PLAN_NOT_IN_FORCE,
        hatch=symbols.PLAN_VOID.hatch,
        hatch_color=symbols.PLAN_VOID.hatch_color,
    )
    zoning = ("kind", "zoning")
    categories = [
        Category(
            "in_force",
            say("map.class.plan_in_force", lang),
            symbols.PLAN_IN_FORCE,
            (zoning, ("zoning_in_force", "1")),
        ),
        Category(
            "not_in_force",
            say("map.class.plan_not_in_force", lang),
            void,
            (zoning, ("zoning_in_force", "0")),
        ),
    ]
    kind = frame["kind"].fillna("")
    stands = frame["zoning_in_force"].fillna(False).astype(bool) & kind.eq("zoning")
    there = (stands, ~stands & kind.eq("zoning"))
    categories = [entry for entry, rows in zip(categories, there, strict=True) if rows.any()]
    others = Category(OTHERS, say("table.other_plan", lang), symbols.SLATED_BORDER)
    categories = _complete(categories, others, kind.ne("zoning"))
    expression = (
        "CASE WHEN \"kind\" <> 'zoning' THEN '' "
        "WHEN \"zoning_in_force\" THEN 'in_force' ELSE 'not_in_force' END"
    )
    labels = Labels("plan_id", _NAME_PT, color=symbols.PLAN_IN_FORCE.line or symbols.INK)
    return replace(categorized(expression, categories, FILL, labels), title='"plan_id"')


def _green(frame: pd.DataFrame, lang: str) -> LayerStyle:
    categories = []
    for kind in [kind for kind in symbols.GREEN_KINDS if (frame["kind"] == kind).any()]:
        name = styles.green_name(kind)
        label = name.say(lang) if name else kind
        categories.append(Category(kind, label, symbols.GREEN_KINDS[kind]))
    others = Category(OTHERS, say("map.class.unknown", lang), NO_COLOUR)
    labels = Labels("name", _SMALL_PT, closer_than=STREETS_FROM, inside=True)
    rest = ~frame["kind"].isin(list(symbols.GREEN_KINDS))
    return categorized("kind", _complete(categories, others, rest), FILL, labels)


def _roads(frame: pd.DataFrame, lang: str) -> LayerStyle:
    present = set(frame["road_class"].dropna().astype(int))
    categories = [
        Category(str(rank), say(f"map.road.{rank}", lang), symbol, (("road_class", str(rank)),))
        for rank, symbol in symbols.ROADS.items()
        if rank in present
    ]
    others = Category(OTHERS, say("map.road.unranked", lang), symbols.ROAD_UNRANKED)
    labels = Labels("name", _SMALL_PT, closer_than=STREETS_FROM)
    rest = ~frame["road_class"].isin(list(symbols.ROADS)).fillna(False).astype(bool)
    categories = _complete(categories, others, rest)
    return categorized('to_string("road_class")', categories, LINE, labels)


def _findings(frame: pd.DataFrame, lang: str) -> LayerStyle:
    """Findings by how much they matter, each kind of geometry there is by a symbol of its own."""
    kinds = _geometries(frame)
    styles = [findings_style(frame[kinds == kind], lang, kind) for kind in _FAMILIES.values()
              if (kinds == kind).any()]  # fmt: skip
    if len(styles) < 2:
        return styles[0] if styles else findings_style(frame, lang, FILL)
    entries = [
        replace(entry, geometry=style.geometry, label=f"{entry.label} – {_words_of(style, lang)}")
        for style in styles
        for entry in style.categories
    ]
    return categorized("severity", entries, FILL)


def _geometries(frame: pd.DataFrame) -> pd.Series:
    """The kind of geometry of every feature; what has none is in no kind."""
    if "geometry" not in frame:
        return pd.Series("", index=frame.index)
    types = gpd.GeoSeries(frame["geometry"]).geom_type
    return types.str.removeprefix("Multi").map(_FAMILIES).fillna("")


def _words_of(style: LayerStyle, lang: str) -> str:
    return say(f"qgis.geometry.{style.geometry}", lang)


def findings_style(frame: pd.DataFrame, lang: str, geometry: str) -> LayerStyle:
    """Findings of one kind of geometry by how much they matter."""
    categories = [
        Category(str(severity), say(f"severity.{severity}", lang), _finding(colour, geometry))
        for severity, colour in SEVERITY_COLOURS.items()
        if frame["severity"].eq(str(severity)).any()
    ]
    return categorized("severity", categories, geometry)


def _finding(colour: str, geometry: str) -> Symbol:
    if geometry == FILL:
        return Symbol(hatch="////", hatch_color=colour, line=colour, line_mm=0.4)
    if geometry == POINT:
        return Symbol(fill=colour, edge=symbols.PAPER, edge_mm=0.2)
    return Symbol(line=colour, line_mm=0.8)


def _alike(symbol: Symbol, geometry: str, named: bool = False) -> Callable[..., LayerStyle]:
    labels = Labels("name", _SMALL_PT, closer_than=STREETS_FROM) if named else None
    return lambda frame, lang: single(symbol, geometry, labels)


_STYLES: Mapping[str, Callable[[pd.DataFrame, str], LayerStyle]] = {
    "units": _units,
    "land_use": _lots,
    "zoning": _lots,
    "general_plan": _lots,
    "plans": _plans,
    "green": _green,
    "roads": _roads,
    "right_of_way": _alike(symbols.RIGHT_OF_WAY, FILL),
    "parking": _alike(symbols.PARKING, FILL, named=True),
    "projects": _alike(_PROJECT, FILL, named=True),
    "buildings": _alike(_BUILDING, FILL),
    "facilities": _alike(_FACILITY, POINT, named=True),
    "faces": _faces,
    "findings": _findings,
}
