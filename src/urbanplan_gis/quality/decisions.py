"""What a person decided about findings: read from ``decisions.csv``, applied at every run.

Choices: ``accept`` (known, leave it), ``drop FEATURE`` (take the feature out), ``keep FEATURE``
(it keeps the ground against all others of its layer), ``code CODE`` (the features' code).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from urbanplan_gis.errors import bad_data
from urbanplan_gis.model.data import Dataset, Decision, Finding, Layer, Role, Severity
from urbanplan_gis.standards.codes import code_lists
from urbanplan_gis.text import Text

COLUMNS = ("finding_id", "choice", "who", "when", "why")
_VERBS = ("accept", "drop", "keep", "code")


def read_decisions(path: Path) -> list[Decision]:
    """The decisions of a project; none if the file is absent.

    Raises:
        PlanDataError: for missing columns, an unknown choice, or a decision without a name.
    """
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise bad_data("decision_columns", path.name, missing=", ".join(missing))
        rows = [{name: (row[name] or "").strip() for name in COLUMNS} for row in reader]
    for number, row in enumerate(rows, start=2):
        words = row["choice"].split(maxsplit=1)
        needs_word = bool(words) and words[0] != "accept"
        if not words or words[0] not in _VERBS or (needs_word and len(words) < 2):
            raise bad_data("decision_choice", f"{path.name}:{number}", choice=row["choice"])
        if not row["who"]:
            raise bad_data("decision_who", f"{path.name}:{number}")
    return [Decision(**row) for row in rows]


def apply_decisions(
    dataset: Dataset, findings: Sequence[Finding], decisions: Iterable[Decision]
) -> tuple[Dataset, list[Finding], bool]:
    """The dataset as decided, the findings saying who decided, and whether layers changed.

    A decision on a finding that no longer exists becomes a finding itself.
    """
    known = {finding.finding_id: finding for finding in findings}
    layers = dict(dataset.layers)
    changed = False
    for decision in decisions:
        finding = known.get(decision.finding_id)
        if finding is None:
            known[f"decision-{decision.finding_id}"] = _unused(decision)
            continue
        verb, _, word = decision.choice.partition(" ")
        known[finding.finding_id] = replace(
            finding, action=f"decided: {decision.choice} ({decision.who}, {decision.when})"
        )
        if verb != "accept":
            role = _role(finding, verb)
            layers[role] = _changed(layers[role], finding, verb, word.strip())
            changed = True
            if verb == "drop":
                known[finding.finding_id] = replace(known[finding.finding_id], dropped=1)
    return replace(dataset, layers=layers, findings=()), list(known.values()), changed


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
        lists = set(frame["code_list"]) - {""}
        holding = sorted(name for name in lists if word in code_lists().get(name, {}))
        if not holding:
            raise bad_data("unknown_code", where, code=word, list=", ".join(sorted(lists)))
        meant = frame["feature_id"].isin(finding.feature_ids)
        frame.loc[meant, ["code_list", "code"]] = [holding[0], word]
        return layer.with_frame(frame)
    meant = (frame["feature_id"] == word).to_numpy()
    if word not in finding.feature_ids or not meant.any():
        listed = ", ".join(finding.feature_ids)
        raise bad_data("decision_feature", where, feature=word, known=listed)
    if verb == "drop":
        return layer.with_frame(frame[~meant].reset_index(drop=True))
    if "priority" not in frame:
        raise bad_data("decision_priority", where, layer=finding.layer)
    frame.loc[meant, "priority"] = int(frame["priority"].max()) + 1
    return layer.with_frame(frame)


def _unused(decision: Decision) -> Finding:
    return Finding(
        code="decision_unused",
        severity=Severity.WARNING,
        layer="decisions",
        feature_ids=(decision.finding_id,),
        message=Text.of("finding.decision_unused", finding=decision.finding_id),
        action="reported",
        finding_id=f"decision-{decision.finding_id}",
    )
