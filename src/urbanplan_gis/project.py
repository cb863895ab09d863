"""``project.toml`` -> :class:`Project`: the one file a planner edits, and the only place that
knows paths.

Every unknown key and wrong value is listed at once with its place. Paths stay inside the
project's root; virtual GDAL paths are refused.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from copy import copy
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, bad_data
from urbanplan_gis.model.data import RASTER_ROLES, Role
from urbanplan_gis.project_facts import (
    DatabaseFacts,
    DeriveFacts,
    LayerSource,
    MapFacts,
    OriginFacts,
    ProjectFacts,
    ProjectFile,
    StandardValues,
    StatisticsSource,
    TargetFacts,
    ToleranceFacts,
    UncertaintyFacts,
    UrbanClassFacts,
)
from urbanplan_gis.project_words import dotted_place, wanted

_LAYER_TABLE = re.compile(r"^[ \t]*(\[\[?)[ \t]*layers[ \t]*\.[ \t]*(\w+)[ \t]*\]", re.MULTILINE)


class Project:
    """A checked project: its facts, its sources, and where its files lie."""

    def __init__(self, file: Path, facts: ProjectFile, root: Path) -> None:
        self.file = file
        self.root = root
        self.facts = facts.project
        self.derive = facts.derive
        self.tolerance = facts.tolerance
        self.maps = facts.maps
        self.targets = tuple(facts.targets)
        self.urban_class = facts.urban_class
        self.uncertainty = facts.uncertainty
        self.standard_values = tuple(facts.standard_values)
        self.definitions = facts.definitions
        self.confirmed_class_sets = facts.confirmed_class_sets
        self.allow_unverified = facts.allow_unverified
        self.databases = tuple(facts.databases)
        self.statistics = tuple(facts.statistics)
        self.sources = tuple(
            (role, source) for role in Role for source in _as_list(facts.layers.get(role))
        )

    @property
    def output(self) -> Path:
        return self.root / self.facts.output

    @property
    def decisions(self) -> Path:
        return self.file.parent / "decisions.csv"

    def at(self, day: dt.date) -> Project:
        """The same project on an earlier day, with outputs of its own below this one's."""
        output = f"{self.facts.output}/{day.isoformat()}"
        then = copy(self)
        then.facts = replace(self.facts, as_of=day, earlier=(), output=output)
        return then

    @property
    def days_at_hand(self) -> tuple[dt.date, ...]:
        """Days before ``as_of`` of which other sources of land use or plans' lots tell."""
        ends = {
            source.valid_to - dt.timedelta(days=1)
            for role, source in self.sources
            if role in (Role.LAND_USE, Role.ZONING)
            and source.valid_to is not None
            and source.valid_to <= self.facts.as_of
        }
        return tuple(sorted(ends))

    def path(self, relative: str) -> Path:
        """A path of the project file as a path on disk (already checked to lie inside)."""
        return self.root / relative

    def relative(self, path: Path) -> str:
        """A path for people and manifests: relative to the root, never machine-specific."""
        # a file that is a link goes by its own name: what it leads to may lie outside
        return (path.parent.resolve() / path.name).relative_to(self.root).as_posix()

    def input_files(self) -> tuple[str, ...]:
        """All input paths named by the project file, relative to the root."""
        paths = [source.path for _, source in self.sources]
        paths += [source.codes for _, source in self.sources if source.codes]
        paths += [database.path for database in self.databases]
        paths += [table.path for table in (*self.statistics, *self.standard_values)]
        return tuple(sorted(set(paths)))


def load_project(path: str | Path) -> Project:
    """Read and check a project file (or the ``project.toml`` of a folder).

    Raises:
        PlanDataError: with one line for each unknown key, wrong value or bad path.
    """
    file = Path(path)
    if _is_possible(file) and file.is_dir():
        file = file / "project.toml"
    if not _is_possible(file) or not file.is_file():
        raise bad_data("no_project", str(path))
    text = ""
    try:
        text = file.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        _refuse_tables_given_twice(file.name, text)
        raise bad_data("not_toml", file.name, problem=problem) from None
    try:
        facts = TypeAdapter(ProjectFile).validate_python(table)
    except ValidationError as problem:
        raise PlanDataErrors(_listed(file.name, problem, table)) from None
    root = _root(file, facts.project.root)
    problems = _problems(file.name, facts, root) or _output_problems(file, facts, root)
    if problems:
        raise PlanDataErrors(problems)
    return Project(file.resolve(), facts, root)


def _refuse_tables_given_twice(file: str, text: str) -> None:
    """A pasted table beside the one it replaces, which TOML's own words do not tell."""
    seen: dict[str, tuple[str, int]] = {}
    for match in _LAYER_TABLE.finditer(text):
        brackets, role = match.groups()
        line = text.count("\n", 0, match.start(1)) + 1
        former = seen.setdefault(role, (brackets, line))
        if line != former[1] and "[" in (brackets, former[0]):
            place = f"{file}: layers.{role}"
            raise bad_data("table_twice", place, role=role, first=former[1], second=line)


def _root(file: Path, relative: str) -> Path:
    """The folder all paths are relative to: the project file's own, or one above it."""
    folder = file.resolve().parent
    if _is_possible(folder / relative):
        root = (folder / relative).resolve()
        if root in (folder, *folder.parents) and root != Path(root.anchor):
            return root
    raise bad_data("bad_root", f"{file.name}: project.root", value=_short(relative))


def _problems(file: str, facts: ProjectFile, root: Path) -> list[PlanDataError]:
    """What types alone cannot tell: names, paths, years."""
    problems = _path_problems(file, facts, root)
    # a planning database may hold the units; whether it does is seen when it is opened
    if not _as_list(facts.layers.get(Role.UNITS)) and not facts.databases:
        problems.append(bad_data("no_units", f"{file}: layers.units"))
    years = facts.project.target_years
    for key in ("states", "target_years"):
        given = getattr(facts.project, key)
        if len(set(given)) < len(given):
            listed = ", ".join(map(str, given))
            problems.append(bad_data("given_twice", f"{file}: project.{key}", values=listed))
    for number, target in enumerate(facts.targets):
        if target.year not in years:
            place = f"{file}: targets[{number}].year"
            listed = ", ".join(map(str, years))
            problems.append(bad_data("target_year", place, year=target.year, years=listed))
    for day in facts.project.earlier:
        if day >= facts.project.as_of or facts.project.earlier.count(day) > 1:
            place = f"{file}: project.earlier"
            problems.append(bad_data("not_earlier", place, day=day, as_of=facts.project.as_of))
    names: dict[tuple[Role, str], int] = {}
    for role, source in _each_source(facts):
        key = (role, source_name(role, source))
        names[key] = names.get(key, 0) + 1
        if role in RASTER_ROLES and source.fields:
            problems.append(bad_data("raster_fields", f"{file}: layers.{role}.fields"))
        if source.valid_from and source.valid_to and source.valid_to <= source.valid_from:
            dates = {"start": source.valid_from, "end": source.valid_to}
            problems.append(bad_data("validity", f"{file}: layers.{role} ({key[1]})", **dates))
    for (role, name), count in names.items():
        if count > 1:
            problems.append(bad_data("same_source_name", f"{file}: layers.{role}", name=name))
    return problems


def source_name(role: Role, source: LayerSource) -> str:
    """The short name of a source: as given, else its layer or file name."""
    return source.name or source.layer or Path(source.path).stem


def _input_paths(facts: ProjectFile) -> list[tuple[str, str]]:
    """Every input file: where the project file names it, and its path."""
    sources = _each_source(facts)
    places = [(f"layers.{role}.path", source.path) for role, source in sources]
    places += [(f"layers.{role}.codes", source.codes) for role, source in sources if source.codes]
    places += [(f"databases[{n}].path", item.path) for n, item in enumerate(facts.databases)]
    places += [(f"statistics[{n}].path", table.path) for n, table in enumerate(facts.statistics)]
    listed = enumerate(facts.standard_values)
    places += [(f"standard_values[{n}].path", table.path) for n, table in listed]
    return places


def _path_problems(file: str, facts: ProjectFile, root: Path) -> list[PlanDataError]:
    places = _input_paths(facts)
    missing_allowed = [("project.output", facts.project.output)]
    if facts.maps.basemap not in ("", "web"):
        missing_allowed.append(("maps.basemap", facts.maps.basemap))
    problems = []
    for place, value in places + missing_allowed:
        where = f"{file}: {place}"
        if not _is_possible(root / value):
            problems.append(bad_data("impossible_path", where, path=_short(value)))
        elif not _inside(root, value):
            problems.append(bad_data("outside_path", where, path=value))
        elif (place, value) in places and not _is_readable(root / value, place):
            problems.append(bad_data("missing_file", where, path=value))
    return problems


def _is_readable(path: Path, place: str) -> bool:
    """A file, or a folder where the format is one."""
    is_folder = path.suffix.lower() == ".gdb" or place.startswith("databases")
    return path.is_file() or (is_folder and path.is_dir())


def _output_problems(file: Path, facts: ProjectFile, root: Path) -> list[PlanDataError]:
    """No output may ever take the place of an input, nor appear among raw files."""
    output = (root / facts.project.output).resolve()
    where = f"{file.name}: project.output"
    if ("data", "raw") in pairwise(map(str.casefold, output.relative_to(root).parts)):
        return [bad_data("output_in_raw", where, path=facts.project.output)]
    inputs = {file.name: file} | {path: root / path for _, path in _input_paths(facts)}
    if facts.maps.basemap not in ("", "web"):
        inputs[facts.maps.basemap] = root / facts.maps.basemap
    # a link may lie in the output folder, and so may what it leads to
    ends = {n: (p.parent.resolve() / p.name, p.resolve()) for n, p in inputs.items()}
    within = [n for n, paths in ends.items() if any(path.is_relative_to(output) for path in paths)]
    found = {"path": facts.project.output, "files": ", ".join(within)}
    return [bad_data("input_in_output", where, **found)] if within else []


def _is_possible(path: Path) -> bool:
    """Whether this computer can have such a path: not with NUL, too long a name, or in circles."""
    try:
        path.stat()
    except (OSError, ValueError) as problem:
        return isinstance(problem, FileNotFoundError | NotADirectoryError)
    return True


def _inside(root: Path, value: str) -> bool:
    """Whether a path stays inside the root, links resolved; virtual paths never do."""
    if not value or value.startswith(("/vsi", "http:", "https:", "ftp:")) or "://" in value:
        return False
    return (root / value).resolve().is_relative_to(root)


def _each_source(facts: ProjectFile) -> list[tuple[Role, LayerSource]]:
    return [(role, item) for role, sources in facts.layers.items() for item in _as_list(sources)]


def _as_list(sources: LayerSource | list[LayerSource] | None) -> list[LayerSource]:
    if sources is None:
        return []
    return sources if isinstance(sources, list) else [sources]


def _listed(file: str, error: ValidationError, table: dict[str, Any]) -> list[PlanDataError]:
    """One problem per place; of the two readings of ``layers.x`` only the one that was meant."""
    problems: dict[str, PlanDataError] = {}
    for item in error.errors():
        place = [part for part in item["loc"] if part not in ("[key]",)]
        meant = dotted_place(place, table)
        if meant is None:
            continue
        where = f"{file}: {meant}"
        kind = item["type"]
        if kind in ("unexpected_keyword_argument", "extra_forbidden"):
            problems.setdefault(where, bad_data("unknown_key", where, known=_known(place)))
        elif kind in ("missing", "missing_argument"):
            problems.setdefault(where, bad_data("missing_key", where))
        else:
            found = item.get("input")
            problems.setdefault(
                where, bad_data("wrong_value", where, value=_short(found), wanted=wanted(item))
            )
    return list(problems.values())


def _known(place: list[Any]) -> str:
    """The keys that the table in question does know."""
    tables: dict[str, type] = {
        "project": ProjectFacts,
        "layers": LayerSource,
        "databases": DatabaseFacts,
        "statistics": StatisticsSource,
        "derive": DeriveFacts,
        "tolerance": ToleranceFacts,
        "targets": TargetFacts,
        "urban_class": UrbanClassFacts,
        "uncertainty": UncertaintyFacts,
        "standard_values": StandardValues,
        "maps": MapFacts,
    }
    if place and place[0] == "layers" and len(place) == 2:
        return ", ".join(Role)
    if len(place) >= 2 and place[-2] == "origin":
        kind: type = OriginFacts
    else:
        kind = tables.get(str(place[0]), ProjectFile) if len(place) > 1 else ProjectFile
    names = kind.__dataclass_fields__  # ty: ignore[missing-attribute]
    return ", ".join(name.rstrip("_") for name in names)  # class_ is «class» in the file


def _short(value: Any) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= 60 else text[:57] + "..."
