"""Invented statistics, buildings, facilities and projects of the sample city."""

from dataclasses import dataclass

import numpy as np
import shapely

from .atoms import Atoms, integer_rings, to_local
from .names import FACILITY_NAMES, PROJECT_NAMES, UNITS
from .plan import URBAN_2030, metres
from .shapes import blob, generator
from .truth import twice_area

COLUMNS = (
    "dan_so",
    "tam_tru_quy_doi",
    "so_ho",
    "ho_cap_quang",
    "nguoi_truong_thanh",
    "tk_dien_tu",
    "dt_san_nha_o_m2",
    "dan_so_quy_hoach",
)
YEARS = ("2019", "2022", "2025", "2030")


def statistics() -> dict:
    """Return (unit, year) -> row; 2019 residents are the census, the rest is invented."""
    rng = generator(20)
    rows = {}
    for unit in UNITS:
        growth = rng.uniform(1.05, 1.12) if unit.is_ward else rng.uniform(1.0, 1.06)
        household = rng.uniform(3.3, 3.8)
        space = rng.uniform(25.5, 29.0) if unit.is_ward else rng.uniform(22, 27)
        fibre = rng.uniform(0.8, 0.93) if unit.is_ward else rng.uniform(0.55, 0.85)
        payment = rng.uniform(0.5, 0.72) if unit.is_ward else rng.uniform(0.3, 0.55)
        stay = rng.uniform(0.04, 0.08) if unit.is_ward else rng.uniform(0.005, 0.03)
        for year, step in (("2019", 0.0), ("2022", 0.5), ("2025", 1.0)):
            people = round(unit.population_2019 * (1 + (growth - 1) * step))
            homes, adults = round(people / household), round(people * 0.73)
            rows[unit.code, year] = {
                "dan_so": people,
                "tam_tru_quy_doi": round(people * stay),
                "so_ho": homes,
                "ho_cap_quang": round(homes * fibre * (0.7 + 0.3 * step)),
                "nguoi_truong_thanh": adults,
                "tk_dien_tu": round(adults * payment * (0.5 + 0.5 * step)),
                "dt_san_nha_o_m2": round(
                    (people + round(people * stay)) * space * (0.92 + 0.08 * step)
                ),
                "dan_so_quy_hoach": None,
            }
        rows[unit.code, "2030"] = dict.fromkeys(COLUMNS) | {
            "dan_so_quy_hoach": round(unit.population_2019 * 363_000 / 261_417)
        }
    return rows


@dataclass
class Building:
    """A footprint in local millimetres, wholly inside one unit."""

    number: str
    shape: object
    unit: int
    floors: int
    use: str


def buildings(atoms: Atoms, labels, parcels, share: float) -> list[Building]:
    """Return small rectangles inside home, shop, school and factory ground."""
    rng = generator(21)
    areas = np.array(atoms.twice_area) / 2e6
    code = np.array(parcels.code)[labels.parcel]
    home = code == "home"
    other = np.isin(code, ["TMD", "DGD", "DYT", "TSC", "SKK", "DVH", "SKC"])
    usable = (labels.unit >= 0) & (labels.patch < 0) & (home | other) & (areas > 70)
    usable &= rng.random(len(areas)) < np.where(home, share, min(1.0, 2 * share))
    chosen = np.flatnonzero(usable)
    corner = shapely.get_coordinates(shapely.oriented_envelope(atoms.polygons[chosen])).reshape(
        -1, 5, 2
    )[:, :4]
    middle = corner.mean(axis=1)[:, None]
    limit = np.sqrt(np.where(home[chosen], 180.0, 900.0) / areas[chosen])
    shrink = np.minimum(rng.uniform(0.5, 0.74, len(chosen)), limit)[:, None, None]
    shape = shapely.polygons(np.rint(middle + (corner - middle) * shrink))
    good = shapely.contains_properly(atoms.polygons[chosen], shape) & shapely.is_valid(shape)
    centre = np.hypot(*((atoms.points[chosen] / 1000 - (585.9, 1672.4)) / (2.3, 1.8)).T)
    floors = np.clip(np.rint(rng.normal(np.where(centre < 1, 3.4, 1.7), 0.9)), 1, 9).astype(int)
    use = np.where(
        home[chosen],
        "o",
        np.where(np.isin(code[chosen], ["TMD", "SKK", "SKC"]), "kinh_doanh", "cong_cong"),
    )
    return [
        Building(f"N{k:06d}", shape[i], int(labels.unit[chosen[i]]), int(floors[i]), str(use[i]))
        for k, i in enumerate(np.flatnonzero(good).tolist())
    ]


def residential_floors(found: list[Building]) -> dict:
    """Return unit -> twice the floor area of homes, in square millimetres."""
    total: dict = {}
    for item in found:
        if item.use == "o":
            code = UNITS[item.unit].code
            total[code] = total.get(code, 0) + item.floors * twice_area(integer_rings(item.shape))
    return total


FACILITY_OF = {
    "school": "truong_hoc",
    "highschool": "truong_thpt",
    "hospital": "benh_vien",
    "clinic": "tram_y_te",
    "market": "cho",
    "station": "ben_xe",
    "parking": "bai_do_xe",
    "culture": "nha_van_hoa",
    "sport": "san_the_thao",
    "park": "cong_vien",
}


def facilities(parcels) -> list[tuple]:
    """Return (id, kind, name, point in metres) of the places people go to."""
    found = []
    for k, function in enumerate(parcels.function):
        if function in FACILITY_OF and parcels.code[k] != "MNC":
            kind = FACILITY_OF[function]
            point = shapely.get_coordinates(shapely.point_on_surface(parcels.polygons[k]))[0]
            found.append(
                (f"TI{len(found):04d}", kind, f"{FACILITY_NAMES[kind]} {len(found) + 1}", point)
            )
    return found


def projects() -> list[tuple]:
    """Return (id, name, declared ha, polygon in local mm): overlapping, some declared wrongly."""
    rng = generator(22)
    found = []
    while len(found) < 40:
        ring = metres(URBAN_2030[int(rng.integers(len(URBAN_2030)))])
        ground = shapely.polygons(ring)
        east, north = rng.uniform(ring.min(axis=0), ring.max(axis=0))
        if (
            not shapely.contains_xy(ground, east, north)
            or not 581_900 < east < 596_900
            or not 1_670_300 < north < 1_683_000
        ):
            continue
        shape = blob(
            east, north, rng.uniform(90, 420), rng.uniform(90, 300), rng, turn=rng.uniform(0, 3)
        )
        shape = shapely.set_precision(to_local(shape), 1)
        number = len(found)
        declared = round(
            shapely.area(shape) / 1e10 * (1 if number % 4 else rng.uniform(0.7, 1.4)), 2
        )
        found.append(
            (f"DA{number:03d}", f"{PROJECT_NAMES[number % 6]} số {number + 1}", declared, shape)
        )
    return found


def population_cells(atoms: Atoms, labels, parcels, rows: dict) -> tuple[np.ndarray, tuple]:
    """Return people of 2025 on a 100 m grid (-1 outside the city) and its north-western corner."""
    west, north, columns, lines = 581_000, 1_684_500, 210, 160
    home = np.isin(np.array(parcels.code)[labels.parcel], ["home"]) & (labels.unit >= 0)
    size = np.array(atoms.twice_area) / 2e6
    column = ((atoms.points[:, 0] - west) // 100).astype(int)
    line = ((north - atoms.points[:, 1]) // 100).astype(int)
    place = line * columns + column
    grid = np.full(lines * columns, -1.0)
    grid[place[labels.unit >= 0]] = 0.0
    for index, unit in enumerate(UNITS):
        mine = home & (labels.unit == index)
        mine = mine if mine.any() else labels.unit == index
        people = rows[unit.code, "2025"]["dan_so"]
        np.add.at(grid, place[mine], size[mine] / size[mine].sum() * people)
    return grid.reshape(lines, columns).astype(np.float32), (west, north)
