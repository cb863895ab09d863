"""The map themes: which layers show together, one theme for each section of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from urbanplan_gis.outputs.qgis.content import BORDERS, COVERAGE, FIGURES, PLACES, layer_words
from urbanplan_gis.outputs.qgis.layers import LOTS, PLANNED_LOTS, TRANSPORT, ProjectLayer
from urbanplan_gis.text import languages, say

_FINDINGS = (PLACES, "findings_points", "findings_lines", "findings_areas")
#: theme -> the layers that make it, of which one must be there, and those beside them
_THEMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "existing_land_use": (("land_use",), (LOTS, BORDERS, "units")),
    "planned_land_use": (("zoning",), ("plans", BORDERS, "units")),
    "general_plan": (("general_plan",), (BORDERS, "units")),
    "zoning_coverage": ((COVERAGE,), ("plans", "projects", BORDERS, "units")),
    "roads_transport": (
        ("roads", "right_of_way", TRANSPORT), ("parking", BORDERS, "units"),
    ),
    "green_space": (("green",), ("right_of_way", BORDERS, "units")),
    "findings": (_FINDINGS, ("right_of_way", LOTS, PLANNED_LOTS, BORDERS, "units")),
}  # fmt: skip


@dataclass(frozen=True)
class MapTheme:
    """Layers that show together, from the top down.

    ``name`` begins with its number in the report's order; ``titles`` are its name in each language.
    """

    key: str
    name: str
    titles: tuple[str, ...]
    layers: tuple[ProjectLayer, ...]


def map_themes(layers: Sequence[ProjectLayer], lang: str) -> list[MapTheme]:
    """The themes there are layers for, in the order of the report."""
    known = [item.key for item in layers]
    wanted: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
        ("city", ("units",), (BORDERS, "roads", "green"))
    ]
    for key in known:
        if key.startswith(FIGURES):
            wanted.append((key, (key,), (BORDERS,)))
    wanted += [(key, subject, beside) for key, (subject, beside) in _THEMES.items()]
    themes = []
    for key, subject, beside in wanted:
        if not set(subject) & set(known):
            continue
        chosen = tuple(item for item in layers if item.key in (*subject, *beside))
        name = f"{len(themes) + 1:02d} {_words(key, lang)}"
        titles = tuple(_words(key, one) for one in languages(lang))
        themes.append(MapTheme(key, name, titles, chosen))
    return themes


def _words(key: str, lang: str) -> str:
    return layer_words(key, lang) if key.startswith(FIGURES) else say(f"qgis.theme.{key}", lang)
