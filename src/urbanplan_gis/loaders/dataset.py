"""Every source of a project, read into one :class:`Dataset`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.crs.guard import check_project_crs
from urbanplan_gis.loaders.crs.placing import CityPlace
from urbanplan_gis.loaders.features import SourceFeatures, load_features
from urbanplan_gis.loaders.links import join_approvals, resolve_parks
from urbanplan_gis.loaders.raster import load_land_cover, load_population
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.loaders.sources import select_sources
from urbanplan_gis.loaders.statistics import StatisticsTable, load_statistics, refuse_contradictions
from urbanplan_gis.loaders.units.layer import check_units, identify_units, name_units, units_at
from urbanplan_gis.model.data import RASTER_ROLES, Dataset, Finding, Layer, Role, Severity
from urbanplan_gis.standards.units import vintages, vintages_with
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from urbanplan_gis.project import Project
    from urbanplan_gis.project_facts import ProjectFacts

Progress = Callable[[str], object]


def load_layers(project: Project, progress: Progress | None = None) -> Dataset:
    """Read every source valid on the project's day, and all statistics.

    Frames are in the project CRS (metres); ``progress`` is told each file before it is read.

    Raises:
        PlanDataError: with one line for each problem of every source, found together.
    """
    tell = progress or (lambda step: None)
    crs = check_project_crs(project.facts.crs, f"{project.file.name}: project.crs")
    sources, unused = select_sources(project)
    findings = list(unused)
    parts, problems = _load_parts(sources, crs, tell)
    layers = {role: _join_parts(role, parts) for role in _roles(part.source for part in parts)}
    units = layers.get(Role.UNITS)
    names: dict[str, str] | None = None
    try:
        layers, unit_findings = _valid_units(layers, sources, project.facts)
        findings += unit_findings
        names = None if units is None else name_units(units.frame, layers[Role.UNITS].frame)
    except PlanDataError as problem:
        problems += problem.problems
    tables: list[StatisticsTable] = []
    for number, facts in enumerate(project.statistics):
        tell(f"statistics: {facts.path}")
        config = f"{project.file.name}: statistics[{number}]"
        try:
            tables.append(load_statistics(facts, project.path(facts.path), config, names))
        except PlanDataError as problem:
            problems += problem.problems
    try:
        refuse_contradictions(item for table in tables for item in table.statistics)
    except PlanDataError as problem:
        problems += problem.problems
    if problems:
        raise_problems(problems)
    rasters, raster_findings = _load_rasters(sources, layers[Role.UNITS].frame, tell)
    layers, link_findings = _link_layers({**layers, **rasters})
    found = [*findings, *(finding for part in parts for finding in part.findings)]
    found += [finding for table in tables for finding in table.findings]
    found += [*raster_findings, *link_findings, *_find_distant(parts, layers[Role.UNITS].frame)]
    origins = [origin for layer in layers.values() for origin in layer.origins]
    return Dataset(
        layers={role: layers[role] for role in Role if role in layers},
        statistics=tuple(item for table in tables for item in table.statistics),
        findings=tuple(found),
        counts=tuple(part.count for part in parts),
        origins=tuple(origins + [table.origin for table in tables]),
        recognised={part.source.name: part.recognised for part in parts if part.recognised},
    )


def _load_parts(
    sources: Sequence[SourceFile], crs: CRS, tell: Progress
) -> tuple[list[SourceFeatures], list[PlanDataError]]:
    """The features of every vector source; units first, which tell where the others should lie."""
    parts: dict[int, SourceFeatures] = {}
    problems: list[PlanDataError] = []
    city: CityPlace | None = None
    vectors = [n for n, source in enumerate(sources) if source.role not in RASTER_ROLES]
    # a stable order: what is not units stays as the project file has it
    for number in sorted(vectors, key=lambda n: sources[n].role is not Role.UNITS):
        source = sources[number]
        if source.role is not Role.UNITS and city is None:
            units = [part.frame for part in parts.values()]
            city = CityPlace.of_units(pd.concat(units).geometry.to_numpy(), crs) if units else None
        tell(f"{source.role}: {source.label}")
        try:
            parts[number] = load_features(source, crs, city)
        except PlanDataError as problem:
            problems += problem.problems
    return [parts[number] for number in sorted(parts)], problems


def city_place(project: Project) -> CityPlace:
    """Where the units of a project lie, whatever else it names.

    Raises:
        PlanDataError: if its units cannot be read.
    """
    crs = check_project_crs(project.facts.crs, f"{project.file.name}: project.crs")
    sources = [item for item in select_sources(project)[0] if item.role is Role.UNITS]
    frames = [load_features(source, crs).frame for source in sources]
    return CityPlace.of_units(pd.concat(frames).geometry.to_numpy(), crs)


def _roles(sources: Iterable[SourceFile]) -> list[Role]:
    return list(dict.fromkeys(source.role for source in sources))


def _join_parts(role: Role, parts: Sequence[SourceFeatures]) -> Layer:
    """The features of all sources of a role, in the order of the project file."""
    own = [part for part in parts if part.source.role is role]
    frames = resolve_parks(own) if role is Role.GREEN else [part.frame for part in own]
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return Layer(role, frame, tuple(part.origin for part in own))


def _refuse_other_vintage(codes: Iterable[str], facts: ProjectFacts, where: str) -> None:
    """Units valid on the day may be those of other boundaries than the project is about.

    Raises:
        PlanDataError: if all codes are those of another known vintage, and of the project's not.
    """
    theirs = vintages_with(codes)
    known = {item.vintage for item in vintages()}
    if theirs and facts.boundaries in known - set(theirs):
        others = ", ".join(theirs)
        raise bad_data(
            "units_of_other_vintage", where,
            day=facts.as_of, others=others, vintage=facts.boundaries,
        )  # fmt: skip


def _valid_units(
    layers: dict[Role, Layer], sources: Sequence[SourceFile], facts: ProjectFacts
) -> tuple[dict[Role, Layer], list[Finding]]:
    """Units that could be read must be usable; those that could not were reported already."""
    if Role.UNITS not in layers:
        return layers, []
    where = ", ".join(item.label for item in sources if item.role is Role.UNITS)
    units, findings = units_at(layers[Role.UNITS], facts.as_of)
    units, named = identify_units(units, facts.boundaries, where)
    check_units(units.frame, where)
    _refuse_other_vintage(units.frame["code"], facts, where)
    return {**layers, Role.UNITS: units}, findings + named


def _load_rasters(
    sources: Sequence[SourceFile], units: gpd.GeoDataFrame, tell: Progress
) -> tuple[dict[Role, Layer], list[Finding]]:
    """Population and land cover, one grid each (two would count people twice)."""
    layers: dict[Role, Layer] = {}
    findings: list[Finding] = []
    for role in (role for role in Role if role in RASTER_ROLES):
        own = [source for source in sources if source.role is role]
        if len(own) > 1:
            names = ", ".join(source.label for source in own)
            raise bad_data("several_grids", own[0].config, files=names)
        for source in own:
            tell(f"{role}: {source.label}")
            if role is Role.POPULATION:
                layers[role], outside = load_population(source, units)
                findings += outside
            else:
                layers[role] = load_land_cover(source)
    return layers, findings


def _link_layers(layers: dict[Role, Layer]) -> tuple[dict[Role, Layer], list[Finding]]:
    """Zoning lots take the approval date of their plan."""
    zoning, plans = layers.get(Role.ZONING), layers.get(Role.PLANS)
    if zoning is None or plans is None:
        return layers, []
    frame, findings = join_approvals(zoning.frame, plans.frame)
    return {**layers, Role.ZONING: zoning.with_frame(frame)}, findings


def _find_distant(parts: Sequence[SourceFeatures], units: gpd.GeoDataFrame) -> list[Finding]:
    """Sources that lie beside the units altogether, as with a wrong central meridian.

    Raises:
        PlanDataError: for roles of which no source at all lies in the units.
    """
    distant = [part for part in parts if _is_beside(part.frame, units)]
    near = {part.source.role for part in parts if part not in distant}
    problems = [
        bad_data("far_from_units", part.source.label, crs=part.origin.crs)
        for part in distant
        if part.source.role not in near
    ]
    if problems:
        raise_problems(problems)
    findings = []
    for part in distant:
        message = Text.of("finding.far_from_units", source=part.source.name, crs=part.origin.crs)
        findings.append(
            Finding(
                "far_from_units", Severity.ERROR, part.source.role,
                tuple(part.frame["feature_id"]), message, action="kept",
            )
        )  # fmt: skip
    return findings


def _is_beside(frame: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> bool:
    """Whether not one feature reaches into the rectangle around the units."""
    west, south, east, north = units.total_bounds
    bounds = frame.bounds.to_numpy()
    beside = (bounds[:, 0] > east) | (bounds[:, 2] < west)
    beside |= (bounds[:, 1] > north) | (bounds[:, 3] < south)
    return len(bounds) > 0 and bool(np.all(beside))
