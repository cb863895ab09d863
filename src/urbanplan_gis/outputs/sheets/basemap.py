"""A picture below the map, only when asked for; a map is never refused for want of one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from urbanplan_gis.text import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from urbanplan_gis.outputs.sheets.page import Layout

WEB = "web"
#: resolution at which a local raster is read for the frame
_DPI = 200


def draw_basemap(axes: Axes, layout: Layout, crs: str, source: str | Path, lang: str) -> str:
    """Draw the basemap inside the frame and return its attribution.

    Where it cannot be read or reached the map stays without it, and the text returned says so.
    """
    named = WEB if str(source) == WEB else Path(source).name
    try:
        attribution = _draw(axes, layout, crs, source)
    except Exception as problem:  # any failure of network, file or driver leaves the map as it is
        _remove_images(axes)
        reason = type(problem).__name__
        return say("map.basemap.failed", lang, name=named, reason=reason)
    if not attribution:
        return say("map.basemap.unattributed", lang, name=named)
    return say("map.basemap.drawn", lang, attribution=attribution)


def _draw(axes: Axes, layout: Layout, crs: str, source: str | Path) -> str:
    xmin, ymin, xmax, ymax = layout.extent
    axes.set(xlim=(xmin, xmax), ylim=(ymin, ymax))
    if str(source) == WEB:
        import contextily

        tiles = contextily.providers.OpenStreetMap.Mapnik  # ty: ignore[missing-attribute]
        contextily.add_basemap(axes, crs=crs, source=tiles, attribution=False, zorder=0)
        return str(tiles.attribution)
    path = Path(source)
    if not path.is_file():
        raise FileNotFoundError(path.name)
    picture, attribution = _read(path, layout, crs)
    axes.imshow(
        picture, extent=(xmin, xmax, ymin, ymax), interpolation="bilinear", aspect="auto", zorder=0
    )
    return attribution


def _read(path: Path, layout: Layout, crs: str) -> tuple[np.ndarray, str]:
    """A local raster warped onto exactly the ground of the frame, as RGBA, and its attribution.

    Not through contextily, which stretches a raster that covers only a part of the frame over
    all of it.
    """
    import rasterio
    from affine import Affine
    from rasterio.enums import ColorInterp, Resampling
    from rasterio.vrt import WarpedVRT

    width, height = (
        round(side / 25.4 * _DPI) for side in (layout.frame.width, layout.frame.height)
    )
    with rasterio.open(path) as raster:
        if raster.dtypes[0] != "uint8" or ColorInterp.palette in raster.colorinterp:
            raise ValueError(raster.dtypes[0])
        xmin, ymin, xmax, ymax = layout.extent
        grid = Affine((xmax - xmin) / width, 0, xmin, 0, (ymin - ymax) / height, ymax)
        with WarpedVRT(
            raster,
            crs=crs,
            transform=grid,
            width=width,
            height=height,
            resampling=Resampling.bilinear,
            add_alpha=ColorInterp.alpha not in raster.colorinterp,
        ) as warped:
            bands = [1, 2, 3] if raster.count >= 3 else [1, 1, 1]
            picture = np.dstack([*warped.read(bands), warped.dataset_mask()])
        tags = {key.casefold(): value for key, value in raster.tags().items()}
    if not picture[..., 3].any():
        raise ValueError(path.name)
    return picture, tags.get("attribution") or tags.get("tifftag_copyright") or ""


def _remove_images(axes: Axes) -> None:
    for image in list(axes.images):
        image.remove()
