"""Plans and findings in words: their standing, what they are, in which layer."""

from __future__ import annotations

from urbanplan_gis.outputs.atlas.ground import FindingRow, PlanRow
from urbanplan_gis.outputs.atlas.words import printable
from urbanplan_gis.text import date, keys, say


def plan_words(row: PlanRow) -> str:
    """A plan's id and name; the id alone where it has no other name."""
    own = row.name not in ("", row.plan_id)
    return printable(f"{row.plan_id} {row.name}" if own else row.plan_id)


def approved_words(row: PlanRow, lang: str) -> str:
    """The day of approval, or that none is stated."""
    return date(row.approved, lang) if row.approved else say("map.block.undated", lang)


def standing_words(row: PlanRow, lang: str) -> str:
    """Whether a plan is in force at the day asked, and why not."""
    if row.in_force:
        return say("atlas.plan.in_force", lang)
    if row.revoked:
        return say("atlas.plan.revoked", lang, date=row.revoked)
    if row.replaced_by:
        return say("atlas.plan.replaced", lang, by=printable(row.replaced_by))
    return say("atlas.plan.not_in_force", lang)


def finding_words(row: FindingRow, lang: str) -> str:
    """What a finding is, and in which layer."""
    return in_layer(row.code, row.layer, lang)


def in_layer(code: str, layer: str, lang: str) -> str:
    """What the findings of a code are, and in which layer they lie."""
    name = finding_name(code, lang)
    return say("atlas.finding.in_layer", lang, name=name, layer=layer_name(layer, lang))


def finding_name(code: str, lang: str) -> str:
    """What a finding is in a few words; its code where the catalogue has none."""
    key = f"finding_name.{code}"
    return say(key, lang) if key in keys() else printable(code)


def layer_name(layer: str, lang: str) -> str:
    """The name of a layer for people."""
    key = f"layer.{layer}"
    return say(key, lang) if key in keys() else printable(layer)
