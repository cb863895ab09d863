"""What the three maps of a unit show: its land, the plans over it, the findings in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.atlas.ground import SEVERITIES, SPECK_M2, ZONING_PLAN, Shapes, UnitGround
from urbanplan_gis.outputs.sheets import symbols
from urbanplan_gis.outputs.sheets.page import Layout
from urbanplan_gis.outputs.sheets.symbols import CONTEXT, GREY, INK, Symbol
from urbanplan_gis.outputs.sheets.theme import (
    AREA,
    BORDER,
    GROUND,
    LINE,
    PATTERN,
    MapClass,
    Theme,
)
from urbanplan_gis.outputs.sheets.themes import existing_land_use, planned_land_use
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.data import SheetData

#: as on the sheets: ground without a code
UNCLASSIFIED = symbols.UNCODED
_UNIT = Symbol(line=INK, line_mm=0.6)
_OTHER_BORDER = Symbol(line="#8a8a8a", line_mm=0.2, dash_mm=(2.0, 0.7, 0.3, 0.7))
#: the unit's own ground under findings
PLAIN = Symbol(fill="#fdf0c8")
_OTHER_PLAN = Symbol(line=GREY, line_mm=0.3, dash_mm=(0.4, 0.6))
SEVERITY_COLOURS = {
    Severity.ERROR: "#b30000",
    Severity.WARNING: "#e08214",
    Severity.INFO: "#2c7fb8",
}
#: findings smaller than this (mm² on paper), and those that are points, are shown by a dot
_DOT_BELOW_MM2, _DOT_MM = 3.0, 0.6


def land_theme(ground: UnitGround, data: SheetData) -> Theme | None:
    """The classes of the unit's land in the legal colours, or None where nothing is classified."""
    pairs = [pair for pair in ground.classes if pair[1]]
    if not pairs:
        return None
    counts = [len(ground.classes[pair]) for pair in pairs]
    lists, codes = (np.repeat([pair[n] for pair in pairs], counts) for n in (0, 1))
    shapes = np.concatenate([ground.classes[pair] for pair in pairs])
    frame = gpd.GeoDataFrame({"code_list": lists, "code": codes}, geometry=shapes, crs=data.crs)
    role = "land_use" if ground.label == "land_use" else "zoning"
    make = existing_land_use if role == "land_use" else planned_land_use
    unit = gpd.GeoDataFrame({"code": [ground.code]}, geometry=[ground.outline], crs=data.crs)
    return make(replace(data, layers={role: frame}, units=unit))


def land_classes(ground: UnitGround, theme: Theme | None, lang: str) -> tuple[MapClass, ...]:
    """The classes of the main map: land, ground not classified, borders."""
    land = () if theme is None else tuple(one for one in theme.classes if one.level < BORDER)
    heading = say("map.legend.other", lang)
    left = ground.classes.get(("", ""), _array([]))
    if not ground.classes:
        left = _array([ground.outline])
    name = say("class.unclassified", lang)
    unknown = MapClass("unclassified", name, UNCLASSIFIED, left, AREA, heading=heading)
    return (*land, unknown, *surroundings(ground, lang))


def surroundings(ground: UnitGround, lang: str) -> tuple[MapClass, ...]:
    """Other units in pale grey with their borders, and the outline of the unit itself."""
    heading = say("map.legend.borders", lang)
    around = _array([shape for _, _, shape in ground.others])
    # lines, not areas: codes are not printed across them
    borders, own = shapely.boundary(around), shapely.boundary(_array([ground.outline]))
    named = (
        ("context", CONTEXT, around, GROUND - 0.5, "map.class.context"),
        ("unit_border", _OTHER_BORDER, borders, BORDER, "atlas.class.other_border"),
        ("this_unit", _UNIT, own, BORDER + 0.2, "atlas.class.this_unit"),
    )
    return tuple(
        MapClass(key, say(text, lang), symbol, shapes, level, heading=heading)
        for key, symbol, shapes, level, text in named
    )


def plan_classes(ground: UnitGround, lang: str) -> tuple[MapClass, ...]:
    """Outlines of plans, in force or not, and the ground of the unit that those in force cover and
    that they leave."""
    active = [shape for row, shape in zip(ground.plans.rows, ground.plans.ground, strict=True)
              if row.kind == ZONING_PLAN and row.in_force]  # fmt: skip
    whole = shapely.union_all(active)
    covered, left = shapely.intersection(whole, ground.outline), ground.outline
    if covered.area:
        left = shapely.difference(ground.outline, whole)
    named = (
        ("not_covered", symbols.NOT_COVERED, left, GROUND, "atlas.class.not_covered"),
        ("covered", symbols.COVERED, covered, AREA, "atlas.class.covered"),
    )
    # nothing has no entry in the legend, nor has what is only how borders were drawn
    classes = [
        MapClass(key, say(text, lang), symbol, _array([drawn]), level)
        for key, symbol, drawn, level, text in named
        if drawn.area > SPECK_M2 or drawn is ground.outline
    ]
    return (*classes, *plan_line_classes(ground.plans, lang), *surroundings(ground, lang))


def plan_line_classes(plans: Shapes, lang: str) -> tuple[MapClass, ...]:
    """The outlines of plans: zoning plans in force, those that are not, other plans."""
    rows, shapes = plans.rows, plans.ground
    zoning = np.array([row.kind == ZONING_PLAN for row in rows], dtype=bool)
    standing = np.array([row.in_force for row in rows], dtype=bool)
    active, lapsed, other = (shapes[m] for m in (zoning & standing, zoning & ~standing, ~zoning))
    named = (
        ("plan_void", symbols.PLAN_VOID, lapsed, PATTERN, "map.class.plan_void"),
        ("plan_in_force", symbols.PLAN_IN_FORCE, active, LINE + 0.02, "map.class.plan_in_force"),
        ("plan_not_in_force", symbols.PLAN_NOT_IN_FORCE, lapsed, LINE + 0.01,
         "map.class.plan_not_in_force"),
        ("other_plan", _OTHER_PLAN, other, LINE, "table.other_plan"),
    )  # fmt: skip
    return tuple(
        MapClass(key, say(text, lang), symbol, drawn, level)
        for key, symbol, drawn, level, text in named
    )


def finding_classes(ground: UnitGround, layout: Layout, lang: str) -> tuple[MapClass, ...]:
    """Findings by severity: their ground, or a dot where it would be too small to see."""
    plain = MapClass("unit_ground", say("atlas.class.unit_ground", lang), PLAIN,
                     _array([ground.outline]), GROUND)  # fmt: skip
    return (
        plain,
        *severity_classes(ground.findings.rows, ground.findings.ground, layout, lang),
        *surroundings(ground, lang),
    )


def severity_classes(
    rows: Sequence[Any], shapes: np.ndarray, layout: Layout, lang: str
) -> tuple[MapClass, ...]:
    """A class of ground and one of dots for each severity, gravest on top."""
    severities = np.array([row.severity for row in rows], dtype=object)
    on_paper = shapely.area(shapes) * (1000 / layout.scale) ** 2 if len(shapes) else np.array([])
    classes = []
    for order, severity in enumerate(SEVERITIES):
        rank = len(SEVERITIES) - order
        mine = severities == str(severity)
        colour = SEVERITY_COLOURS[severity]
        word = say(f"severity.{severity}", lang)
        large = shapes[mine & (on_paper >= _DOT_BELOW_MM2)] if len(shapes) else shapes
        small = shapes[mine & (on_paper < _DOT_BELOW_MM2)] if len(shapes) else shapes
        area = Symbol(hatch="////", hatch_color=colour, edge=colour, edge_mm=0.25)
        dot = Symbol(fill=colour)
        level = PATTERN + rank / 10
        name = say("atlas.class.finding_area", lang, severity=word)
        classes.append(MapClass(f"finding:{severity}", name, area, large, level))
        name = say("atlas.class.finding_dot", lang, severity=word)
        dots = _dots(small, layout.scale)
        classes.append(MapClass(f"finding_dot:{severity}", name, dot, dots, LINE + rank / 10))
    return tuple(classes)


def _dots(shapes: np.ndarray, scale: int) -> np.ndarray:
    """A small disc on each shape, in metres of ground."""
    usable = shapes[~shapely.is_empty(shapes)]
    radius = _DOT_MM * scale / 1000
    return shapely.buffer(shapely.point_on_surface(usable), radius, quad_segs=6)


def _array(shapes: Sequence[Any]) -> np.ndarray:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found
