"""Ledger and explanation: sums stay sums, down to the pieces in the file."""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from test_quality import DAY, dataset, feature, layer, parcel, square, two_units
from urbanplan_gis.analysis.explanation import full_id, open_figure
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.ledger import Entry
from urbanplan_gis.analysis.results import Measured, Run
from urbanplan_gis.analysis.trends import Series
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.measuring import measure_city
from urbanplan_gis.model.data import Layer, Origin, Role, Statistic
from urbanplan_gis.outputs.explanation import figure_facts, write_explanation
from urbanplan_gis.outputs.geopackage import faces_frame
from urbanplan_gis.project import DeriveFacts, load_project
from urbanplan_gis.quality.check import check

ORIGIN = Origin("test", "statistics.csv")


def measured_town(
    folder: Path, *rows: Statistic, street: float = 50.0, former: Series | None = None
) -> Measured:
    """W: houses, a street, a park of which 1600 m² are lawn and 900 m² a pond; C: fields.

    The street is ``street`` metres wide and 50 long; 400 people live in W in 2025, 100 in C.
    """
    layers: list[Layer] = [
        two_units(),
        layer(
            Role.LAND_USE,
            parcel("houses", square(0, 0, 50, 100)),
            parcel("street", square(50, 0, street, 50), "DGT"),
            parcel("park", square(50, 50, 50), "DKV"),
            parcel("fields", square(100, 0), "CLN"),
            *([parcel("more", square(50 + street, 0, 50 - street, 50))] if street < 50 else []),
        ),
        layer(
            Role.GREEN,
            feature("lawn", square(50, 50, 50, 32), kind="public", park="P"),
            feature("pond", square(50, 82, 50, 18), kind="water", park="P"),
        ),
    ]
    people = [("W", "residents", 400.0), ("C", "residents", 100.0)]
    given = tuple(Statistic(unit, 2025, name, value, ORIGIN) for unit, name, value in people)
    city = replace(dataset(*layers), statistics=(*given, *rows))
    derived = derive_layers(check(city, DAY), DeriveFacts(), DAY)
    evidence, _ = gather(derived, DAY, "2014")
    (folder / "units.gpkg").write_bytes(b"-")
    (folder / "project.toml").write_text(
        f'[project]\nname = "Thử"\nas_of = {DAY}\nboundaries = "2014"\nstates = ["existing"]\n'
        '[layers.units]\npath = "units.gpkg"\n',
        encoding="utf-8",
    )
    return measure_city(load_project(folder), evidence, former or {})


@pytest.fixture
def town(tmp_path: Path) -> Measured:
    return measured_town(tmp_path)


def entries(town: Measured, asked: str, side: str) -> list[Entry]:
    name = full_id(town, asked)
    return [item for item in town.ledger if (item.figure_id, item.side) == (name, side)]


def test_entries_of_a_ratio_of_land(town: Measured) -> None:
    """2500 m² of street among 10,000 m² of urban land, all in W; C has none of either."""
    (above,) = entries(town, "transport_land_share", "numerator")
    assert (above.unit_code, above.item, above.pieces) == ("W", "faces", 1)
    assert above.amount == pytest.approx(2500)
    (below,) = entries(town, "transport_land_share", "denominator")
    # houses, street, and the park in two pieces, lawn and pond
    assert (below.amount, below.pieces) == (pytest.approx(10_000), 4)


def test_capped_water_keeps_the_sum(town: Measured) -> None:
    """1600 m² of lawn and 900 m² of pond count in full; per resident 2500 / 400."""
    (above,) = entries(town, "green_per_capita/W", "numerator")
    assert above.amount == pytest.approx(2500)
    (below,) = entries(town, "green_per_capita/W", "denominator")
    assert (below.item, below.year, below.amount) == ("residents", 2025, 400.0)


def test_pieces_of_a_figure_add_up_in_the_file(town: Measured, tmp_path: Path) -> None:
    """The sum is taken by SQL from the file, not by the code that wrote it."""
    name = full_id(town, "green_per_capita/W")
    assert name == f"green_per_capita/W@2014/{DAY}/existing/public-in-wards"
    opened = open_figure(town, name, faces_frame(town.evidence))
    path = tmp_path / "explain.gpkg"
    write_explanation(opened.sides, figure_facts(opened), path, "vi")
    with sqlite3.connect(path) as file:
        (above,) = file.execute("SELECT sum(counted) FROM numerator").fetchone()
        (below,) = file.execute("SELECT sum(counted) FROM denominator").fetchone()
        (value,) = file.execute("SELECT value FROM figure WHERE name = 'value'").fetchone()
        (styles,) = file.execute("SELECT count(*) FROM layer_styles").fetchone()
    assert (above / below, float(value)) == (pytest.approx(6.25), pytest.approx(6.25))
    assert styles == 2
    drawn = gpd.read_file(path, layer="numerator")
    assert sorted(drawn["green_id"]) == ["lawn", "pond"]
    assert drawn.geometry.area.sum() == pytest.approx(2500)


def test_a_row_of_the_land_balance_is_opened_too(town: Measured) -> None:
    name = f"land_balance/W@2014/{DAY}/existing/tt08-2024.DGT"
    opened = open_figure(town, full_id(town, name), faces_frame(town.evidence))
    assert [side.total for side in opened.sides] == [pytest.approx(2500), pytest.approx(10_000)]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("transport_land_share", "city@2014/{}/existing/codes-in-wards"),
        ("transport_land_share/W", "W@2014/{}/existing/codes-in-wards"),
        ("transport_land_share/narrow", "city@2014/{}/existing/narrow-in-wards"),
        ("transport_land_share/W/narrow", "W@2014/{}/existing/narrow-in-wards"),
    ],
)
def test_the_first_parts_of_an_id_are_enough(town: Measured, asked: str, meant: str) -> None:
    assert full_id(town, asked) == f"transport_land_share/{meant.format(DAY)}"


def test_an_unknown_figure_names_the_likest(town: Measured) -> None:
    with pytest.raises(PlanDataError) as caught:
        full_id(town, "transport_land_shore/W")
    assert "transport_land_share" in caught.value.line("en")


def test_ledger_of_the_sample_city_adds_up_to_every_figure(sample_run: Run) -> None:
    sums: dict[tuple[str, str], list[float]] = defaultdict(list)
    for item in sample_run.ledger:
        if item.amount is not None:
            sums[item.figure_id, item.side].append(item.amount)
    compared = 0
    for figure in sample_run.figures:
        for side in ("numerator", "denominator"):
            published = getattr(figure, side)
            if published is not None:
                added = math.fsum(sums[figure.figure_id, side])
                assert math.isclose(added, published, rel_tol=1e-9, abs_tol=1e-6), figure.figure_id
                compared += 1
    assert compared > 2000
