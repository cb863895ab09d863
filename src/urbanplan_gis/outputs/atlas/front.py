"""The first pages: the cover, and the index with its key map and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas.maps import (
    TICKS_MM,
    Labels,
    draw_map,
    fitted,
    layout_for,
    place_names,
    place_texts,
    true_north,
    within,
)
from urbanplan_gis.outputs.atlas.paper import (
    BODY,
    HEAD,
    PAPER,
    Furniture,
    Sheet,
    new_sheet,
    stamps_block,
    start_page,
)
from urbanplan_gis.outputs.atlas.table import section
from urbanplan_gis.outputs.atlas.words import clipped, printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, paragraph, rule, stack
from urbanplan_gis.outputs.sheets.labels import Placed, Taken, Wanted, place_number
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.parts import legend, scale_bar
from urbanplan_gis.outputs.sheets.symbols import CITY_BORDER, GREY, INK, Symbol
from urbanplan_gis.outputs.sheets.theme import AREA, BORDER, GROUND, MapClass, outer_rings
from urbanplan_gis.text import date, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.ground import CityGround

#: the page number of every page leads to the index
BACK = ((BODY.right - 60.0, 8.0, BODY.right, BODY.y - 1.0), "index")
WARD, COMMUNE = Symbol(fill="#e2c9a6"), Symbol(fill="#f4f2e6")
_BORDER = Symbol(line="#6b6b6b", line_mm=0.2)
_SOURCES = 14
#: height of a row and columns of the index: fewer and higher rows where there is room
_ROWS = ((9.0, 1), (7.6, 1), (6.4, 1), (5.4, 1), (7.0, 2), (5.4, 2))
_LIST_MM = 172.0
#: entries one page of the index can hold
INDEX_CAPACITY = 90


@dataclass(frozen=True)
class Entry:
    """A line of the index: a page and what it is about; a heading has no page."""

    key: str
    label: str
    title: str


@dataclass(frozen=True)
class Link:
    """A rectangle of a page (mm from its lower left corner) that leads to another page."""

    box: tuple[float, float, float, float]
    key: str


def draw_cover(furniture: Furniture, city: CityGround, sources: Sequence[str], lang: str) -> Sheet:
    """Title, city, day, boundaries, stamps, sources, and the city's units."""
    sheet = new_sheet()
    left, width = 16.0, 166.0
    kinds = list(city.units["kind"])
    count = {kind: kinds.count(kind) for kind in ("ward", "commune")}
    words = [
        paragraph(say("atlas.title", lang), Font(23, bold=True), width, gid="title"),
        paragraph(say("atlas.subtitle", lang), Font(15, color=GREY), width),
        rule(width, INK, 0.8),
        clipped(printable(furniture.project.say(lang)), Font(18, bold=True), width, 3),
        paragraph(
            say("atlas.cover.as_of", lang, date=date(furniture.as_of, lang)), Font(11), width
        ),
        paragraph(
            say("atlas.cover.boundaries", lang, vintage=furniture.boundaries), Font(11), width
        ),
        stamps_block(furniture.stamps, lang),
        paragraph(
            say("atlas.cover.content", lang, wards=count["ward"], communes=count["commune"]),
            Font(10), width,
        ),
        paragraph(say("atlas.cover.attached", lang), Font(10), width),
    ]  # fmt: skip
    sheet.put(stack(words, 7), left, PAPER.height - 26)
    listed = [clipped(printable(line), Font(7.6), width, 2) for line in sources[:_SOURCES]]
    if len(sources) > _SOURCES:
        more = say("atlas.more.sources", lang, count=len(sources) - _SOURCES)
        listed.append(paragraph(more, Font(7.6), width))
    block = stack([section(say("atlas.cover.sources", lang), width, 8), *listed], 0.8)
    sheet.put(block, left, 20 + block.height)
    room = Rect(194, 40, 218, PAPER.height - 68)
    layout = layout_for(fitted(room, city_bounds(city), 120), city_bounds(city))
    classes = within(city_classes(city, lang), layout)
    taken = Taken()
    names = zip(city.names.values(), city.units["kind"], city.shapes, strict=True)
    labels = place_names(layout, taken, names, Font(7.0))
    draw_map(sheet, layout, classes, Labels(tuple(labels)), lang)
    sheet.put(legend(classes, room.width, HEAD, 2, lang), room.x, layout.frame.y - TICKS_MM - 2)
    return sheet


def draw_index(
    furniture: Furniture,
    city: CityGround,
    title: str,
    entries: Sequence[Entry],
    numbers: Sequence[str],
    label: str,
    lang: str,
) -> Sheet:
    """The list of pages, and the units with their page numbers on a key map."""
    sheet = start_page(furniture, title, "", label, ("units",), lang)
    for block, x, top in _listed(entries):
        sheet.put(block, x, top)
    layout, placed = _key_map(city, numbers)
    room = _map_room()
    classes = within(city_classes(city, lang), layout)
    draw_map(sheet, layout, classes, Labels(tuple(placed)), lang)
    key = legend(classes, room.width * 0.62, HEAD, 2, lang)
    top = layout.frame.y - TICKS_MM - 2
    note = paragraph(say("atlas.index.map", lang), Font(HEAD), room.width * 0.62)
    sheet.put(stack([note, key], 1.5), room.x, top)
    bar = scale_bar(layout.scale, room.width * 0.3, HEAD, lang)
    arrow = true_north(furniture.crs, layout, HEAD, lang)
    sheet.put(stack([bar, arrow], 2), room.x + room.width * 0.68, top)
    return sheet


def index_links(entries: Sequence[Entry]) -> list[Link]:
    """Where each line of the list leads to."""
    links = []
    for entry, (block, x, top) in zip(entries, _listed(entries), strict=True):
        if entry.key:
            links.append(Link((x, top - block.height, x + block.width, top), entry.key))
    return links


def map_links(city: CityGround, numbers: Sequence[str], keys: Sequence[str]) -> list[Link]:
    """Where each number on the key map leads to."""
    leads_to = dict(zip(numbers, keys, strict=True))
    links = []
    for label in _key_map(city, numbers)[1]:
        width, height = (side / 2 for side in label.size)
        box = (label.x - width, label.y - height, label.x + width, label.y + height)
        links.append(Link(box, leads_to[label.lines[0]]))
    return links


def _map_room() -> Rect:
    x = BODY.x + _LIST_MM + 6
    return Rect(x, BODY.y, BODY.right - x, BODY.height)


def _key_map(city: CityGround, numbers: Sequence[str]) -> tuple[Layout, list[Placed]]:
    """The frame of a map of the whole city, and the numbers of its units in their places.

    Numbers of units too small to hold them stand beside them, with a leader.
    """
    room = _map_room()
    frame = Rect(room.x + TICKS_MM, room.y + 40, room.width - 2 * TICKS_MM, room.height - 46)
    layout = layout_for(fitted(frame, city_bounds(city), 100), city_bounds(city))
    named = list(zip(numbers, city.shapes, strict=True))
    taken = Taken()
    forms = [(((text,),), shape) for text, shape in named]
    placed = place_texts(layout, taken, forms, Font(9.0, bold=True))
    found = {label.lines[0] for label in placed}
    inside = shapely.box(layout.frame.x, layout.frame.y, layout.frame.right, layout.frame.top)
    for text, shape in named:
        if text in found:
            continue
        ground = layout.to_page(shape)
        ground = ground if ground.area else ground.buffer(0.5)
        wanted = Wanted(f"text:{text}", ground, ())
        placed.append(place_number(wanted, text, Font(7.0, bold=True), inside, taken))
    return layout, placed


def _listed(entries: Sequence[Entry]) -> list[tuple[Block, float, float]]:
    """Each line of the list with its place: x and top in millimetres."""
    fitting = [
        (high, count) for high, count in _ROWS if int(BODY.height // high) * count >= len(entries)
    ]
    high, count = fitting[0] if fitting else _ROWS[-1]
    rows = int(BODY.height // high)
    used = max(1, min(count, -(-len(entries) // rows)))
    width = (_LIST_MM - 5 * (used - 1)) / used
    placed = []
    for number, entry in enumerate(entries):
        column, row = divmod(number, rows)
        block = _line(entry, width, high)
        placed.append((block, BODY.x + column * (width + 5), BODY.top - 1 - row * high))
    return placed


def _line(entry: Entry, width: float, high: float) -> Block:
    size = min(high * 1.5, 11.0)
    if not entry.key:
        return stack([paragraph(entry.title, Font(size, bold=True), width)])
    page, gap = 12.0, 2.0
    name = clipped(printable(entry.title), Font(size), width - page - gap, 1)
    number = paragraph(entry.label, Font(size), page, "right")
    foot = rule(width, "#d5d5d5", 0.12)
    inner = ((0.0, 0.0, name), (width - page, 0.0, number), (0.0, high - 0.8, foot))
    return Block(width, high - 0.6, inner=inner)


def city_bounds(city: CityGround) -> tuple[float, float, float, float]:
    """The extent of all units in metres."""
    xmin, ymin, xmax, ymax = (float(n) for n in shapely.total_bounds(city.shapes))
    return xmin, ymin, xmax, ymax


def city_classes(city: CityGround, lang: str, plain: bool = False) -> tuple[MapClass, ...]:
    """Units by kind (or all alike) with their borders, and the city's."""
    kinds = city.units["kind"].to_numpy()
    heading = say("map.legend.borders", lang)
    wards, communes = (
        ((), city.shapes) if plain else (city.shapes[kinds == "ward"], city.shapes[kinds != "ward"])
    )
    named = (
        ("wards", WARD, wards, AREA if not plain else GROUND, "atlas.outline.wards"),
        ("communes", COMMUNE, communes, AREA if not plain else GROUND,
         "atlas.class.city_ground" if plain else "atlas.outline.communes"),
        ("unit_border", _BORDER, shapely.boundary(city.shapes), BORDER, "atlas.class.unit_border"),
        ("city_border", CITY_BORDER, outer_rings(city.shapes), BORDER + 0.2,
         "map.class.city_border"),
    )  # fmt: skip
    return tuple(
        MapClass(key, say(text, lang), symbol, np.asarray(shapes, dtype=object), level,
                 heading=heading if level >= BORDER else "")
        for key, symbol, shapes, level, text in named
    )  # fmt: skip
