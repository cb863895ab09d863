"""What every role's frame looks like once it is loaded: columns, types, geometry.

Beside the columns declared here a frame has ``feature_id`` (text, unique within the role),
``source`` (text) and ``geometry`` (project CRS, two dimensions). Types become these dtypes:
``text`` and ``code`` str, ``number`` float64, ``integer`` Int64 (int64 where there is a default),
``date`` datetime64[ms], ``flag`` bool. Missing text is null, a missing code is ``""``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from urbanplan_gis.model.data import Role

FieldType = Literal["text", "number", "integer", "date", "flag", "code"]
Family = Literal["area", "line", "point"]

UNIT_KINDS = ("ward", "commune")
PLAN_KINDS = ("zoning", "general", "detail")
GREEN_KINDS = ("public", "residential", "restricted", "specialised", "water")
#: parts of a code that class sets may leave out: road and static parking within transport,
#: green of a residential unit within public green, beaches and meeting places within DKV
SUB_USES = ("", "road", "static", "residential_unit", "bathing_beach", "meeting_place")
BUILDING_USES = ("residential", "other")

#: what sources write for a token, beside the token itself (compared without regard to case)
SYNONYMS: Mapping[str, str] = {
    "phường": "ward",
    "phuong": "ward",
    "xã": "commune",
    "xa": "commune",
    "phân khu": "zoning",
    "phan_khu": "zoning",
    "chung": "general",
    "chi tiết": "detail",
    "chi_tiet": "detail",
}
FLAGS: Mapping[str, bool] = {
    "1": True,
    "true": True,
    "có": True,
    "co": True,
    "yes": True,
    "0": False,
    "false": False,
    "không": False,
    "khong": False,
    "no": False,
}


@dataclass(frozen=True)
class Field:
    """One conformed column. ``tokens`` lists the only values a column of type code may have."""

    name: str
    type: FieldType = "text"
    required: bool = False
    default: str | int | bool | None = None
    tokens: tuple[str, ...] = ()
    #: filled by the loader, never named under ``fields``
    derived: bool = False


@dataclass(frozen=True)
class RoleFields:
    """The columns of one role and the family of geometry it needs."""

    family: Family
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """The column of that name."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @property
    def coded(self) -> bool:
        """Whether features carry a code of a code list."""
        return self.field("source_value") is not None


_NAME = Field("name")
_APPROVED = Field("approved", "date")
_PRIORITY = Field("priority", "integer", default=0)
_CODED = (
    Field("code", "code", required=True, default=""),
    Field("code_list", default=""),
    Field("source_value", default="", derived=True),
)
_LAND = (
    *_CODED,
    Field("sub_use", "code", default="", tokens=SUB_USES),
    _APPROVED,
    Field("declared_area_m2", "number"),
    _PRIORITY,
)

ROLE_FIELDS: Mapping[Role, RoleFields] = {
    Role.UNITS: RoleFields(
        "area",
        (
            Field("code", required=True),
            Field("name", required=True),
            Field("kind", "code", required=True, tokens=UNIT_KINDS),
            Field("slated", "flag", default=False),
            Field("ward_since", "date"),
            Field("declared_area_ha", "number"),
            Field("valid_from", "date"),
            Field("valid_to", "date"),
        ),
    ),
    Role.LAND_USE: RoleFields("area", _LAND),
    Role.ZONING: RoleFields("area", (*_LAND, Field("plan_id"))),
    Role.PLANS: RoleFields(
        "area",
        (
            Field("plan_id", required=True),
            _NAME,
            Field("kind", "code", default="zoning", tokens=PLAN_KINDS),
            Field("decision"),
            _APPROVED,
            Field("revoked", "date"),
            Field("replaced_by"),
            Field("horizon_year", "integer"),
            _PRIORITY,
        ),
    ),
    Role.RIGHT_OF_WAY: RoleFields("area", (_NAME, Field("road_class", "integer"))),
    Role.ROADS: RoleFields(
        "line", (_NAME, Field("road_class", "integer"), Field("width_m", "number"))
    ),
    Role.GREEN: RoleFields(
        "area",
        (
            Field("kind", "code", required=True, tokens=GREEN_KINDS),
            Field("park"),
            _NAME,
            _APPROVED,
            _PRIORITY,
        ),
    ),
    Role.GENERAL_PLAN: RoleFields("area", (*_CODED, _APPROVED, _PRIORITY)),
    Role.BUILDINGS: RoleFields(
        "area",
        (Field("floors", "integer"), Field("use", "code", default="", tokens=BUILDING_USES)),
    ),
    Role.FACILITIES: RoleFields("point", (Field("kind"), _NAME)),
    Role.PARKING: RoleFields("area", (_NAME,)),
    Role.PROJECTS: RoleFields("area", (_NAME, Field("declared_area_ha", "number"))),
}

#: statistics that count a part of another one
PARTS: Mapping[str, str] = {"fibre_households": "households", "e_payment_adults": "adults"}
