"""The database of a planning project by Circular 16/2025/TT-BXD, Annex II: classes and codes.

Read second-hand (``data/tt16_classes.csv``, ``data/tt16_attributes.csv`` say from where). Part 3
of the annex calls its lists of classes reference content: a project has those that concern it and
may add others named by the same rule. Which classes are required here is our reading.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import read_rows

Level = Literal["QHC", "QPK", "QCT"]

DATABASES = ("HienTrang", "QuyHoach", "MocGioi")
#: delivered beside them by the schema of another ministry's base maps; nothing here is read of it
BASE_MAP = "NenDiaHinh"
#: what the annex lets lie beside the databases: the project file of the program that draws them
PRESENTATIONS = (".aprx", ".ppkx", ".mxd", ".mpk", ".qgz")
INFORMATION, DOSSIER, OBJECT = "maThongTinQH", "maHoSoQH", "maDoiTuong"
LABEL, LEGEND, NOTE = "tenDoiTuong", "phanLoai", "ghiChu"
#: the province's number in both codes, and its VN-2000 system (central meridian 108°00′)
PROVINCE, PROVINCE_CRS = "51", "EPSG:5898"
#: VN-2000 with 105°00′ and zones of 6°, the template for projects across provinces
INTERPROVINCE_CRS = "EPSG:3405"
#: names that Circular 43/2025/TT-BXD gives to datasets of Circular 16
RENAMED = {"SuDungDatQuyHoach": "QuyHoachSuDungDat"}

_DOSSIER = re.compile(r"(\d{2})(QHC|QPK|QCT)\d\d{2}\d{4}")
_INFORMATION = re.compile(r"(\d{2})\d{2}([1-4])[1-5][0-2]\d{5}")
_NAME = re.compile(r"[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*_[APL]")
_LEVELS: dict[str, Level] = {"1": "QHC", "2": "QPK", "3": "QCT", "4": "QCT"}


@dataclass(frozen=True)
class ClassEntry:
    """One class of one dataset; ``required`` in its ``database`` or anywhere in the ``package``."""

    database: str
    dataset: str
    name: str
    title: str
    required: Literal["", "database", "package"]
    role: Role | None
    role_general: Role | None
    #: of the classes that may feed a role, the one of the lowest rank does
    rank: int
    source: str
    confidence: str

    @property
    def geometry(self) -> str:
        """A (area), P (point) or L (line)."""
        return self.name[-1]

    @property
    def roles(self) -> tuple[Role | None, ...]:
        """What the class is for, in plans of whatever level."""
        return self.role, self.role_general

    def role_at(self, level: Level) -> Role | None:
        """What the class is for in a plan of that level."""
        return self.role_general if level == "QHC" else self.role


@dataclass(frozen=True)
class Attribute:
    """One of the attributes that every class has, all of them text; ``filled``: never empty."""

    name: str
    title: str
    length: int
    filled: bool


@dataclass(frozen=True)
class PlanCode:
    """What ``maHoSoQH`` and ``maThongTinQH`` both say: the province and the level of the plan."""

    province: str
    level: Level


@cache
def class_entries() -> tuple[ClassEntry, ...]:
    """All classes: those of the annex, and ours for what it has no class for."""
    return tuple(
        ClassEntry(
            database=row["database"],
            dataset=row["dataset"],
            name=row["class"],
            title=row["title_vi"],
            required=row["required"],  # ty: ignore[invalid-argument-type]
            role=Role(row["role"]) if row["role"] else None,
            role_general=Role(row["role_general"]) if row["role_general"] else None,
            rank=int(row["rank"] or 0),
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in read_rows("tt16_classes.csv")
    )


@cache
def attributes() -> tuple[Attribute, ...]:
    """The attributes of every class, in the order of the annex."""
    return tuple(
        Attribute(row["name"], row["title_vi"], int(row["length"]), row["filled"] == "yes")
        for row in read_rows("tt16_attributes.csv")
    )


def class_of(role: Role, level: Level) -> ClassEntry:
    """The class that holds the features of a role in a plan of that level."""
    return min(
        (entry for entry in class_entries() if entry.role_at(level) is role),
        key=lambda entry: entry.rank,
    )


def is_class_name(name: str) -> bool:
    """Whether a name follows the rule ``<LopDuLieu>_<A|P|L>`` for added classes."""
    return _NAME.fullmatch(name) is not None


def parse_dossier(code: str) -> PlanCode | None:
    """``maHoSoQH``: province, level, times drawn up, local amendments, serial; None if it is none.

    The annex's words count the first plan as 1, its example ``04QHC0010001`` as 0: both pass.
    """
    found = _DOSSIER.fullmatch(code)
    return PlanCode(found[1], found[2]) if found else None  # ty: ignore[invalid-argument-type]


def parse_information(code: str) -> PlanCode | None:
    """``maThongTinQH``: province, year, level, kind, amendment, serial; None if it is none.

    Source: Decree 111/2024/NĐ-CP, Circular 24/2025/TT-BXD Article 4 (read second-hand).
    """
    found = _INFORMATION.fullmatch(code)
    return PlanCode(found[1], _LEVELS[found[2]]) if found else None
