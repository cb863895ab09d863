"""The codes of findings: how much each matters, and in which layers it can stand.

What a code means is said by its text in the catalogue (``finding.<code>``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from urbanplan_gis.model.data import Severity
from urbanplan_gis.standards.codes import read_rows

#: stands for every layer
ANY_LAYER = "*"


@dataclass(frozen=True)
class FindingCode:
    """One code; a few are graver in some cases than in others, and have two severities."""

    code: str
    severities: tuple[Severity, ...]
    layers: tuple[str, ...]


@cache
def finding_codes() -> Mapping[str, FindingCode]:
    """Every code by its name: ``finding_codes()["gap"]``."""
    return {
        row["code"]: FindingCode(
            row["code"],
            tuple(Severity(name) for name in row["severity"].split(";")),
            tuple(row["layers"].split(";")),
        )
        for row in read_rows("finding_codes.csv")
    }
