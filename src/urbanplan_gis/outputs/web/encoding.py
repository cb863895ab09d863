"""Shapes and columns in few bytes: whole numbers of a quantum, differences, deflate, base64."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True)
class Packed:
    """The shapes of one source, and how many of them are too small to be drawn."""

    data: str
    count: int
    unseen: int


def pack_shapes(shapes: NDArray[np.object_], origin: tuple[float, float], quantum: float) -> Packed:
    """Areas or lines (all of one kind) as base64 text.

    Vertices are counted in ``quantum`` metres from ``origin``; what falls together is one vertex,
    and a shape of which nothing is left stays as an empty one, so that positions hold. The bytes
    are unsigned varints: parts of each shape, rings of each part, vertices of each ring, then the
    zigzag differences of x and y from vertex to vertex.
    """
    is_area = bool(len(shapes)) and bool((shapely.get_dimensions(shapes) == 2).any())
    points, (rings, parts, owners) = _ragged(shapes, is_area)
    grid = np.round((points - np.asarray(origin)) / quantum).astype(np.int64)
    ring_of = np.repeat(np.arange(len(rings) - 1), np.diff(rings))
    keep = np.ones(len(grid), dtype=bool)
    keep[1:] = (grid[1:] != grid[:-1]).any(axis=1) | (ring_of[1:] != ring_of[:-1])
    if is_area:
        keep[rings[1:] - 1] = False  # the closing vertex says nothing
    kept = np.bincount(ring_of[keep], minlength=len(rings) - 1)
    seen = kept >= (3 if is_area else 2)
    keep &= seen[ring_of]
    part_of = np.repeat(np.arange(len(parts) - 1), np.diff(parts))
    if is_area:  # a hole does not outlive the shell it was cut from
        shell = np.zeros(len(parts) - 1, dtype=bool)
        shell[part_of] = seen[parts[:-1]][part_of]
        seen &= shell[part_of]
        keep &= seen[ring_of]
    in_part = np.bincount(part_of[seen], minlength=len(parts) - 1)
    shape_of = np.repeat(np.arange(len(shapes)), np.diff(owners))
    in_shape = np.bincount(shape_of[in_part > 0], minlength=len(shapes))
    steps = np.diff(grid[keep], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    zigzag = np.where(steps < 0, -2 * steps - 1, 2 * steps).ravel()
    numbers = [in_shape, in_part[in_part > 0], kept[seen], zigzag]
    data = varints(np.concatenate(numbers).astype(np.uint64))
    return Packed(packed(data), len(shapes), int((in_shape == 0).sum()))


def pack_table(table: dict[str, Any]) -> str:
    """Columns as base64 text of deflated JSON."""
    return packed(json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode())


def packed(data: bytes) -> str:
    """Bytes deflated, as base64."""
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def varints(values: NDArray[np.uint64]) -> bytes:
    """Unsigned numbers, seven bits to a byte, the lowest first."""
    values = np.asarray(values, dtype=np.uint64)
    if not len(values):
        return b""
    size = np.ones(len(values), dtype=np.int64)
    for bits in range(7, 64, 7):
        size += values >= np.uint64(1) << np.uint64(bits)
    start = np.cumsum(size) - size
    out = np.zeros(int(size.sum()), dtype=np.uint8)
    for step in range(int(size.max())):
        rows = size > step
        low = (values[rows] >> np.uint64(7 * step)) & np.uint64(0x7F)
        more = np.where(size[rows] > step + 1, 0x80, 0).astype(np.uint64)
        out[start[rows] + step] = low | more
    return out.tobytes()


def coded(values: Any) -> dict[str, Any]:
    """A column of text: its different values, sorted, and the position of each row's (−1: none)."""
    texts = [None if value is None or value != value else str(value) for value in values]
    names = sorted({text for text in texts if text})
    place = {name: number for number, name in enumerate(names)}
    return {"names": names, "rows": [place.get(text, -1) if text else -1 for text in texts]}


def _ragged(
    shapes: NDArray[np.object_], is_area: bool
) -> tuple[NDArray[np.float64], tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Points, and where rings (in points), parts (in rings) and shapes (in parts) begin and end."""
    empty = shapely.MultiPolygon() if is_area else shapely.MultiLineString()
    unusable = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    usable = np.where(unusable, empty, shapes)
    if not len(usable) or unusable.all():
        nothing = np.zeros(1, dtype=np.int64)
        return np.zeros((0, 2)), (nothing, nothing, np.zeros(len(usable) + 1, dtype=np.int64))
    multi = shapely.multipolygons if is_area else shapely.multilinestrings
    parts, owner = shapely.get_parts(usable, return_index=True)
    gathered = np.full(len(usable), empty, dtype=object)
    multi(parts, indices=owner, out=gathered)
    _, points, offsets = shapely.to_ragged_array(gathered, include_z=False)
    if is_area:
        rings, pieces, owners = (np.asarray(part, dtype=np.int64) for part in offsets)
        return points, (rings, pieces, owners)
    lines, owners = (np.asarray(part, dtype=np.int64) for part in offsets)
    return points, (lines, np.arange(len(lines), dtype=np.int64), owners)
