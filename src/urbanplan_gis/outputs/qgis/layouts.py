"""Print layouts: an A3 sheet for each map theme, an atlas of the units, one of the findings."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from urbanplan_gis.outputs.qgis.content import BORDERS, PLACES, UNIT_FIGURES
from urbanplan_gis.outputs.qgis.items import (
    Box,
    add_label,
    add_map,
    add_north,
    add_rectangle,
    add_scale_bar,
    add_table,
    finish,
    layout,
)
from urbanplan_gis.outputs.qgis.layers import LOTS, PLANNED_LOTS, ProjectLayer
from urbanplan_gis.outputs.qgis.legend import LegendPlan, add_legend, cut_legend, plan_legend
from urbanplan_gis.outputs.qgis.scales import (
    BAR_MM,
    atlas_scale,
    bar_steps,
    fitting_scale,
    grid_step,
    page_scale,
    window_at,
)
from urbanplan_gis.outputs.qgis.themes import MapTheme
from urbanplan_gis.outputs.qgis.xml import child
from urbanplan_gis.outputs.sheets.boxes import Font, wrap
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.symbols import INK, RED, Symbol
from urbanplan_gis.text import say

WIDTH, HEIGHT = 420.0, 297.0
_MARGIN, _TICKS, _PAD = 8.0, 5.5, 3.0
#: widths of the panel, the narrowest in which the legend fits is taken
_PANELS = (100.0, 125.0, 150.0)
_SMALL, _BODY, _LARGE = 6.5, 8.0, 13.0
#: QGIS sets letters a little wider than they are measured
_NARROWER = 0.97
#: letters of a unit's name there is room for
_LONGEST = 110
_UNIT_NAME = (
    f'[% CASE WHEN length("name") > {_LONGEST} THEN left("name", {_LONGEST - 1}) || \'…\' '
    'ELSE "name" END %]'
)
#: heights that pages of an atlas keep free: below the map for figures, in the panel for words
_CELL_MM = 1.8
_TABLE_MM, _TEXT_MM = 82.0, 110.0


@dataclass(frozen=True)
class _Line:
    """A line of a heading: its text or expression, letters, and what it can be at most."""

    text: str
    size: float
    bold: bool
    longest: str

    def height(self, width: float) -> float:
        """Millimetres it takes in a panel of this width."""
        font = Font(self.size, self.bold)
        return font.line_mm * 1.06 * len(wrap(self.longest, font, width * _NARROWER))


@dataclass(frozen=True)
class SheetWords:
    """What every sheet of a project says, in the words of its language."""

    stamp: str
    facts: str
    crs: str
    lang: str
    #: the name of the project, and the longest one of a unit
    project: str
    longest_unit: str
    #: theme -> its sources, one a line
    sources: dict[str, str]


def print_layouts(
    themes: Sequence[MapTheme],
    layers: Sequence[ProjectLayer],
    extent: tuple[float, float, float, float],
    crs: str,
    words: SheetWords,
) -> list[ET.Element]:
    """All layouts of a project, named in its language."""
    made = [_sheet(theme, extent, crs, words) for theme in themes]
    known = {item.key: item for item in layers}
    by_key = {theme.key: theme for theme in themes}
    first = next((by_key[key] for key in _ATLAS_THEMES if key in by_key), None)
    if first is not None:
        made.append(_unit_atlas(first, known, extent, crs, words))
    if PLACES in known and known[PLACES].extent is not None and "findings" in by_key:
        made.append(_finding_atlas(by_key["findings"], known, extent, crs, words))
    return made


#: drawn by their labels alone
_UNLISTED = frozenset({"units"})
_FINDING_LINES = ("severity", "layer", "message", "worth", "action", "decision", "area_ha",
                  "finding_id", "feature_ids")  # fmt: skip
#: letters of one of these lines there is room for
_LONGEST_LINE = 500
_ATLAS_THEMES = ("existing_land_use", "planned_land_use", "zoning_coverage", "city")


@dataclass(frozen=True)
class _Page:
    """The parts of a page: map frame, panel, and the legend that fits the panel."""

    frame: Box
    panel: Box
    legend: LegendPlan


def _sheet(
    theme: MapTheme, extent: tuple[float, float, float, float], crs: str, words: SheetWords
) -> ET.Element:
    root = layout(say("qgis.layout.sheet", words.lang, theme=theme.name), WIDTH, HEIGHT)
    heading = [_project(words), *_title(theme, True)]
    page = _page(theme, heading, words, 0.0)
    scale = fitting_scale(extent, page.frame)
    window = window_at(extent, page.frame, scale)
    of_map = _draw(root, page, theme, heading, words, window, scale, crs)
    ratio = say("map.scale", words.lang, n=reader_number(scale, 0))
    _foot(root, page, of_map, theme, words, ratio, scale)
    return finish(root)


def _unit_atlas(
    theme: MapTheme,
    known: dict[str, ProjectLayer],
    extent: tuple[float, float, float, float],
    crs: str,
    words: SheetWords,
) -> ET.Element:
    """One page a unit, with its figures in a table."""
    root = layout(say("qgis.layout.units", words.lang), WIDTH, HEIGHT)
    unit = _Line(_UNIT_NAME, _LARGE, True, words.longest_unit[:_LONGEST])
    heading = [_project(words), unit, *_title(theme, False)]
    page = _page(theme, heading, words, 0.0, _TABLE_MM)
    scale = fitting_scale(extent, page.frame)
    of_map = _draw(root, page, theme, heading, words, window_at(extent, page.frame, scale), scale,
                   crs, 0.06)  # fmt: skip
    _foot(root, page, of_map, theme, words, atlas_scale(words.lang), None)
    if UNIT_FIGURES in known:
        below = page.frame.y + page.frame.height + _TICKS
        box = Box(page.frame.x, below, page.frame.width, _TABLE_MM - 2)
        _figures_table(root, box, known[UNIT_FIGURES])
    _atlas(root, known["units"], '"name"', '"code"', "", "'units_' || \"code\"")
    return finish(root)


def _finding_atlas(
    theme: MapTheme,
    known: dict[str, ProjectLayer],
    extent: tuple[float, float, float, float],
    crs: str,
    words: SheetWords,
) -> ET.Element:
    """One page a finding that has a place and is more than information, in order of weight."""
    root = layout(say("qgis.layout.findings", words.lang), WIDTH, HEIGHT)
    item = known[PLACES]
    title = say("qgis.finding.title", words.lang)
    heading = [_project(words), _Line(title, 10.0, True, title)]
    page = _page(theme, heading, words, _TEXT_MM)
    scale = fitting_scale(extent, page.frame)
    of_map = _draw(root, page, theme, heading, words, window_at(extent, page.frame, scale), scale,
                   crs, 0.5)  # fmt: skip
    top = _foot(root, page, of_map, theme, words, atlas_scale(words.lang), None)
    inner = _inner(page.panel)
    _finding_text(root, Box(inner.x, top - _TEXT_MM, inner.width, _TEXT_MM - 2), item, words)
    condition = "$geometry IS NOT NULL AND \"severity\" IN ('error', 'warning')"
    _atlas(root, item, '"rank"', '"rank"', condition, "'finding_' || \"rank\"")
    return finish(root)


def _project(words: SheetWords) -> _Line:
    return _Line("[% @plan_name %]", 9.0, False, words.project)


def _title(theme: MapTheme, large: bool) -> list[_Line]:
    """The name of a theme, each language on lines of its own."""
    first, *others = theme.titles
    upper = first.upper()
    head = _Line(upper, _LARGE, True, upper) if large else _Line(first, 9.0, False, first)
    return [head, *(_Line(other, 9.0, False, other) for other in others)]


def _atlas(
    root: ET.Element, item: ProjectLayer, name: str, order: str, condition: str, file: str
) -> None:
    child(
        root,
        "Atlas",
        enabled="1",
        coverageLayer=item.layer_id,
        coverageLayerName=item.name,
        coverageLayerSource=item.source,
        coverageLayerProvider="ogr",
        hideCoverage="0",
        pageNameExpression=name,
        filenamePattern=file,
        sortFeatures="1",
        sortKey=order,
        sortAscending="1",
        filterFeatures="1" if condition else "0",
        featureFilter=condition,
    )


def _page(
    theme: MapTheme,
    heading: Sequence[_Line],
    words: SheetWords,
    more: float,
    below: float = 0.0,
) -> _Page:
    """The narrowest panel in which the legend fits; the widest with part of it else.

    ``more`` are the millimetres a page needs in its panel for things of its own, ``below`` those
    under its map.
    """
    # a layer with one symbol has no heading: below others it would be read under theirs
    listed = [item for item in theme.layers if item.key not in _UNLISTED]
    layers = sorted(
        listed,
        key=lambda item: (bool(item.style.expression), item.key in (BORDERS, LOTS, PLANNED_LOTS)),
    )
    page = None
    for wide in _PANELS:
        panel = Box(WIDTH - _MARGIN - wide, _MARGIN, wide, HEIGHT - 2 * _MARGIN)
        frame = Box(
            _MARGIN + _TICKS,
            _MARGIN + _TICKS,
            panel.x - _MARGIN - 2 * _TICKS,
            panel.height - 2 * _TICKS - below,
        )
        inner = wide - 2 * _PAD
        room = panel.height - _heading_height(heading, inner) - _foot_height(theme, words, inner)
        room -= more + 4 * _PAD
        plan = plan_legend(layers, inner, room)
        if plan is not None:
            return _Page(frame, panel, plan)
        page = _Page(frame, panel, cut_legend(layers, inner, room))
    assert page is not None
    return page


def _heading_height(heading: Sequence[_Line], width: float) -> float:
    return sum(line.height(width) for line in heading) + 10.0


def _foot_height(theme: MapTheme, words: SheetWords, width: float) -> float:
    return 22.0 + _text_height(_foot_text(theme, words), width)


def _text_height(text: str, width: float) -> float:
    return 1.05 * Font(_SMALL).line_mm * len(wrap(text, Font(_SMALL), width * _NARROWER))


def _foot_text(theme: MapTheme, words: SheetWords) -> str:
    """Nothing in it is an expression, whatever the sources are called."""
    notes = (note for item in theme.layers for note in item.notes)
    said = (words.crs, words.facts, *notes, words.sources.get(theme.key, ""))
    return "\n".join(filter(None, said)).replace("[%", "[ %")


def _draw(
    root: ET.Element,
    page: _Page,
    theme: MapTheme,
    heading: Sequence[_Line],
    words: SheetWords,
    window: Sequence[float],
    scale: int,
    crs: str,
    atlas_margin: float | None = None,
) -> str:
    """Frames, map, title, stamps and legend; the id of the map."""
    border = Symbol(edge=INK, edge_mm=0.35)
    outer = Box(_MARGIN, _MARGIN, WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN)
    add_rectangle(root, "border", outer, border)
    add_rectangle(root, "panel", page.panel, border)
    step = grid_step(scale) if atlas_margin is None else None
    zoom = None if atlas_margin is None else page_scale(page.frame, atlas_margin)
    of_map = add_map(root, page.frame, window, theme.name, step, crs, zoom)
    inner = _inner(page.panel)
    y = inner.y
    for number, line in enumerate(heading):
        box = Box(inner.x, y, inner.width, line.height(inner.width))
        add_label(root, f"heading {number}", line.text, box, line.size, line.bold, align="center",
                  middle=True)  # fmt: skip
        y += box.height
    add_label(root, "stamp", "[% @plan_stamp %]", Box(inner.x, y + 1, inner.width, 5), 8.5, True,
              RED, "center", True)  # fmt: skip
    y += 8.0
    add_label(root, "legend title", say("map.legend.title", words.lang),
              Box(inner.x, y, inner.width, 5), 9, True)  # fmt: skip
    add_legend(root, Box(inner.x, y + 5, inner.width, 20), of_map, page.legend)
    return of_map


def _foot(
    root: ET.Element,
    page: _Page,
    of_map: str,
    theme: MapTheme,
    words: SheetWords,
    ratio: str,
    scale: int | None,
) -> float:
    """Scale, bar, north arrow; then system, date and sources. How far down the page it begins.

    Without a ``scale`` the bar follows that of the page.
    """
    inner = _inner(page.panel)
    text = _foot_text(theme, words)
    if page.legend.left_out:
        text = say("qgis.legend_more", words.lang, count=page.legend.left_out) + "\n" + text
    high = _text_height(text, inner.width)
    bottom = inner.y + inner.height
    add_label(root, "facts", text, Box(inner.x, bottom - high, inner.width, high), _SMALL)
    y = bottom - high - 20.0
    add_label(root, "scale", ratio, Box(inner.x, y, inner.width - 16, 5), _BODY, True)
    bar = Box(inner.x, y + 6, BAR_MM + 12, 10)
    unit, step = ("m", None) if scale is None else bar_steps(scale)
    add_scale_bar(root, bar, of_map, unit, step, _SMALL, comma=words.lang != "en")
    add_north(root, Box(inner.x + inner.width - 14, y - 1, 14, 19), of_map, words.lang)
    return y - 2.0


def _inner(panel: Box) -> Box:
    return Box(panel.x + _PAD, panel.y + _PAD, panel.width - 2 * _PAD, panel.height - 2 * _PAD)


def _figures_table(root: ET.Element, box: Box, table: ProjectLayer) -> None:
    """The default figures of the page's unit."""
    names = ("indicator", "state", "value", "target", "verdict")
    shares = (0.36, 0.19, 0.13, 0.18, 0.14)
    columns = [
        (name, table.style.fields[name].alias, share * box.width - _CELL_MM)
        for name, share in zip(names, shares, strict=True)
    ]
    condition = "\"unit_code\" = attribute(@atlas_feature, 'code')"
    place = (table.layer_id, table.name, table.source)
    add_table(root, box, place, columns, condition, "figure_id", 6.5)


def _finding_text(root: ET.Element, box: Box, item: ProjectLayer, words: SheetWords) -> None:
    """The finding in words: what it is, what it weighs, what was done and decided."""
    lines = []
    for name in _FINDING_LINES:
        text = f'coalesce(represent_value("{name}"), to_string("{name}"))'
        more = f"left({text}, {_LONGEST_LINE}) || ' …'"
        whole = f"CASE WHEN length({text}) > {_LONGEST_LINE} THEN {more} ELSE {text} END"
        value = f"coalesce(nullif({whole}, ''), '–')"
        if name == "area_ha":
            value = f"coalesce(format_number(\"{name}\", 2, '{_number_form(words.lang)}'), '–')"
        lines.append(f"{item.style.fields[name].alias}: [% {value} %]")
    add_label(root, "finding", "\n".join(lines), box, 7.5)


def _number_form(lang: str) -> str:
    """The locale whose numbers a text has."""
    return "en" if lang == "en" else "vi"
