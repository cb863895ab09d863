"""Every legend can be read by normal and by deuteranope eyes, in colour and in grey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import matplotlib.hatch
import numpy as np
import pytest

from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.colour_sight import (
    LEAST_CONTRAST,
    LEAST_HATCH_CONTRAST,
    contrast,
    delta_e,
    deuteranope,
    distances,
    lightness,
)
from urbanplan_gis.outputs.sheets.grey_print import LEAST_STEP, grey_symbol, grey_variant
from urbanplan_gis.outputs.sheets.hatching import (
    HatchLines,
    HatchPoints,
    assign_hatches,
    hatch_parts,
    patterns,
)
from urbanplan_gis.outputs.sheets.symbols import PAPER, Symbol, ink_on
from urbanplan_gis.outputs.sheets.theme import MapClass
from urbanplan_gis.standards.codes import GREEN_KINDS, read_rows

#: pairs of Sharma, Wu and Dalal 2005, Table 1: L*, a*, b* of both colours, and CIEDE2000
SHARMA = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.49 -0.001 50 -2.49 0.0009 7.1792
50 2.49 -0.001 50 -2.49 0.0010 7.1792
50 2.49 -0.001 50 -2.49 0.0011 7.2195
50 2.49 -0.001 50 -2.49 0.0012 7.2195
50 -0.001 2.49 50 0.0009 -2.49 4.8045
50 -0.001 2.49 50 0.0010 -2.49 4.8045
50 -0.001 2.49 50 0.0011 -2.49 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
FILES = (styles.LAND_FILE, styles.PLAN_FILE)


def test_the_colour_distance_is_that_of_the_published_pairs() -> None:
    pairs = np.array([[float(part) for part in line.split()] for line in SHARMA.split("\n")[1:-1]])
    assert len(pairs) == 34
    one, two, expected = pairs[:, :3], pairs[:, 3:6], pairs[:, 6]
    assert delta_e(one, two) == pytest.approx(expected, abs=5e-5)
    assert delta_e(two, one) == pytest.approx(expected, abs=5e-5)


def test_deuteranopes_see_as_an_independent_program_simulates() -> None:
    # coloraide 8.13.1: Color(...).filter("deutan", 1, method="machado")
    assert {colour: deuteranope(colour) for colour in DEUTERANOPE} == DEUTERANOPE


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # the W3C's own case
    assert contrast("#ffffff", "#777777") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("file", FILES)
def test_all_codes_of_a_list_can_be_told_apart(file: str) -> None:
    drawn = code_symbols(file)
    assert len(drawn) == len({row["code"] for row in read_rows(file)} - GREEN)
    assert confused({**drawn, "?": symbols.NO_COLOUR, "": symbols.UNCODED}) == []


@pytest.mark.parametrize("file", FILES)
def test_colours_of_the_standards_are_never_changed(file: str) -> None:
    for row in read_rows(file):
        style = styles.style_of(file, row["list"], row["code"])
        assert style is not None
        if row["red"]:
            bands = (int(row[band]) for band in ("red", "green", "blue"))
            assert style.symbol.fill == "#{:02x}{:02x}{:02x}".format(*bands)


def test_a_code_has_one_hatch_in_every_list_and_the_commonest_have_none() -> None:
    for code in ("dgt", "tmd", "skk", "luk"):
        of_2018 = styles.style_of(styles.LAND_FILE, "tt27-2018", code)
        of_2024 = styles.style_of(styles.LAND_FILE, "tt08-2024", code)
        assert of_2018
        assert of_2024
        assert of_2018.symbol == of_2024.symbol
    drawn = code_symbols(styles.LAND_FILE)
    assert {code for code in ("LUC", "ODT", "DGT", "SON", "RSX") if drawn[code].hatch} == set()


@pytest.mark.parametrize("file", FILES)
def test_hatches_show_on_their_fill(file: str) -> None:
    for symbol in code_symbols(file).values():
        assert contrast(symbol.hatch_color, str(symbol.fill)) >= LEAST_HATCH_CONTRAST


@pytest.mark.parametrize(
    "legend",
    [
        [*symbols.GREEN_KINDS.values(), symbols.NO_COLOUR, symbols.UNCODED],
        [symbols.COVERED, symbols.NOT_COVERED, symbols.COVERED_OUTSIDE, symbols.PLAN_VOID],
        [symbols.TRANSPORT_LAND, symbols.RIGHT_OF_WAY, symbols.PARKING],
        [*map(Symbol, symbols.TARGET_FILLS), symbols.NO_TARGET, symbols.UNDECIDED,
         symbols.NO_DATA, symbols.CONTEXT, symbols.INCOMPLETE],
        [*symbols.ROADS.values(), symbols.ROAD_UNRANKED, symbols.UNIT_BORDER, symbols.CITY_BORDER],
        [symbols.PLAN_IN_FORCE, symbols.PLAN_NOT_IN_FORCE, symbols.MAIN_ROADS,
         symbols.UNIT_BORDER, symbols.CITY_BORDER],
        [symbols.SLATED_BORDER, symbols.UNIT_BORDER, symbols.CITY_BORDER],
    ],
    ids=["green", "coverage", "street land", "target", "roads", "plans", "borders"],
)  # fmt: skip
def test_every_set_of_symbols_can_be_told_apart(legend: list[Symbol]) -> None:
    named = {str(number): symbol for number, symbol in enumerate(legend)}
    assert confused(named) == []
    assert confused_in_grey({key: grey_symbol(one) for key, one in named.items()}) == []


@pytest.mark.parametrize("file", FILES)
def test_codes_can_be_told_apart_in_grey(file: str) -> None:
    classes = [
        MapClass(f"{code_list}:{style.code}", "", style.symbol, np.array([]))
        for (code_list, _), style in styles.styles(file).items()
        if code_list != GREEN_KINDS
    ]
    greys = {entry.key.split(":")[1]: entry.symbol for entry in grey_variant(classes)}
    assert confused_in_grey({**greys, "?": grey_symbol(symbols.NO_COLOUR)}) == []
    for symbol in greys.values():
        assert is_grey(symbol)
        assert contrast(ink_on(symbol), str(symbol.fill)) >= LEAST_CONTRAST


def test_the_grey_of_a_choropleth_grows_lighter_towards_the_target_and_is_dotted_beyond() -> None:
    greys = [grey_symbol(Symbol(fill)) for fill in symbols.TARGET_FILLS]
    below = [lightness(str(grey.fill)) for grey in greys[:4]]
    assert below == sorted(below)
    assert [bool(grey.hatch) for grey in greys] == [False] * 4 + [True] * 2


@pytest.mark.parametrize("file", FILES)
def test_codes_printed_on_fills_can_be_read(file: str) -> None:
    for symbol in code_symbols(file).values():
        assert contrast(ink_on(symbol), str(symbol.fill)) >= LEAST_CONTRAST


def test_letters_can_be_read_on_any_colour() -> None:
    steps = range(0, 256, 15)
    for red, green, blue in ((r, g, b) for r in steps for g in steps for b in steps):
        fill = f"#{red:02x}{green:02x}{blue:02x}"
        assert contrast(ink_on(Symbol(fill)), fill) >= LEAST_CONTRAST


def test_small_print_can_be_read_on_paper() -> None:
    for ink in (symbols.INK, symbols.GREY, symbols.RED):
        assert contrast(ink, PAPER) >= LEAST_CONTRAST


def test_a_hatch_is_taken_apart_as_matplotlib_draws_it() -> None:
    # six lines to the inch for each letter; a slanted set is sparser by the root of two
    assert hatch_parts("--") == (HatchLines(0.0, pytest.approx(25.4 / 12)),)
    assert hatch_parts("///") == (HatchLines(45.0, pytest.approx(25.4 / 18 * 2**0.5)),)
    assert [part.angle for part in hatch_parts("xx") if isinstance(part, HatchLines)] == [45, 135]
    dots = hatch_parts("|..")[1]
    assert isinstance(dots, HatchPoints)
    assert (dots.mark, dots.spacing_mm) == ("dot", pytest.approx(25.4 / 12))
    # matplotlib's own lines: (s, −s) to (1 + s, 1 − s) in a square of an inch
    starts = matplotlib.hatch.get_path("///", density=6).vertices[0::2]
    apart = np.diff(starts @ np.array([1, -1]) / 2**0.5).mean() * 25.4
    assert hatch_parts("///") == (HatchLines(45.0, pytest.approx(apart)),)
    assert all(hatch_parts(pattern) for pattern in patterns())
    assert len({hatch_parts(pattern) for pattern in patterns()}) == len(patterns())


def test_close_colours_get_hatches_and_far_ones_none() -> None:
    colours = {"a": "#ff0000", "b": "#ff0505", "c": "#0000ff", "d": None, "e": None}
    given = assign_hatches(colours, "#cccccc", ["///"])
    assert given["a"] == given["c"] == ""
    assert given["b"] == patterns()[0]
    assert given["d"]
    assert given["e"]
    assert given["d"] != given["e"]
    assert "///" not in (given["d"], given["e"])


#: of an independent program; red and green grow alike, blue and yellow stay
DEUTERANOPE = {
    "#ff0000": "#a39000", "#00ff00": "#efd63a", "#0000ff": "#003dfb", "#ffff00": "#fffa31",
    "#ffaa32": "#dbc436", "#ffa0ff": "#b1c6fc", "#beff1e": "#ffe93f", "#009900": "#8f801f",
    "#cc0000": "#827200", "#808080": "#808080", "#123456": "#1a3055",
}  # fmt: skip
GREEN = {row["code"] for row in read_rows(styles.PLAN_FILE) if row["list"] == GREEN_KINDS}


def code_symbols(file: str) -> dict[str, Symbol]:
    return {
        style.code: style.symbol
        for (code_list, _), style in styles.styles(file).items()
        if code_list != GREEN_KINDS
    }


def confused(legend: Mapping[str, Symbol]) -> list[tuple[str, str]]:
    """Pairs that neither colour nor hatch (of lines: dashes) tells apart."""
    keys = list(legend)
    apart = distances(one.line or one.fill or PAPER for one in legend.values()) >= 10
    return [
        (one, two)
        for one, two in same_kind(legend)
        if not apart[keys.index(one), keys.index(two)]
        and (legend[one].hatch, legend[one].dash_mm) == (legend[two].hatch, legend[two].dash_mm)
    ]


def confused_in_grey(legend: Mapping[str, Symbol]) -> list[tuple[str, str]]:
    return [pair for pair in same_kind(legend) if not apart_in_grey(*(legend[k] for k in pair))]


def apart_in_grey(one: Symbol, two: Symbol) -> bool:
    first, second = (symbol.line or symbol.fill or PAPER for symbol in (one, two))
    if abs(lightness(first) - lightness(second)) >= LEAST_STEP:
        return True
    if not one.line:
        return one.hatch != two.hatch
    narrow, wide = sorted((one.line_mm, two.line_mm))
    return one.dash_mm != two.dash_mm or wide >= 1.2 * narrow


def same_kind(legend: Mapping[str, Symbol]) -> Iterable[tuple[str, str]]:
    """Pairs of two areas or of two lines."""
    pairs = combinations(legend, 2)
    return (pair for pair in pairs if len({bool(legend[key].line) for key in pair}) == 1)


def is_grey(symbol: Symbol) -> bool:
    inks = (symbol.fill, symbol.hatch_color, symbol.edge, symbol.line, symbol.casing)
    return all(ink is None or ink[1:3] == ink[3:5] == ink[5:7] for ink in inks)
