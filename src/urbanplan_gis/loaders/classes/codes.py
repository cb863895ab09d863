"""Codes of features: taken from a code list as they are, or through a mapping file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.classes.recognise import Recognised, recognise_values
from urbanplan_gis.loaders.schema import SUB_USES
from urbanplan_gis.loaders.tables import TableRow, read_table
from urbanplan_gis.loaders.values import fold_text, shorten, spread_distinct, tidy_text
from urbanplan_gis.model.data import Finding, Severity
from urbanplan_gis.standards.codes import code_lists
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from urbanplan_gis.loaders.source_file import SourceFile

_COLUMNS = ["source_value", "list", "code"]
_OPTIONAL = ["sub_use", "action", "note"]
_ACTIONS = ("", "keep", "ignore")
UNMAPPED = "unmapped"
#: recognised with a lower score: to be looked at
SURE = 0.8


@dataclass(frozen=True)
class CodeRule:
    """What one source value means; ``ignored`` ones do not belong in the layer."""

    code_list: str
    code: str
    sub_use: str = ""
    ignored: bool = False


_NO_RULE = CodeRule("", "")


def read_code_rules(source: SourceFile) -> Mapping[str, CodeRule]:
    """The meaning of every source value, by its folded text.

    Raises:
        PlanDataError: naming the mapping file and row, or the missing or unknown code list.
    """
    asked = str(source.facts.code_list or source.facts.set.get("code_list", ""))
    if asked and asked not in code_lists():
        where = f"{source.config}: code_list"
        raise bad_data("no_such_list", where, list=asked, lists=", ".join(code_lists()))
    if source.codes is not None:
        return _read_mapping(source.codes, source.facts.codes, asked)
    if not asked:
        raise bad_data("no_code_list", source.config, lists=", ".join(code_lists()))
    return {fold_text(code): CodeRule(asked, code) for code in code_lists()[asked]}


def _read_mapping(path: Path, label: str, default_list: str) -> Mapping[str, CodeRule]:
    table = read_table(path, label)
    needed = [name for name in _COLUMNS if name != "list" or not default_list]
    table.require(needed + [name for name in _OPTIONAL if name in table.columns])
    rules: dict[str, CodeRule] = {}
    problems: list[PlanDataError] = []
    for row in table.rows:
        where = f"{table.where}: {row.number}"
        value = fold_text(tidy_text(row.cells.get("source_value")) or "")
        try:
            rule = _to_rule(row, where, default_list)
            if rule is None:
                continue
            if rules.setdefault(value, rule) != rule:
                raise bad_data("mapped_twice", where, row=row.number, value=value)
        except PlanDataError as problem:
            problems.append(problem)
    if problems:
        raise_problems(problems)
    return rules


def _to_rule(row: TableRow, where: str, default_list: str) -> CodeRule | None:
    """The rule of a row; None where neither code nor action is given: still to be decided."""
    cells = {name: tidy_text(row.cells.get(name)) or "" for name in _COLUMNS + _OPTIONAL}
    if cells["action"].casefold() not in _ACTIONS:
        known = ", ".join(action for action in _ACTIONS if action)
        raise bad_data("no_such_action", where, row=row.number, value=cells["action"], known=known)
    if cells["action"].casefold() == "ignore":
        return CodeRule("", "", ignored=True)
    if not cells["code"] and not cells["action"]:
        return None
    code_list = cells["list"] or default_list
    if code_list not in code_lists():
        lists = ", ".join(code_lists())
        raise bad_data("no_such_list", where, list=code_list, lists=lists)
    codes = {fold_text(code): code for code in code_lists()[code_list]}
    code = codes.get(fold_text(cells["code"]))
    if code is None:
        named = {"code": cells["code"], "list": code_list}
        raise bad_data("code_not_in_list", where, row=row.number, **named)
    if cells["sub_use"] not in SUB_USES:
        known = ", ".join(use for use in SUB_USES if use)
        raise bad_data("unknown_value", where, row=row.number, value=cells["sub_use"], more=0,
                       column="sub_use", known=known)  # fmt: skip
    return CodeRule(code_list, code, cells["sub_use"])


def conform_codes(rules: Mapping[str, CodeRule], values: pd.Series) -> pd.DataFrame:
    """Columns code, code_list, sub_use, source_value, ``ignored`` and ``unmapped`` (flags)."""
    places, distinct = pd.factorize(values)
    texts = [tidy_text(value) or "" for value in distinct]
    raw = [str(value) if text else "" for value, text in zip(distinct, texts, strict=True)]
    found = [rules.get(fold_text(text)) for text in texts]
    blank = rules.get("")
    known = [rule or _NO_RULE for rule in found]
    last = blank or _NO_RULE
    return pd.DataFrame(
        {
            "code": spread_distinct([rule.code for rule in known], last.code, places),
            "code_list": spread_distinct(
                [rule.code_list for rule in known], last.code_list, places
            ),
            "sub_use": spread_distinct([rule.sub_use for rule in known], last.sub_use, places),
            "source_value": spread_distinct(raw, "", places),
            "ignored": spread_distinct([r.ignored for r in known], last.ignored, places).astype(
                bool
            ),
            UNMAPPED: spread_distinct([r is None for r in found], blank is None, places).astype(
                bool
            ),
        },
        index=values.index,
    )


def recognise_codes(
    source: SourceFile,
    rules: Mapping[str, CodeRule],
    values: pd.Series,
    colours: pd.Series | None,
    areas: np.ndarray,
) -> tuple[Mapping[str, CodeRule], tuple[Recognised, ...]]:
    """Rules for the values that have none, by their words and colours, and how each was found.

    ``areas`` are m² per feature.

    Raises:
        PlanDataError: if the project file does not say which list the values are to be read in.
    """
    code_list = str(source.facts.code_list or source.facts.set.get("code_list", ""))
    if not code_list:
        raise bad_data("no_code_list", source.config, lists=", ".join(code_lists()))
    texts = [fold_text(tidy_text(value) or "") for value in values]
    open_ = np.array([text not in rules for text in texts], dtype=bool)
    found = recognise_values(
        values[open_], None if colours is None else colours[open_], areas[open_], code_list
    )
    guessed = {
        value: CodeRule(item.code_list, item.code, item.sub_use, ignored=item.action == "ignore")
        for value, item in found.items()
        if item.code or item.action
    }
    return guessed, tuple(found.values())


def tell_recognised(
    source: SourceFile, frame: gpd.GeoDataFrame, recognised: Iterable[Recognised]
) -> list[Finding]:
    """A finding for each value that was recognised: as what, how surely, why, and its area."""
    folded = frame["source_value"].map(fold_text)
    findings = []
    for item in recognised:
        if not item.code:
            continue
        rows = frame[(folded == fold_text(item.value)).to_numpy()]
        message = Text.of(
            "finding.code_recognised",
            source=source.name,
            value=shorten(item.value),
            code=item.code,
            percent=round(100 * item.score),
            reason=item.reason,
            count=len(rows),
            hectares=item.area_m2 / 1e4,
        )
        severity = Severity.INFO if item.score >= SURE else Severity.WARNING
        findings.append(
            Finding(
                "code_recognised", severity, source.role, tuple(rows["feature_id"]), message,
                action="assumed", area_m2=item.area_m2,
                geometry=shapely.point_on_surface(rows.geometry.iloc[0]) if len(rows) else None,
            )
        )  # fmt: skip
    return findings


def find_unmapped(
    source: SourceFile, frame: gpd.GeoDataFrame, unmapped: pd.Series
) -> list[Finding]:
    """One finding for each source value without a code: all features, and their area in m²."""
    findings = []
    rows = frame[unmapped.to_numpy()]
    for value, group in rows.groupby(rows["source_value"].str.strip(), sort=True):
        areas = shapely.area(group.geometry.to_numpy())
        largest = group.geometry.iloc[int(np.argmax(areas))]
        total = float(np.sum(areas))
        message = Text.of(
            "finding.unmapped_code",
            source=source.name,
            value=shorten(value),
            count=len(group),
            hectares=total / 1e4,
        )
        findings.append(
            Finding(
                "unmapped_code", Severity.ERROR, source.role, tuple(group["feature_id"]), message,
                action="kept", geometry=shapely.point_on_surface(largest), area_m2=total,
            )
        )  # fmt: skip
    return findings
