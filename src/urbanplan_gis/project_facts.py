"""What ``project.toml`` may say: its tables as frozen dataclasses; unknown keys are errors."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.dataclasses import dataclass

from urbanplan_gis.model.data import Role
from urbanplan_gis.text import Name

_STRICT = ConfigDict(extra="forbid", frozen=True)
AUTHORITY = "EPSG:5898"


def _name(value: Any) -> Any:
    if isinstance(value, Name):
        return value
    if isinstance(value, str):
        return Name(vi=value, en=value)
    is_pair = isinstance(value, dict) and set(value) == {"vi", "en"}
    if is_pair and all(isinstance(text, str) for text in value.values()):
        return Name(**value)
    raise ValueError('a text, or { vi = "...", en = "..." }')


SheetFormat = Literal["png", "pdf", "svg"]
SheetForm = Literal["analytic", "drawing"]
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
    #: "yx" where the file gives northings first; "" to find out
    axes: Literal["", "xy", "yx"] = ""
    coordinate_unit: Literal["", "m", "mm", "km"] = ""
    encoding: str = ""
    #: what single columns of text are encoded in, where reading them alone does not tell
    text: dict[str, str] = Field(default_factory=dict)
    #: features of which a field has one of these values; the others are not of this layer
    only: dict[str, list[str]] = Field(default_factory=dict)
    #: layers of a drawing whose open lines are joined into rings
    polygonise: tuple[str, ...] = ()
    fields: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    set: dict[str, str | int | float | bool | dt.date] = Field(default_factory=dict)
    codes: str = ""
    code_list: str = ""
    #: values that neither list nor mapping file knows are recognised by their words and colour
    recognise: bool = False
    #: the field with the fill colour of a drawing, a second witness when values are recognised
    colour: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    priority: Priority = 0
    #: denominator of the scale it was drawn at: 2000 for 1:2000
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    #: probability (0-1) that the class of a feature is wrong
    class_error: Annotated[float, Field(ge=0, lt=1)] | None = None
    origin: OriginFacts = Field(default_factory=OriginFacts)


@dataclass(config=_STRICT)
class DatabaseFacts:
    """An official planning database (Circular 16/2025/TT-BXD): a folder ``CSDL_<name>``."""

    path: str
    #: of all its classes, where the file states none or a wrong one
    crs: str = ""
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
    #: days before as_of that are measured too, for the trend
    earlier: tuple[dt.date, ...] = ()
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
    source: Annotated[str, Field(min_length=1, pattern=r"\S")]
    confidence: Literal["verbatim", "second-hand", "unverified"] = "unverified"
    scope: Literal["city", "slated", "wards"] = "city"


@dataclass(config=_STRICT)
class UncertaintyFacts:
    """How far figures may be off; what is not declared is not known, never taken for none."""

    #: standard deviation of each coordinate of a drawn vertex on the map; our proposal
    position_mm: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.3
    #: relative standard deviation (%) of the persons of one unit
    population_percent: Annotated[float, Field(gt=0, lt=100)] | None = None


@dataclass(config=_STRICT)
class UrbanClassFacts:
    """Which urban class the city has, for norms by class, and its region in the scoring."""

    class_: Annotated[Literal["I", "II", "III"], Field(alias="class")] = "II"
    region: str = ""


@dataclass(config=_STRICT)
class StandardValues:
    """A table of values of urban standards that no layer tells (CSV or XLSX)."""

    path: str
    sheet: str = ""


@dataclass(config=_STRICT)
class TitleBlock:
    """What the title block says; what is missing is left to be filled in by hand."""

    approving_authority: ProjectName | None = None
    appraising_authority: ProjectName | None = None
    commissioning_authority: ProjectName | None = None
    consultant: ProjectName | None = None
    project: ProjectName | None = None
    drawing: ProjectName | None = None
    number: ProjectName | None = None
    date: ProjectName | None = None
    #: of an analytic sheet: the report it is attached to
    attached_to: ProjectName | None = None


@dataclass(config=_STRICT)
class MapFacts:
    """How map sheets are printed; a file of ``maps/`` may say otherwise for its sheet."""

    paper: Literal["A4", "A3", "A2", "A1", "A0"] = "A3"
    orientation: Literal["landscape", "portrait"] = "landscape"
    scale: Annotated[int, Field(gt=0)] | None = None
    dpi: Annotated[int, Field(ge=72, le=600)] = 300
    basemap: str = ""
    outputs: Annotated[tuple[SheetFormat, ...], Field(min_length=1)] = ("png", "pdf", "svg")
    form: SheetForm = "analytic"
    #: symbols that can be told apart without colour
    grey: bool = False
    title_block: TitleBlock = Field(default_factory=TitleBlock)


@dataclass(config=_STRICT)
class ProjectFile:
    """The whole of ``project.toml``."""

    project: ProjectFacts
    layers: dict[Role, LayerSource | list[LayerSource]] = Field(default_factory=dict)
    databases: list[DatabaseFacts] = Field(default_factory=list)
    statistics: list[StatisticsSource] = Field(default_factory=list)
    derive: DeriveFacts = Field(default_factory=DeriveFacts)
    tolerance: ToleranceFacts = Field(default_factory=ToleranceFacts)
    confirmed_class_sets: tuple[str, ...] = ()
    #: thresholds nobody has verified may decide verdicts, which stay marked
    allow_unverified: bool = False
    definitions: dict[str, str] = Field(default_factory=dict)
    targets: list[TargetFacts] = Field(default_factory=list)
    urban_class: UrbanClassFacts = Field(default_factory=UrbanClassFacts)
    standard_values: list[StandardValues] = Field(default_factory=list)
    uncertainty: UncertaintyFacts = Field(default_factory=UncertaintyFacts)
    maps: MapFacts = Field(default_factory=MapFacts)
