"""What the sheets are drawn from: the same ground as the figures."""

from __future__ import annotations

from test_quality import layer, parcel, square
from urbanplan_gis.model.data import Role
from urbanplan_gis.outputs.sheet_set import _without_overlaps


def test_ground_claimed_twice_is_drawn_once_as_the_tables_count_it() -> None:
    """The later of two surveys keeps the ground, whichever is drawn last."""
    lots = layer(
        Role.ZONING,
        parcel("old", square(0, 0), "CLN", approved="2010-01-01"),
        parcel("new", square(50, 0), "ODT", approved="2020-01-01"),
    )
    drawn = _without_overlaps(lots.frame).set_index("feature_id").geometry.area
    assert drawn.to_dict() == {"old": 5000.0, "new": 10_000.0}
