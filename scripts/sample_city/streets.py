"""Street hierarchy: main roads drawn by hand, the rest grown by halving what they enclose."""

from dataclasses import dataclass, field

import numpy as np
import shapely

from . import plan
from .names import street_name
from .shapes import blob, generator, polygon_parts, smooth, subdivide, wiggle

BUILT = 7.0  # ha: cells meant to become smaller than this are street blocks, not countryside


@dataclass
class Streets:
    """Centre lines with rank, width in use, width between red lines and kind."""

    lines: list = field(default_factory=list)
    rank: list = field(default_factory=list)
    width: list = field(default_factory=list)
    red_width: list = field(default_factory=list)
    kind: list = field(default_factory=list)
    names: list = field(default_factory=list)

    def add(self, line, rank: int, width: float, red_width: float, kind: str) -> None:
        """Append one street; railways carry no name and no red lines."""
        self.lines.append(line)
        self.rank.append(rank)
        self.width.append(width)
        self.red_width.append(red_width)
        self.kind.append(kind)
        self.names.append(street_name(len(self.names), rank))

    def differ(self) -> np.ndarray:
        """Return which streets have red lines wider than the ground in use."""
        return np.array(self.red_width) > np.array(self.width)


@dataclass
class Cells:
    """Ground between centre lines: the coarse pieces from which everything is made."""

    polygons: np.ndarray
    kind: np.ndarray
    code: np.ndarray
    parcel_ha: np.ndarray
    general_plan: np.ndarray


def main_roads(terrain, ward_edges) -> Streets:
    """Return the hand-drawn roads, the railway and the streets along core ward limits."""
    rng, streets = generator(3), Streets()
    for rank, width, red_width, points in plan.ROADS:
        line = shapely.linestrings(wiggle(smooth(plan.metres(points)), 25, 90, rng))
        for part in shapely.get_parts(shapely.intersection(line, terrain.city)):
            streets.add(part, rank, width, red_width, "road")
    for edge in ward_edges:
        dry = shapely.difference(
            shapely.intersection(edge, terrain.city), shapely.union_all(terrain.rivers)
        )
        for part in shapely.get_parts(dry):
            if part.length > 50:
                streets.add(part, 4, 20, 20, "road")
    width, points = plan.RAILWAY
    line = shapely.intersection(shapely.linestrings(smooth(plan.metres(points))), terrain.city)
    for part in shapely.get_parts(line):
        streets.add(part, 1, width, width, "rail")
    return streets


def set_aside(terrain) -> list[tuple]:
    """Return (polygon, kind, code, parcel ha, general-plan code) of ground streets do not shape."""
    rng = generator(4)
    rivers = shapely.union_all(terrain.rivers)
    taken, found = rivers, []
    for bank in terrain.sandbanks:
        found.append((bank, "river", "BCS", 99, "NNK_SONGSUOI"))
    water = shapely.difference(rivers, shapely.union_all(terrain.sandbanks))
    found.append((water, "river", "SON", 45, "NNK_SONGSUOI"))
    for number, east, north, rx, ry, _ in plan.PARKS:
        shape = blob(east * 1000, north * 1000, rx * 1000, ry * 1000, rng)
        found.append(
            (shapely.difference(shape, taken), f"park{number}", "DKV", 99, "DD_CAYXANHCCDOTHI")
        )
        taken = shapely.union(taken, shape)
    for near, kind, code, gp in (
        (45, "beach", "BCS", "NNK_CHUASUDUNG"),
        (150, "dunes", "RPH", "NNK_RUNGPHONGHO"),
    ):
        strip = shapely.intersection(shapely.buffer(terrain.coast, near, quad_segs=3), terrain.city)
        found.append((shapely.difference(strip, taken), kind, code, 12, gp))
        taken = shapely.union(taken, strip)
    for kind, code, east, north, rx, ry, size, gp in plan.SET_ASIDE:
        shape = shapely.intersection(
            blob(east * 1000, north * 1000, rx * 1000, ry * 1000, rng), terrain.city
        )
        found.append((shapely.difference(shape, taken), kind, code, size, gp))
        taken = shapely.union(taken, shape)
    return found


def grow(terrain, streets: Streets, asides, rural_ha: float, factor: float) -> Cells:
    """Halve the ground between main roads into cells, adding a street along every cut."""
    aside = shapely.union_all([a[0] for a in asides])
    land = shapely.difference(terrain.city, aside)
    faces = _faces(land, streets)
    industry = [_faces(a[0], streets) for a in asides if a[1] == "industry"]
    sizes = [a[2:] for a in asides if a[1] == "industry"]
    polygons, kinds, codes, parcels, general = [], [], [], [], []

    def keep(pieces, kind, code="", size=0.0, gp=""):
        pieces, _ = polygon_parts(pieces, 20.0)
        polygons.extend(pieces)
        kinds.extend([kind] * len(pieces) if isinstance(kind, str) else kind)
        codes.extend([code] * len(pieces))
        parcels.extend([size] * len(pieces))
        general.extend([gp] * len(pieces))

    pieces = _halve_into_cells(
        faces, streets, lambda p, _: _target(p, rural_ha, factor), generator(5), industrial=False
    )
    built = _target(pieces, rural_ha, factor) < BUILT * factor * 1e4
    keep(pieces[built], "dense")
    keep(pieces[~built], "rural")
    for faces, (code, size, gp) in zip(industry, sizes, strict=True):
        wanted = size * 4e4 * min(factor, 3)
        pieces = _halve_into_cells(
            faces, streets, lambda p, _, w=wanted: np.full(len(p), w), generator(6), industrial=True
        )
        keep(pieces, "industry", code, size, gp)
    for polygon, kind, code, size, gp in asides:
        if kind != "industry":
            keep([polygon], kind, code, size, gp)
    return Cells(
        np.array(polygons), np.array(kinds), np.array(codes), np.array(parcels), np.array(general)
    )


def _faces(land, streets: Streets) -> np.ndarray:
    noded = shapely.union_all([shapely.boundary(land), *streets.lines])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    shapely.prepare(land)
    inside = shapely.contains_properly(land, shapely.point_on_surface(faces))
    return faces[inside]


def _target(pieces, rural_ha, factor) -> np.ndarray:
    """Return the smallest block wanted at the middle of a piece or half way to its corners."""
    spots = shapely.get_coordinates(shapely.point_on_surface(pieces))
    best = plan.block_target(spots[:, 0], spots[:, 1], rural_ha, factor)
    bounds = shapely.bounds(pieces)
    for fx, fy in ((0.3, 0.3), (0.3, 0.7), (0.7, 0.3), (0.7, 0.7)):
        x = bounds[:, 0] * (1 - fx) + bounds[:, 2] * fx
        y = bounds[:, 1] * (1 - fy) + bounds[:, 3] * fy
        best = np.minimum(
            best,
            np.where(
                shapely.contains_xy(pieces, x, y), plan.block_target(x, y, rural_ha, factor), best
            ),
        )
    return best


def _halve_into_cells(faces, streets: Streets, target, rng, industrial: bool) -> np.ndarray:
    def on_cut(parents, paths, wanted):
        lines, parent = shapely.get_parts(shapely.intersection(paths, parents), return_index=True)
        hectares = shapely.area(parents)[parent] / 1e4
        for line, size, small in zip(lines, hectares, wanted[parent] < BUILT * 1e4, strict=True):
            if line.geom_type == "LineString" and line.length > 15:
                streets.add(line, *_class_of(size, small, industrial), "road")

    small, _ = subdivide(faces, target, rng, skew=0.10, bend=0.10, spread=0.3, on_cut=on_cut)
    return small


def _class_of(hectares: float, built: bool, industrial: bool) -> tuple[int, float, float]:
    """Return rank, width and red-line width of a street that cuts so many hectares."""
    if industrial:
        return 7, 18.0, 18.0
    if built:
        for limit, rank, width in ((60, 4, 18.0), (24, 5, 13.5), (10, 6, 9.5), (4.5, 7, 7.0)):
            if hectares > limit:
                return rank, width, width
        return 8, 4.5, 4.5
    return (6, 7.0, 11.0) if hectares > 160 else (7, 6.0, 7.5) if hectares > 90 else (8, 5.0, 5.0)


@dataclass
class StreetLand:
    """Polygons of streets: ground in use (land use DGT) and between red lines, none overlapping."""

    in_use: np.ndarray
    red_lines: np.ndarray
    tree: shapely.STRtree
    buffers: np.ndarray


def street_land(streets: Streets, terrain) -> StreetLand:
    """Return the land of every street; at crossings the higher rank keeps the ground."""
    lines = np.array(streets.lines)
    order = np.lexsort(
        (np.arange(len(lines)), -np.array(streets.red_width), np.array(streets.rank))
    )
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    used = _buffers(lines, np.array(streets.width))
    red = _buffers(lines, np.array(streets.red_width))
    road = np.array(streets.kind) == "road"
    red[~road] = shapely.from_wkt("POLYGON EMPTY")
    red = shapely.intersection(red, terrain.city)
    dry = shapely.difference(terrain.city, shapely.union_all(terrain.rivers))
    in_use = shapely.intersection(_exclusive(used, place), dry)
    return StreetLand(in_use, _exclusive(red, place), shapely.STRtree(used), used)


def _buffers(lines, widths) -> np.ndarray:
    return shapely.buffer(
        lines, widths / 2, quad_segs=2, cap_style="flat", join_style="mitre", mitre_limit=2.0
    )


def _exclusive(buffers, place) -> np.ndarray:
    """Return each buffer without the ground of buffers that come before it."""
    out = buffers.copy()
    first, second = shapely.STRtree(buffers).query(buffers, predicate="intersects")
    before = place[second] < place[first]
    first, second = first[before], second[before]
    for i in np.unique(first):
        out[i] = shapely.difference(buffers[i], shapely.union_all(buffers[second[first == i]]))
    return out


def blocks_of(cells: Cells, land: StreetLand) -> tuple[np.ndarray, np.ndarray]:
    """Return what streets in use leave of each cell, and the cell's number; water keeps all."""
    rest = cells.polygons.copy()
    first, second = land.tree.query(cells.polygons, predicate="intersects")
    starts = (
        np.searchsorted(first, np.arange(len(rest) + 1)) if (np.diff(first) >= 0).all() else None
    )
    for i in range(len(rest)):
        if cells.kind[i] == "river":
            continue
        near = second[starts[i] : starts[i + 1]] if starts is not None else second[first == i]
        if len(near):
            rest[i] = shapely.difference(rest[i], shapely.union_all(land.buffers[near]))
    return polygon_parts(rest, 4.0)
