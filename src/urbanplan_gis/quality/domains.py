"""Values of the right type that cannot be: storeys, road classes, widths, years, dates, areas.

One finding for each value of each column, however many features carry it: what stands for
"unknown" in a source (0, -1, 1900-01-01) is one mistake, not thousands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.text import Text


@dataclass(frozen=True)
class _Range:
    """From the lowest to the highest value that can be."""

    low: float
    high: float

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.isnan(values) | ((self.low <= values) & (values <= self.high))

    @property
    def words(self) -> Text:
        if np.isinf(self.high):
            return Text.of("value_range.positive")
        return Text.of("value_range.between", low=f"{self.low:g}", high=f"{self.high:g}")


_POSITIVE = _Range(np.nextafter(0, 1), np.inf)
#: QCVN 01:2021/BXD, Table 2.17, ranks roads from 1 to 10; the other limits are our judgement of
#: what is certainly a mistake (no building of the country has 100 storeys)
_RANGES: Mapping[str, _Range] = {
    "floors": _Range(0, 100),
    "road_class": _Range(1, 10),
    "horizon_year": _Range(1990, 2100),
    "declared_area_ha": _POSITIVE,
    "declared_area_m2": _POSITIVE,
}
#: days on which something was decided; days of validity may stand for "always" and "never"
_DECIDED_ON = ("approved", "revoked", "ward_since")
_FIRST_DAY, _LAST_DAY = pd.Timestamp(1950, 1, 1), pd.Timestamp(2100, 12, 31)


def check_domains(layers: Mapping[Role, Layer]) -> list[Finding]:
    """Numbers outside what their column can hold."""
    return [
        _of_value(layer, rows, "attribute_domain", field=column, value=value, wanted=limits.words)
        for column, limits in _RANGES.items()
        for layer, values in _columns(layers, column)
        for value, rows in _each_value(values, ~limits.holds(_numbers(values)))
    ]


def check_widths(roads: Layer, width_m: tuple[float, float]) -> list[Finding]:
    """Widths outside the range given in m, or that are none; sized by the ground they stand for."""
    values = roads.frame["width_m"]
    limits = _Range(max(width_m[0], _POSITIVE.low), width_m[1])
    said = Text.of("value_range.between", low=f"{width_m[0]:g}", high=f"{width_m[1]:g}")
    return [
        _of_value(roads, rows, "road_width_range", value=value, wanted=said)
        for value, rows in _each_value(values, ~limits.holds(_numbers(values)))
    ]


def check_date_range(layers: Mapping[Role, Layer], as_of: dt.date) -> list[Finding]:
    """Days of decisions before 1950 or after 2100, and features approved after ``as_of``.

    (Of plans approved later :func:`check_plan_dates` says that they are not in force.)
    """
    findings = []
    for column in _DECIDED_ON:
        for layer, values in _columns(layers, column):
            days = pd.to_datetime(values)
            odd = ((days < _FIRST_DAY) | (days > _LAST_DAY)).to_numpy()
            findings += [
                _of_value(layer, rows, "date_out_of_range", field=column, value=day.date())
                for day, rows in _each_value(days, odd)
            ]
            later = (days > pd.Timestamp(as_of)).to_numpy() & ~odd
            if column == "approved" and layer.role != Role.PLANS and later.any():
                rows = np.flatnonzero(later)
                findings.append(_of_value(layer, rows, "approved_after_as_of", day=as_of))
    return findings


def _columns(layers: Mapping[Role, Layer], column: str) -> Iterator[tuple[Layer, pd.Series]]:
    """The layers that have a column, with its values."""
    for layer in layers.values():
        if layer.frame is not None and column in layer.frame:
            yield layer, layer.frame[column]


def _numbers(values: pd.Series) -> NDArray[np.float64]:
    return values.to_numpy(dtype=float, na_value=np.nan)


def _each_value(
    values: pd.Series, chosen: NDArray[np.bool_]
) -> Iterator[tuple[Any, NDArray[np.intp]]]:
    """Each distinct value among the chosen rows, ascending, with its rows."""
    rows = np.flatnonzero(chosen)
    found = values.iloc[rows].reset_index(drop=True)
    for value, places in sorted(found.groupby(found).indices.items()):
        yield value, rows[places]


def _of_value(layer: Layer, rows: NDArray[np.intp], code: str, **params: object) -> Finding:
    chosen = layer.frame.iloc[rows]
    geometries = chosen.geometry.to_numpy()
    size = float(shapely.area(geometries).sum())
    if code == "road_width_range":
        size = float((shapely.length(geometries) * chosen["width_m"].clip(lower=0)).sum())
    return Finding(
        code=code,
        severity=Severity.INFO if code == "approved_after_as_of" else Severity.WARNING,
        layer=str(layer.role),
        feature_ids=tuple(chosen["feature_id"]),
        message=Text.of(f"finding.{code}", count=len(rows), **params),
        action="reported",
        geometry=_together(geometries),
        area_m2=size or None,
    )


def _together(geometries: NDArray[np.object_]) -> shapely.Geometry:
    """All geometries as one, as they are drawn."""
    if len(geometries) == 1:
        return geometries[0]
    parts = shapely.get_parts(geometries)
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return make[int(shapely.get_dimensions(parts).max())](parts)
