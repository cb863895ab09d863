"""The nouns of the data side. Frozen; metadata travels beside frames, never inside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from urbanplan_gis.text import Text


class Role(StrEnum):
    """What a layer is for."""

    UNITS = "units"
    LAND_USE = "land_use"
    ZONING = "zoning"
    PLANS = "plans"
    ROADS = "roads"
    RIGHT_OF_WAY = "right_of_way"
    GREEN = "green"
    GENERAL_PLAN = "general_plan"
    PROJECTS = "projects"
    BUILDINGS = "buildings"
    FACILITIES = "facilities"
    PARKING = "parking"
    POPULATION = "population"
    LAND_COVER = "land_cover"


#: what a table of statistics may hold, by unit and year
STATISTICS = (
    "residents",
    "temporary_residents",
    "horizon_population",
    "households",
    "fibre_households",
    "adults",
    "e_payment_adults",
    "floor_area_m2",
    # what a resolution or a plan of reorganisation states of a unit: «quy mô dân số», ha
    "declared_population",
    "declared_area_ha",
)
#: statistics that count where they are given; all others are required
OPTIONAL_STATISTICS = frozenset({"temporary_residents"})
#: numbers of units that come with a layer, not with a year
STATISTICS_OF_LAYERS = ("official_area", "grid_residents")
RASTER_ROLES = frozenset({Role.POPULATION, Role.LAND_COVER})


class Severity(StrEnum):
    """How much a finding matters: errors bias figures, warnings may, information explains."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Origin:
    """Where a source comes from, and what was understood of it when it was read."""

    source: str
    path: str
    layer: str = ""
    sha256: str = ""
    encoding: str = ""
    crs: str = ""
    crs_reason: str = ""
    publisher: str = ""
    document: str = ""
    date: dt.date | None = None
    licence: str = ""


@dataclass(frozen=True, eq=False)
class Layer:
    """The conformed features of one role in the project CRS.

    ``frame`` is a GeoDataFrame with the columns the role declares
    (:mod:`urbanplan_gis.loaders.schema`), ``feature_id`` unique within the role.
    """

    role: Role
    frame: Any
    origins: tuple[Origin, ...] = ()

    def with_frame(self, frame: Any) -> Layer:
        return replace(self, frame=frame)


@dataclass(frozen=True, eq=False)
class Finding:
    """One defect in data: what, where, how large (m²), and what was done about it."""

    code: str
    severity: Severity
    layer: str
    feature_ids: tuple[str, ...]
    message: Text
    action: str
    geometry: Any = None
    area_m2: float | None = None
    finding_id: str = ""
    #: features of the source that this finding removed, so that features reconcile
    dropped: int = 0


@dataclass(frozen=True)
class Decision:
    """What a person chose about a finding; kept in ``decisions.csv`` and applied at every run."""

    finding_id: str
    choice: str
    who: str
    when: str
    why: str


@dataclass(frozen=True)
class FeatureCount:
    """Features of one source: read, kept, and set aside by findings (read = kept + set aside)."""

    source: str
    role: str
    read: int
    kept: int
    set_aside: int


@dataclass(frozen=True, eq=False)
class Statistic:
    """One published number of one unit and year, with where it came from."""

    unit_code: str
    year: int
    name: str
    value: float
    origin: Origin


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything loaded for one project: layers by role, statistics, rasters, findings so far."""

    layers: Mapping[Role, Layer]
    statistics: tuple[Statistic, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: tuple[FeatureCount, ...] = ()
    origins: tuple[Origin, ...] = field(default=())
    #: by source, what its values were recognised as (the lines of a mapping file)
    recognised: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def layer(self, role: Role) -> Layer | None:
        return self.layers.get(role)

    def with_layers(self, layers: Mapping[Role, Layer], findings: tuple[Finding, ...]) -> Dataset:
        return replace(self, layers=layers, findings=self.findings + findings)
