"""The QGIS project as a product: the side file with figures, then the project over both files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.geopackage import write_layers
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.qgis.content import TABLES, Shown, layer_words, side_content
from urbanplan_gis.outputs.qgis.document import ProjectWords, project_document
from urbanplan_gis.outputs.qgis.layers import ProjectLayer, project_layers
from urbanplan_gis.outputs.qgis.layouts import SheetWords, print_layouts
from urbanplan_gis.outputs.qgis.themes import map_themes
from urbanplan_gis.outputs.sheet_set import sheet_data
from urbanplan_gis.outputs.sheets import SheetData
from urbanplan_gis.outputs.sheets.facts import shortened, source_lines
from urbanplan_gis.outputs.sheets.grid import crs_words
from urbanplan_gis.outputs.sheets.theme import unit_names
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.styling import xml_text
from urbanplan_gis.text import date, say

PROJECT, SIDE_FILE = "city.qgz", "city_qgis.gpkg"
_PRODUCT = "qgis"
_INNER = "city.qgs"
_NO_DAY = (1980, 1, 1, 0, 0, 0)
#: where a city without any place on the map opens (metres)
_NOWHERE = (0.0, 0.0, 1000.0, 1000.0)
_LEAST_M, _ROOM = 200.0, 0.03


def make_qgis_project(run: StoredRun, progress: Callable[[str], None] | None = None) -> list[str]:
    """Make ``city.qgz`` and the file of figures it shows, where they are out of date.

    Returns:
        The names of the parts that were made.

    Raises:
        PlanDataError: if the files cannot be written.
    """
    data = cache(partial(sheet_data, run))
    content = cache(lambda: side_content(run, data()))
    mark = run.mark(run.layers, ("indicators", *TABLES))

    def layers(stage: Path) -> Sequence[str]:
        _write_side_file(run, content(), stage / SIDE_FILE)
        return [SIDE_FILE]

    def project(stage: Path) -> Sequence[str]:
        _write_project(_document(run, data(), content()), stage / PROJECT)
        return [PROJECT]

    parts = [Part("layers", mark, layers), Part("project", mark, project)]
    return make_parts(run, _PRODUCT, parts, progress)


def _write_side_file(run: StoredRun, shown: Sequence[Shown], path: Path) -> None:
    stamp = _stamp(run)
    described = {item.name: f"{layer_words(item.name, run.lang)} – {stamp}" for item in shown}
    frames = {item.name: item.frame for item in shown}
    styles = {item.name: item.style if item.style.categories else None for item in shown}
    write_layers(path, frames, described, styles)


def _document(run: StoredRun, data: SheetData, shown: Sequence[Shown]) -> str:
    facts, lang = run.project.facts, run.lang
    layers = project_layers(run, list(shown), SIDE_FILE)
    themes = map_themes(layers, lang)
    extent = _extent(layers)
    words = SheetWords(
        stamp=_stamp(run),
        facts=_facts(run),
        crs=crs_words(facts.crs, lang),
        lang=lang,
        project=facts.name.say(lang),
        longest_unit=max(unit_names(data.units).values(), key=len, default=""),
        sources={
            theme.key: _sources(data, [item.role for item in theme.layers]) for theme in themes
        },
    )
    about = ProjectWords(
        title=xml_text(facts.name.say(lang)),
        abstract=f"{_stamp(run)}. {_facts(run)}. {say('qgis.about', lang)}",
        stamp=_stamp(run),
        day=facts.as_of.isoformat(),
        lang="vi" if lang == "both" else lang,
        variables={"plan_name": xml_text(facts.name.say(lang)), "plan_stamp": _stamp(run)},
    )
    layouts = print_layouts(themes, layers, extent, facts.crs, words)
    metadata = {item.key: _metadata(run, item) for item in layers}
    return project_document(layers, themes, layouts, about, facts.crs, extent, metadata)


def _stamp(run: StoredRun) -> str:
    return " · ".join(stamp.say(run.lang) for stamp in run.stamps)


def _facts(run: StoredRun) -> str:
    """Date of the data and vintage of the boundaries."""
    facts, lang = run.project.facts, run.lang
    day = f"{say('map.block.as_of', lang)}: {date(facts.as_of, lang)}"
    vintage = say("map.block.vintage", lang, vintage=facts.boundaries)
    return f"{day}; {say('map.block.boundaries', lang)}: {vintage}"


def _sources(data: SheetData, roles: Sequence[str]) -> str:
    lines = shortened(source_lines(data, roles), data.lang)
    return "\n".join((f"{say('map.block.sources', data.lang)}:", *lines)) if lines else ""


def _metadata(run: StoredRun, item: ProjectLayer) -> dict[str, str]:
    """What the properties of a layer say: what it is, from where, as of when, draft or not."""
    origins = run.origins_by_role.get(item.role, ())
    return {
        "title": item.name,
        "abstract": f"{_stamp(run)}. {_facts(run)}. {say('qgis.read_only', run.lang)}",
        "history": "\n".join(dict.fromkeys(_told(origin, run.lang) for origin in origins)),
        "rights": _stamp(run),
        "license": "\n".join(dict.fromkeys(o.licence for o in origins if o.licence)),
    }


def _told(origin: Origin, lang: str) -> str:
    """Where a layer comes from, in one line."""
    day = date(origin.date, lang) if origin.date else ""
    digest = f"sha256 {origin.sha256}" if origin.sha256 else ""
    said = (origin.publisher, origin.document, day, origin.path, digest)
    return ", ".join(part for part in said if part)


def _extent(layers: Sequence[ProjectLayer]) -> tuple[float, float, float, float]:
    """The units with some room around them; at least a few hundred metres."""
    found = next((item.extent for item in layers if item.key == "units"), None)
    xmin, ymin, xmax, ymax = found or _NOWHERE
    across = max(_LEAST_M, _ROOM * (xmax - xmin), _ROOM * (ymax - ymin))
    return xmin - across, ymin - across, xmax + across, ymax + across


def _write_project(document: str, path: Path) -> None:
    """The project in its archive, with no clock and no owner."""
    about = zipfile.ZipInfo(_INNER, date_time=_NO_DAY)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o644 << 16
    about.create_system = 3
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(about, document.encode())
