"""``project.toml`` -> :class:`Project`: the one file a planner edits, and the only place that
knows paths.

Every unknown key and wrong value is listed at once with its place. Paths stay inside the
project's root; virtual GDAL paths are refused.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, bad_data
from urbanplan_gis.model.data import RASTER_ROLES, Role
from urbanplan_gis.project_words import dotted_place, wanted
from urbanplan_gis.text import Name

_STRICT = ConfigDict(extra="forbid", frozen=True)
AUTHORITY = "EPSG:5898"


def _name(value: Any) -> Any:
    if isinstance(value, str):
        return Name(vi=value, en=value)
    is_pair = isinstance(value, dict) and set(value) == {"vi", "en"}
    if is_pair and all(isinstance(text, str) for text in value.values()):
        return Name(**value)
    raise ValueError('a text, or { vi = "...", en = "..." }')


ProjectName = Annotated[Name, BeforeValidator(_name)]
Tolerance = Annotated[float, Field(ge=0, allow_inf_nan=False)]
#: priorities become 64-bit numbers, and decisions count on from the largest
Priority = Annotated[int, Field(gt=-(2**31), lt=2**31)]


@dataclass(config=_STRICT)
class OriginFacts:
    """What the planner knows about a source; printed on every map and table made from it."""

    publisher: str = ""
    document: str = ""
    date: dt.date | None = None
    licence: str = ""


@dataclass(config=_STRICT)
class LayerSource:
    """One file that feeds a role."""

    path: str
    layer: str = ""
    name: str = ""
    crs: str = ""
    encoding: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    set: dict[str, str | int | float | bool | dt.date] = Field(default_factory=dict)
    codes: str = ""
    code_list: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    priority: Priority = 0
    origin: OriginFacts = Field(default_factory=OriginFacts)


@dataclass(config=_STRICT)
class StatisticsSource:
    """One table of statistics by unit and year (CSV or XLSX)."""

    path: str
    sheet: str = ""
    name: str = ""
    fields: dict[str, str] = Field(default_factory=dict)
    origin: OriginFacts = Field(default_factory=OriginFacts)


@dataclass(config=_STRICT)
class ProjectFacts:
    """What the project is about, and the day it is evaluated for."""

    name: ProjectName
    as_of: dt.date
    boundaries: str
    crs: str = AUTHORITY
    root: str = "."
    output: str = "data/processed"
    language: Literal["vi", "en", "both"] = "both"
    synthetic: bool = False
    states: tuple[Literal["existing", "planned"], ...] = ("existing", "planned")
    target_years: tuple[int, ...] = (2025, 2030)


@dataclass(config=_STRICT)
class DeriveFacts:
    """Layers nobody delivered and how they are obtained, with their assumptions."""

    street_land: tuple[str, ...] = ()
    centrelines: bool = True
    cap: Literal["flat", "square", "round"] = "flat"
    join: Literal["round", "mitre", "bevel"] = "round"
    quadrant_segments: Annotated[int, Field(ge=1, le=64)] = 16


@dataclass(config=_STRICT)
class ToleranceFacts:
    """From where on a difference becomes a finding. Nothing is ever dropped by tolerance."""

    declared_area_percent: Tolerance = 1.0
    gap_m2: Tolerance = 0.0
    overlap_m2: Tolerance = 0.0
    #: gaps and overlaps nowhere wider than this are slivers
    sliver_m: Tolerance = 0.5
    #: a road that ends this near another one without meeting it was meant to meet it
    road_gap_m: Tolerance = 5.0
    road_width_m: tuple[Tolerance, Tolerance] = (1.0, 120.0)


@dataclass(config=_STRICT)
class TargetFacts:
    """A target of the office's own, beside those of the programme."""

    indicator: str
    year: int
    value: Annotated[float, Field(allow_inf_nan=False)]
    sense: Literal["at_least", "above", "about", "at_most", "all"]
    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["verbatim", "second-hand", "unverified"] = "unverified"
    scope: Literal["city", "slated", "wards"] = "city"


@dataclass(config=_STRICT)
class MapFacts:
    """How map sheets are printed."""

    paper: Literal["A4", "A3", "A2", "A1", "A0"] = "A3"
    orientation: Literal["landscape", "portrait"] = "landscape"
    scale: Annotated[int, Field(gt=0)] | None = None
    dpi: Annotated[int, Field(ge=72, le=600)] = 300
    basemap: str = ""


@dataclass(config=_STRICT)
class ProjectFile:
    """The whole of ``project.toml``."""

    project: ProjectFacts
    layers: dict[Role, LayerSource | list[LayerSource]]
    statistics: list[StatisticsSource] = Field(default_factory=list)
    derive: DeriveFacts = Field(default_factory=DeriveFacts)
    tolerance: ToleranceFacts = Field(default_factory=ToleranceFacts)
    confirmed_class_sets: tuple[str, ...] = ()
    definitions: dict[str, str] = Field(default_factory=dict)
    targets: list[TargetFacts] = Field(default_factory=list)
    maps: MapFacts = Field(default_factory=MapFacts)


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
        self.definitions = facts.definitions
        self.confirmed_class_sets = facts.confirmed_class_sets
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
        paths += [table.path for table in self.statistics]
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
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
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
    if Role.UNITS not in facts.layers or not _as_list(facts.layers[Role.UNITS]):
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
    places += [(f"statistics[{n}].path", table.path) for n, table in enumerate(facts.statistics)]
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
        elif (place, value) in places and not (root / value).is_file():
            problems.append(bad_data("missing_file", where, path=value))
    return problems


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
        "statistics": StatisticsSource,
        "derive": DeriveFacts,
        "tolerance": ToleranceFacts,
        "targets": TargetFacts,
        "maps": MapFacts,
    }
    if place and place[0] == "layers" and len(place) == 2:
        return ", ".join(Role)
    if len(place) >= 2 and place[-2] == "origin":
        kind: type = OriginFacts
    else:
        kind = tables.get(str(place[0]), ProjectFile) if len(place) > 1 else ProjectFile
    return ", ".join(kind.__dataclass_fields__)  # ty: ignore[missing-attribute]


def _short(value: Any) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= 60 else text[:57] + "..."
