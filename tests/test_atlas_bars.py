"""Bullet bars, rounding and words of the atlas, checked by hand."""

from __future__ import annotations

import pytest
import shapely

from urbanplan_gis.model.figures import Verdict
from urbanplan_gis.outputs.atlas.balance import balance_lines
from urbanplan_gis.outputs.atlas.bars import Bullet, bar_symbol, bullet_block
from urbanplan_gis.outputs.atlas.facts import Balance, BalanceRow, FigureRow, TargetRow
from urbanplan_gis.outputs.atlas.figures import figures_block
from urbanplan_gis.outputs.atlas.words import (
    adding_up,
    clipped,
    gap_words,
    hectares,
    interval_words,
    printable,
    roman,
    value_words,
)
from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, Word
from urbanplan_gis.standards.codes import STREET_REMAINDER
from urbanplan_gis.text import Name


def figure(**changes: object) -> FigureRow:
    """A share of 20 % against 25 % (due) and 40 %; whatever a test changes."""
    values: dict[str, object] = {
        "indicator": "urban_land_ratio",
        "state": "existing",
        "definition": "wide-in-wards",
        "value": 20.0,
        "unit": "%",
        "low": 18.0,
        "high": 22.0,
        "errors": True,
        "targets": (TargetRow(2025, 25.0, "about", 1.26), TargetRow(2030, 40.0, "about", 5.0)),
        "verdict": "reference",
        "basis": "proposal",
        "completeness": 1.0,
    }
    return FigureRow(**{**values, **changes})  # ty: ignore[invalid-argument-type]


def boxes(block: Block) -> list[tuple[float, ...]]:
    return [mark.shape.bounds for mark in block.marks if isinstance(mark, Mark)]


def words(block: Block) -> str:
    return " ".join(mark.text for _, _, mark in block.placed() if isinstance(mark, Word))


def test_bar_whisker_and_ticks_stand_where_the_numbers_say() -> None:
    """The track ends 8 % beyond the largest number, 40: so 43.2 is 108 mm, and 1 is 2.5 mm."""
    block = bullet_block(Bullet(20.0, 18.0, 22.0, (25.0, 40.0), "reference"), 108.0, 4.0)
    track, bar, whisker, low, high, later, due, zero = boxes(block)
    assert track[0::2] == (0.0, 108.0)
    assert bar[0::2] == (0.0, pytest.approx(50.0))
    assert whisker[0::2] == (pytest.approx(45.0), pytest.approx(55.0))
    middles = [(box[0] + box[2]) / 2 for box in (low, high, later, due, zero)]
    assert middles == [pytest.approx(at) for at in (45.0, 55.0, 100.0, 62.5, 0.0)]
    # the target due is the thick tick
    assert due[2] - due[0] > 2 * (later[2] - later[0])


def test_no_value_is_an_open_track_and_never_a_bar_of_length_zero() -> None:
    empty = bullet_block(Bullet(None, None, None, (25.0,), "no_data"), 100.0, 4.0)
    nothing = bullet_block(Bullet(0.0, None, None, (25.0,), "reference"), 100.0, 4.0)
    first, zero = empty.marks[0], nothing.marks[0]
    assert isinstance(first, Mark)
    assert isinstance(zero, Mark)
    assert first.symbol.fill is None
    assert first.symbol.dash_mm
    assert zero.symbol.fill is not None
    assert not any(mark.symbol == bar_symbol("no_data") for mark in empty.marks)  # ty: ignore


@pytest.mark.parametrize("bullet", [Bullet(None, None, None, (), "no_data"),
                                    Bullet(0.0, 0.0, 0.0, (), "reference")])  # fmt: skip
def test_nothing_to_scale_by_is_drawn_all_the_same(bullet: Bullet) -> None:
    assert all(shapely.is_valid(mark.shape) for mark in bullet_block(bullet, 50.0, 4.0).marks)  # ty: ignore


def test_a_unit_is_never_coloured_as_if_it_were_bound() -> None:
    judged = {bar_symbol(verdict).fill for verdict in Verdict
              if verdict not in (Verdict.REFERENCE, Verdict.NO_DATA)}  # fmt: skip
    assert bar_symbol("reference").fill not in judged
    assert len(judged) == 6
    assert bar_symbol("inconclusive").hatch


def test_words_of_a_figure() -> None:
    row = figure(value=24.999)
    # not rounded up to the target it does not reach
    assert value_words(row, "vi") == "24,99 %"
    assert interval_words(row, "en") == "95 % interval: 18.00 – 22.00"
    assert gap_words(row, "vi") == "thiếu 1,3 ha"
    assert gap_words(figure(targets=(TargetRow(2025, 25.0, "about", -2.0),)), "en") == "2.0 ha over"
    assert gap_words(figure(targets=(TargetRow(2025, 25.0, "about", None),)), "en") == ""
    small = figure(targets=(TargetRow(2025, 25.0, "about", 0.02),))
    assert gap_words(small, "vi") == "thiếu dưới 0,05 ha"
    assert (
        gap_words(figure(targets=(TargetRow(2025, 25.0, "about", 0.0),)), "en") == "at the target"
    )
    assert value_words(figure(value=None), "vi") == "chưa có số liệu"
    # without a declared error the bounds are those of unknown ground, and say so
    assert "95" not in interval_words(figure(errors=False), "vi")


def test_what_finds_no_room_is_counted() -> None:
    rows = [figure(indicator=f"own_{number}") for number in range(40)]
    found = figures_block(rows, 120.0, 100.0, (6.0,), "en", full=False)
    assert 0 < found.shown < 40
    assert found.block.height <= 100.0
    assert f"and {40 - found.shown} more figures: table indicators.csv" in words(found.block)


def test_printed_areas_add_up() -> None:
    values = [1.004, 1.004, 1.004, 0.988]
    printed = adding_up(values)
    assert round(sum(printed), 2) == 4.0
    assert all(abs(one - other) < 0.01 for one, other in zip(printed, values, strict=True))
    assert adding_up([0.0, 0.0]) == [0.0, 0.0]
    assert hectares(0.001, "vi") == "dưới 0,01"
    assert hectares(0.0, "vi") == "0,00"


def test_a_class_prints_the_same_area_however_many_are_listed() -> None:
    """Four classes of 1.005 ha and one of 0.98 make 5.00 ha."""
    areas = (1.005, 1.005, 1.005, 1.005, 0.98)
    balance = Balance("existing", tuple(
        BalanceRow("own", f"C{n}", Name("a", "a"), area) for n, area in enumerate(areas)
    ))  # fmt: skip
    whole, brief = (
        [line.cells[3] for line in balance_lines(balance, count, 7.0, "en")] for count in (9, 2)
    )
    assert whole[-1] == brief[-1] == "5.00"
    assert brief[:2] == whole[:2]
    # the rest is the sum of what would have been printed
    rest = sum(float(str(area)) for area in whole[2:5])
    assert float(str(brief[2])) == pytest.approx(rest)


def test_a_derived_class_is_listed_by_its_name_without_a_code() -> None:
    rows = (
        BalanceRow("planned-16-2025", "Dichvu", Name("Khu dịch vụ", "Services"), 2.0),
        BalanceRow(*STREET_REMAINDER, Name("Phần còn lại", "Remainder"), 1.0),
    )
    lines = balance_lines(Balance("planned", rows), 9, 7.0, "en")
    assert [line.cells[1:3] for line in lines[:2]] == [("Dichvu", "Services"), ("", "Remainder")]


def test_text_from_data_fits_and_has_a_form_for_every_sign() -> None:
    font = Font(6.0)
    block = clipped("x" * 500, font, 40.0, 2)
    assert block.height == pytest.approx(2 * font.line_mm)
    assert words(block).endswith("…")
    assert printable("Xã\nmột  hai") == "Xã một hai"
    assert printable("中") == "U+4E2D"
    assert printable("a\u202eb") == "a\\u202eb"
    assert printable("Nguyễn <script> مدينة") == "Nguyễn <script> مدينة"


def test_roman_numerals_of_the_front_pages() -> None:
    assert [roman(n) for n in (1, 4, 8, 9, 14, 40)] == ["i", "iv", "viii", "ix", "xiv", "xl"]
