"""A land balance as rows that add up as printed, and as a table in the colours of the map."""

from __future__ import annotations

from collections.abc import Sequence

from urbanplan_gis.outputs.atlas.facts import Balance, style_of
from urbanplan_gis.outputs.atlas.maps import swatch
from urbanplan_gis.outputs.atlas.table import Column, Line, table
from urbanplan_gis.outputs.atlas.unit_maps import UNCLASSIFIED
from urbanplan_gis.outputs.atlas.words import adding_up, printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, text_width
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.standards.codes import DERIVED_LISTS
from urbanplan_gis.text import number, say


def balance_lines(balance: Balance, count: int, size: float, lang: str) -> list[Line]:
    """Rows of a land balance that add up as printed: ``count`` classes, rest, unclassified, sum;
    their swatches are for letters of ``size`` points."""
    coded = [row for row in balance.rows if row.code_list and row.area_ha > 0]
    bare = [row for row in balance.rows if not row.code_list]
    areas = [row.area_ha for row in coded] + [sum(row.area_ha for row in bare)]
    total = sum(areas)
    # rounded before some are summed up: a class prints alike however many are listed
    printed = adding_up(areas)
    shares = adding_up([100 * area / total for area in areas], 1) if total else [0.0] * len(areas)
    # as in the legend, what is derived has a name and no code that a reader could look up
    names = [("" if row.code_list in DERIVED_LISTS else row.code, printable(row.name.say(lang)),
              _class_swatch(row.code_list, row.code, size)) for row in coded[:count]]  # fmt: skip
    left = len(coded) - count
    if left > 0:
        names.append(("", say("atlas.balance.rest", lang, count=left), _swatch(None, size)))
        printed = [*printed[:count], sum(printed[count:-1]), printed[-1]]
        shares = [*shares[:count], sum(shares[count:-1]), shares[-1]]
    names.append(("", say("class.unclassified", lang), _swatch(UNCLASSIFIED, size)))
    lines = [
        Line((mark, printable(code), name, number(area, lang, 2), number(share, lang, 1)))
        for (code, name, mark), area, share in zip(names, printed, shares, strict=True)
    ]
    total_line = (_swatch(None, size), "", say("atlas.balance.total", lang))
    whole = number(sum(printed), lang, 2), number(sum(shares), lang, 1)
    return [*lines, Line((*total_line, *whole), bold=True)]


def balance_table(lines: Sequence[Line], width: float, size: float, lang: str) -> Block:
    """A land balance as a table with the colours of the map."""
    # as wide as the longest code: planned functions have long ones
    codes = max(text_width(str(line.cells[1]), Font(size)) for line in lines) / width + 0.02
    codes = min(max(codes, 0.08), 0.26)
    columns = (
        Column("", 0.04),
        Column(say("table.column.code", lang), codes),
        Column(say("atlas.balance.class", lang), 0.69 - codes),
        Column(say("atlas.balance.area", lang), 0.16, "right"),
        Column(say("atlas.balance.share", lang), 0.11, "right"),
    )
    return table(columns, lines, width, size)[0]


def _class_swatch(code_list: str, code: str, size: float) -> Block:
    style = style_of(code_list, code)
    return _swatch(style.symbol if style else None, size)


def _swatch(symbol: Symbol | None, size: float) -> Block:
    """A patch of a symbol in the middle of a line of letters; room for one where there is none."""
    width, high = size * 0.46, size * 0.24
    down = (Font(size).line_mm - high) / 2
    return swatch(symbol, width, high, down) if symbol else Block(width, down + high)
