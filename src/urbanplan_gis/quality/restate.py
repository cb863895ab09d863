"""What findings say once decisions are applied: the ground as it is now, or what settled them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from urbanplan_gis.model.data import Finding
from urbanplan_gis.quality.decisions import Drops, is_decided
from urbanplan_gis.text import Text


def restate(
    findings: Iterable[Finding], given: Collection[str], seen: Iterable[Finding], drops: Drops
) -> list[Finding]:
    """The findings, true to the layers as decided.

    ``given`` are the ids of findings on what was read: they are history, and stay. All others
    are told as the decided layers show them (``seen``). One that the layers no longer show is
    kept, so that its decision keeps its finding, and says that it is settled.
    """
    now = {finding.finding_id: finding for finding in seen}
    return [
        _of_what_was_read(finding, drops)
        if finding.finding_id in given
        else _of_the_layers(finding, now, drops)
        for finding in findings
    ]


def _of_the_layers(finding: Finding, now: Mapping[str, Finding], drops: Drops) -> Finding:
    if (still := now.get(finding.finding_id)) is not None:
        action = finding.action if is_decided(finding) else still.action
        return replace(still, action=action, dropped=finding.dropped)
    if gone := _gone(finding, drops):
        return _settled_by_drop(finding, gone, drops)
    # a gap that grew when its neighbour was dropped: the larger one is a finding of its own
    action = finding.action if is_decided(finding) else "decided"
    return replace(finding, message=Text.of("finding.settled"), action=action)


def _of_what_was_read(finding: Finding, drops: Drops) -> Finding:
    gone = _gone(finding, drops)
    if not gone:
        return finding
    if len(gone) == len(finding.feature_ids):
        return _settled_by_drop(finding, gone, drops)
    message = Text.of("finding.settled_in_part", found=finding.message, features=", ".join(gone))
    return replace(finding, message=message)


def _gone(finding: Finding, drops: Drops) -> list[str]:
    return [feature for feature in finding.feature_ids if (finding.layer, feature) in drops]


def _settled_by_drop(finding: Finding, gone: Sequence[str], drops: Drops) -> Finding:
    message = Text.of("finding.settled_by_drop", features=", ".join(gone))
    action = finding.action if is_decided(finding) else drops[finding.layer, gone[0]]
    return replace(finding, message=message, action=action)
