"""What OpenStreetMap tags mean here: the table ``standards/data/osm_tags.csv``, widths, floors.

The table is a proposal: tags say what mappers saw, no law ties them to land codes or road ranks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from urbanplan_gis.loaders.classes.codes import CodeRule
from urbanplan_gis.loaders.values import fold_text
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import read_rows

#: in the table: any value of the key that has no row of its own
ANY_VALUE = "*"
#: metres a lane is taken to have where only their number is tagged: our assumption
LANE_WIDTH_M = 3.5
#: more than any building stands high; larger numbers are slips of the keyboard
_MOST_FLOORS = 200
_FOOT_M = 0.3048
_INCH_M = 0.0254
_GROUND_FLOOR = frozenset({"ground", "ground floor", "trệt", "tầng trệt"})
#: six digits are more than any width or number of floors needs, and can overflow nothing
_NUMBER = r"([0-9]{1,6}(?:[.,][0-9]{1,6})?)"
_METRES = re.compile(rf"{_NUMBER}\s*(?:m|metres?|meters?)?")
_FEET = re.compile(rf"{_NUMBER}\s*(?:ft|feet|')\s*(?:{_NUMBER}\s*(?:in|\"|''))?")


@dataclass(frozen=True)
class TagRule:
    """What one tag means for one role. ``order``: its place in the table, where lower decides."""

    order: int
    key: str
    value: str
    ignored: bool
    code_list: str
    code: str
    sub_use: str
    road_class: int | None
    kind: str
    use: str


@cache
def osm_roles() -> tuple[Role, ...]:
    """The roles that OpenStreetMap objects can feed."""
    return tuple(dict.fromkeys(Role(row["role"]) for row in read_rows("osm_tags.csv")))


@cache
def tag_rules(role: Role) -> Mapping[tuple[str, str], TagRule]:
    """The rules of a role by (key, value), in the order of the table."""
    rows = [row for row in read_rows("osm_tags.csv") if row["role"] == role]
    return {
        (row["key"], row["value"]): TagRule(
            order=order,
            key=row["key"],
            value=row["value"],
            ignored=row["action"] == "ignore",
            code_list=row["code_list"],
            code=row["code"],
            sub_use=row["sub_use"],
            road_class=int(row["road_class"]) if row["road_class"] else None,
            kind=row["kind"],
            use=row["use"],
        )
        for order, row in enumerate(rows)
    }


@cache
def role_keys(role: Role) -> tuple[str, ...]:
    """The keys whose bearers belong to a role's rows, in the order of the table."""
    return tuple(dict.fromkeys(key for key, _ in tag_rules(role)))


def choose_rule(role: Role, tags: Mapping[str, str]) -> tuple[TagRule | None, str]:
    """The rule that decides about an object, and the tag it rests on as ``key=value``.

    The first row of the table that fits decides; rows for any value come after all that name
    one. None: the object bears a key of the role with a value the table does not take.
    """
    rules = tag_rules(role)
    borne = [(key, tags[key]) for key in role_keys(role) if key in tags]
    exact = [rules[tag] for tag in borne if tag in rules and tag[1] != ANY_VALUE]
    wide = [rules[key, ANY_VALUE] for key, _ in borne if (key, ANY_VALUE) in rules]
    for found in (exact, wide):
        if found:
            rule = min(found, key=lambda rule: rule.order)
            return rule, f"{rule.key}={tags[rule.key]}"
    key, value = borne[0]
    return None, f"{key}={value}"


@cache
def osm_code_rules() -> Mapping[str, CodeRule]:
    """The proposed land code of every tag of the table, by its folded text ``key=value``.

    A mapping file of the planner goes before it. Tags that no code follows from are not in it.
    """
    return {
        fold_text(f"{rule.key}={rule.value}"): CodeRule(
            rule.code_list, rule.code, rule.sub_use, rule.ignored
        )
        for rule in tag_rules(Role.LAND_USE).values()
        if rule.code or rule.ignored
    }


def read_width(tags: Mapping[str, str]) -> tuple[float | None, str]:
    """Width in metres and the key it comes from; (None, "") where no tag tells it.

    ``width`` goes before ``est_width``, both before the number of ``lanes``, which is an
    assumption (:data:`LANE_WIDTH_M` each), not a measure.
    """
    for key in ("width", "est_width"):
        metres = _to_metres(tags.get(key, ""))
        if metres:
            return metres, key
    lanes = tags.get("lanes", "").strip()
    if re.fullmatch("[1-9][0-9]?", lanes):
        return int(lanes) * LANE_WIDTH_M, "lanes"
    return None, ""


def _to_metres(text: str) -> float | None:
    """Metres of "7", "7.5 m", "7,5" or "12'6\\""; None for anything else."""
    text = text.strip().casefold()
    metres = _METRES.fullmatch(text)
    if metres:
        return float(metres[1].replace(",", "."))
    feet = _FEET.fullmatch(text)
    if feet:
        inches = float((feet[2] or "0").replace(",", "."))
        return float(feet[1].replace(",", ".")) * _FOOT_M + inches * _INCH_M
    return None


def read_floors(text: str) -> int | None:
    """Whole floors of ``building:levels``; a half one ("3.5": under the roof) is left out.

    Lists and ranges ("3;4", "2-3") tell of parts of a building that cannot be told apart here:
    only when all their numbers agree is there one number of floors.
    """
    text = text.strip().casefold()
    if text in _GROUND_FLOOR:
        return 1
    numbers = {
        int(float(part.replace(",", "."))) if re.fullmatch(_NUMBER, part.strip()) else 0
        for part in re.split(r"[;\-–]", text)
    }
    floors = numbers.pop() if len(numbers) == 1 else 0
    return floors if 0 < floors <= _MOST_FLOORS else None
