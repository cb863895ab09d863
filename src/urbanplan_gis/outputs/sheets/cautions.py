"""What a reader must be wary of: ground nobody knows, errors nobody has decided."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.sheets import styles
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.theme import geometries, merged
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from urbanplan_gis.outputs.sheets.data import SheetData

_M2_PER_HA = 10_000.0
#: a smaller share would be printed as 0,0 %
_LEAST_SHARE = 0.0005
_FILES = {
    "land_use": styles.LAND_FILE,
    "zoning": styles.PLAN_FILE,
    "general_plan": styles.PLAN_FILE,
}
_CITY = "city"


def cautions(
    data: SheetData, roles: Sequence[str], figures: DataFrame | None, window: Any
) -> tuple[str, ...]:
    """Warnings about the ground inside ``window``, for a sheet that draws these layers and, if it
    shows an indicator, these figures."""
    said = [_unknown(data, role, window) for role in roles if role in _FILES]
    if figures is not None:
        said.append(_incomplete(figures, data.lang))
    said.append(_errors(data, window))
    return tuple(line for line in said if line)


def _unknown(data: SheetData, role: str, window: Any) -> str:
    """How much of the ground has no known code: of the units for land use, else of the layer."""
    frame = data.layer(role)
    if frame is None:
        return ""
    if role == "land_use":
        ground = shapely.intersection(merged(geometries(data.units)), window)
    else:
        ground = shapely.intersection(merged(geometries(frame)), window)
    whole = ground.area
    if not whole:
        return ""
    missing = max(whole - _area_within(_known(frame, _FILES[role]), ground), 0.0)
    if missing / whole < _LEAST_SHARE:
        return ""
    return say(
        f"sheet.caution.{role}",
        data.lang,
        percent=reader_number(_rounded(100 * missing / whole), 1),
        ha=reader_number(missing / _M2_PER_HA, 1),
    )


def _known(frame: GeoDataFrame, file: str) -> np.ndarray:
    """The geometries of features whose code the list has."""
    lists = frame["code_list"].astype("string").fillna("")
    codes = frame["code"].astype("string").fillna("")
    pairs = list(zip(lists, codes, strict=True))
    known = {pair for pair in set(pairs) if styles.style_of(file, *pair) is not None}
    return geometries(frame[np.array([pair in known for pair in pairs], dtype=bool)])


def _area_within(shapes: np.ndarray, ground: Any) -> float:
    """Square metres of shapes that do not overlap, inside the ground."""
    shapely.prepare(ground)
    inside = shapely.contains_properly(ground, shapes)
    edge = shapes[~inside & shapely.intersects(ground, shapes)]
    return float(
        shapely.area(shapes[inside]).sum() + shapely.area(shapely.intersection(edge, ground)).sum()
    )


def _incomplete(figures: DataFrame, lang: str) -> str:
    """How much of the ground that the city's figure rests on is not known."""
    city = figures[figures["unit_code"] == _CITY]
    known = [float(value) for value in city["completeness"] if not math.isnan(float(value))]
    if not known or 1 - min(known) < _LEAST_SHARE:
        return ""
    percent = reader_number(_rounded(100 * (1 - min(known))), 1)
    return say("sheet.caution.figures", lang, percent=percent)


def _errors(data: SheetData, window: Any) -> str:
    """Errors that nobody has decided, on the sheet or in the data as a whole."""
    errors = undecided_errors(data)
    if errors is None or errors.empty:
        return ""
    shapes = np.asarray(errors.geometry.array, dtype=object)
    nowhere = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    here = ~nowhere & shapely.intersects(shapes, window)
    if not (here | nowhere).any():
        return ""
    hectares = float(np.nansum(errors.loc[here, "area_ha"].to_numpy(dtype=float)))
    words = say(
        "sheet.caution.errors",
        data.lang,
        count=int(here.sum()),
        ha=reader_number(hectares, 1 if hectares >= 1 or not hectares else 2),
    )
    if not nowhere.any():
        return words
    more = say("sheet.caution.errors_nowhere", data.lang, count=int(nowhere.sum()))
    return f"{words} {more}" if here.any() else more


def undecided_errors(data: SheetData) -> GeoDataFrame | None:
    """The findings of severity error that no decision settles."""
    findings = data.layers.get("findings")
    if findings is None:
        return None
    decided = findings["action"].astype("string").fillna("").str.startswith("decided")
    is_error = findings["severity"].astype("string") == Severity.ERROR.value
    return findings[(is_error & ~decided).to_numpy(dtype=bool, na_value=False)]


def _rounded(percent: float) -> float:
    """A share of what is missing, never rounded to all or nothing."""
    return min(max(round(percent, 1), 0.1), 99.9) if 0 < percent < 100 else percent
