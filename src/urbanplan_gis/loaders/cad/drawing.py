"""Reading CAD drawings: each entity a row with its layer, colour, text and shape.

DXF of every version (text and binary) and DGN v7. What cannot be land or cannot be read stays
as a row with the reason, so that the entities of a drawing can be counted up.
"""

from __future__ import annotations

import gc
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from ezdxf.document import Drawing as DxfDocument
from ezdxf.units import decode as unit_name

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.cad.blocks import PlacedEntity, place_entities
from urbanplan_gis.loaders.cad.curves import ring_or_line
from urbanplan_gis.loaders.cad.files import open_dgn, open_dxf
from urbanplan_gis.loaders.cad.labels import (
    TEXT_KINDS,
    Decoder,
    LegibleText,
    decode_texts,
    join_labels,
    read_latin,
    read_surface,
    read_text,
    style_fonts,
)
from urbanplan_gis.loaders.cad.rings import Rings, close_rings, drawn_twice
from urbanplan_gis.loaders.cad.shapes import tolerance_at, trace_entity
from urbanplan_gis.loaders.shapes import finite_mask
from urbanplan_gis.loaders.values import have_values

_COLUMNS = [
    "layer", "kind", "color", "rgb", "text", "font", "block", "handle", "label", "hidden",
]  # fmt: skip
_LISTED = 30
#: in any unit, no place on Earth is so far from the origin
_FARTHEST = 1e12
_LINE, _POLYGON, _MULTIPOLYGON = 1, 3, 6
_KINDS = {"LWPOLYLINE": "POLYLINE"}
_HATCHES = ("HATCH", "MPOLYGON")
#: lines that are areas where they close
CLOSED_LINES = ("POLYLINE", "CIRCLE", "ELLIPSE", "SPLINE")
#: MicroStation 95 reference guide, element types; others keep their number
_DGN_KINDS = {
    2: "CELL", 3: "LINE", 4: "POLYLINE", 6: "POLYLINE", 11: "CURVE", 12: "POLYLINE",
    14: "POLYLINE", 15: "ELLIPSE", 16: "ARC", 17: "TEXT",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Asked:
    """What a project asks of a drawing.

    ``polygonise`` names CAD layers (in any letter case) whose open lines are joined into rings.
    ``decode(texts, fonts)`` turns legacy text into Unicode before texts are joined to lots, and
    ``decode_layers`` the names of layers before they are compared with those asked for. Lots are
    the polygons that have the values of ``only``, so that frames round texts and houses on lots,
    which are smaller, do not take their labels. Where ``lines`` are wanted, a line round a hatch
    repeats nothing.
    """

    polygonise: Sequence[str] = ()
    decode: Decoder | None = None
    decode_layers: Callable[[Sequence[str]], Sequence[str | None]] | None = None
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lines: bool = False


#: all entities, as they are
_EVERYTHING = Asked()


@dataclass(frozen=True, eq=False)
class Drawing:
    """The entities of a drawing, one row each, in the order of the file.

    ``table`` has the columns ``layer``, ``kind`` (POLYLINE, HATCH, TEXT ...; JOINED for a ring
    made of lines), ``color`` (AutoCAD colour index), ``rgb`` (``#rrggbb``), ``text``, ``font``
    (file or family of the text's style, or the font written inside the text), ``block`` (the
    outermost insert it came with), ``handle`` (unique), ``label`` (texts that stand in it) and
    ``hidden`` (on a layer that is off or frozen, or invisible itself).

    ``geometry`` holds shapely geometries in drawing units, None for what has none. ``reason``
    says why the reader sets a row aside (``""``: it does not). ``units`` is what the drawing
    says its units are, which is often wrong; ``audit`` what was broken in the file and mended.
    """

    table: pd.DataFrame
    geometry: np.ndarray
    reason: np.ndarray
    units: str
    codepage: str
    audit: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.geometry)


@dataclass(frozen=True, eq=False)
class _Rows:
    """A drawing in the making: no labels yet, texts still in the fonts they are set in."""

    table: pd.DataFrame
    geometry: np.ndarray
    reason: np.ndarray
    texts: list[LegibleText | None]


def read_dxf(path: Path, label: str, asked: Asked = _EVERYTHING) -> Drawing:
    """Read all entities of the model space; those of paper space are listed and set aside.

    Raises:
        PlanDataError: for a file that is no DXF, one without entities, a layer that is not there.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        rows, facts = _read_rows(path, label)
        # entities and document point at each other and would stay in memory, six times the file
        gc.collect()
        drawing = _finish(rows, label, asked)
    return replace(drawing, **facts)


def read_dgn(path: Path, label: str, asked: Asked = _EVERYTHING) -> Drawing:
    """Read the elements of a DGN v7 file, with layers "Level n".

    GDAL gives arcs as chords of its own choice, fonts not at all, and a hole of a complex shape
    as a shape of its own, which then lies inside the other.

    Raises:
        PlanDataError: for a file that is no DGN v7, is cut short or has no elements.
    """
    elements = open_dgn(path, label)
    if len(elements.fids) == 0:
        raise bad_data("no_entities", label)
    kinds = [_DGN_KINDS.get(int(number), f"TYPE_{number}") for number in elements.types]
    texts = [
        LegibleText(((read_latin(said), ""),), 0.0) if kind == "TEXT" and said else None
        for kind, said in zip(kinds, elements.texts, strict=True)
    ]
    table = pd.DataFrame(
        {
            "layer": [f"Level {level}" for level in elements.levels],
            "kind": kinds,
            "color": pd.array(elements.colours, dtype="Int64"),
            "rgb": None,
            "block": None,
            "handle": [str(fid) for fid in elements.fids],
            "hidden": False,
        }
    )
    geometry = np.array([_closed_shape(item) for item in elements.geometry], dtype=object)
    reason = np.where(shapely.is_missing(geometry), "unsupported_entity", "").astype(object)
    return _finish(_Rows(table, geometry, reason, texts), label, asked)


def require_closed(drawing: Drawing, label: str) -> None:
    """Refuse a drawing without one usable polygon, for where polygons are asked.

    Raises:
        PlanDataError: saying what the drawing has instead, and on which layers.
    """
    usable = np.isin(shapely.get_type_id(drawing.geometry), (_POLYGON, _MULTIPOLYGON))
    if (usable & (drawing.reason == "")).any():
        return
    kinds = Counter(drawing.table["kind"])
    found = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    lines = shapely.get_type_id(drawing.geometry) == _LINE
    layers = ", ".join(sorted(set(drawing.table.loc[lines, "layer"]))[:_LISTED]) or "-"
    raise bad_data("no_closed_entity", label, kinds=found, layers=layers)


def _read_rows(path: Path, label: str) -> tuple[_Rows, dict[str, Any]]:
    """All entities, and what the file says of itself; the file's own objects are let go."""
    opened = open_dxf(path, label)
    placed = place_entities(opened.doc, label)
    if not placed:
        raise bad_data("no_entities" if opened.whole else "cut_file", label)
    rows = _trace_rows(opened.doc, placed)
    if not opened.whole:
        # the last entity may have lost points with the end of the file
        last = max((i for i, item in enumerate(placed) if item.reason == ""), default=None)
        if last is not None:
            rows.reason[last] = "cut_short"
    facts = {
        "units": _units(opened.doc),
        "codepage": opened.codepage,
        "audit": opened.audit,
    }
    return rows, facts


def _trace_rows(doc: DxfDocument, placed: Sequence[PlacedEntity]) -> _Rows:
    fonts = style_fonts(doc)
    geometry = np.full(len(placed), None, dtype=object)
    reason = np.array([item.reason for item in placed], dtype=object)
    texts: list[LegibleText | None] = []
    shapes: dict[tuple[int, int], tuple[shapely.Geometry | None, str]] = {}
    for index, item in enumerate(placed):
        if not item.reason:
            geometry[index], reason[index] = _trace_placed(item, shapes)
        texts.append(read_text(item.entity, fonts))
    names = [item.entity.dxftype() for item in placed]
    table = pd.DataFrame(
        {
            "layer": [read_surface(item.layer) for item in placed],
            "kind": [_KINDS.get(name, read_surface(name)) for name in names],
            "color": pd.array([item.colour.index for item in placed], dtype="Int64"),
            "rgb": [item.colour.rgb for item in placed],
            "block": [None if item.block is None else read_surface(item.block) for item in placed],
            "handle": [read_surface(item.handle) for item in placed],
            "hidden": [item.hidden for item in placed],
        }
    )
    return _Rows(table, geometry, reason, texts)


def _trace_placed(
    item: PlacedEntity, shapes: dict[tuple[int, int], tuple[shapely.Geometry | None, str]]
) -> tuple[shapely.Geometry | None, str]:
    """The shape of an entity in its place; those of blocks are traced once for each size."""
    if item.matrix is None:
        return trace_entity(item.entity)
    a, b, d, e, x, y = item.matrix
    size = max(math.hypot(a, d), math.hypot(b, e))
    level = math.ceil(math.log2(size)) if 0 < size < math.inf else 0
    key = (id(item.entity), level)
    if key not in shapes:
        shapes[key] = trace_entity(item.entity, 2.0**level)
    shape, reason = shapes[key]
    if shape is None:
        return None, reason
    turn = np.array([[a, d], [b, e]])
    return shapely.transform(shape, lambda points: points @ turn + (x, y)), reason


def _units(doc: DxfDocument) -> str:
    try:
        return unit_name(doc.units) or ""
    except (IndexError, TypeError, ValueError):
        return ""


def _closed_shape(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """A polygon instead of a line that closes."""
    if shape is None or shapely.get_type_id(shape) != _LINE:
        return shape
    return ring_or_line(shapely.get_coordinates(shape), closed=False)


def _finish(rows: _Rows, label: str, asked: Asked) -> Drawing:
    """Texts decoded, repeats told, lines joined, labels set."""
    table = rows.table.assign(text=decode_texts(rows.texts, asked.decode), label=None)
    if asked.decode_layers is not None:
        table["layer"] = pd.Series(asked.decode_layers(table["layer"].tolist()), dtype=object)
    fonts = [None if item is None else item.font or None for item in rows.texts]
    table["font"] = pd.Series(fonts, dtype=object)
    geometry, reason = rows.geometry, rows.reason.copy()
    reason[_find_repeats(table, geometry, reason, asked.lines)] = "drawn_twice"
    table, geometry, reason = _join_lines(table, geometry, reason, label, asked.polygonise)
    heights = np.zeros(len(table))
    heights[: len(rows.texts)] = [0.0 if item is None else item.height for item in rows.texts]
    others = set(table.columns) - {"label"}
    known = {name: values for name, values in asked.only.items() if name in others}
    meant = have_values(table, known, len(table))
    table["label"] = _label_lots(table, geometry, reason, heights, meant)
    for name in ("layer", "kind", "rgb", "text", "font", "block", "handle", "label"):
        table[name] = table[name].astype(object).where(table[name].notna(), None)
    return Drawing(table[_COLUMNS], geometry, reason, units="", codepage="")


def _find_repeats(
    table: pd.DataFrame, geometry: np.ndarray, reason: np.ndarray, lines: bool
) -> np.ndarray:
    """Rows of closed polylines that only outline a hatch or another polyline of their layer."""
    hatch = table["kind"].isin(_HATCHES).to_numpy()
    outline = (table["kind"] == "POLYLINE").to_numpy()
    concerned = outline if lines else hatch | outline
    rows = np.flatnonzero(_usable_polygons(geometry, reason) & concerned)
    layers, _ = pd.factorize(table["layer"].iloc[rows])
    return rows[drawn_twice(geometry[rows], layers, hatch[rows])]


def _usable_polygons(geometry: np.ndarray, reason: np.ndarray) -> np.ndarray:
    areal = np.isin(shapely.get_type_id(geometry), (_POLYGON, _MULTIPOLYGON))
    return areal & (reason == "") & _within_reach(geometry) & ~shapely.is_empty(geometry)


def _within_reach(geometry: np.ndarray) -> np.ndarray:
    """Which geometries can be compared and measured without overflow."""
    reach = np.abs(shapely.bounds(geometry)).max(axis=1, initial=0.0)
    return finite_mask(geometry) & ~(reach > _FARTHEST)


def _join_lines(
    table: pd.DataFrame,
    geometry: np.ndarray,
    reason: np.ndarray,
    label: str,
    polygonise: Sequence[str],
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Rings of lines as rows of their own; what became of every line goes into its reason."""
    asked = {name.casefold(): name for name in polygonise}
    folded = table["layer"].str.casefold()
    missing = [asked[name] for name in sorted(set(asked) - set(folded))]
    if missing:
        known = ", ".join(sorted(set(table["layer"]))[:_LISTED])
        raise bad_data("no_such_cad_layer", label, layers=", ".join(missing), known=known)
    usable = (reason == "") & _within_reach(geometry) & ~shapely.is_empty(geometry)
    kinds = shapely.get_type_id(geometry)
    outlines = table["kind"].isin(CLOSED_LINES).to_numpy() & (kinds == _POLYGON)
    lines = usable & (kinds == _LINE)
    tables, shapes = [table], [geometry]
    for name in sorted(asked):
        here = (folded == name).to_numpy()
        if not (lines & here).any():
            continue
        rows = np.flatnonzero((lines | (usable & outlines)) & here)
        rings = close_rings(geometry[rows], tolerance_at(geometry[rows]))
        reason[rows[rings.used]] = "joined_into_ring"
        reason[rows[~rings.used & lines[rows]]] = "unclosed_line"
        tables.append(_ring_rows(table.iloc[rows], rings))
        shapes.append(rings.polygons)
    whole = pd.concat([part for part in tables if len(part)], ignore_index=True)
    joined = np.concatenate(shapes)
    return whole, joined, np.concatenate([reason, np.full(len(joined) - len(reason), "", object)])


def _ring_rows(lines: pd.DataFrame, rings: Rings) -> pd.DataFrame:
    """A row for each ring, with the layer and colour of its first line and a handle after it."""
    rows = lines.iloc[rings.first].reset_index(drop=True)
    number = rows.groupby("handle").cumcount() + 1
    return rows.assign(
        kind="JOINED", text=None, font=None, handle=rows["handle"] + "+" + number.astype(str)
    )


def _label_lots(
    table: pd.DataFrame,
    geometry: np.ndarray,
    reason: np.ndarray,
    heights: np.ndarray,
    meant: np.ndarray,
) -> list[str | None]:
    """Labels of all rows: of what is drawn, for hidden texts and lots say nothing to a reader."""
    shown = ~table["hidden"].to_numpy()
    said = table["text"].fillna("").to_numpy()
    is_text = table["kind"].isin(TEXT_KINDS).to_numpy() & (said != "")
    is_point = shapely.get_type_id(geometry) == 0
    texts = np.flatnonzero(is_text & is_point & (reason == "") & shown & _within_reach(geometry))
    lots = np.flatnonzero(_usable_polygons(geometry, reason) & shown & meant)
    labels: list[str | None] = [None] * len(table)
    found = join_labels(geometry[lots], geometry[texts], said[texts], heights[texts])
    for row, text in zip(lots, found, strict=True):
        labels[row] = text
    return labels
