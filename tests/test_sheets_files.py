"""Sheets as files: the same bytes every time, whole or not at all, with or without basemap."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from matplotlib.figure import Figure
from PIL import Image
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.shutil import copy
from rasterio.warp import transform_bounds

from test_sheets_city import CRS, EAST, NORTH, city
from urbanplan_gis.outputs.sheets import SheetOptions, compose, draw_sheet, tiles
from urbanplan_gis.outputs.sheets.basemap import Basemap
from urbanplan_gis.outputs.sheets.write import make_figure, settings

SMALL = SheetOptions(paper="A4", dpi=60)
#: ground of local basemaps, in the project CRS
GROUND = (EAST + 3000, NORTH + 3000, EAST + 6000, NORTH + 6000)
_AGAIN = """
import sys
from pathlib import Path
from test_sheets_city import city
from urbanplan_gis.outputs.sheets import SheetOptions, draw_sheet
draw_sheet("green_space", city(), SheetOptions(paper="A4", dpi=60), Path(sys.argv[1]))
"""


def _one_colour() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (256, 256), (10, 200, 30)).save(stream, "PNG")
    return stream.getvalue()


PNG = _one_colour()


def digests(paths: tuple[Path, Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


@pytest.mark.slow
def test_another_run_folder_process_and_user_give_the_same_bytes(tmp_path: Path) -> None:
    """One run under a user's own matplotlib settings, one in a fresh process."""
    import matplotlib

    with matplotlib.rc_context({"font.family": "monospace", "savefig.bbox": "tight"}):
        first = draw_sheet("green_space", city(), SMALL, tmp_path / "one")
        assert matplotlib.rcParams["savefig.bbox"] == "tight"
    folder = tmp_path / "two"
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    subprocess.run(
        [sys.executable, "-c", _AGAIN, str(folder)],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7"},
    )
    second = (folder / "green_space.png", folder / "green_space.pdf")
    assert digests(first) == digests(second)


def test_a_failure_leaves_the_former_sheet_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = tmp_path / "green_space.png"
    former.write_bytes(b"former")
    save = Figure.savefig

    def fail(self: Figure, path: Any, **options: Any) -> None:
        if str(path).endswith(".pdf"):
            raise OSError("disk full")
        save(self, path, **options)

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        draw_sheet("green_space", city(), SMALL, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["green_space.png"]
    assert former.read_bytes() == b"former"


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_text_in_the_pdf_is_text(tmp_path: Path) -> None:
    _, pdf = draw_sheet("indicator_urban_land_ratio", city(), SMALL, tmp_path)
    said = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True)
    text = " ".join(said.stdout.decode().split())
    for phrase in ("CHÚ GIẢI", "Tỷ lệ 1/", "Ranh giới phường, xã", "12,50 %", "DỰ KIẾN"):
        assert phrase in text


def test_the_pdf_page_is_the_paper(tmp_path: Path) -> None:
    _, pdf = draw_sheet("green_space", city(), SMALL, tmp_path)
    head = pdf.read_bytes()
    corner = head[head.index(b"/MediaBox") :].split(b"]")[0].split(b"[")[1].split()
    sides = [float(side) * 25.4 / 72 for side in corner[2:]]
    assert sides == pytest.approx([297, 210], abs=0.05)
    assert b"CreationDate" not in head


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("missing", "không tìm thấy tệp"),
        ("garbage", "tệp hỏng"),
        ("elsewhere", "không phủ vùng"),
        ("nowhere", "tệp không ghi hệ tọa độ"),
        ("heights", "không phải ảnh 8 bit"),
    ],
)
def test_a_basemap_that_fails_does_not_fail_the_sheet(
    kind: str, reason: str, tmp_path: Path
) -> None:
    source = tmp_path / ("base.mbtiles" if kind == "garbage" else "base.tif")
    if kind == "garbage":
        source.write_bytes(b"not a database")
    elif kind == "elsewhere":
        write_raster(source, (0, 0, 1000, 1000))
    elif kind == "nowhere":
        with pytest.warns(NotGeoreferencedWarning):
            write_raster(source, GROUND, grey(), crs=None)
    elif kind == "heights":
        write_raster(source, GROUND, grey().astype("float32"))
    figure = drawn(source)
    assert not figure.axes[0].images
    assert f"Không có nền bản đồ {source.name}: {reason}" in said(figure)


def test_a_local_basemap_lies_where_it_belongs_and_is_attributed(tmp_path: Path) -> None:
    path = tmp_path / "base.tif"
    write_raster(path, GROUND, ATTRIBUTION="© Cục Đo đạc")
    figure = drawn(path)
    assert covered(figure) == pytest.approx((EAST + 3000, EAST + 6000), abs=30)
    assert "© Cục Đo đạc" in said(figure)


def test_an_mbtiles_basemap_is_read_at_the_resolution_drawn(tmp_path: Path) -> None:
    path, tiles = tmp_path / "base.tif", tmp_path / "base.mbtiles"
    write_raster(path, transform_bounds(CRS, "EPSG:3857", *GROUND), grey(2000), crs="EPSG:3857")
    copy(path, tiles, driver="MBTILES", TILE_FORMAT="PNG")
    with rasterio.open(tiles, "r+") as raster:
        raster.build_overviews([2, 4, 8], Resampling.average)
    with sqlite3.connect(tiles) as database:
        words = "&copy; <a href='x'>Sở Xây dựng</a>."
        database.execute("insert into metadata values ('attribution', ?)", [words])
        # with the finest tiles gone only the overviews can have been read
        finest = "select max(zoom_level) from tiles"
        database.execute(f"delete from tiles where zoom_level = ({finest}) and tile_column % 2")
    figure = drawn(tiles)
    picture = np.asarray(figure.axes[0].images[0].get_array())
    assert covered(figure) == pytest.approx((EAST + 3000, EAST + 6000), abs=60)
    assert set(picture[picture[..., 3] == 255][:, 0]) == {128}
    assert picture[..., 3].any(axis=1).sum() == pytest.approx(
        picture[..., 3].any(axis=0).sum(), 0.1
    )
    assert "Nền bản đồ: © Sở Xây dựng." in said(figure)


def test_a_basemap_of_indexed_colours_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "base.tif"
    write_raster(path, GROUND, np.full((1, 60, 60), 7, dtype="uint8"))
    with rasterio.open(path, "r+") as raster:
        raster.write_colormap(1, {7: (200, 30, 40, 255)})
    picture = np.asarray(drawn(path).axes[0].images[0].get_array())
    assert {tuple(colour) for colour in picture[picture[..., 3] > 0]} == {(200, 30, 40, 255)}


def test_web_tiles_are_drawn_and_attributed(tile_server: TileServer) -> None:
    tile_server.answer = PNG
    figure = drawn("web")
    picture = np.asarray(figure.axes[0].images[0].get_array())
    assert (picture == [10, 200, 30, 255]).all()
    assert 9 <= tile_server.asked <= 80
    assert "© OpenStreetMap contributors" in said(figure)


@pytest.mark.parametrize("answer", [None, b"<html>please log in</html>", "wait"])
def test_a_tile_server_that_fails_or_hangs_does_not_fail_the_sheet(
    answer: Any, tile_server: TileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "_ALL_S", 0.5)
    tile_server.answer = answer
    figure = drawn("web")
    assert tile_server.asked
    assert not figure.axes[0].images
    assert "Không có nền bản đồ OpenStreetMap: không tải được từ mạng" in said(figure)


def test_a_note_on_the_basemap_without_room_does_not_fail_the_sheet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = Basemap(np.zeros((2, 2, 4)), "dài " * 9000)
    monkeypatch.setattr(compose, "read_basemap", lambda *_: base)
    assert not drawn("base.tif").axes[0].images


class TileServer:
    """A server of map tiles on this machine: ``answer`` is a picture, None for not found, or
    ``wait`` for nothing at all."""

    def __init__(self) -> None:
        self.answer: Any = None
        self.asked = 0
        self.closing = threading.Event()

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.asked += 1
        if self.answer == "wait":
            self.closing.wait(30)
        elif self.answer is None:
            request.send_error(404)
        else:
            request.send_response(200)
            request.end_headers()
            request.wfile.write(self.answer)


@pytest.fixture
def tile_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[TileServer]:
    """The provider of web tiles, served from this machine for one test."""
    import contextily

    mine = TileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mine.respond(self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    provider = contextily.providers.OpenStreetMap.Mapnik  # ty: ignore[missing-attribute]
    address = f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}.png"
    monkeypatch.setitem(provider, "url", address)
    yield mine
    mine.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()


def drawn(basemap: str | Path) -> Figure:
    with settings():
        return make_figure("green_space", city(), SheetOptions(dpi=60, basemap=basemap))


def said(figure: Figure) -> str:
    page = next(axes for axes in figure.axes if axes.get_gid() == "page")
    return " ".join(text.get_text() for text in page.texts)


def covered(figure: Figure) -> tuple[float, float]:
    """The eastings between which the basemap shows."""
    axes = figure.axes[0]
    picture = np.asarray(axes.images[0].get_array())
    xmin, xmax = axes.get_xlim()
    columns = np.flatnonzero(picture[..., 3].any(axis=0))
    pixel = (xmax - xmin) / picture.shape[1]
    return xmin + columns[0] * pixel, xmin + (columns[-1] + 1) * pixel


def grey(side: int = 60) -> np.ndarray:
    return np.full((3, side, side), 128, dtype="uint8")


def write_raster(
    path: Path,
    bounds: tuple[float, float, float, float],
    bands: np.ndarray | None = None,
    crs: str | None = CRS,
    **tags: str,
) -> None:
    """A picture over the bounds (metres), grey unless told."""
    bands = grey() if bands is None else bands
    count, height, width = bands.shape
    shape = {"width": width, "height": height, "count": count, "dtype": bands.dtype, "crs": crs}
    xmin, ymin, xmax, ymax = bounds
    grid = Affine((xmax - xmin) / width, 0, xmin, 0, (ymin - ymax) / height, ymax) if crs else None
    with rasterio.open(path, "w", driver="GTiff", transform=grid, **shape) as raster:
        raster.write(bands)
        raster.update_tags(**tags)
