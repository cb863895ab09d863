"""The main map of a unit's page: its land, with scale, north and legend below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from urbanplan_gis.outputs.atlas.ground import UnitGround
from urbanplan_gis.outputs.atlas.maps import (
    TICKS_MM,
    Labels,
    draw_map,
    layout_for,
    place_class_codes,
    place_names,
    true_north,
    within,
)
from urbanplan_gis.outputs.atlas.paper import HEAD, NOTE, SIZE, Sheet
from urbanplan_gis.outputs.atlas.table import section
from urbanplan_gis.outputs.atlas.unit_maps import land_classes, land_theme
from urbanplan_gis.outputs.atlas.words import clipped, known_percent
from urbanplan_gis.outputs.sheets.boxes import Block, Font, beside, paragraph, stack, text_width
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.grid import convergence_words
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.parts import legend, scale_bar
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.data import SheetData

_GAP = 4.0
#: the main map is never lower than this, whatever its legend needs
_LEAST_MAP_MM = 136.0
#: letters of the legend, and its columns: few, where names would be broken over many lines
_LEGEND_SIZES, _COLUMNS, _BRIEF_COLUMNS = (7.2, 6.8, 6.4, 6.2), (2, 3), (2, 3, 4)
_SIDE_MM = 58.0
#: longest code that the legend prints in a column of its own
_SHORT_CODE = 4
_NAME = Font(6.6, color="#555555")
#: share of the ground from which it counts as classified altogether
_WHOLE = 0.995


def draw_land(
    sheet: Sheet,
    room: Rect,
    ground: UnitGround,
    data: SheetData,
    facts: Block,
    lang: str,
) -> None:
    """The map with title and caption above; below it scale, north, ``facts`` and the legend."""
    theme = land_theme(ground, data)
    title = section(say(f"atlas.map.{ground.label or 'none'}", lang), room.width, HEAD)
    said = classified_words(ground, lang)
    caption = [paragraph(said, Font(SIZE, color="#444444"), room.width)] if said else []
    head = stack([title, *caption], 0.6)
    sheet.put(head, room.x, room.top)
    classes = land_classes(ground, theme, lang)
    notes = _notes(theme, classes)
    free = room.height - head.height - 2 * TICKS_MM - 2
    width = room.width - _SIDE_MM - _GAP
    # what shows hangs on the frame, whose height hangs on the legend of what shows: the window of
    # the lowest frame holds the unit too, and neighbours that only a higher one would show are few
    key = legend_block(classes, notes, width, free - _LEAST_MAP_MM, lang)
    lowest = layout_for(Rect(0, 0, room.width - 2 * TICKS_MM, _LEAST_MAP_MM), ground.outline.bounds)
    least = _side(lowest, data.crs, facts, lang).height
    high = free - max(key.height, least, 30.0)
    frame = Rect(
        room.x + TICKS_MM, room.top - head.height - TICKS_MM - high,
        room.width - 2 * TICKS_MM, high,
    )  # fmt: skip
    layout = layout_for(frame, ground.outline.bounds)
    shown = within(classes, layout)
    taken = Taken()
    placed = place_names(layout, taken, list(ground.others), _NAME)
    if theme is not None and theme.code_labels:
        placed += place_class_codes(layout, taken, shown)
    draw_map(sheet, layout, shown, Labels(tuple(placed)), lang)
    top = frame.y - TICKS_MM - 1
    sheet.put(_side(layout, data.crs, facts, lang), room.x, top)
    key = legend_block(shown, notes, width, top - room.y, lang)
    sheet.put(key, room.x + _SIDE_MM + _GAP, top)


def classified_words(ground: UnitGround, lang: str) -> str:
    """How much of the unit's ground has a class; why there is none where there is none;
    nothing where the map says it all."""
    areas = {pair: float(shapely.area(shapes).sum()) for pair, shapes in ground.classes.items()}
    known = sum(area for pair, area in areas.items() if pair[1]) / 1e4
    whole = (sum(areas.values()) or float(ground.outline.area)) / 1e4
    if not known:
        return say(f"atlas.none.map.{ground.label or 'none'}", lang)
    if known >= _WHOLE * whole:
        return ""
    return say(
        "atlas.map.classified",
        lang,
        known=reader_number(known, 2),
        whole=reader_number(whole, 2),
        percent=known_percent(known / whole),
    )


def side_width() -> float:
    """The width (mm) that the facts beside the legend have."""
    return _SIDE_MM


def _side(layout: Layout, crs: str, facts: Block, lang: str) -> Block:
    """Scale bar and north arrow, and the facts below them."""
    arrow = true_north(crs, layout, SIZE, lang)
    bar = scale_bar(layout.scale, _SIDE_MM, SIZE, lang)
    north = convergence_words(crs, layout, lang)
    words = clipped(north, Font(NOTE), _SIDE_MM - arrow.width - 2, 5)
    return stack([bar, beside([arrow, words], 2), facts], 2.5)


def _notes(theme: Theme | None, classes: Sequence[MapClass]) -> list[str]:
    notes = list(theme.notes) if theme else []
    return notes + list(dict.fromkeys(one.note for one in classes if one.note and len(one.shapes)))


def legend_block(
    classes: Sequence[MapClass], notes: Sequence[str], width: float, height: float, lang: str
) -> Block:
    """The legend in the largest letters that fit, in the columns that need least height; the last
    try cuts names to what fits."""
    listed = [one for one in classes if len(one.shapes)]

    def block(shown: Sequence[MapClass], texts: Sequence[str], size: float, count: int) -> Block:
        return stack([legend(shown, width, size, count, lang), _small(texts, width)], 1)

    for size in _LEGEND_SIZES:
        whole = [count for count in _COLUMNS if not _breaks(listed, width / count, size)]
        found = min(
            (block(listed, notes, size, count) for count in whole or _COLUMNS[:1]),
            key=lambda one: one.height,
        )
        if found.height <= height:
            return found
    texts = [*notes, say("atlas.map.brief_names", lang)]
    for count in _BRIEF_COLUMNS:
        found = block(_brief(listed, width / count - 2.0, size), texts, size, count)
        if found.height <= height:
            break
    return found


def _breaks(entries: Sequence[MapClass], column: float, size: float) -> bool:
    """Whether a word of a name, or a long code, is wider than its part of a legend's column."""
    font = Font(size)
    codes = [text_width(one.code, Font(size, bold=True)) for one in entries
             if len(one.code) <= _SHORT_CODE]  # fmt: skip
    room = column - size * 1.75 - max(codes, default=0.0)
    words = (word for one in entries for word in f"{one.name} ({one.code})".split())
    return any(text_width(word, font) > room for word in words)


def _small(notes: Sequence[str], width: float) -> Block:
    return stack([paragraph(text, Font(NOTE), width) for text in notes])


def _brief(entries: Sequence[MapClass], width: float, size: float) -> list[MapClass]:
    """Classes whose entries take one line: a short code, and as much of the name as fits."""
    font = Font(size)
    codes = [text_width(one.code, Font(size, bold=True)) for one in entries
             if len(one.code) <= _SHORT_CODE]  # fmt: skip
    room = width - size * 1.5 - max(codes, default=0.0)
    brief = []
    for one in entries:
        short = len(one.code) <= _SHORT_CODE
        name = one.name if short else one.code
        if text_width(name, font) > room:
            while name and text_width(name + "…", font) > room:
                name = name[:-1]
            name = name.rstrip() + "…"
        brief.append(replace(one, name=name, code=one.code if short else "", heading=""))
    return brief
