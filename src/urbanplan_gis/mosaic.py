"""Layers -> faces: the exact planar partition of the units, and its reconciliation.

No domain word: base polygons (the units) are split by one layer after another. Each face keeps,
per layer, the position of the feature it lies in; a layer whose features may overlap (plans)
keeps all of them. What no feature covers stays as a face of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import Overlaps, find_overlaps, yield_ground
from urbanplan_gis.geometry.split import parts_inside, split_faces

#: Σ face area may differ from the unit's area by this much, relative (DESIGN §4)
TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class LabelLayer:
    """Valid polygons that label ground. ``rank`` decides overlaps (0 first) unless ``many``."""

    name: str
    geometries: Geometries
    rank: NDArray[np.intp]
    many: bool = False
    #: overlaps already found by a check, so that they are not looked for twice
    overlaps: Overlaps | None = None


@dataclass(frozen=True, eq=False)
class Mosaic:
    """The faces: geometry, m², unit index, and per layer the feature index of each face.

    ``labels[name]`` has shape (faces,), NOWHERE where no feature lies; ``covers[name]`` of a
    many-valued layer has shape (faces, features), boolean. ``difference`` is, per unit,
    Σ face area minus unit area, relative.
    """

    geometries: Geometries
    area: NDArray[np.float64]
    unit: NDArray[np.intp]
    labels: Mapping[str, NDArray[np.intp]]
    covers: Mapping[str, NDArray[np.bool_]]
    unit_area: NDArray[np.float64]
    difference: NDArray[np.float64]
    overlaps: Mapping[str, Overlaps]


class ReconciliationError(ArithmeticError):
    """Faces do not add up to their unit; never an input problem, always a defect of ours."""


@dataclass(frozen=True, eq=False)
class _Faces:
    """Faces of one unit while it is being split."""

    geometries: Geometries
    labels: dict[str, NDArray[np.intp]]
    covers: dict[str, NDArray[np.bool_]]

    def taken(self, index: NDArray[np.intp], geometries: Geometries) -> _Faces:
        return _Faces(
            geometries,
            {name: values[index] for name, values in self.labels.items()},
            {name: values[index] for name, values in self.covers.items()},
        )


def build_mosaic(units: LabelLayer, layers: Iterable[LabelLayer]) -> Mosaic:
    """Partition the units by all layers.

    Units that overlap one another are made planar by their rank first, so that no ground counts
    twice. Faces are ordered by unit, then as the layers cut them: deterministic.

    Raises:
        ReconciliationError: if Σ face area differs from a unit's area by more than TOLERANCE.
    """
    overlaps: dict[str, Overlaps] = {}
    planar_units = _planar(units, overlaps)
    planar_layers = [
        layer if layer.many else LabelLayer(layer.name, _planar(layer, overlaps), layer.rank)
        # coarse layers first: then the many small features meet faces that are small already
        for layer in sorted(layers, key=lambda layer: (len(layer.geometries), layer.name))
    ]
    trees = [shapely.STRtree(layer.geometries) for layer in planar_layers]
    shapely.prepare(planar_units)
    done = [_unit_faces(unit, planar_layers, trees) for unit in planar_units]
    return _joined(planar_units, planar_layers, done, overlaps)


def _planar(layer: LabelLayer, overlaps: dict[str, Overlaps]) -> Geometries:
    found = layer.overlaps or find_overlaps(layer.geometries, layer.rank)
    overlaps[layer.name] = found
    return yield_ground(layer.geometries, found)


def _unit_faces(
    unit: shapely.Geometry, layers: list[LabelLayer], trees: list[shapely.STRtree]
) -> _Faces:
    """The faces of one unit. Only features near the unit are looked at."""
    # a unit that yields all its ground to others has no face
    ground = np.array([] if unit.is_empty else [unit], dtype=object)
    faces = _Faces(ground, {}, {})
    for layer, tree in zip(layers, trees, strict=True):
        near = np.sort(tree.query(unit, predicate="intersects"))
        faces = _cover(faces, layer, near) if layer.many else _label(faces, layer, near)
    return faces


def _label(faces: _Faces, layer: LabelLayer, near: NDArray[np.intp]) -> _Faces:
    """Split by features that do not overlap; each face gets at most one of them."""
    pieces = split_faces(faces.geometries, layer.geometries[near])
    split = faces.taken(pieces.face, pieces.geometries)
    found = np.full(len(pieces.cutter), NOWHERE)
    inside = pieces.cutter != NOWHERE
    found[inside] = near[pieces.cutter[inside]]
    split.labels[layer.name] = found
    return split


def _cover(faces: _Faces, layer: LabelLayer, near: NDArray[np.intp]) -> _Faces:
    """Split by features that may overlap, one after another; each face gets all of them."""
    covered = np.zeros((len(faces.geometries), len(layer.geometries)), dtype=bool)
    split = _Faces(faces.geometries, faces.labels, {**faces.covers, layer.name: covered})
    for feature in near:
        pieces = split_faces(split.geometries, layer.geometries[[feature]])
        split = split.taken(pieces.face, pieces.geometries)
        split.covers[layer.name][pieces.cutter != NOWHERE, feature] = True
    return split


def _joined(
    units: Geometries,
    layers: list[LabelLayer],
    done: list[_Faces],
    overlaps: Mapping[str, Overlaps],
) -> Mosaic:
    geometries = np.concatenate([faces.geometries for faces in done])
    unit = np.repeat(np.arange(len(done)), [len(faces.geometries) for faces in done])
    area = shapely.area(geometries)
    unit_area = shapely.area(units)
    sums = sum_by(unit, area, len(units))
    difference = np.divide(
        sums - unit_area, unit_area, out=np.zeros_like(sums), where=unit_area > 0
    )
    worst = int(np.abs(difference).argmax())
    if abs(difference[worst]) > TOLERANCE:
        raise ReconciliationError(
            f"faces of unit {worst} differ from its area by {difference[worst]:.3e} (relative)"
        )
    return Mosaic(
        geometries,
        area,
        unit,
        {
            layer.name: np.concatenate([faces.labels[layer.name] for faces in done])
            for layer in layers
            if not layer.many
        },
        {
            layer.name: np.concatenate([faces.covers[layer.name] for faces in done])
            for layer in layers
            if layer.many
        },
        unit_area,
        difference,
        overlaps,
    )


def area_table(
    units: LabelLayer, layer: LabelLayer, classes: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Area by unit and class without double counting (m², shape: units x classes).

    The quick table where no faces are needed: overlaps go by rank, ground on both sides of a
    unit's boundary is cut there, and what no feature covers is in no class.
    """
    overlaps: dict[str, Overlaps] = {}
    parts = parts_inside(_planar(units, overlaps), _planar(layer, overlaps))
    width = int(classes.max(initial=0)) + 1
    key = parts.face * width + classes[parts.cutter]
    size = len(units.geometries) * width
    return sum_by(key, shapely.area(parts.geometries), size).reshape(-1, width)
