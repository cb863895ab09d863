"""Sheets composed freely: the layers a declaration lists, in its order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import shapely

from urbanplan_gis.outputs.sheets import symbols
from urbanplan_gis.outputs.sheets.data import sheet_error
from urbanplan_gis.outputs.sheets.declaration import LayerFacts
from urbanplan_gis.outputs.sheets.points import PointSymbol
from urbanplan_gis.outputs.sheets.selection import chosen_rows
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme, bounds, geometries, unit_borders
from urbanplan_gis.outputs.sheets.themes import (
    existing_land_use,
    green_space,
    planned_land_use,
    roads_transport,
    zoning_coverage,
)
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from urbanplan_gis.outputs.sheets.data import SheetData

#: drawing levels below the grid, shared by the layers in their order
_LEVELS = 4.8
#: part of a layer's levels that its own classes are spread over
_SPREAD = 0.5
_BORDERS = ("unit_border", "city_border")


@dataclass(frozen=True, eq=False)
class ComposedTheme(Theme):
    """A freely composed sheet: whether units are named, and whose codes are printed."""

    names_units: bool = False
    coded: frozenset[str] = frozenset()


_PLAIN = {
    "projects": Symbol(fill="#f4c7a1", edge="#a3471c", edge_mm=0.2),
    "buildings": Symbol(fill="#8d7b6c"),
    "facilities": PointSymbol(fill="#2166ac", edge=symbols.PAPER, edge_mm=0.15),
}
_FINDINGS = {
    "error": PointSymbol(fill="#b30000", edge=symbols.PAPER, edge_mm=0.15),
    "warning": PointSymbol(fill="#e08214", edge=symbols.PAPER, edge_mm=0.15),
    "info": PointSymbol(fill="#2c7fb8", edge=symbols.PAPER, edge_mm=0.15),
}
_LABEL_FIELDS = ("name", "plan_id", "finding_id", "kind")


def composed_theme(data: SheetData, layers: Sequence[LayerFacts], where: str) -> ComposedTheme:
    """What a sheet of these layers shows; ``where`` names its file in messages.

    Raises:
        PlanDataError: for a layer that is not at hand, or a condition on a field it does not have.
    """
    classes: list[MapClass] = []
    notes: list[str] = []
    places: list[tuple[str, Any]] = []
    coded: set[str] = set()
    step = _LEVELS / len(layers)
    for number, layer in enumerate(layers):
        place = f"{where}: layers[{number}]"
        frame = data.units if layer.role == "units" else data.layer(layer.role)
        if frame is None:
            raise sheet_error("no_data", f"{place}.role", needs=layer.role)
        rows = chosen_rows(frame, layer.where, place)
        if rows.empty:
            notes.append(say("sheet.note.empty", data.lang, layer=_name(layer, data.lang)))
            continue
        found, said = _drawn(layer, rows, data)
        found = _ordered(found, number, step)
        classes += found
        notes += said
        if layer.labels and "code_list" in rows and not layer.is_plain:
            coded |= {entry.key for entry in found}
        elif layer.labels and layer.role != "units":
            places += _places(rows)
    return ComposedTheme(
        classes=tuple(classes),
        focus=bounds(data.units),
        notes=tuple(dict.fromkeys(notes)),
        code_labels=bool(coded),
        places=tuple(places),
        names_units=any(layer.role == "units" and layer.labels for layer in layers),
        coded=frozenset(coded),
    )


def _drawn(
    layer: LayerFacts, rows: GeoDataFrame, data: SheetData
) -> tuple[list[MapClass], list[str]]:
    """The classes of one layer and what is to be said of them."""
    if layer.is_plain:
        return [_plain(layer, rows, _own_symbol(layer, rows), data.lang)], []
    if layer.role in _STANDARD:
        theme = _STANDARD[layer.role](replace(data, layers={layer.role: rows}))
        kept = [entry for entry in theme.classes if entry.key not in _BORDERS]
        return kept, list(theme.notes)
    if layer.role == "units":
        return list(unit_borders(replace(data, units=rows))), []
    if layer.role == "general_plan":
        theme = planned_land_use(replace(data, layers={"zoning": rows}))
        return [e for e in theme.classes if e.key not in _BORDERS], list(theme.notes)
    if layer.role == "plans":
        theme = zoning_coverage(replace(data, layers={"plans": rows}))
        outlines = ("plan_in_force", "plan_not_in_force")
        kept = [e for e in theme.classes if e.key in outlines and len(e.shapes)]
        return kept, [say("map.note.plans_in_force", data.lang)]
    if layer.role == "findings":
        return _findings(rows, data.lang), []
    return [_plain(layer, rows, _PLAIN[layer.role], data.lang)], []


#: roles drawn as a theme of their own draws them
_STANDARD: dict[str, Callable[[SheetData], Theme]] = {
    "land_use": existing_land_use,
    "zoning": planned_land_use,
    "roads": roads_transport,
    "right_of_way": roads_transport,
    "transport": roads_transport,
    "parking": roads_transport,
    "green": green_space,
}


def _plain(layer: LayerFacts, rows: GeoDataFrame, symbol: Symbol, lang: str) -> MapClass:
    return MapClass(layer.role, _name(layer, lang), symbol, geometries(rows))


def _findings(rows: GeoDataFrame, lang: str) -> list[MapClass]:
    """Findings by severity, the gravest on top."""
    severities = rows["severity"].astype("string").fillna("")
    return [
        MapClass(
            f"finding:{severity}",
            say("sheet.finding", lang, severity=say(f"severity.{severity}", lang)),
            symbol,
            geometries(rows[(severities == severity).to_numpy(dtype=bool)]),
            level=level,
        )
        for level, (severity, symbol) in zip((2, 1, 0), _FINDINGS.items(), strict=True)
        if (severities == severity).any()
    ]


def _own_symbol(layer: LayerFacts, rows: GeoDataFrame) -> Symbol:
    """The symbol a declaration gives; points become discs and lines lines, whatever was meant."""
    symbol = Symbol(
        fill=layer.fill,
        hatch=layer.hatch,
        hatch_color=layer.hatch_color,
        edge=layer.edge,
        edge_mm=layer.edge_mm,
        line=layer.line,
        line_mm=layer.line_mm,
        casing=layer.casing,
        casing_mm=layer.casing_mm,
        dash_mm=layer.dash_mm,
    )
    dimensions = shapely.get_dimensions(geometries(rows))
    if len(dimensions) and (dimensions == 0).all():
        return PointSymbol(
            fill=layer.fill or layer.line,
            edge=layer.edge,
            edge_mm=layer.edge_mm,
            point_mm=layer.point_mm,
        )
    if len(dimensions) and (dimensions == 1).all() and not layer.line:
        return replace(symbol, line=layer.fill or layer.edge or layer.hatch_color, fill=None)
    return symbol


def _ordered(classes: list[MapClass], number: int, step: float) -> list[MapClass]:
    """The classes at the levels of their layer, in the order they have among themselves."""
    if not classes:
        return []
    levels = [entry.level for entry in classes]
    span = max(levels) - min(levels) or 1
    return [
        replace(
            entry,
            key=f"{number}:{entry.key}",
            level=step * (number + _SPREAD * (entry.level - min(levels)) / span) - 1,
        )
        for entry in classes
    ]


def _places(rows: GeoDataFrame) -> list[tuple[str, Any]]:
    """Names to print, with their ground."""
    field = next((name for name in _LABEL_FIELDS if name in rows), None)
    if field is None:
        return []
    named = rows[rows[field].notna().to_numpy(dtype=bool)]
    return [
        (str(name), shape)
        for name, shape in zip(named[field], named.geometry, strict=True)
        if str(name).strip() and shape is not None and not shape.is_empty
    ]


def _name(layer: LayerFacts, lang: str) -> str:
    return layer.name.say(lang) if layer.name else say(f"sheet.role.{layer.role}", lang)
