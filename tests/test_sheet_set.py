"""What the sheets are drawn from: the same ground as the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from test_loaders_vector import LAND_USE, parcels, write_project
from test_quality import layer, parcel, square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Role
from urbanplan_gis.outputs.sheet_data import _without_overlaps
from urbanplan_gis.outputs.sheet_set import make_sheets
from urbanplan_gis.outputs.stored_run import stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project


def test_ground_claimed_twice_is_drawn_once_as_the_tables_count_it() -> None:
    """The later of two surveys keeps the ground, whichever is drawn last."""
    lots = layer(
        Role.ZONING,
        parcel("old", square(0, 0), "CLN", approved="2010-01-01"),
        parcel("new", square(50, 0), "ODT", approved="2020-01-01"),
    )
    drawn = _without_overlaps(lots.frame).set_index("feature_id").geometry.area
    assert drawn.to_dict() == {"old": 5000.0, "new": 10_000.0}


def test_sheets_are_drawn_from_a_run_of_the_present_project_only(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg")
    folder = write_project(tmp_path, LAND_USE.format("lu.gpkg"))
    file = folder / "project.toml"
    as_written = file.read_text(encoding="utf-8")
    assert make_run(load_project(folder), "en") is not None

    # how maps are printed, and comments, are no business of the figures
    file.write_text(
        as_written + '\n# a comment\n[maps]\ndpi = 72\noutputs = ["png"]\n', encoding="utf-8"
    )
    assert make_run(load_project(folder), "en") is None
    assert "existing_land_use" in make_sheets(stored_run(load_project(folder), "en"))
    assert make_sheets(stored_run(load_project(folder), "en")) == []

    file.write_text(as_written.replace("[project]", "[project]\nsynthetic = true", 1), "utf-8")
    with pytest.raises(PlanDataError, match="run urbanplan run first"):
        make_sheets(stored_run(load_project(folder), "en"))
