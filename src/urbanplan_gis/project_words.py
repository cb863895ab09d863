"""Where a value of ``project.toml`` stands and what it should have been, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from urbanplan_gis.text import Text

#: pydantic's kinds of mistake -> key of the catalogue (``error.wanted.<key>``)
_KEYS = {
    "literal_error": "one_of",
    "enum": "one_of",
    "int_type": "whole",
    "int_parsing": "whole",
    "int_from_float": "whole",
    "float_type": "number",
    "float_parsing": "number",
    "finite_number": "finite",
    "string_type": "string",
    "bool_type": "switch",
    "bool_parsing": "switch",
    "date_type": "date",
    "date_parsing": "date",
    "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
    "greater_than": "above",
    "greater_than_equal": "from",
    "less_than": "below",
    "less_than_equal": "up_to",
    "list_type": "list",
    "tuple_type": "list",
    "dict_type": "table",
    "dataclass_type": "table",
    "string_too_short": "some_text",
    "string_pattern_mismatch": "some_text",
}
_LIMITS = ("gt", "ge", "lt", "le", "expected")


def wanted(problem: Mapping[str, Any]) -> Text | str:
    """The catalogue's words for one of pydantic's errors; its own for kinds we do not know."""
    key = _KEYS.get(problem["type"])
    if key is None:
        return problem["msg"]
    context = problem.get("ctx", {})
    limit = next((str(context[name]) for name in _LIMITS if name in context), "")
    return Text.of(f"error.wanted.{key}", limit=limit.replace(" or ", ", "))


def dotted_place(place: list[Any], table: dict[str, Any]) -> str | None:
    """The dotted place, without pydantic's names of union branches; None for the other branch."""
    if place and place[0] == "layers" and len(place) > 2:
        given = table.get("layers", {}).get(place[1])
        branch = str(place[2])
        is_list = isinstance(given, list)
        if branch.startswith("list") != is_list and branch.startswith(("list", "LayerSource")):
            return None
        place = [*place[:2], *place[3:]]
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text or "project.toml"
