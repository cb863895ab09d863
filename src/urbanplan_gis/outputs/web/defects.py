"""The findings, to be stepped through: where they are, what they say, what they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.outputs.layer_forms import choice_words
from urbanplan_gis.outputs.layer_styles import SEVERITY_COLOURS
from urbanplan_gis.outputs.web.encoding import pack_shapes
from urbanplan_gis.outputs.web.plane import Plane
from urbanplan_gis.outputs.web.sentences import sentence, written_in
from urbanplan_gis.outputs.web.words import pair
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import LANGUAGES, Text, number

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

#: more would make the page heavy; the table holds them all
MOST = 5000
_CITY = "city"
_EFFECTS = 4
#: features named on the page; the table names them all
_FEATURES = 8
#: other ways to resolve a finding that no decision can say: they tell what it weighs
_NOT_WRITTEN = frozenset({"keep_here", "declared", "median"})


def findings(run: StoredRun, plane: Plane) -> dict[str, Any]:
    """Findings in the order of the table: those that move figures most come first."""
    frame = run.layer("findings") if "findings" in run.layers else None
    if frame is None or frame.empty:
        return {"list": [], "total": 0, "legend": _legend(), "areas": None, "lines": None}
    shown = frame.iloc[:MOST]
    effects = _effects(run, set(shown["finding_id"]))
    lang = written_in(run)
    listed = []
    for row in shown.to_dict("records"):
        features = [name for name in str(row["feature_ids"] or "").split(";") if name]
        listed.append(
            {
                "id": str(row["finding_id"]),
                "severity": str(row["severity"]),
                "layer": str(row["layer"]),
                "features": features[:_FEATURES],
                "more": max(0, len(features) - _FEATURES),
                "message": sentence(str(row["message"]), lang),
                "action": str(row["action"] or ""),
                "hectares": None if pd.isna(row["area_ha"]) else float(row["area_ha"]),
                "at": _place(row, plane),
                "effects": effects.get(row["finding_id"], []),
            }
        )
    shapes = np.asarray(shown.geometry.array, dtype=object)
    return {
        "list": listed,
        "total": len(frame),
        "legend": _legend(),
        "areas": _part(shapes, 2, shown, plane),
        "lines": _part(shapes, 1, shown, plane),
    }


def _legend() -> list[dict[str, Any]]:
    return [
        {
            "id": str(severity),
            "name": pair(Text.of(f"severity.{severity}")),
            "sign": {"line": colour, "mm": 0.3},
        }
        for severity, colour in SEVERITY_COLOURS.items()
    ]


def _part(shapes: Any, dimension: int, shown: pd.DataFrame, plane: Plane) -> dict[str, Any] | None:
    """The areas, or the lines, of findings, and to which finding each belongs."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    inner, place = shapely.get_parts(parts, return_index=True)  # collections hold multi-parts
    wanted = (shapely.get_dimensions(inner) == dimension) & ~shapely.is_empty(inner)
    if not wanted.any():
        return None
    owners = owner[place][wanted]
    pieces = shapely.simplify(inner[wanted], plane.quantum * 2)
    order = [str(severity) for severity in SEVERITY_COLOURS]
    severities = shown["severity"].to_numpy()[owners]
    return {
        "shapes": pack_shapes(pieces, plane.origin, plane.quantum).data,
        "of": owners.tolist(),
        "class": [order.index(str(name)) for name in severities],
    }


def _place(row: dict[str, Any], plane: Plane) -> list[float] | None:
    if pd.isna(row["x"]) or pd.isna(row["y"]):
        return None
    return [
        round(float(row["x"]) - plane.origin[0], 1),
        round(float(row["y"]) - plane.origin[1], 1),
    ]


def other_choice(written: str) -> dict[str, Any]:
    """The other choice in words (none for one not known), and as ``decisions.csv`` writes it."""
    words = choice_words(written)
    if words is None:
        return {"written": written}
    is_decision = words.key.removeprefix("web.choice.") not in _NOT_WRITTEN
    return {"words": pair(words)} | ({"written": written} if is_decision else {})


def _effects(run: StoredRun, wanted: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Finding -> by how much it moves the default figures of the city, then those of units."""
    table = run.table("effects")
    table = table[
        table["finding_id"].isin(wanted) & table["figure_id"].isin(run.manifest["defaults"])
    ]
    found: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        indicator, _, rest = row["figure_id"].partition("/")
        item = indicators().get(indicator)
        if item is None or not row["delta"]:
            continue
        # the code of a unit may hold slashes: an id is read from its ends
        unit, state = rest.rpartition("@")[0], rest.split("/")[-2]
        delta = float(row["delta"])
        decimals = next((d for d in range(item.decimals, 9) if round(delta, d)), 9)
        words = {}
        for lang in LANGUAGES:
            sign = "+" if delta > 0 else "−" if delta < 0 else ""
            words[lang] = f"{sign}{number(abs(delta), lang, decimals)}"
        found.setdefault(row["finding_id"], []).append(
            {"indicator": indicator, "unit": unit, "state": state, "delta": words,
             "choice": other_choice(row["alternative"])}
        )  # fmt: skip
    for name, items in found.items():
        items.sort(key=lambda item: item["unit"] != _CITY)
        more = len(items) - _EFFECTS
        found[name] = items[:_EFFECTS]
        if more > 0:
            found[name].append({"more": more})
    return found
