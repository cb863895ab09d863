"""Labels of every atom: which unit, parcel, cell, street, planned block ... it belongs to."""

from dataclasses import dataclass

import numpy as np
import shapely

from .atoms import DUST, Atoms, best_neighbour, owner
from .names import PLANS, UNITS
from .planning import Planning
from .subdivision import PONDS_ONLY_IN_GREEN, pond_of


@dataclass
class Labels:
    """One number per atom and subject; -1 where there is none."""

    unit: np.ndarray
    parcel: np.ndarray
    cell: np.ndarray
    red_line: np.ndarray
    planned: dict
    outline: np.ndarray
    pond: np.ndarray
    patch: np.ndarray


def linework(terrain, units, cells, parcels, streets, land, planning: Planning) -> list:
    """Return everything whose outline takes part in the subdivision."""
    ponds = [pond_of(n) for n in PONDS_ONLY_IN_GREEN]
    wider = streets.differ() & (shapely.area(land.red_lines) > 0)
    wider |= shapely.intersects(land.red_lines, shapely.union_all(terrain.rivers))
    drawn = [
        terrain.city,
        *units.values(),
        *cells.polygons,
        *parcels.lines,
        *land.in_use[shapely.area(land.in_use) > 0],
        *land.red_lines[wider],
        *planning.blocks.polygons,
        planning.outline,
        *ponds,
    ]
    return [shapely.boundary(g) if shapely.get_dimensions(g) == 2 else g for g in drawn]


def label(atoms: Atoms, units, cells, parcels, land, planning: Planning, patches: list) -> Labels:
    """Return the labels of all atoms; dust follows its neighbour."""
    planned = {}
    for entry in PLANS:
        mine = np.flatnonzero(planning.blocks.plan_id == entry.plan_id)
        found = owner(atoms, planning.blocks.polygons[mine])
        planned[entry.plan_id] = np.where(found >= 0, mine[found] if len(mine) else -1, -1)
    labels = Labels(
        unit=owner(atoms, [units[u.code] for u in UNITS]),
        parcel=owner(atoms, parcels.polygons),
        cell=owner(atoms, cells.polygons),
        red_line=owner(atoms, land.red_lines),
        planned=planned,
        outline=owner(atoms, [planning.outline]),
        pond=owner(atoms, [pond_of(n) for n in PONDS_ONLY_IN_GREEN]),
        patch=owner(atoms, patches),
    )
    _settle_dust(atoms, labels)
    return labels


def _settle_dust(atoms: Atoms, labels: Labels) -> None:
    """Give dust every label of its neighbour, and faces of no parcel or cell a neighbour's."""
    dust = np.array([a < DUST for a in atoms.twice_area])
    inside = labels.unit >= 0
    near = best_neighbour(atoms, dust & inside, inside & ~dust)
    take = near >= 0
    for array in (
        labels.parcel,
        labels.cell,
        labels.red_line,
        labels.outline,
        labels.pond,
        *labels.planned.values(),
    ):
        array[take] = array[near[take]]
    for array in (labels.parcel, labels.cell):
        for _ in range(20):
            lost = inside & (array < 0)
            if not lost.any():
                break
            near = best_neighbour(atoms, lost, inside & (array >= 0))
            array[near >= 0] = array[near[near >= 0]]
