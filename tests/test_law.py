"""The law as dated data: what holds on a day, and what is refused at load."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.standards.law import SENSES, history, law, provision_at, read_law
from urbanplan_gis.text import keys

WARDS, NORMS = "1211/2016/UBTVQH13", "QCVN 01:2021/BXD"
DOCUMENTS = """
["1/2016"]
title = { vi = "Một", en = "One" }
in_force = 2016-05-25
until = 2026-01-01
source = "read"
confidence = "verbatim"
["2/2025"]
title = { vi = "Hai", en = "Two" }
in_force = 2026-01-01
source = "told"
confidence = "second-hand"
"""
HEAD = """
[people]
name = { vi = "Dân số", en = "People" }
unit = "persons"
sense = "at_least"
"""
FIRST = """[[people.value]]
from = 2016-05-25
value = 7000
document = "1/2016"
article = "Điều 8"
confidence = "verbatim"
"""
SECOND = """[[people.value]]
from = 2026-01-01
value = 21000
document = "2/2025"
article = "Điều 2"
confidence = "second-hand"
"""


def refused(parameters: str, documents: str = DOCUMENTS) -> list[str]:
    with pytest.raises(PlanDataError) as caught:
        read_law(documents, parameters)
    for problem in caught.value.problems:
        assert problem.line("vi")
    return [problem.line("en") for problem in caught.value.problems]


def test_values_follow_each_other_without_a_day_between() -> None:
    first, second = read_law(DOCUMENTS, HEAD + SECOND + FIRST).provisions["people"]
    assert (first.value, first.low, first.high) == (7000.0, 7000.0, None)
    assert (first.starts, first.until) == (dt.date(2016, 5, 25), dt.date(2026, 1, 1))
    assert first.holds_on(dt.date(2025, 12, 31))
    assert not first.holds_on(dt.date(2026, 1, 1))
    assert second.holds_on(dt.date(2026, 1, 1))
    assert not first.holds_on(dt.date(2016, 5, 24))
    assert second.until is None
    assert second.document.title.en == "Two"


def test_a_range_has_both_ends() -> None:
    text = (HEAD + FIRST).replace("at_least", "between").replace("7000", "[45, 60]")
    (only,) = read_law(DOCUMENTS, text).provisions["people"]
    assert (only.value, only.low, only.high) == (None, 45.0, 60.0)
    for sense, ends in {"at_most": (None, 7000.0), "below": (None, 7000.0)}.items():
        (only,) = read_law(DOCUMENTS, (HEAD + FIRST).replace("at_least", sense)).provisions[
            "people"
        ]
        assert (only.low, only.high) == ends


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("unit =", "units =", "people.units: found an unknown key"),
        ("article =", "clause =", "people.value[1].clause: found an unknown key"),
        ('document = "1/2016"\n', "", "people.value[1].document: found nothing"),
        ('article = "Điều 8"\n', "", "people.value[1].article: found nothing"),
        ('article = "Điều 8"', 'article = " "', "people.value[1].article: found ' '"),
        ('"1/2016"', '"3/2030"', "people.value[1].document: found document '3/2030'"),
        ("at_least", "enough", "people.sense: found 'enough'; expected above | at_least"),
        ("7000", "[7000, 9000]", "people.value[1].value: found a value that is no number"),
        ("7000", "true", "people.value[1].value: found a value that is no number"),
        ('"verbatim"', '"sure"', "people.value[1].confidence: found 'sure'"),
        ("from = 2016-05-25", "from = 2016-05-24", "found a value in force from 2016-05-24"),
        ("from = 2016-05-25", "from = 2026-01-01", "found a value that holds after 2026-01-01"),
        ("value = 7000", "until = 2026-01-02\nvalue = 7000", "that holds after 2026-01-01"),
        ("value = 7000", "until = 2016-05-25\nvalue = 7000", "validity from 2016-05-25 until"),
        ("from = 2016-05-25", 'from = "2016"', "expected a date such as 2026-01-01"),
        ('en = "People"', 'en = ""', 'expected { vi = "…", en = "…" }, neither empty'),
    ],
)  # fmt: skip
def test_one_fault_is_one_line_with_its_place(old: str, new: str, said: str) -> None:
    lines = refused((HEAD + FIRST).replace(old, new, 1))
    assert any(said in line for line in lines), lines
    assert all(line.startswith("parameters.toml: people") for line in lines)


def test_ranges() -> None:
    between = (HEAD + FIRST).replace("at_least", "between")
    (line,) = refused(between.replace("7000", "[60, 45]"))
    assert "people.value[1].value: found a range from 60 to 45" in line
    (line,) = refused(between)
    assert "found a value that is no range" in line
    (line,) = refused(HEAD + "value = []\n")
    assert "people.value: found nothing" in line


def test_overlapping_validity() -> None:
    (line,) = refused(HEAD + FIRST + FIRST.replace("2016-05-25", "2020-01-01"))
    assert "people: found two values in force from 2020-01-01 until 2026-01-01" in line
    (line,) = refused(HEAD + SECOND + SECOND.replace("2026-01-01", "2027-01-01"))
    assert "found two values in force from 2027-01-01 until …" in line


def test_a_hole_needs_its_reason() -> None:
    ended = FIRST.replace("value =", "until = 2023-01-01\nvalue =")
    (line,) = refused(HEAD + ended + SECOND)
    assert "people: found no value in force from 2023-01-01 until 2026-01-01" in line
    assert "gap = { vi, en }" in line
    explained = ended + 'gap = { vi = "chưa đọc được", en = "not read" }\n'
    first, _ = read_law(DOCUMENTS, HEAD + explained + SECOND).provisions["people"]
    assert first.gap is not None
    assert not first.holds_on(dt.date(2024, 1, 1))


def test_all_faults_are_told_at_once() -> None:
    lines = refused(HEAD + FIRST.replace("1/2016", "?") + SECOND.replace("2026", "2025", 1))
    assert len(lines) == 2


def test_documents() -> None:
    (line,) = refused(HEAD + FIRST, DOCUMENTS.replace('source = "read"\n', ""))
    assert line.startswith("documents.toml: 1/2016.source: found nothing")
    (line,) = refused(HEAD + FIRST, DOCUMENTS.replace("until = 2026", "until = 2016"))
    assert "found validity from 2016-05-25 until 2016-01-01" in line
    (line,) = refused(HEAD + FIRST, "not toml")
    assert line.startswith("documents.toml: found text that is not TOML")


@pytest.mark.parametrize(
    ("parameter", "last_day", "before", "after"),
    [
        ("ward.population", "2025-12-31", (7000, WARDS), (21000, "112/2025/UBTVQH15")),
        ("ward.area", "2025-12-31", (5.5, WARDS), (5.5, "112/2025/UBTVQH15")),
        ("ward.markets", "2022-12-31", (1, "1210/2016/UBTVQH13"), (1, "26/2022/UBTVQH15")),
        ("ward.markets", "2025-12-31", (1, "26/2022/UBTVQH15"), None),
        ("city.ward_share", "2016-05-24", None, (65, WARDS)),
        ("city.ward_share", "2025-12-31", (65, WARDS), None),
        ("ward.non_farm_labour", "2025-12-31", None, (70, "112/2025/UBTVQH15")),
        ("qcvn.public_green_per_person.class_II", "2021-07-04", None, (6, NORMS)),
        ("qcvn.public_green_per_person.class_I", "2026-12-31", (6, NORMS), (5, "QCVN 01:2026/BXD")),
        ("qcvn.transport_share.sub_district", "2026-12-31", (18, NORMS), None),
    ],
)  # fmt: skip
def test_on_each_side_of_a_change_of_law(
    parameter: str,
    last_day: str,
    before: tuple[float, str] | None,
    after: tuple[float, str] | None,
) -> None:
    last = dt.date.fromisoformat(last_day)
    for day, expected in ((last, before), (last + dt.timedelta(days=1), after)):
        found = provision_at(parameter, day)
        assert (found and (found.value, found.document.document_id)) == expected


def test_what_was_not_read_for_sure_says_so() -> None:
    day = dt.date(2020, 1, 1)
    sure = {
        "ward.population": "verbatim",
        "ward.education_land_per_person": "verbatim",
        "ward.transport_land_per_person.class_II": "second-hand",
        "ward.transport_land_per_person.class_IV": "unverified",
        "ward.power_per_person": "unverified",
    }
    for parameter, confidence in sure.items():
        found = provision_at(parameter, day)
        assert found is not None
        assert found.confidence == confidence
    # Table 2A of the amendment was not read: the former value is carried over, as unverified
    for parameter in ("ward.education_land_per_person", "ward.transport_land_per_person.class_I"):
        first, second = history(parameter)
        assert (first.value, second.confidence) == (second.value, "unverified")


def test_every_parameter_is_said_in_both_languages_and_has_an_article() -> None:
    assert len(law().provisions) > 100
    for provisions in law().provisions.values():
        for item in provisions:
            assert item.sense in SENSES
            assert item.name.vi != item.name.en
            assert item.article


@pytest.mark.parametrize("name", ["law", "urban_class", "norms"])
def test_the_catalogue_has_nothing_that_nobody_says(name: str) -> None:
    """A key stands in the code whole, by its last part, or as the beginning of an f-string."""
    folder = Path(str(files("urbanplan_gis")))
    code = "\n".join(file.read_text("utf-8") for file in folder.rglob("*.py"))
    begun = tuple(re.findall(r'f"([a-z_]+\.[a-z_]*)\{', code))
    tables = tomllib.loads((folder / "catalogue" / f"{name}.toml").read_text("utf-8"))
    for key in sorted(keys()):
        table, _, rest = key.partition(".")
        part = rest.partition(".")[0]
        if part in tables.get(table, {}):
            assert f'"{key}"' in code or f'"{part}"' in code or key.startswith(begun), key


def test_an_unknown_parameter_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        provision_at("ward.popularity", dt.date(2024, 1, 1))
