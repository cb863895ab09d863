"""A picture below the map, only when asked for; a map is never refused for want of one."""

from __future__ import annotations

import html
import math
import re
import warnings
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from urbanplan_gis.outputs.sheets.tiles import PROVIDER, fetch_tiles
from urbanplan_gis.text import Text, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from urbanplan_gis.outputs.sheets.page import Layout

WEB = "web"
#: resolution at which a picture is read for the frame
_DPI = 200
_ATTRIBUTION_TAGS = ("attribution", "tifftag_copyright")
_MARKUP = re.compile(r"<[^>]*>")


class _UnusableError(Exception):
    """Why there is no picture, as the catalogue names it."""


def read_basemap(
    layout: Layout, crs: str, source: str | Path, lang: str
) -> tuple[np.ndarray | None, str]:
    """The picture on exactly the ground of the frame (RGBA), and what the sheet says about it.

    Where it cannot be read or reached there is no picture, and the text says why.
    """
    named = PROVIDER if str(source) == WEB else Path(source).name
    try:
        picture, attribution = _read(layout, crs, source)
    except _UnusableError as problem:
        reason: object = Text.of(f"map.basemap.{problem}")
    except Exception as problem:  # whatever a driver or the network comes up with
        reason = type(problem).__name__
    else:
        if not attribution:
            return picture, say("map.basemap.unattributed", lang, name=named)
        return picture, say("map.basemap.drawn", lang, attribution=attribution)
    return None, say("map.basemap.failed", lang, name=named, reason=reason)


def draw_basemap(axes: Axes, layout: Layout, picture: np.ndarray) -> None:
    """Draw the picture over the whole frame, below everything else."""
    xmin, ymin, xmax, ymax = layout.extent
    extent = (xmin, xmax, ymin, ymax)
    axes.imshow(picture, extent=extent, interpolation="bilinear", aspect="auto", zorder=0)


def _read(layout: Layout, crs: str, source: str | Path) -> tuple[np.ndarray, str]:
    picture, attribution = (
        _web(layout, crs) if str(source) == WEB else _local(Path(source), layout, crs)
    )
    if not picture[..., 3].any():
        raise _UnusableError("elsewhere")
    words = _MARKUP.sub("", html.unescape(attribution)).replace("(C)", "©")
    return picture, " ".join(words.split()).rstrip(".")


def _local(path: Path, layout: Layout, crs: str) -> tuple[np.ndarray, str]:
    """A raster file, read at about the resolution it is drawn in, and its attribution."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

    if not path.is_file():
        raise _UnusableError("missing")
    # no other formats: a VRT could name files elsewhere
    driver = "MBTiles" if path.suffix.casefold() == ".mbtiles" else "GTiff"
    try:
        with ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # the sheet says so itself
            raster = stack.enter_context(rasterio.open(path, driver=driver))
            if raster.crs is None:
                raise _UnusableError("no_crs")
            if raster.dtypes[0] != "uint8":
                raise _UnusableError("depth")
            tags = {key.casefold(): value for key, value in raster.tags().items()}
            level = _overview(raster, layout, crs)
        with rasterio.open(path, driver=driver, **level) as raster:
            picture = _on_frame(raster, layout, crs)
    except RasterioIOError:
        raise _UnusableError("unreadable") from None
    return picture, next((tags[tag] for tag in _ATTRIBUTION_TAGS if tags.get(tag)), "")


def _overview(raster: Any, layout: Layout, crs: str) -> dict[str, int]:
    """The option that opens the coarsest overview still as fine as the picture drawn."""
    from rasterio.warp import transform_bounds

    west, _, east, _ = transform_bounds(crs, raster.crs, *layout.extent)
    finer = (east - west) / raster.res[0] / _pixels(layout)[0]
    usable = [level for level, factor in enumerate(raster.overviews(1)) if factor <= finer]
    return {"overview_level": usable[-1]} if usable else {}


def _web(layout: Layout, crs: str) -> tuple[np.ndarray, str]:
    """Web tiles, and the attribution their provider asks for."""
    from affine import Affine
    from rasterio.enums import ColorInterp
    from rasterio.io import MemoryFile
    from rasterio.warp import transform_bounds

    mercator = "EPSG:3857"
    bounds = transform_bounds(crs, mercator, *layout.extent)
    try:
        image, (left, right, bottom, top), attribution = fetch_tiles(bounds, layout.frame.width)
    except Exception:  # no network, no answer, no picture in the answer
        raise _UnusableError("unreachable") from None
    high, wide, bands = image.shape
    shape = {"width": wide, "height": high, "count": bands, "dtype": "uint8", "crs": mercator}
    grid = Affine((right - left) / wide, 0, left, 0, (bottom - top) / high, top)
    with ExitStack() as stack:
        memory = stack.enter_context(MemoryFile())
        with memory.open(driver="GTiff", transform=grid, **shape) as raster:
            raster.colorinterp = (
                ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha,
            )  # fmt: skip
            raster.write(np.moveaxis(image, 2, 0))
        return _on_frame(stack.enter_context(memory.open()), layout, crs), attribution


def _on_frame(raster: Any, layout: Layout, crs: str) -> np.ndarray:
    """A raster warped onto exactly the ground of the frame, as RGBA."""
    from affine import Affine
    from rasterio.enums import ColorInterp, Resampling
    from rasterio.vrt import WarpedVRT

    width, height = _pixels(layout)
    xmin, ymin, xmax, ymax = layout.extent
    coloured = raster.colorinterp[0] == ColorInterp.palette
    with WarpedVRT(
        raster,
        crs=crs,
        transform=Affine((xmax - xmin) / width, 0, xmin, 0, (ymin - ymax) / height, ymax),
        width=width,
        height=height,
        resampling=Resampling.nearest if coloured else Resampling.bilinear,
        add_alpha=ColorInterp.alpha not in raster.colorinterp,
    ) as warped:
        mask = warped.dataset_mask()
        if not coloured:
            bands = [1, 2, 3] if raster.count >= 3 else [1, 1, 1]
            return np.dstack([*warped.read(bands), mask])
        table = np.zeros((256, 4), dtype=np.uint8)
        for value, colour in raster.colormap(1).items():
            table[value] = colour
        picture = table[warped.read(1)]
        picture[..., 3] = np.minimum(picture[..., 3], mask)
        return picture


def _pixels(layout: Layout) -> tuple[int, int]:
    """Width and height of the picture drawn."""
    frame = layout.frame
    return math.ceil(frame.width / 25.4 * _DPI), math.ceil(frame.height / 25.4 * _DPI)
