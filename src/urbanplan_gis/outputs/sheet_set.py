"""All map sheets of a project, drawn from what a run has stored; unchanged sheets are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.errors import bad_data
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.outputs.manifest import (
    code_digest,
    digest_of,
    fingerprint,
    input_digests,
    is_current,
    origins_of,
    read_manifest,
    remove_former,
    untouched,
    write_manifest,
)
from urbanplan_gis.outputs.sheets import (
    SheetData,
    SheetOptions,
    draw_sheet,
    sheet_inputs,
    sheet_names,
    sheet_sources,
)
from urbanplan_gis.project import Project
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.store import file_digest, read_stored, stored_layers

_FIGURES = "figures"
_SINGLE_VALUED = frozenset({"land_use", "zoning", "general_plan", "right_of_way", "green"})
_LAYERS = (
    "land_use", "zoning", "general_plan", "plans", "roads", "right_of_way", "green", "parking",
)  # fmt: skip


def make_sheets(
    project: Project,
    lang: str,
    web_tiles: bool = False,
    progress: Callable[[str], None] | None = None,
) -> list[str]:
    """Draw the sheets whose data, options or code changed; the names of those drawn.

    Raises:
        PlanDataError: if there is no run of the present layers and project file to draw from,
            or its outputs were changed by hand.
    """
    folder = project.output
    manifest = read_manifest(folder)
    inputs = input_digests(project)
    run_in = manifest.get("parameters", {}).get("language", lang)
    if not is_current(folder, manifest, fingerprint(project, inputs, run_in)):
        raise bad_data("not_run", folder.name)
    options = _options(project, web_tiles)
    data = _sheet_data(project, manifest, lang)
    former = manifest.get("sheets", {})
    sheets: dict[str, Any] = {}
    drawn = []
    ground: SheetData | None = None
    for name in sheet_names(data):
        mark = _mark(name, manifest, options, data)
        files = former.get(name, {}).get("files", {})
        if former.get(name, {}).get("mark") == mark and untouched(folder, files):
            sheets[name] = former[name]
            continue
        if progress:
            progress(name)
        ground = ground or _as_counted(data)
        paths = draw_sheet(name, ground, options, folder / "maps")
        files = {path.relative_to(folder).as_posix(): file_digest(path) for path in paths}
        sheets[name] = {"mark": mark, "files": files}
        drawn.append(name)
    kept = {file: digest for sheet in sheets.values() for file, digest in sheet["files"].items()}
    remove_former(folder, manifest, {*kept, *manifest.get("outputs", {})})
    if drawn or sheets != former or inputs != manifest["inputs"]:
        made = {"inputs": inputs, "sheets": sheets, "sheet_files": kept}
        write_manifest(folder, {**manifest, **made})
    return drawn


def _sheet_data(project: Project, manifest: dict[str, Any], lang: str) -> SheetData:
    path = project.output / "city.gpkg"
    present = stored_layers(path)
    layers = {name: read_stored(path, name) for name in _LAYERS if name in present}
    if "land_use" in layers:
        layers["transport"] = _transport(layers["land_use"])
    if "plans" in layers:
        plans = layers["plans"]
        standing = in_force(plans, project.facts.as_of) & (plans["kind"] == "zoning").to_numpy()
        plans["in_force"] = standing
    figures = pd.read_csv(
        project.output / "tables" / "indicators.csv",
        encoding="utf-8-sig",
        dtype={"unit_code": "str", "boundaries": "str", "note": "str"},
        keep_default_na=False,
        na_values={"value": [""], "gap": [""], "gap_ha": [""], "target": [""],
                   "target_year": [""], "numerator": [""], "denominator": [""],
                   "low": [""], "high": [""], "p_met": [""]},
    )  # fmt: skip
    figures["is_default"] = figures["figure_id"].isin(manifest["defaults"])
    facts = project.facts
    return SheetData(
        title=facts.name,
        crs=facts.crs,
        as_of=facts.as_of,
        boundaries=facts.boundaries,
        lang=lang,
        synthetic=facts.synthetic,
        units=read_stored(path, "units"),
        layers=layers,
        figures=figures,
        origins=origins_of(manifest),
        draft=True,
        sources_by_role=manifest["sources_by_role"],
    )


def _as_counted(data: SheetData) -> SheetData:
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


def _mark(
    name: str,
    manifest: dict[str, Any],
    options: SheetOptions,
    data: SheetData,
) -> str:
    """A digest of all that one sheet depends on."""
    inputs = sheet_inputs(name)
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
            "code": code_digest(),
        }
    )
