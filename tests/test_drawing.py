"""Drawings written by ezdxf and by GDAL, read back: shapes, blocks, texts, damage."""

from __future__ import annotations

import io
import math
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from ezdxf.document import Drawing as DxfDocument
from ezdxf.enums import TextEntityAlignment
from ezdxf.math import Matrix44
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.cad.drawing import Asked, Drawing, read_dgn, read_dxf, require_closed
from urbanplan_gis.loaders.cad.files import refuse_closed_formats
from urbanplan_gis.loaders.cad.hatches import nest_rings
from urbanplan_gis.text import Text

EAST, NORTH = 585_000.0, 1_672_000.0
REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "quang_ngai" / "zoning_plans"
SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def moved(points: Sequence[Sequence[float]], x: float = 0, y: float = 0) -> list[tuple]:
    """Points some metres from the corner of the sheet, other values kept."""
    return [(EAST + x + p[0], NORTH + y + p[1], *p[2:]) for p in points]


def ring(size: float, x: float = 0, y: float = 0) -> list[tuple]:
    return moved([(0, 0), (size, 0), (size, size), (0, size)], x, y)


def new(version: str = "R2010") -> tuple[DxfDocument, Any]:
    doc = ezdxf.new(version)
    return doc, doc.modelspace()


def read(doc: DxfDocument, folder: Path, **options: Any) -> Drawing:
    doc.saveas(folder / "ve.dxf")
    return read_dxf(folder / "ve.dxf", "ve.dxf", Asked(**options))


def refused(kind: str, call: Callable[[], object]) -> str:
    with pytest.raises(PlanDataError) as caught:
        call()
    assert caught.value.found.key == f"error.{kind}.found"
    for lang in ("vi", "en"):
        assert "\n" not in caught.value.line(lang)
    return caught.value.line("en")


def areas(drawing: Drawing, layer: str) -> float:
    rows = (drawing.table["layer"] == layer).to_numpy() & (drawing.reason == "")
    return float(shapely.area(drawing.geometry[rows]).sum())


# ---- shapes ------------------------------------------------------------------------------------


def test_closed_and_open_polylines(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_lwpolyline(ring(10), close=True)
    msp.add_lwpolyline([*ring(10, 20), ring(10, 20)[0]])
    msp.add_lwpolyline(ring(10, 40))
    msp.add_lwpolyline(ring(10, 60)[:2], close=True)
    msp.add_lwpolyline(ring(10, 80)[:1], close=True)
    msp.add_polyline2d(ring(10, 100), close=True)
    msp.add_polyline3d([(*p, 7.0) for p in ring(10, 120)], close=True)
    drawing = read(doc, tmp_path)
    kinds = [shape.geom_type for shape in drawing.geometry]
    assert kinds == ["Polygon", "Polygon", *["LineString"] * 3, "Polygon", "Polygon"]
    assert shapely.area(drawing.geometry).tolist() == [100, 100, 0, 0, 0, 100, 100]
    assert set(drawing.table["kind"]) == {"POLYLINE"}
    assert not shapely.has_z(drawing.geometry).any()
    assert drawing.table["handle"].is_unique
    assert drawing.units == "m"


@pytest.mark.parametrize("bulge", [1.0, -1.0, 0.4142135623730951, 3.0, -0.1])
def test_bulges_are_arcs_within_a_millimetre(tmp_path: Path, bulge: float) -> None:
    """Two arcs on a chord of 100 m: the area of two circular segments, by the textbook."""
    doc, msp = new()
    msp.add_lwpolyline(
        moved([(0, 0, bulge), (100, 0, bulge)]), format="xyb", close=True
    )  # fmt: skip
    shape = read(doc, tmp_path).geometry[0]
    angle = 4 * math.atan(abs(bulge))
    radius = 50 / math.sin(angle / 2)
    expected = radius**2 * (angle - math.sin(angle))
    length = 2 * radius * angle
    assert shape.geom_type == "Polygon"
    assert expected - 0.001 * abs(length) <= shape.area <= expected
    assert shape.is_valid


def test_bulges_turn_to_the_side_they_should(tmp_path: Path) -> None:
    """A half circle to the right of the bottom edge lies below it (counter-clockwise: outside)."""
    doc, msp = new()
    msp.add_lwpolyline([(0, 0, 1), (10, 0, 0), (10, 10, 0), (0, 10, 0)], format="xyb", close=True)
    msp.add_lwpolyline([(0, 0, -1), (10, 0, 0), (10, 10, 0), (0, 10, 0)], format="xyb", close=True)
    out, into = read(doc, tmp_path).geometry
    half = math.pi * 25 / 2
    assert out.area == pytest.approx(100 + half, abs=0.02)
    assert out.bounds == pytest.approx((0, -5, 10, 10), abs=0.001)
    assert into.area == pytest.approx(100 - half, abs=0.02)


def test_circles_ellipses_splines_solids_and_faces(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_circle((EAST, NORTH), 100)
    msp.add_ellipse((EAST, NORTH), major_axis=(0, 200), ratio=0.5)
    msp.add_ellipse((EAST, NORTH), major_axis=(200, 0), ratio=0.5, start_param=0, end_param=1)
    msp.add_arc((EAST, NORTH), 100, 350, 10)
    msp.add_solid([(0, 0), (10, 0), (0, 10), (10, 10)])
    msp.add_trace([(0, 0), (10, 0), (0, 10), (10, 10)])
    msp.add_3dface([(0, 0), (10, 0), (10, 10), (0, 10)])
    msp.add_solid([(0, 0), (10, 0), (0, 10)])
    msp.add_spline().set_closed([(0, 0, 0), (30, 0, 0), (30, 30, 0), (0, 30, 0)])
    msp.add_spline([(0, 0), (30, 0), (30, 30)])
    msp.add_line((0, 0), (10, 0))
    msp.add_point((3, 4, 5))
    drawing = read(doc, tmp_path)
    shapes = drawing.geometry
    assert shapes[0].area == pytest.approx(math.pi * 1e4, rel=2e-5)
    assert shapes[1].area == pytest.approx(math.pi * 2e4, rel=2e-5)
    assert shapes[1].bounds == pytest.approx((EAST - 100, NORTH - 200, EAST + 100, NORTH + 200))
    assert shapes[2].geom_type == "LineString"
    assert shapes[3].length == pytest.approx(100 * math.radians(20), rel=1e-5)
    assert shapely.area(shapes[4:8]).tolist() == [100, 100, 100, 50]
    assert shapes[8].geom_type == "Polygon"
    assert shapes[9].geom_type == "LineString"
    assert shapes[11].equals(shapely.Point(3, 4))
    assert (drawing.reason == "").all()


def test_entities_in_a_mirrored_coordinate_system(tmp_path: Path) -> None:
    doc, msp = new()
    mirror = {"extrusion": (0, 0, -1)}
    msp.add_lwpolyline([(0, 0), (10, 0), (10, 5)], close=True, dxfattribs=mirror)
    msp.add_circle((100, 20), 5, dxfattribs=mirror)
    msp.add_text("A", dxfattribs={**mirror, "insert": (7, 8)})
    hatch = msp.add_hatch(dxfattribs=mirror)
    hatch.paths.add_polyline_path(SQUARE)
    line, circle, text, filled = read(doc, tmp_path).geometry
    assert line.equals(Polygon([(0, 0), (-10, 0), (-10, 5)]))
    assert circle.bounds == pytest.approx((-105, 15, -95, 25), abs=0.001)
    assert text.equals(shapely.Point(-7, 8))
    assert filled.equals(box(-10, 0, 0, 10))


def test_curves_of_drawings_in_millimetres_keep_few_points(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_circle((EAST * 1000, NORTH * 1000), 50_000)
    msp.add_circle((EAST, NORTH), 50)
    large, small = read(doc, tmp_path).geometry
    assert shapely.get_num_coordinates(large) == shapely.get_num_coordinates(small)


# ---- hatches -----------------------------------------------------------------------------------


def hatch_of(msp: Any, *rings: Sequence[tuple], layer: str = "0", flags: int = 1) -> Any:
    hatch = msp.add_hatch(color=256, dxfattribs={"layer": layer})
    for corners in rings:
        hatch.paths.add_polyline_path(corners, is_closed=True, flags=flags)
    return hatch


def test_islands_count_even_odd(tmp_path: Path) -> None:
    doc, msp = new()
    nested = [ring(100 - 20 * n, 10 * n, 10 * n) for n in range(4)]
    hatch_of(msp, *nested)
    hatch_of(msp, ring(10, 200), ring(10, 300), ring(4, 302, 2))
    hatch_of(msp, ring(10, 400), ring(10, 410))
    hatch_of(msp, ring(10, 500), ring(10, 500))
    hatch_of(msp, ring(10, 600), ring(10, 605))
    drawing = read(doc, tmp_path)
    measured = shapely.area(drawing.geometry)
    assert measured.tolist() == [100**2 - 80**2 + 60**2 - 40**2, 184, 200, 100, 100]
    kinds = [shape.geom_type for shape in drawing.geometry]
    assert kinds == ["MultiPolygon", "MultiPolygon", "Polygon", "Polygon", "MultiPolygon"]
    assert shapely.is_valid(drawing.geometry).all()


def test_styles_and_text_frames_decide_which_paths_fill(tmp_path: Path) -> None:
    doc, msp = new()
    for style in (0, 1, 2):
        hatch = hatch_of(msp, ring(100, 200 * style), flags=1)
        hatch.paths.add_polyline_path(ring(50, 200 * style + 10, 10), flags=16)
        hatch.paths.add_polyline_path(ring(10, 200 * style + 20, 20), flags=0)
        hatch.paths.add_polyline_path(ring(5, 200 * style + 80, 80), flags=8)
        hatch.dxf.hatch_style = style
    measured = shapely.area(read(doc, tmp_path).geometry)
    assert measured.tolist() == [10_000 - 2_500 + 100, 10_000 - 2_500, 10_000]


def test_edges_of_hatches_in_any_order_and_direction(tmp_path: Path) -> None:
    """A stadium: two straight edges, a half circle, and half an ellipse of the same height."""
    doc, msp = new()
    path = msp.add_hatch().paths.add_edge_path()
    path.add_line((0, 0), (100, 0))
    path.add_ellipse((0, 25), (0, 25), 0.4, 0, 180)
    path.add_arc((100, 25), 25, 270, 90)
    path.add_line((0, 50), (100, 50))
    backwards = msp.add_hatch().paths.add_edge_path()
    backwards.add_arc((100, 25), 25, 270, 90, ccw=False)
    backwards.add_line((100, 50), (0, 50))
    backwards.add_line((0, 0), (0, 50))
    backwards.add_line((100, 0), (0, 0))
    whole = msp.add_hatch().paths.add_edge_path()
    whole.add_arc((0, 0), 10, 0, 360)
    first, second, third = read(doc, tmp_path).geometry
    half = math.pi * 625 / 2
    assert first.area == pytest.approx(5000 + half + half * 0.4, rel=5e-5)
    assert second.area == pytest.approx(5000 + half, rel=5e-5)
    assert third.area == pytest.approx(math.pi * 100, rel=5e-4)


def test_edges_of_no_length_close_nothing(tmp_path: Path) -> None:
    doc, msp = new()
    path = msp.add_hatch().paths.add_edge_path()
    corners = [(0, 0), (0, 0), (10, 0), (10, 0), (10, 10), (10, 10.004), (0, 10), (0, 0)]
    edges = list(pairwise(corners))
    for start, end in [*edges[::2], *edges[1::2]]:
        path.add_line(start, end)
    drawing = read(doc, tmp_path)
    assert drawing.reason.tolist() == [""]
    assert drawing.geometry[0].area == pytest.approx(100.02, abs=1e-9)


def test_spline_edges_of_hatches(tmp_path: Path) -> None:
    """A parabola as a spline of degree 2: two thirds of base times height."""
    doc, msp = new()
    path = msp.add_hatch().paths.add_edge_path()
    path.add_spline(
        control_points=[(0, 0), (50, 100), (100, 0)], degree=2, knot_values=[0, 0, 0, 1, 1, 1]
    )
    path.add_line((100, 0), (0, 0))
    shape = read(doc, tmp_path).geometry[0]
    assert shape.area == pytest.approx(100 * 50 * 2 / 3, rel=1e-4)


def test_hatches_that_do_not_close_are_set_aside(tmp_path: Path) -> None:
    doc, msp = new()
    path = msp.add_hatch().paths.add_edge_path()
    path.add_line((0, 0), (100, 0))
    path.add_line((100, 0), (100, 100))
    msp.add_hatch()
    hatch_of(msp, [(0, 0), (1, 1)])
    drawing = read(doc, tmp_path)
    assert drawing.reason.tolist() == ["broken_hatch"] * 3
    assert drawing.geometry[0].length == 200


@pytest.mark.slow
def test_ten_thousand_nested_islands() -> None:
    rings = [box(n, n, 30_000 - n, 30_000 - n) for n in range(10_000)]
    expected = sum((-1) ** n * (30_000 - 2 * n) ** 2 for n in range(10_000))
    assert nest_rings(rings).area == expected


def test_a_polyline_around_its_hatch_is_drawn_twice(tmp_path: Path) -> None:
    doc, msp = new()
    lot = {"layer": "LO"}
    arc = moved([(0, 0, 0.3), (30, 0, 0), (30, 30, -0.2), (0, 30, 0)])
    backwards = [(*arc[0][:2], 0), (*arc[3][:2], 0.2), (*arc[2][:2], 0), (*arc[1][:2], -0.3)]
    msp.add_lwpolyline(backwards, format="xyb", close=True, dxfattribs=lot)
    hatch_of(msp, arc, layer="LO")
    hatch_of(msp, arc, layer="LO")
    msp.add_lwpolyline(arc, format="xyb", close=True, dxfattribs={"layer": "KHAC"})
    msp.add_lwpolyline(ring(10, 100), close=True, dxfattribs=lot)
    msp.add_lwpolyline([*ring(10, 100)[2:], *ring(10, 100)[:2]], close=True, dxfattribs=lot)
    msp.add_lwpolyline(ring(10.001, 100), close=True, dxfattribs=lot)
    drawing = read(doc, tmp_path)
    assert drawing.reason.tolist() == ["drawn_twice", "", "", "", "", "drawn_twice", ""]


# ---- blocks ------------------------------------------------------------------------------------


def lot_block(doc: DxfDocument, name: str = "LO") -> Any:
    block = doc.blocks.new(name)
    block.add_lwpolyline([(0, 0), (10, 0), (10, 5)], close=True)
    return block


def test_inserts_scaled_turned_mirrored_and_in_arrays(tmp_path: Path) -> None:
    doc, msp = new()
    lot_block(doc)
    plain = Polygon([(0, 0), (10, 0), (10, 5)])
    msp.add_blockref("LO", (100, 200), {"xscale": 2, "yscale": 3, "rotation": 90})
    msp.add_blockref("LO", (100, 200), {"xscale": -1})
    msp.add_blockref("LO", (100, 200), {"extrusion": (0, 0, -1)})
    grid = {"row_count": 2, "column_count": 3, "row_spacing": 20, "column_spacing": 30}
    msp.add_blockref("LO", (0, 0), {**grid, "rotation": 90})
    drawing = read(doc, tmp_path)
    shapes = drawing.geometry
    turned = shapely.affinity.rotate(shapely.affinity.scale(plain, 2, 3, origin=(0, 0)), 90, (0, 0))
    assert (
        shapes[0]
        .normalize()
        .equals_exact(shapely.affinity.translate(turned, 100, 200).normalize(), 1e-9)
    )
    assert shapes[1].equals(Polygon([(100, 200), (90, 200), (90, 205)]))
    assert shapes[2].equals(Polygon([(-100, 200), (-110, 200), (-110, 205)]))
    corners = {tuple(np.round(shape.exterior.coords[0], 6)) for shape in shapes[3:]}
    assert corners == {(-20.0 * row, 30.0 * column) for row in range(2) for column in range(3)}
    assert len(drawing) == 9
    assert drawing.table["handle"].is_unique
    assert set(drawing.table["block"]) == {"LO"}


def test_nested_blocks_agree_with_ezdxf(tmp_path: Path) -> None:
    """Circles and bulges under uneven scales, against matrices applied to fine points."""
    doc, msp = new()
    inner = doc.blocks.new("TRONG", base_point=(1, 2))
    inner.add_circle((0, 0), 4)
    inner.add_lwpolyline([(0, 0, 1), (10, 0, 0), (10, 10, 0)], format="xyb", close=True)
    outer = doc.blocks.new("NGOAI")
    outer.add_blockref("TRONG", (5, 5), {"xscale": 3, "yscale": 1, "rotation": 30})
    insert = msp.add_blockref("NGOAI", (100, 100), {"xscale": 1, "yscale": 2, "rotation": 45})
    circle, lot = read(doc, tmp_path).geometry
    matrix = outer[0].matrix44() * insert.matrix44()
    stretch = abs(np.linalg.det(np.array([[*matrix.ux][:2], [*matrix.uy][:2]])))
    assert circle.area == pytest.approx(16 * math.pi * stretch, rel=1e-3)
    assert lot.area == pytest.approx((50 + 12.5 * math.pi) * stretch, rel=1e-3)
    centre = Matrix44(matrix).transform((0, 0, 0))
    assert circle.centroid.distance(shapely.Point(centre.x, centre.y)) < 1e-6


def test_layers_and_colours_of_entities_in_blocks(tmp_path: Path) -> None:
    doc, msp = new()
    doc.layers.add("DAT_O", color=42)
    doc.layers.add("CX", color=72)
    exact = doc.layers.add("THAT", color=1)
    exact.rgb = (1, 2, 3)
    block = doc.blocks.new("B")
    by_block, by_layer = {"color": 0}, {"color": 256}
    block.add_point((0, 0), dxfattribs=by_layer)
    block.add_point((1, 0), dxfattribs={**by_block, "layer": "CX"})
    block.add_point((2, 0), dxfattribs={**by_layer, "layer": "CX"})
    block.add_point((3, 0), dxfattribs={"color": 5, "layer": "THAT"})
    around = doc.blocks.new("A")
    around.add_blockref("B", (0, 0), {"color": 0})
    msp.add_blockref("A", (0, 0), {"layer": "DAT_O", "color": 30})
    msp.add_point((0, 0), dxfattribs={**by_layer, "layer": "THAT"})
    msp.add_point((0, 0), dxfattribs={"true_color": 0x102030, "color": 7})
    table = read(doc, tmp_path).table
    assert table["layer"].tolist() == ["DAT_O", "CX", "CX", "THAT", "THAT", "0"]
    assert table["color"].tolist() == [42, 30, 72, 5, 1, 7]
    assert table["rgb"].tolist()[3:] == ["#0000ff", "#010203", "#102030"]
    assert table["block"].tolist() == ["A"] * 4 + [None] * 2


def test_what_is_off_frozen_or_invisible_is_said(tmp_path: Path) -> None:
    doc, msp = new()
    doc.layers.add("TAT").off()
    doc.layers.add("DONG").freeze()
    block = lot_block(doc)
    block.add_text("X", dxfattribs={"insert": (8, 1)})
    msp.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": "TAT"})
    msp.add_blockref("LO", (100, 0), {"layer": "DONG"})
    msp.add_lwpolyline(SQUARE, close=True, dxfattribs={"invisible": 1})
    msp.add_lwpolyline(ring(10), close=True)
    drawing = read(doc, tmp_path)
    assert drawing.table["hidden"].tolist() == [True] * 4 + [False]
    assert drawing.table["label"].isna().all()


def test_blocks_that_cannot_be_opened_are_rows_with_a_reason(tmp_path: Path) -> None:
    doc, msp = new()
    circular = lot_block(doc, "VONG")
    circular.add_blockref("VONG", (50, 0))
    one, two = doc.blocks.new("MOT"), doc.blocks.new("HAI")
    one.add_blockref("HAI", (0, 0))
    two.add_blockref("MOT", (0, 0))
    doc.add_xref_def("khac.dwg", "XREF")
    lot_block(doc, "XOA")
    for name in ("VONG", "MOT", "XREF", "KHONG_CO"):
        msp.add_blockref(name, (0, 0))
    drawing = read(doc, tmp_path)
    assert drawing.reason.tolist() == [
        "", "recursive_block", "recursive_block", "external_reference", "missing_block",
    ]  # fmt: skip
    assert drawing.table["block"].tolist() == ["VONG", "VONG", "MOT", "XREF", "KHONG_CO"]


def test_thousands_of_blocks_inside_one_another(tmp_path: Path) -> None:
    doc, msp = new("R2000")
    for number in range(3_000):
        block = doc.blocks.new(f"B{number}")
        block.add_point((0, 0))
        if number:
            block.add_blockref(f"B{number - 1}", (1, 0))
    msp.add_blockref("B2999", (0, 0))
    drawing = read(doc, tmp_path)
    assert len(drawing) == 3_000
    assert shapely.get_x(drawing.geometry).max() == 2_999


@pytest.mark.parametrize("rows", [1, 32_000])
def test_blocks_that_multiply_are_refused(
    tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urbanplan_gis.loaders.cad.blocks._MOST_FROM_BLOCKS", 5_000)
    doc, msp = new()
    doc.blocks.new("B0")
    for number in range(1, 40):
        block = doc.blocks.new(f"B{number}")
        block.add_blockref(f"B{number - 1}", (1, 0))
        block.add_blockref(f"B{number - 1}", (2, 0))
    grid = {"row_count": rows, "column_count": rows, "row_spacing": 1, "column_spacing": 1}
    msp.add_blockref("B39" if rows == 1 else "B0", (0, 0), grid)
    refused("too_many_from_blocks", lambda: read(doc, tmp_path))


# ---- lines joined into rings -------------------------------------------------------------------


def test_lines_and_arcs_joined_into_rings(tmp_path: Path) -> None:
    """Two lots with a common wall, an overshoot, a stray, a line on another layer."""
    doc, msp = new()
    layer = {"layer": "RANH"}
    for start, end in [
        ((0, 0), (20, 0)), ((20, 0), (20, 10)), ((0, 10), (0, 0)), ((10, -3), (10, 10)),
        ((50, 50), (60, 60)),
    ]:  # fmt: skip
        msp.add_line(*moved([start, end]), dxfattribs=layer)
    # written to four decimals of a degree, as CAD does: ends miss by a hair
    msp.add_lwpolyline(moved([(20, 10), (10, 10)]), dxfattribs=layer)
    msp.add_arc((EAST + 5, NORTH + 10), 5.0000004, 0.00001, 179.99999, dxfattribs=layer)
    msp.add_line(*moved([(0, 5), (20, 5)]), dxfattribs={"layer": "KHAC"})
    msp.add_text("A", dxfattribs={"insert": moved([(5, 5)])[0]})
    msp.add_text("B", dxfattribs={"insert": moved([(15, 5)])[0]})
    drawing = read(doc, tmp_path, polygonise=["ranh"])
    assert drawing.reason.tolist() == [
        *["joined_into_ring"] * 4, "unclosed_line", *["joined_into_ring"] * 2, "", "", "", "", "",
    ]  # fmt: skip
    joined = drawing.table[drawing.table["kind"] == "JOINED"]
    by_label = dict(zip(joined["label"], drawing.geometry[joined.index], strict=True))
    assert by_label["B"].area == pytest.approx(100, abs=1e-4)
    assert by_label["A"].area == pytest.approx(100 + math.pi * 12.5, abs=0.02)
    assert set(joined["layer"]) == {"RANH"}
    assert drawing.table["handle"].is_unique
    message = refused("no_such_cad_layer", lambda: read(doc, tmp_path, polygonise=["RANH2"]))
    assert "RANH2" in message
    assert "KHAC" in message


def test_islands_among_joined_lines_are_holes(tmp_path: Path) -> None:
    doc, msp = new()
    for size, x in ((30, 0), (10, 10)):
        corners = ring(size, x, x)
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            msp.add_line(start, end)
    drawing = read(doc, tmp_path, polygonise=["0"])
    assert shapely.area(drawing.geometry[8:]).tolist() == pytest.approx([800, 100])


def joined(drawing: Drawing) -> np.ndarray:
    rows = (drawing.table["kind"] == "JOINED").to_numpy()
    return drawing.geometry[rows]


@pytest.mark.parametrize("bulged", [False, True])
def test_lots_along_a_curved_street(tmp_path: Path, bulged: bool) -> None:
    """Side lines end on the arcs themselves, which lie up to a millimetre off their chords."""
    doc, msp = new()
    near, far, degrees = 200.0, 230.0, np.arange(10, 81, 7)
    at = {
        (radius, degree): moved(
            [(radius * math.cos(math.radians(degree)), radius * math.sin(math.radians(degree)))]
        )[0]
        for radius in (near, far)
        for degree in degrees.tolist()
    }
    for radius in (near, far):
        if bulged:
            bulge = math.tan(math.radians(70) / 4)
            ends = [(*at[radius, 10], bulge), (*at[radius, 80], 0)]
            msp.add_lwpolyline(ends, format="xyb")
        else:
            msp.add_arc((EAST, NORTH), radius, 10, 80)
    for degree in degrees.tolist():
        msp.add_line(at[near, degree], at[far, degree])
    drawing = read(doc, tmp_path, polygonise=["0"])
    lot = (far**2 - near**2) / 2 * math.radians(7)
    assert shapely.area(joined(drawing)) == pytest.approx([lot] * 10, abs=0.02)
    assert (drawing.reason != "unclosed_line").all()


@pytest.mark.parametrize("gap", [-0.02, -0.004, 0.0, 0.0005, 0.004])
def test_lines_that_run_short_or_on_by_millimetres(tmp_path: Path, gap: float) -> None:
    """A block of 100 by 30 m cut every 10 m; a gap is negative where lines run on."""
    doc, msp = new()
    for start, end in [((0, 0), (100, 0)), ((100, 30), (0, 30)), ((0, 30), (0, 0))]:
        msp.add_line(*moved([start, end]))
    msp.add_line(*moved([(100, gap), (100, 30 - gap)]))
    for x in range(10, 100, 10):
        msp.add_line(*moved([(x + 0.1234567, gap), (x + 0.1234567, 30 - gap)]))
    drawing = read(doc, tmp_path, polygonise=["0"])
    expected = sorted([303.703701, *[300.0] * 8, 296.296299])
    # which of two ends moves to the other is open, so a lot 10 m wide may be off by the gap
    spare = 1e-3 + 10 * abs(gap)
    assert sorted(shapely.area(joined(drawing))) == pytest.approx(expected, abs=spare)


def test_gaps_of_centimetres_stay_open(tmp_path: Path) -> None:
    doc, msp = new()
    for start, end in [((0, 0), (10, 0)), ((10, 0.03), (10, 10)), ((10, 10), (0, 0))]:
        msp.add_line(*moved([start, end]))
    drawing = read(doc, tmp_path, polygonise=["0"])
    assert drawing.reason.tolist() == ["unclosed_line"] * 3


def test_a_wall_drawn_for_both_lots_is_one_wall(tmp_path: Path) -> None:
    doc, msp = new()
    for x in (0.0, 10.004):
        corners = moved([(0, 0), (10, 0), (10, 30), (0, 30)], x)
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            msp.add_line(start, end)
    drawing = read(doc, tmp_path, polygonise=["0"])
    assert shapely.area(joined(drawing)) == pytest.approx([300, 300], abs=0.13)


def test_lines_divide_the_closed_outline_they_stand_in(tmp_path: Path) -> None:
    """A block with three lots, one without lines, and a plan's outline round them all."""
    doc, msp = new()
    lots = {"layer": "LO"}
    msp.add_lwpolyline(ring(200, -20, -20), close=True, dxfattribs=lots)
    msp.add_lwpolyline(moved([(0, 0), (60, 0), (60, 40), (0, 40)]), close=True, dxfattribs=lots)
    msp.add_lwpolyline(ring(40, 100), close=True, dxfattribs=lots)
    for x in (10, 30):
        msp.add_line(*moved([(x, 0), (x, 40)]), dxfattribs=lots)
    msp.add_line(*moved([(40, 10), (45, 15)]), dxfattribs=lots)
    drawing = read(doc, tmp_path, polygonise=["lo"])
    assert drawing.reason.tolist() == [
        "", "joined_into_ring", "", *["joined_into_ring"] * 2, "unclosed_line", "", "", "",
    ]  # fmt: skip
    assert sorted(shapely.area(joined(drawing))) == pytest.approx([400, 800, 1200])


def test_lines_between_closed_outlines_enclose_what_lies_between(tmp_path: Path) -> None:
    doc, msp = new()
    for x in (0, 60):
        msp.add_lwpolyline(ring(40, x), close=True)
    for y in (0, 40):
        msp.add_line(*moved([(40, y), (60, y)]))
    for start, end in pairwise([*ring(40), ring(40)[0]]):
        msp.add_line(start, end)
    drawing = read(doc, tmp_path, polygonise=["0"])
    assert drawing.reason.tolist() == ["", "", *["joined_into_ring"] * 6, ""]
    assert shapely.area(joined(drawing)) == pytest.approx([800])


# ---- texts -------------------------------------------------------------------------------------


def test_labels_go_to_the_smallest_lot_in_reading_order(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_lwpolyline(ring(100), close=True, dxfattribs={"layer": "KHU"})
    msp.add_lwpolyline(ring(20, 10, 10), close=True, dxfattribs={"layer": "LO"})
    hatch_of(msp, ring(20, 10, 10), layer="TO")
    for text, x, y in [("dưới", 12, 12), ("phải", 20, 25.4), ("trái", 12, 25), ("khu", 50, 50)]:
        msp.add_text(text, height=1, dxfattribs={"insert": moved([(x, y)])[0]})
    msp.add_text("ngoài", dxfattribs={"insert": (0, 0)})
    drawing = read(doc, tmp_path)
    assert drawing.table["label"].tolist()[:3] == ["khu", *["trái | phải | dưới"] * 2]
    assert drawing.table["label"].isna().sum() == 5


def test_labels_go_to_the_lots_asked_for(tmp_path: Path) -> None:
    """A circle round the lot's number, and a house under its area, are smaller than the lot."""
    doc, msp = new()
    msp.add_lwpolyline(ring(100), close=True, dxfattribs={"layer": "LO"})
    sign = doc.blocks.new("KY HIEU")
    sign.add_circle((0, 0), 8, dxfattribs={"layer": "CHU"})
    sign.add_text("OM-12", height=2, dxfattribs={"insert": (-3, 1), "layer": "CHU"})
    msp.add_blockref("KY HIEU", moved([(20, 80)])[0])
    msp.add_lwpolyline(ring(20, 60, 20), close=True, dxfattribs={"layer": "NHA"})
    msp.add_text("1 ha", height=2, dxfattribs={"insert": moved([(65, 30)])[0], "layer": "CHU"})
    assert read(doc, tmp_path).table["label"].tolist()[0] is None
    table = read(doc, tmp_path, only={"layer": ["lo"]}).table
    assert table["label"].dropna().to_dict() == {0: "OM-12 | 1 ha"}


def test_what_texts_say_and_in_which_font(tmp_path: Path) -> None:
    doc, msp = new()
    doc.styles.add("VN", font="vntime.shx")
    doc.styles.new("TTF", dxfattribs={"font": "arial.ttf"}).set_extended_font_data(".VnArialH")
    block = doc.blocks.new("NHAN")
    block.add_attdef("SO", (1, 1))
    block.add_attdef("CO_DINH", (0, 0), text="CD").dxf.flags = 2
    msp.add_text("%%c20 \\U+0110\\U+1EA5t", dxfattribs={"style": "VN"})
    middle = msp.add_text("giữa", dxfattribs={"style": "TTF"})
    middle.set_placement((7, 8), align=TextEntityAlignment.MIDDLE_CENTER)
    mtext = msp.add_mtext("{\\f.VnTime|b0|i0|c0|p34;§Êt} ODT\\P{\\Fvni.shx;Ñaát}\\S1/2;")
    mtext.dxf.insert = (3, 4)
    insert = msp.add_blockref("NHAN", (50, 50))
    insert.add_attrib("SO", "12", (51, 51)).dxf.style = "VN"
    drawing = read(doc, tmp_path)
    table = drawing.table
    assert table["kind"].tolist() == ["TEXT", "TEXT", "MTEXT", "ATTRIB", "ATTDEF"]
    assert table["text"].tolist() == ["Ø20 Đất", "giữa", "§Êt ODT Ñaát1/2", "12", "CD"]
    assert table["font"].tolist()[:4] == ["vntime.shx", ".VnArialH", ".VnTime", "vntime.shx"]
    places = [(7.0, 8.0), (3.0, 4.0), (51.0, 51.0), (50.0, 50.0)]
    assert [shape.coords[0] for shape in drawing.geometry[1:]] == places


def test_each_piece_of_a_text_is_decoded_by_its_own_font(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_lwpolyline(SQUARE, close=True)
    msp.add_mtext("{\\f.VnTime|b0;§Êt}{\\fArial|b0; Đất}").dxf.insert = (5, 5)
    seen: list[tuple[str | None, str | None]] = []

    def decode(texts: Sequence[str | None], fonts: Sequence[str | None]) -> list[str | None]:
        seen.extend(zip(texts, fonts, strict=True))
        pairs = zip(texts, fonts, strict=True)
        return ["Đất" if font == ".VnTime" else text for text, font in pairs]

    drawing = read(doc, tmp_path, decode=decode)
    assert seen == [("§Êt ", ".VnTime"), ("Đất", "Arial")]
    assert drawing.table["label"].tolist() == ["ĐấtĐất", None]


LEGACY = bytes([0xA7, 0xCA, 0x74, 0x20, *range(0x80, 0x100)])


def surface(data: bytes) -> str:
    """Windows Latin, with the five bytes it has no letter for as they are."""
    return "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in data
    )


@pytest.mark.parametrize("version", ["R12", "R2000", "R2004"])
@pytest.mark.parametrize("codepage", [b"ANSI_1252", b"ANSI_1258"])
def test_every_byte_of_legacy_text_can_be_told(
    tmp_path: Path, version: str, codepage: bytes
) -> None:
    doc, msp = new(version)
    msp.add_text("THAY", dxfattribs={"layer": "LOP"})
    msp.add_lwpolyline(SQUARE) if version != "R12" else msp.add_line((0, 0), (1, 1))
    path = tmp_path / "ve.dxf"
    write_quietly(doc, path)
    data = path.read_bytes().replace(b"ANSI_1252", codepage)
    path.write_bytes(data.replace(b"THAY", LEGACY).replace(b"LOP", b"\xa7\x81\xca"))
    table = read_dxf(path, "ve.dxf").table
    assert table["text"][0] == surface(LEGACY)
    assert table["layer"][0] == surface(b"\xa7\x81\xca")
    assert read_dxf(path, "ve.dxf").codepage == codepage.decode()
    # the same when the file needs mending first
    path.write_bytes(path.read_bytes().replace(b"  0\nEOF", b""))
    cut = read_dxf(path, "ve.dxf")
    assert cut.table["text"][0] == surface(LEGACY)
    assert cut.reason.tolist() == ["", "cut_short"]
    assert cut.audit


def write_quietly(doc: DxfDocument, path: Path, **options: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        doc.saveas(path, **options)


def test_inserts_on_layers_with_letters_that_were_lost(tmp_path: Path) -> None:
    """Programs write `?` for letters their code page lacks; in inserts ezdxf takes no such name."""
    doc, msp = new("R2000")
    lot_block(doc)
    msp.add_blockref("LO", (0, 0), {"layer": "DXT O"})
    msp.add_polyline2d(SQUARE, close=True, dxfattribs={"layer": "DXT O"})
    path = tmp_path / "ve.dxf"
    doc.saveas(path)
    path.write_bytes(path.read_bytes().replace(b"DXT O", b"D?t o"))
    drawing = read_dxf(path, "ve.dxf")
    assert drawing.table["layer"].tolist() == ["D?t o"] * 2
    assert shapely.area(drawing.geometry).tolist() == [25, 100]
    assert drawing.audit == ()


@pytest.mark.parametrize("codepage", [b"ANSI_1252", b"ANSI_1258"])
def test_binary_drawings(tmp_path: Path, codepage: bytes) -> None:
    doc, msp = new("R2000")
    msp.add_lwpolyline(ring(10), close=True)
    msp.add_text("THAY")
    path = tmp_path / "ve.dxf"
    write_quietly(doc, path, fmt="bin")
    data = path.read_bytes().replace(b"ANSI_1252", codepage)
    path.write_bytes(data.replace(b"THAY", b"\xa7\xca\x81\xd2"))
    drawing = read_dxf(path, "ve.dxf")
    assert drawing.geometry[0].area == 100
    assert drawing.table["text"][1] == "§Ê\x81Ò"


def test_unicode_drawings_with_stray_bytes(tmp_path: Path) -> None:
    doc, msp = new("R2018")
    msp.add_text("Đất ở")
    msp.add_text("THAY", dxfattribs={"layer": "Đất"})
    path = tmp_path / "ve.dxf"
    doc.saveas(path)
    path.write_bytes(path.read_bytes().replace(b"THAY", b"\xa7\xcat"))
    assert read_dxf(path, "ve.dxf").table["text"].tolist() == ["Đất ở", "§Êt"]


# ---- what is not read, and damage ---------------------------------------------------------------


def test_every_entity_of_the_file_is_a_row(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_lwpolyline(SQUARE, close=True)
    msp.add_linear_dim(base=(0, 2), p1=(0, 0), p2=(3, 0)).render()
    msp.add_leader([(0, 0), (1, 1)])
    for number in range(4):
        msp.add_ray((number, 0), (1, 0))
    msp.add_mline([(0, 0), (1, 0)])
    doc.layout("Layout1").add_lwpolyline(SQUARE, close=True)
    path = tmp_path / "ve.dxf"
    doc.saveas(path)
    text = path.read_text(encoding="utf-8")
    for kind in ("REGION", "ACAD_TABLE", "KHONG_BIET"):
        text = text.replace("\nRAY\n", f"\n{kind}\n", 1)
    path.write_text(text, encoding="utf-8")
    drawing = read_dxf(path, "ve.dxf")
    kinds = drawing.table["kind"].tolist()
    assert kinds == [
        "POLYLINE", "DIMENSION", "LEADER", "REGION", "ACAD_TABLE", "KHONG_BIET", "RAY", "MLINE",
        "POLYLINE",
    ]  # fmt: skip
    assert drawing.reason.tolist() == ["", *["unsupported_entity"] * 7, "paper_space"]
    for reason in {*drawing.reason} - {""}:
        said = Text.of(f"finding.{reason}", source="a", type="b", value="c", count=3)
        assert said.say("vi") != said.say("en")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e308"])
def test_coordinates_that_are_no_numbers_stay_for_the_loader(tmp_path: Path, value: str) -> None:
    doc, msp = new()
    mark = 123.456789
    corners = [(0, 0), (mark, 0), (10, 10), (0, 10)]
    msp.add_lwpolyline(corners, close=True)
    msp.add_lwpolyline([(*corner, 0.5) for corner in corners], format="xyb", close=True)
    hatch_of(msp, corners)
    hatch_of(msp, SQUARE)
    msp.add_circle((mark, 0), 10)
    msp.add_arc((0, 0), mark, 0, 90)
    msp.add_spline([(0, 0), (mark, 0), (1, 1)])
    msp.add_ellipse((mark, 0), (1, 0))
    msp.add_text("a", dxfattribs={"insert": (mark, 0)})
    msp.add_line((0, 0), (mark, 0))
    msp.add_point((mark, 0))
    doc.blocks.new("B").add_lwpolyline(corners, close=True)
    msp.add_blockref("B", (mark, 0))
    doc.saveas(tmp_path / "ve.dxf")
    text = (tmp_path / "ve.dxf").read_text(encoding="utf-8")
    assert text.count("123.456789") > 10
    (tmp_path / "ve.dxf").write_text(text.replace("123.456789", value), encoding="utf-8")
    drawing = read_dxf(tmp_path / "ve.dxf", "ve.dxf", Asked(["0"]))
    assert len(drawing) == 12
    assert drawing.geometry[3].area == 100


def test_files_that_are_no_drawing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ve.dxf"
    for content, kind in [
        (b"", "empty_file"),
        (b"hello", "not_the_format"),
        (b"%PDF-1.4", "not_the_format"),
        (b"\0" * 5000, "not_the_format"),
        (b"AC1032\0\0\0\0", "dwg_file"),
        (b"AC1015" + b"\0" * 500, "dwg_file"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 500, "dgn_v8"),
        (b"0\nSECTION\n2\nHEADER\n", "cut_file"),
        (b"  0\nSECTION\n  2\nENTITIES\n  0\nENDSEC\n  0\nEOF\n", "no_entities"),
    ]:
        path.write_bytes(content)
        line = refused(kind, lambda: read_dxf(path, "ve.dxf"))
        assert line.startswith("ve.dxf: ")
    path.write_bytes(b"AC1032")
    assert "DXFOUT" in refused("dwg_file", lambda: refuse_closed_formats(path, "ve.dwg"))
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1"))
    refused("dgn_v8", lambda: read_dgn(path, "ve.dgn"))


def test_drawings_without_closed_shapes_are_told_so(tmp_path: Path) -> None:
    doc, msp = new()
    msp.add_line((0, 0), (1, 1), dxfattribs={"layer": "RANH"})
    drawing = read(doc, tmp_path)
    line = refused("no_closed_entity", lambda: require_closed(drawing, "ve.dxf"))
    assert "LINE 1" in line
    assert "RANH" in line
    msp.add_circle((0, 0), 1)
    require_closed(read(doc, tmp_path), "ve.dxf")


def test_values_that_were_guessed_are_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    doc, msp = new()
    msp.add_line((0, 0), (17.25, 0))
    path = tmp_path / "ve.dxf"
    doc.saveas(path)
    path.write_bytes(path.read_bytes().replace(b"17.25", b"17x25"))
    assert any("17x25" in line for line in read_dxf(path, "ve.dxf").audit)
    assert capfd.readouterr().err == ""


def full_drawing() -> bytes:
    doc, msp = new()
    for number in range(4):
        msp.add_lwpolyline(ring(10, 20 * number), close=True)
        hatch_of(msp, ring(10, 20 * number, 50), ring(4, 20 * number + 2, 52))
    path = msp.add_hatch().paths.add_edge_path()
    path.add_arc((0, 0), 10, 0, 180)
    path.add_line((-10, 0), (10, 0))
    lot_block(doc)
    msp.add_blockref("LO", (5, 5), {"xscale": 2})
    msp.add_mtext("{\\f.VnTime|b0;§Êt}")
    msp.add_spline([(0, 0), (1, 0), (1, 1)])
    return as_bytes(doc)


def as_bytes(doc: DxfDocument) -> bytes:
    stream = io.StringIO()
    doc.write(stream)
    return stream.getvalue().encode("utf-8")


WHOLE = full_drawing()


def read_or_refuse(data: bytes, folder: Path) -> Drawing | None:
    path = folder / "ve.dxf"
    path.write_bytes(data)
    try:
        return read_dxf(path, "ve.dxf")
    except PlanDataError:
        return None


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(part=st.floats(0.0, 0.999))
def test_files_cut_anywhere_tell_no_lie(tmp_path: Path, part: float) -> None:
    """Every shape that is kept is one of the whole drawing."""
    known = read_or_refuse(WHOLE, tmp_path)
    assert known is not None
    kept = read_or_refuse(WHOLE[: int(len(WHOLE) * part)], tmp_path)
    if kept is not None:
        wanted = {shape.wkb for shape in known.geometry}
        found = {shape.wkb for shape in kept.geometry[kept.reason == ""]}
        assert found <= wanted


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0.5, 0.999), junk=st.binary(min_size=1, max_size=6))
def test_damage_anywhere_is_one_line_or_rows(tmp_path: Path, place: float, junk: bytes) -> None:
    start = int(len(WHOLE) * place)
    read_or_refuse(WHOLE[:start] + junk + WHOLE[start + len(junk) :], tmp_path)


# ---- other programs ------------------------------------------------------------------------------


def gdal_areas(path: Path) -> dict[str, float]:
    """Areas by layer as GDAL reads them, closed lines taken as polygons."""
    frame = pyogrio.read_dataframe(path)
    shapes = [
        Polygon(shape) if shape.geom_type == "LineString" and shape.is_ring else shape
        for shape in frame.geometry
    ]
    sizes = gpd.GeoSeries(shapes).area
    return sizes.groupby(frame["Layer"].to_numpy()).sum().to_dict()


def test_gdal_finds_the_same_areas(tmp_path: Path) -> None:
    doc, msp = new()
    generator = np.random.default_rng(7)
    for number in range(40):
        angles = np.sort(generator.uniform(0, math.tau, 9))
        corners = moved(
            np.column_stack([np.cos(angles), np.sin(angles)]) * generator.uniform(20, 40, (9, 1)),
            100 * number,
        )
        msp.add_lwpolyline(corners, close=True, dxfattribs={"layer": "DUONG"})
        hatch_of(msp, ring(90, 100 * number, 200), ring(20, 100 * number + 9, 220), layer="TO")
        msp.add_polyline2d(
            ring(number + 1, 100 * number, 400), close=True, dxfattribs={"layer": "CU"}
        )
    lot_block(doc)
    msp.add_blockref("LO", (EAST, NORTH), {"xscale": -3, "yscale": 2, "layer": "KHOI"})
    drawing = read(doc, tmp_path)
    theirs = gdal_areas(tmp_path / "ve.dxf")
    for layer in ("DUONG", "TO", "CU", "KHOI"):
        assert areas(drawing, layer) == pytest.approx(theirs[layer], rel=1e-6)
    assert areas(drawing, "TO") == pytest.approx(40 * (8100 - 400), rel=1e-12)


def test_a_drawing_written_by_gdal(tmp_path: Path) -> None:
    lots = [
        box(EAST, NORTH, EAST + 100, NORTH + 50),
        Polygon(ring(100, 200), [ring(20, 210, 10)]),
        MultiPolygon([Polygon(ring(10, 400)), Polygon(ring(10, 500))]),
        LineString(ring(100, 600)),
    ]
    frame = gpd.GeoDataFrame({"Layer": ["A", "B", "C", "D"]}, geometry=lots, crs="EPSG:5898")
    path = tmp_path / "gdal.dxf"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, driver="DXF")
    drawing = read_dxf(path, "gdal.dxf")
    assert [areas(drawing, layer) for layer in "ABCD"] == pytest.approx([5000, 9600, 200, 0])
    assert (drawing.reason == "").all()


@pytest.mark.parametrize("writer", ["polylines", "hatches", "gdal"])
def test_a_real_plan_as_a_drawing_keeps_its_areas(tmp_path: Path, writer: str) -> None:
    """All valid lots of a plan, by layer; what a crossing ring encloses is a matter of opinion."""
    source = REAL / "QHPK_SDD_NghiaChanh_2021.geojson"
    if not source.is_file():
        pytest.skip(f"no real plan {source.name} in ../shared/data")
    plan = pyogrio.read_dataframe(source, columns=["description"]).to_crs("EPSG:5898")
    plan = plan[(plan.geom_type == "Polygon") & plan.is_valid]
    plan["geometry"] = shapely.force_2d(plan.geometry.to_numpy())
    plan["Layer"] = ["L" + str(number) for number in plan["description"].factorize()[0]]
    assert len(plan) > 200
    path = tmp_path / "ve.dxf"
    if writer == "gdal":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyogrio.write_dataframe(plan[["Layer", "geometry"]], path, driver="DXF")
    else:
        doc, msp = new()
        for layer, lot in zip(plan["Layer"], plan.geometry, strict=True):
            outline = list(lot.exterior.coords)[:-1]
            if writer == "hatches":
                hatch_of(msp, outline, *(part.coords for part in lot.interiors), layer=layer)
            else:
                msp.add_lwpolyline(outline, close=True, dxfattribs={"layer": layer})
        doc.saveas(path)
    if writer == "polylines":
        plan["geometry"] = [Polygon(lot.exterior) for lot in plan.geometry]
    drawing = read_dxf(path, "ve.dxf")
    assert len(drawing) == len(plan)
    assert set(drawing.reason) <= {"", "drawn_twice"}
    sizes = pd.Series(shapely.area(drawing.geometry))
    ours = sizes.groupby(drawing.table["layer"]).sum()
    expected = plan.area.groupby(plan["Layer"]).sum()
    assert ours.reindex(expected.index).to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)


# ---- DGN -----------------------------------------------------------------------------------------


def write_dgn(folder: Path) -> Path:
    """A DGN v7 file made by GDAL: shapes, a closed and an open line string, a point."""
    shapes = [
        box(*ring(100)[0], *ring(100)[2]),
        LineString([*ring(10, 200), ring(10, 200)[0]]),
        LineString(ring(10, 300)),
    ]
    path = folder / "ve.dgn"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(gpd.GeoDataFrame(geometry=shapes), path, driver="DGN")
    return path


def test_dgn_shapes_and_closed_lines_are_polygons(tmp_path: Path) -> None:
    drawing = read_dgn(write_dgn(tmp_path), "ve.dgn")
    assert [shape.geom_type for shape in drawing.geometry] == ["Polygon", "Polygon", "LineString"]
    assert shapely.area(drawing.geometry).tolist() == pytest.approx([10_000, 100, 0])
    assert drawing.table["layer"].str.fullmatch(r"Level \d+").all()
    assert drawing.table["handle"].is_unique


def test_dgn_cut_or_damaged(tmp_path: Path) -> None:
    path = write_dgn(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    refused("cut_file", lambda: read_dgn(path, "ve.dgn"))
    path.write_bytes(b"hello world")
    refused("not_the_format", lambda: read_dgn(path, "ve.dgn"))
    path.write_bytes(b"")
    refused("empty_file", lambda: read_dgn(path, "ve.dgn"))


def test_dgn_levels_colours_and_texts(tmp_path: Path) -> None:
    """Written by ogr2ogr, which can set them; the text's bytes then made TCVN3."""
    program = shutil.which("ogr2ogr")
    if program is None:
        pytest.skip("no ogr2ogr: install gdal-bin")
    frame = gpd.GeoDataFrame(
        {"Type": [6, 17], "Level": [10, 20], "ColorIndex": [3, 7], "Text": [None, "THAY 12"]},
        geometry=[box(*ring(100)[0], *ring(100)[2]), shapely.Point(EAST + 50, NORTH + 50)],
        crs="EPSG:5898",
    )
    frame.to_file(tmp_path / "a.gml", driver="GML")
    path = tmp_path / "b.dgn"
    subprocess.run(
        [program, "-f", "DGN", path, tmp_path / "a.gml"], check=True, capture_output=True
    )
    path.write_bytes(path.read_bytes().replace(b"THAY", b"\xa7\xca\x81t"))
    table = read_dgn(path, "b.dgn").table
    assert table["layer"].tolist() == ["Level 10", "Level 20"]
    assert table["color"].tolist() == [3, 7]
    assert table["kind"].tolist() == ["POLYLINE", "TEXT"]
    assert table["text"].tolist() == [None, "§Ê\x81t 12"]
    assert table["label"].tolist() == ["§Ê\x81t 12", None]
