"""One language out of cells written in both."""

from __future__ import annotations

import re

import pytest

from urbanplan_gis.outputs.report.bilingual import texts_of
from urbanplan_gis.outputs.report.pictures import _place
from urbanplan_gis.outputs.report.readiness_annex import _notes as notes_of_card
from urbanplan_gis.outputs.report.wording import Words
from urbanplan_gis.text import Text, _template, keys

STAMP = "DỮ LIỆU MÔ PHỎNG / SYNTHETIC"


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("", []),
        ("Đã đạt / Reached", [("Đã đạt", "Reached")]),
        ("7 − 0 = 7", [("7 − 0 = 7", "7 − 0 = 7")]),
        ("một / one; hai điều / two things", [("một", "one"), ("hai điều", "two things")]),
        # a joint inside a text, in both of its languages
        ("nhỏ; lớn hơn / small; larger", [("nhỏ; lớn hơn", "small; larger")]),
        ("nửa: 1 / 2 = 0,5 / half: 1 / 2 = 0.5", [("nửa: 1 / 2 = 0,5", "half: 1 / 2 = 0.5")]),
        (
            "số cũ / an old number; "
            "phường (15.000; 5.000); giữ nguyên / a ward (15,000; 5,000); unchanged",
            [
                ("số cũ", "an old number"),
                ("phường (15.000; 5.000); giữ nguyên", "a ward (15,000; 5,000); unchanged"),
            ],
        ),
        # a name from data is the same on both sides
        ("nay là Xã Tịnh Khê / now Xã Tịnh Khê", [("nay là Xã Tịnh Khê", "now Xã Tịnh Khê")]),
    ],
)  # fmt: skip
def test_texts_part_in_the_middle(cell: str, texts: list[tuple[str, str]]) -> None:
    assert list(texts_of(cell)) == texts


def _notes() -> list[Text]:
    """Texts that notes are made of, with numbers for their parameters."""
    found = []
    for key in sorted(keys()):
        if key.split(".")[0] in ("note", "gap", "trend", "definitions", "readiness", "uncertainty"):
            names = set(re.findall(r"\{(\w+)\}", _template(key, "vi")))
            found.append(Text.of(key, **dict.fromkeys(names, 12.5)))
    return found


def test_every_note_of_the_catalogue_comes_back_out_of_a_joined_cell() -> None:
    """Joined with its neighbours, each text is read as it was written."""
    notes = [
        note
        for note in _notes()
        if len(note.say("vi").split()) > 2 and not note.key.startswith("readiness.line")
    ]
    assert len(notes) > 40
    for first, second, third in zip(notes, notes[1:], notes[2:], strict=False):
        three = (first, second, third)
        cell = "; ".join(note.say("both") for note in three)
        assert [vi for vi, _ in texts_of(cell)] == [note.say("vi") for note in three]
        assert [en for _, en in texts_of(cell)] == [note.say("en") for note in three]


def test_the_stamp_is_no_note_and_single_language_tables_are_read_as_they_are() -> None:
    cell = f"{STAMP}; có số / a number"
    assert Words("vi", "both").texts(cell) == ("có số",)
    assert Words("en", "both").texts(cell) == ("a number",)
    assert Words("vi", "vi").texts(f"{STAMP}; có; số") == ("có; số",)
    assert Words("en", "both").texts(STAMP) == ()


def test_numbers_ranges_and_levels_are_put_into_the_readers_form() -> None:
    vi, en = Words("vi", "both"), Words("en", "both")
    assert (vi.amount("4.000–20.000"), en.amount("4.000–20.000")) == (
        "4.000–20.000",
        "4,000–20,000",
    )
    assert (vi.amount("0,25–0,40"), en.amount("0,25–0,40")) == ("0,25–0,40", "0.25–0.40")
    assert (vi.amount("1234.5"), en.amount("1234.5")) == ("1.234,50", "1,234.50")
    assert (vi.amount("Cấp tỉnh"), en.amount("Cấp tỉnh")) == ("cấp tỉnh", "provincial")
    assert vi.amount("") == "–"


def test_long_names_are_cut_and_signs_that_programs_obey_are_written_out() -> None:
    words = Words("vi", "both")
    assert len(words.data("x" * 200)) == 90
    assert words.data("a\u202eb") == "a\\u202eb"


def test_maps_of_the_report_decide_no_more_than_the_sheets() -> None:
    """22 % of 20 to 24 %: ground not known could lift it over the target of 23, or not."""
    row = {"value": 22.0, "low": 20.0, "high": 24.0, "target": 23.0, "target_sense": "at_least"}
    assert _place(row) == "undecided"
    assert _place({**row, "high": 22.5}) == "3"  # 96 % of the target: 95 to below 100 %
    assert _place(None) == "no_data"


def test_notes_of_two_wards_are_told_apart_in_tables_of_one_language() -> None:
    row = dict.fromkeys(("standard", "name", "regime", "value_source", "year"), "x") | {
        "verdict": "met"
    }
    rows = [row | {"note": f"{STAMP}; ai cũng vậy; chỉ xã {one}"} for one in "AB"]
    told = [set(notes_of_card([own], Words("vi", "vi"))) for own in rows]
    assert told[0] & told[1] == {"ai cũng vậy"}
