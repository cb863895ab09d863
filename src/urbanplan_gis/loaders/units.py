"""What a layer of administrative units must satisfy before anything is measured by it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.model.figures import GROUPS
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd


def units_at(units: Layer, day: dt.date) -> tuple[Layer, list[Finding]]:
    """The units that exist on a day, from ``valid_from`` until the day before ``valid_to``.

    The others, of an earlier or later map of units, are set aside, each with a finding.
    """
    frame = units.frame
    begun = ~(pd.to_datetime(frame["valid_from"]) > pd.Timestamp(day))
    over = pd.to_datetime(frame["valid_to"]) <= pd.Timestamp(day)
    gone = frame[(~begun | over).to_numpy(dtype=bool)]
    findings = [
        Finding(
            code="unit_not_valid",
            severity=Severity.INFO,
            layer=str(Role.UNITS),
            feature_ids=(feature,),
            message=Text.of("finding.unit_not_valid", code=code, name=name, day=day),
            action="set_aside",
            geometry=geometry,
            area_m2=float(geometry.area),
            dropped=1,
        )
        for feature, code, name, geometry in zip(
            gone["feature_id"], gone["code"], gone["name"], gone.geometry, strict=True
        )
    ]
    return units.with_frame(frame.drop(gone.index).reset_index(drop=True)), findings


def check_units(units: gpd.GeoDataFrame, where: str) -> None:
    """Refuse units that are missing altogether, share a code, or are called like a group.

    (That every unit has a code and a known kind is checked where columns are read.)

    Raises:
        PlanDataError: one line for each code given twice or reserved, naming the features.
    """
    if units.empty:
        raise bad_data("no_unit_features", where)
    problems: list[PlanDataError] = []
    for code, group in units[units["code"].duplicated(keep=False)].groupby("code", sort=True):
        ids = ", ".join(group["feature_id"])
        names = ", ".join(group["name"])
        problems.append(bad_data("same_unit_code", where, code=code, ids=ids, names=names))
    for code, group in units[units["code"].isin(GROUPS)].groupby("code", sort=True):
        ids, listed = ", ".join(group["feature_id"]), ", ".join(GROUPS)
        problems.append(bad_data("reserved_unit_code", where, code=code, ids=ids, groups=listed))
    if problems:
        raise_problems(problems)
