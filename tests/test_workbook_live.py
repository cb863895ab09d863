"""The workbook computed by LibreOffice: the figures of the CSV, and what switches make of them.

One call of LibreOffice computes every case; nothing it reads holds a result of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.standards import class_sets as declared
from urbanplan_gis.text import say
from workbook_town import (
    UNIT_HA,
    Change,
    change_cells,
    figures_in,
    measured_town,
    recalculated,
    rows_of,
    the_town,
    without_results,
    write_town,
)

pytestmark = pytest.mark.slow
Figures = Mapping[str, Mapping[str, Any]]
SETS, PLANS, GROUPS, AIMS = "Tập mã", "Hiệu lực đồ án", "Nhóm đơn vị", "Mức mục tiêu"
#: tables that formulas make again
LIVE = ("figures", "targets", "balance", "statistics")
#: workbooks with cells changed; those of ``what_if`` do not touch each other's figures
CASES: Mapping[str, tuple[Change, ...]] = {
    "plain": (),
    "other_set": (
        Change(SETS, {"Mã": "CQP"}, "urban_construction", 0),
        Change(SETS, {"Mã": "SON"}, "urban_construction", 1),
    ),
    "what_if": (
        Change(SETS, {"Mã": "DGT", "Mục đích phụ": "giao thông tĩnh"}, "transport", 0),
        Change(SETS, {"Mã": "residential"}, "public_green", 1),
        Change(PLANS, {"Mã đồ án": "P1"}, "Còn hiệu lực (1/0)", 0),
        Change(GROUPS, {"Mã đơn vị": "S"}, "Là phường (1/0)", 1),
        Change(AIMS, {"Tên ô": "target_fibre_households_2025"}, "Mục tiêu", 10),
    ),
}


@pytest.fixture(scope="module")
def town() -> Measured:
    return the_town()


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, town: Measured
) -> tuple[Path, dict[str, pd.DataFrame]]:
    path = tmp_path_factory.mktemp("computed") / "plain.xlsx"
    return path, write_town(town, path, keys=LIVE)


@pytest.fixture(scope="module")
def tables(written: tuple[Path, dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    return written[1]


@pytest.fixture(scope="module")
def computed(written: tuple[Path, dict[str, pd.DataFrame]]) -> dict[str, Path]:
    path, _ = written
    made = {
        name: without_results(change_cells(path, path.with_name(f"{name}_.xlsx"), *changes))
        if changes
        else without_results(path)
        for name, changes in CASES.items()
    }
    return dict(zip(made, recalculated(list(made.values()), path.parent), strict=True))


@cache
def read(path: Path) -> Figures:
    return figures_in(path)


def figure(figures: Figures, indicator: str, unit: str = "city", definition: str = "",
           state: str = "existing") -> Mapping[str, Any]:  # fmt: skip
    """The first figure of an indicator, a unit and a state: the default, or the one asked for."""
    (found, *_) = (
        row
        for name, row in figures.items()
        for parts in (name.split("/"),)
        if parts[0] == indicator and parts[1].split("@")[0] == unit and parts[3] == state
        and parts[4].startswith(definition)
    )  # fmt: skip
    return found


def same(got: object, wanted: object) -> bool:
    if got is None or wanted is None or pd.isna(wanted):
        return got is None and (wanted is None or bool(pd.isna(wanted)))
    return got == pytest.approx(wanted, rel=1e-9, abs=1e-9)


COLUMNS = {
    "value": "Giá trị", "numerator": "Tử số", "denominator": "Mẫu số", "target": "Mục tiêu",
    "gap": "Chênh lệch so với mục tiêu", "gap_ha": "Thiếu + / dư − (ha)", "low": "Cận dưới",
    "high": "Cận trên", "completeness": "Mức đầy đủ (%)",
}  # fmt: skip


def test_every_figure_is_that_of_the_csv(
    computed: dict[str, Path], tables: dict[str, pd.DataFrame]
) -> None:
    figures = read(computed["plain"])
    table = tables["figures"].astype(object)
    assert len(table) == len(figures) > 300
    wrong = [
        (row["figure_id"], name, row[name], figures[row["figure_id"]][header])
        for row in table.to_dict("records")
        for name, header in COLUMNS.items()
        if not same(figures[row["figure_id"]][header], row[name])
    ]
    assert wrong == []
    for row in table.to_dict("records"):
        words = say(f"verdict.{row['verdict']}", "vi")
        assert figures[row["figure_id"]]["Đánh giá"] == words
        assert figures[row["figure_id"]]["Giá trị là"] == "công thức"
        assert figures[row["figure_id"]]["Khác bản công bố (1/0)"] == 0


def test_every_target_year_is_that_of_the_csv(
    computed: dict[str, Path], tables: dict[str, pd.DataFrame]
) -> None:
    book = openpyxl.load_workbook(computed["plain"], data_only=True)
    rows = rows_of(book["Mục tiêu"])
    table = tables["targets"].astype(object).to_dict("records")
    for got, wanted in zip(rows, table, strict=True):
        assert got["Mã số liệu"] == wanted["figure_id"]
        for name in ("value", "target", "gap", "gap_ha"):
            assert same(got[COLUMNS[name]], wanted[name])
        assert got["Đánh giá"] == say(f"verdict.{wanted['verdict']}", "vi")


def test_the_land_balance_is_that_of_the_csv(
    computed: dict[str, Path], tables: dict[str, pd.DataFrame]
) -> None:
    book = openpyxl.load_workbook(computed["plain"], data_only=True)
    rows = rows_of(book["Cân bằng đất"])
    table = tables["balance"]
    for name, header in (("area_ha", "Diện tích (ha)"), ("share_pct", "Tỷ trọng (%)")):
        got = [row[header] for row in rows]
        assert got == pytest.approx(table[name].tolist(), rel=1e-9)


def test_stations_taken_out_of_transport(computed: dict[str, Path]) -> None:
    """Within the general plan's urban land: streets 20 m and stations 30 m, each 200 m long.

    Urban land there: A has 200 x 200 without the 50 x 80 that nobody surveyed; B has 140 x 200
    without its river; S 100 m of village.
    """
    share = figure(read(computed["plain"]), "transport_land_share")
    urban = 40_000 - 50 * 80 + 140 * 200 + 100 * 200
    assert share["Mẫu số"] == pytest.approx(urban)
    assert share["Tử số"] == pytest.approx(50 * 200)
    without = read(computed["what_if"])
    share = figure(without, "transport_land_share")
    assert (share["Tử số"], share["Mẫu số"]) == pytest.approx((20 * 200, urban))
    assert share["Giá trị"] == pytest.approx(100 * 4000 / urban)
    assert share["Thay đổi"] == pytest.approx(-100 * 6000 / urban)
    assert share["Thiếu + / dư − (ha)"] == pytest.approx((0.22 * urban - 4000) / 1e4)
    # what a run counts without static transport is what the switch makes of the default
    other = figure(read(computed["plain"]), "transport_land_share", "A", "codes_without_static")
    assert figure(without, "transport_land_share", "A")["Giá trị"] == pytest.approx(
        other["Giá trị"]
    )
    assert figure(without, "urban_land_ratio")["Khác bản công bố (1/0)"] == 0


def test_codes_switched_are_a_run_under_another_class_set(
    computed: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own code, with the army out of urban construction land and the river in."""
    text = (files("urbanplan_gis.standards") / "data" / "class_sets.toml").read_text("utf-8")
    head, name, tail = text.partition("[urban_construction.codes]\n")
    body, narrow, rest = tail.partition("[urban_construction_narrow]\n")
    assert body.count('"TSC", "CQP"') == 2
    body = body.replace('"TSC", "CQP"', '"TSC", "SON"')
    changed = declared.read_class_sets(head + name + body + narrow + rest)
    for module in ("conditions", "panels", "measures"):
        monkeypatch.setattr(f"urbanplan_gis.analysis.{module}.class_sets", lambda: changed)
    again = {item.figure_id: item for item in measured_town(tmp_path).figures}
    figures, plain = read(computed["other_set"]), read(computed["plain"])
    moved = 0
    for name, row in figures.items():
        assert same(row["Giá trị"], again[name].value), name
        assert same(row["Tử số"], again[name].numerator), name
        assert same(row["Cận dưới do đất chưa biết"], again[name].low), name
        assert same(row["Cận trên do đất chưa biết"], again[name].high), name
        moved += not same(row["Giá trị"], plain[name]["Giá trị"])
    assert moved > 20


def test_a_plan_that_is_no_longer_in_force(computed: dict[str, Path]) -> None:
    """P1 covers 180 m of A; P2 200 m x 100 m of ground beside it and 30 m x 100 m below it."""
    urban = 500 * 200
    before = figure(read(computed["plain"]), "zoning_coverage")
    assert before["Giá trị"] == pytest.approx(100 * (180 * 200 + 270 * 100) / urban)
    after = figure(read(computed["what_if"]), "zoning_coverage")
    assert after["Giá trị"] == pytest.approx(100 * 300 * 100 / urban)


def test_a_commune_becomes_a_ward(computed: dict[str, Path]) -> None:
    before = figure(read(computed["plain"]), "urbanisation_rate")
    after = figure(read(computed["what_if"]), "urbanisation_rate")
    assert before["Giá trị"] == pytest.approx(100 * 720 / 1030)
    assert after["Giá trị"] == pytest.approx(100 * 930 / 1030)
    assert figure(read(computed["what_if"]), "wards_recognised")["Giá trị"] == 1
    book = openpyxl.load_workbook(computed["what_if"], data_only=True)
    key = {row["Tên ô"]: row["Giá trị"] for row in rows_of(book["Số chính"])}
    assert key["population_wards"] == 930
    assert key["natural_area_wards"] == pytest.approx(3 * UNIT_HA)
    assert key["figures_changed"] > 0


def test_verdicts_follow_the_target(computed: dict[str, Path]) -> None:
    """150 of 180 households of A and B; with S a ward, 170 of 230."""
    before = figure(read(computed["plain"]), "fibre_households")
    after = figure(read(computed["what_if"]), "fibre_households")
    assert (before["Giá trị"], before["Mục tiêu"]) == (pytest.approx(100 * 150 / 180), 80)
    assert before["Đánh giá"] == "đạt"
    assert (after["Giá trị"], after["Mục tiêu"]) == (pytest.approx(100 * 170 / 230), 10)
    assert after["Chênh lệch so với mục tiêu"] == pytest.approx(100 * 170 / 230 - 10)
    book = openpyxl.load_workbook(computed["what_if"], data_only=True)
    by_year = [
        (row["Năm mục tiêu"], row["Mục tiêu"], row["Đánh giá"])
        for row in rows_of(book["Mục tiêu"])
        if row["Mã số liệu"] == after["Mã số liệu"]
    ]
    assert by_year == [(2025, 10, "đạt"), (2030, 100, "tham khảo")]


def test_water_is_capped_by_what_counts_as_green(computed: dict[str, Path]) -> None:
    """Lawn 1,500 m², pond 3,000, bank 2,000; 1,500 m² of mere lie in a river, all in wards.

    Dry 3,500, water 4,500 of which 3,500 count; park by park 1,500 + 1,500 and 2,000 + 1,500.
    With the 400 m² of yard dry is 3,900 and so is the water that counts.
    """
    plain, more = read(computed["plain"]), read(computed["what_if"])
    assert figure(plain, "green_per_capita")["Tử số"] == pytest.approx(2 * 3500)
    per_park = figure(plain, "green_per_capita", definition="public_per_park-in-wards")
    assert per_park["Tử số"] == pytest.approx(2 * 1500 + 2000 + 1500)
    assert figure(more, "green_per_capita")["Tử số"] == pytest.approx(2 * 3900)
    per_park = figure(more, "green_per_capita", definition="public_per_park-in-wards")
    assert per_park["Tử số"] == pytest.approx(2 * 1500 + 2000 + 1500 + 400)
