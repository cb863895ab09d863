"""What the project shows beside the layers of the run: figures by unit, borders, places, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, MultiLineString

from urbanplan_gis.outputs.geopackage import FINDINGS
from urbanplan_gis.outputs.layer_forms import choice_words, layer_forms
from urbanplan_gis.outputs.layer_styles import SEVERITY_COLOURS
from urbanplan_gis.outputs.sheets import SheetData, sheet_names
from urbanplan_gis.outputs.sheets.choropleth import figures_of, indicator_theme, share_of_target
from urbanplan_gis.outputs.sheets.symbols import INCOMPLETE, Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme, unit_borders, unit_names
from urbanplan_gis.outputs.sheets.themes import zoning_coverage
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.styling import FILL, LINE, Category, Labels, LayerStyle, categorized
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import LANGUAGES, Name, Text, number, say

BORDERS, COVERAGE, PLACES, UNIT_FIGURES = "borders", "coverage", "finding_places", "unit_figures"
#: layers of figures are named by their indicator
FIGURES = "figures_"
#: tables of the run that a layer's features open into, or that are worth a look of their own
TABLES = ("indicators", "targets", "land_balance", "ward_readiness", "statistics", "effects")
_INDICATOR_SHEET = "indicator_"
_SHARE, _UNSURE = "share:", "incomplete"
_LEAST_BOX_M = 30.0
_SHOWN_EFFECTS = 3
#: letters of a name on the map
_LABEL = 60
_DECIDED = "decided:"
#: columns of tables that are names even where they look like numbers
_NAMES = frozenset({"unit_code", "unit_name", "boundaries", "code", "name", "finding_id",
                    "figure_id", "source", "path", "document", "article", "definition", "date",
                    "as_of", "note", "alternative"})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shown:
    """A layer or table made for the project, and how it looks (tables: only their forms)."""

    name: str
    frame: pd.DataFrame
    style: LayerStyle
    #: how it was computed, what was assumed
    notes: tuple[str, ...] = ()


def side_content(run: StoredRun, data: SheetData) -> list[Shown]:
    """All layers and tables of the side file, in their order; ``data`` is the run's."""
    made = [_borders(data)]
    named = sheet_names(data)
    made += [
        _figures(data, name.removeprefix(_INDICATOR_SHEET))
        for name in named
        if name.startswith(_INDICATOR_SHEET)
    ]
    if "zoning_coverage" in named:
        made.append(_coverage(data))
    made.append(_places(run))
    made.append(_unit_figures(run))
    made += [_table(run, name) for name in TABLES if name in run.tables]
    return made


def _borders(data: SheetData) -> Shown:
    """Each border once, so that its dashes stay dashes."""
    classes = unit_borders(data)
    return _of_classes(BORDERS, classes, LINE, data)


def _coverage(data: SheetData) -> Shown:
    wanted = ("covered", "not_covered", "covered_outside")
    theme = zoning_coverage(data)
    classes = [entry for entry in theme.classes if entry.key in wanted]
    shown = _of_classes(COVERAGE, classes, FILL, data)
    frame = shown.frame.assign(area_ha=gpd.GeoSeries(shown.frame["geometry"]).area / 1e4)
    style = _with_forms(COVERAGE, frame, shown.style, data.lang)
    return replace(shown, frame=frame, style=style, notes=theme.notes)


def _of_classes(name: str, classes: Sequence[MapClass], kind: str, data: SheetData) -> Shown:
    """A layer of the classes of a sheet: one row for each shape."""
    keys = [entry.key for entry in classes for _ in entry.shapes]
    words = [entry.name for entry in classes for _ in entry.shapes]
    shapes = [shape for entry in classes for shape in entry.shapes]
    if kind == LINE:
        # rings are lines to a GIS
        lines = [[LineString(part.coords) for part in shapely.get_parts(s)] for s in shapes]
        shapes = [MultiLineString(parts) for parts in lines]
    frame = gpd.GeoDataFrame({"class": keys, "name": words}, geometry=shapes, crs=data.crs)
    categories = [
        Category(entry.key, entry.name, entry.symbol) for entry in classes if len(entry.shapes)
    ]
    style = categorized("class", categories, kind)
    return Shown(name, frame, _with_forms(name, frame, style, data.lang))


def _figures(data: SheetData, indicator: str) -> Shown:
    """All units by their share of the target, in the steps and colours of the sheets."""
    # the sheets colour the communes that are to become wards alone; a screen has room for all
    everywhere = replace(data, units=data.units.assign(slated=False))
    theme = indicator_theme(everywhere, indicator)
    steps = {}
    for entry in theme.classes:
        if entry.key.startswith(_SHARE):
            steps |= dict.fromkeys(shapely.to_wkb(entry.shapes).tolist(), entry.key)
    unsure = {
        wkb
        for entry in theme.classes if entry.key == _UNSURE
        for wkb in shapely.to_wkb(entry.shapes).tolist()
    }  # fmt: skip
    rows = {str(row["unit_code"]): row for row in figures_of(data, indicator).to_dict("records")}
    order = data.units["code"].argsort()
    units = gpd.GeoDataFrame(data.units.iloc[order].reset_index(drop=True), crs=data.crs)
    shapes = shapely.to_wkb(_mended(units)).tolist()
    names = unit_names(units)
    columns: dict[str, list[object]] = {
        "indicator": [indicators()[indicator].name.say(data.lang)] * len(units),
        "unit_code": [str(code) for code in units["code"]],
        "unit_name": [names[str(code)] for code in units["code"]],
    }
    for name in ("scenario", "definition", "value", "value_unit", "target_year", "target",
                 "target_sense", "gap", "gap_ha", "low", "high", "p_met", "verdict", "basis",
                 "completeness", "note"):  # fmt: skip
        columns[name] = [rows.get(code, {}).get(name) for code in columns["unit_code"]]
    columns["target_share_pct"] = [_percent(rows.get(str(code))) for code in columns["unit_code"]]
    columns["step"] = [steps.get(wkb, "share:no_data") for wkb in shapes]
    columns["unsure"] = [wkb in unsure for wkb in shapes]
    columns["label"] = [
        "\n".join((_short(names[str(code)]), *theme.unit_lines.get(str(code), ())))
        for code in units["code"]
    ]
    frame = gpd.GeoDataFrame(columns, geometry=units.geometry.to_numpy(), crs=units.crs)
    numbers = ["value", "target_year", "target", "gap", "gap_ha", "low", "high", "p_met",
               "completeness", "target_share_pct"]  # fmt: skip
    frame[numbers] = frame[numbers].apply(pd.to_numeric)
    style = _figures_style(frame, theme, data)
    return Shown(f"{FIGURES}{indicator}", frame, style, theme.notes)


def _short(name: str) -> str:
    """A name as there is room for on a map; the whole one stands in its column."""
    return name if len(name) <= _LABEL else name[: _LABEL - 1] + "…"


def _mended(units: gpd.GeoDataFrame) -> np.ndarray:
    """Shapes as the sheets draw them, so that they are found again."""
    shapes = units.geometry.to_numpy()
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    return np.where(broken, shapely.make_valid(shapes, method="structure"), shapes)


def _percent(row: Mapping[str, object] | None) -> float | None:
    share = None if row is None else share_of_target(dict(row))
    return None if share is None or not np.isfinite(share) else 100 * share


def _figures_style(frame: gpd.GeoDataFrame, theme: Theme, data: SheetData) -> LayerStyle:
    """A category for each step and, hatched, for the units of it whose figure is not sure."""
    categories = []
    for entry in theme.classes:
        if not entry.key.startswith(_SHARE):
            continue
        here = frame[frame["step"] == entry.key]
        edged = replace(entry.symbol, edge="#6b6b6b", edge_mm=0.1)
        if not here["unsure"].all():
            categories.append(Category(f"{entry.key}:0", entry.name, edged))
        if here["unsure"].any():
            hatched = replace(edged, hatch=INCOMPLETE.hatch, hatch_color=INCOMPLETE.hatch_color)
            words = f"{entry.name} – {say('qgis.unsure', data.lang)}"
            categories.append(Category(f"{entry.key}:1", words, hatched))
    expression = "\"step\" || CASE WHEN \"unsure\" THEN ':1' ELSE ':0' END"
    categories = [
        replace(entry, where=(("step", entry.value[:-2]), ("unsure", entry.value[-1])))
        for entry in categories
    ]
    labels = Labels("label", 7.5, priority=8)
    style = categorized(expression, categories, FILL, labels)
    return replace(_with_forms(FIGURES, frame, style, data.lang), title='"unit_name"')


def _places(run: StoredRun) -> Shown:
    """Findings, those that move figures most first: a box around each, its worth, the decision."""
    found = run.layer(FINDINGS)
    worth = _worth(run)
    action = found["action"].fillna("")
    decided = action.str.startswith(_DECIDED)
    choice = action.str.removeprefix(_DECIDED).str.strip()
    undecided = say("qgis.undecided", run.lang)
    frame = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, len(found) + 1),
            "finding_id": found["finding_id"],
            "severity": found["severity"],
            "code": found["code"],
            "layer": found["layer"],
            "message": _in_words(found["message"].fillna(""), run),
            "worth": [worth.get(name, "") for name in found["finding_id"]],
            "action": found["action"],
            "decision": np.where(decided, choice, undecided),
            "feature_ids": found["feature_ids"],
            "area_ha": found["area_ha"],
            "x": found["x"],
            "y": found["y"],
        },
        geometry=_boxes(found),
        crs=found.crs,
    )
    categories = [
        Category(str(severity), say(f"severity.{severity}", run.lang), _framed(colour))
        for severity, colour in SEVERITY_COLOURS.items()
        if found["severity"].eq(str(severity)).any()
    ]
    style = categorized("severity", categories, FILL)
    style = replace(style, title=_FINDING_TITLE, width=_STRESSED, drawn=_FRAMED)
    titled = _with_forms(PLACES, frame, style, run.lang)
    return Shown(PLACES, frame, titled)


def _in_words(messages: pd.Series, run: StoredRun) -> list[str]:
    """Messages in the language asked for, where the run told them in both."""
    stored = run.manifest["parameters"].get("language")
    if stored != "both" or run.lang == "both":
        return messages.tolist()
    half = LANGUAGES.index(run.lang)
    return [_half(message, half) for message in messages]


def _half(message: str, half: int) -> str:
    """One language of a message in both; they tell the same, so the middle stroke divides them."""
    parts = message.split(" / ")
    if len(parts) % 2:
        return message
    middle = len(parts) // 2
    return " / ".join(parts[middle:] if half else parts[:middle])


def _framed(colour: str) -> Symbol:
    """A frame around the place; at small scales it shrinks to a mark."""
    return Symbol(line=colour, line_mm=0.35)


#: on a page about one finding that one alone is drawn, in a stronger line
ONE_FINDING = "coalesce(\"finding_id\" = attribute(@atlas_feature, 'finding_id'), true)"
#: on maps of the city frames are marks of what would not be seen; a large frame only hides others
_FRAMED = (
    "coalesce(\"finding_id\" = attribute(@atlas_feature, 'finding_id'), is_selected() "
    "OR @map_scale <= 25000 "
    "OR max(bounds_width($geometry), bounds_height($geometry)) < 0.01 * @map_scale, true)"
)
_STRESSED = "CASE WHEN $id = @atlas_featureid THEN 0.9 ELSE 0.35 END"


_FINDING_TITLE = '"rank" || \'. \' || left("message", 80)'


def _boxes(found: gpd.GeoDataFrame) -> list[object]:
    """A box around each shape, at least 60 m wide; None where a finding has no place."""
    boxes: list[object] = []
    for shape in found.geometry:
        if shape is None or shape.is_empty:
            boxes.append(None)
            continue
        xmin, ymin, xmax, ymax = shape.bounds
        room = max(_LEAST_BOX_M, 0.05 * max(xmax - xmin, ymax - ymin))
        boxes.append(shapely.box(xmin - room, ymin - room, xmax + room, ymax + room))
    return boxes


def _worth(run: StoredRun) -> dict[str, str]:
    """By how much each finding moves the city's default figures, the most moved first."""
    if "effects" not in run.tables:
        return {}
    effects = run.table("effects")
    figures = run.figures.set_index("figure_id")
    wanted = figures[figures["is_default"] & (figures["unit_code"] == "city")]
    effects = effects[effects["figure_id"].isin(wanted.index)]
    effects = effects.assign(delta=pd.to_numeric(effects["delta"])).dropna(subset=["delta"])
    order = effects["delta"].abs().sort_values(ascending=False, kind="stable").index
    lines: dict[str, list[str]] = {}
    for row in effects.loc[order].to_dict("records"):
        figure = wanted.loc[row["figure_id"]]
        words = say(
            "qgis.effect",
            run.lang,
            indicator=indicators()[figure["indicator"]].name,
            state=Text.of(f"state.{figure['scenario']}"),
            delta=_signed(row["delta"]),
            unit=Text.of(f"unit_of_difference.{_difference(figure['value_unit'])}"),
            choice=choice_words(row["alternative"]) or row["alternative"],
        )
        lines.setdefault(row["finding_id"], []).append(words)
    return {name: _cut(listed, run.lang) for name, listed in lines.items()}


def _difference(unit: str) -> str:
    return {"%": "percent"}.get(unit, unit)


def _signed(value: float) -> Name:
    """A difference with its sign, in the form of each language."""
    sign = "+" if value > 0 else "−"
    return Name(*(sign + number(abs(value), lang, 4) for lang in LANGUAGES))


def _cut(lines: list[str], lang: str) -> str:
    more = len(lines) - _SHOWN_EFFECTS
    if more <= 0:
        return "\n".join(lines)
    return "\n".join([*lines[:_SHOWN_EFFECTS], say("qgis.more_effects", lang, count=more)])


def _unit_figures(run: StoredRun) -> Shown:
    """The default figures of every unit and group in words, as pages of the atlas print them."""
    figures = run.figures
    here = figures["boundaries"] == run.project.facts.boundaries
    chosen = figures[figures["is_default"] & here]
    rows = [_printed(row, run.lang) for row in chosen.to_dict("records")]
    names = ("unit_code", "unit_name", "indicator", "state", "value", "target", "gap", "verdict",
             "figure_id")  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(names))
    style = LayerStyle(FILL, (), fields=layer_forms(UNIT_FIGURES, frame, run.lang))
    return Shown(UNIT_FIGURES, frame, style)


def _printed(row: Mapping[str, object], lang: str) -> dict[str, str]:
    indicator = indicators()[str(row["indicator"])]
    unit = say(f"unit_of.{row['value_unit']}", lang)
    return {
        "unit_code": str(row["unit_code"]),
        "unit_name": str(row["unit_name"]),
        "indicator": indicator.name.say(lang),
        "state": say(f"state.{row['scenario']}", lang),
        "value": _amount(row["value"], unit, lang, indicator.decimals),
        "target": _target(row, unit, lang),
        "gap": _amount(row["gap_ha"], "ha", lang, 1, signed=True),
        "verdict": say(f"verdict.{row['verdict']}", lang),
        "figure_id": str(row["figure_id"]),
    }


def _amount(value: object, unit: str, lang: str, decimals: int, signed: bool = False) -> str:
    if not isinstance(value, float) or np.isnan(value):
        return "–"
    words = number(abs(value) if signed else value, "en" if lang == "en" else "vi", decimals)
    sign = "" if not signed else "+" if value > 0 else "−"
    return f"{sign}{words} {unit}"


def _target(row: Mapping[str, object], unit: str, lang: str) -> str:
    target, year = (pd.to_numeric(row[name]) for name in ("target", "target_year"))
    if pd.isna(target) or pd.isna(year):
        return "–"
    sense = say(f"sense.{row['target_sense']}", lang)
    words = number(target, "en" if lang == "en" else "vi", 0 if target == int(target) else 1)
    return f"{sense} {words} {unit} ({int(year)})"


def _table(run: StoredRun, name: str) -> Shown:
    """A table of the run with numbers as numbers and blank cells as nothing."""
    frame = run.table(name)
    typed = {column: _typed(frame[column], column) for column in frame.columns}
    frame = pd.DataFrame(typed)
    style = LayerStyle(FILL, (), fields=layer_forms(name, frame, run.lang))
    return Shown(name, frame, style)


def _typed(cells: pd.Series, column: str) -> pd.Series:
    filled = cells.where(cells != "", None)
    if column in _NAMES or column.endswith(("_code", "_id")) or filled.isna().all():
        return filled
    try:
        return pd.to_numeric(filled)
    except (ValueError, TypeError):
        return filled


def _with_forms(name: str, frame: pd.DataFrame, style: LayerStyle, lang: str) -> LayerStyle:
    return replace(style, fields=layer_forms(name, frame, lang))


def layer_words(name: str, lang: str) -> str:
    """The name of a layer or table of the project for people."""
    if name.startswith(FIGURES):
        return indicators()[name.removeprefix(FIGURES)].name.say(lang)
    return say(f"qgis.layer.{name}", lang)
