"""What a sheet shows: its classes in drawing order, its notes, and what is said in labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets.boxes import Block
from urbanplan_gis.outputs.sheets.symbols import CITY_BORDER, PAPER, UNIT_BORDER, Symbol
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame

    from urbanplan_gis.outputs.sheets.data import SheetData

#: drawing levels: grounds, areas, patterns over areas, lines, borders
GROUND, AREA, PATTERN, LINE, BORDER = range(5)
_SPECK_M2 = 1.0
_CASING_MM = 0.12


@dataclass(frozen=True, eq=False)
class MapClass:
    """One entry of map and legend: what is drawn in one symbol.

    ``code`` is printed where given; ``heading`` groups entries of the legend; ``note`` is printed
    where the class is drawn.
    """

    key: str
    name: str
    symbol: Symbol
    shapes: np.ndarray
    level: float = AREA
    code: str = ""
    heading: str = ""
    note: str = ""

    def within(self, window: Any) -> np.ndarray:
        """The shapes that show inside ``window`` (an area inside, not merely a shared edge)."""
        if not len(self.shapes):
            return self.shapes
        shapely.prepare(window)
        return self.shapes[
            shapely.intersects(window, self.shapes) & ~shapely.touches(window, self.shapes)
        ]


@dataclass(frozen=True, eq=False)
class Theme:
    """The content of one sheet, before paper and scale are known."""

    classes: tuple[MapClass, ...]
    #: ground to show, in metres
    focus: tuple[float, float, float, float]
    notes: tuple[str, ...] = ()
    #: unit code -> lines below the unit's name
    unit_lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: whether to print codes on patches large enough
    code_labels: bool = False
    #: names of places (parks, plans) printed where they fit: name, ground
    places: tuple[tuple[str, Any], ...] = ()
    #: builds the table of values: (width in mm, base font size in points, brief) -> block
    table: Callable[[float, float, bool], Block] | None = None
    #: whether it is about the communes that are to become wards
    of_slated: bool = False


def geometries(frame: GeoDataFrame) -> np.ndarray:
    """The usable geometries of a frame; broken rings are mended for drawing only."""
    shapes = np.asarray(frame.geometry.array, dtype=object)
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes[broken] = shapely.make_valid(shapes[broken], method="structure")
    return shapes


def merged(shapes: np.ndarray) -> Any:
    """The union of shapes that may overlap."""
    return shapely.union_all(shapes)


def bounds(frame: GeoDataFrame) -> tuple[float, float, float, float]:
    """The extent of a frame in metres."""
    xmin, ymin, xmax, ymax = (float(value) for value in frame.total_bounds)
    return xmin, ymin, xmax, ymax


def unit_names(units: GeoDataFrame) -> dict[str, str]:
    """The name of each unit by its code, on one line; the code itself where there is none."""
    names = units["name"].astype("string").fillna("")
    pairs = zip(units["code"].astype(str), names, strict=True)
    return {code: " ".join(name.split()) or code for code, name in pairs}


def outer_rings(shapes: np.ndarray) -> np.ndarray:
    """The outlines of what the shapes cover together, without holes and specks."""
    parts = shapely.get_parts(merged(shapes))
    return shapely.get_exterior_ring(parts[shapely.area(parts) > _SPECK_M2])


def unit_borders(data: SheetData, cased: bool = False) -> tuple[MapClass, ...]:
    """Borders of units and of the city, each line once so that its dashes stay dashes.

    A white casing keeps them visible on the dark colours of planned functions; elsewhere it would
    cover narrow streets.
    """
    casing = PAPER if cased else None
    heading = say("map.legend.borders", data.lang)
    shapes = geometries(data.units)
    outline = outer_rings(shapes)
    inner = shapely.difference(merged(shapely.boundary(shapes)), merged(outline))
    lines = shapely.get_parts(shapely.line_merge(inner))
    borders = (("unit_border", UNIT_BORDER, lines), ("city_border", CITY_BORDER, outline))
    return tuple(
        MapClass(
            key,
            say(f"map.class.{key}", data.lang),
            replace(symbol, casing=casing, casing_mm=_CASING_MM),
            drawn,
            BORDER,
            heading=heading,
        )
        for key, symbol, drawn in borders
    )
