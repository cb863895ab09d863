"""Layers made of atoms: every feature is a list of atoms with attributes."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from . import defects
from .atoms import Atoms, components, dissolve
from .functions import FUNCTIONS
from .names import CODE_2018, PARK_NAMES, PLAN_OVERRUNNING, PLANS, UNITS
from .planning import has_street_polygons, planned_function

DATES = ("2024-12-31", "2025-01-20", "2025-03-15")


@dataclass
class Feature:
    """One feature: its id, the atoms it is made of, its columns, a geometry if spoiled."""

    feature_id: str
    atoms: list
    columns: dict
    shape: object = None


@dataclass
class Layers:
    """Features by layer, and the record of planted defects."""

    units: list = field(default_factory=list)
    land_use: list = field(default_factory=list)
    land_use_2022: list = field(default_factory=list)
    zoning: list = field(default_factory=list)
    plans: list = field(default_factory=list)
    general_plan: list = field(default_factory=list)
    right_of_way: list = field(default_factory=list)
    green: list = field(default_factory=list)
    defects: list = field(default_factory=list)

    def note(self, kind: str, layer: str, ids, unit: str = "", twice: int | None = None) -> None:
        """Record a planted defect with its exact area (twice mm2)."""
        self.defects.append((kind, layer, ids, unit, twice))


class Builder:
    """Groups atoms by their labels into the features of every layer."""

    def __init__(self, atoms: Atoms, labels, parcels, cells, streets, planning, planted):
        """Keep the subdivision and the design it was labelled from."""
        self.atoms, self.labels, self.parcels = atoms, labels, parcels
        self.cells, self.streets, self.planning, self.planted = cells, streets, planning, planted
        self.parcel_code = np.array(parcels.code)
        self.parcel_function = np.array(parcels.function)
        self.parcel_street = np.array(parcels.street)
        self.layers = Layers()

    def area(self, members) -> int:
        """Return twice the area of some atoms."""
        return sum(self.atoms.twice_area[i] for i in members)

    def groups(self, label: np.ndarray) -> dict:
        """Return label -> atoms, in ascending order of both; -1 is left out."""
        order = np.argsort(label, kind="stable")
        values, start = np.unique(label[order], return_index=True)
        parts = np.split(order, start[1:])
        return {v: p.tolist() for v, p in zip(values.tolist(), parts, strict=True) if v != -1}

    def build(self) -> Layers:
        """Return all layers with their defects."""
        self.make_units()
        self.make_land_use()
        self.make_land_use_2022()
        self.make_plans_and_lots()
        self.make_general_plan()
        self.make_right_of_way()
        self.make_green()
        return self.layers

    # --- units and land use ---------------------------------------------------

    def make_units(self) -> None:
        """Make the 23 units."""
        for index, members in self.groups(self.labels.unit).items():
            unit = UNITS[index]
            columns = {
                "ma": unit.code,
                "ten": unit.name,
                "loai": "Phường" if unit.is_ward else "Xã",
                "ngay_len_phuong": unit.ward_since,
                "du_kien_phuong": int(unit.slated),
                "dt_cong_bo_ha": float(unit.declared_ha),
            }
            self.layers.units.append(Feature(unit.code, members, columns))

    def home_code(self, members) -> str:
        """Return ODT in wards, ONT in communes, by the unit of most of the ground."""
        by_unit: dict = defaultdict(int)
        for i in members:
            by_unit[self.labels.unit[i]] += self.atoms.twice_area[i]
        return "ODT" if UNITS[max(by_unit, key=by_unit.get)].is_ward else "ONT"

    def land_code(self, parcel: int, members) -> str:
        """Return the land code of 2024 of a parcel."""
        code = str(self.parcel_code[parcel])
        return self.home_code(members) if code in ("home", "ODT") else code

    def make_land_use(self) -> None:
        """Make the parcels of 2025 outside patches, then those of the patches."""
        ground = np.where((self.labels.patch < 0) & (self.labels.unit >= 0), self.labels.parcel, -1)
        for parcel, members in self.groups(ground).items():
            self.layers.land_use.append(
                self._parcel(
                    f"TD{parcel:06d}",
                    members,
                    self.land_code(parcel, members),
                    self.parcels.sub_use[parcel],
                    DATES[parcel % 3],
                )
            )
        by_cell = self.groups(self.labels.patch)
        first = 0
        for number, item in enumerate(self.planted):
            cells = [by_cell[first + k] for k in range(len(item.cells))]
            first += len(cells)
            for name, code, wanted in item.patch.features:
                members = sorted(i for k in wanted for i in cells[k])
                feature = self._parcel(f"TDV{number:02d}{name}", members, code, "", DATES[0])
                if item.patch.kind == "bow_tie" and name == "A":
                    feature.shape = defects.bow_tie(
                        *(self.atoms.polygons[cells[k][0]] for k in wanted)
                    )
                self.layers.land_use.append(feature)
            self._note_patch(number, item.patch, cells)

    def _parcel(self, feature_id, members, code, sub_use, date) -> Feature:
        declared = round(self.area(members) / 2e6, 1)
        columns = {
            "thua_id": feature_id,
            "ma_loai": code,
            "su_dung_phu": sub_use or None,
            "ngay": date,
            "dt_khai_bao_m2": declared,
        }
        return Feature(feature_id, members, columns)

    def _note_patch(self, number: int, patch, cells) -> None:
        claims = [(f"TDV{number:02d}{name}", set(wanted)) for name, _, wanted in patch.features]
        for a in range(len(claims)):
            for b in range(a):
                common = claims[a][1] & claims[b][1]
                if common:
                    twice = sum(self.area(cells[k]) for k in common)
                    self.layers.note(
                        patch.kind,
                        "land_use_2025",
                        f"{claims[b][0]};{claims[a][0]}",
                        patch.unit,
                        twice,
                    )
        claimed = set().union(*(c for _, c in claims))
        for k in set(range(len(cells))) - claimed:
            self.layers.note("gap", "land_use_2025", "", patch.unit, self.area(cells[k]))
        if patch.diagonals:
            self.layers.note(
                "invalid_ring",
                "land_use_2025",
                claims[0][0],
                patch.unit,
                self.area(cells[0]) + self.area(cells[2]),
            )

    def make_land_use_2022(self) -> None:
        """Make the parcels of 2022: ground built up since then is one field per block."""
        group = np.array(self.parcels.old_group)
        names = {g: -2 - k for k, g in enumerate(sorted(set(group) - {""}))}
        key = np.array([names[g] if g else k for k, g in enumerate(group)])
        ground = np.where(self.labels.unit >= 0, key[self.labels.parcel], -1)
        first_of = {names[g]: k for k, g in reversed(list(enumerate(group))) if g}
        for value, members in self.groups(ground).items():
            parcel = first_of.get(value, value)
            code = self.parcels.old_code[parcel] or self.land_code(parcel, members)
            code = CODE_2018.get(code, code)
            number = f"S{parcel:06d}"
            sub = None if self.parcels.old_code[parcel] else self.parcels.sub_use[parcel] or None
            declared = round(self.area(members) / 2e6, 1)
            columns = {
                "SOTHUA": number,
                "MALOAIDAT": code,
                "SUDUNGPHU": sub,
                "NGAY": "2022-12-31",
                "DT_KHAIBAO": declared,
            }
            self.layers.land_use_2022.append(Feature(number, members, columns))

    # --- plans ----------------------------------------------------------------

    def over_plan(self, plan_id: str) -> np.ndarray:
        """Return which atoms lie in the outline of a plan."""
        if plan_id == PLAN_OVERRUNNING:
            return self.labels.outline >= 0
        mine = np.array([plan_id in p for p in self.planning.plans_of_cell])
        return (self.labels.unit >= 0) & mine[self.labels.cell]

    def make_plans_and_lots(self) -> None:
        """Make plan outlines and planned lots."""
        for entry in PLANS:
            over = self.labels.unit >= 0 if entry.kind == "chung" else self.over_plan(entry.plan_id)
            columns = {
                "plan_id": entry.plan_id,
                "ten": entry.name,
                "loai": entry.kind,
                "so_quyet_dinh": entry.decision,
                "ngay_duyet": entry.approved,
                "ngay_huy": entry.revoked,
                "thay_the_boi": entry.replaced_by,
                "nam_muc_tieu": entry.target_year,
            }
            self.layers.plans.append(Feature(entry.plan_id, np.flatnonzero(over).tolist(), columns))
            if entry.kind == "phan_khu":
                self._make_lots(entry.plan_id, np.flatnonzero(over).tolist())

    def _make_lots(self, plan_id: str, over: list) -> None:
        lots: dict = defaultdict(list)
        for atom in over:
            key = self._lot_key(plan_id, atom)
            if key is not None:
                lots[key].append(atom)
        for number, (key, members) in enumerate(sorted(lots.items())):
            lot_id = f"{plan_id[-2:]}-{number:05d}"
            columns = {
                "lo_id": lot_id,
                "chuc_nang": key[2],
                "plan_id": plan_id,
                "dien_tich_ha": round(self.area(members) / 2e10, 6),
            }
            self.layers.zoning.append(Feature(lot_id, members, columns))

    def _lot_key(self, plan_id: str, atom: int):
        """Return (kind, number, function) of the lot over an atom, None for undrawn streets."""
        labels = self.labels
        if labels.unit[atom] < 0:
            return ("X", 0, "KHAC_Matnuocbien")
        cell, parcel, block = labels.cell[atom], labels.parcel[atom], labels.planned[plan_id][atom]
        kind, function = str(self.cells.kind[cell]), str(self.parcel_function[parcel])
        if block >= 0:
            return ("B", int(block), str(self.planning.blocks.function[block]))
        street = self.parcel_street[parcel]
        if street >= 0 or kind == "rural":
            if not has_street_polygons(plan_id):
                return None
            return (
                ("S", int(street), "HTKT_DuongGT")
                if street >= 0
                else ("P", int(cell), "HTKT_DuongGT")
            )
        plot = self.parcels.plot[parcel]
        usual = (
            FUNCTIONS[function].planned if function in FUNCTIONS else str(self.parcel_code[parcel])
        )
        return ("L", int(plot), planned_function(plan_id, function, kind, int(plot), usual))

    def general_code(self) -> np.ndarray:
        """Return the general-plan code of every atom (empty outside the city)."""
        labels = self.labels
        code = self.planning.general[labels.cell].astype("U20")
        village = (self.parcel_function[labels.parcel] == "village") & (code == "NNK_NONGNGHIEP")
        code[village] = "NDD_DANCUNT"
        rank = np.array(self.streets.rank)
        main = (labels.red_line >= 0) & (rank[labels.red_line] <= 3)
        code[main & np.char.startswith(code, "DD_")] = "DD_GIAOTHONGDOTHI"
        code[labels.unit < 0] = ""
        return code

    def make_general_plan(self) -> None:
        """Make general-plan areas: connected ground of one code."""
        code = self.general_code()
        values, number = np.unique(code, return_inverse=True)
        number = np.where(code == "", -1, number)
        for index, (root, members) in enumerate(
            self.groups(components(self.atoms, number)).items()
        ):
            columns = {"id": f"QHC{index:05d}", "ma_cn": str(values[number[root]])}
            self.layers.general_plan.append(Feature(columns["id"], members, columns))

    # --- streets and green -----------------------------------------------------

    def make_right_of_way(self) -> None:
        """Make the ground between the red lines of every street."""
        ground = np.where(self.labels.unit >= 0, self.labels.red_line, -1)
        for street, members in self.groups(ground).items():
            columns = {
                "id": f"CG{street:05d}",
                "ten_duong": self.streets.names[street],
                "cap": int(self.streets.rank[street]),
            }
            self.layers.right_of_way.append(Feature(columns["id"], members, columns))

    def make_green(self) -> None:
        """Make green areas: parks with ponds, gardens, restricted and specialised green."""
        labels, found = self.labels, {}
        for atom in np.flatnonzero(labels.unit >= 0).tolist():
            parcel = labels.parcel[atom]
            kind, park = self.parcels.green[parcel], self.parcels.park[parcel]
            if self.cells.kind[labels.cell[atom]] == "lake" and self.parcel_code[parcel] == "MNC":
                kind, park = "water", ""
            if labels.pond[atom] >= 0 and kind == "public":
                kind = "water"
            if kind:
                group = park or f"{labels.unit[atom]:02d}/{self.parcels.plot[parcel]}"
                found.setdefault((kind, group, park), []).append(atom)
        for number, ((kind, _, park), members) in enumerate(sorted(found.items())):
            name = (
                f"Công viên {PARK_NAMES[int(park[2:])]}"
                if park.startswith("CV")
                else f"Vườn hoa {park[2:]}"
                if park
                else None
            )
            columns = {
                "id": f"CX{number:05d}",
                "loai": kind,
                "cong_vien": park or None,
                "ten": name,
            }
            self.layers.green.append(Feature(columns["id"], members, columns))


def geometry(atoms: Atoms, feature: Feature):
    """Return the geometry of a feature in local millimetres."""
    return feature.shape if feature.shape is not None else dissolve(atoms, feature.atoms)


def shapes(atoms: Atoms, features: list) -> np.ndarray:
    """Return the geometries of many features; proves each dissolve exact."""
    return np.array([geometry(atoms, f) for f in features])
