"""The one planar subdivision: all linework noded once on a 1 mm grid, as integer faces.

Coordinates here are local integer millimetres (EPSG:5898 minus `ORIGIN`), small enough
for GEOS to compute orientations without rounding.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely

from .truth import twice_area

ORIGIN = np.array([570_000.0, 1_660_000.0])
DUST = 2 * 300_000  # twice 0.3 m2 in mm2: smaller faces take the labels of a neighbour


@dataclass
class Atoms:
    """Faces with integer vertices, their exact areas, inner points (m) and neighbours."""

    polygons: np.ndarray
    twice_area: list
    points: np.ndarray
    tree: shapely.STRtree
    pairs: np.ndarray
    shared: np.ndarray
    unions: dict = field(default_factory=dict)


def to_local(geometries):
    """Return geometries in metres as local millimetres."""
    return shapely.transform(geometries, lambda c: (c - ORIGIN) * 1000)


def to_metres(geometries):
    """Return local integer millimetres as metres, each coordinate an integer over 1000."""
    origin = (ORIGIN * 1000).round()
    return shapely.transform(geometries, lambda c: (c + origin) / 1000)


def integer_rings(polygon) -> list:
    """Return the rings of a polygon as lists of integer pairs, the outer one first."""
    rings = [polygon.exterior, *polygon.interiors]
    return [np.rint(shapely.get_coordinates(r)).astype(np.int64).tolist() for r in rings]


def node(linework: list) -> Atoms:
    """Node all lines once and return the faces."""
    noded = shapely.union_all(to_local(np.array(linework)), grid_size=1)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    corner = shapely.bounds(faces)
    faces = faces[np.lexsort((corner[:, 3], corner[:, 2], corner[:, 1], corner[:, 0]))]
    if not np.array_equal(shapely.get_coordinates(faces), np.rint(shapely.get_coordinates(faces))):
        raise ValueError("noding left the millimetre grid")
    points = shapely.get_coordinates(shapely.point_on_surface(faces)) / 1000 + ORIGIN
    pairs, shared = _neighbours(faces)
    areas = [twice_area(integer_rings(f)) for f in faces]
    return Atoms(faces, areas, points, shapely.STRtree(shapely.points(points)), pairs, shared)


def _neighbours(faces) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs of faces with a common edge and the length of that edge."""
    rings, of_face = shapely.get_rings(faces, return_index=True)
    coords, of_ring = shapely.get_coordinates(rings, return_index=True)
    number = np.rint(coords[:, 0]).astype(np.int64) * 40_000_000 + np.rint(coords[:, 1]).astype(
        np.int64
    )
    same = of_ring[1:] == of_ring[:-1]
    a, b = number[:-1][same], number[1:][same]
    length = np.hypot(*(coords[1:] - coords[:-1]).T)[same]
    face = of_face[of_ring[:-1][same]]
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((face, high, low))
    low, high, face, length = low[order], high[order], face[order], length[order]
    twin = (low[1:] == low[:-1]) & (high[1:] == high[:-1])
    return np.column_stack([face[:-1][twin], face[1:][twin]]), length[:-1][twin]


def owner(atoms: Atoms, polygons) -> np.ndarray:
    """Return for each atom the number of the first polygon over its inner point, or -1."""
    found = np.full(len(atoms.polygons), -1)
    if len(polygons):
        which, point = atoms.tree.query(polygons, predicate="contains")
        order = np.lexsort((-which, point))
        found[point[order]] = which[order]
    return found


def best_neighbour(atoms: Atoms, wanted: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return for each wanted atom the allowed neighbour with the longest common edge, or -1."""
    a = np.concatenate([atoms.pairs[:, 0], atoms.pairs[:, 1]])
    b = np.concatenate([atoms.pairs[:, 1], atoms.pairs[:, 0]])
    length = np.concatenate([atoms.shared, atoms.shared])
    use = wanted[a] & allowed[b]
    a, b, length = a[use], b[use], length[use]
    order = np.lexsort((-b, length, a))
    best = np.full(len(atoms.polygons), -1)
    best[a[order]] = b[order]
    return best


def components(atoms: Atoms, label: np.ndarray) -> np.ndarray:
    """Return a number for each connected piece of ground with one label (-1 stays -1)."""
    parent = list(range(len(label)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    a, b = atoms.pairs[:, 0], atoms.pairs[:, 1]
    for pair in atoms.pairs[(label[a] == label[b]) & (label[a] != -1)].tolist():
        first, second = sorted(root(i) for i in pair)
        parent[second] = first
    roots = np.array([root(i) for i in range(len(label))])
    return np.where(label == -1, -1, roots)


def dissolve(atoms: Atoms, members: list) -> object:
    """Return the union of some atoms, proved equal to the sum of their integer areas."""
    if len(members) == 1:
        return atoms.polygons[members[0]]
    key = tuple(members)
    if key in atoms.unions:  # most parcels are the same in both years
        return atoms.unions[key]
    union = shapely.coverage_union_all(atoms.polygons[np.array(members)])
    area = sum(twice_area(integer_rings(p)) for p in shapely.get_parts(union))
    if area != sum(atoms.twice_area[i] for i in members):
        raise ValueError(f"dissolving {len(members)} atoms changed their area")
    atoms.unions[key] = union
    return union
