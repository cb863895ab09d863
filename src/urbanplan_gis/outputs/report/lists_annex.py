"""The lists of the form: plans, and projects behind schedule."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from urbanplan_gis.outputs.report.annex import MOST_ROWS, annex, more_rows, without
from urbanplan_gis.outputs.report.content import Section, Table
from urbanplan_gis.outputs.report.lines import Figures
from urbanplan_gis.outputs.report.tables import heads
from urbanplan_gis.outputs.report.wording import NOTHING, Words, real

_LEAST_HA = 0.01


def plans_section(figures: Figures, number: str, words: Words) -> Section:
    """The list of plans: decision, date, approving level, hectares, replaced by, in force."""
    plans = figures.run.table("plans").to_dict("records")
    if not plans:
        return without(number, "plans", words)
    rows = tuple(
        (
            str(count),
            words.data(plan["name"]) or plan["plan_id"],
            words.data(plan["plan_id"]),
            words.token("plan_kind", plan["kind"]),
            words.data(plan["decision"]) or words.say("blank.short"),
            words.day(plan["approved"]) if plan["approved"] else words.say("plans.undated"),
            words.say("blank.short"),
            words.number(float(plan["area_ha"]), 2) if plan["area_ha"] else NOTHING,
            words.data(plan["replaced_by"]) or NOTHING,
            words.day(plan["revoked"]) if plan["revoked"] else NOTHING,
            words.known("table.yes" if plan["in_force"] == "1" else "table.no"),
        )
        for count, plan in enumerate(plans[:MOST_ROWS], start=1)
    )
    columns = heads(
        words,
        ("main.number", 0.45, "center"),
        ("name", 2.2),
        ("plan_id", 1.2),
        ("kind", 1.3),
        ("decision", 1.2),
        ("approved", 0.9, "center"),
        ("plans.level", 0.9, "center"),
        ("area_ha", 1.0, "right"),
        ("replaced_by", 0.9, "center"),
        ("revoked", 0.9, "center"),
        ("in_force", 1.0, "center"),
    )
    notes = (words.say("plans.note"), *more_rows(len(plans), "plans.csv", words))
    table = Table(words.say("plans.caption"), columns, rows, notes=notes)
    return annex(number, "plans", (table,), words)


def projects_section(figures: Figures, number: str, words: Words) -> Section:
    """Projects behind schedule: no layer says when a project is due, so the list says what is
    there, and what the office has to add."""
    if "projects" not in figures.run.layers:
        return without(number, "projects", words)
    projects = figures.run.layer("projects")
    sizes = projects.geometry.area / 1e4
    largest = sizes.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    rows = tuple(
        (
            str(count),
            _named(project, words),
            _hectares(project.get("declared_area_ha"), words),
            _hectares(hectares, words),
            words.say("blank.short"),
        )
        for count, (project, hectares) in enumerate(
            zip(projects.loc[largest].to_dict("records"), sizes[largest], strict=True), start=1
        )
    )
    columns = heads(
        words,
        ("main.number", 0.4, "center"),
        ("name", 3.0),
        ("projects.declared", 1.2, "right"),
        ("projects.drawn", 1.2, "right"),
        ("projects.progress", 1.6, "center"),
    )
    more = more_rows(len(projects), words.say("projects.place"), words)
    notes = (words.say("projects.note"), *more)
    table = Table(words.say("projects.caption"), columns, rows, notes=notes)
    return annex(number, "projects", (table,), words)


def _named(project: Mapping[Hashable, object], words: Words) -> str:
    """The name of a project; of one without, the id it has in its layer."""
    name = project["name"]
    if isinstance(name, str) and name.strip():
        return words.data(name)
    return words.say("projects.nameless", id=words.data(str(project["feature_id"])))


def _hectares(cell: object, words: Words) -> str:
    """Hectares to the hundredth; what is smaller is not nothing."""
    value = real(cell)
    if value is None:
        return NOTHING
    if 0 < value < _LEAST_HA:
        return words.say("projects.below", least=words.number(_LEAST_HA, 2))
    return words.number(value, 2)
