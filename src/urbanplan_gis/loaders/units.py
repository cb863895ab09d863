"""What a layer of administrative units must satisfy before anything is measured by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems

if TYPE_CHECKING:
    import geopandas as gpd


def check_units(units: gpd.GeoDataFrame, where: str) -> None:
    """Refuse units that are missing altogether or share a code.

    (That every unit has a code and a known kind is checked where columns are read.)

    Raises:
        PlanDataError: one line for each code given twice, naming the features.
    """
    if units.empty:
        raise bad_data("no_unit_features", where)
    problems: list[PlanDataError] = []
    for code, group in units[units["code"].duplicated(keep=False)].groupby("code", sort=True):
        ids = ", ".join(group["feature_id"])
        names = ", ".join(group["name"])
        problems.append(bad_data("same_unit_code", where, code=code, ids=ids, names=names))
    if problems:
        raise_problems(problems)
