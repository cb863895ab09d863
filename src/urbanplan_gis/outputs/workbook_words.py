"""Words of the workbook: sheets, headers of columns, tokens."""

from __future__ import annotations

from urbanplan_gis.text import keys, languages, say

_BETWEEN = " · "


def sheet_name(key: str, lang: str) -> str:
    """The name on the tab; both languages fit into its 31 letters."""
    return _BETWEEN.join(dict.fromkeys(say(f"sheet.{key}", one) for one in languages(lang)))


def head(key: str, lang: str) -> str:
    """The words of a column of the calculation, one language a line."""
    return "\n".join(dict.fromkeys(say(f"workbook.column.{key}", one) for one in languages(lang)))


#: where words of units of measure stand, those of the figures first
_UNITS = ("unit_of", "class_unit", "report.unit")


def known_word(prefix: str, token: str, lang: str) -> str:
    """A token in words; one the catalogue does not have stays as it is."""
    places = _UNITS if prefix == "unit_of" else (prefix,)
    key = next((f"{place}.{token}" for place in places if f"{place}.{token}" in keys()), None)
    return token if key is None else say(key, lang)


def label_words(label: str, lang: str) -> str:
    return say(f"layer.{label}", lang)


def sub_use(item: tuple[str, str, str], lang: str) -> str | None:
    """The sub-use of a class (code list, code, sub-use) in words; None where it has none."""
    return known_word("workbook.sub_use", item[2], lang) if item[2] else None
