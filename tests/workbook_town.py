"""A town of four squares that has every layer, for the tests of the workbook."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from shapely import LineString

from test_quality import DAY, EAST, NORTH, dataset, feature, layer, parcel, square
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.measuring import measure_city
from urbanplan_gis.model.data import Layer, Origin, Role, Statistic
from urbanplan_gis.outputs.run_tables import measured_tables
from urbanplan_gis.outputs.workbook import write_workbook
from urbanplan_gis.project import DeriveFacts, load_project
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

ORIGIN = Origin("test", "statistics.csv")
TITLE = "Quảng Ngãi & vùng phụ cận"
STAMP = "DỮ LIỆU MÔ PHỎNG / SYNTHETIC – BẢN NHÁP / DRAFT"
NAMES = {"A": "Phường An", "B": "=cmd()", "S": "Xã Sơn", "D": "שלום " + "x" * 200}
#: hectares of a unit, a square of 200 m
UNIT_HA = 4.0
_SHEETS = {
    "figures": "indicators", "targets": "targets", "definitions": "definitions", "gaps": "gaps",
    "readiness": "ward_readiness", "norms": "norms", "balance": "land_balance",
    "roads": "road_length", "plans": "plans", "statistics": "statistics",
}  # fmt: skip
_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>"""


def layers() -> list[Layer]:
    """A, B: wards; S: a commune slated to become one; D: a commune that stays one."""
    units = [
        feature(code, square(200 * n, 0, 200), code=code, name=NAMES[code],
                kind="ward" if code in "AB" else "commune", slated=code == "S")
        for n, code in enumerate("ABSD")
    ]  # fmt: skip
    land = [
        parcel("homes", square(0, 0, 100, 200)),
        parcel("road", square(100, 0, 20, 200), "DGT", sub_use="road"),
        parcel("station", square(120, 0, 30, 200), "DGT", sub_use="static"),
        parcel("park", square(150, 0, 50, 120), "DKV"),
        parcel("river", square(200, 0, 40, 200), "SON"),
        parcel("more", square(240, 0, 110, 200)),
        parcel("army", square(350, 0, 30, 200), "CQP"),
        parcel("village", square(400, 0, 120, 200), "ONT"),
        parcel("lane", square(520, 0, 16, 200), "DGT"),
        parcel("fields", square(600, 0, 200, 150), "CLN"),
    ]
    lots = [
        feature("l1", square(0, 0, 60, 200), code="O_Nhomnhao", code_list="tt16-2025",
                plan_id="P1"),
        feature("l2", square(60, 0, 25, 200), code="HTKT_DuongGT", code_list="tt16-2025",
                plan_id="P1"),
        feature("l3", square(410, 20, 50, 50), code="HTXH_CayxanhCC", code_list="tt16-2025",
                plan_id="P2"),
    ]  # fmt: skip
    general = [
        feature("g1", square(0, 0, 350, 200), code="DD_DONVIO", code_list="tt16-2025"),
        feature("g2", square(350, 0, 150, 200), code="NDD_CONGNGHIEP", code_list="tt16-2025"),
        feature("g3", square(500, 0, 300, 200), code="NDD_DANCUNT", code_list="tt16-2025"),
    ]
    plans = [
        feature("p1", square(0, 0, 180, 200), plan_id="P1", kind="zoning", name="một",
                approved="2020-01-01"),
        feature("p2", square(150, 0, 300, 100), plan_id="P2", kind="zoning", name="-hai",
                approved="2015-01-01"),
        feature("p3", square(0, 0, 800, 200), plan_id="P3", kind="zoning", name="ba",
                approved="2010-01-01", revoked="2012-01-01"),
    ]  # fmt: skip
    green = [
        feature("lawn", square(150, 0, 50, 30), kind="public", park="p"),
        feature("pond", square(150, 30, 50, 60), kind="water", park="p"),
        feature("bank", square(180, 100, 20, 100), kind="public", park="q"),
        feature("mere", square(200, 100, 15, 100), kind="public", park="q"),
        feature("yard", square(250, 0, 20, 20), kind="residential", park="r"),
        feature("grove", square(420, 0, 30, 30), kind="restricted", park="s"),
    ]
    road = LineString([(EAST, NORTH + 100), (EAST + 600, NORTH + 100)])
    return [
        layer(Role.UNITS, *units),
        layer(Role.LAND_USE, *land),
        layer(Role.ZONING, *lots),
        layer(Role.GENERAL_PLAN, *general),
        layer(Role.PLANS, *plans),
        layer(Role.GREEN, *green),
        layer(Role.RIGHT_OF_WAY, feature("w", square(95, 0, 30, 200))),
        layer(Role.ROADS, feature("r", road, road_class=3, width_m=14.0)),
        layer(Role.BUILDINGS, feature("b", square(10, 10, 20), floors=3, use="residential"),
              feature("c", square(420, 40, 10), floors=2, use="residential")),
    ]  # fmt: skip


def statistics() -> tuple[Statistic, ...]:
    """Every number for 2025 but floors, which are of 2024; D has no households."""
    given = {
        "residents": (400, 300, 200, 100), "temporary_residents": (20, None, 10, None),
        "households": (100, 80, 50, None), "fibre_households": (90, 60, 20, None),
        "adults": (300, 200, 150, 80), "e_payment_adults": (200, 90, 60, 10),
        "horizon_population": (800, 500, 400, 150),
    }  # fmt: skip
    rows = [
        Statistic(unit, 2025, name, float(value), ORIGIN)
        for name, values in given.items()
        for unit, value in zip("ABSD", values, strict=True)
        if value is not None
    ]
    earlier = {"residents": (380, 290, 190, 90), "floor_area_m2": (9e3, 8e3, 4e3, 2e3)}
    rows += [
        Statistic(unit, 2024, name, float(value), ORIGIN)
        for name, values in earlier.items()
        for unit, value in zip("ABSD", values, strict=True)
    ]
    return tuple(rows)


def measured_town(folder: Path, *chosen: Layer) -> Measured:
    """Everything measured; ``chosen`` layers instead of those of the town."""
    city = replace(dataset(*(chosen or layers())), statistics=statistics())
    facts = DeriveFacts(centrelines=True)
    evidence, _ = gather(derive_layers(check(city, DAY), facts, DAY), DAY, "2014")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "units.gpkg").write_bytes(b"-")
    (folder / "project.toml").write_text(
        f'[project]\nname = "Thử"\nas_of = {DAY}\nboundaries = "2014"\n'
        '[layers.units]\npath = "units.gpkg"\n',
        encoding="utf-8",
    )
    return measure_city(load_project(folder), evidence, {})


@cache
def the_town() -> Measured:
    """The town measured, once for all tests of a process; nothing changes it."""
    with TemporaryDirectory() as folder:
        return measured_town(Path(folder))


def write_town(
    town: Measured,
    path: Path,
    lang: str = "vi",
    keys: Iterable[str] = tuple(_SHEETS),
    **changed: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Write the town's workbook; the tables it was made from, by sheet.

    ``keys`` are the sheets of tables wanted.
    """
    tables = measured_tables(town, lang, True)
    shown = {key: tables[_SHEETS[key]] for key in keys} | changed
    origins = [Origin("s", "+x.gpkg", "lop", "ab" * 32, date=DAY)] * 2
    stamps = STAMP.split(" – ")
    write_workbook(town, shown, indicators(), origins, TITLE, lang, stamps, path)
    return shown


def without_results(path: Path) -> Path:
    """The workbook with no formula's result in it, so that whoever opens it must compute."""
    bare = path.with_name(f"bare_{path.name}")
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(bare, "w", zipfile.ZIP_DEFLATED) as out:
        for name in book.namelist():
            text = book.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(rb"</f><v>[^<]*</v>", b"</f>", text)
                assert b"</f><v>" not in text
            out.writestr(name, text)
    return bare


def recalculated(paths: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice computes them."""
    if not shutil.which("soffice"):
        pytest.skip("no soffice on this machine")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_RECALCULATE)
    done = folder / "computed"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless",
               "--convert-to", "xlsx", "--outdir", str(done), *map(str, paths)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return [done / path.name for path in paths]


def rows_of(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows below the header, which has the filter; None for blanks."""
    header = _header(sheet)
    lines = list(sheet.iter_rows(min_row=header, values_only=True))
    return [
        {name: None if cell == "" else cell for name, cell in zip(lines[0], line, strict=True)}
        for line in lines[1:]
    ]


def _header(sheet: Worksheet) -> int:
    first = str(sheet.auto_filter.ref).partition(":")[0]
    return int(re.sub(r"\D", "", first))


def figures_in(path: Path, sheet: str = "Chỉ tiêu") -> dict[str, dict[str, Any]]:
    """Rows of the sheet of figures by their id."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {row["Mã số liệu"]: row for row in rows_of(book[sheet])}


@dataclass(frozen=True)
class Change:
    """A cell of a table: its sheet, the rest of its row, its column (or class set), the value."""

    sheet: str
    where: Mapping[str, Any]
    column: str
    value: Any


def change_cells(path: Path, changed: Path, *changes: Change) -> Path:
    """A copy of the workbook with cells changed as a planner would change them."""
    book = openpyxl.load_workbook(path)
    for item in changes:
        page = book[item.sheet]
        header = _header(page)
        names = [str(cell.value) for cell in page[header]]
        (row,) = (
            number
            for number, line in enumerate(page.iter_rows(min_row=header + 1, values_only=True))
            if all(line[names.index(name)] == wanted for name, wanted in item.where.items())
        )
        (at,) = (n for n, name in enumerate(names)
                 if name == item.column or f"({item.column})" in name)  # fmt: skip
        page.cell(header + 1 + row, at + 1).value = item.value
    book.save(changed)
    return changed
