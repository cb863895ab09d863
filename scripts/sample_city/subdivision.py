"""From cells to parcels: street blocks into plots, villages along roads, fields, ponds.

A plot is the piece of a block that has one function (and becomes one planned lot); homes
are divided further into parcels.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely

from . import plan
from .functions import FUNCTIONS
from .shapes import generator, polygon_parts, subdivide
from .villages import village_homes


@dataclass
class Parcels:
    """Design parcels in columns; `plot` and `cell` tie them to planned lots and plans."""

    polygons: list = field(default_factory=list)
    code: list = field(default_factory=list)
    sub_use: list = field(default_factory=list)
    function: list = field(default_factory=list)
    old_code: list = field(default_factory=list)
    old_group: list = field(default_factory=list)
    cell: list = field(default_factory=list)
    plot: list = field(default_factory=list)
    green: list = field(default_factory=list)
    park: list = field(default_factory=list)
    street: list = field(default_factory=list)
    plots: int = 0
    lines: list = field(default_factory=list)

    def record(self, parents, paths, _wanted) -> None:
        """Remember the cuts of a subdivision: they are drawn once, not once per side."""
        self.lines.extend(shapely.intersection(paths, parents))

    def add(
        self,
        polygons,
        code,
        cell,
        plot=-1,
        function="",
        sub_use="",
        old_code="",
        old_group="",
        green="",
        park="",
        street=-1,
    ) -> None:
        """Append parcels; every attribute is one value or one per polygon."""
        count = len(polygons)
        self.polygons.extend(polygons)
        for name, value in (
            ("code", code),
            ("cell", cell),
            ("plot", plot),
            ("function", function),
            ("sub_use", sub_use),
            ("old_code", old_code),
            ("old_group", old_group),
            ("green", green),
            ("park", park),
            ("street", street),
        ):
            getattr(self, name).extend(
                value if isinstance(value, list | np.ndarray) else [value] * count
            )

    def new_plots(self, count: int) -> np.ndarray:
        """Return fresh plot numbers."""
        first = self.plots
        self.plots += count
        return np.arange(first, first + count)


@dataclass(frozen=True)
class Scale:
    """How finely the ground is divided: `full` or `small`."""

    rural_ha: float
    block: float
    home_m2: float
    field_ha: float
    house_step: float
    planned_ha: float


SCALES = {
    "full": Scale(70, 1.0, 480, 2.4, 20, 5.0),
    "small": Scale(420, 9.0, 13000, 32, 170, 60.0),
}


#: Parks whose pond is drawn by one layer only.
PONDS_ONLY_IN_GREEN = (9,)
PONDS_ONLY_IN_LAND_USE = (5,)


def parcels_of(cells, blocks, block_cell, streets, land, scale: Scale) -> Parcels:
    """Return every parcel of the city, in a fixed order."""
    parcels = Parcels()
    kinds = cells.kind[block_cell]
    _streets(parcels, land)
    dense = kinds == "dense"
    _dense(parcels, blocks[dense], block_cell[dense], scale)
    rural = kinds == "rural"
    homes, homes_block = village_homes(streets, blocks[rural], scale)
    _rural(parcels, blocks[rural], block_cell[rural], homes, homes_block, scale)
    rest = ~dense & ~rural
    _asides(parcels, cells, blocks[rest], block_cell[rest], scale)
    return parcels


def _streets(parcels: Parcels, land) -> None:
    polygons, street = polygon_parts(land.in_use, 0.5)
    parcels.add(polygons, "DGT", -1, sub_use="duong", function="street", street=street)


def _dense(parcels: Parcels, blocks, cell, scale: Scale) -> None:
    """Give every block a function; large ones share the block with homes."""
    rng = generator(7)
    spots = shapely.get_coordinates(shapely.centroid(blocks)) / 1000
    centre = np.hypot((spots[:, 0] - 585.9) / 2.2, (spots[:, 1] - 1672.2) / 1.7) < 0.75
    chosen = _choose_functions(rng, centre)
    fresh = _inside_any(spots, plan.NEW_TOWNS)
    names = np.array(list(FUNCTIONS))
    plots, owner, function = [], [], []
    for number, name in enumerate(names):
        mine = np.flatnonzero(chosen == number)
        if not len(mine):
            continue
        size = FUNCTIONS[name].hectares * 1e4 * max(scale.block / 2, 1)
        pieces, root = (
            subdivide(
                blocks[mine],
                lambda p, _, s=size: np.full(len(p), s),
                rng,
                0.06,
                0.0,
                on_cut=parcels.record,
            )
            if size
            else polygon_parts(blocks[mine])
        )
        first = np.r_[True, np.diff(root) != 0] if size else np.ones(len(pieces), bool)
        order = np.argsort(root, kind="stable")
        pieces, root = pieces[order], root[order]
        first = np.r_[True, np.diff(root) != 0] if size else first
        plots.extend(pieces)
        owner.extend(mine[root])
        function.extend(np.where(first, name, "home"))
    plots, owner, function = np.array(plots), np.array(owner), np.array(function)
    numbers = parcels.new_plots(len(plots))
    groups = np.where(fresh[owner], np.char.add("B", owner.astype(str)), "")
    old = np.where(fresh[owner], np.where(owner % 3 == 0, "BHK", "LUC"), "")
    homes = function == "home"
    codes = [FUNCTIONS[f].code for f in function]
    sub = np.where(np.isin(function, ["parking", "station"]), "ben_bai", "")
    green = np.array([FUNCTIONS[f].green for f in function])
    park = np.where(green == "public", np.char.add("VH", numbers.astype(str)), "")
    keep = ~homes
    parcels.add(
        plots[keep],
        list(np.array(codes)[keep]),
        cell[owner[keep]],
        numbers[keep],
        function[keep],
        sub[keep],
        old[keep],
        groups[keep],
        green[keep],
        park[keep],
    )
    _homes(
        parcels,
        plots[homes],
        cell[owner[homes]],
        numbers[homes],
        old[homes],
        groups[homes],
        centre[owner[homes]],
        scale,
    )


def _choose_functions(rng, centre) -> np.ndarray:
    functions = list(FUNCTIONS.values())
    inner = np.cumsum([f.centre for f in functions])
    outer = np.cumsum([f.outside for f in functions])
    draw = rng.random(len(centre))
    chosen = np.where(
        centre, np.searchsorted(inner / inner[-1], draw), np.searchsorted(outer / outer[-1], draw)
    )
    names = list(FUNCTIONS)
    needed = (
        "station",
        "hospital",
        "highschool",
        "college",
        "market",
        "power",
        "water_works",
        "police",
        "monument",
        "nursery",
        "court",
        "garden",
        "sport",
    )
    spread = np.linspace(0, len(chosen) - 1, 3 * len(needed) + 2).astype(int)[1:-1]
    for k, place in enumerate(spread):  # whatever chance left out exists at least once
        if (chosen == names.index(needed[k % len(needed)])).sum() < 2:
            chosen[place] = names.index(needed[k % len(needed)])
    return chosen


def _inside_any(spots, circles) -> np.ndarray:
    inside = np.zeros(len(spots), bool)
    for x, y, r in circles:
        inside |= np.hypot(spots[:, 0] - x, spots[:, 1] - y) < r
    return inside


def _homes(parcels: Parcels, plots, cell, numbers, old, groups, centre, scale: Scale) -> None:
    rng = generator(8)
    wanted = np.where(centre, 0.8, 1.25) * scale.home_m2
    pieces, root = subdivide(plots, lambda _, r: wanted[r], rng, 0.04, 0.0, on_cut=parcels.record)
    order = np.argsort(root, kind="stable")
    pieces, root = pieces[order], root[order]
    draw = rng.random(len(pieces))
    code = np.select(
        [draw < 0.035, draw < 0.042, draw < 0.06, draw < 0.075],
        ["TMD", "TIN", "BHK", "CLN"],
        "home",
    )
    new = groups[root] != ""
    green = np.where(new & (draw > 0.97), "residential", "")
    code = np.where(green != "", "home", code)
    parcels.add(pieces, code, cell[root], numbers[root], "home", "", old[root], groups[root], green)


def _rural(parcels: Parcels, blocks, cell, homes, homes_block, scale: Scale) -> None:
    """Add village plots and divide what they leave into gardens and fields."""
    rng = generator(10)
    draw = rng.random(len(homes))
    code = np.select(
        [draw < 0.03, draw < 0.05, draw < 0.06, draw < 0.09], ["TMD", "TIN", "DVH", "CLN"], "home"
    )
    plots = parcels.new_plots(len(homes))
    parcels.add(homes, code, cell[homes_block], plots, "village")
    parcels.lines.extend(shapely.boundary(homes))
    rest = blocks.copy()
    for i in np.unique(homes_block):
        rest[i] = shapely.difference(blocks[i], shapely.union_all(homes[homes_block == i]))
    pieces, root = polygon_parts(rest, 0.5)
    fields, inner = subdivide(
        pieces,
        lambda p, _: np.full(len(p), scale.field_ha * 1e4),
        rng,
        0.12,
        0.05,
        spread=0.5,
        on_cut=parcels.record,
    )
    order = np.argsort(inner, kind="stable")
    fields, root = fields[order], root[inner[order]]
    distance = np.full(len(fields), np.inf)
    if len(homes):
        nearest, away = shapely.STRtree(homes).query_nearest(
            fields, return_distance=True, all_matches=False
        )
        distance[nearest[0]] = away
    spots = shapely.get_coordinates(shapely.centroid(fields)) / 1000
    draw = rng.random(len(fields))
    sandy = spots[:, 0] > 595.3
    wild = np.sin(spots[:, 0] * 1.7) * np.cos(spots[:, 1] * 1.3) > 0.75
    small = shapely.area(fields) < 900
    code = np.select(
        [
            small | ((distance < 25) & (draw < 0.45)),
            sandy & (draw < 0.6),
            wild & (draw < 0.5),
            draw < 0.60,
            draw < 0.82,
            draw < 0.93,
            draw < 0.96,
        ],
        ["CLN", "BHK", "RSX", "LUC", "LUK", "BHK", "NTS"],
        "DTL",
    )
    code = np.where((code == "DTL") & (shapely.area(fields) > 8000), "LUC", code)
    parcels.add(fields, code, cell[root], -1, "field")


def _asides(parcels: Parcels, cells, blocks, cell, scale: Scale) -> None:
    """Add rivers, hills, ponds, industry, parks and the rest of the ground set aside."""
    rng = generator(11)
    for kind in np.unique(cells.kind[cell]):
        mine = cells.kind[cell] == kind
        polygons, owner = blocks[mine], cell[mine]
        if kind.startswith("park"):
            _park(parcels, polygons, owner, kind)
            continue
        hectares = cells.parcel_ha[owner]
        grow = max(scale.field_ha / SCALES["full"].field_ha, 1)
        wanted = hectares * np.where(hectares < 90, grow, 1) * 1e4
        pieces, root = subdivide(
            polygons,
            lambda _, r, w=wanted: w[r],
            rng,
            0.1,
            0.04 if kind != "industry" else 0.0,
            on_cut=parcels.record,
        )
        order = np.argsort(root, kind="stable")
        pieces, root = pieces[order], root[order]
        green = {"cemetery": "specialised", "dunes": "specialised", "industry": ""}.get(kind, "")
        parcels.add(
            pieces,
            list(cells.code[owner[root]]),
            owner[root],
            parcels.new_plots(len(pieces)),
            str(kind),
            green=green,
        )


def _park(parcels: Parcels, polygons, owner, kind: str) -> None:
    """Add a park: its dry ground as DKV, its pond as MNC unless the survey left it within DKV."""
    number = int(kind[4:])
    pond = pond_of(number)
    for polygon, cell in zip(polygons, owner, strict=True):
        plot = parcels.new_plots(1)[0]
        water = (
            shapely.intersection(polygon, pond)
            if pond is not None
            else shapely.from_wkt("POLYGON EMPTY")
        )
        dry = polygon if number in PONDS_ONLY_IN_GREEN else shapely.difference(polygon, water)
        parts, _ = polygon_parts([dry])
        parcels.add(parts, "DKV", cell, plot, "park", green="public", park=f"CV{number:02d}")
        if number not in PONDS_ONLY_IN_GREEN and not water.is_empty:
            green = "public" if number in PONDS_ONLY_IN_LAND_USE else "water"
            parts, _ = polygon_parts([water])
            parcels.lines.extend(shapely.boundary(parts))
            parcels.add(parts, "MNC", cell, plot, "park", green=green, park=f"CV{number:02d}")


def pond_of(number: int):
    """Return the pond of a park, or None."""
    for name, east, north, _, _, pond in plan.PARKS:
        if name == number and pond is not None:
            dx, dy, px, py = pond
            rng = generator(12, number)
            return plan.blob(
                (east + dx) * 1000, (north + dy) * 1000, px * 1000, py * 1000, rng, rough=0.1
            )
    return None
