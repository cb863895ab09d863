"""The tables that ``urbanplan inspect`` prints for ``project.toml``, with what is left to say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from urbanplan_gis.loaders.crs.placement import describe, say_keys
from urbanplan_gis.loaders.formats import DRIVERS
from urbanplan_gis.loaders.inspection.layers import InspectedLayer
from urbanplan_gis.loaders.inspection.suggestions import Suggestion
from urbanplan_gis.loaders.inspection.words import Unfit, split_name
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import Role
from urbanplan_gis.text import LANGUAGES, Text

#: formats whose fields are ours and need not be named (loaders.sources)
_OWN_FIELDS = (".dxf", ".dgn", ".pbf", ".osm")
_SURVEYS = (Role.LAND_USE, Role.LAND_COVER)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LONGEST_NAME = 60
_ALTERNATIVES = 6


def layer_block(layer: InspectedLayer, lang: str, taken: set[tuple[str, str]]) -> Iterator[str]:
    """The table of one layer; ``taken`` are roles and names used already, to which it adds."""
    suggested = layer.suggestion
    role = layer.role or (str(suggested.role) if suggested else "")
    if not role:
        return
    if suggested is not None:
        percent = round(100 * suggested.score)
        yield from comments(Text.of("inspect.suggested", role=role, percent=percent), lang)
    if role == Role.UNITS:
        yield from comments(Text.of("inspect.replace_units"), lang)
    # a further table of the same role needs the form for several
    yield f"[[layers.{role}]]"
    yield f"path = {quoted(layer.file)}"
    if layer.layer:
        yield f"layer = {quoted(layer.layer)}"
    yield f"name = {quoted(_free_name(layer, role, taken))}"
    yield from _placement_keys(layer, lang)
    own = Path(layer.file).suffix.lower() in _OWN_FIELDS
    if suggested is not None:
        yield from _suggested_keys(suggested, own)
        yield from _hints(layer, suggested, own, lang)


def raster_block(label: str, role: str, lang: str) -> Iterator[str]:
    """The table of a grid."""
    yield f"[[layers.{role}]]"
    yield f"path = {quoted(label)}"
    yield from _dates(label, role, lang)


def table_block(label: str, sheet: str, fields: Mapping[str, str]) -> Iterator[str]:
    """The table of one sheet of statistics."""
    yield "[[statistics]]"
    yield f"path = {quoted(label)}"
    if sheet:
        yield f"sheet = {quoted(sheet)}"
        yield f"name = {quoted(sheet)}"
    yield f"fields = {_inline(fields)}"


def comments(text: Text, lang: str) -> list[str]:
    """A remark as comments, a line for each language."""
    languages = LANGUAGES if lang == "both" else (lang,)
    return [f"# {text.say(language)}" for language in languages]


def quoted(text: str) -> str:
    """A TOML string, once the line it stands on is legible (:mod:`urbanplan_gis.legible`)."""
    return json.dumps(text, ensure_ascii=False)


def _inline(pairs: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {quoted(value)}" for key, value in pairs.items()) + " }"


def _free_name(layer: InspectedLayer, role: str, taken: set[tuple[str, str]]) -> str:
    """A short name no other source of the role has."""
    told = layer.layer.split("|")[-1] or layer.file
    path = Path(told)
    stem = path.stem if not layer.layer or path.suffix.lower() in DRIVERS else told
    name = re.sub(r"[^\w.-]+", "_", stem)[:_LONGEST_NAME]
    number, free = 2, name
    while (role, free) in taken:
        number, free = number + 1, f"{name}_{number}"
    taken.add((role, free))
    return free


def _placement_keys(layer: InspectedLayer, lang: str) -> Iterator[str]:
    """Where it lies, where the file does not say so or not rightly; choices as comments."""
    found = layer.placement
    if found is None:
        return
    if not found.sure:
        yield from comments(Text.of("inspect.choose"), lang)
        for item in (found.placement, *found.alternatives)[:_ALTERNATIVES]:
            said = describe(item).say(LANGUAGES[0] if lang == "both" else lang)
            first, *others = say_keys(item).split(", ")
            yield f"# {first}  # {said}"
            yield from (f"# {key}" for key in others)
    elif found.changed or not layer.crs:
        yield from say_keys(found.placement).split(", ")


def _suggested_keys(suggested: Suggestion, own: bool) -> Iterator[str]:
    if suggested.fields and not own:
        yield f"fields = {_inline(suggested.fields)}"
    if ROLE_FIELDS[suggested.role].coded:
        yield f"code_list = {quoted(suggested.code_list)}"
    if suggested.recognise:
        yield "recognise = true"
        if suggested.colour and not own:
            yield f"colour = {quoted(suggested.colour)}"


def _hints(layer: InspectedLayer, suggested: Suggestion, own: bool, lang: str) -> Iterator[str]:
    """What the planner has to add or may add, as comments."""
    if not own:
        for item in suggested.unfit:
            yield from comments(_unfit(suggested.role, item), lang)
        for column in suggested.missing:
            yield from comments(Text.of("inspect.missing", column=column), lang)
    if suggested.role is Role.ZONING and "plan_id" not in suggested.fields:
        yield from comments(Text.of("inspect.plan_id"), lang)
        yield '# set = { plan_id = "..." }'
    yield from _dates(f"{layer.file} {layer.layer}", str(suggested.role), lang)
    if layer.open_layers:
        yield from comments(Text.of("inspect.polygonise"), lang)
        yield f"# polygonise = [{', '.join(quoted(name) for name in layer.open_layers)}]"


def _dates(told: str, role: str, lang: str) -> Iterator[str]:
    """Of surveys of several years each counts for its own time: the days it could begin and end."""
    year = _YEAR.search(split_name(told))
    if role in _SURVEYS and year is not None:
        yield from comments(Text.of("inspect.dates"), lang)
        yield f"# valid_from = {year[0]}-01-01"
        yield f"# valid_to = {int(year[0]) + 1}-01-01"


def _unfit(role: Role, item: Unfit) -> Text:
    """Why a field is not suggested for the column its name suggests."""
    field = ROLE_FIELDS[role].field(item.column)
    values = ", ".join(f"«{value}»" for value in item.values)
    if field is None or not field.tokens:
        return Text.of("inspect.unfit", column=item.column, field=item.field, values=values)
    return Text.of(
        "inspect.unfit_tokens",
        column=item.column,
        field=quoted(item.field),
        values=", ".join(f'{quoted(value)} = "..."' for value in item.values),
        tokens=" | ".join(token for token in field.tokens if token),
    )
