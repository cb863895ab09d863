"""Sheets as files: the same bytes every time, whole or not at all, with or without basemap."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from matplotlib.figure import Figure

from test_sheets_city import CRS, EAST, NORTH, city
from urbanplan_gis.outputs.sheets import SheetOptions, draw_sheet
from urbanplan_gis.outputs.sheets.write import make_figure, settings

SMALL = SheetOptions(paper="A4", dpi=60)
_AGAIN = """
import sys
from pathlib import Path
from test_sheets_city import city
from urbanplan_gis.outputs.sheets import SheetOptions, draw_sheet
draw_sheet("green_space", city(), SheetOptions(paper="A4", dpi=60), Path(sys.argv[1]))
"""


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


@pytest.mark.parametrize("kind", ["missing", "garbage", "web", "elsewhere"])
def test_a_basemap_that_fails_does_not_fail_the_sheet(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import contextily

    def no_network(*args: object, **options: object) -> None:
        raise ConnectionError("unreachable")

    monkeypatch.setattr(contextily, "add_basemap", no_network)
    source: str | Path = tmp_path / "base.mbtiles"
    if kind == "garbage":
        source.write_bytes(b"not a database")
    elif kind == "elsewhere":
        write_raster(source, (0, 0, 1000, 1000))
    elif kind == "web":
        source = "web"
    figure = drawn(source)
    assert not figure.axes[0].images
    assert "Không có nền bản đồ" in said(figure)


def test_a_local_basemap_lies_where_it_belongs_and_is_attributed(tmp_path: Path) -> None:
    path = tmp_path / "base.tif"
    bounds = (EAST + 3000, NORTH + 3000, EAST + 6000, NORTH + 6000)
    write_raster(path, bounds, ATTRIBUTION="© Cục Đo đạc")
    figure = drawn(path)
    axes = figure.axes[0]
    picture = np.asarray(axes.images[0].get_array())
    xmin, xmax = axes.get_xlim()
    columns = np.flatnonzero(picture[..., 3].any(axis=0))
    pixel = (xmax - xmin) / picture.shape[1]
    assert xmin + columns[0] * pixel == pytest.approx(bounds[0], abs=2 * pixel)
    assert xmin + (columns[-1] + 1) * pixel == pytest.approx(bounds[2], abs=2 * pixel)
    assert "© Cục Đo đạc" in said(figure)


def drawn(basemap: str | Path) -> Figure:
    with settings():
        return make_figure("green_space", city(), SheetOptions(dpi=60, basemap=basemap))


def said(figure: Figure) -> str:
    page = next(axes for axes in figure.axes if axes.get_gid() == "page")
    return " ".join(text.get_text() for text in page.texts)


def write_raster(path: Path, bounds: tuple[float, float, float, float], **tags: str) -> None:
    """A grey picture of 60 by 60 pixels over the bounds (metres of the project CRS)."""
    shape = {"width": 60, "height": 60, "count": 3, "dtype": "uint8", "crs": CRS}
    xmin, ymin, xmax, ymax = bounds
    grid = Affine((xmax - xmin) / 60, 0, xmin, 0, (ymin - ymax) / 60, ymax)
    with rasterio.open(path, "w", driver="GTiff", transform=grid, **shape) as raster:
        raster.write(np.full((3, 60, 60), 128, dtype="uint8"))
        raster.update_tags(**tags)
