"""Defects made by spoiling finished features: gaps, repeats, wrong codes, strays."""

import numpy as np
import shapely

from . import defects
from .atoms import Atoms
from .features import Builder, Feature
from .names import MISMATCHED_UNIT, PLAN_OVERRUNNING, PLANS, UNITS
from .truth import in_force


def spoil(builder: Builder) -> None:
    """Plant every defect that is not a patch, in a fixed order.

    Unit 21232 is spared: its only gap equals its only overlap, which must stay so.
    """
    layers, atoms = builder.layers, builder.atoms
    homes = _whole_features(builder, ("ODT", "ONT"))
    _cover_neighbours(builder, ("21013", "21028", "21016", "21019", "21010"), 2)
    for unit in ("21019", "21031", "21172"):
        _remove(builder, _middle(homes[unit], 3))
    _repeat(builder, _middle(homes["21010"], 4))
    _spike(builder, ("21253", "21256", "21187"))
    for code, unit in enumerate(("21028", "21016", "21214")):
        feature = _middle(homes[unit], 5 + code)
        feature.columns["ma_loai"] = "ODX"
        layers.note(
            "unmapped_code", "land_use_2025", feature.feature_id, unit, builder.area(feature.atoms)
        )
    for feature in _some(layers.land_use_2022, 2, 7):
        feature.columns["MALOAIDAT"] = "ODX"
        layers.note(
            "unmapped_code",
            "land_use_2022",
            feature.feature_id,
            _unit_of(builder, feature),
            builder.area(feature.atoms),
        )
    for feature, factor in zip(
        _some(layers.land_use, 8, 11), (1.06, 1.2, 0.9, 1.5, 0.8, 1.1, 0.93, 2.0), strict=True
    ):
        feature.columns["dt_khai_bao_m2"] = round(builder.area(feature.atoms) / 2e6 * factor, 1)
        layers.note(
            "declared_area",
            "land_use_2025",
            feature.feature_id,
            _unit_of(builder, feature),
            builder.area(feature.atoms),
        )
    for feature in _some(layers.land_use, 5, 13):
        feature.columns["ngay"] = None
        layers.note("missing_date", "land_use_2025", feature.feature_id, _unit_of(builder, feature))
    _strays(builder)
    _pond_claimed_twice(builder)
    _note_plans(builder, atoms)


def _unit_of(builder: Builder, feature: Feature) -> str:
    return UNITS[builder.labels.unit[feature.atoms[0]]].code


def _some(features: list, count: int, salt: int) -> list:
    """Return features spread over the layer, none of a patch and none already spoiled."""
    plain = [
        f
        for f in features
        if f.shape is None
        and f.atoms
        and "V" not in f.feature_id
        and f.columns.get("ma_loai") != "ODX"
    ]
    return [
        plain[(len(plain) * (2 * k + 1) // (2 * count) + salt) % len(plain)] for k in range(count)
    ]


def _whole_features(builder: Builder, codes) -> dict:
    """Return unit -> features with one of the codes that lie wholly inside it."""
    found: dict = {u.code: [] for u in UNITS}
    for feature in builder.layers.land_use:
        units = {builder.labels.unit[i] for i in feature.atoms}
        if (
            len(units) == 1
            and feature.columns["ma_loai"] in codes
            and "V" not in feature.feature_id
        ):
            found[UNITS[units.pop()].code].append(feature)
    return found


def _middle(features: list, part: int) -> Feature:
    return features[(len(features) * part) // 9]


def _cover_neighbours(builder: Builder, units: tuple, count: int) -> None:
    """In the first wards where it can be done, let a larger parcel claim a home beside it."""
    done = 0
    for unit in units:
        done += _cover_neighbour(builder, unit)
        if done == count:
            return
    raise ValueError("no parcels with a home to cover")


def _cover_neighbour(builder: Builder, unit: str) -> bool:
    """Let a parcel of shops or fields claim a smaller home beside it, wholly."""
    inner = _whole_features(builder, ("TMD", "DGD", "BHK", "TSC", "ODT"))[unit]
    of_atom = {i: f for f in inner for i in f.atoms}
    for i, j in builder.atoms.pairs.tolist():
        for a, b in ((of_atom.get(i), of_atom.get(j)), (of_atom.get(j), of_atom.get(i))):
            if (
                a is None
                or b is None
                or a is b
                or a.columns["ma_loai"] == "ODT"
                or b.columns["ma_loai"] != "ODT"
            ):
                continue
            if builder.area(a.atoms) > 1.2 * builder.area(b.atoms):
                a.atoms = sorted(a.atoms + b.atoms)
                a.columns["ngay"] = b.columns["ngay"]
                a.columns["dt_khai_bao_m2"] = round(builder.area(a.atoms) / 2e6, 1)
                builder.layers.note(
                    "overlap_inside",
                    "land_use_2025",
                    f"{b.feature_id};{a.feature_id}",
                    unit,
                    builder.area(b.atoms),
                )
                return True
    return False


def _remove(builder: Builder, feature: Feature) -> None:
    builder.layers.land_use.remove(feature)
    builder.layers.note(
        "gap", "land_use_2025", "", _unit_of(builder, feature), builder.area(feature.atoms)
    )


def _repeat(builder: Builder, feature: Feature) -> None:
    again = Feature(
        feature.feature_id + "L",
        list(feature.atoms),
        dict(feature.columns, thua_id=feature.feature_id + "L"),
    )
    builder.layers.land_use.append(again)
    unit = _unit_of(builder, feature)
    builder.layers.note(
        "repeated_feature",
        "land_use_2025",
        f"{feature.feature_id};{again.feature_id}",
        unit,
        builder.area(feature.atoms),
    )


def _spike(builder: Builder, units: tuple) -> None:
    """Give one field a whisker; making it valid must restore the very atom."""
    found = _whole_features(builder, ("LUC", "LUK", "BHK", "CLN"))
    for unit, feature in ((u, f) for u in units for f in found[u]):
        if len(feature.atoms) > 1 or builder.area(feature.atoms) < 2 * 2000 * 10**6:
            continue
        polygon = builder.atoms.polygons[feature.atoms[0]]
        shape = defects.spike(polygon, 25_000)
        mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
        if (
            not shapely.is_valid(shape)
            and shapely.get_num_interior_rings(polygon) == 0
            and shapely.equals(mended, polygon)
        ):
            feature.shape = shape
            builder.layers.note(
                "invalid_ring",
                "land_use_2025",
                feature.feature_id,
                unit,
                builder.area(feature.atoms),
            )
            return
    raise ValueError("no field for a whisker")


def _strays(builder: Builder) -> None:
    """Add parcels beyond the city limits."""
    for k, square in enumerate(defects.squares_outside(3)):
        number = f"TDX{k:02d}"
        columns = {
            "thua_id": number,
            "ma_loai": "BHK",
            "su_dung_phu": None,
            "ngay": "2024-12-31",
            "dt_khai_bao_m2": 1400.0,
        }
        builder.layers.land_use.append(Feature(number, [], columns, square))
        builder.layers.note("outside_city", "land_use_2025", number, "", 2 * 40_000 * 35_000)


def _pond_claimed_twice(builder: Builder) -> None:
    """Let a park's dry polygon also cover its pond: the smaller polygon keeps the water."""
    park = {f.columns["loai"]: f for f in builder.layers.green if f.columns["cong_vien"] == "CV03"}
    twice = builder.area(park["water"].atoms)
    park["public"].atoms = sorted(park["public"].atoms + park["water"].atoms)
    ids = f"{park['water'].feature_id};{park['public'].feature_id}"
    builder.layers.note("overlap_inside", "green", ids, _unit_of(builder, park["water"]), twice)


def _note_plans(builder: Builder, atoms: Atoms) -> None:
    """Record what is wrong with plans by design: dates, outlines, lots in conflict."""
    layers, unit = builder.layers, builder.labels.unit
    rows = {
        p.plan_id: {
            "kind": p.kind,
            "approved": p.approved,
            "revoked": p.revoked,
            "replaced_by": p.replaced_by,
        }
        for p in PLANS
    }
    force = [p.plan_id for p in PLANS if in_force(rows[p.plan_id], rows)]
    for entry in PLANS:
        if entry.approved is None:
            layers.note("missing_date", "plans", entry.plan_id)
    over = np.array(next(f for f in layers.plans if f.feature_id == PLAN_OVERRUNNING).atoms)
    home = defects.unit_index("21262")
    layers.note(
        "beyond_city",
        "plans",
        PLAN_OVERRUNNING,
        "21262",
        builder.area(over[unit[over] < 0].tolist()),
    )
    layers.note(
        "beyond_unit",
        "plans",
        PLAN_OVERRUNNING,
        "21262",
        builder.area(over[(unit[over] >= 0) & (unit[over] != home)].tolist()),
    )
    lots: dict = {}
    for feature in layers.zoning:
        if feature.columns["plan_id"] in force:
            lots.setdefault(feature.columns["plan_id"], set()).update(feature.atoms)
    for a in force:
        for b in force:
            common = lots[a] & lots[b] if a < b else set()
            if common:
                layers.note(
                    "zoning_overlap",
                    "zoning",
                    f"{a};{b}",
                    "",
                    builder.area(i for i in common if unit[i] >= 0),
                )
    ground = builder.groups(unit)[defects.unit_index(MISMATCHED_UNIT)]
    layers.note("declared_area", "units", MISMATCHED_UNIT, MISMATCHED_UNIT, builder.area(ground))
