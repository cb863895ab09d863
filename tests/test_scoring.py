"""Schemes of urban classes: what is refused at load, and what a row says beside its points."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from urbanplan_gis.analysis.scoring import score
from urbanplan_gis.analysis.scoring_rows import interpolated, score_row
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.scores import GivenValue, Scorecard, ScoreRow
from urbanplan_gis.standards.scoring import Scheme, read_schemes, schemes
from urbanplan_gis.standards.scoring_rows import COLUMNS, Standard

DAY = dt.date(2026, 1, 1)
DOCUMENTS = """
["1/2016"]
title = { vi = "Một", en = "One" }
in_force = 2016-05-25
source = "read"
confidence = "verbatim"
"""
SCHEME = """
[old]
name = { vi = "Cũ", en = "Old" }
document = "1/2016"
from = 2016-05-25
interpolation = { article = "Điều 9", confidence = "verbatim" }
[[old.class]]
id = "II"
total_needed = 7.5
points_max = 10
article = "Điều 9"
confidence = "verbatim"
group = [
    { id = "A", name = { vi = "A", en = "A" }, points_min = 7.5, points_max = 10, complete = true, confidence = "verbatim" },
]
"""  # noqa: E501
BEDS = "old,II,A,s1,beds,number,Giường,Beds,beds,30,40,4.5,6,,0,,Điều 1,verbatim,,"
RANK = "old,II,A,s2,rank,level,Cấp,Rank,level,tỉnh,vùng,3,4,xã;tỉnh;vùng,0,,Điều 1,verbatim,,"


def read(*rows: str, scheme: str = SCHEME) -> Scheme:
    text = "\n".join([",".join(COLUMNS), *rows])
    return read_schemes(scheme, text, DOCUMENTS)["old"]


def refused(*rows: str, scheme: str = SCHEME) -> list[str]:
    with pytest.raises(PlanDataError) as caught:
        read(*rows, scheme=scheme)
    for problem in caught.value.problems:
        assert problem.line("vi")
    return [problem.line("en") for problem in caught.value.problems]


def test_a_scheme_is_read() -> None:
    rules = read(BEDS, RANK).classes["II"]
    beds, rank = rules.standards
    assert (beds.minimum, beds.maximum, beds.points_min, beds.points_max) == (30, 40, 4.5, 6)
    assert (rank.minimum, rank.maximum, rank.levels) == (1, 2, ("xã", "tỉnh", "vùng"))
    assert rules.groups[0].points_min == 7.5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("30,40", "40,30", "scoring_standards.csv: 2.maximum: found a range from 40 to 30"),
        ("4.5,6", "6,4.5", "2.points_max: found a range from 6 to 4.5"),
        ("4.5,6", "4.5,", "2.points_max: found a minimum without its maximum or its points"),
        ("4.5,6", ",6", "2.points_min: found a minimum without its maximum or its points"),
        ("30,40", "30,", "2.maximum: found a minimum without its maximum or its points"),
        ("30,40", ",40", "2.minimum: found nothing"),
        ("30,40", "thirty,40", "2.minimum: found 'thirty'"),
        ("30,40", "nan,40", "2.minimum: found 'nan'"),
        ("number", "guess", "2.kind: found 'guess'; expected number | count | level"),
        ("verbatim", "sure", "2.confidence: found 'sure'"),
        ("Điều 1", "", "2.article: found nothing"),
        ("old,II,A", "old,II,B", "2: found a standard of 'old / II / B'"),
        ("old,II,A", "old,III,A", "2: found a standard of 'old / III / A'"),
        (",0,,", ",0,rain,", "2.reduced: found 'rain'"),
        ("4.5,6", "4.5,5", "old.II.A: found points that add up to 9; expected the 10 points"),
        ("4.5,6", "4,6", "old.II.A: found points that add up to 7; expected the 7.50 points"),
        ("4.5,6", "4.5,7", "old.II.A: found points that add up to 11"),
    ],
)
def test_a_faulty_standard_is_named(old: str, new: str, said: str) -> None:
    lines = refused(BEDS.replace(old, new, 1), RANK)
    assert any(said in line for line in lines), lines


def test_levels_are_those_of_the_row() -> None:
    (line,) = refused(BEDS, RANK.replace("level,tỉnh", "level,huyện"))
    assert "3.minimum: found 'huyện'; expected xã | tỉnh | vùng" in line
    (line,) = refused(BEDS, RANK, BEDS)
    assert "scoring_standards.csv: 4: found standard 's1' a second time" in line


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("total_needed", "needed", "old.class.needed: found an unknown key"),
        ('"1/2016"', '"2/2030"', "old.document: found document '2/2030'"),
        ("from = 2016-05-25", "from = 2016-05-24", "found a value in force from 2016-05-24"),
        ("from = 2016-05-25", "from = 2017-01-01\nuntil = 2016-12-31", "found validity from"),
        ("points_min = 7.5", "points_min = 11", "found a range from 11 to 10"),
        ("points_max = 10\n", "points_max = 20\n", "old.II: found points that add up to 10"),
        ('article = "Điều 9"\n', "", "old.class.article: found nothing"),
        ('{ article = "Điều 9", ', "{ ", "interpolation.article: found nothing"),
    ],
)  # fmt: skip
def test_a_faulty_scheme_is_named(old: str, new: str, said: str) -> None:
    lines = refused(BEDS, RANK, scheme=SCHEME.replace(old, new, 1))
    assert any(said in line for line in lines), lines


def test_schemes_follow_each_other() -> None:
    second = SCHEME.replace("old", "new").replace("from = 2016-05-25", "from = 2020-01-01")
    rows = [BEDS, RANK, BEDS.replace("old", "new"), RANK.replace("old", "new")]
    (line,) = refused(*rows, scheme=SCHEME + second)
    assert "old: found two values in force from 2020-01-01 until …" in line
    ended = SCHEME.replace("from = 2016-05-25", "from = 2016-05-25\nuntil = 2019-01-01")
    (line,) = refused(*rows, scheme=ended + second)
    assert "old: found no value in force from 2019-01-01 until 2020-01-01" in line
    closed = SCHEME.replace("from = 2016-05-25", "from = 2016-05-25\nuntil = 2020-01-01")
    assert read(*rows, scheme=closed + second).until == dt.date(2020, 1, 1)


def test_the_header_is_exact() -> None:
    with pytest.raises(PlanDataError, match="found the columns scheme, class"):
        read_schemes(SCHEME, "scheme,class\n", DOCUMENTS)


def test_the_points_of_the_law_add_up() -> None:
    """111/2025, Table 2A: 11.5 + 15.5 + 48 = 75 at the minima, 15 + 20 + 65 = 100 in all."""
    for urban_class in ("II", "III"):
        groups = schemes()["111-2025"].classes[urban_class].groups
        assert [group.points_min for group in groups] == [11.5, 15.5, 48]
        assert [group.points_max for group in groups] == [15, 20, 65]


def test_what_was_remembered_is_marked() -> None:
    old = schemes()["1210-2016"].classes
    sure = {item.standard_id for item in old["I"].standards if item.confidence != "unverified"}
    assert sure == {"P1", "P2", "M1", "M2", "L1", "L2", "hub"}
    sure = {item.standard_id for item in old["II"].standards if item.confidence != "unverified"}
    assert sure == {"hub"}
    amended = schemes()["26-2022"].classes.values()
    assert {item.confidence for rules in amended for item in rules.standards} == {"unverified"}


def test_interpolation() -> None:
    assert interpolated(29, 30, 40, 4, 6) == 0
    assert interpolated(30, 30, 40, 4, 6) == 4
    assert interpolated(32.5, 30, 40, 4, 6) == 4.5
    assert interpolated(40, 30, 40, 4, 6) == 6
    assert interpolated(41, 30, 40, 4, 6) == 6


def beds(given: GivenValue, *, interpolate: bool = True) -> ScoreRow:
    (standard, _) = read(BEDS, RANK).classes["II"].standards
    return score_row(standard, standard.minimum, "verbatim", given, interpolate=interpolate)


def test_without_a_rule_of_interpolation_points_between_are_a_range() -> None:
    between = beds(GivenValue(35.0, "t"), interpolate=False)
    assert (between.points, between.points_low, between.points_high) == (None, 4.5, 6)
    for value, points in ((29.0, 0), (30.0, 4.5), (40.0, 6)):
        assert beds(GivenValue(value, "t"), interpolate=False).points == points


def test_a_value_between_bounds_gives_points_between_bounds() -> None:
    """25 to 35 beds: none of the points, or half way between 4.5 and 6."""
    row = beds(GivenValue(31.0, "t", low=25.0, high=35.0))
    assert (row.verdict, row.points, row.points_low, row.points_high) == (
        "inconclusive", None, 0, 5.25,
    )  # fmt: skip
    assert beds(GivenValue(31.0, "t", low=30.5)).verdict == "met"
    assert beds(GivenValue(20.0, "t", high=29.0)).points == 0


def test_what_is_missing_in_the_unit_and_as_an_amount() -> None:
    """Two units of value short of the minimum, twelve of the maximum, at 2.5 ha a unit."""
    row = beds(GivenValue(28.0, "t", amount_per_unit=2.5, amount_unit="ha"))
    assert (row.missing_to_minimum, row.missing_to_maximum) == (2, 12)
    assert (row.amount_to_minimum, row.amount_to_maximum, row.amount_unit) == (5, 30, "ha")
    row = beds(GivenValue(50.0, "t"))
    assert (row.missing_to_minimum, row.missing_to_maximum, row.amount_unit) == (0, 0, "")


def test_the_next_step_is_the_one_with_more_points_for_the_increase() -> None:
    """28 to 30 beds: 4.5 points for 2/30; 28 to 40: 6 points for 12/40."""
    step = beds(GivenValue(28.0, "t")).step
    assert step is not None
    assert (step.needed, step.points) == (30, 4.5)
    assert step.increase == pytest.approx(2 / 30)
    step = beds(GivenValue(30.0, "t")).step
    assert step is not None
    assert (step.needed, step.points, step.increase) == (40, 1.5, 0.25)
    assert beds(GivenValue(40.0, "t")).step is None


def card(values: dict[str, GivenValue]) -> Scorecard:
    return score(read(BEDS, RANK), "II", values, DAY)


def test_cheapest_first() -> None:
    """Beds 30 to 40: 1.5 points for 1/4, six a unit; one rank of two: 1 point for 1/2, two."""
    both = card({"beds": GivenValue(30.0, "t"), "rank": GivenValue("tỉnh", "t")})
    assert [row.standard_id for row in both.cheapest] == ["s1", "s2"]
    assert both.verdict == "met"
    # below the minimum the rank brings 3 points for 1/2: six a unit, with the beds; by id then
    both = card({"beds": GivenValue(30.0, "t"), "rank": GivenValue("xã", "t")})
    assert [row.standard_id for row in both.cheapest] == ["s1", "s2"]
    assert both.verdict == "not_met"


def test_a_value_that_is_not_certain_decides_nothing() -> None:
    sure, unsure = GivenValue(20.0, "t"), GivenValue(20.0, "t", certain=False)
    assert card({"beds": sure}).verdict == "not_met"
    row = card({"beds": unsure}).rows[0]
    assert (row.value, row.verdict, row.points_low, row.points_high) == (20, "inconclusive", 0, 6)
    assert card({"beds": unsure}).verdict == "inconclusive"


def test_levels_must_be_known() -> None:
    with pytest.raises(ValueError, match="huyện"):
        card({"rank": GivenValue("huyện", "t")})


def test_a_card_says_whether_its_law_is_in_force() -> None:
    assert card({}).in_force
    later = schemes()["111-2025"]
    assert not score(later, "II", {}, dt.date(2025, 12, 31)).in_force
    assert any("Article 8" in note.say("en") for note in score(later, "II", {}, DAY).notes)


def test_a_standard_without_points_is_judged() -> None:
    row = beds_without_points(35.0)
    assert (row.verdict, row.points, row.points_high, row.step) == ("met", None, None, None)
    row = beds_without_points(20.0)
    assert (row.verdict, row.points_high) == ("not_met", 0)
    assert "not scored" in row.notes[0].say("en")


def beds_without_points(value: float) -> ScoreRow:
    standard: Standard = read(BEDS, RANK).classes["II"].standards[0]
    bare = replace(standard, points_min=None, points_max=None)
    return score_row(bare, 30.0, "verbatim", GivenValue(value, "t"), interpolate=True)


def test_names_are_in_both_languages() -> None:
    text = (files("urbanplan_gis.standards") / "data" / "scoring_standards.csv").read_text("utf-8")
    assert text.count("\n") == 138
    for scheme in schemes().values():
        for rules in scheme.classes.values():
            assert all(item.name.vi != item.name.en for item in rules.standards)


LAST = {item.quantity: item for item in schemes()["111-2025"].classes["II"].standards}


@st.composite
def values_of_class_2(draw: st.DrawFn) -> dict[str, GivenValue]:
    """A value for every standard of class II, from nothing to a third above its maximum."""
    found = {}
    for name, item in LAST.items():
        share = draw(st.integers(0, 4))
        top = item.maximum or item.minimum
        value = item.levels[min(share, len(item.levels) - 1)] if item.levels else top * share / 3
        found[name] = GivenValue(value, "t")
    return found


@given(values=values_of_class_2(), known=st.sets(st.sampled_from(sorted(LAST))))
@settings(max_examples=60, deadline=None)
def test_knowing_more_never_contradicts_what_was_said(
    values: dict[str, GivenValue], known: set[str]
) -> None:
    """With fewer values the range of points is wider around the same, and no verdict turns."""
    law = schemes()["111-2025"]
    whole = score(law, "II", values, DAY)
    part = score(law, "II", {name: values[name] for name in known}, DAY)
    assert whole.points_low == pytest.approx(whole.points_high)
    assert part.points_low <= whole.points_low + 1e-9
    assert part.points_high >= whole.points_high - 1e-9
    assert whole.verdict in ("met", "not_met")
    assert part.verdict in ("inconclusive", whole.verdict)
