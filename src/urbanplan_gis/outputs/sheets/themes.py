"""The thematic sheets: land use, planned land use, zoning coverage, roads, green."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.symbols import NO_COLOUR, Symbol
from urbanplan_gis.outputs.sheets.theme import (
    AREA,
    GROUND,
    LINE,
    PATTERN,
    MapClass,
    Theme,
    bounds,
    geometries,
    merged,
    unit_borders,
)
from urbanplan_gis.text import LANGUAGES, Name, Text, keys, say

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from urbanplan_gis.outputs.sheets.data import SheetData

#: streets drawn for orientation on sheets about something else
_MAIN_RANK = 4
_MAIN_ROADS = Symbol(line="#8a8a8a", line_mm=0.30)
_ZONING_PLAN = "zoning"
_DERIVED = "derived"
#: agricultural, non-agricultural and unused land, as land statistics order them
_GROUPS = ("NNP", "PNN", "CSD")


def existing_land_use(data: SheetData) -> Theme:
    """Existing land use in the colours of the land codes."""
    return _codes(data, "land_use", styles.LAND_FILE)


def planned_land_use(data: SheetData) -> Theme:
    """Lots of the zoning plans in the colours of planned functions."""
    return _codes(data, "zoning", styles.PLAN_FILE)


def zoning_coverage(data: SheetData) -> Theme:
    """Where approved zoning plans in force cover the urban land of the general plan."""
    plans = data.layers["plans"]
    plans = plans[
        plans["kind"].astype("string").eq(_ZONING_PLAN).to_numpy(dtype=bool, na_value=False)
    ]
    in_force = plans["in_force"].to_numpy(dtype=bool)
    active, other = plans[in_force], plans[~in_force]
    covered = merged(geometries(active))
    urban, note = _urban_land(data)
    outside = shapely.difference(covered, urban)
    undated = [say("map.note.undated", data.lang)] if active["approved"].isna().any() else []
    parts = (
        ("covered", symbols.COVERED, shapely.intersection(urban, covered), AREA),
        ("not_covered", symbols.NOT_COVERED, shapely.difference(urban, covered), AREA),
        ("covered_outside", symbols.COVERED_OUTSIDE, outside, GROUND),
    )
    base = Text.of("map.base.natural" if data.layer("general_plan") is None else "map.base.urban")
    classes = [
        MapClass(key, say(f"map.class.{key}", data.lang, base=base), symbol, _areas(shape), level)
        for key, symbol, shape, level in parts
    ]
    for key, symbol, shapes, level in (
        ("plan_in_force", symbols.PLAN_IN_FORCE, geometries(active), LINE + 0.01),
        ("plan_not_in_force", symbols.PLAN_NOT_IN_FORCE, geometries(other), LINE),
        ("plan_void", symbols.PLAN_VOID, geometries(other), PATTERN),
    ):
        name = say(f"map.class.{key}", data.lang)
        classes.append(MapClass(key, name, symbol, shapes, level))
    return Theme(
        classes=(*classes, *_main_roads(data), *unit_borders(data)),
        focus=bounds(data.units),
        notes=(note, say("map.note.plans_in_force", data.lang), *undated),
        places=tuple(zip(plans["plan_id"].astype(str), plans.geometry, strict=True)),
    )


def roads_transport(data: SheetData) -> Theme:
    """Streets by class over the right of way and the land counted as transport."""
    lang = data.lang
    grounds = (
        ("right_of_way", symbols.RIGHT_OF_WAY, GROUND),
        ("transport", symbols.TRANSPORT_LAND, AREA),
        ("parking", symbols.PARKING, PATTERN),
    )
    classes = []
    for role, symbol, level in grounds:
        frame = data.layer(role)
        if frame is not None:
            name = say(f"map.class.{role}", lang)
            heading = say("map.legend.land", lang)
            classes.append(MapClass(role, name, symbol, geometries(frame), level, heading=heading))
    roads = data.layer("roads")
    if roads is not None:
        classes += _road_classes(roads, lang)
    return Theme(
        classes=(*classes, *unit_borders(data)),
        focus=bounds(data.units),
        notes=(say("map.note.roads", lang),),
    )


def green_space(data: SheetData) -> Theme:
    """Green land by kind."""
    green = data.layers["green"]
    kinds = green["kind"].astype("string").fillna("")
    known = [kind for kind in symbols.GREEN_KINDS if (kinds == kind).any()]
    unknown = sorted(set(kinds) - set(symbols.GREEN_KINDS))
    classes = []
    for kind in [*known, *unknown]:
        name = styles.green_name(kind)
        classes.append(
            MapClass(
                f"green:{kind}",
                name.say(data.lang) if name else _unknown(kind, data.lang),
                symbols.GREEN_KINDS.get(kind, NO_COLOUR),
                geometries(green[(kinds == kind).to_numpy(dtype=bool)]),
                level=PATTERN if kind == "water" else AREA,
            )
        )
    named = green[green["name"].notna().to_numpy() & (kinds == "public").to_numpy(dtype=bool)]
    return Theme(
        classes=(*classes, *_main_roads(data), *unit_borders(data)),
        focus=bounds(data.units),
        notes=(say("map.note.green", data.lang),),
        places=tuple(zip(named["name"].astype(str), named.geometry, strict=True)),
    )


def _codes(data: SheetData, role: str, file: str) -> Theme:
    """A sheet of one area layer, a class for each (list, code) in it."""
    frame = data.layers[role]
    lists = frame["code_list"].astype("string").fillna("")
    codes = frame["code"].astype("string").fillna("")
    present = set(zip(lists, codes, strict=True))
    classes = []
    for code_list, code in sorted(present, key=lambda pair: _rank(file, *pair)):
        rows = ((lists == code_list) & (codes == code)).to_numpy(dtype=bool)
        classes.append(_code_class(file, code_list, code, geometries(frame[rows]), data.lang))
    if file == styles.PLAN_FILE:
        close = styles.hard_to_tell({entry.key: entry.symbol for entry in classes})
        classes = [entry if entry.key in close else _without_code(entry) for entry in classes]
    return Theme(
        classes=(*classes, *unit_borders(data, cased=True)),
        focus=bounds(data.units),
        notes=(_list_note(role, sorted(set(lists), key=_last_derived), data.lang),),
        code_labels=True,
    )


def _last_derived(code_list: str) -> tuple[bool, str]:
    """Order of code lists: circulars before what the project derived."""
    return (code_list == _DERIVED, code_list)


def _list_note(role: str, lists: list[str], lang: str) -> str:
    """Which circulars the codes and colours are those of."""
    known = [f"map.list.{name}" for name in lists if f"map.list.{name}" in keys()]
    named = Name(*(", ".join(say(key, one) for key in known) for one in LANGUAGES))
    return say(f"map.note.{role}", lang, lists=named)


def _code_class(file: str, code_list: str, code: str, shapes: np.ndarray, lang: str) -> MapClass:
    style = styles.style_of(file, code_list, code)
    heading = ""
    if file == styles.LAND_FILE:
        group = styles.top_group(code_list, code)
        other = say("map.legend.other", lang)
        heading = group.name.say(lang) if group and group.code in _GROUPS else other
    symbol = style.symbol if style else NO_COLOUR
    return MapClass(
        key=f"{code_list}:{code}",
        name=style.name.say(lang) if style else _unknown(code, lang),
        symbol=symbol,
        shapes=shapes,
        code=style.code if style else code,
        heading=heading,
        note=say("map.note.no_colour", lang) if symbol is NO_COLOUR else "",
    )


def _without_code(entry: MapClass) -> MapClass:
    return replace(entry, code="")


def _rank(file: str, code_list: str, code: str) -> tuple:
    """Order of the legend: main groups, then the standard's own order; unknown codes last."""
    style = styles.style_of(file, code_list, code)
    if style is None:
        return (math.inf, code_list, code)
    if file == styles.PLAN_FILE:
        return (style.order, code_list, code)
    group = styles.top_group(code_list, code)
    known = group is not None and group.code in _GROUPS
    return (_GROUPS.index(group.code) if known else len(_GROUPS), code, code_list)


def _unknown(code: str, lang: str) -> str:
    return say("map.class.unknown" if code else "map.class.uncoded", lang)


def _urban_land(data: SheetData) -> tuple[object, str]:
    """The urban land of the general plan, or the whole city where there is none; with a note."""
    frame = data.layer("general_plan")
    if frame is None:
        return merged(geometries(data.units)), say("map.note.no_general_plan", data.lang)
    wanted = styles.class_set("general_plan_urban")
    pairs = zip(frame["code_list"].astype(str), frame["code"].astype(str), strict=True)
    rows = np.array([code.casefold() in wanted.get(listed, ()) for listed, code in pairs])
    return merged(geometries(frame[rows])), say("map.note.general_plan", data.lang)


def _areas(shape: object) -> np.ndarray:
    """The polygons of a shape, without the specks that exact overlay leaves along shared edges."""
    parts = shapely.get_parts(shapely.get_parts(np.array([shape])))
    return parts[shapely.area(parts) > 0]


def _road_classes(roads: GeoDataFrame, lang: str) -> list[MapClass]:
    """A class for each rank, drawn from the lowest rank up, listed from the highest down."""
    ranks = roads["road_class"].astype("Float64")
    heading = say("map.legend.roads", lang)
    classes = []
    for rank, symbol in symbols.ROADS.items():
        rows = (ranks == rank).to_numpy(dtype=bool, na_value=False)
        if rows.any():
            name = say(f"map.road.{rank}", lang)
            shapes = geometries(roads[rows])
            level = LINE + (len(symbols.ROADS) - rank) / 20
            classes.append(MapClass(f"road:{rank}", name, symbol, shapes, level, heading=heading))
    rows = ~ranks.isin(list(symbols.ROADS)).to_numpy(dtype=bool, na_value=False)
    if rows.any():
        name = say("map.road.unranked", lang)
        shapes = geometries(roads[rows])
        symbol = symbols.ROAD_UNRANKED
        classes.append(MapClass("road:unranked", name, symbol, shapes, LINE, heading=heading))
    return classes


def _main_roads(data: SheetData) -> tuple[MapClass, ...]:
    """Streets of the first four ranks, for orientation."""
    roads = data.layer("roads")
    if roads is None:
        return ()
    ranks = roads["road_class"].astype("Float64")
    rows = (ranks <= _MAIN_RANK).to_numpy(dtype=bool, na_value=False)
    if not rows.any():
        return ()
    name = say("map.class.main_roads", data.lang)
    return (MapClass("main_roads", name, _MAIN_ROADS, geometries(roads[rows]), LINE),)
