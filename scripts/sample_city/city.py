"""The order of work: draw, subdivide, node, label, spoil, tell the truth, write."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from . import write
from .atoms import Atoms, integer_rings, node, to_metres
from .defects import plant
from .features import Builder, Layers, shapes
from .figures import write_figures
from .labels import Labels, label, linework
from .names import NOTICE, PLAN_WITHOUT_STREETS, PLANS, UNITS
from .partition import draw_units
from .people import (
    COLUMNS,
    YEARS,
    buildings,
    facilities,
    population_cells,
    projects,
    residential_floors,
    statistics,
)
from .plan import draw_terrain
from .planning import draw_planning
from .schema import COVER, FILES, README, REAL, SCHEMAS, TEXT, WHOLE
from .spoil import spoil
from .streets import Streets, blocks_of, grow, main_roads, set_aside, street_land
from .strips import area_under
from .subdivision import SCALES, Parcels, parcels_of
from .truth import Claim, Face, Truth, exact, square_metres, twice_area


@dataclass
class Design:
    """The drawn city before noding."""

    terrain: object
    units: dict
    cells: object
    streets: Streets
    land: object
    parcels: Parcels
    planning: object


def draw(scale_name: str) -> Design:
    """Draw units, streets, parcels and plans."""
    scale = SCALES[scale_name]
    terrain = draw_terrain()
    units, ward_edges = draw_units(terrain)
    streets = main_roads(terrain, ward_edges)
    asides = set_aside(terrain)
    cells = grow(terrain, streets, asides, scale.rural_ha, scale.block)
    land = street_land(streets, terrain)
    blocks, block_cell = blocks_of(cells, land)
    parcels = parcels_of(cells, blocks, block_cell, streets, land, scale)
    planning = draw_planning(cells, blocks, block_cell, units, parcels, scale)
    return Design(terrain, units, cells, streets, land, parcels, planning)


def make_city(target: Path, scale: str = "full") -> None:
    """Write the whole sample city into `target`, or leave `target` as it was."""
    target = Path(target).absolute()
    if target.exists() and any(target.iterdir()) and not _is_sample(target):
        raise FileExistsError(
            f"{target} holds files that are not a sample city: choose another folder"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        _make(work, scale)
        _replace(target, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(target: Path, work: Path) -> None:
    """Put the finished folder in place of an earlier sample."""
    if not target.exists():
        work.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / "sample")
    work.rename(target)
    shutil.rmtree(old)


def _is_sample(folder: Path) -> bool:
    readme = folder / "README.txt"
    return readme.is_file() and readme.read_text(encoding="utf-8").startswith(NOTICE)


def _make(folder: Path, scale: str) -> None:
    design = draw(scale)
    args = (design.units, design.cells, design.parcels)
    lines = linework(design.terrain, *args, design.streets, design.land, design.planning)
    planted = plant(design.parcels, design.units, lines, 18.0)
    patches = [cell for item in planted for cell in item.cells]
    atoms = node([*lines, *shapely.boundary(patches)])
    labels = label(atoms, *args, design.land, design.planning, patches)
    builder = Builder(
        atoms, labels, design.parcels, design.cells, design.streets, design.planning, planted
    )
    layers = builder.build()
    spoil(builder)
    rows = statistics()
    houses = buildings(atoms, labels, design.parcels, 0.42 if scale == "full" else 0.8)
    _write_layers(folder, atoms, layers, builder)
    _write_things(folder, design, houses, layers)
    _write_tables(folder, rows)
    grid, corner = population_cells(atoms, labels, design.parcels, rows)
    write.write_population(folder / "population.tif", grid, corner)
    _write_cover(folder, atoms, labels, design.parcels)
    _write_truth(folder, atoms, labels, builder, layers, rows, houses, design.streets)
    (folder / "README.txt").write_text(README, encoding="utf-8", newline="\n")


def _write_layers(folder: Path, atoms: Atoms, layers: Layers, builder: Builder) -> None:
    for name, (file, layer) in FILES.items():
        features = getattr(layers, name)
        write.write_vector(
            folder / file,
            [f.columns for f in features],
            SCHEMAS[name],
            shapes(atoms, features),
            layer,
        )
    write.write_geoparquet(
        folder / "green.parquet",
        [f.columns for f in layers.green],
        SCHEMAS["green"],
        shapes(atoms, layers.green),
    )
    static = [f for f in layers.land_use if f.columns["su_dung_phu"] == "ben_bai"]
    columns = [{"id": f"BX{k:03d}", "ten": f"Bãi đỗ xe số {k + 1}"} for k in range(len(static))]
    write.write_vector(
        folder / "parking.gpkg",
        columns,
        {"id": TEXT, "ten": TEXT},
        shapes(atoms, static),
        "bai_do_xe",
    )


def _write_things(folder: Path, design: Design, houses: list, layers: Layers) -> None:
    types = {"id": TEXT, "so_tang": WHOLE, "cong_nang": TEXT}
    columns = [{"id": b.number, "so_tang": b.floors, "cong_nang": b.use} for b in houses]
    write.write_vector(folder / "buildings.gpkg", columns, types, [b.shape for b in houses], "nha")
    found = projects()
    columns = [{"id": i, "ten": n, "dt_khai_bao_ha": d} for i, n, d, _ in found]
    for number, _, declared, shape in found:
        twice = twice_area(integer_rings(shape))
        if abs(declared * 2e10 / twice - 1) > 0.05:
            layers.note("declared_area", "projects", number, "", twice)
    write.write_vector(
        folder / "projects.gpkg",
        columns,
        {"id": TEXT, "ten": TEXT, "dt_khai_bao_ha": REAL},
        [s for *_, s in found],
        "du_an",
    )
    places = facilities(design.parcels)
    columns = [{"id": i, "loai": k, "ten": n} for i, k, n, _ in places]
    write.write_geojson(
        folder / "facilities.geojson", columns, [shapely.points(p) for *_, p in places]
    )
    rows, lines = road_rows(design.streets)
    for row in rows:
        if row["rong_m"] is None:
            layers.note("missing_width", "roads", row["id"])
    layers.note("outside_city", "roads", rows[-1]["id"])
    write.write_geojson(folder / "roads.geojson", rows, lines)


MISSING_WIDTHS = 6
STRAY_ROAD = shapely.linestrings([(577_000, 1_667_000), (577_900, 1_667_400)])


def road_rows(streets: Streets) -> tuple[list, list]:
    """Return properties and centre lines of all roads, some without width, one astray."""
    roads = [i for i, kind in enumerate(streets.kind) if kind == "road"]
    lost = {roads[len(roads) * (2 * k + 1) // (2 * MISSING_WIDTHS)] for k in range(MISSING_WIDTHS)}
    rows = [
        {
            "id": f"D{i:05d}",
            "ten": streets.names[i],
            "cap": streets.rank[i],
            "rong_m": None if i in lost else float(streets.red_width[i]),
        }
        for i in roads
    ]
    lines = [streets.lines[i] for i in roads]
    rows.append({"id": "D99999", "ten": "Đường lạc", "cap": 7, "rong_m": 10.0})
    return rows, [*lines, STRAY_ROAD]


def _write_tables(folder: Path, rows: dict) -> None:
    def text(value):
        return "" if value is None else value

    table = [
        (u.code, year, *(text(rows[u.code, year][c]) for c in COLUMNS))
        for u in UNITS
        for year in YEARS
    ]
    write.write_csv(folder / "statistics.csv", ("ma_don_vi", "nam", *COLUMNS), table)


def _write_cover(folder: Path, atoms: Atoms, labels: Labels, parcels: Parcels) -> None:
    code = np.array([COVER.get(c, 50) for c in parcels.code])
    old = np.array(
        [COVER.get(o or c, 50) for o, c in zip(parcels.old_code, parcels.code, strict=True)]
    )
    for year, values in ((2020, old), (2025, code)):
        classes = np.where(labels.unit >= 0, values[labels.parcel], 0)
        write.write_land_cover(folder / f"land_cover_{year}.tif", atoms, classes)


def _write_truth(
    folder: Path,
    atoms: Atoms,
    labels: Labels,
    builder: Builder,
    layers: Layers,
    rows: dict,
    houses: list,
    streets: Streets,
) -> None:
    plans = {
        p.plan_id: {
            "kind": p.kind,
            "approved": p.approved,
            "revoked": p.revoked,
            "replaced_by": p.replaced_by,
        }
        for p in PLANS
    }
    units = [
        {"code": u.code, "slated": u.slated, "is_ward": u.is_ward, "declared_ha": u.declared_ha}
        for u in UNITS
    ]
    faces = make_faces(atoms, labels, builder, layers, plans)
    truth = Truth(
        faces.values(), plans, rows, units, PLAN_WITHOUT_STREETS, residential_floors(houses)
    )
    write_figures(truth, under_streets(atoms, faces, truth, streets))
    for plan in layers.plans:
        truth.quantity(
            "plan_area", "existing", "", plan.feature_id, square_metres(builder.area(plan.atoms))
        )
    header = list(truth.rows[0])
    write.write_csv(folder / "truth.csv", header, [[row[c] for c in header] for row in truth.rows])
    defects = [
        (k, layer, ids, unit, "" if twice is None else exact_area(twice))
        for k, layer, ids, unit, twice in layers.defects
    ]
    write.write_csv(
        folder / "defects.csv", ("kind", "layer", "feature_ids", "unit_code", "area_m2"), defects
    )


def exact_area(twice: int) -> str:
    """Return square metres without rounding."""
    return exact(square_metres(twice))


def under_streets(atoms: Atoms, faces: dict, truth: Truth, streets: Streets) -> dict:
    """Return the urban ground of each unit under streets as wide as between their red lines."""
    members: dict = {}
    for i, face in faces.items():
        if truth.is_urban_ground(face):
            members.setdefault(face.unit, []).append(i)
    grounds = {
        unit: to_metres(shapely.coverage_union_all(atoms.polygons[np.array(found)]))
        for unit, found in members.items()
    }
    rows, lines = road_rows(streets)
    return area_under(lines, [row["rong_m"] for row in rows], grounds)


def make_faces(atoms: Atoms, labels: Labels, builder: Builder, layers: Layers, plans: dict) -> dict:
    """Return the atoms inside units as plain records for the truth, by number."""
    faces = {
        i: Face(
            atoms.twice_area[i],
            UNITS[labels.unit[i]].code,
            right_of_way=bool(labels.red_line[i] >= 0),
        )
        for i in np.flatnonzero(labels.unit >= 0).tolist()
    }

    def claim(features, code, sub="", plan="", target="land_use"):
        for feature in features:
            columns = feature.columns
            plan_id = columns[plan] if plan else ""
            approved = plans[plan_id]["approved"] if plan else None
            made = Claim(
                feature.feature_id,
                builder.area(feature.atoms),
                columns[code],
                columns.get(sub) or "",
                approved,
                plan_id,
            )
            for i in feature.atoms:
                if i in faces:
                    getattr(faces[i], target).append(made)

    claim(layers.land_use, "ma_loai", "su_dung_phu")
    claim(layers.zoning, "chuc_nang", plan="plan_id", target="lots")
    claim(layers.green, "loai", "cong_vien", target="green")
    for feature in layers.general_plan:
        for i in feature.atoms:
            faces[i].general_plan = feature.columns["ma_cn"]
    for feature in layers.plans:
        for i in feature.atoms:
            if i in faces:
                faces[i].plans = (*faces[i].plans, feature.feature_id)
    return faces
