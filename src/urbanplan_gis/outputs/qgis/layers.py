"""The layers of the project: where each lies, how it looks, in which group, over which others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.outputs.geopackage import FACES, FINDINGS
from urbanplan_gis.outputs.layer_styles import LOTS_FROM, findings_style, layer_style
from urbanplan_gis.outputs.qgis.content import (
    BORDERS,
    COVERAGE,
    FIGURES,
    ONE_FINDING,
    PLACES,
    UNIT_FIGURES,
    Shown,
    layer_words,
)
from urbanplan_gis.outputs.sheets import symbols
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.styling import FILL, LINE, POINT, LayerStyle, single
from urbanplan_gis.standards.codes import DERIVED_LISTS
from urbanplan_gis.text import say

CITY = "city.gpkg"
LOTS, PLANNED_LOTS, TRANSPORT = "lots", "planned_lots", "transport"
#: groups in the order of the report, each with the layers that can be in it
GROUPS: Mapping[str, tuple[str, ...]] = {
    "city": (BORDERS, "units"),
    "figures": (FIGURES,),
    "existing": ("facilities", LOTS, "buildings", "land_use"),
    "plans": ("plans", PLANNED_LOTS, COVERAGE, "projects", "zoning", "general_plan"),
    "transport": ("roads", "parking", "right_of_way", TRANSPORT),
    "green": ("green",),
    "quality": (PLACES, "findings_points", "findings_lines", "findings_areas", FACES),
    "tables": (UNIT_FIGURES, ""),
}
#: from the top down; layers of figures come after the last of these
_ORDER = (PLACES, "findings_points", "findings_lines", "findings_areas", BORDERS, "units",
          "facilities", "roads", "plans", "parking", LOTS, PLANNED_LOTS, "buildings", "projects",
          "green", "zoning", COVERAGE, TRANSPORT, "right_of_way", "land_use", "general_plan",
          FACES)  # fmt: skip
_NOTES = {"roads": "map.note.roads", "green": "map.note.green"}
_FAMILIES = {"findings_points": ("Point", POINT), "findings_lines": ("LineString", LINE),
             "findings_areas": ("Polygon", FILL)}  # fmt: skip
_GEOMETRY = {FILL: "Polygon", LINE: "Line", POINT: "Point"}
#: brightness (0 to 255) of a fill that paper would swallow
_NEARLY_WHITE = 245
_PARCEL = Symbol(line=symbols.GREY, line_mm=0.08)
_PLANNED = Symbol(line="#8064a2", line_mm=0.12, dash_mm=(1.6, 0.6))
#: a unit is drawn by its label and the borders, and on its own page of the atlas outlined
_PAGE_UNIT = Symbol(line=symbols.RED, line_mm=0.9)
#: what the project derived has no code of a standard
_NOT_PRINTED = ", ".join(f"'{name}'" for name in sorted(DERIVED_LISTS))
_PRINTED_CODE = f'CASE WHEN "code_list" NOT IN ({_NOT_PRINTED}) THEN "code" END'
_SHORT_NAME = 'CASE WHEN length("name") > 60 THEN left("name", 59) || \'…\' ELSE "name" END'
_ON_ITS_PAGE = "coalesce(@atlas_layerid = @layer_id AND $id = @atlas_featureid, false)"


@dataclass(frozen=True, eq=False)
class ProjectLayer:
    """One layer: its id, source relative to the project, name, look, and extent (metres).

    ``role`` is the layer of the run it shows, for its sources; tables have no geometry.
    """

    key: str
    source: str
    name: str
    style: LayerStyle
    role: str
    extent: tuple[float, float, float, float] | None = None
    is_table: bool = False
    #: its heading in legends, where that is not its name
    legend: str = ""
    #: what sheets that show it have to say of it
    notes: tuple[str, ...] = ()

    @property
    def layer_id(self) -> str:
        """Its id in the project; QGIS gives another to ids without an underscore."""
        return f"urbanplan_{self.key}"

    @property
    def geometry(self) -> str:
        return "No geometry" if self.is_table else _GEOMETRY[self.style.geometry]


def project_layers(run: StoredRun, shown: list[Shown], side_file: str) -> list[ProjectLayer]:
    """Every layer and table of the project, from the top down."""
    found = {item.key: item for item in _of_run(run)}
    for item in shown:
        table = not isinstance(item.frame, gpd.GeoDataFrame)
        found[item.name] = ProjectLayer(
            key=item.name,
            source=f"./{side_file}|layername={item.name}",
            name=layer_words(item.name, run.lang),
            style=item.style,
            role=_role_of(item.name),
            extent=None if table else _extent(item.frame),
            is_table=table,
            legend=say("map.legend.share_of_target", run.lang) if FIGURES in item.name else "",
            notes=item.notes,
        )
    return sorted(found.values(), key=lambda item: _rank(item.key))


def group_of(key: str) -> str:
    """The group a layer stands in."""
    for group, members in GROUPS.items():
        if key in members or (key.startswith(FIGURES) and FIGURES in members):
            return group
    return "tables"


def _rank(key: str) -> tuple[int, str]:
    if key in _ORDER:
        return (_ORDER.index(key), "")
    return (len(_ORDER) + (0 if key.startswith(FIGURES) else 1), "" if key == UNIT_FIGURES else key)


def _role_of(name: str) -> str:
    roles = {BORDERS: "units", COVERAGE: "plans", PLACES: FINDINGS}
    return roles.get(name, "units" if name.startswith(FIGURES) else name)


def _of_run(run: StoredRun) -> list[ProjectLayer]:
    layers = []
    for name in run.layers:
        frame = run.layer(name)
        if name == FINDINGS:
            layers += _findings(run, frame)
            continue
        style = layer_style(name, frame, run.lang)
        if style is None:
            continue
        words = say(f"layer.{name}", run.lang)
        notes = (say(_NOTES[name], run.lang),) if name in _NOTES else ()
        source = f"./{CITY}|layername={name}"
        item = ProjectLayer(name, source, words, style, name, _extent(frame), notes=notes)
        layers.append(_for_screen(item))
        if name == "land_use" and len(frame):
            layers.append(_outlines(run, item, LOTS, _PARCEL))
            layers += _transport(run, item, frame)
        elif name == "zoning" and len(frame):
            layers.append(_outlines(run, item, PLANNED_LOTS, _PLANNED))
    return layers


def _for_screen(item: ProjectLayer) -> ProjectLayer:
    """Lots without their edges, which would cover small scales; units drawn by their borders."""
    style = item.style
    if item.key in ("land_use", "zoning", "general_plan"):
        bare = tuple(
            replace(entry, symbol=_without_edge(entry.symbol)) for entry in style.categories
        )
        style = replace(style, categories=bare)
        if style.labels:
            style = style.labelled(replace(style.labels, text=_PRINTED_CODE, is_column=False))
        if item.key == "general_plan" and style.labels:
            # few of its codes have a colour in the documents read
            style = style.labelled(replace(style.labels, closer_than=0))
    elif item.key == "units":
        entry = replace(style.categories[0], symbol=_PAGE_UNIT)
        style = replace(style, categories=(entry,), drawn=_ON_ITS_PAGE)
        if style.labels:
            style = style.labelled(replace(style.labels, text=_SHORT_NAME, is_column=False))
    elif item.key in ("buildings", FACES):
        style = replace(style, closer_than=LOTS_FROM)
    return replace(item, style=style)


def _without_edge(symbol: Symbol) -> Symbol:
    """Bare, unless it would not be seen on paper then, or told from others of no colour."""
    white = symbol.fill is not None and min(bytes.fromhex(symbol.fill[1:])) > _NEARLY_WHITE
    uncoloured = symbol.fill == symbols.NO_COLOUR.fill
    return symbol if white or uncoloured else replace(symbol, edge=None)


def _outlines(run: StoredRun, item: ProjectLayer, key: str, outline: Symbol) -> ProjectLayer:
    """The outlines of lots, from a scale on."""
    style = replace(single(outline, FILL), closer_than=LOTS_FROM, fields=item.style.fields)
    return replace(item, key=key, name=say(f"qgis.layer.{key}", run.lang), style=style)


def _transport(run: StoredRun, item: ProjectLayer, frame: gpd.GeoDataFrame) -> list[ProjectLayer]:
    """The parcels counted as transport land, if there are any."""
    wanted = _transport_filter(frame)
    if not wanted:
        return []
    style = replace(single(symbols.TRANSPORT_LAND, FILL), fields=item.style.fields)
    name = say("map.class.transport", run.lang)
    source = f"{item.source}|subset={wanted}"
    return [replace(item, key=TRANSPORT, name=name, style=style, source=source)]


def _transport_filter(frame: gpd.GeoDataFrame) -> str:
    """The SQL condition of parcels counted as transport land; empty if there is none."""
    names = [name for name in ("code_list", "code", "sub_use") if name in frame]
    kinds = frame[names].fillna("").drop_duplicates().sort_values(names, ignore_index=True)
    coded = Coded.of_features(pd.RangeIndex(len(kinds)).to_numpy(), kinds)
    counted = kinds[in_class_set("transport", coded)]
    conditions = [
        " AND ".join(f"COALESCE(\"{name}\", '') = {_quoted(row[name])}" for name in names)
        for row in counted.to_dict("records")
    ]
    return " OR ".join(f"({condition})" for condition in conditions)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _findings(run: StoredRun, frame: gpd.GeoDataFrame) -> list[ProjectLayer]:
    """A layer for each kind of geometry there is, since one layer of QGIS has one kind."""
    full = layer_style(FINDINGS, frame, run.lang)
    fields = full.fields if full else {}
    kinds = frame.geometry.dropna().geom_type.str.removeprefix("Multi")
    made = []
    for key, (family, geometry) in _FAMILIES.items():
        here = frame[(frame.geometry.geom_type.str.removeprefix("Multi") == family)]
        if not (kinds == family).any():
            continue
        style = findings_style(here, run.lang, geometry)
        style = replace(style, fields=fields, drawn=ONE_FINDING)
        source = f"./{CITY}|layername={FINDINGS}|geometrytype={family}"
        name = say(f"qgis.layer.{key}", run.lang)
        made.append(ProjectLayer(key, source, name, style, FINDINGS, _extent(here)))
    return made


def _extent(frame: pd.DataFrame) -> tuple[float, float, float, float] | None:
    shapes = frame["geometry"].dropna().to_numpy() if "geometry" in frame else []
    bounds = shapely.total_bounds(shapes) if len(shapes) else [float("nan")]
    if not np.isfinite(bounds).all():
        return None
    xmin, ymin, xmax, ymax = (float(value) for value in bounds)
    return xmin, ymin, xmax, ymax
