"""True figures of the sample city from integers alone; imports no geometry library.

Ground is a list of atomic faces with exact areas (twice the area in square millimetres,
an integer) and the ids of the features that claim them. The conventions are written down
here a second time on purpose, independent of the package under test.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

AS_OF = "2025-06-30"
YEAR, HORIZON = "2025", "2030"

_WIDE = (
    "ODT TSC CQP CAN DTS DVH DXH DYT DGD DTT DKH DNG DSK SKK SKN TMD SKC DGT "
    "DKV DNL DBV DCH DRA DCK TON TIN NTD PNK DMT DKT SCT CNC DCT DDD"
)
URBAN_LAND = set(_WIDE.split())
NARROW_LAND = URBAN_LAND - {"CQP", "NTD", "DRA", "DDD", "PNK"}
URBAN_PLANNED_PREFIXES = ("O_", "HTXH_", "HTKT_")
URBAN_PLANNED = {
    "SX_Congnghiep",
    "DaotaoNC",
    "Coquan",
    "Dichvu",
    "Dulich",
    "Ditich_tongiao",
    "Anninh",
    "Quocphong",
    "Cayxanhhanche",
    "Cayxanhchuyendung",
}
NOT_NARROW_PLANNED = {"Quocphong", "HTKT_Nghiatrang", "Cayxanhchuyendung"}
WATER = {"SON", "MNC", "KHAC_Honuoc", "KHAC_Songsuoi", "KHAC_Matnuocbien"}
PUBLIC_GREEN = {"DKV", "HTXH_CayxanhCC"}
REMAINDER = "street_remainder"
UNCLASSIFIED = "unclassified"


@dataclass
class Claim:
    """A feature that claims ground: its rank in the total order and its labels."""

    feature_id: str
    twice_area: int
    code: str
    sub_use: str = ""
    approved: str | None = None
    plan_id: str = ""

    def rank(self) -> tuple:
        """Later approval first, undated last, then smaller area, then id."""
        date = -int(self.approved.replace("-", "")) if self.approved else 0
        return (self.approved is None, date, self.twice_area, self.feature_id)


@dataclass
class Face:
    """One atomic face inside a unit and everything that lies over it."""

    twice_area: int
    unit: str
    general_plan: str = ""
    land_use: list = field(default_factory=list)
    lots: list = field(default_factory=list)
    plans: tuple = ()
    right_of_way: bool = False
    green: list = field(default_factory=list)


def twice_area(rings) -> int:
    """Return twice the area enclosed by integer rings (outer counted +, holes -)."""
    total = 0
    for number, ring in enumerate(rings):
        double = 0
        for (x0, y0), (x1, y1) in pairwise(ring):
            double += x0 * y1 - x1 * y0
        total += abs(double) if number == 0 else -abs(double)
    return total


def in_force(plan: dict, plans: dict) -> bool:
    """Whether a zoning plan is in force at `AS_OF`."""
    if plan["kind"] != "phan_khu" or (plan["approved"] and plan["approved"] > AS_OF):
        return False
    if plan["revoked"] and plan["revoked"] <= AS_OF:
        return False
    heir = plans.get(plan["replaced_by"] or "")
    return not (heir and heir["approved"] and heir["approved"] <= AS_OF)


def approved_any(plan: dict) -> bool:
    """Whether a zoning plan was approved by `AS_OF` (an undated one is taken as approved)."""
    return plan["kind"] == "phan_khu" and (plan["approved"] is None or plan["approved"] <= AS_OF)


def is_urban(code: str, narrow: bool, inside_general: bool) -> bool:
    """Whether a land code or planned function is urban construction land."""
    if code == "ONT":
        return inside_general
    if code in (NARROW_LAND if narrow else URBAN_LAND):
        return True
    planned = code.startswith(URBAN_PLANNED_PREFIXES) or code in URBAN_PLANNED
    return planned and not (narrow and code in NOT_NARROW_PLANNED)


def is_transport(code: str, sub_use: str, static: bool = True) -> bool:
    """Whether a code is transport land, with or without static parking."""
    if code == "DGT":
        return static or sub_use != "ben_bai"
    return code == "HTKT_DuongGT" or (static and code == "HTKT_Baidoxe")


def is_general_urban(code: str) -> bool:
    """Whether a general-plan code is urban land."""
    return code.startswith("DD_") or (code.startswith("NDD_") and code != "NDD_DANCUNT")


class Truth:
    """Exact sums by unit, and the rows of truth.csv made from them."""

    def __init__(
        self, faces, plans: dict, statistics: dict, units: list, remainder_plan: str, floors: dict
    ):
        """Take faces, plans by id, statistics by (unit, year), units, floor areas by unit."""
        self.units = units
        self.plans = plans
        self.statistics = statistics
        self.floors = floors
        self.remainder_plan = remainder_plan
        self.force = {p for p, row in plans.items() if in_force(row, plans)}
        self.ever = {p for p, row in plans.items() if approved_any(row)}
        self.ground = self._sum(faces)
        self.by_unit: dict = defaultdict(list)
        for key, twice in self.ground.items():
            self.by_unit[key[0]].append((key, twice))
        self.groups = {
            "slated": [u["code"] for u in units if u["slated"]],
            "wards": [u["code"] for u in units if u["is_ward"]],
            "city": [u["code"] for u in units],
        }
        self.rows: list[dict] = []

    def _sum(self, faces) -> dict:
        """Return twice areas by everything a figure can ask about."""
        ground: dict = defaultdict(int)
        for face in faces:
            ground[self._key(face)] += face.twice_area
        return dict(ground)

    def _key(self, face: Face) -> tuple:
        code, sub = UNCLASSIFIED, ""
        if face.land_use:
            first = min(face.land_use, key=Claim.rank)
            code, sub = first.code, first.sub_use
        planned, planned_sub = code, sub
        lots = [lot for lot in face.lots if lot.plan_id in self.force]
        if lots:
            planned, planned_sub = min(lots, key=Claim.rank).code, ""
        elif self.remainder_plan in face.plans and self.remainder_plan in self.force:
            planned, planned_sub = REMAINDER, ""
        green = min(face.green, key=Claim.rank, default=None)
        label = (green.code, green.sub_use) if green else ("", "")
        covered = any(p in self.force for p in face.plans)
        ever = any(p in self.ever for p in face.plans)
        return (
            face.unit,
            is_general_urban(face.general_plan),
            (code, sub),
            (planned, planned_sub),
            covered,
            ever,
            face.right_of_way,
            label,
        )

    def is_urban_ground(self, face: Face) -> bool:
        """Whether a face is existing urban construction land within the general plan's."""
        _, general, (code, _), *_ = self._key(face)
        return general and is_urban(code, False, general)

    # --- sums ---------------------------------------------------------------

    def area(self, units, where) -> Fraction:
        """Return square metres of the units' ground where `where(key)` holds."""
        return square_metres(
            sum(a for unit in units for key, a in self.by_unit[unit] if where(key))
        )

    def people(self, units, temporary: bool = True) -> Fraction:
        """Return residents, with temporary residents converted unless told otherwise."""
        rows = [self.statistics[u, YEAR] for u in units]
        return Fraction(sum(r["dan_so"] + (r["tam_tru_quy_doi"] if temporary else 0) for r in rows))

    def total(self, units, column: str, year: str = YEAR) -> Fraction:
        """Return the sum of one statistic."""
        return Fraction(sum(self.statistics[u, year][column] for u in units))

    # --- rows ---------------------------------------------------------------

    def figure(
        self, indicator, definition, scenario, unit, numerator, denominator, percent: bool | None
    ) -> None:
        """Append one figure: a percentage, a ratio or (None) a count; no value over nothing."""
        amount = Fraction(0)
        if denominator:
            amount = (
                numerator if percent is None else numerator * (100 if percent else 1) / denominator
            )
        value = repr(float(amount)) if denominator else ""
        self._row(
            "figure", indicator, definition, scenario, unit, "", numerator, denominator, value
        )

    def _row(
        self, table, indicator, definition, scenario, unit, key, numerator, denominator, value
    ) -> None:
        texts = ["" if x is None else exact(x) for x in (numerator, denominator)]
        self.rows.append(
            {
                "table": table,
                "indicator": indicator,
                "definition": definition,
                "scenario": scenario,
                "as_of": AS_OF,
                "unit_code": unit,
                "key": key,
                "numerator": texts[0],
                "denominator": texts[1],
                "value": value,
            }
        )

    def quantity(self, table, scenario, unit, key, amount: Fraction) -> None:
        """Append one amount of a table that is not a ratio."""
        self._row(table, "", "", scenario, unit, key, amount, None, exact(amount))

    def each_row(self):
        """Yield (row name, its units) for 23 units and three groups."""
        for unit in self.units:
            yield unit["code"], [unit["code"]]
        yield from self.groups.items()

    def scoped(self, name: str, units, scope: str = "wards"):
        """Return the units of a row whose city row runs over a scope."""
        if name != "city" or scope == "all_units":
            return units
        return self.groups["wards"] + (self.groups["slated"] if scope == "wards_and_slated" else [])


def square_metres(twice: int) -> Fraction:
    """Return square metres from twice square millimetres."""
    return Fraction(twice, 2_000_000)


def exact(value: Fraction) -> str:
    """Return a fraction with a power-of-ten denominator as a decimal without loss."""
    digits = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        digits += 1
        if digits > 9:
            raise ValueError(f"{value} has no short decimal form")
    if digits == 0:
        return str(scaled.numerator)
    sign, number = ("-" if scaled < 0 else ""), str(abs(scaled.numerator)).rjust(digits + 1, "0")
    return f"{sign}{number[:-digits]}.{number[-digits:]}"
