"""Problems found together, said together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from urbanplan_gis.errors import PlanDataError, PlanDataErrors


def raise_problems(problems: Sequence[PlanDataError]) -> NoReturn:
    """Raise one error for all problems, each line once (files may be shared by sources)."""
    lines = {problem.line("en"): problem for problem in problems}
    distinct = list(lines.values())
    raise distinct[0] if len(distinct) == 1 else PlanDataErrors(distinct)
