"""Relief from heights, files of every kind below a map, and tile servers that misbehave."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp
from rasterio.warp import transform_bounds

from sheet_checks import axes_of, coloured, words
from test_sheets_city import city
from urbanplan_gis.outputs.sheets import SheetOptions
from urbanplan_gis.outputs.sheets.basemap import read_basemap
from urbanplan_gis.outputs.sheets.colour_sight import (
    LEAST_DISTANCE,
    distance,
    grey_of,
    lightness,
)
from urbanplan_gis.outputs.sheets.grey_print import LEAST_STEP, TONES
from urbanplan_gis.outputs.sheets.page import Layout, layouts
from urbanplan_gis.outputs.sheets.relief import shaded_relief, veil
from urbanplan_gis.outputs.sheets.styles import LAND_FILE, PLAN_FILE, styles
from urbanplan_gis.outputs.sheets.symbols import (
    CONTEXT,
    COVERED,
    NO_DATA,
    TARGET_FILLS,
    UNDECIDED,
)
from urbanplan_gis.outputs.sheets.tiles import TilesError, fetch_tiles
from urbanplan_gis.outputs.sheets.write import make_figure, settings

CRS = "EPSG:5898"
EAST, NORTH = 590_000.0, 1_675_000.0
#: web Mercator metres around the city
BOUNDS = (12_120_000.0, 1_700_000.0, 12_125_000.0, 1_704_000.0)
#: the grey of level ground, which a light 45 degrees high meets with √½ of its strength
FLAT, LEVEL = 244, np.sqrt(0.5)


@pytest.fixture(scope="module")
def layout() -> Layout:
    focus = (EAST, NORTH, EAST + 4000, NORTH + 4000)
    return layouts(SheetOptions(paper="A4"), focus)[0]


def test_flat_ground_is_one_grey() -> None:
    picture, times = shaded_relief(np.full((5, 6), 12.0), 30.0)
    assert set(picture[..., 0].ravel()) == {FLAT}
    assert picture[..., 3].min() == 255
    assert times == 1


def test_slopes_to_the_light_are_lighter_and_exaggeration_follows_the_ground() -> None:
    # rows run from the north: falling to the west, the slope faces west
    east = np.tile(np.arange(8) * 30.0, (8, 1))
    facing_west, times = shaded_relief(east * 0.2, 30.0)
    assert times == 2  # 0.2 seems 0.4
    facing_east, _ = shaded_relief(-east * 0.2, 30.0)
    # normal of a slope of 0.4 to the west: (-0.4, 0, 1); light: (-0.5, 0.5, √½)
    lit = (0.4 * 0.5 + np.sqrt(0.5)) / np.hypot(1, 0.4)
    assert facing_west[3, 3, 0] == round(244 + 11 * (lit - LEVEL) / (1 - LEVEL))
    lit = (-0.4 * 0.5 + np.sqrt(0.5)) / np.hypot(1, 0.4)
    assert facing_east[3, 3, 0] == round(160 + 84 * lit / LEVEL)
    # falling to the north, towards the light
    facing_north, _ = shaded_relief(np.arange(8)[:, None] * np.ones(8) * 6.0, 30.0)
    assert facing_north[3, 3, 0] == facing_west[3, 3, 0]
    assert shaded_relief(east * 0.001, 30.0)[1] == 10
    assert shaded_relief(east * 2.0, 30.0)[1] == 1


@pytest.mark.skipif(shutil.which("gdaldem") is None, reason="gdal-bin is not installed")
def test_the_shade_is_that_of_gdal(tmp_path: Path) -> None:
    y, x = np.mgrid[0:80, 0:100]
    heights = 60 * np.sin(x / 12) * np.cos(y / 15) + 100
    mine, times = shaded_relief(heights, 30.0)
    source, made = tmp_path / "dem.tif", tmp_path / "shade.tif"
    write(source, heights[None].astype("float32"), grid=Affine(30, 0, EAST, 0, -30, NORTH))
    command = ["gdaldem", "hillshade", "-z", str(times), "-az", "315", "-alt", "45"]
    subprocess.run([*command, source, made], check=True, capture_output=True)
    with rasterio.open(made) as raster:
        lit = (raster.read(1)[2:-2, 2:-2] - 1.0) / 254
    ours = np.interp(mine[2:-2, 2:-2, 0], (160, 244, 255), (0, LEVEL, 1))
    # Horn's window of nine against differences of two; a step of grey is up to 0.03
    assert np.abs(ours - lit).max() < 0.05


def test_unknown_and_impossible_heights_are_left_out() -> None:
    heights = np.full((9, 9), 5.0)
    heights[2, 2], heights[6, 6] = np.nan, -32768.0
    picture, _ = shaded_relief(heights, 30.0)
    assert picture[2, 2, 3] == picture[6, 6, 3] == 0
    assert picture[0, 0, 3] == 255
    assert set(picture[picture[..., 3] > 0][:, 0]) == {FLAT}
    assert not shaded_relief(np.full((4, 4), np.nan), 30.0)[0].any()


def mixed(colour: str, veil_pixel: np.ndarray) -> str:
    """A colour under a pixel (RGBA) of the veil, as a renderer lays one over the other."""
    alpha = veil_pixel[3] / 255
    under = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)])
    seen = np.rint(under * (1 - alpha) + veil_pixel[:3] * alpha).astype(int)
    return "#" + "".join(f"{value:02x}" for value in seen)


def test_relief_over_the_classes_leaves_every_colour_nearest_to_its_own() -> None:
    """Half of the 10 by which legends keep their colours apart, and their greys by L*."""
    relief = np.full((1, 4, 4), 255, dtype=np.uint8)
    relief[0, :, 0] = (160, FLAT, 255, 200)  # full shade, level, full light, and unknown ground
    relief[0, 3, 3] = 0
    shade, level, lit, unknown = veil(relief, grey=False)[0]
    assert level[3] == unknown[3] == 0
    assert shade[3] > 15  # but it is seen
    assert lit[3] > 15
    fills = {
        entry.symbol.fill for file in (LAND_FILE, PLAN_FILE) for entry in styles(file).values()
    }
    fills |= {*TARGET_FILLS, CONTEXT.fill, NO_DATA.fill, UNDECIDED.fill, COVERED.fill}
    for fill in fills - {None}:
        assert distance(fill, mixed(fill, shade)) < LEAST_DISTANCE / 2 + 0.05
        assert distance(fill, mixed(fill, lit)) < LEAST_DISTANCE / 2
    shade, _, lit, _ = veil(relief, grey=True)[0]
    for tone in map(grey_of, TONES):
        assert abs(lightness(mixed(tone, shade)) - lightness(tone)) < LEAST_STEP / 2
        assert abs(lightness(mixed(tone, lit)) - lightness(tone)) < LEAST_STEP / 2


def test_heights_are_seen_through_the_classes_and_pictures_are_not(tmp_path: Path) -> None:
    heights = np.tile(np.arange(300.0) % 50, (300, 1))
    for name, bands in (("dem", heights[None].astype("float32")),
                        ("photo", np.full((3, 300, 300), 90, dtype="uint8"))):  # fmt: skip
        path = tmp_path / f"{name}.tif"
        write(path, bands, grid=Affine(100, 0, 575_000, 0, -100, 1_690_000))
        for grey in (False, True)[: 2 if name == "dem" else 1]:
            options = SheetOptions("A4", dpi=60, basemap=path, grey=grey)
            with settings():
                figure = make_figure("green_space", city(), options)
            ground = axes_of(figure, "map")
            seen = [image.get_zorder() for image in ground.images if image.get_gid() == "relief"]
            classes = [a.get_zorder() for a in ground.get_children()
                       if str(a.get_gid()).startswith("class:")]  # fmt: skip
            assert [zorder > max(classes) for zorder in seen] == ([True] if name == "dem" else [])
            assert bool(coloured(figure)) != grey
            assert ("chỗ bằng phẳng đúng màu chú giải" in words(figure)) == (name == "dem")


@pytest.mark.parametrize("kind", ["float32", "int16", "uint16"])
def test_heights_become_relief_in_their_place(kind: str, layout: Layout, tmp_path: Path) -> None:
    """A ridge along a meridian, in degrees: light on its western side, dark on its eastern."""
    path = tmp_path / "dem.tif"
    west, south, east, north = transform_bounds(
        CRS, "EPSG:4326", EAST - 2000, NORTH - 2000, EAST + 6000, NORTH + 6000
    )
    across = np.linspace(EAST - 2000, EAST + 6000, 400)
    ridge = np.maximum(0, 200 - np.abs(across - (EAST + 2000)) / 4)
    heights = np.tile(ridge, (400, 1)).astype(kind)
    heights[:120] = 9999  # the north is not known
    grid = Affine((east - west) / 400, 0, west, 0, (south - north) / 400, north)
    write(path, heights[None], crs="EPSG:4326", grid=grid, nodata=9999)
    base = read_basemap(layout, CRS, path, "vi")
    picture, words = base.pixels, base.note
    assert picture is not None
    assert shade_at(picture, layout, EAST + 1700, NORTH + 2000) > FLAT
    assert shade_at(picture, layout, EAST + 2300, NORTH + 2000) < FLAT
    assert shade_at(picture, layout, EAST + 2000, NORTH + 4200, band=3) == 0
    assert "phóng đại" in words


def test_a_file_without_a_known_height_is_told(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "dem.tif"
    write(path, np.full((1, 50, 50), -9999, dtype="int16"), nodata=-9999)
    base = read_basemap(layout, CRS, path, "vi")
    assert base.pixels is None
    assert base.note == "Không có nền bản đồ dem.tif: không phủ vùng của tờ bản đồ."


def test_a_turned_picture_lies_where_its_corners_are(layout: Layout, tmp_path: Path) -> None:
    """Rows that run to the east: the grid is turned by a quarter."""
    path = tmp_path / "turned.tif"
    bands = np.full((3, 100, 100), 200, dtype="uint8")
    bands[:, :50] = 40  # the first rows
    # column to the north, row to the east, from the south-west corner
    write(path, bands, grid=Affine(0, 40, EAST, 40, 0, NORTH))
    base = read_basemap(layout, CRS, path, "vi")
    picture = base.pixels
    assert picture is not None
    assert shade_at(picture, layout, EAST + 1000, NORTH + 2000) == 40
    assert shade_at(picture, layout, EAST + 3000, NORTH + 2000) == 200


def test_bands_are_taken_by_their_colours(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "bgr.tif"
    bands = np.stack([np.full((20, 20), value, dtype="uint8") for value in (30, 20, 10)])
    write(path, bands)
    with rasterio.open(path, "r+") as raster:
        raster.colorinterp = (ColorInterp.blue, ColorInterp.green, ColorInterp.red)
    base = read_basemap(layout, CRS, path, "vi")
    picture = base.pixels
    assert picture is not None
    assert tuple(picture[picture[..., 3] > 0][0][:3]) == (10, 20, 30)


def test_a_scan_in_black_and_white_shows_both(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "scan.tif"
    bands = np.zeros((1, 60, 60), dtype="uint8")
    bands[:, :30] = 1
    write(path, bands, nbits=1)
    base = read_basemap(layout, CRS, path, "vi")
    picture = base.pixels
    assert picture is not None
    assert {0, 255} <= set(picture[picture[..., 3] > 0][:, 0])


@pytest.mark.parametrize("kind", ["no tables", "cut short", "text", "folder"])
def test_a_broken_file_is_told(kind: str, layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / ("base.mbtiles" if kind == "no tables" else "base.tif")
    if kind == "no tables":
        with sqlite3.connect(path) as database:
            database.execute("create table other (id integer)")
        database.close()
    elif kind == "cut short":
        write(path, np.random.default_rng(1).integers(0, 255, (3, 300, 300), dtype="uint8"))
        path.write_bytes(path.read_bytes()[:5000])
    elif kind == "text":
        path.write_text("<script>alert(1)</script>")
    else:
        path.mkdir()
    base = read_basemap(layout, CRS, path, "en")
    picture, words = base.pixels, base.note
    assert picture is None
    assert words.startswith(f"No basemap {path.name}: ")


def test_a_vast_file_without_overviews_is_refused_at_once(layout: Layout, tmp_path: Path) -> None:
    path = tmp_path / "vast.tif"
    shape = {"width": 400_000, "height": 400_000, "count": 1, "dtype": "uint8", "crs": CRS}
    grid = Affine(0.02, 0, EAST - 2000, 0, -0.02, NORTH + 6000)
    options = {"tiled": True, "sparse_ok": True, "bigtiff": "yes", "blockxsize": 4096,
               "blockysize": 4096}  # fmt: skip
    with rasterio.open(path, "w", driver="GTiff", transform=grid, **shape, **options):
        pass
    base = read_basemap(layout, CRS, path, "en")
    picture, words = base.pixels, base.note
    assert picture is None
    assert "gdaladdo" in words


class TileServer:
    """A server on this machine: ``answer`` is a status and a body, or None to hang."""

    def __init__(self) -> None:
        self.answer: tuple[int, bytes] | None = None
        self.closing = threading.Event()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request, or never."""
        if self.answer is None:
            self.closing.wait(30)
            return
        request.send_response(self.answer[0])
        request.end_headers()
        request.wfile.write(self.answer[1])


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TileServer]:
    import contextily

    mine = TileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mine.respond(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    provider = contextily.providers.OpenStreetMap.Mapnik  # ty: ignore[missing-attribute]
    monkeypatch.setitem(provider, "url", f"http://127.0.0.1:{served.server_port}/{{z}}/{{x}}/{{y}}")
    yield mine
    mine.closing.set()
    served.shutdown()
    served.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, b""), "colour.tiles.refused"),
        ((200, b"<html>please log in</html>"), "colour.tiles.no_picture"),
        ((500, b""), "colour.tiles.no_picture"),
        (None, "colour.tiles.slow"),
    ],
)
def test_why_there_are_no_tiles_is_said(
    answer: tuple[int, bytes] | None, reason: str, server: TileServer
) -> None:
    server.answer = answer
    with pytest.raises(TilesError) as caught:
        fetch_tiles(BOUNDS, 100.0, most_s=0.3 if answer is None else 20.0)
    assert caught.value.reason.key == reason


def test_a_server_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import contextily

    provider = contextily.providers.OpenStreetMap.Mapnik  # ty: ignore[missing-attribute]
    monkeypatch.setitem(provider, "url", "http://127.0.0.1:9/{z}/{x}/{y}")
    with pytest.raises(TilesError) as caught:
        fetch_tiles(BOUNDS, 100.0, most_s=20.0)
    assert caught.value.reason.key == "map.basemap.unreachable"


def shade_at(picture: np.ndarray, layout: Layout, east: float, north: float, band: int = 0) -> int:
    """The value of the picture at a place on the ground (metres)."""
    xmin, ymin, xmax, ymax = layout.extent
    high, wide = picture.shape[:2]
    column = int((east - xmin) / (xmax - xmin) * wide)
    row = int((ymax - north) / (ymax - ymin) * high)
    return int(picture[row, column, band])


def write(
    path: Path,
    bands: np.ndarray,
    crs: str = CRS,
    grid: Affine | None = None,
    nodata: float | None = None,
    **options: Any,
) -> None:
    """A GeoTIFF, over the ground of the layout unless told."""
    count, height, width = bands.shape
    grid = grid or Affine(4000 / width, 0, EAST, 0, -4000 / height, NORTH + 4000)
    shape = {"width": width, "height": height, "count": count, "dtype": bands.dtype}
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=grid, nodata=nodata, **shape, **options
    ) as raster:
        raster.write(bands)
