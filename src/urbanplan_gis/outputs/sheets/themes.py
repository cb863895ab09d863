"""The thematic sheets: land use, planned land use, zoning coverage, roads, green."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.symbols import NO_COLOUR, UNCODED
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
    from collections.abc import Mapping

    from geopandas import GeoDataFrame
    from pandas import Series

    from urbanplan_gis.outputs.sheets.data import SheetData
    from urbanplan_gis.outputs.sheets.styles import CodeStyle

#: streets drawn for orientation on sheets about something else
_MAIN_RANK = 4
_ZONING_PLAN = "zoning"
_DERIVED = "derived"
#: codes that no list has named in a legend
_NAMED_CODES = 6
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
    classes = [
        MapClass(
            f"green:{kind}",
            (styles.green_name(kind) or Name(kind, kind)).say(data.lang),
            symbols.GREEN_KINDS[kind],
            geometries(green[(kinds == kind).to_numpy(dtype=bool)]),
            level=PATTERN if kind == "water" else AREA,
        )
        for kind in known
    ]
    other = (~kinds.isin(known)).to_numpy(dtype=bool)
    classes += _classes_without_style(green[other], kinds[other], data.lang)
    named = green[green["name"].notna().to_numpy() & (kinds == "public").to_numpy(dtype=bool)]
    return Theme(
        classes=(*classes, *_main_roads(data), *unit_borders(data)),
        focus=bounds(data.units),
        notes=(say("map.note.green", data.lang),),
        places=tuple(zip(named["name"].astype(str), named.geometry, strict=True)),
    )


def _codes(data: SheetData, role: str, file: str) -> Theme:
    """A sheet of one area layer, a class for each code in it.

    The same code of two lists is one class, since it has one symbol.
    """
    frame = data.layers[role]
    lists = frame["code_list"].astype("string").fillna("")
    codes = frame["code"].astype("string").fillna("")
    folded = codes.str.casefold()
    by_code: dict[str, dict[str, CodeStyle]] = {}
    for code_list, code in sorted(set(zip(lists, folded, strict=True))):
        style = styles.style_of(file, code_list, code)
        if style is not None:
            by_code.setdefault(code, {})[code_list] = style
    other = np.ones(len(frame), dtype=bool)
    classes = []
    for of_code in sorted(by_code.values(), key=lambda own: _rank(file, *next(iter(own.items())))):
        code = next(iter(of_code.values())).code.casefold()
        rows = (folded.eq(code) & lists.isin(list(of_code))).to_numpy(dtype=bool)
        other &= ~rows
        classes.append(_code_class(file, of_code, geometries(frame[rows]), data.lang))
    if file == styles.PLAN_FILE:
        close = styles.hard_to_tell({entry.key: entry.symbol for entry in classes})
        classes = [entry if entry.key in close else _without_code(entry) for entry in classes]
    classes += _classes_without_style(frame[other], codes[other], data.lang)
    notes = [_list_note(role, sorted(set(lists), key=_last_derived), data.lang)]
    if any(entry.symbol.hatch for entry in classes):
        notes.append(say("colour.note.hatch", data.lang))
    return Theme(
        classes=(*classes, *unit_borders(data, cased=True)),
        focus=bounds(data.units),
        notes=tuple(notes),
        code_labels=True,
    )


def _classes_without_style(frame: GeoDataFrame, codes: Series, lang: str) -> list[MapClass]:
    """Codes that no list has, named, as one class: nothing tells how to draw each of them; and
    ground without a code."""
    unknown = sorted(set(codes) - {""})
    heading = say("map.legend.other", lang) if unknown else ""
    classes = []
    if unknown:
        rows = (codes != "").to_numpy(dtype=bool)
        shapes, more = geometries(frame[rows]), len(unknown) - _NAMED_CODES
        name = say(
            "colour.class.unknown_more" if more > 0 else "colour.class.unknown",
            lang,
            codes=", ".join(unknown[:_NAMED_CODES]),
            count=more,
        )
        note = say("colour.note.no_colour", lang)
        classes.append(MapClass("unknown", name, NO_COLOUR, shapes, heading=heading, note=note))
    rows = (codes == "").to_numpy(dtype=bool)
    if rows.any():
        name = say("map.class.uncoded", lang)
        classes.append(MapClass("uncoded", name, UNCODED, geometries(frame[rows]), heading=heading))
    return classes


def _last_derived(code_list: str) -> tuple[bool, str]:
    """Order of code lists: circulars before what the project derived."""
    return (code_list == _DERIVED, code_list)


def _list_note(role: str, lists: list[str], lang: str) -> str:
    """Which circulars the codes and colours are those of."""
    known = [f"map.list.{name}" for name in lists if f"map.list.{name}" in keys()]
    named = Name(*(", ".join(say(key, one) for key in known) for one in LANGUAGES))
    return say(f"map.note.{role}", lang, lists=named)


def _code_class(
    file: str, of_code: Mapping[str, CodeStyle], shapes: np.ndarray, lang: str
) -> MapClass:
    """One code as the lists it is taken from name it."""
    code_list, style = next(iter(of_code.items()))
    heading = ""
    if file == styles.LAND_FILE:
        group = styles.top_group(code_list, style.code)
        other = say("map.legend.other", lang)
        heading = group.name.say(lang) if group and group.code in _GROUPS else other
    return MapClass(
        key=f"{code_list}:{style.code}",
        name="; ".join(dict.fromkeys(each.name.say(lang) for each in of_code.values())),
        symbol=style.symbol,
        shapes=shapes,
        # what the project derived has no code that a reader could look up
        code="" if code_list == _DERIVED else style.code,
        heading=heading,
        note="" if style.rgb else say("colour.note.no_colour", lang),
    )


def _without_code(entry: MapClass) -> MapClass:
    return replace(entry, code="")


def _rank(file: str, code_list: str, style: CodeStyle) -> tuple:
    """Order of the legend: main groups, then the standard's own order."""
    if file == styles.PLAN_FILE:
        return (style.order,)
    group = styles.top_group(code_list, style.code)
    known = group is not None and group.code in _GROUPS
    return (_GROUPS.index(group.code) if known else len(_GROUPS), style.code)


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
    return (MapClass("main_roads", name, symbols.MAIN_ROADS, geometries(roads[rows]), LINE),)
