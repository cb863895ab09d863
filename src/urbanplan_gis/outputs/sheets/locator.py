"""Where the ground of a sheet lies in the city."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, paragraph, smaller, stack
from urbanplan_gis.outputs.sheets.symbols import INK, RED, Symbol
from urbanplan_gis.text import say


def locator(
    units: np.ndarray,
    city: np.ndarray,
    window: Any,
    width: float,
    height: float,
    size: float,
    lang: str,
) -> Block:
    """The city's units with the ground of the sheet outlined, in at most width by height mm."""
    title = paragraph(say("map.locator", lang), Font(smaller(size, 0.9)), width, "center")
    xmin, ymin, xmax, ymax = shapely.total_bounds([*city, window])
    factor = min(width / (xmax - xmin), height / (ymax - ymin))
    shift = (width - (xmax - xmin) * factor) / 2
    down = (ymax - ymin) * factor

    def onto(points: np.ndarray) -> np.ndarray:
        x = (points[:, 0] - xmin) * factor + shift
        return np.column_stack([x, down - (points[:, 1] - ymin) * factor])

    thin = Symbol(fill="#ececec", edge="#9a9a9a", edge_mm=0.1)
    small = shapely.transform(shapely.MultiPolygon(shapely.get_parts(units).tolist()), onto)
    marks = (
        Mark(small, thin),
        Mark(
            shapely.transform(shapely.MultiPolygon(city.tolist()), onto),
            Symbol(edge=INK, edge_mm=0.22),
        ),
        Mark(shapely.transform(window, onto), Symbol(edge=RED, edge_mm=0.4)),
    )
    return stack([title, Block(width, down, marks)], gap=0.5)
