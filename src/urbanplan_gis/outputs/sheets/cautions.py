"""What a reader must be wary of: ground nobody knows, errors nobody has decided."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.sheets import styles
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.theme import geometries, merged
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

    from urbanplan_gis.outputs.sheets.data import SheetData

_M2_PER_HA = 10_000.0
#: a smaller share would be printed as 0,0 %
_LEAST_SHARE = 0.0005
#: less would be printed as 0,00 ha
_LEAST_HA = 0.005
_FILES = {
    "land_use": styles.LAND_FILE,
    "zoning": styles.PLAN_FILE,
    "general_plan": styles.PLAN_FILE,
}
_CITY, _FINDINGS = "city", "findings"


@dataclass(frozen=True, eq=False)
class Cautions:
    """The warnings of a sheet that draws the layers of ``roles`` and, if it shows an indicator,
    these ``figures``."""

    data: SheetData
    roles: tuple[str, ...]
    figures: DataFrame | None = None
    _said: dict[Any, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def within(self, window: Any) -> tuple[str, ...]:
        """The warnings about the ground inside a window (metres)."""
        # a window over everything says the same however large it is
        key = None if shapely.contains(window, self._everything) else window.bounds
        if key not in self._said:
            self._said[key] = tuple(line for line in self._lines(window) if line)
        return self._said[key]

    def _lines(self, window: Any) -> Iterator[str]:
        for role in self.roles:
            if role in _FILES and self.data.layer(role) is not None:
                yield self._unknown(role, window)
        if self.figures is not None:
            yield _incomplete(self.figures, self.data.lang)
        yield _errors(self.data, window)

    def _unknown(self, role: str, window: Any) -> str:
        """How much of the ground has no known code: of the units for land use, else of the
        layer."""
        ground = shapely.intersection(self._grounds[role], window)
        whole = ground.area
        if not whole:
            return ""
        missing = max(whole - _area_within(self._known[role], ground), 0.0)
        if missing / whole < _LEAST_SHARE:
            return ""
        return say(
            f"sheet.caution.{role}",
            self.data.lang,
            percent=reader_number(_rounded(100 * missing / whole), 1),
            ha=reader_number(missing / _M2_PER_HA, 1),
        )

    @cached_property
    def _everything(self) -> Any:
        frames = [
            self.data.units,
            *(self.data.layers.get(role) for role in (*self.roles, _FINDINGS)),
        ]
        found = [frame.total_bounds for frame in frames if frame is not None and len(frame)]
        corners = np.array([box for box in found if np.isfinite(box).all()])
        if not len(corners):
            return shapely.Polygon()
        return shapely.box(*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0))

    @cached_property
    def _grounds(self) -> dict[str, Any]:
        """By role, the ground that should have a code."""
        frames = {role: self.data.layer(role) for role in self.roles if role in _FILES}
        return {
            role: merged(geometries(self.data.units if role == "land_use" else frame))
            for role, frame in frames.items()
            if frame is not None
        }

    @cached_property
    def _known(self) -> dict[str, np.ndarray]:
        """By role, the geometries of features whose code the list has."""
        return {
            role: _of_known_code(frame, _FILES[role])
            for role in self._grounds
            if (frame := self.data.layer(role)) is not None
        }


def _of_known_code(frame: GeoDataFrame, file: str) -> np.ndarray:
    pairs = frame[["code_list", "code"]].astype("string").fillna("")
    numbers = pairs.groupby(["code_list", "code"], sort=False).ngroup().to_numpy()
    first = pairs[~pairs.duplicated()]
    known = [
        styles.style_of(file, *pair) is not None
        for pair in zip(first["code_list"], first["code"], strict=True)
    ]
    return geometries(frame[np.array(known, dtype=bool)[numbers]])


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
        "sheet.caution.errors" if hectares >= _LEAST_HA else "sheet.caution.errors_without_area",
        data.lang,
        count=int(here.sum()),
        ha=reader_number(hectares, 1 if hectares >= 1 else 2),
    )
    if not nowhere.any():
        return words
    more = say("sheet.caution.errors_nowhere", data.lang, count=int(nowhere.sum()))
    return f"{words} {more}" if here.any() else more


def undecided_errors(data: SheetData) -> GeoDataFrame | None:
    """The findings of severity error that no decision settles."""
    findings = data.layers.get(_FINDINGS)
    if findings is None:
        return None
    decided = findings["action"].astype("string").fillna("").str.startswith("decided")
    is_error = findings["severity"].astype("string") == Severity.ERROR.value
    return findings[(is_error & ~decided).to_numpy(dtype=bool, na_value=False)]


def _rounded(percent: float) -> float:
    """A share of what is missing, never rounded to all or nothing."""
    return min(max(round(percent, 1), 0.1), 99.9) if 0 < percent < 100 else percent
