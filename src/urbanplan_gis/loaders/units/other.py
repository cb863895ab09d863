"""Units of other days than the one a project is evaluated for: the outlines figures go over to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.crs.guard import check_project_crs
from urbanplan_gis.loaders.features import load_features
from urbanplan_gis.loaders.sources import other_units
from urbanplan_gis.loaders.units.layer import check_units, identify_units
from urbanplan_gis.model.data import Finding, Layer, Role
from urbanplan_gis.standards.units import vintage_at, vintages_with

if TYPE_CHECKING:
    import geopandas as gpd

    from urbanplan_gis.loaders.source_file import SourceFile
    from urbanplan_gis.project import Project


@dataclass(frozen=True, eq=False)
class OtherUnits:
    """The units of another vintage in the project CRS, and what reading them found."""

    vintage: str
    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


def load_other_units(project: Project) -> list[OtherUnits]:
    """Every source of units that is valid on other days than ``as_of``, the earliest first.

    Its vintage is that of its first day of validity, or of its last, if its codes are.

    Raises:
        PlanDataError: one line for each source that cannot be read, says nothing usable about its
            validity, is of the project's own vintage, or has one of another source.
    """
    crs = check_project_crs(project.facts.crs, f"{project.file.name}: project.crs")
    found: dict[str, OtherUnits] = {}
    problems: list[PlanDataError] = []
    for source in other_units(project):
        try:
            loaded = load_features(source, crs)
            vintage = _vintage(source, loaded.frame["code"].dropna())
            if vintage in (project.facts.boundaries, *found):
                raise bad_data("same_vintage", source.config, vintage=vintage)
            layer = Layer(Role.UNITS, loaded.frame, (loaded.origin,))
            units, named = identify_units(layer, vintage, source.label)
            check_units(units.frame, source.label)
            found[vintage] = OtherUnits(vintage, units.frame, (*loaded.findings, *named))
        except PlanDataError as problem:
            problems += problem.problems
    if problems:
        raise_problems(problems)
    return [found[vintage] for vintage in sorted(found)]


def outlines_of(others: Iterable[OtherUnits]) -> dict[str, gpd.GeoDataFrame]:
    """Code and geometry of the units of each vintage."""
    return {item.vintage: item.frame[["code", "geometry"]] for item in others}


def _vintage(source: SourceFile, codes: Iterable[str]) -> str:
    """The vintage of a source's first day, or of the last before ``valid_to``: one is given.

    Where its codes are not of that vintage, but all of another one, it is that.
    """
    first, end = source.facts.valid_from, source.facts.valid_to
    if first is None and end is not None:
        first = end - dt.timedelta(days=1)
    dated = vintage_at(first or dt.date.min).vintage
    theirs = vintages_with(codes)
    return theirs[0] if theirs and dated not in theirs else dated
