"""What a map sheet is drawn from, and how it is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Origin
from urbanplan_gis.text import LANGUAGES, Name, Text, number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

#: largest and smallest scale a sheet can have (the n of 1:n)
SCALES = (100, 5_000_000)
#: layers a sheet can be composed of, as :class:`SheetData` names them
ROLES = (
    "units", "land_use", "zoning", "general_plan", "plans", "roads", "right_of_way", "transport",
    "green", "parking", "projects", "buildings", "facilities", "findings",
)  # fmt: skip
#: files of a sheet, in the order they are written
OUTPUTS = ("png", "pdf", "svg")
#: paper sizes, portrait: width and height in millimetres
PAPERS = {"A4": (210, 297), "A3": (297, 420), "A2": (420, 594), "A1": (594, 841), "A0": (841, 1189)}


@dataclass(frozen=True, eq=False)
class SheetData:
    """Everything the sheets of one project show, in the project CRS (metres).

    ``units`` has code, name, kind (ward or commune), slated and geometry. ``layers`` holds, by
    role name, whatever is at hand: land_use and zoning (code, code_list), general_plan (code,
    code_list), plans (plan_id, name, kind, approved, revoked, in_force), roads (name,
    road_class 1-8, width_m), right_of_way (name), green (kind, name), parking, transport
    (the land counted as transport), and findings (severity, action, area_ha). ``figures`` has the
    columns of ``indicators.csv`` and ``is_default``.
    """

    title: Name
    crs: str
    as_of: dt.date
    boundaries: str
    lang: str
    synthetic: bool
    units: GeoDataFrame
    layers: Mapping[str, GeoDataFrame]
    figures: DataFrame
    origins: tuple[Origin, ...]
    #: whether it is a draft, or which delivery it belongs to
    standing: Text
    #: role -> names of the origins that feed it; without it every sheet lists all origins
    sources_by_role: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def layer(self, role: str) -> GeoDataFrame | None:
        """The layer of a role, or None where it is missing or empty."""
        frame = self.layers.get(role)
        return None if frame is None or frame.empty else frame


@dataclass(frozen=True)
class SheetOptions:
    """Paper, scale (the n of 1:n; None for the best standard one) and resolution of a sheet.

    ``basemap`` is the path of a local MBTiles or GeoTIFF file, or ``web`` for web tiles; ``grey``
    asks for symbols that can be told apart without colour.
    """

    paper: str = "A3"
    landscape: bool = True
    scale: int | None = None
    dpi: int = 300
    basemap: str | Path | None = None
    grey: bool = False
    outputs: tuple[str, ...] = OUTPUTS[:2]

    def __post_init__(self) -> None:
        if self.paper not in PAPERS:
            raise sheet_error("paper", "paper", value=self.paper, known=", ".join(PAPERS))
        if self.scale is not None and not SCALES[0] <= self.scale <= SCALES[1]:
            raise sheet_error("scale", "scale", value=self.scale)
        if not 50 <= self.dpi <= 1200:
            raise sheet_error("dpi", "dpi", value=self.dpi)

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height of the paper in millimetres."""
        short, long = PAPERS[self.paper]
        return (long, short) if self.landscape else (short, long)


def sheet_error(kind: str, where: str, **params: object) -> PlanDataError:
    """The error ``map.error.<kind>`` of the catalogue."""
    return PlanDataError(
        where,
        Text.of(f"map.error.{kind}.found", **params),
        Text.of(f"map.error.{kind}.expected", **params),
        Text.of(f"map.error.{kind}.fix", **params),
    )


def reader_number(value: float, decimals: int) -> Name:
    """A number in the form of each language, for use inside a sentence."""
    return Name(*(number(value, lang, decimals) for lang in LANGUAGES))
