"""Roads that end short of another one, and roads that are no part of the network.

Roads are connected where they meet: at their ends, where one ends on another, and where they
cross (a crossing drawn without a node cannot be told from a bridge, and is taken as one network).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.geometry.grouping import grouped, sum_by
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.text import Text

#: nearer than this (m) is meeting: what seven decimals of a degree leave of a point on a line
_MEETING = 0.01


def check_network(roads: Layer, units: Layer, gap_m: float) -> list[Finding]:
    """Ends that miss another road by ``gap_m`` at most, and parts that no road leads to.

    Roads that end at the city's edge (as near as ``gap_m``) or beyond it go on elsewhere.
    """
    network = _to_network(roads, units, gap_m)
    return [*_undershoots(network, gap_m), *_unconnected(network)]


@dataclass(frozen=True, eq=False)
class _Network:
    """Single lines of all roads, with the road of each, and the ground away from the edge."""

    lines: Geometries
    road: NDArray[np.str_]
    tree: shapely.STRtree
    #: where the city's edge is farther than the tolerance
    inland: shapely.Geometry


def _to_network(roads: Layer, units: Layer, gap_m: float) -> _Network:
    lines, owner = shapely.get_parts(roads.frame.geometry.to_numpy(), return_index=True)
    city = shapely.union_all(units.frame.geometry.to_numpy())
    # a narrow gap between two units is no edge of the city
    inland = shapely.buffer(shapely.buffer(city, gap_m), -2 * gap_m) if gap_m else city
    shapely.prepare(inland)
    ids = roads.frame["feature_id"].to_numpy(dtype=str)
    return _Network(lines, ids[owner], shapely.STRtree(lines), inland)


def _undershoots(network: _Network, gap_m: float) -> list[Finding]:
    """One finding for each gap, though both roads may end at it."""
    gaps: dict[tuple[int, int], list[shapely.Geometry]] = {}
    lines, road = network.lines, network.road
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    line = np.tile(np.arange(len(lines)), 2)
    dangling = np.flatnonzero(_dangling(network, ends, line))
    near, other = network.tree.query(ends[dangling], predicate="dwithin", distance=gap_m)
    for place, candidates in grouped(near):
        end = int(dangling[place])
        own = int(line[end])
        others = other[candidates]
        tail = _tail(lines[own], 2 * gap_m, end >= len(lines))
        apart = (others != own) & ~shapely.dwithin(lines[others], tail, _MEETING)
        if not apart.any():
            continue
        missed = np.sort(others[apart])
        nearest = int(missed[np.argmin(shapely.distance(ends[end], lines[missed]))])
        gap = shapely.shortest_line(ends[end], lines[nearest])
        found = gaps.setdefault((min(own, nearest), max(own, nearest)), [])
        if not shapely.dwithin(found, gap, gap_m).any():
            found.append(gap)
    return [
        _undershoot(str(road[one]), str(road[other]), gap)
        for (one, other), found in gaps.items()
        for gap in found
    ]


def _dangling(network: _Network, ends: Geometries, line: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Ends inland that meet no road, not even their own coming round (shape: ends)."""
    lines = network.lines
    end, met = network.tree.query(ends, predicate="dwithin", distance=_MEETING)
    free = shapely.covers(network.inland, ends)
    # a road drawn twice does not meet another one in its double
    _, shape = np.unique(shapely.to_wkb(shapely.normalize(lines)), return_inverse=True)
    free[end[shape[met] != shape[line[end]]]] = False
    for place in np.flatnonzero(free):
        own = lines[line[place]]
        rest = _rest(own, 2 * _MEETING, place >= len(lines))
        free[place] = not shapely.dwithin(rest, ends[place], _MEETING)
    return free


def _tail(line: shapely.LineString, length: float, at_the_end: bool) -> shapely.Geometry:
    """The last metres of a line before one of its ends: where they meet a road, it is passed."""
    return substring(line, -length, line.length) if at_the_end else substring(line, 0, length)


def _rest(line: shapely.LineString, length: float, at_the_end: bool) -> shapely.Geometry:
    """A line without its last metres before one of its ends."""
    if line.length <= length:
        return shapely.LineString()
    kept = (0, line.length - length) if at_the_end else (length, line.length)
    return substring(line, *kept)


def _undershoot(road: str, other: str, gap: shapely.Geometry) -> Finding:
    return Finding(
        code="road_undershoot",
        severity=Severity.WARNING,
        layer=str(Role.ROADS),
        feature_ids=tuple(dict.fromkeys((road, other))),
        message=Text.of("finding.road_undershoot", road=road, other=other, gap=float(gap.length)),
        action="reported",
        geometry=gap,
    )


def _unconnected(network: _Network) -> list[Finding]:
    """Connected parts that are neither the network (the longest of them) nor lead out of it."""
    lines = network.lines
    if not len(lines):
        return []
    first, second = network.tree.query(lines, predicate="dwithin", distance=_MEETING)
    part = _connected(len(lines), first, second)
    length = sum_by(part, shapely.length(lines), len(lines))
    leads_out = sum_by(part, (~shapely.covers(network.inland, lines)).astype(float), len(lines))
    main = int(np.argmax(length))
    return [
        _isolated(network, members, float(length[label]))
        for label, members in grouped(part)
        if label != main and not leads_out[label]
    ]


def _connected(size: int, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.intp]:
    """For each line the first line it is connected with (shape: size).

    Every line takes the smallest label among its neighbours, and then the label of that one,
    until none changes.
    """
    label = np.arange(size)
    while True:
        before = label.copy()
        np.minimum.at(label, first, before[second])
        label = label[label]
        if np.array_equal(label, before):
            return label


def _isolated(network: _Network, members: NDArray[np.intp], length: float) -> Finding:
    roads = tuple(np.unique(network.road[members]).tolist())
    return Finding(
        code="road_unconnected",
        severity=Severity.WARNING,
        layer=str(Role.ROADS),
        feature_ids=roads,
        message=Text.of("finding.road_unconnected", count=len(roads), length=length),
        action="reported",
        geometry=shapely.multilinestrings(network.lines[members]),
    )
