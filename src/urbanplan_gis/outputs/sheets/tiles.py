"""Web tiles for a basemap, within a limit of time whatever the network does."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

PROVIDER = "OpenStreetMap"
#: pixels of tiles on paper: small enough to be sharp, large enough for their letters to be read
_PIXEL_MM = 0.2
_TILE_PIXELS, _EQUATOR_M = 256, 40_075_016.7
#: more would burden a server that many share
_MOST_TILES = 150
#: seconds for one answer, and for all of them
_ANSWER_S, _ALL_S = 10, 45


def fetch_tiles(
    bounds: Sequence[float], width_mm: float
) -> tuple[Any, tuple[float, float, float, float], str]:
    """Tiles over bounds in web Mercator metres (west, south, east, north) for a map of a width on
    paper: the image (RGBA), its own left, right, bottom and top, and the provider's attribution.

    Raises:
        TimeoutError: where the server answers too slowly.
    """
    import contextily

    west, south, east, north = bounds
    source = contextily.providers.OpenStreetMap.Mapnik  # ty: ignore[missing-attribute]
    zoom = round(math.log2(_EQUATOR_M / _TILE_PIXELS / ((east - west) / width_mm * _PIXEL_MM)))
    zoom = min(max(zoom, 0), source.get("max_zoom", 18))
    while zoom and contextily.howmany(*bounds, zoom, verbose=False) > _MOST_TILES:
        zoom -= 1

    def fetch() -> Any:
        return contextily.bounds2img(west, south, east, north, zoom, source, timeout=_ANSWER_S)

    image, extent = _within(_ALL_S, fetch)
    return image, extent, str(source.attribution)


def _within(seconds: float, work: Callable[[], Any]) -> Any:
    """The result of work, or TimeoutError: it goes on in a thread that no exit waits for."""
    done: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put((work(), None))
        except Exception as problem:
            done.put((None, problem))

    threading.Thread(target=run, daemon=True).start()
    try:
        result, problem = done.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if problem is not None:
        raise problem
    return result
