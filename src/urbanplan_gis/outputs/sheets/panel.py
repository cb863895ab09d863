"""The panel beside or below the map: which parts stand in which column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from urbanplan_gis.outputs.sheets import parts
from urbanplan_gis.outputs.sheets.boxes import Block, stack
from urbanplan_gis.outputs.sheets.data import SheetData, languages
from urbanplan_gis.outputs.sheets.facts import title_facts
from urbanplan_gis.outputs.sheets.grid import convergence_words, crs_words
from urbanplan_gis.outputs.sheets.page import Layout
from urbanplan_gis.outputs.sheets.theme import MapClass, bounds
from urbanplan_gis.text import say

_TEXT_POINTS = 6.8
_GAP_MM = 2.4
_LOCATOR_MM = 24.0


@dataclass(frozen=True, eq=False)
class Words:
    """What the panel says about the sheet: ``number`` is the drawing's in the set, ``roles`` the
    layers it is drawn from, ``units`` and ``city`` the shapes of the locator; ``table`` builds the
    table of values from a width (mm) and a font size (points)."""

    title_key: str
    number: int
    roles: tuple[str, ...]
    notes: tuple[str, ...]
    units: np.ndarray
    city: Any
    table: Callable[[float, float], Block] | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """The blocks of each panel column: those at its top and those on its foot."""

    tops: tuple[Block, ...]
    feet: tuple[Block, ...]

    def fits(self, layout: Layout) -> bool:
        """Whether no column is overfull."""
        columns = zip(self.tops, self.feet, layout.columns, strict=True)
        return all(top.height + foot.height + _GAP_MM <= room.height for top, foot, room in columns)


def make_panel(
    layout: Layout,
    classes: Sequence[MapClass],
    numbers: Sequence[tuple[str, str]],
    words: Words,
    data: SheetData,
    size: float,
    legend_columns: int,
) -> Panel:
    """The panel's blocks at a text size relative to the paper's own."""
    points = size * _TEXT_POINTS * layout.factor
    left, right = layout.columns[0].width, layout.columns[-1].width
    head = _head(words, data, left, points)
    middle = [parts.legend(classes, right, points, legend_columns, data.lang)]
    if numbers:
        middle.append(parts.unit_key(numbers, right, points, data.lang))
    if words.table:
        middle.append(words.table(right, points))
    foot = _foot(layout, words, data, left, points)
    if len(layout.columns) == 1:
        return Panel((_stacked([*head, *middle]),), (_stacked(foot),))
    return Panel((_stacked(head), _stacked(middle)), (_stacked(foot), Block(right, 0)))


def _head(words: Words, data: SheetData, width: float, points: float) -> list[Block]:
    """Title, project, and what the reader must know before reading on."""
    title = [say(words.title_key, lang) for lang in languages(data.lang)]
    project = list(dict.fromkeys(data.title.say(lang) for lang in languages(data.lang)))
    blocks = [parts.heading(title, project, width, points)]
    if data.synthetic:
        blocks.append(parts.stamp(say("map.stamp.synthetic", "vi"), width, points))
    return blocks


def _foot(
    layout: Layout, words: Words, data: SheetData, width: float, points: float
) -> list[Block]:
    """Scale, north, where the sheet lies, and the title block with its stamp."""
    convergence = convergence_words(data.crs, layout, data.lang)
    crs = crs_words(data.crs, data.lang)
    blocks = [parts.instruments(layout.scale, convergence, crs, width, points, data.lang)]
    if not _shows_all(layout, data):
        high = _LOCATOR_MM * layout.factor
        where = (words.units, words.city, layout.window)
        blocks.append(parts.locator(*where, width, high, points, data.lang))
    if data.draft:
        blocks.append(parts.stamp(say("map.stamp.draft", "vi"), width, points, color="#555555"))
    facts = title_facts(words.number, words.roles, data, layout.scale, words.notes)
    blocks.append(parts.title_block(facts, width, points))
    return blocks


def _shows_all(layout: Layout, data: SheetData) -> bool:
    """Whether the frame holds the whole city, so that a locator would say nothing."""
    xmin, ymin, xmax, ymax = bounds(data.units)
    left, bottom, right, top = layout.extent
    return left <= xmin and bottom <= ymin and right >= xmax and top >= ymax


def _stacked(blocks: Sequence[Block]) -> Block:
    return stack(blocks, _GAP_MM)
