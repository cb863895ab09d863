"""Drawings written by ezdxf and by GDAL, read back: shapes, blocks, texts, damage."""

from __future__ import annotations

import math
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from ezdxf.document import Drawing as DxfDocument
from ezdxf.enums import TextEntityAlignment
from ezdxf.math import OCS, Matrix44
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.drawing import Drawing, read_dgn, read_dxf, require_closed
from urbanplan_gis.loaders.drawing_files import refuse_closed_formats
from urbanplan_gis.loaders.drawing_hatches import nest_rings
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
    return read_dxf(folder / "ve.dxf", "ve.dxf", **options)


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
    msp.add_spline().set_closed([(0, 0), (30, 0), (30, 30), (0, 30)])
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
    backwards.add_arc((100, 25), 25, 90, 270, ccw=False)
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
    assert shapes[0].normalize().equals_exact(
        shapely.affinity.translate(turned, 100, 200).normalize(), 1e-9
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


def test_ten_thousand_blocks_inside_one_another(tmp_path: Path) -> None:
    doc, msp = new("R2000")
    for number in range(10_000):
        block = doc.blocks.new(f"B{number}")
        block.add_point((0, 0))
        if number:
            block.add_blockref(f"B{number - 1}", (1, 0))
    msp.add_blockref("B9999", (0, 0))
    drawing = read(doc, tmp_path)
    assert len(drawing) == 10_000
    assert shapely.get_x(drawing.geometry).max() == 9_999


def test_blocks_that_multiply_are_refused(tmp_path: Path) -> None:
    doc, msp = new()
    doc.blocks.new("B0")
    for number in range(1, 40):
        block = doc.blocks.new(f"B{number}")
        block.add_blockref(f"B{number - 1}", (1, 0))
        block.add_blockref(f"B{number - 1}", (2, 0))
    msp.add_blockref("B39", (0, 0))
    refused("too_many_from_blocks", lambda: read(doc, tmp_path))
    doc, msp = new()
    doc.blocks.new("B0")
    many = {"row_count": 32_000, "column_count": 32_000, "row_spacing": 1, "column_spacing": 1}
    msp.add_blockref("B0", (0, 0), many)
    refused("too_many_from_blocks", lambda: read(doc, tmp_path))
