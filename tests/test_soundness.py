"""Declarations that cannot be computed are refused, with the place and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from test_loaders_vector import LAND_USE, parcels, write_project
from urbanplan_gis.analysis.targets import assess
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.figures import Verdict
from urbanplan_gis.pipeline import run_project
from urbanplan_gis.project import load_project
from urbanplan_gis.standards.class_sets import read_class_sets
from urbanplan_gis.standards.indicators import read_indicators

from test_targets import figure, indicator, target  # isort: skip

SHARE = """
[share]
name = {{ vi = "tỷ lệ", en = "share" }}
unit = "{unit}"
states = ["existing"]
scopes = ["all_units"]
defaults = ["codes"]
numerator = {{ measure = "area", where = [{{ label = "land_use", in = "transport" }}] }}
{denominator}
source = "x"
confidence = "verbatim"
[[share.definition]]
id = "codes"
name = {{ vi = "mã", en = "codes" }}
{more}
"""


def declared(denominator: str, more: str = "", unit: str = "%") -> str:
    return SHARE.format(denominator=f"denominator = {denominator}", more=more, unit=unit)


def line_of(text: str) -> str:
    """The one line of the one problem, in both languages."""
    with pytest.raises(PlanDataError) as caught:
        read_indicators(text)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0].line("both")


def test_a_sound_declaration() -> None:
    assert set(read_indicators(declared('{ measure = "area" }'))) == {"share"}


@pytest.mark.parametrize(
    ("denominator", "told"),
    [
        ('{ measure = "statistic", of = ["temporary_residents"] }', "temporary_residents"),
        ('{ measure = "statistic" }', "optional statistics only (-)"),
        (
            '{ measure = "area", where = [{ label = "land_use", in = "transport" }, '
            '{ label = "land_use", in = "water" }] }',
            "no code is in all of transport, water",
        ),
        ('{ measure = "statistic", of = ["residnts"] }', "statistic 'residnts'"),
        ('{ measure = "area", where = [{ label = "landuse", in = "water" }] }', "label 'landuse'"),
        ('{ measure = "area", where = [{ label = "land_use", in = "wter" }] }', "class set 'wter'"),
    ],
)
def test_denominators_that_are_zero_or_nothing(denominator: str, told: str) -> None:
    line = line_of(declared(denominator))
    assert told in line
    assert "indicators.toml: share.codes.denominator" in line


def test_no_denominator_at_all() -> None:
    text = SHARE.format(denominator="", more="", unit="m2/person")
    assert "without a denominator" in line_of(text)


def test_a_definition_that_needs_what_there_is_none_of() -> None:
    line = line_of(declared('{ measure = "area" }', 'needs = ["rail_lines"]'))
    assert "share.codes.needs" in line
    assert "rail_lines" in line


SET = """
[{name}]
name = {{ vi = "tập", en = "set" }}
source = "x"
confidence = "proposal"
[{name}.codes]
"tt08-2024" = ["ONT"]
[{name}.only_within]
ONT = {{ label = "general_plan", in = "{within}" }}
"""


def test_class_sets_that_lead_in_a_circle() -> None:
    text = "".join(
        SET.format(name=name, within=within)
        for name, within in (("first", "second"), ("second", "third"), ("third", "first"))
    )
    with pytest.raises(PlanDataError, match=r"leads back to itself: .*first.*second"):
        read_class_sets(text)


def test_a_class_set_within_itself() -> None:
    with pytest.raises(PlanDataError, match="leads back to itself: alone ← alone"):
        read_class_sets(SET.format(name="alone", within="alone"))


def test_a_chosen_definition_without_its_layer(tmp_path: Path) -> None:
    """Nothing is measured by another definition in silence."""
    parcels().to_file(tmp_path / "lu.gpkg")
    choice = '[definitions]\ntransport_land_share = "right_of_way"\n'
    folder = write_project(tmp_path, LAND_USE.format("lu.gpkg") + choice)
    with pytest.raises(PlanDataError) as caught:
        run_project(load_project(folder))
    (problem,) = caught.value.problems
    assert "definitions.transport_land_share" in problem.line("en")
    assert "needs right_of_way, which the project lacks" in problem.line("en")


@pytest.mark.parametrize("source", ['""', '"  "'])
def test_a_target_without_source(tmp_path: Path, source: str) -> None:
    wish = (
        '[[targets]]\nindicator = "green_per_capita"\nyear = 2030\nvalue = 9\n'
        f'sense = "at_least"\nsource = {source}\n'
    )
    with pytest.raises(PlanDataError, match="targets"):
        load_project(write_project(tmp_path, wish))


def test_days_that_are_not_earlier(tmp_path: Path) -> None:
    folder = write_project(tmp_path, "earlier = [2026-01-01]\n")
    with pytest.raises(PlanDataError, match="2026-01-01"):
        load_project(folder)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('class = "IV"', "urban_class.class: found 'IV'"),
        ('klass = "II"', "one of: class, region"),
        ('region = "moon"', "urban_class.region"),
    ],
)
def test_classes_and_regions_there_are_none_of(tmp_path: Path, table: str, told: str) -> None:
    """Refused before any layer is measured, the region with those the law knows."""
    with pytest.raises(PlanDataError) as caught:
        run_project(load_project(write_project(tmp_path, f"[urban_class]\n{table}\n")))
    assert told in caught.value.problems[0].line("en")


@pytest.mark.parametrize(("allowed", "verdict"), [(False, "reference"), (True, "exceeded")])
def test_unverified_targets_decide_only_when_allowed(allowed: bool, verdict: str) -> None:
    """Either way the figure says that it rests on one."""
    wish = target("at_least", confidence="unverified")
    (held,) = assess([figure(25.0)], indicator(wish), allow_unverified=allowed)
    assert (held.verdict, held.basis) == (Verdict(verdict), "unverified")
