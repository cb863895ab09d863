"""The panel beside or below the map: which parts stand in which column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from urbanplan_gis.outputs.sheets import grid, parts
from urbanplan_gis.outputs.sheets.boxes import Block, stack
from urbanplan_gis.outputs.sheets.data import SheetData
from urbanplan_gis.outputs.sheets.declaration import TitleBlock
from urbanplan_gis.outputs.sheets.facts import (
    drawing_facts,
    shortened,
    signatures,
    source_lines,
    title_facts,
)
from urbanplan_gis.outputs.sheets.inset import Inset
from urbanplan_gis.outputs.sheets.locator import locator
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.theme import MapClass, bounds
from urbanplan_gis.outputs.sheets.title_block import signature_block, title_block
from urbanplan_gis.text import Name, Text, languages, say

_TEXT_POINTS = 6.8
#: running text is never smaller than this (points)
_LEAST_TEXT_POINTS = 5.2
_GAP_MM = 2.4
_LOCATOR_MM = 24.0


@dataclass(frozen=True, eq=False)
class Words:
    """What the panel says about the sheet: ``number`` is the drawing's in the set, ``roles`` the
    layers it is drawn from, ``units`` and ``city`` the shapes of the locator; ``table`` builds the
    table of values from a width (mm), a font size (points) and whether to be brief."""

    title: Text | Name
    number: int
    roles: tuple[str, ...]
    notes: tuple[str, ...]
    units: np.ndarray
    city: np.ndarray
    table: Callable[[float, float, bool], Block] | None = None
    #: whether to leave out what can be read elsewhere, for want of room
    brief: bool = False
    #: whether legend, table and notes stand on pages of their own, for want of room
    spread: bool = False
    #: what the reader must be wary of
    warnings: tuple[str, ...] = ()
    #: a plan drawing has a title block with authorities, an analytic sheet is part of a report
    is_drawing: bool = False
    block: TitleBlock = field(default_factory=TitleBlock)
    inset: Inset | None = None
    #: whether to show the locator even where the frame holds the whole city
    locator: bool = False


@dataclass(frozen=True, eq=False)
class Panel:
    """The blocks of each panel column: those at its top and those on its foot."""

    columns: tuple[Rect, ...]
    tops: tuple[Block, ...]
    feet: tuple[Block, ...]

    @property
    def fits(self) -> bool:
        """Whether no column is overfull."""
        columns = zip(self.tops, self.feet, self.columns, strict=True)
        return all(top.height + foot.height + _GAP_MM <= room.height for top, foot, room in columns)


def make_panel(
    layout: Layout,
    columns: tuple[Rect, ...],
    classes: Sequence[MapClass],
    numbers: tuple[tuple[str, str], ...],
    words: Words,
    data: SheetData,
    size: float,
    legend_columns: int,
) -> Panel:
    """The panel's blocks at a text size relative to the paper's own.

    In a panel of two columns the title block stands below the left one, or below the right one
    where that leaves neither overfull.
    """
    points = text_points(layout, size)
    left, right = columns[0].width, columns[-1].width
    head = _head(words, data, left, points)
    foot = _foot(layout, words, data, left, points)
    middle = [] if words.spread else _middle(classes, numbers, words, right, points, legend_columns,
                                             data.lang)  # fmt: skip
    if words.inset:
        middle.append(words.inset.block(right, columns[-1].height, layout.scale, points, data.lang))
    if words.spread:
        note = say("sheet.note.next_page", data.lang)
        middle.append(parts.small_print([note], right, points))
    if len(columns) == 1:
        block = _block(layout, words, data, left, points)
        return Panel(columns, (_stacked([*head, *middle]),), (_stacked([*foot, *block]),))
    tops = (_stacked(head), _stacked(middle))
    block = _block(layout, words, data, left, points)
    panel = Panel(columns, tops, (_stacked([*foot, *block]), Block(right, 0)))
    if panel.fits:
        return panel
    block = _block(layout, words, data, right, points)
    return Panel(columns, tops, (_stacked(foot), _stacked(block)))


def _middle(
    classes: Sequence[MapClass],
    numbers: tuple[tuple[str, str], ...],
    words: Words,
    width: float,
    points: float,
    legend_columns: int,
    lang: str,
) -> list[Block]:
    """Legend, key of numbered units, table of values."""
    middle = [parts.legend(classes, width, points, legend_columns, lang)]
    if numbers:
        middle.append(parts.unit_key(numbers, width, points, lang))
    if words.table:
        middle.append(words.table(width, points, words.brief))
    return middle


def _block(
    layout: Layout, words: Words, data: SheetData, width: float, points: float
) -> list[Block]:
    """The block of facts, and the title block of a drawing."""
    blocks = []
    if not words.spread:
        blocks.append(title_block(facts_of(layout, words, data), width, points))
    if words.is_drawing:
        lang = data.lang
        project, title = data.title.say(lang), words.title.say(lang)
        number = f"{words.number:02d}"
        facts = drawing_facts(words.block, project, title, number, layout.scale, lang)
        boxes = signatures(words.block, lang)
        blocks.append(signature_block(boxes, facts, width, points))
    return blocks


def facts_of(layout: Layout, words: Words, data: SheetData) -> list[tuple[str, str]]:
    """Labels and values of the block of facts."""
    sources = source_lines(data, words.roles)
    if words.brief:
        sources = shortened(sources, data.lang)
    given = words.block
    return title_facts(
        given.number.say(data.lang) if given.number else words.number,
        sources,
        data,
        layout.scale,
        words.notes,
        words.warnings,
        given.attached_to.say(data.lang) if given.attached_to else "",
        words.is_drawing,
    )


def text_points(layout: Layout, size: float) -> float:
    """Points of the panel's running text at a size relative to the paper's own."""
    return size * _TEXT_POINTS * layout.factor


def readable(layout: Layout, size: float) -> bool:
    """Whether text of a size relative to the paper's own can be read in print."""
    return text_points(layout, size) >= _LEAST_TEXT_POINTS


def _head(words: Words, data: SheetData, width: float, points: float) -> list[Block]:
    """Title, project, and what the reader must know before reading on."""
    title = [words.title.say(lang) for lang in languages(data.lang)]
    project = list(dict.fromkeys(data.title.say(lang) for lang in languages(data.lang)))
    blocks = [parts.heading(title, project, width, points)]
    if data.synthetic:
        blocks.append(parts.stamp(say("stamp.synthetic", "vi"), width, points))
    return blocks


def _foot(
    layout: Layout, words: Words, data: SheetData, width: float, points: float
) -> list[Block]:
    """Scale, north, where the sheet lies, and whether it is a draft."""
    said = grid.convergence_words(data.crs, layout, data.lang)
    crs = grid.crs_words(data.crs, data.lang)
    turned = grid.convergence(data.crs, layout)
    blocks = [parts.instruments(layout.scale, said, crs, width, points, data.lang, turned)]
    if words.locator or not _shows_all(layout, data):
        high = _LOCATOR_MM * layout.factor
        where = (words.units, words.city, layout.window)
        blocks.append(locator(*where, width, high, points, data.lang))
    blocks.append(parts.stamp(data.standing.say(data.lang), width, points, color="#555555"))
    return blocks


def _shows_all(layout: Layout, data: SheetData) -> bool:
    """Whether the frame holds the whole city, so that a locator would say nothing."""
    xmin, ymin, xmax, ymax = bounds(data.units)
    left, bottom, right, top = layout.extent
    return left <= xmin and bottom <= ymin and right >= xmax and top >= ymax


def _stacked(blocks: Sequence[Block]) -> Block:
    return stack(blocks, _GAP_MM)
