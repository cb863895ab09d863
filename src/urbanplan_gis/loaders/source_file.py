"""One file that feeds a role: what every loader takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from urbanplan_gis.model.data import Role
from urbanplan_gis.project_facts import LayerSource


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
