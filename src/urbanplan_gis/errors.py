"""Errors a planner can act on: where, what was found, what was expected, how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from urbanplan_gis.text import Text

_MOST_NAMES = 40


class PlanDataError(Exception):
    """Input that cannot be used, said in one line.

    ``where`` names the file, layer and field (or the place in ``project.toml``);
    ``found``, ``expected`` and ``fix`` are texts of the catalogue.
    """

    def __init__(self, where: str, found: Text, expected: Text, fix: Text) -> None:
        self.where = where
        self.found = found
        self.expected = expected
        self.fix = fix
        super().__init__(self.line("en"))

    @property
    def problems(self) -> tuple[PlanDataError, ...]:
        return (self,)

    def line(self, lang: str) -> str:
        """The whole message on one line, in ``vi``, ``en`` or ``both``."""
        parts = Text.of(
            "error.line",
            where=self.where,
            found=self.found,
            expected=self.expected,
            fix=self.fix,
        ).say(lang)
        return " ".join(parts.split())


class PlanDataErrors(PlanDataError):
    """Several problems found together, so that one edit can mend them all."""

    def __init__(self, problems: Sequence[PlanDataError]) -> None:
        self._problems = tuple(problems)
        first = self._problems[0]
        super().__init__(first.where, first.found, first.expected, first.fix)

    @property
    def problems(self) -> tuple[PlanDataError, ...]:
        return self._problems

    def __str__(self) -> str:
        return "\n".join(problem.line("en") for problem in self._problems)


def bad_data(kind: str, where: str, **params: object) -> PlanDataError:
    """The error ``kind`` of the catalogue (``error.<kind>.found|expected|fix``)."""
    return PlanDataError(
        where,
        Text.of(f"error.{kind}.found", **params),
        Text.of(f"error.{kind}.expected", **params),
        Text.of(f"error.{kind}.fix", **params),
    )


def listed(names: Sequence[str]) -> str:
    """Names on one line a person can read: the first forty, or "-" for none."""
    shown = ", ".join(names[:_MOST_NAMES]) or "-"
    return f"{shown}, … ({len(names)})" if len(names) > _MOST_NAMES else shown


def raise_problems(problems: Sequence[PlanDataError]) -> NoReturn:
    """Raise one error for all problems, each line once (files may be shared by sources)."""
    lines = {problem.line("en"): problem for problem in problems}
    distinct = list(lines.values())
    raise distinct[0] if len(distinct) == 1 else PlanDataErrors(distinct)
