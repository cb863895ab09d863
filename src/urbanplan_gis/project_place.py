"""What a project tells of a file that is no layer of it yet: its name, and where it should lie."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.crs.guard import check_project_crs
from urbanplan_gis.loaders.dataset import city_place
from urbanplan_gis.loaders.inspection.layers import Surroundings
from urbanplan_gis.project import load_project


@dataclass(frozen=True, eq=False)
class InspectionPlace:
    """What a project tells of a file before it is a layer.

    ``label`` is how the project file names it; ``problem``: why the project cannot be used.
    """

    label: str
    language: str = "both"
    around: Surroundings = field(default_factory=Surroundings)
    problem: PlanDataError | None = None


def inspection_place(path: str, project_file: str) -> InspectionPlace:
    """How a project file would name a path, and where its units say that layers should lie.

    A file elsewhere goes by the name it has once it is copied into ``data/raw``. Without a project
    that can be used, all of Vietnam will do for a place.
    """
    given = Path(path)
    copied = f"data/raw/{given.resolve().name}"
    try:
        project = load_project(project_file)
    except PlanDataError as problem:
        inside = not given.is_absolute() and ".." not in given.parts
        label = given.as_posix() if inside else copied
        return InspectionPlace(label, problem=problem)
    inside = given.resolve().is_relative_to(project.root)
    label = project.relative(given.resolve()) if inside else copied
    language = project.facts.language
    try:
        crs = check_project_crs(project.facts.crs, f"{project.file.name}: project.crs")
        around = Surroundings(city_place(project), crs)
    except PlanDataError as problem:
        return InspectionPlace(label, language, problem=problem)
    return InspectionPlace(label, language, around)
