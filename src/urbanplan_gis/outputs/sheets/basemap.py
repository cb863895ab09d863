"""A picture below the map, only when asked for; a map is never refused for want of one."""

from __future__ import annotations

import html
import math
import re
import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from urbanplan_gis.outputs.sheets.grey_print import grey_picture
from urbanplan_gis.outputs.sheets.relief import shaded_relief, veil
from urbanplan_gis.outputs.sheets.tiles import PROVIDER, TilesError, fetch_tiles
from urbanplan_gis.text import Text, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from urbanplan_gis.outputs.sheets.page import Layout

WEB = "web"
#: above the classes, below the grid
_VEIL = 59.0
#: resolution at which a picture is read for the frame
_DPI = 200
#: pixels that may be read for one sheet: a file without overviews is read whole
_MOST_PIXELS = 4e8
#: kinds of numbers that one band of heights has
_HEIGHTS = frozenset({"int16", "uint16", "int32", "float32", "float64"})
_ATTRIBUTION_TAGS = ("attribution", "tifftag_copyright")
_MARKUP = re.compile(r"<[^>]*>")


class _UnusableError(Exception):
    """There is no picture, for a reason."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.key)
        self.reason = reason


@dataclass(frozen=True, eq=False)
class _Picture:
    """A picture on the frame (RGBA), whom to name for it, and, for shaded heights, how many times
    they are exaggerated."""

    pixels: np.ndarray
    attribution: str
    exaggerated: int = 0


@dataclass(frozen=True, eq=False)
class Basemap:
    """The picture on exactly the ground of the frame (RGBA), if there is one, and what the sheet
    says about it; a relief is seen through the classes as well."""

    pixels: np.ndarray | None
    note: str
    is_relief: bool = False


def read_basemap(layout: Layout, crs: str, source: str | Path, lang: str) -> Basemap:
    """The basemap of a frame.

    Where it cannot be read or reached there is no picture, and the text says why.
    """
    named = PROVIDER if str(source) == WEB else Path(source).name
    try:
        picture = _read(layout, crs, source)
    except _UnusableError as problem:
        reason: object = problem.reason
    except Exception as problem:  # whatever a driver or the network comes up with
        reason = type(problem).__name__
    else:
        key, by = "map.basemap.drawn", _plain(picture.attribution)
        words = say(key if by else "map.basemap.unattributed", lang, attribution=by, name=named)
        if picture.exaggerated:
            words += " " + say("colour.relief.shaded", lang, times=picture.exaggerated)
        return Basemap(picture.pixels, words, picture.exaggerated > 0)
    return Basemap(None, say("map.basemap.failed", lang, name=named, reason=reason))


def draw_basemap(axes: Axes, layout: Layout, base: Basemap, grey: bool) -> None:
    """Draw the picture over the whole frame below everything else, and a relief thinly over the
    classes."""
    if base.pixels is None:
        return
    xmin, ymin, xmax, ymax = layout.extent
    shown: dict[str, Any] = {"extent": (xmin, xmax, ymin, ymax), "interpolation": "bilinear"}
    below = grey_picture(base.pixels) if grey else base.pixels
    axes.imshow(below, **shown, aspect="auto", zorder=0)
    if base.is_relief:
        axes.imshow(veil(base.pixels, grey), **shown, aspect="auto", zorder=_VEIL, gid="relief")


def _read(layout: Layout, crs: str, source: str | Path) -> _Picture:
    picture = _web(layout, crs) if str(source) == WEB else _local(Path(source), layout, crs)
    if not picture.pixels[..., 3].any():
        raise _unusable("map.basemap.elsewhere")
    return picture


def _plain(attribution: str) -> str:
    """An attribution without markup, on one line."""
    words = _MARKUP.sub("", html.unescape(attribution)).replace("(C)", "©")
    return " ".join(words.split()).rstrip(".")


def _local(path: Path, layout: Layout, crs: str) -> _Picture:
    """A raster file, read at about the resolution it is drawn in, and its attribution.

    One band of other than 8 bits is taken for heights in metres.
    """
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

    if not path.is_file():
        raise _unusable("map.basemap.missing")
    # no other formats: a VRT could name files elsewhere
    driver = "MBTiles" if path.suffix.casefold() == ".mbtiles" else "GTiff"
    try:
        with ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # the sheet says so itself
            raster = stack.enter_context(rasterio.open(path, driver=driver))
            if raster.crs is None:
                raise _unusable("map.basemap.no_crs")
            heights = raster.count == 1 and raster.dtypes[0] in _HEIGHTS
            if not heights and set(raster.dtypes) != {"uint8"}:
                raise _unusable("map.basemap.depth")
            tags = {key.casefold(): value for key, value in raster.tags().items()}
            level = _overview(raster, layout, crs)
        by = next((tags[tag] for tag in _ATTRIBUTION_TAGS if tags.get(tag)), "")
        with rasterio.open(path, driver=driver, **level) as raster:
            if heights:
                return _relief(raster, layout, crs, by)
            return _Picture(_on_frame(raster, layout, crs), by)
    except RasterioIOError:
        raise _unusable("map.basemap.unreadable") from None


def _relief(raster: Any, layout: Layout, crs: str, by: str) -> _Picture:
    """Heights in metres, shaded."""
    from rasterio.enums import Resampling

    with _warped(raster, layout, crs, resampling=Resampling.cubic, dtype="float32") as warped:
        heights = warped.read(1, masked=True).astype(float).filled(np.nan)
    xmin, _, xmax, _ = layout.extent
    pixels, times = shaded_relief(heights, (xmax - xmin) / heights.shape[1])
    return _Picture(pixels, by, times)


def _overview(raster: Any, layout: Layout, crs: str) -> dict[str, int]:
    """The option that opens the coarsest overview still as fine as the picture drawn.

    A file so large that reading it would take minutes is refused, with the cure.
    """
    from rasterio.warp import transform_bounds

    west, south, east, north = transform_bounds(crs, raster.crs, *layout.extent)
    columns = (east - west) / raster.res[0]
    finer = columns / _pixels(layout)[0]
    usable = [level for level, factor in enumerate(raster.overviews(1)) if factor <= finer]
    factor = raster.overviews(1)[usable[-1]] if usable else 1
    rows = min((north - south) / raster.res[1], raster.height)
    if min(columns, raster.width) * rows / factor**2 > _MOST_PIXELS:
        raise _unusable("colour.relief.too_large")
    return {"overview_level": usable[-1]} if usable else {}


def _web(layout: Layout, crs: str) -> _Picture:
    """Web tiles, and the attribution their provider asks for."""
    from affine import Affine
    from rasterio.enums import ColorInterp
    from rasterio.io import MemoryFile
    from rasterio.warp import transform_bounds

    mercator = "EPSG:3857"
    bounds = transform_bounds(crs, mercator, *layout.extent)
    try:
        image, (left, right, bottom, top), attribution = fetch_tiles(bounds, layout.frame.width)
    except TilesError as problem:
        raise _UnusableError(problem.reason) from None
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
        return _Picture(_on_frame(stack.enter_context(memory.open()), layout, crs), attribution)


def _on_frame(raster: Any, layout: Layout, crs: str) -> np.ndarray:
    """A raster warped onto exactly the ground of the frame, as RGBA."""
    from rasterio.enums import ColorInterp, Resampling

    coloured = raster.colorinterp[0] == ColorInterp.palette
    resampling = Resampling.nearest if coloured else Resampling.bilinear
    alpha = ColorInterp.alpha not in raster.colorinterp
    with _warped(raster, layout, crs, resampling=resampling, add_alpha=alpha) as warped:
        mask = warped.dataset_mask()
        if not coloured:
            bands = np.stack(warped.read(_bands(raster)))
            if raster.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == "1":  # scans in black and white
                bands = bands * 255
            return np.dstack([*bands, mask])
        table = np.zeros((256, 4), dtype=np.uint8)
        for value, colour in raster.colormap(1).items():
            table[value] = colour
        picture = table[warped.read(1)]
        picture[..., 3] = np.minimum(picture[..., 3], mask)
        return picture


def _bands(raster: Any) -> list[int]:
    """The bands of red, green and blue, else the first three, or the first as a grey."""
    from rasterio.enums import ColorInterp

    kinds = list(raster.colorinterp)
    wanted = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(kind in kinds for kind in wanted):
        return [kinds.index(kind) + 1 for kind in wanted]
    return [1, 2, 3] if raster.count >= 3 else [1, 1, 1]


def _warped(raster: Any, layout: Layout, crs: str, **options: Any) -> Any:
    """The raster as it lies on exactly the ground of the frame."""
    from affine import Affine
    from rasterio.vrt import WarpedVRT

    width, height = _pixels(layout)
    xmin, ymin, xmax, ymax = layout.extent
    return WarpedVRT(
        raster,
        crs=crs,
        transform=Affine((xmax - xmin) / width, 0, xmin, 0, (ymin - ymax) / height, ymax),
        width=width,
        height=height,
        **options,
    )


def _pixels(layout: Layout) -> tuple[int, int]:
    """Width and height of the picture drawn."""
    frame = layout.frame
    return math.ceil(frame.width / 25.4 * _DPI), math.ceil(frame.height / 25.4 * _DPI)


def _unusable(key: str) -> _UnusableError:
    return _UnusableError(Text.of(key))
