"""What a person decided about findings: read from ``decisions.csv``, applied at every run.

Choices: ``accept`` (known, leave it), ``drop FEATURE`` (take the feature out), ``keep FEATURE``
(it keeps the ground against all others of its layer), ``code CODE`` (the features' code),
``fill FEATURE`` (a gap belongs to that feature).
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.errors import bad_data
from urbanplan_gis.geometry.areas import polygons_only
from urbanplan_gis.model.data import Dataset, Decision, Finding, Layer, Role, Severity
from urbanplan_gis.standards.codes import DERIVED_LISTS, code_lists
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

COLUMNS = ("finding_id", "choice", "who", "when", "why")
_VERBS = ("accept", "drop", "keep", "code", "fill")
#: how the action of a decided finding begins
_DECIDED = "decided:"
_GAPS = ("gap", "gap_sliver")
#: the action that dropped a feature, by layer and feature id
Drops = Mapping[tuple[str, str], str]


def read_decisions(path: Path) -> list[Decision]:
    """The decisions of a project; none if the file is absent.

    Raises:
        PlanDataError: for text that cannot be read, missing columns, an unknown choice, or a
            decision without a name.
    """
    if not path.is_file():
        return []
    lines = _cells(path)
    header = lines[0][1] if lines else []
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise bad_data("decision_columns", path.name, missing=", ".join(missing))
    rows = []
    for number, cells in lines[1:]:
        given = dict(zip(header, cells, strict=False))
        row = {name: given.get(name, "").strip() for name in COLUMNS}
        rows.append(row)
        words = row["choice"].split(maxsplit=1)
        needs_word = bool(words) and words[0] != "accept"
        if not words or words[0] not in _VERBS or (needs_word and len(words) < 2):
            raise bad_data("decision_choice", f"{path.name}:{number}", choice=row["choice"])
        if not row["who"]:
            raise bad_data("decision_who", f"{path.name}:{number}")
    return [Decision(**row) for row in rows]


def _cells(path: Path) -> list[tuple[int, list[str]]]:
    """The cells of each line that has any, with its number.

    Every line stands for itself: a quote left open may not swallow the decisions after it.
    """
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise bad_data("decision_encoding", path.name) from None
    lines = []
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        try:
            lines += [(number, cells) for cells in csv.reader([line], strict=True) if cells]
        except csv.Error:
            raise bad_data("decision_quote", f"{path.name}:{number}") from None
    return lines


@dataclass(frozen=True, eq=False)
class Applied:
    """A dataset as decided, the findings saying who decided, and the features dropped."""

    dataset: Dataset
    findings: list[Finding]
    drops: Drops


def apply_decisions(
    dataset: Dataset, findings: Sequence[Finding], decisions: Iterable[Decision]
) -> Applied:
    """Apply decisions, each on one of the findings; without changes the very same dataset.

    A feature that two decisions drop is dropped, and counted, once.
    """
    known = {finding.finding_id: finding for finding in findings}
    layers = dict(dataset.layers)
    drops: dict[tuple[str, str], str] = {}
    for decision in decisions:
        finding = known[decision.finding_id]
        verb, word = _verb_and_word(decision)
        decided = _decided(finding, decision)
        again = verb == "drop" and (finding.layer, word) in drops and word in finding.feature_ids
        if verb != "accept" and not again:
            role = _role(finding, verb)
            before = layers[role]
            layers[role] = _changed(before, finding, verb, word)
            removed = len(before.frame) - len(layers[role].frame)
            decided = replace(decided, dropped=decided.dropped + removed)
        if verb == "drop":
            drops.setdefault((finding.layer, word), f"{_DECIDED} {_words(decision)}")
        if verb == "code" and finding.code == "unmapped_code":
            params = {**dict(finding.message.params), "code": word}
            decided = replace(decided, message=Text.of("finding.unmapped_code_given", **params))
        known[finding.finding_id] = decided
    changed = any(layers[role] is not layer for role, layer in dataset.layers.items())
    decided_on = replace(dataset, layers=layers) if changed else dataset
    return Applied(decided_on, list(known.values()), drops)


def settle_rest(findings: Iterable[Finding], waiting: Iterable[Decision]) -> list[Finding]:
    """All findings of a run, with the decisions that met none while the layers were checked.

    Findings made of the checked layers can be accepted; they come too late to change a layer.
    A decision that cannot apply, or that no finding of the whole run has, is a finding itself.
    """
    findings = list(findings)
    place = {finding.finding_id: number for number, finding in enumerate(findings)}
    idle: dict[str, Finding] = {}
    for decision in waiting:
        number = place.get(decision.finding_id)
        if number is None:
            idle[decision.finding_id] = _idle(decision, "decision_unused")
        elif _verb_and_word(decision)[0] == "accept":
            findings[number] = _decided(findings[number], decision)
        else:
            idle[decision.finding_id] = _idle(decision, "decision_too_late")
    return [*findings, *idle.values()]


def is_decided(finding: Finding) -> bool:
    """Whether a person decided on the finding itself."""
    return finding.action.startswith(_DECIDED)


def _decided(finding: Finding, decision: Decision) -> Finding:
    said = f"{finding.action};" if is_decided(finding) else _DECIDED
    return replace(finding, action=f"{said} {_words(decision)}")


def _words(decision: Decision) -> str:
    return f"{decision.choice} ({decision.who}, {decision.when})"


def _verb_and_word(decision: Decision) -> tuple[str, str]:
    verb, _, word = decision.choice.partition(" ")
    return verb, word.strip()


def _role(finding: Finding, verb: str) -> Role:
    """The layer a decision changes; findings on statistics can only be accepted."""
    try:
        return Role(finding.layer)
    except ValueError:
        where = f"decisions.csv: {finding.finding_id}"
        raise bad_data("decision_layer", where, choice=verb, layer=finding.layer) from None


def _changed(layer: Layer, finding: Finding, verb: str, word: str) -> Layer:
    frame = layer.frame.copy()
    where = f"decisions.csv: {finding.finding_id}"
    if verb == "code":
        if "code_list" not in frame:
            raise bad_data("decision_priority", where, layer=finding.layer)
        meant = frame["feature_id"].isin(finding.feature_ids).to_numpy()
        lists = lists_in_use(frame, meant)
        holding = [name for name in lists if word in code_lists().get(name, {})]
        if not holding:
            raise bad_data("unknown_code", where, code=word, list=", ".join(sorted(lists)))
        frame.loc[meant, ["code_list", "code"]] = [holding[0], word]
        return layer.with_frame(frame)
    meant = (frame["feature_id"] == word).to_numpy()
    if verb == "fill":
        filled = _filled(frame, finding, meant, where, word)
        return layer.with_frame(frame.set_geometry(filled, crs=frame.crs))
    if word not in finding.feature_ids or not meant.any():
        listed = ", ".join(finding.feature_ids)
        raise bad_data("decision_feature", where, feature=word, known=listed)
    if verb == "drop":
        return layer.with_frame(frame[~meant].reset_index(drop=True))
    if "priority" not in frame:
        raise bad_data("decision_priority", where, layer=finding.layer)
    frame.loc[meant, "priority"] = int(frame["priority"].max()) + 1
    return layer.with_frame(frame)


def lists_in_use(frame: pd.DataFrame, meant: NDArray[np.bool_]) -> list[str]:
    """The code lists of a layer, first those that most features of the same sources use."""
    surveyed = ~frame["code_list"].isin(["", *DERIVED_LISTS])
    near = frame["source"].isin(frame["source"][meant])[surveyed]
    uses = near.groupby(frame["code_list"][surveyed]).agg(["sum", "size"])
    names = zip(uses.index, uses["sum"], uses["size"], strict=True)
    return [name for name, _, _ in sorted(names, key=lambda use: (-use[1], -use[2], use[0]))]


def _filled(
    frame: gpd.GeoDataFrame, finding: Finding, meant: NDArray[np.bool_], where: str, word: str
) -> NDArray[np.object_]:
    """The geometries with a gap added to one of the features around it."""
    if finding.code not in _GAPS:
        raise bad_data("decision_fill", where, code=finding.code)
    around = shapely.intersects(frame.geometry.to_numpy(), finding.geometry)
    if not (meant & around).any():
        known = ", ".join(frame["feature_id"][around])
        raise bad_data("decision_feature", where, feature=word, known=known)
    shapes = frame.geometry.to_numpy().copy()
    # of a gap of no width the union keeps lines
    shapes[meant & around] = polygons_only(shapely.union(shapes[meant & around], finding.geometry))
    return shapes


def _idle(decision: Decision, code: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        layer="decisions",
        feature_ids=(decision.finding_id,),
        message=Text.of(f"finding.{code}", finding=decision.finding_id, choice=decision.choice),
        action="reported",
        finding_id=f"decision-{decision.finding_id}",
    )
