"""Which sources of a project feed its roles on the day it is evaluated for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from urbanplan_gis.errors import bad_data
from urbanplan_gis.model.data import Finding, Origin, Role, Severity
from urbanplan_gis.project import source_name
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from urbanplan_gis.project import LayerSource, OriginFacts, Project


@dataclass(frozen=True)
class SourceFile:
    """One file that feeds a role: its declaration, and where it lies."""

    role: Role
    name: str
    facts: LayerSource
    path: Path
    codes: Path | None
    #: the file as people know it: its path relative to the project
    label: str
    #: the table of the project file that declares it
    config: str
    #: several sources feed the role, so feature ids need the source's name before them
    prefixed: bool = False

    def where(self, *parts: str) -> str:
        """The place of a problem: file, then layer and field where there are any."""
        return ": ".join(part for part in (self.label, *parts) if part)


def select_sources(project: Project) -> tuple[tuple[SourceFile, ...], tuple[Finding, ...]]:
    """The sources valid on the project's ``as_of``, and the roles that have none for that day.

    A source is valid from ``valid_from`` until the day before ``valid_to``.

    Raises:
        PlanDataError: if there are no units for that day.
    """
    valid = [(role, facts) for role, facts in project.sources if _is_valid(project, facts)]
    findings = []
    for role in dict.fromkeys(role for role, _ in project.sources):
        if any(role == other for other, _ in valid):
            continue
        if role is Role.UNITS:
            where = f"{project.file.name}: layers.units"
            raise bad_data("no_units_at_date", where, date=project.facts.as_of)
        message = Text.of("finding.no_source_at_date", role=role, date=project.facts.as_of)
        findings.append(
            Finding("no_source_at_date", Severity.INFO, role, (), message, action="reported")
        )
    return tuple(_located(project, role, facts, valid) for role, facts in valid), tuple(findings)


def _is_valid(project: Project, facts: LayerSource) -> bool:
    day = project.facts.as_of
    begun = facts.valid_from is None or facts.valid_from <= day
    return begun and (facts.valid_to is None or day < facts.valid_to)


def _located(
    project: Project,
    role: Role,
    facts: LayerSource,
    valid: list[tuple[Role, LayerSource]],
) -> SourceFile:
    name = source_name(role, facts)
    return SourceFile(
        role=role,
        name=name,
        facts=facts,
        path=project.path(facts.path),
        codes=project.path(facts.codes) if facts.codes else None,
        label=facts.path,
        config=f"{project.file.name}: layers.{role} ({name})",
        prefixed=sum(other == role for other, _ in valid) > 1,
    )


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
