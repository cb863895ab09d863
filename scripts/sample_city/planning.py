# ruff: noqa: E501 (tables read better in wide rows)
"""What plans say about the ground: general-plan codes, plan extents, planned lots."""

from dataclasses import dataclass

import numpy as np
import shapely

from . import plan
from .names import PLAN_OVERRUNNING, PLAN_WITHOUT_STREETS, PLANS
from .shapes import generator, polygon_parts, subdivide

# fmt: off
GENERAL_URBAN = (
    ("DD_DONVIO", 44), ("DD_HONHOP", 10), ("DD_DVCCDOTHI", 7), ("DD_TRUONGHOC", 3), ("DD_COQUANDOTHI", 2), ("DD_CAYXANHCCDOTHI", 8),
    ("DD_HTKHACDOTHI", 2), ("NDD_CAYXANHSDHC", 6), ("NDD_DULICH", 4), ("NDD_YTE", 1), ("NDD_DAOTAO", 2), ("NNK_NONGNGHIEP", 16),
)
PLANNED = (
    ("O_Nhomnhao", 40), ("O_Honhop_Nhomo", 9), ("HTXH_CayxanhCC", 9), ("HTXH_Truonghoc", 6), ("HTXH_TruongTHPT", 1), ("Dichvu", 7),
    ("Coquan", 2), ("HTXH_Vanhoa", 2), ("HTXH_Theducthethao", 2), ("HTXH_Yte", 1), ("Cayxanhhanche", 4), ("Cayxanhchuyendung", 3),
    ("HTKT_Baidoxe", 2), ("Dulich", 3), ("NN_Nongnghiep", 8), ("HTKT_Hatangkhac", 1),
)
ASIDE_PLANNED = {
    "hill": "NN_Rungphongho", "industry": "SX_Congnghiep", "ponds": "NN_Thuysan", "military": "Quocphong", "cemetery": "HTKT_Nghiatrang",
    "lake": "KHAC_Honuoc", "waste": "HTKT_Hatangkhac", "quarry": "SX_Vatlieu", "beach": "Dulich", "dunes": "Cayxanhchuyendung", "river": "KHAC_Songsuoi",
}
# fmt: on


@dataclass
class PlannedBlocks:
    """Planned street blocks in the countryside, one set for each plan."""

    polygons: np.ndarray
    plan_id: np.ndarray
    cell: np.ndarray
    function: np.ndarray


@dataclass
class Planning:
    """General-plan code of each cell, plans over each cell, planned blocks, one free outline."""

    general: np.ndarray
    plans_of_cell: list
    blocks: PlannedBlocks
    outline: object


def draw_planning(cells, blocks, block_cell, units, parcels, scale) -> Planning:
    """Return what the general plan and the zoning plans say."""
    spots = shapely.get_coordinates(shapely.point_on_surface(cells.polygons))
    general = _general_plan(cells, spots)
    plans_of_cell = _plans_of_cells(cells, spots)
    outline = shapely.simplify(shapely.buffer(units["21262"], 45, quad_segs=2), 12)
    planned = _planned_blocks(cells, blocks, block_cell, plans_of_cell, outline, parcels, scale)
    return Planning(general, plans_of_cell, planned, outline)


def _pick(choices, draw) -> np.ndarray:
    names, weights = zip(*choices, strict=True)
    steps = np.cumsum(weights) / sum(weights)
    return np.array(names)[np.minimum(np.searchsorted(steps, draw), len(names) - 1)]


def _general_plan(cells, spots) -> np.ndarray:
    """Return the general-plan code of every cell."""
    draw = generator(13).random(len(spots))
    urban = np.zeros(len(spots), bool)
    for ring in plan.URBAN_2030:
        urban |= shapely.contains_xy(shapely.polygons(plan.metres(ring)), spots)
    rural = cells.kind == "rural"
    dense = cells.kind == "dense"
    code = np.where(urban, _pick(GENERAL_URBAN, draw), "NNK_NONGNGHIEP")
    code = np.where(dense, _pick(GENERAL_URBAN[:5], draw), code)
    return np.where(rural | dense, code, cells.general_plan)


def _plans_of_cells(cells, spots) -> list[tuple]:
    """Return for every cell the ids of the zoning plans drawn over it."""
    covered = [[] for _ in spots]
    usable = ~np.isin(cells.kind, ["river", "beach", "dunes"])
    for plan_id, ring in plan.PLAN_GROUND.items():
        ground = shapely.polygons(plan.metres(ring))
        for i in np.flatnonzero(usable & shapely.contains_xy(ground, spots)):
            covered[i].append(plan_id)
    return [tuple(c) for c in covered]


def _planned_blocks(
    cells, blocks, block_cell, plans_of_cell, outline, parcels, scale
) -> PlannedBlocks:
    polygons, plan_ids, cell_numbers, functions = [], [], [], []
    villages = shapely.STRtree(
        shapely.centroid(np.array(parcels.polygons)[np.array(parcels.function) == "village"])
    )
    touching = shapely.intersects(blocks, outline)
    rural = cells.kind[block_cell] == "rural"
    for turn, entry in enumerate(p for p in PLANS if p.kind == "phan_khu"):
        rng = generator(14, turn)
        if entry.plan_id == PLAN_OVERRUNNING:
            mine = np.flatnonzero(rural & touching)
        else:
            mine = np.flatnonzero(
                rural & np.array([entry.plan_id in plans_of_cell[c] for c in block_cell])
            )
        if not len(mine):
            continue
        pieces, root = subdivide(
            blocks[mine], lambda p, _: np.full(len(p), scale.planned_ha * 1e4), rng, 0.06, 0.0
        )
        order = np.argsort(root, kind="stable")
        pieces, root = pieces[order], root[order]
        width = rng.uniform(5.5, 10.5, len(pieces))
        inner, which = polygon_parts(
            shapely.buffer(pieces, -width, join_style="mitre", mitre_limit=3.0), 60.0
        )
        function = _pick(PLANNED, rng.random(len(inner)))
        homes = np.bincount(villages.query(inner, predicate="contains")[0], minlength=len(inner))
        dense_village = homes * (scale.house_step * 45) > 0.3 * shapely.area(inner)
        functions.extend(np.where(dense_village, "O_Langxom", function))
        polygons.extend(inner)
        plan_ids.extend([entry.plan_id] * len(inner))
        cell_numbers.extend(block_cell[mine[root[which]]])
    return PlannedBlocks(
        np.array(polygons), np.array(plan_ids), np.array(cell_numbers), np.array(functions)
    )


def planned_function(plan_id: str, function: str, kind: str, number: int, default: str) -> str:
    """Return the planned function of a plot that is a street block or set aside."""
    if kind.startswith("park"):
        return "KHAC_Honuoc" if default == "MNC" else "HTXH_CayxanhCC"
    if default == "DKV":
        return "HTXH_CayxanhCC"
    if kind in ASIDE_PLANNED:
        return ASIDE_PLANNED[kind]
    turn = (number * 2654435761 + len(plan_id) + int(plan_id[-2:]) * 40503) % 97
    if function in ("home", "field") and turn < 4:
        return "HTXH_CayxanhCC"
    if function == "home" and turn < 9:
        return "O_Honhop_Nhomo"
    if function in ("home", "workshop") and turn == 10:
        return "HTKT_Baidoxe"
    return default


def has_street_polygons(plan_id: str) -> bool:
    """Whether the drawing of this plan has polygons for its streets."""
    return plan_id != PLAN_WITHOUT_STREETS
