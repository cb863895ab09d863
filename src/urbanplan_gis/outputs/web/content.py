"""Everything the page holds, gathered from the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.web import defects, figures, overlays
from urbanplan_gis.outputs.web.ground import ground
from urbanplan_gis.outputs.web.plane import Plane
from urbanplan_gis.outputs.web.words import Pair, page_words, pair
from urbanplan_gis.text import LANGUAGES, Text, date

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

#: polygons above which the page draws with MapLibre
MANY = 5000


def gather_content(run: StoredRun, days: tuple[StoredRun, ...]) -> dict[str, Any]:
    """The content of the page; ``days`` are the runs of earlier days, oldest first."""
    facts = run.project.facts
    plane = Plane.around(run.layer("units"), facts.crs)
    grounds: list[dict[str, Any]] = [
        {
            **ground(day, plane),
            "plans": overlays.plans(day, plane),
            "sources": _sources(day),
        }
        for day in (*days, run)
    ]
    stops = []
    for number, day in enumerate((*days, run)):
        here = figures.states(day) or ["existing"]
        for state in here if day is run else here[:1]:
            stops.append(
                {
                    "ground": number,
                    "state": state,
                    "day": _date(day),
                    "name": pair(Text.of(f"web.stop.{state}", date=day.as_of)),
                    "figures": figures.panels(day, state),
                }
            )
    return {
        "lang": "en" if run.lang == "en" else "vi",
        "words": page_words(),
        "title": pair(facts.name),
        "stamps": [pair(stamp) for stamp in run.stamps],
        "day": _date(run),
        "boundaries": pair(Text.of("map.block.vintage", vintage=facts.boundaries)),
        "plane": plane.told(),
        "engine": "maplibre" if any(one["count"] > MANY for one in grounds) else "leaflet",
        "stops": stops,
        "start": len(stops) - len(figures.states(run) or [""]),
        "indicators": figures.declared((*days, run)),
        "scale": figures.scale(),
        "incomplete": figures.incomplete(),
        "grounds": grounds,
        "units": overlays.units(run, plane),
        "roads": overlays.roads(run, plane),
        "parks": overlays.parks(run, plane),
        "findings": defects.findings(run, plane),
    }


def _date(run: StoredRun) -> Pair:
    return {lang: date(run.as_of, lang) for lang in LANGUAGES}


def _sources(run: StoredRun) -> dict[str, list[dict[str, Any]]]:
    """Role -> its sources: short name, publisher, document, date, licence, file."""
    return {
        role: [_source(origin) for origin in origins]
        for role, origins in run.origins_by_role.items()
    }


def _source(origin: Origin) -> dict[str, Any]:
    return {
        "source": origin.source,
        "path": origin.path,
        "publisher": origin.publisher,
        "document": origin.document,
        "licence": origin.licence,
        "date": {lang: date(origin.date, lang) for lang in LANGUAGES} if origin.date else None,
    }
