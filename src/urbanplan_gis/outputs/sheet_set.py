"""All map sheets of a project, drawn from what a run has stored; unchanged sheets are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.outputs.manifest import code_digest, digest_of
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.sheets import (
    SheetData,
    SheetOptions,
    draw_sheet,
    sheet_inputs,
    sheet_names,
    sheet_sources,
)
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.project import Project
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.store import file_digest

_FOLDER = "maps"
_FIGURES = "figures"
_SINGLE_VALUED = frozenset({"land_use", "zoning", "general_plan", "right_of_way", "green"})
_LAYERS = (
    "land_use", "zoning", "general_plan", "plans", "roads", "right_of_way", "green", "parking",
)  # fmt: skip


def make_sheets(
    run: StoredRun, web_tiles: bool = False, progress: Callable[[str], None] | None = None
) -> list[str]:
    """Draw the sheets whose data, options or code changed; the names of those drawn.

    Raises:
        PlanDataError: for a sheet that does not fit its paper, or files that cannot be written.
    """
    return make_parts(run, _FOLDER, _parts(run, _options(run.project, web_tiles)), progress)


def _parts(run: StoredRun, options: SheetOptions) -> Iterator[Part]:
    data = sheet_data(run)
    ground: list[SheetData] = []

    def draw(name: str, stage: Path) -> Sequence[str]:
        if not ground:  # made only when a sheet is drawn
            ground.append(as_counted(data))
        paths = draw_sheet(name, ground[0], options, stage / _FOLDER)
        return [path.relative_to(stage).as_posix() for path in paths]

    for name in sheet_names(data):
        yield Part(name, _mark(name, run, options, data), partial(draw, name))


def sheet_data(run: StoredRun) -> SheetData:
    """What the sheets of a run are drawn from."""
    layers = {name: run.layer(name) for name in _LAYERS if name in run.layers}
    if "land_use" in layers:
        layers["transport"] = _transport(layers["land_use"])
    facts = run.project.facts
    if "plans" in layers:
        plans = layers["plans"]
        standing = in_force(plans, facts.as_of) & (plans["kind"] == "zoning").to_numpy()
        plans["in_force"] = standing
    return SheetData(
        title=facts.name,
        crs=facts.crs,
        as_of=facts.as_of,
        boundaries=facts.boundaries,
        lang=run.lang,
        synthetic=facts.synthetic,
        units=run.layer("units"),
        layers=layers,
        figures=run.figures,
        origins=run.origins,
        standing=run.standing,
        sources_by_role=run.manifest["sources_by_role"],
    )


def as_counted(data: SheetData) -> SheetData:
    """The same with ground drawn as the figures count it; made only when a sheet is drawn."""
    layers = dict(data.layers)
    for name in layers.keys() & _SINGLE_VALUED:
        layers[name] = _without_overlaps(layers[name])
    if "land_use" in layers:
        layers["transport"] = _transport(layers["land_use"])
    return replace(data, layers=layers)


def _without_overlaps(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer with every piece of ground given to one feature, as the mosaic gives it."""
    geometries = frame.geometry.to_numpy()
    overlaps = find_overlaps(geometries, feature_rank(frame))
    return gpd.GeoDataFrame(frame, geometry=yield_ground(geometries, overlaps), crs=frame.crs)


def _transport(land_use: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    coded = Coded.of_features(pd.RangeIndex(len(land_use)).to_numpy(), land_use)
    return land_use[in_class_set("transport", coded)].reset_index(drop=True)


def _options(project: Project, web_tiles: bool) -> SheetOptions:
    maps = project.maps
    basemap: str | Path | None = "web" if web_tiles or maps.basemap == "web" else None
    if basemap is None and maps.basemap:
        basemap = project.path(maps.basemap)
    return SheetOptions(
        paper=maps.paper,
        landscape=maps.orientation == "landscape",
        scale=maps.scale,
        dpi=maps.dpi,
        basemap=basemap,
    )


def _mark(name: str, run: StoredRun, options: SheetOptions, data: SheetData) -> str:
    """A digest of all that one sheet depends on."""
    manifest, inputs = run.manifest, sheet_inputs(name)
    layers = {role: manifest["layer_digests"].get(role) for role in inputs if role != _FIGURES}
    if "transport" in inputs:
        layers["transport"] = manifest["layer_digests"].get("land_use")
    figures = (
        manifest["figure_digests"].get(name.removeprefix("indicator_"))
        if _FIGURES in inputs
        else None
    )
    basemap = options.basemap
    if isinstance(basemap, Path):
        # the content, not the place: the same project elsewhere makes the same manifest
        basemap = file_digest(basemap) if basemap.is_file() else basemap.name
    return digest_of(
        {
            "layers": layers,
            "figures": figures,
            "facts": manifest["project"],
            "parameters": [manifest["parameters"][key] for key in ("as_of", "boundaries", "crs")],
            "sources": sheet_sources(name, data),
            "paper": [options.paper, options.landscape, options.scale, options.dpi, basemap],
            "lang": data.lang,
            "standing": data.standing.say("both"),
            "code": code_digest(),
        }
    )
