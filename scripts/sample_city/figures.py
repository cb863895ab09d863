"""Every indicator and definition of the working contract, as rows of truth.csv.

Like truth.py this imports no geometry library.
"""

from collections import defaultdict
from fractions import Fraction

from .truth import PUBLIC_GREEN, REMAINDER, WATER, Truth, is_transport, is_urban, square_metres

UNIT, GENERAL, EXISTING, PLANNED, COVERED, EVER, ROW, GREEN = range(8)


def write_figures(truth: Truth, under_streets: dict) -> list[dict]:
    """Return all rows of truth.csv except areas of plans and units.

    `under_streets` is the urban ground of each unit under streets, m2, from their centre lines.
    """
    for scenario, column in (("existing", EXISTING), ("planned", PLANNED)):
        _urban_land(truth, scenario, column)
        _transport(truth, scenario, column)
    _centrelines(truth, under_streets)
    _green(truth)
    _planned_green(truth)
    _zoning(truth)
    _people(truth)
    _tables(truth)
    return truth.rows


def _urban_land(truth: Truth, scenario: str, column: int) -> None:
    def emit(definition, name, units, denominator, narrow, inside, ground=None):
        area = truth.area(
            units if ground is None else ground,
            lambda k: (k[GENERAL] or not inside) and is_urban(k[column][0], narrow, k[GENERAL]),
        )
        truth.figure("urban_land_ratio", definition, scenario, name, area, denominator, True)

    declared = {u["code"]: Fraction(str(u["declared_ha"])) * 10_000 for u in truth.units}
    for name, units in truth.each_row():
        whole = truth.area(units, lambda k: True)
        emit("wide-in-general_plan", name, units, whole, False, True)
        emit("narrow-in-general_plan", name, units, whole, True, True)
        emit(
            "official_area-in-general_plan",
            name,
            units,
            sum(declared[u] for u in units),
            False,
            True,
        )
        if name == "city":
            emit("wide-in-wards", name, units, whole, False, False, truth.groups["wards"])
            wider = truth.scoped(name, units, "wards_and_slated")
            emit("wide-in-wards_and_slated", name, units, whole, False, False, wider)
            emit("wide-in-all_units", name, units, whole, False, False)


def _transport(truth: Truth, scenario: str, column: int) -> None:
    def share(definition, name, units, counts, base):
        below = truth.area(units, lambda k: k[GENERAL] and base(k))
        above = truth.area(units, lambda k: k[GENERAL] and base(k) and counts(k))
        truth.figure(
            "transport_land_share",
            f"{definition}-in-general_plan",
            scenario,
            name,
            above,
            below,
            True,
        )

    def wide(k):
        return is_urban(k[column][0], False, k[GENERAL])

    def narrow(k):
        return is_urban(k[column][0], True, k[GENERAL])

    def rest(k):
        return k[column][0] == REMAINDER

    for scope in ("wards", "wards_and_slated"):
        inside = truth.scoped("city", truth.groups["city"], scope)
        below = truth.area(inside, wide)
        above = truth.area(inside, lambda k: wide(k) and is_transport(*k[column]))
        truth.figure(
            "transport_land_share", f"codes-in-{scope}", scenario, "city", above, below, True
        )
    for name, units in truth.each_row():
        share("codes", name, units, lambda k: is_transport(*k[column]), wide)
        share(
            "codes_without_static",
            name,
            units,
            lambda k: is_transport(*k[column], static=False),
            wide,
        )
        share("narrow", name, units, lambda k: is_transport(*k[column]), narrow)
        share("right_of_way", name, units, lambda k: k[ROW], wide)
        if scenario == "planned":
            share(
                "remainder",
                name,
                units,
                lambda k: is_transport(*k[column]) or rest(k),
                lambda k: wide(k) or rest(k),
            )


def _centrelines(truth: Truth, under_streets: dict) -> None:
    """Add the share under streets; unlike all others this is no sum of integers (to 1 mm2)."""
    for name, units in truth.each_row():
        above = sum(Fraction(round(under_streets.get(u, 0.0) * 1e6), 10**6) for u in units)
        below = truth.area(units, lambda k: k[GENERAL] and is_urban(k[EXISTING][0], False, True))
        truth.figure(
            "transport_land_share",
            "centrelines-in-general_plan",
            "existing",
            name,
            above,
            below,
            True,
        )


def _park_water(key) -> bool:
    kind, park = key[GREEN]
    return (kind == "water" and park != "") or (kind == "public" and key[EXISTING][0] in WATER)


def _dry_and_water(truth: Truth, units, kinds) -> tuple[Fraction, Fraction]:
    dry = truth.area(units, lambda k: k[GREEN][0] in kinds and not _park_water(k))
    return dry, truth.area(units, _park_water)


def _per_park(truth: Truth, units) -> Fraction:
    """Return dry ground plus, for each park of the row, water up to its dry ground."""
    wanted, dry, water = set(units), defaultdict(int), defaultdict(int)
    for key, twice in truth.ground.items():
        if key[UNIT] in wanted:
            place = key[GREEN][1]
            if _park_water(key):
                water[place] += twice
            elif key[GREEN][0] == "public":
                dry[place] += twice
    return square_metres(sum(dry.values()) + sum(min(w, dry[p]) for p, w in water.items()))


def _green(truth: Truth) -> None:
    def emit(definition, name, amount, people):
        truth.figure("green_per_capita", definition, "existing", name, amount, people, False)

    public, homes, every = (
        {"public"},
        {"public", "residential"},
        {"public", "residential", "restricted", "specialised"},
    )
    for name, row_units in truth.each_row():
        units = truth.scoped(name, row_units)
        people = truth.people(units)
        dry, water = _dry_and_water(truth, units, public)
        emit("public-in-wards", name, dry + min(dry, water), people)
        emit("public_dry-in-wards", name, dry, people)
        emit("public_per_park-in-wards", name, _per_park(truth, units), people)
        emit("public_half_water-in-wards", name, dry + water / 2, people)
        emit(
            "residents_only-in-wards",
            name,
            dry + min(dry, water),
            truth.people(units, temporary=False),
        )
        for definition, kinds in (("with_residential", homes), ("all_kinds", every)):
            more, _ = _dry_and_water(truth, units, kinds)
            emit(f"{definition}-in-wards", name, more + min(more, water), people)
        emit(
            "public_codes-in-wards",
            name,
            truth.area(units, lambda k: k[EXISTING][0] in PUBLIC_GREEN),
            people,
        )
        if name == "city":
            for scope in ("wards_and_slated", "all_units"):
                wider = truth.scoped(name, row_units, scope)
                dry, water = _dry_and_water(truth, wider, public)
                emit(f"public-in-{scope}", name, dry + min(dry, water), truth.people(wider))


def _planned_green(truth: Truth) -> None:
    for name, row_units in truth.each_row():
        units = truth.scoped(name, row_units)
        area = truth.area(units, lambda k: k[PLANNED][0] in PUBLIC_GREEN)
        people = truth.total(units, "dan_so_quy_hoach", "2030")
        truth.figure(
            "green_per_capita", "public_codes-in-wards", "planned", name, area, people, False
        )


def _zoning(truth: Truth) -> None:
    def emit(definition, name, above, below):
        truth.figure("zoning_coverage", definition, "existing", name, above, below, True)

    for name, units in truth.each_row():
        general = truth.area(units, lambda k: k[GENERAL])
        emit(
            "in_force-in-general_plan",
            name,
            truth.area(units, lambda k: k[GENERAL] and k[COVERED]),
            general,
        )
        emit(
            "approved_any-in-general_plan",
            name,
            truth.area(units, lambda k: k[GENERAL] and k[EVER]),
            general,
        )
        emit(
            "in_force-in-natural_area",
            name,
            truth.area(units, lambda k: k[COVERED]),
            truth.area(units, lambda k: True),
        )
        emit(
            "approved_any-in-natural_area",
            name,
            truth.area(units, lambda k: k[EVER]),
            truth.area(units, lambda k: True),
        )
        if name == "city":
            wards = truth.groups["wards"]
            emit(
                "in_force-in-wards",
                name,
                truth.area(wards, lambda k: k[COVERED]),
                truth.area(wards, lambda k: True),
            )


def _people(truth: Truth) -> None:
    wards, slated = set(truth.groups["wards"]), set(truth.groups["slated"])
    for name, units in truth.each_row():
        everyone = truth.people(units)
        for definition, counted in (("residents", wards), ("with_slated", wards | slated)):
            urban = truth.people([u for u in units if u in counted])
            truth.figure(
                "urbanisation_rate",
                f"{definition}-in-wards",
                "existing",
                name,
                urban,
                everyone,
                True,
            )
        if name == "city":
            truth.figure(
                "urbanisation_rate", "recognised-in-all_units", "existing", name, everyone,
                everyone, True,
            )  # fmt: skip
        _housing_and_households(truth, name, units)
        candidates = [u for u in units if u in slated]
        established = Fraction(sum(u in wards for u in candidates))
        truth.figure(
            "wards_recognised",
            "established",
            "existing",
            name,
            established,
            Fraction(len(candidates)),
            None,
        )


def _housing_and_households(truth: Truth, name: str, units) -> None:
    for scope in ("wards", "wards_and_slated") if name == "city" else ("wards",):
        scoped = truth.scoped(name, units, scope)
        shares = [
            ("fibre_households", "ho_cap_quang", "so_ho"),
            ("e_payment_adults", "tk_dien_tu", "nguoi_truong_thanh"),
        ]
        for indicator, above, below in shares:
            truth.figure(
                indicator,
                f"statistics-in-{scope}",
                "existing",
                name,
                truth.total(scoped, above),
                truth.total(scoped, below),
                True,
            )
        floors = truth.total(scoped, "dt_san_nha_o_m2")
        ways = [(f"statistics-in-{scope}", floors, truth.people(scoped))]
        if scope == "wards":
            built = square_metres(sum(truth.floors.get(u, 0) for u in scoped))
            ways.append(("buildings-in-wards", built, truth.people(scoped)))
            permanent = truth.people(scoped, temporary=False)
            ways.append(("residents_only-in-wards", floors, permanent))
        for definition, above, people in ways:
            truth.figure(
                "floor_area_per_capita", definition, "existing", name, above, people, False
            )


def _tables(truth: Truth) -> None:
    """Add areas by code and unit in both states; they add up to the unit exactly."""
    for table, scenario, column in (
        ("land_use_area", "existing", EXISTING),
        ("zoning_area", "planned", PLANNED),
    ):
        sums: dict = defaultdict(int)
        for key, twice in truth.ground.items():
            sums[key[UNIT], key[column][0]] += twice
        for (unit, code), twice in sorted(sums.items()):
            truth.quantity(table, scenario, unit, code, square_metres(twice))
    for unit in truth.units:
        truth.quantity(
            "unit_area", "existing", unit["code"], "", truth.area([unit["code"]], lambda k: True)
        )
