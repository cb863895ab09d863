"""Which layers and tables a figure rests on, and who published them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from urbanplan_gis.model.data import Origin, Role
from urbanplan_gis.model.figures import Definition
from urbanplan_gis.outputs.report.lines import Line
from urbanplan_gis.outputs.report.wording import Words
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.standards.class_sets import class_sets

STATISTICS = "statistics"
#: labels and statistics whose layer has another name
_ROLE_OF = {"centrelines": "roads", "grid_residents": "population", "official_area": "units"}


def roles_behind(definition: Definition, state: str) -> tuple[str, ...]:
    """The layers a definition measures, the units first, ``statistics`` last."""
    found = {str(Role.UNITS), *_roles(definition, state)}
    order = [*(str(role) for role in Role), STATISTICS]
    return tuple(name for name in order if name in found)


def _roles(definition: Definition, state: str) -> Iterator[str]:
    measures = [item for item in (definition.numerator, definition.denominator) if item]
    for measure in measures:
        for condition in measure.where:
            yield _ROLE_OF.get(condition.label, condition.label)
            chosen = class_sets().get(condition.set_name)
            if chosen is not None:
                yield from (inner.label for inner in chosen.only_within.values())
            if condition.label == "land_use" and state == "planned":
                yield from ("zoning", "plans")
        if measure.kind == "green_area":
            yield "green"
        if measure.kind == "floor_area":
            yield "buildings"
        yield from (_ROLE_OF.get(name, STATISTICS) for name in measure.of)
    if definition.scope == "general_plan":
        yield "general_plan"


def source_words(run: StoredRun, line: Line, words: Words, most: int | None = None) -> str:
    """The documents a figure is made from, each once; no more than ``most``."""
    definition = line.definition
    if definition is None or line.value is None:
        return words.say("nothing")
    said: dict[str, None] = {}
    for role in roles_behind(definition, line.state):
        for origin in run.origins_by_role.get(role, ()):
            said[origin_words(origin, words)] = None
    named = [text for text in said if text]
    if most is not None and len(named) > most:
        more = words.say("more_sources", count=len(named) - most)
        named = [*named[:most], more]
    return "; ".join(named) or words.say("nothing")


def origin_words(origin: Origin, words: Words) -> str:
    """Who published a source, which document it is, of which day; else the name of its file."""
    date = words.date(origin.date) if origin.date else ""
    parts = [words.data(part) for part in (origin.publisher, origin.document) if part]
    # the last part of the path: where it lies is for the annex on sources
    name = PurePosixPath(origin.path.replace("\\", "/")).name or origin.source
    return ", ".join([*parts, *([date] if date else [])]) or words.data(name)
