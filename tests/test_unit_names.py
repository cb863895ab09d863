"""Names of units as people write them: the unit meant, or said to be unclear; never another."""

from __future__ import annotations

import csv
from pathlib import Path
from unicodedata import combining, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbanplan_gis.loaders.units.names import UnitMatch, match_code, match_unit, match_units
from urbanplan_gis.loaders.units.readings import names_total, read_kind

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "legacy_text"
CITY = {
    "21010": "Phường Lê Hồng Phong", "21013": "Phường Trần Phú", "21016": "Phường Quảng Phú",
    "21019": "Phường Nghĩa Chánh", "21022": "Phường Trần Hưng Đạo",
    "21025": "Phường Nguyễn Nghiêm", "21028": "Phường Nghĩa Lộ", "21031": "Phường Chánh Lộ",
    "21034": "Xã Nghĩa Dũng", "21037": "Xã Nghĩa Dõng", "21172": "Phường Trương Quang Trọng",
    "21187": "Xã Tịnh Hòa", "21190": "Xã Tịnh Kỳ", "21199": "Xã Tịnh Thiện",
    "21202": "Xã Tịnh Ấn Đông", "21208": "Xã Tịnh Châu", "21211": "Xã Tịnh Khê",
    "21214": "Xã Tịnh Long", "21223": "Xã Tịnh Ấn Tây", "21232": "Xã Tịnh An",
    "21253": "Xã Nghĩa Phú", "21256": "Xã Nghĩa Hà", "21262": "Xã Nghĩa An",
    "c": "Phường Cẩm Thành", "a": "Xã An Phú", "d": "Xã Đông Sơn",
}  # fmt: skip
CONFUSABLE = {
    "1": "Phường Quảng Phú", "2": "Xã Quảng Phú", "3": "Thị trấn Quảng Phú",
    "4": "Phường 1", "5": "Phường 11", "6": "Phường 6", "7": "Xã Tân An", "8": "Xã Tấn An",
    "9": "Xã Tan An", "10": "Xã Xà Phiên", "11": "Xã Phiên", "12": "Thị trấn P Rao",
    "13": "Xã Thủy Biều", "14": "Xã Thúy Biều", "15": "Xã Nam Thanh", "16": "Xã Nam Thành",
    "17": "Xã K'Bang", "18": "Xã Hậu Mỹ Bắc A", "19": "Xã Hậu Mỹ Bắc B", "20": "Xã Hòa Hiệp",
    "21": "Phường Hoà Hiệp", "22": "Xã Quý Hoá", "23": "Thị xã Quảng Phú",
}  # fmt: skip
ABBREVIATED = {
    "Phường ": ("P. ", "P.", "P ", "PHƯỜNG ", "phường  "),
    "Xã ": ("X. ", "X.", "X ", "XÃ ", "xã  "),
    "Thị trấn ": ("TT. ", "TT.", "tt ", "Thi tran "),
    "Thị xã ": ("TX. ", "TX.", "tx "),
}
#: the two rules for the tone of oa, oe, uy at the end of a word
OLD_TONES = ("òa", "óa", "ỏa", "õa", "ọa", "ủy", "úy")
NEW_TONES = ("oà", "oá", "oả", "oã", "oạ", "uỷ", "uý")


def bare(text: str) -> str:
    """Without marks, by hand and not by the package."""
    letters = "".join(sign for sign in normalize("NFD", text) if not combining(sign))
    return letters.replace("đ", "d").replace("Đ", "D")


def newer(text: str) -> str:
    for old, new in zip(OLD_TONES, NEW_TONES, strict=True):
        text = text.replace(f"{old} ", f"{new} ")
        text = text[: -len(old)] + new if text.endswith(old) else text
    return text


@pytest.mark.parametrize(
    ("written", "code", "how"),
    [
        ("Phường Nghĩa Lộ", "21028", "exact"),
        ("P. Nghĩa Lộ", "21028", "exact"),
        ("p.NGHĨA  LỘ ", "21028", "exact"),
        ("Nghĩa Lộ", "21028", "exact"),
        ("Nghĩa Lộ ward", "21028", "exact"),
        ("X. Tịnh Khê", "21211", "exact"),
        (normalize("NFD", "xã Tịnh Khê"), "21211", "exact"),
        ("Ðông Sơn", "d", "exact"),  # capital eth
        ("Tịnh Hoà", "21187", "tones"),
        ("Trần Hưng Đaọ", "21022", "tones"),
        ("Nghia Lo ward", "21028", "marks"),
        ("TINH AN DONG", "21202", "marks"),
        ("Tịnh Ân Tây", "21223", "marks"),
        ("Nghia Dung", "21034", "marks"),
        ("NGHIA DONG", "21037", "marks"),
        ("Tran Hnug Dao", "21022", "fuzzy"),
        ("Xã Tịnh Kì", "21190", "fuzzy"),
        ("Phường Trương Quang Trongg", "21172", "fuzzy"),
        # as near to Dũng as to Dõng
        ("Nghĩa Dung", "", "ambiguous"),
        ("Nghĩa Dóng", "", "ambiguous"),
        ("Nghia Dang", "", "ambiguous"),
        # once one commune, now a part of two names, and a letter from a third
        ("Tịnh Ấn", "", "ambiguous"),
        ("Tịnh Ân", "", "ambiguous"),
        ("Xã Tịnh Ấn Tâyy", "21223", "fuzzy"),
        # another kind, another mark, a place elsewhere, a part of a name
        ("Phường Tịnh Khê", "", "none"),
        ("TP Quảng Phú", "", "none"),
        ("Nghĩa Đồng", "", "none"),
        ("Trần Hưng", "", "none"),
        ("Quận Nghĩa Lộ", "", "none"),
        ("P. Trương Khang", "", "none"),
        ("21010", "", "none"),
        ("", "", "none"),
        ("P.", "", "none"),
        ("???", "", "none"),
    ],
)
def test_names_of_the_city(written: str, code: str, how: str) -> None:
    match = match_unit(written, CITY)
    assert (match.given, match.code, match.how) == (written, code, how)
    assert match.name == CITY.get(code, "")


@pytest.mark.parametrize(
    ("written", "code", "how"),
    [
        ("P. Quảng Phú", "1", "exact"),
        ("X. Quảng Phú", "2", "exact"),
        ("xa Quang Phu", "2", "marks"),
        ("TT. Quảng Phú", "3", "exact"),
        ("Thị xã Quảng Phú", "23", "exact"),
        ("Quảng Phú", "", "ambiguous"),
        ("Quang Phu town", "", "ambiguous"),  # thị trấn and thị xã are both towns
        ("TP. Quảng Phú", "", "ambiguous"),  # of none of the kinds
        ("P.1", "4", "exact"),
        ("P1", "4", "exact"),
        ("Phường 01", "4", "exact"),
        ("Ward 1", "4", "exact"),
        ("Phường I", "4", "marks"),
        ("P. VI", "6", "marks"),
        ("Phường 1-1", "", "none"),
        ("Phường 12", "", "none"),
        ("Quận 1", "", "none"),
        ("Tân An", "7", "exact"),
        ("Xã Tấn An", "8", "exact"),
        ("Xã Tan An", "9", "exact"),
        ("Tan An", "", "ambiguous"),
        ("Xã Phiên", "11", "exact"),
        ("Xà Phiên", "10", "exact"),
        ("Xa Phien", "", "ambiguous"),
        ("P Rao", "12", "exact"),
        ("Thủy Biều", "13", "exact"),
        ("Thuý Biều", "14", "tones"),
        ("Thuy Bieu", "", "ambiguous"),
        ("K’Bang", "17", "exact"),
        ("KBang", "17", "marks"),
        ("X. Hậu Mỹ Bắc C", "", "ambiguous"),
        ("Xã Hoà Hiệp", "20", "tones"),
        ("P. Hoà Hiệp", "21", "exact"),
        ("Hòa Hiệp", "", "ambiguous"),
        ("Quý Hóa", "22", "tones"),
    ],
)
def test_names_easily_confused(written: str, code: str, how: str) -> None:
    match = match_unit(written, CONFUSABLE)
    assert (match.code, match.how) == (code, how)


def test_a_mistyped_name_tells_its_likeness_and_the_next_best() -> None:
    # one letter of eight: 7/8; next «Tịnh Kỳ», two letters of eight away
    match = match_unit("Xã Tịnh Khé", {"1": "Xã Tịnh Khê", "2": "Xã Tịnh Kỳ", "3": "Xã An Phú"})
    assert match == UnitMatch(
        "Xã Tịnh Khé", "1", "Xã Tịnh Khê", "fuzzy", 87.5, "2 Xã Tịnh Kỳ (75 %)"
    )
    assert match_unit("Tịnh Khé", {"1": "Xã Tịnh Khê"}).runner_up == ""


def test_what_may_have_been_meant_is_named() -> None:
    both = "21034 Xã Nghĩa Dũng, 21037 Xã Nghĩa Dõng"
    assert match_unit("Nghĩa Dóng", CITY).runner_up == both
    assert match_unit("Nghĩa Đồng", CITY).runner_up == both
    assert match_unit("Phường Tịnh Khê", CITY).runner_up == "21211 Xã Tịnh Khê"
    assert match_unit("Hà Nội", CITY).runner_up == ""
    many = {str(n): f"Xã Tịnh Khê {n}" for n in range(5)}
    listed = "0 Xã Tịnh Khê 0, 1 Xã Tịnh Khê 1, 2 Xã Tịnh Khê 2, ..."
    assert match_unit("Tịnh Khê", many).runner_up == listed


def test_names_of_units_without_kind_and_units_without_name() -> None:
    assert match_unit("Phường Nghĩa Lộ", {"1": "Nghĩa Lộ", "2": ""}).code == "1"
    assert match_unit("Nghĩa Lộ", {"1": "Nghĩa Lộ", "2": "Nghĩa Lộ"}).how == "ambiguous"
    assert match_unit("Nghĩa Lộ", {}) == UnitMatch("Nghĩa Lộ", "", "", "none", 0.0, "")


def test_a_column_with_marks_is_taken_at_its_word() -> None:
    alone = match_units(["P. Nam Thanh", "Nam Thanh"], CONFUSABLE)
    assert [match.how for match in alone.values()] == ["ambiguous", "ambiguous"]
    beside = match_units(["Nam Thanh", "Nam Thành"], CONFUSABLE)
    assert [match.code for match in beside.values()] == ["15", "16"]
    headed = match_units(["TỔNG SỐ", "TAN AN"], CONFUSABLE)
    assert headed["TAN AN"].how == "ambiguous"
    # with marks, An Ninh is two letters of seven from An Vĩnh; without, one
    assert match_units(["An Ninh", "Mỹ Lộc"], {"1": "Xã An Vĩnh"})["An Ninh"].how == "none"
    assert match_units(["An Ninh"], {"1": "Xã An Vĩnh"})["An Ninh"].how == "fuzzy"


def test_a_unit_elsewhere_is_not_taken_for_a_mistyped_one() -> None:
    units = {"21034": "Xã Nghĩa Dũng"}
    assert match_units(["Xã Nghĩa Dõng"], units)["Xã Nghĩa Dõng"].how == "fuzzy"
    for written in ("Xã Nghĩa Dõng", "X. Nghia Dong"):
        match = match_units([written], units, CITY.values())[written]
        assert (match.how, match.code, match.runner_up) == ("none", "", "")


def test_codes_that_lost_their_zeros() -> None:
    assert match_code("1", {"00001", "00010"}) == "00001"
    assert match_code("00010", {"00001", "00010"}) == "00010"
    assert match_code("010", {"00001", "00010"}) == "00010"
    assert match_code("1", {"001", "01"}) is None
    assert match_code("1", {"11", "Phường 1"}) is None
    assert match_code("9" * 5000, {"1"}) is None
    assert match_code("VN-1", {"VN-1"}) == "VN-1"


@pytest.mark.parametrize(
    "written",
    [
        "Tổng", "TỔNG SỐ", "Tổng cộng:", "Cộng", "cong", "Tong so", "Toàn thành phố", "Toàn TP",
        "tòan thành phố", "Toàn thành phố Quảng Ngãi", "Tổng số toàn thành phố", "TP. Quảng Ngãi",
        "Thành phố Quảng Ngãi", "I. Nội thành", "II. Ngoại thành", "Khu vực nội thị", "Thành thị",
        "Nông thôn", "Các phường", "Cộng các xã", "Total", normalize("NFD", "Tổng số"),
    ],
)  # fmt: skip
def test_totals(written: str) -> None:
    assert names_total(written)
    assert match_unit(written, CITY).how == "none"


@pytest.mark.parametrize("written", [*CITY.values(), *CONFUSABLE.values(), "Tống Phan", "Cống"])
def test_units_are_no_totals(written: str) -> None:
    assert not names_total(written)
    assert not names_total(written.split(maxsplit=1)[-1])


def test_kinds() -> None:
    names = ["Phường 1", "P. Nghĩa Lộ", "XÃ An Phú", "Xa Tinh Khe", "TT. Mộ Đức", "Thị xã Đức Phổ",
             "TP Huế", "Nghĩa Lộ", "Xà Phiên", "Đặc khu Lý Sơn", "Phường"]  # fmt: skip
    kinds = ["ward", "ward", "commune", "commune", "township", "town", "city", None, None,
             "special_zone", None]  # fmt: skip
    assert [read_kind(name) for name in names] == kinds


@st.composite
def written_names(draw: st.DrawFn, names: list[str]) -> tuple[str, str]:
    """An official name, and one way that people write it, without a wrong letter."""
    name = draw(st.sampled_from(names))
    text = newer(name) if draw(st.booleans()) else name
    head = next(head for head in ABBREVIATED if text.startswith(head))
    written = draw(st.sampled_from([head, "", *ABBREVIATED[head]]))
    text = written + text.removeprefix(head)
    if draw(st.booleans()):
        text = bare(text)
    text = draw(st.sampled_from([str, str.upper, str.lower]))(text)
    text = normalize(draw(st.sampled_from(["NFC", "NFD"])), text)
    blanks = draw(st.sampled_from([" ", "  ", "\u00a0", "\t"]))
    return name, f"{blanks}{text.replace(' ', blanks)}{blanks}"


def is_own_or_unclear(match: UnitMatch, name: str) -> bool:
    return match.name == name if match.code else match.how in ("none", "ambiguous")


@pytest.mark.parametrize("units", [CITY, CONFUSABLE])
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_way_of_writing_leads_to_another_unit(
    units: dict[str, str], data: st.DataObject
) -> None:
    name, text = data.draw(written_names(list(units.values())))
    match = match_unit(text, units)
    assert is_own_or_unclear(match, name)
    assert is_own_or_unclear(match_units([text], units)[text], name)
    if units is CITY:  # 26 names that differ even without marks and kinds
        assert match.name == name


def edits(one: str, other: str) -> int:
    """Letters that differ, by the plain recursion over prefixes; neighbours may be exchanged."""
    table: dict[tuple[int, int], int] = {}
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            options = [0] if i == j == 0 else []
            if i:
                options.append(table[i - 1, j] + 1)
            if j:
                options.append(table[i, j - 1] + 1)
            if i and j:
                options.append(table[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] + one[i - 2] == other[j - 2] + other[j - 1]:
                options.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(options)
    return table[len(one), len(other)]


def without_kind(name: str) -> str:
    head = next((head for head in ABBREVIATED if name.startswith(head)), "")
    return name.removeprefix(head).casefold()


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_wrong_letter_leads_to_another_unit(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(CITY.values())))
    head = name.split()[0]
    stem = name.removeprefix(head).strip()
    place = data.draw(st.integers(0, len(stem) - 1))
    letter = data.draw(st.sampled_from("abcdeghiklmnopqrstuvxyàảãáạâấầêếềôốồơớờưứừđéèíìóòúùýỳ "))
    change = data.draw(st.sampled_from(["replace", "lose", "add", "exchange"]))
    rest = {
        "replace": letter + stem[place + 1 :],
        "lose": stem[place + 1 :],
        "add": letter + stem[place:],
        "exchange": stem[place + 1 : place + 2] + stem[place] + stem[place + 2 :],
    }[change]
    stem = stem[:place] + rest
    if data.draw(st.booleans()):
        stem = bare(stem)
    folds = (str.casefold, lambda text: bare(text).casefold())
    meant = [unit for unit in CITY.values() if any(
        edits(fold(stem.strip()), fold(without_kind(unit))) <= 1 for fold in folds)]  # fmt: skip
    for text in (stem, f"{head} {stem}"):
        match = match_unit(text, CITY)
        if meant == [name]:
            assert is_own_or_unclear(match, name), text
        if match.how == "fuzzy":
            assert match.score >= 85
            assert not match.runner_up.startswith(match.code)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=30))
def test_any_text_has_an_answer(text: str) -> None:
    for units in (CITY, CONFUSABLE, {"1": text}):
        match = match_unit(text, units)
        assert bool(match.code) == (match.how in ("exact", "tones", "marks", "fuzzy"))
        assert match.name == units.get(match.code, "")


def test_six_hundred_real_names() -> None:
    file = REAL / "tcvn3_names_sample.csv"
    if not file.is_file():
        pytest.skip("no sample of real unit names in ../shared/data/legacy_text")
    with file.open(encoding="utf-8", newline="") as lines:
        names = sorted({row["gso_unicode"] for row in csv.DictReader(lines)})
    units = {str(number): name for number, name in enumerate(names)}
    exact = match_units(names, units)
    assert all(is_own_or_unclear(match, name) for name, match in exact.items())
    unclear = [name for name, match in exact.items() if not match.code]
    assert unclear == ["Phường 01", "Phường 02", "Phường 1", "Phường 2"]  # of two lists
    for change in (bare, str.upper, newer, lambda text: text.split(maxsplit=1)[1]):
        written = {name: change(name) for name in names}
        matches = match_units(written.values(), units)
        wrong = [name for name in names if not is_own_or_unclear(matches[written[name]], name)]
        assert not wrong
        assert sum(matches[written[name]].name == name for name in names) > 0.89 * len(names)
