"""Sheets of small maps over the years: earlier days of the project, the present, what is planned.

Each earlier day is a run of its own; only figures of the same definition and boundaries stand side
by side. Moments without data are left out, and the sheet says which and why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.manifest import digest_of
from urbanplan_gis.outputs.products import Part
from urbanplan_gis.outputs.series_moments import EXISTING, PLANNED, Then, earlier_runs
from urbanplan_gis.outputs.sheets.cautions import Cautions
from urbanplan_gis.outputs.sheets.choropleth import (
    definitions_used,
    figure_notes,
    figure_roles,
    figures_of,
    ground_classes,
    shown_value,
    signed_gap,
    target_words,
    unit_words,
    units_shown,
    value_classes,
    value_keys,
    verdict_words,
)
from urbanplan_gis.outputs.sheets.data import SheetData, SheetOptions, sheet_error
from urbanplan_gis.outputs.sheets.facts import source_lines
from urbanplan_gis.outputs.sheets.mapframe import short_name
from urbanplan_gis.outputs.sheets.series import Moment, Series, series_figure
from urbanplan_gis.outputs.sheets.theme import MapClass, bounds, unit_borders, unit_names
from urbanplan_gis.outputs.sheets.themes import existing_land_use
from urbanplan_gis.outputs.sheets.write import save_sheet
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import LANGUAGES, Name, Text, keys, number, say

LAND_USE = "land_use"
#: what the product's own series show
SUBJECTS = ("urban_land_ratio", "transport_land_share", "green_per_capita", "zoning_coverage",
            LAND_USE)  # fmt: skip
_CITY = "city"
#: small maps on one sheet; of more earlier days the latest are shown
_MOST = 4
#: a smaller remainder would be printed as 0,0 ha
_LEAST_HA = 0.05
#: units listed in the table
_MOST_UNITS = 12


def draw_series(
    run: StoredRun, subject: str, options: SheetOptions, folder: Path
) -> tuple[Path, ...]:
    """Write ``series_<subject>.png``, ``.pdf`` and ``.svg``, those of them that ``options`` ask
    for, into ``folder``: all or none.

    ``subject`` is the id of an indicator, or ``land_use``.

    Raises:
        PlanDataError: where fewer than two moments have data, or the maps do not fit the paper.
    """
    series, data = _series(run, subject)
    name = f"series_{subject}"
    if len(series.moments) < 2:
        raise sheet_error("no_data", name, needs=say("series.needs", run.lang))
    return save_sheet(name, lambda: [series_figure(series, data, options)], options, folder)


def series_parts(
    run: StoredRun, options: SheetOptions, folder: str, failed: dict[str, PlanDataError]
) -> Iterator[Part]:
    """The series that have data, as parts of the map sheets in ``folder``; one that cannot be drawn
    ends in ``failed`` and does not stop the others."""

    def draw(subject: str, stage: Path) -> Sequence[str]:
        try:
            paths = draw_series(run, subject, options, stage / folder)
        except PlanDataError as problem:
            failed[f"series_{subject}"] = problem
            return []
        return [path.relative_to(stage).as_posix() for path in paths]

    for subject in SUBJECTS:
        if can_draw_series(run, subject):
            mark = series_mark(run, subject, options)
            yield Part(f"series_{subject}", mark, partial(draw, subject))


def can_draw_series(run: StoredRun, subject: str) -> bool:
    """Whether at least two moments have data."""
    if subject == LAND_USE:
        runs, _ = earlier_runs(run)
        return sum(LAND_USE in each.layers for each in (*runs, run)) > 1
    return len(_with_figures(run, subject)[2]) > 1


def series_mark(run: StoredRun, subject: str, options: SheetOptions) -> str:
    """A digest of all that a series depends on, the runs of earlier days among it."""
    runs, _ = earlier_runs(run)
    tables = ("land_balance" if subject == LAND_USE else "indicators", "findings")
    layers = ("units", "plans", *(["faces"] if subject == LAND_USE else []))
    # no basemap is drawn below small maps
    asked = [subject, *astuple(replace(options, basemap=None))]
    return digest_of([each.mark(layers, tables, *asked) for each in (*runs, run)])


def _series(run: StoredRun, subject: str) -> tuple[Series, SheetData]:
    return _of_land_use(run) if subject == LAND_USE else _of_indicator(run, subject)


def _of_indicator(run: StoredRun, indicator: str) -> tuple[Series, SheetData]:
    now, base, kept, left_out = _with_figures(run, indicator)
    kept, more = _fewer(kept)
    left_out += [say("series.no_room", run.lang, moment=then.short) for then, _ in more]
    return _indicator_series(now, indicator, base, kept, left_out), now.data


def _with_figures(
    run: StoredRun, indicator: str
) -> tuple[Then, pd.DataFrame, list[tuple[Then, dict[str, Any]]], list[str]]:
    """The present, its figures, the moments with figures of the same definition (figures by unit
    code), and what is said of the others."""
    runs, left_out = earlier_runs(run)
    now, planned = Then(run, EXISTING), Then(run, PLANNED)
    moments = [*(Then(each, EXISTING) for each in runs), now, planned]
    figures = [figures_of(then.data, indicator) for then in moments]
    base = next((own for own in figures[-2:] if _known(own)), figures[-2])
    used = set(base["definition"].astype(str))
    kept: list[tuple[Then, dict[str, Any]]] = []
    for then, own in zip(moments, figures, strict=True):
        same = own[own["definition"].astype(str).isin(used)]
        if _known(same):
            kept.append((then, {str(row["unit_code"]): row for row in same.to_dict("records")}))
        else:
            why = "series.other_definition" if _known(own) else "series.no_data"
            left_out.append(say(why, run.lang, moment=then.short))
    return now, base, kept, left_out


def _indicator_series(
    now: Then,
    indicator: str,
    base: pd.DataFrame,
    kept: Sequence[tuple[Then, dict[str, Any]]],
    left_out: Sequence[str],
) -> Series:
    lang = now.run.lang
    shown, others = units_shown(now.data)
    anchor = _anchor(base)
    decimals = indicators()[indicator].decimals
    moments = []
    for then, rows in kept:
        scaled = {code: {**row, **anchor} for code, row in rows.items()}
        target = Name(*(target_words({**_any(rows), **anchor}, one) for one in LANGUAGES))
        heading = say("series.share_of", lang, target=target)
        classes = (
            *value_classes(shown, scaled, lang, heading),
            *ground_classes(others, shown, rows, lang),
            *unit_borders(now.data),
        )
        labels = {
            str(code): _forms(str(name), str(kind), rows.get(str(code)), decimals, lang)
            for code, name, kind in zip(shown["code"], shown["name"], shown["kind"], strict=True)
        }
        moments.append(Moment(then.caption, classes, labels))
    table = tuple(_rows(shown, [rows for _, rows in kept], decimals, lang))
    used = definitions_used(indicator, base)
    every = {f"{number} {code}": row for number, (_, rows) in enumerate(kept)
             for code, row in rows.items()}  # fmt: skip
    notes = [*figure_notes(used, every or {"": _any({})}, now.data), *left_out]
    return Series(
        title=Text.of("series.title", subject=_subject(indicator)),
        moments=tuple(moments),
        order=(*value_keys(), *(entry.key for moment in moments for entry in moment.classes)),
        focus=bounds(now.data.units),
        heads=tuple(then.short for then, _ in kept),
        rows=table,
        bold=tuple(row for row in table if row[0] == say("map.table.city", lang)),
        table_title=say("series.values", lang, unit=unit_words(_any(kept[0][1] if kept else {}))),
        notes=tuple(notes),
        sources=_sources(((then.data, figure_roles(then.data, indicator)) for then, _ in kept)),
        warnings=_warnings(
            (then, Cautions(then.data, (), pd.DataFrame(list(rows.values()))))
            for then, rows in kept
        ),
    )


def _of_land_use(run: StoredRun) -> tuple[Series, SheetData]:
    """Existing land use at each day; the colours of plans are others and not mixed in."""
    runs, left_out = earlier_runs(run)
    now = Then(run, EXISTING)
    kept: list[tuple[Then, SheetData]] = []
    for then in (*(Then(each, EXISTING) for each in runs), now):
        ground = _ground(then)
        if ground is None:
            left_out.append(say("series.no_data", run.lang, moment=then.short))
        else:
            layers = {**then.data.layers, LAND_USE: ground}
            kept.append((then, replace(then.data, layers=layers)))
    kept, more = _fewer(kept)
    left_out += [say("series.no_room", run.lang, moment=then.short) for then, _ in more]
    left_out.append(say("series.planned_palette", run.lang))
    themes = [existing_land_use(data) for _, data in kept]
    legend = _all_codes(now.data, [data.layers[LAND_USE] for _, data in kept])
    moments = [
        Moment(then.caption, tuple(_as_in(legend, theme.classes)))
        for (then, _), theme in zip(kept, themes, strict=True)
    ]
    notes = dict.fromkeys(note for theme in themes for note in theme.notes)
    return Series(
        title=Text.of("series.title", subject=Text.of("map.title.existing_land_use")),
        moments=tuple(moments),
        order=tuple(entry.key for entry in legend.values()),
        focus=bounds(now.data.units),
        heads=tuple(then.short for then, _ in kept),
        rows=tuple(_group_rows([then for then, _ in kept], themes, run.lang)),
        bold=(),
        table_title=say("series.hectares", run.lang),
        notes=(*notes, *left_out),
        sources=_sources((data, (LAND_USE,)) for _, data in kept),
        warnings=_warnings((then, Cautions(data, (LAND_USE,))) for then, data in kept),
    ), now.data


def _ground(then: Then) -> gpd.GeoDataFrame | None:
    """The faces of known land use, as the figures count them."""
    if LAND_USE not in then.run.layers:
        return None
    faces = then.run.layer("faces")
    known = faces["land_use"].notna() & (faces["land_use"].astype("string") != "")
    columns = {"land_use": "code", "land_use_list": "code_list"}
    ground = faces.loc[known, [*columns, "geometry"]].rename(columns=columns)
    return ground.reset_index(drop=True) if len(ground) else None


def _all_codes(data: SheetData, grounds: Sequence[gpd.GeoDataFrame]) -> dict[str, MapClass]:
    """The classes of all days by code, in the order and with the names of one legend."""
    if not grounds:
        return {}
    together = gpd.GeoDataFrame(pd.concat(grounds, ignore_index=True), crs=data.crs)
    once = together.drop_duplicates(["code", "code_list"]).reset_index(drop=True)
    classes = existing_land_use(replace(data, layers={LAND_USE: once})).classes
    return {_key(entry): entry for entry in classes}


def _as_in(legend: Mapping[str, MapClass], classes: Iterable[MapClass]) -> Iterable[MapClass]:
    """The classes of one day under the names of the legend."""
    for entry in classes:
        yield replace(legend[_key(entry)], shapes=entry.shapes)


def _key(entry: MapClass) -> str:
    """What classes of two days share: a code has one symbol in every list."""
    return entry.code.casefold() or entry.key


def _group_rows(
    thens: Sequence[Then], themes: Sequence[Any], lang: str
) -> Iterable[tuple[str, ...]]:
    """Hectares of each main group of land codes at each day."""
    sums: dict[str, list[float]] = {}
    for place, theme in enumerate(themes):
        for entry in theme.classes:
            if entry.symbol.line is None:
                name = entry.heading or entry.name
                hectares = float(shapely.area(entry.shapes).sum()) / 1e4
                sums.setdefault(name, [0.0] * len(thens))[place] += hectares
    units = [float(then.data.units.area.sum()) / 1e4 for then in thens]
    left = [
        all_ - sum(each) for all_, each in zip(units, zip(*sums.values(), strict=True), strict=True)
    ]
    if max(left, default=0.0) >= _LEAST_HA:
        sums[say("class.unclassified", lang)] = left
    for name, values in sums.items():
        yield (name, *(number(value, _one(lang), 1) for value in values))


def _rows(
    shown: gpd.GeoDataFrame, moments: Sequence[dict[str, Any]], decimals: int, lang: str
) -> Iterable[tuple[str, ...]]:
    """Values of the units and of the city; target, gap and verdict of the city."""
    units = sorted(unit_names(shown).items()) if len(shown) <= _MOST_UNITS else []
    for code, name in [*units, (_CITY, say("map.table.city", lang))]:
        yield (name, *(_value(rows.get(code), decimals, lang) for rows in moments))
    city = [rows.get(_CITY) for rows in moments]
    yield (say("series.target", lang), *(_target(row, lang) for row in city))
    yield (say("series.gap", lang), *(_gap(row, lang) for row in city))
    yield (say("series.verdict", lang), *(verdict_words(row, lang) if row else "–" for row in city))
    if not units:
        yield (say("map.table.elsewhere", lang), *([""] * len(moments)))


def _forms(
    name: str, kind: str, row: dict[str, Any] | None, decimals: int, lang: str
) -> tuple[tuple[str, ...], ...]:
    """What is written on a unit: its name and value, else its value."""
    short = short_name(" ".join(name.split()), kind)
    if _number(row, "value") is None:
        return ((short,),)
    value = _value(row, decimals, _one(lang))
    words = short.split(" ")
    in_two = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(2, len(words))]
    return ((short, value), *((*lines, value) for lines in in_two), (value,))


def _value(row: dict[str, Any] | None, decimals: int, lang: str) -> str:
    return "–" if row is None or _number(row, "value") is None else shown_value(row, lang, decimals)


def _target(row: dict[str, Any] | None, lang: str) -> str:
    target, year = _number(row, "target"), _number(row, "target_year")
    if target is None or year is None:
        return "–"
    return f"{number(target, _one(lang), 0 if target == int(target) else 1)} ({int(year)})"


def _gap(row: dict[str, Any] | None, lang: str) -> str:
    gap = _number(row, "gap_ha")
    return "–" if gap is None else signed_gap(gap, lang)


def _anchor(base: pd.DataFrame) -> dict[str, Any]:
    """The one target that the breaks of all maps hang on: that of the present run."""
    city = base[base["unit_code"] == _CITY]
    row = (city if len(city) else base).head(1).to_dict("records")
    return {key: row[0][key] for key in ("target", "target_year", "target_sense")} if row else {}


def _any(rows: dict[str, Any]) -> dict[str, Any]:
    return rows.get(_CITY) or next(iter(rows.values()), {"basis": "law"})


def _known(figures: pd.DataFrame) -> bool:
    return bool(figures["value"].notna().any())


def _fewer(kept: list[Any]) -> tuple[list[Any], list[Any]]:
    """As many as one sheet shows: the latest, since the present and the plans are last."""
    return kept[-_MOST:], kept[:-_MOST]


def _sources(parts: Iterable[tuple[SheetData, Sequence[str]]]) -> tuple[str, ...]:
    lines = (line for data, roles in parts for line in source_lines(data, ("units", *roles)))
    return tuple(dict.fromkeys(lines))


def _warnings(moments: Iterable[tuple[Then, Cautions]]) -> tuple[str, ...]:
    """What to be wary of at each moment; what holds for several is said once."""
    said: dict[str, list[str]] = {}
    for then, cautions in moments:
        for line in cautions.within(shapely.box(*bounds(then.data.units))):
            said.setdefault(line, []).append(then.short)
    return tuple(f"{', '.join(shorts)}: {line}" for line, shorts in said.items())


def _subject(indicator: str) -> Text | Name:
    key = f"map.title.indicator_{indicator}"
    if key in keys():
        return Text.of(key)
    name = indicators()[indicator].name
    return Name(name.vi.upper(), name.en.upper())


def _number(row: dict[str, Any] | None, key: str) -> float | None:
    value = float("nan") if row is None else pd.to_numeric(row.get(key), errors="coerce")
    return None if value is None or math.isnan(value) else float(value)


def _one(lang: str) -> str:
    """The language of what there is room for once only."""
    return "vi" if lang == "both" else lang
