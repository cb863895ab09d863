"""What a value of ``project.toml`` should have been, in both languages."""

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
