"""Which sources of a project feed its roles on the day it is evaluated for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.planning.checks import check_database
from urbanplan_gis.loaders.planning.classes import database_sources
from urbanplan_gis.loaders.planning.database import open_database
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.model.data import Finding, Origin, Role, Severity
from urbanplan_gis.project import source_name
from urbanplan_gis.project_facts import DatabaseFacts, LayerSource
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from urbanplan_gis.project import OriginFacts, Project


OSM_SUFFIXES = (".pbf", ".osm")
_OWN_FIELDS = (".dxf", ".dgn", *OSM_SUFFIXES)
#: columns of the schema that extracts have under the same name
_OSM_COLUMNS = ("name", "road_class", "width_m", "floors", "use", "kind", "park")


def select_sources(
    project: Project,
) -> tuple[tuple[SourceFile, ...], tuple[Finding, ...]]:
    """The sources valid on the project's ``as_of``, and the roles that have none for that day.

    A source is valid from ``valid_from`` until the day before ``valid_to``. The classes of
    planning databases are sources like others, with the findings of their check.

    Raises:
        PlanDataError: if there are no units for that day, or a database cannot be used.
    """
    declared = [(role, facts, "") for role, facts in project.sources]
    findings: list[Finding] = []
    for number, database in enumerate(project.databases):
        found, told = _database_sources(project, database)
        place = f"databases[{number}]"
        if any(role is Role.UNITS for role, _, _ in declared):
            found, spare = _without_units(found)
            findings += spare
        declared += [(role, facts, place) for role, facts in found]
        findings += told
    if all(role is not Role.UNITS for role, _, _ in declared):
        raise bad_data("no_units", f"{project.file.name}: layers.units")
    valid = [item for item in declared if _is_valid(project, item[1])]
    for role in dict.fromkeys(role for role, _, _ in declared):
        if any(role == other for other, _, _ in valid):
            continue
        if role is Role.UNITS:
            where = f"{project.file.name}: layers.units"
            raise bad_data("no_units_at_date", where, date=project.facts.as_of)
        message = Text.of("finding.no_source_at_date", role=role, date=project.facts.as_of)
        findings.append(
            Finding("no_source_at_date", Severity.INFO, role, (), message, action="reported")
        )
    roles = [role for role, _, _ in valid]
    located = [
        _located(project, role, facts, place, roles.count(role) > 1) for role, facts, place in valid
    ]
    return tuple(located), tuple(findings)


def other_units(project: Project) -> tuple[SourceFile, ...]:
    """The sources of units valid before or after the project's ``as_of``, not on it."""
    return tuple(
        _located(project, role, facts, "", prefixed=False)
        for role, facts in project.sources
        if role is Role.UNITS and not _is_valid(project, facts)
    )


def _database_sources(
    project: Project, database: DatabaseFacts
) -> tuple[list[tuple[Role, LayerSource]], list[Finding]]:
    """The classes of a planning database as sources, and what its check found."""
    label = PurePath(database.path).as_posix()
    opened = open_database(project.path(database.path), label)
    found = [
        (role, replace(LayerSource(**keys), origin=database.origin, crs=database.crs))
        for role, keys in database_sources(opened, project.root)
    ]
    return found, check_database(opened)


def _without_units(
    sources: list[tuple[Role, LayerSource]],
) -> tuple[list[tuple[Role, LayerSource]], list[Finding]]:
    """A database's units stand aside where the project names its own: each unit once."""
    spare = [facts for role, facts in sources if role is Role.UNITS]
    message = [Text.of("finding.database_units_unused", source=facts.path) for facts in spare]
    findings = [
        Finding("database_units_unused", Severity.INFO, Role.UNITS, (), text, action="not_read")
        for text in message
    ]
    return [item for item in sources if item[0] is not Role.UNITS], findings


def _is_valid(project: Project, facts: LayerSource) -> bool:
    day = project.facts.as_of
    begun = facts.valid_from is None or facts.valid_from <= day
    return begun and (facts.valid_to is None or day < facts.valid_to)


def _located(
    project: Project, role: Role, facts: LayerSource, place: str, prefixed: bool
) -> SourceFile:
    name = source_name(role, facts)
    return SourceFile(
        role=role,
        name=name,
        facts=_completed(role, facts),
        path=project.path(facts.path),
        codes=project.path(facts.codes) if facts.codes else None,
        label=facts.path,
        config=f"{project.file.name}: {place or f'layers.{role} ({name})'}",
        prefixed=prefixed,
    )


def _completed(role: Role, facts: LayerSource) -> LayerSource:
    """The fields of drawings and OpenStreetMap extracts are ours: they need not be named."""
    suffix = Path(facts.path).suffix.lower()
    shape = ROLE_FIELDS.get(role)
    if shape is None or suffix not in _OWN_FIELDS:
        return facts
    if suffix in OSM_SUFFIXES:
        own = {"feature_id": "osm_id"} | ({"code": "tag"} if shape.coded else {})
        own |= {name: name for name in _OSM_COLUMNS if shape.field(name)}
    else:
        own = {"feature_id": "handle"} | ({"code": "layer"} if shape.coded else {})
        facts = replace(facts, colour=facts.colour or ("color" if facts.recognise else ""))
    own = {name: field for name, field in own.items() if name not in facts.set}
    return replace(facts, fields={**own, **facts.fields})


def make_origin(source: str, path: str, facts: OriginFacts, **found: str) -> Origin:
    """An origin of what the planner declared and what was ``found`` when the file was read."""
    return Origin(
        source=source,
        path=path,
        publisher=facts.publisher,
        document=facts.document,
        date=facts.date,
        licence=facts.licence,
        **found,
    )
