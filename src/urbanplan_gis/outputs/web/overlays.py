"""What lies over the ground: units, plans, streets and named parks, each as shapes and a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.outputs.sheets import symbols
from urbanplan_gis.outputs.sheets.mapframe import short_name
from urbanplan_gis.outputs.web.encoding import pack_shapes
from urbanplan_gis.outputs.web.ground import simpler
from urbanplan_gis.outputs.web.plane import Plane
from urbanplan_gis.outputs.web.signs import sign
from urbanplan_gis.outputs.web.words import pair
from urbanplan_gis.text import Text, date

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

_ZONING = "zoning"
#: kinds of units that have an abbreviation
_KINDS = ("ward", "commune")


def units(run: StoredRun, plane: Plane) -> dict[str, Any]:
    """Units with their borders, names and where to write them."""
    frame = run.layer("units")
    shapes, _ = simpler(_shapes(frame), plane)
    listed = []
    for row, shape in zip(frame.to_dict("records"), shapes, strict=True):
        code = str(row["code"])
        name = " ".join(str(row["name"] or "").split()) or code
        kind = str(row["kind"])
        listed.append(
            {
                "code": code,
                "name": name,
                "short": short_name(name, kind) if kind in _KINDS else name,
                "slated": bool(row["slated"]),
                "hectares": float(row["geometry"].area) / 1e4,
                "at": _inside(shape, plane),
            }
        )
    return {
        "shapes": pack_shapes(shapes, plane.origin, plane.quantum).data,
        "list": listed,
        "legend": _legend(("unit_border", symbols.UNIT_BORDER), ("slated", symbols.SLATED_BORDER)),
        "class": [1 if unit["slated"] else 0 for unit in listed],
    }


def plans(run: StoredRun, plane: Plane) -> dict[str, Any] | None:
    """Extents of plans: in force, not in force, and those of other kinds."""
    if "plans" not in run.layers:
        return None
    frame = run.layer("plans")
    shapes = _single(_shapes(frame), plane)
    kinds = frame["kind"].astype("string").fillna("").to_list()
    standing = frame["zoning_in_force"].fillna(False).astype(bool).to_list()
    listed, classes = [], []
    for row, shape, kind, in_force in zip(
        frame.to_dict("records"), _shapes(frame), kinds, standing, strict=True
    ):
        listed.append(
            {
                "id": _text(row["plan_id"]),
                "name": _text(row["name"]),
                "kind": kind,
                "decision": _text(row["decision"]),
                "approved": _day(row["approved"]),
                "revoked": _day(row["revoked"]),
                "replaced_by": _text(row["replaced_by"]),
                "in_force": in_force,
                "hectares": float(shape.area) / 1e4 if shape is not None else 0.0,
                "source": _text(row["source"]),
            }
        )
        classes.append(2 if kind != _ZONING else 0 if in_force else 1)
    return {
        "shapes": pack_shapes(shapes, plane.origin, plane.quantum).data,
        "list": listed,
        "legend": _legend(
            ("in_force", symbols.PLAN_IN_FORCE),
            ("not_in_force", symbols.PLAN_NOT_IN_FORCE),
            ("other_plan", symbols.SLATED_BORDER),
        ),
        "void": sign(symbols.PLAN_VOID),
        "class": classes,
    }


def roads(run: StoredRun, plane: Plane) -> dict[str, Any] | None:
    """Streets by rank, the highest rank drawn last."""
    if "roads" not in run.layers:
        return None
    frame = run.layer("roads")
    ranks = frame["road_class"].astype("Float64").fillna(0).astype(int).to_list()
    known = [rank for rank in symbols.ROADS if rank in ranks]
    legend = [
        {"name": pair(Text.of(f"map.road.{rank}")), "sign": sign(symbols.ROADS[rank])}
        for rank in known
    ]
    if any(rank not in symbols.ROADS for rank in ranks):
        words = pair(Text.of("map.road.unranked"))
        legend.append({"name": words, "sign": sign(symbols.ROAD_UNRANKED)})
    place = {rank: number for number, rank in enumerate(known)}
    shapes = shapely.simplify(_shapes(frame), plane.quantum * 2)
    return {
        "shapes": pack_shapes(shapes, plane.origin, plane.quantum).data,
        "list": [{"name": _text(name)} for name in frame["name"]],
        "legend": legend,
        "class": [place.get(rank, len(known)) for rank in ranks],
    }


def parks(run: StoredRun, plane: Plane) -> dict[str, Any] | None:
    """Green land that has a name, to be searched for."""
    if "green" not in run.layers:
        return None
    frame = run.layer("green")
    frame = frame[[bool(_text(name)) for name in frame["name"]]]
    if frame.empty:
        return None
    shapes = _single(_shapes(frame), plane)
    return {
        "shapes": pack_shapes(shapes, plane.origin, plane.quantum).data,
        "list": [{"name": _text(name)} for name in frame["name"]],
        "legend": [],
        "class": [0] * len(frame),
    }


def _shapes(frame: pd.DataFrame) -> NDArray[np.object_]:
    return np.asarray(frame.geometry.array, dtype=object)


def _single(shapes: NDArray[np.object_], plane: Plane) -> NDArray[np.object_]:
    """Areas that overlap one another, each simplified alone."""
    return shapely.simplify(shapes, plane.quantum * 2)


def _legend(*entries: tuple[str, symbols.Symbol]) -> list[dict[str, Any]]:
    return [
        {"name": pair(Text.of(f"web.class.{key}")), "sign": sign(look)} for key, look in entries
    ]


def _inside(shape: Any, plane: Plane) -> Sequence[float]:
    """Where a unit's name is written: as far inside as can be, in metres from the origin."""
    if shape is None or shape.is_empty or not shape.area > 0:
        return (0.0, 0.0)
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(largest, max(largest.area**0.5 / 50, 1e-3))
    x, y = shapely.get_coordinates(circle)[0]
    return (round(float(x) - plane.origin[0], 2), round(float(y) - plane.origin[1], 2))


def _text(value: Any) -> str:
    return "" if value is None or value != value or value is pd.NA else " ".join(str(value).split())


def _day(value: Any) -> dict[str, str] | None:
    if not isinstance(value, dt.date) or pd.isna(value):
        return None
    day = dt.date.fromisoformat(value.isoformat()[:10])
    return {lang: date(day, lang) for lang in ("vi", "en")}
