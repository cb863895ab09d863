"""Web tiles for a basemap, within a limit of time whatever the network does."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from urbanplan_gis.text import Text

PROVIDER = "OpenStreetMap"
#: pixels of tiles on paper: small enough to be sharp, large enough for their letters to be read
_PIXEL_MM = 0.2
_TILE_PIXELS, _EQUATOR_M = 256, 40_075_016.7
#: more would burden a server that many share
_MOST_TILES = 150
#: seconds for one answer, and for all of them
_ANSWER_S, _ALL_S = 10, 45


class TilesError(Exception):
    """There are no tiles, for a reason."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.key)
        self.reason = reason


def fetch_tiles(
    bounds: Sequence[float], width_mm: float, most_s: float | None = None
) -> tuple[Any, tuple[float, float, float, float], str]:
    """Tiles over bounds in web Mercator metres (west, south, east, north) for a map of a width on
    paper: the image (RGBA), its own left, right, bottom and top, and the provider's attribution.

    ``most_s`` is the time after which it is given up, in seconds.

    Raises:
        TilesError: where the server cannot be reached, answers too slowly, has no such tiles, or
            sends something else than pictures.
    """
    import contextily
    from requests import ConnectionError as NoConnectionError
    from requests import HTTPError, Timeout

    west, south, east, north = bounds
    source = contextily.providers.OpenStreetMap.Mapnik  # ty: ignore[missing-attribute]
    zoom = round(math.log2(_EQUATOR_M / _TILE_PIXELS / ((east - west) / width_mm * _PIXEL_MM)))
    zoom = min(max(zoom, 0), source.get("max_zoom", 18))
    while zoom and contextily.howmany(*bounds, zoom, verbose=False) > _MOST_TILES:
        zoom -= 1

    def fetch() -> Any:
        return contextily.bounds2img(west, south, east, north, zoom, source, timeout=_ANSWER_S)

    limit = _ALL_S if most_s is None else most_s
    try:
        image, extent = _within(limit, fetch)
    except (TimeoutError, Timeout):
        raise TilesError(Text.of("colour.tiles.slow", seconds=limit)) from None
    except HTTPError as problem:
        # contextily gives up so on errors of the server and on answers that are no pictures, too
        kind = "refused" if "404" in str(problem) else "no_picture"
        raise TilesError(Text.of(f"colour.tiles.{kind}")) from None
    except NoConnectionError:
        raise TilesError(Text.of("map.basemap.unreachable")) from None
    except Exception as problem:  # whatever else the network comes up with
        raise TilesError(Text.of("colour.tiles.other", kind=type(problem).__name__)) from None
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
