"""What a source's features tell as findings: those set aside, and those read with some change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.loaders.identifiers import FeatureIds
from urbanplan_gis.loaders.raw import RawLayer
from urbanplan_gis.loaders.shapes import Shapes, finite_mask
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.loaders.text.legacy import ColumnText
from urbanplan_gis.loaders.values import shorten
from urbanplan_gis.model.data import Finding, Severity
from urbanplan_gis.text import Text

_ERRORS = frozenset({"not_finite", "unreadable_geometry"})
#: what was never meant to be a feature of the layer
_EXPECTED = frozenset(
    {"code_ignored", "not_selected", "tag_ignored", "water_outside_parks", "deleted_object",
     "joined_into_ring", "paper_space", "drawn_twice"}
)  # fmt: skip
#: reasons for which the value of a feature does not matter
_WITHOUT_VALUE = frozenset({"not_selected", "tag_ignored", "water_outside_parks", "deleted_object"})
#: text decoded with less confidence than this is to be looked at
_SURE = 0.95
_REMARKS_SHOWN = 3


def tell_set_aside(
    source: SourceFile,
    why: np.ndarray,
    types: np.ndarray,
    values: pd.Series,
    ids: pd.Series,
    geometry: np.ndarray,
    place: np.ndarray | None = None,
) -> list[Finding]:
    """One finding for each reason, type of geometry and code value.

    Of features that were never asked for the value does not matter.
    """
    shown = values.where(~np.isin(why.astype(str), list(_WITHOUT_VALUE)), "").to_numpy()
    table = pd.DataFrame({"why": why, "type": types, "value": shown, "id": ids})
    findings = []
    for (reason, kind, value), group in table[table["why"] != ""].groupby(
        ["why", "type", "value"], sort=True
    ):
        message = Text.of(
            f"finding.{reason}",
            source=source.name,
            type=kind,
            value=shorten(value),
            count=len(group),
        )
        area = None
        if reason == "code_ignored":
            area = float(shapely.area(geometry[group.index]).sum())
        findings.append(
            Finding(
                str(reason),
                _severity(str(reason)),
                source.role,
                tuple(group["id"]),
                message,
                action="set_aside",
                geometry=_pointer(geometry[group.index], str(reason))
                or _known_place(place, group.index),
                area_m2=area,
                dropped=len(group),
            )
        )
    return findings


def _known_place(place: np.ndarray | None, rows: pd.Index) -> shapely.Geometry | None:
    """Where a feature without geometry lies, if its reader knew."""
    known = [] if place is None else [item for item in place[rows] if item is not None]
    return known[0] if known else None


def _severity(reason: str) -> Severity:
    if reason in _ERRORS:
        return Severity.ERROR
    return Severity.INFO if reason in _EXPECTED else Severity.WARNING


def _pointer(geometry: np.ndarray, reason: str) -> shapely.Geometry | None:
    """A point on the largest of the geometries, where there is one to point at."""
    if reason in ("no_geometry", "not_finite", "unreadable_geometry"):
        return None
    usable = geometry[finite_mask(geometry)]
    if not len(usable):
        return None
    # of coordinates near the end of what numbers can be
    with np.errstate(invalid="ignore", over="ignore"):
        return shapely.point_on_surface(usable[int(np.argmax(shapely.length(usable)))])


def tell_notes(
    source: SourceFile, raw: RawLayer, kept: np.ndarray, ids: pd.Series
) -> list[Finding]:
    """What the reader assumed of features that are kept, or could not understand."""
    findings = []
    for note in raw.notes:
        rows = note.rows & kept
        if rows.any():
            message = Text.of(
                f"finding.{note.code}", source=source.name, count=int(rows.sum()), **note.params
            )
            named = tuple(ids[rows])
            findings.append(
                Finding(note.code, Severity.WARNING, source.role, named, message, action="assumed")
            )
    return findings


def tell_changed(
    source: SourceFile,
    raw: RawLayer,
    shapes: Shapes,
    kept: np.ndarray,
    named: FeatureIds,
    geometry: np.ndarray,
) -> list[Finding]:
    """What was found in features that stay."""
    ids = named.unique
    cases = {
        "duplicate_id": (named.repeated, Severity.WARNING, "repaired"),
        "missing_id": (named.missing, Severity.INFO, "assumed"),
        "mixed_geometry": (shapes.mixed & kept, Severity.WARNING, "repaired"),
        "curves_straightened": (raw.curved & kept, Severity.INFO, "repaired"),
        "ring_closed": (raw.mended & kept, Severity.WARNING, "repaired"),
        "encoding_assumed": (kept & raw.encoding_assumed, Severity.WARNING, "assumed"),
    }
    findings = []
    for code, (mask, severity, action) in cases.items():
        if not mask.any():
            continue
        concerned = () if code == "encoding_assumed" else tuple(ids[mask])
        message = Text.of(
            f"finding.{code}", source=source.name, count=int(mask.sum()), encoding=raw.encoding
        )
        place = None if code == "encoding_assumed" else _pointer(geometry[mask], code)
        findings.append(
            Finding(code, severity, source.role, concerned, message, action, geometry=place)
        )
    return findings


def tell_hidden(
    source: SourceFile,
    raw: RawLayer,
    kept: np.ndarray,
    values: pd.Series,
    ids: pd.Series,
    geometry: np.ndarray,
) -> list[Finding]:
    """What a drawing does not show counts all the same, unless the project file says which does.

    A layer is off for a moment, or frozen because it is superseded: the file does not tell.
    """
    if raw.hidden is None or "hidden" in source.facts.only:
        return []
    rows = np.flatnonzero(kept & raw.hidden)
    findings = []
    for value, group in values.iloc[rows].groupby(values.iloc[rows]):
        area = float(np.nansum(shapely.area(geometry[group.index])))
        message = Text.of(
            "finding.hidden_entity", source=source.name, value=shorten(str(value)), count=len(group)
        )
        findings.append(
            Finding(
                "hidden_entity", Severity.WARNING, source.role, tuple(ids[group.index]), message,
                "kept", geometry=_pointer(geometry[group.index], ""), area_m2=area,
            )
        )  # fmt: skip
    return findings


def tell_remarks(source: SourceFile, raw: RawLayer) -> list[Finding]:
    """What was broken in the file itself and mended while it was read."""
    if not raw.remarks:
        return []
    shown = "; ".join(raw.remarks[:_REMARKS_SHOWN])
    message = Text.of(
        "finding.file_mended", source=source.name, count=len(raw.remarks), remarks=shown
    )
    return [Finding("file_mended", Severity.WARNING, source.role, (), message, "repaired")]


def tell_texts(
    source: str,
    layer: str,
    texts: Mapping[str, ColumnText],
    decoded: Mapping[str, Iterable[object]],
) -> list[Finding]:
    """What was understood of columns of text: decoded ones, and those nobody can read."""
    findings = []
    for field, found in texts.items():
        words = (value for value in decoded[field] if isinstance(value, str))
        examples = [word for word in words if not word.isascii()]
        params = {
            "source": source,
            "field": field,
            "encoding": found.encoding,
            "confidence": round(100 * found.confidence),
            "changed": found.changed,
            "undecided": found.undecided,
            "reason": found.reason,
            "example": f"«{examples[0][:60]}»" if examples else "-",
        }
        if found.changed:
            severity = Severity.INFO if found.confidence >= _SURE else Severity.WARNING
            findings.append(
                Finding(
                    "text_decoded", severity, layer, (),
                    Text.of("finding.text_decoded", **params), action="repaired",
                )
            )  # fmt: skip
        if found.undecided:
            findings.append(
                Finding(
                    "text_undecided", Severity.WARNING, layer, (),
                    Text.of("finding.text_undecided", **params), action="kept",
                )
            )  # fmt: skip
    return findings
