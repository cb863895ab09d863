"""The order of work: draw, subdivide, node, label, spoil, tell the truth, write."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from . import write
from .atoms import Atoms, node, to_local
from .defects import plant
from .features import Builder, Layers, shapes
from .figures import write_figures
from .labels import Labels, label, linework
from .names import NOTICE, PLAN_WITHOUT_STREETS, PLANS, UNITS
from .partition import draw_units
from .people import COLUMNS, YEARS, buildings, facilities, population_cells, projects, residential_floors, statistics
from .plan import draw_terrain
from .planning import draw_planning
from .spoil import spoil
from .streets import Streets, blocks_of, grow, main_roads, set_aside, street_land
from .subdivision import SCALES, Parcels, parcels_of
from .truth import Claim, Face, Truth, square_metres

TEXT, DATE, WHOLE, REAL = pa.string(), pa.date32(), pa.int32(), pa.float64()
# fmt: off
SCHEMAS = {
    "units": dict(ma=TEXT, ten=TEXT, loai=TEXT, ngay_len_phuong=DATE, du_kien_phuong=WHOLE, dt_cong_bo_ha=REAL),
    "land_use": dict(thua_id=TEXT, ma_loai=TEXT, su_dung_phu=TEXT, ngay=DATE, dt_khai_bao_m2=REAL),
    "land_use_2022": dict(SOTHUA=TEXT, MALOAIDAT=TEXT, SUDUNGPHU=TEXT, NGAY=DATE, DT_KHAIBAO=REAL),
    "zoning": dict(lo_id=TEXT, chuc_nang=TEXT, plan_id=TEXT, dien_tich_ha=REAL),
    "plans": dict(plan_id=TEXT, ten=TEXT, loai=TEXT, so_quyet_dinh=TEXT, ngay_duyet=DATE, ngay_huy=DATE, thay_the_boi=TEXT, nam_muc_tieu=WHOLE),
    "general_plan": dict(id=TEXT, ma_cn=TEXT),
    "right_of_way": dict(id=TEXT, ten_duong=TEXT, cap=WHOLE),
    "green": dict(id=TEXT, loai=TEXT, cong_vien=TEXT, ten=TEXT),
}
FILES = {
    "units": ("units.gpkg", "ranh_gioi"), "land_use": ("land_use_2025.gpkg", "hien_trang"), "land_use_2022": ("land_use_2022.shp", None),
    "zoning": ("zoning.gpkg", "lo_dat"), "plans": ("plans.gpkg", "ranh_gioi_qh"), "general_plan": ("general_plan.gpkg", "qh_chung"),
    "right_of_way": ("right_of_way.fgb", None),
}
COVER = {
    "LUC": 40, "LUK": 40, "BHK": 40, "CLN": 30, "RSX": 10, "RPH": 10, "RDD": 10, "DKV": 30, "NTD": 30,
    "SON": 80, "MNC": 80, "NTS": 80, "BCS": 60, "SKX": 60, "DTL": 80,
}
# fmt: on

README = f"""{NOTICE}

Dữ liệu trong thư mục này là dữ liệu MÔ PHỎNG, do scripts/make_sample_city.py tạo ra để chạy thử và kiểm thử.
Tên, mã, diện tích công bố và dân số 2019 của 23 đơn vị hành chính là thật; hình học, đường, công viên,
quy hoạch, dự án, công trình và số liệu các năm khác là bịa đặt. Không dùng cho bất kỳ quyết định nào.

Everything here is SYNTHETIC. Names, codes, declared areas and 2019 census populations of the 23 units are
real; all geometry, streets, parks, plans, projects, buildings and the statistics of other years are invented.

All layers are dissolved from one planar subdivision with integer-millimetre vertices (EPSG:5898, metres with
three decimals). truth.csv holds the true figures at 2025-06-30, computed from exact integer areas.
defects.csv lists the defects planted on purpose. roads.geojson and facilities.geojson are in EPSG:4326.
land_use_2022.shp uses the codes of Circular 27/2018, land_use_2025.gpkg those of Circular 08/2024.
Land cover classes: 10 trees, 30 grass and gardens, 40 crops, 50 built, 60 bare, 80 water, 0 no data.
"""


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
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        work.chmod(0o755)
        _make(work, scale)
        if target.exists():
            shutil.rmtree(target)
        work.rename(target)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise


def _make(folder: Path, scale: str) -> None:
    design = draw(scale)
    args = (design.units, design.cells, design.parcels)
    lines = linework(design.terrain, *args, design.streets, design.land, design.planning)
    planted = plant(design.parcels, design.units, lines, 18.0)
    patches = [cell for item in planted for cell in item.cells]
    atoms = node([*lines, *shapely.boundary(patches)])
    labels = label(atoms, *args, design.land, design.planning, patches)
    builder = Builder(atoms, labels, design.parcels, design.cells, design.streets, design.planning, planted)
    layers = builder.build()
    spoil(builder)
    rows = statistics()
    houses = buildings(atoms, labels, design.parcels, 0.42 if scale == "full" else 0.8)
    _write_layers(folder, atoms, layers, builder)
    _write_things(folder, design, houses)
    _write_tables(folder, rows, layers)
    grid, corner = population_cells(atoms, labels, design.parcels, rows)
    write.write_population(folder / "population.tif", grid, corner)
    _write_cover(folder, atoms, labels, design.parcels)
    _write_truth(folder, atoms, labels, builder, layers, rows, houses)
    (folder / "README.txt").write_text(README, encoding="utf-8", newline="\n")


def _write_layers(folder: Path, atoms: Atoms, layers: Layers, builder: Builder) -> None:
    for name, (file, layer) in FILES.items():
        features = getattr(layers, name)
        write.write_vector(folder / file, [f.columns for f in features], SCHEMAS[name], shapes(atoms, features), layer)
    write.write_geoparquet(folder / "green.parquet", [f.columns for f in layers.green], SCHEMAS["green"], shapes(atoms, layers.green))
    static = [f for f in layers.land_use if f.columns["su_dung_phu"] == "ben_bai"]
    columns = [dict(id=f"BX{k:03d}", ten=f"Bãi đỗ xe số {k + 1}") for k in range(len(static))]
    write.write_vector(folder / "parking.gpkg", columns, dict(id=TEXT, ten=TEXT), shapes(atoms, static), "bai_do_xe")


def _write_things(folder: Path, design: Design, houses: list) -> None:
    types = dict(id=TEXT, so_tang=WHOLE, cong_nang=TEXT)
    columns = [dict(id=b.number, so_tang=b.floors, cong_nang=b.use) for b in houses]
    write.write_vector(folder / "buildings.gpkg", columns, types, [b.shape for b in houses], "nha")
    found = projects()
    columns = [dict(id=i, ten=n, dt_khai_bao_ha=d) for i, n, d, _ in found]
    write.write_vector(folder / "projects.gpkg", columns, dict(id=TEXT, ten=TEXT, dt_khai_bao_ha=REAL), [s for *_, s in found], "du_an")
    places = facilities(design.parcels)
    columns = [dict(id=i, loai=k, ten=n) for i, k, n, _ in places]
    write.write_geojson(folder / "facilities.geojson", columns, [shapely.points(p) for *_, p in places])
    rows, lines = road_rows(design.streets)
    write.write_geojson(folder / "roads.geojson", rows, lines)


MISSING_WIDTHS = 6
STRAY_ROAD = shapely.linestrings([(577_000, 1_667_000), (577_900, 1_667_400)])


def road_rows(streets: Streets) -> tuple[list, list]:
    """Return properties and centre lines of all roads, some without width, one astray."""
    roads = [i for i, kind in enumerate(streets.kind) if kind == "road"]
    lost = {roads[len(roads) * (2 * k + 1) // (2 * MISSING_WIDTHS)] for k in range(MISSING_WIDTHS)}
    rows = [
        dict(id=f"D{i:05d}", ten=streets.names[i], cap=streets.rank[i], rong_m=None if i in lost else float(streets.red_width[i])) for i in roads
    ]
    lines = [streets.lines[i] for i in roads]
    rows.append(dict(id="D99999", ten="Đường lạc", cap=7, rong_m=10.0))
    return rows, [*lines, STRAY_ROAD]


def _write_tables(folder: Path, rows: dict, layers: Layers) -> None:
    def text(value):
        return "" if value is None else value

    table = [(u.code, year, *(text(rows[u.code, year][c]) for c in COLUMNS)) for u in UNITS for year in YEARS]
    write.write_csv(folder / "statistics.csv", ("ma_don_vi", "nam", *COLUMNS), table)


def _write_cover(folder: Path, atoms: Atoms, labels: Labels, parcels: Parcels) -> None:
    code = np.array([COVER.get(c, 50) for c in parcels.code])
    old = np.array([COVER.get(o or c, 50) for o, c in zip(parcels.old_code, parcels.code, strict=True)])
    for year, values in ((2020, old), (2025, code)):
        classes = np.where(labels.unit >= 0, values[labels.parcel], 0)
        write.write_land_cover(folder / f"land_cover_{year}.tif", atoms, classes)


def _write_truth(folder: Path, atoms: Atoms, labels: Labels, builder: Builder, layers: Layers, rows: dict, houses: list) -> None:
    plans = {p.plan_id: dict(kind=p.kind, approved=p.approved, revoked=p.revoked, replaced_by=p.replaced_by) for p in PLANS}
    units = [dict(code=u.code, slated=u.slated, is_ward=u.is_ward, declared_ha=u.declared_ha) for u in UNITS]
    faces = make_faces(atoms, labels, builder, layers, plans)
    truth = Truth(faces, plans, rows, units, PLAN_WITHOUT_STREETS, residential_floors(houses))
    write_figures(truth)
    for plan in layers.plans:
        truth.quantity("plan_area", "existing", "", plan.feature_id, square_metres(builder.area(plan.atoms)))
    header = list(truth.rows[0])
    write.write_csv(folder / "truth.csv", header, [[row[c] for c in header] for row in truth.rows])
    defects = [(k, layer, ids, unit, "" if twice is None else exact_area(twice)) for k, layer, ids, unit, twice in layers.defects]
    write.write_csv(folder / "defects.csv", ("kind", "layer", "feature_ids", "unit_code", "area_m2"), defects)


def exact_area(twice: int) -> str:
    """Return square metres without rounding."""
    from .truth import exact

    return exact(square_metres(twice))


def make_faces(atoms: Atoms, labels: Labels, builder: Builder, layers: Layers, plans: dict) -> list:
    """Return the atoms inside units as plain records for the truth."""
    faces = {
        i: Face(atoms.twice_area[i], UNITS[labels.unit[i]].code, right_of_way=bool(labels.red_line[i] >= 0))
        for i in np.flatnonzero(labels.unit >= 0).tolist()
    }

    def claim(features, code, sub="", plan="", target="land_use"):
        for feature in features:
            columns = feature.columns
            plan_id = columns[plan] if plan else ""
            approved = plans[plan_id]["approved"] if plan else None
            made = Claim(feature.feature_id, builder.area(feature.atoms), columns[code], columns.get(sub) or "", approved, plan_id)
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
    return list(faces.values())


__all__ = ["draw", "make_city", "make_faces", "to_local"]
