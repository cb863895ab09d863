"""Cases worked out by hand, to be read by a lawyer: ``tests/cases/*.toml``."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from urbanplan_gis.analysis.scoring import score
from urbanplan_gis.model.scores import GivenValue, Scorecard
from urbanplan_gis.standards.law import provision_at
from urbanplan_gis.standards.scoring import scheme_at, schemes

FOLDER = Path(__file__).parent / "cases"


def cases(kind: str) -> list[Any]:
    """The cases of one kind in all files, each with its reason as its name."""
    tables = [tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.iterdir())]
    found = [case for table in tables for case in table.get(kind, ())]
    assert found
    assert all(case["reason"] for case in found)
    return [pytest.param(case, id=f"{number}") for number, case in enumerate(found)]


def card_of(case: dict[str, Any], values: dict[str, float | str]) -> Scorecard:
    scheme = schemes()[case.get("scheme", "111-2025")]
    return score(
        scheme,
        case["class"],
        {name: GivenValue(value, "case") for name, value in values.items()},
        scheme.starts,
        region=case.get("region", ""),
        allow_unverified=case.get("allow_unverified", False),
    )


@pytest.mark.parametrize("case", cases("standard"))
def test_points_of_one_standard(case: dict[str, Any]) -> None:
    for value, points in case["points"]:
        card = card_of(case, {case["quantity"]: value})
        (row,) = [row for row in card.rows if row.standard_id == case["standard"]]
        assert row.points == pytest.approx(points, abs=1e-12), (value, case["reason"])
        # what is sure of the card is this one standard
        assert card.points_low == pytest.approx(points, abs=1e-12)


@pytest.mark.parametrize("case", cases("card"))
def test_total_and_verdict(case: dict[str, Any]) -> None:
    scheme = schemes()[case.get("scheme", "111-2025")]
    values: dict[str, float | str] = {}
    for standard in scheme.classes[case["class"]].standards if "all_at" in case else ():
        threshold = getattr(standard, case["all_at"])
        values[standard.quantity] = (
            standard.levels[int(threshold)] if standard.levels else threshold
        )
    values |= case.get("values", {})
    for name in case.get("missing", ()):
        del values[name]
    card = card_of(case, values)
    assert [card.points_low, card.points_high] == pytest.approx(case["points"]), case["reason"]
    assert card.verdict == case["verdict"], case["reason"]
    assert card.basis == case.get("basis", card.basis)
    rows = {row.standard_id: row.verdict for row in card.rows}
    groups = {group.group_id: group.verdict for group in card.groups}
    assert rows | case.get("rows", {}) == rows, case["reason"]
    assert groups | case.get("groups", {}) == groups, case["reason"]


@pytest.mark.parametrize("case", cases("scheme"))
def test_scheme_in_force(case: dict[str, Any]) -> None:
    found = scheme_at(case["day"])
    assert (found.scheme_id if found else "") == case["scheme"], case["reason"]


@pytest.mark.parametrize("case", cases("threshold"))
def test_threshold_in_force(case: dict[str, Any]) -> None:
    found = provision_at(case["parameter"], case["day"])
    if "value" not in case:
        assert found is None, case["reason"]
        return
    assert found is not None
    assert (found.value, found.document.document_id) == (case["value"], case["document"])
    assert found.confidence == case.get("confidence", found.confidence)
    assert found.starts <= case["day"] < (found.until or dt.date.max)


def test_every_standard_with_points_has_a_case() -> None:
    """Of classes by points; class I of 2026 is met or not, standard by standard."""
    given = [case.values[0] for case in cases("standard")]
    known = {(case["scheme"], case["class"], case["standard"]) for case in given}
    scored = {
        (name, urban_class, item.standard_id)
        for name, scheme in schemes().items()
        for urban_class, rules in scheme.classes.items()
        for item in rules.standards
        if not rules.pass_fail and item.points_max is not None
    }
    assert known == scored
