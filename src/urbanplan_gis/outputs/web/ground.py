"""The ground of the map: the faces with their labels, and the feature and source behind each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.web.encoding import coded, pack_shapes, pack_table
from urbanplan_gis.outputs.web.plane import Plane
from urbanplan_gis.outputs.web.signs import code_style, code_symbol, sign
from urbanplan_gis.outputs.web.words import pair
from urbanplan_gis.text import Name, Text

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

CODED = ("land_use", "zoning", "general_plan")
_LABELS = (*CODED, "green", "right_of_way")
_GROUPS = ("NNP", "PNN", "CSD")
#: ground is drawn with corners moved by no more than about this share of the city's side
_SIMPLER = 40_000


def ground(run: StoredRun, plane: Plane) -> dict[str, Any]:
    """Everything the page knows of the faces of one day: shapes, labels, legends."""
    faces = run.layer("faces") if "faces" in run.layers else run.layer("units").iloc[:0]
    shapes, tolerance = simpler(np.asarray(faces.geometry.array, dtype=object), plane)
    drawn = pack_shapes(shapes, plane.origin, plane.quantum)
    table: dict[str, Any] = {
        "unit": coded(_column(faces, "unit_code")),
        "area": [round(10 * float(area)) for area in _column(faces, "area_m2")],
    }
    legends, classes = {}, {}
    for label in _LABELS:
        if label not in faces:
            continue
        own, feature = (
            (_classes(faces, label), f"{label}_id") if label in CODED
            else (_kinds(faces), "green_id") if label == "green"
            else (None, label)
        )  # fmt: skip
        if own is not None:
            legends[label], classes[label] = own
        table[f"{label}_id"] = coded(_column(faces, feature))
        table[f"{label}_source"] = _sources(run, label, table[f"{label}_id"])
    if "green_park" in faces:
        table["green_park"] = coded(_column(faces, "green_park"))
    if "centrelines" in faces:
        table["centrelines"] = [round(1000 * float(part)) for part in faces["centrelines"]]
    for column in ("plans", "plans_in_force"):
        if column in faces:
            table[column] = coded(faces[column])
    return {
        "shapes": drawn.data,
        "classes": pack_table(classes),
        "table": pack_table(table),
        "count": drawn.count,
        "unseen": drawn.unseen,
        "tolerance": tolerance,
        "legends": legends,
    }


def simpler(shapes: NDArray[np.object_], plane: Plane) -> tuple[NDArray[np.object_], float]:
    """Faces with fewer vertices, neighbours alike so that no gap shows; and the tolerance (m)."""
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    tolerance = 2 * plane.quantum * math.ceil(plane.side / _SIMPLER / plane.quantum / 2)
    kept = shapes.copy()
    if usable.any():
        kept[usable] = shapely.coverage_simplify(shapes[usable], tolerance)
        lost = usable & shapely.is_empty(kept)
        kept[lost] = shapes[lost]
    return kept, tolerance


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series([None] * len(frame), dtype=object)


def _classes(faces: pd.DataFrame, label: str) -> tuple[list[dict[str, Any]], list[int]]:
    """Legend of a label with codes, and the place of each face in it (−1: no code known)."""
    lists = faces[f"{label}_list"].astype("string").fillna("")
    codes = faces[label].astype("string").fillna("")
    pairs = sorted({two for two in zip(lists, codes, strict=True) if two[1]}, key=_order)
    place = {two: number for number, two in enumerate(pairs)}
    rows = [place.get(two, -1) for two in zip(lists, codes, strict=True)]
    return [_entry(label, *two) for two in pairs], rows


def _order(two: tuple[str, str]) -> tuple[float, float, str, str]:
    """Main groups of land, then the order of the standard; codes it does not have come last."""
    style = code_style(*two)
    group = styles.top_group(*two)
    known = group is not None and group.code in _GROUPS
    main = _GROUPS.index(group.code) if group is not None and known else len(_GROUPS)
    return (main, style.order if style else math.inf, two[1], two[0])


def _entry(label: str, code_list: str, code: str) -> dict[str, Any]:
    style = code_style(code_list, code)
    name: Text | Name = style.name if style else Text.of("map.class.unknown")
    entry: dict[str, Any] = {
        "code": style.code if style else code,
        "name": pair(name),
        "sign": sign(code_symbol(code_list, code)),
        "list": code_list,
    }
    if label == "land_use":
        group = styles.top_group(code_list, code)
        known = group is not None and group.code in _GROUPS
        entry["group"] = pair(group.name if group and known else Text.of("map.legend.other"))
    return entry


def _kinds(faces: pd.DataFrame) -> tuple[list[dict[str, Any]], list[int]]:
    """Legend of the kinds of green, and the place of each face in it (−1: not green)."""
    kinds = faces["green"].astype("string").fillna("")
    known = [kind for kind in symbols.GREEN_KINDS if (kinds == kind).any()]
    listed = [*known, *sorted(set(kinds) - set(known) - {""})]
    legend = []
    for kind in listed:
        name = styles.green_name(kind) or Text.of("map.class.unknown")
        look = symbols.GREEN_KINDS.get(kind, symbols.NO_COLOUR)
        legend.append({"code": "", "name": pair(name), "sign": sign(look)})
    place = {kind: number for number, kind in enumerate(listed)}
    return legend, [place.get(kind, -1) for kind in kinds]


def _sources(run: StoredRun, role: str, ids: dict[str, Any]) -> dict[str, Any]:
    """The source of each feature named in a coded column: names of sources, and their places."""
    if role not in run.layers:
        return {"names": [], "of": [-1] * len(ids["names"])}
    layer = run.layer(role)[["feature_id", "source"]].drop_duplicates("feature_id")
    by_id = dict(zip(layer["feature_id"].astype(str), layer["source"].astype(str), strict=True))
    names = sorted(set(by_id.values()))
    place = {name: number for number, name in enumerate(names)}
    return {"names": names, "of": [place.get(by_id.get(one, ""), -1) for one in ids["names"]]}
