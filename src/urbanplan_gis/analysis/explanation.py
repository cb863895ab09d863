"""A figure opened: the pieces of both its sides, with what each counts, and what touches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import geopandas as gpd
import numpy as np
import pandas as pd

from urbanplan_gis.analysis.conditions import Coded
from urbanplan_gis.analysis.definitions import Spread
from urbanplan_gis.analysis.error_model import Interval
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gaps import Gap
from urbanplan_gis.analysis.gather import dwelling_parts
from urbanplan_gis.analysis.ledger import Entry, Side, face_weights, sides_of, units_of
from urbanplan_gis.analysis.panels import Panel, Row, rows_of
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.errors import bad_data
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Assessment, Figure, Measure
from urbanplan_gis.quality.order import feature_rank

UNCLASSIFIED = "unclassified"
_BALANCE, _CITY = "land_balance", "city"


@dataclass(frozen=True, eq=False)
class SideOpened:
    """One side of a figure: ``pieces`` with a column ``counted``, whose sum is ``total``.

    Pieces are faces (with ``weight``), parts of dwellings, or units with their statistics.
    """

    side: Side
    measure: Measure | None
    total: float | None
    unit: str
    pieces: gpd.GeoDataFrame
    entries: tuple[Entry, ...]


@dataclass(frozen=True, eq=False)
class Explanation:
    """A figure with all that makes it: its panel and row, sides, targets, ways and gaps."""

    figure_id: str
    panel: Panel
    row: Row
    sides: tuple[SideOpened, ...]
    assessments: tuple[Assessment, ...]
    others: tuple[Assessment, ...]
    interval: Interval | None
    spreads: tuple[Spread, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, eq=False)
class BalanceOpened:
    """One row of the land balance: its faces, and all faces of its unit or group."""

    figure_id: str
    row: Row
    state: str
    code_list: str
    code: str
    sides: tuple[SideOpened, ...]


def full_id(measured: Measured, asked: str) -> str:
    """The id of a published figure, from the id or the first parts of one.

    ``transport_land_share`` is the city's figure by its default definition, in the state that
    comes first; ``transport_land_share/21211`` that of a unit, ``.../right_of_way`` by another
    definition.

    Raises:
        PlanDataError: if there is no such figure, naming the ids most like it.
    """
    ids = {figure.figure_id: figure for figure in measured.figures}
    known = [*ids, *balance_ids(measured)]
    if asked in known:
        return asked
    name, _, rest = asked.strip().strip("/").partition("/")
    by_default = sorted(measured.figures, key=lambda item: not item.is_default)
    # the city's figure first, wherever no unit is named
    for figure in sorted(by_default, key=lambda item: item.unit_code != _CITY):
        if figure.indicator == name and _names(rest, figure):
            return figure.figure_id
    close = get_close_matches(asked, known, n=3, cutoff=0.0)
    raise bad_data("no_such_figure", "explain", id=asked or "-", close=", ".join(close))


def _names(rest: str, figure: Figure) -> bool:
    """Whether what is said behind the indicator is true of a figure: unit, day, state, way."""
    place = f"{figure.unit_code}@{figure.boundaries}"
    is_there = rest.startswith(figure.unit_code)
    if is_there:
        rest = rest.removeprefix(place if rest.startswith(place) else figure.unit_code)
    said = {part for part in rest.split("/") if part}
    variant = figure.definition.split("-in-")[0]
    true = {figure.as_of.isoformat(), figure.scenario, figure.definition, variant}
    return said <= true and (is_there or figure.unit_code == _CITY)


def balance_ids(measured: Measured) -> list[str]:
    """The ids of the rows of the land balance that are made of faces."""
    evidence = measured.evidence
    states = {figure.scenario for figure in measured.figures}
    return [
        _balance_id(evidence, row, state, *pair[:2])
        for state in sorted(states)
        for pair in sorted(
            {*evidence.labels.coded[state]["land_use"].pairs, ("", UNCLASSIFIED, "")}
        )
        if pair[1]
        for row in rows_of(evidence)
    ]


def _balance_id(evidence: Evidence, row: Row, state: str, listed: str, code: str) -> str:
    place = f"{row.code}@{evidence.boundaries}/{evidence.as_of.isoformat()}/{state}"
    return f"{_BALANCE}/{place}/{f'{listed}.' if listed else ''}{code}"


def open_figure(
    measured: Measured, figure_id: str, faces: gpd.GeoDataFrame
) -> Explanation | BalanceOpened:
    """The pieces of a figure. ``faces`` are the stored ones, in the order of the mosaic."""
    if figure_id.startswith(f"{_BALANCE}/"):
        return _open_balance(measured, figure_id, faces)
    panel, row = next(
        (panel, row)
        for panel in measured.panels
        for row in panel.rows()
        if panel.figure_id(row) == figure_id
    )
    sides = tuple(
        _open_side(panel, row, side, measure, quantity, measured.ledger, faces)
        for side, measure, quantity in sides_of(panel)
    )
    own = [item for item in measured.by_year if item.figure.figure_id == figure_id]
    like = own[0].figure if own else None
    others = [
        item
        for item in measured.assessments
        if like is not None
        and (item.figure.indicator, item.figure.unit_code) == (like.indicator, like.unit_code)
        and item.figure.scenario == like.scenario
        and item.figure.figure_id != figure_id
    ]
    return Explanation(
        figure_id,
        panel,
        row,
        sides,
        tuple(own),
        tuple(others),
        measured.intervals.get(figure_id),
        tuple(item for item in measured.spreads if item.default.figure_id == figure_id),
        tuple(item for item in measured.gaps if item.figure.figure_id == figure_id),
    )


def _open_side(
    panel: Panel,
    row: Row,
    side: Side,
    measure: Measure,
    quantity: Quantity,
    ledger: Iterable[Entry],
    faces: gpd.GeoDataFrame,
) -> SideOpened:
    figure_id = panel.figure_id(row)
    own = tuple(item for item in ledger if item.figure_id == figure_id and item.side == side)
    if quantity.faces is not None:
        pieces = _weighted(faces, panel.evidence, face_weights(panel, measure, quantity, row))
    elif measure.kind == "floor_area":
        pieces = _dwellings(panel.evidence, units_of(panel, measure, row))
    else:
        pieces = _units(panel.evidence, own)
    known = all(item.amount is not None for item in own)
    total = float(pieces["counted"].sum()) if known else None
    return SideOpened(side, measure, total, quantity.unit, pieces, own)


def _weighted(faces: gpd.GeoDataFrame, evidence: Evidence, weights: np.ndarray) -> gpd.GeoDataFrame:
    counts = weights > 0
    area = evidence.mosaic.area[counts]
    chosen = faces[counts].reset_index(drop=True)
    numbers = {"area_m2": area, "weight": weights[counts], "counted": area * weights[counts]}
    return gpd.GeoDataFrame(chosen.assign(**numbers), crs=faces.crs)


def _dwellings(evidence: Evidence, units: np.ndarray) -> gpd.GeoDataFrame:
    """Footprints inside the units, with the floors by which they count."""
    layer = evidence.dataset.layers[Role.BUILDINGS]
    parts = dwelling_parts(layer, _planar_units(evidence))
    parts = parts[units[parts["unit"].to_numpy()] & (parts["floor_area_m2"] > 0).to_numpy()]
    codes = np.array(evidence.codes, dtype=object)
    return gpd.GeoDataFrame(
        {
            "building_id": parts["feature_id"].to_numpy(),
            "unit_code": codes[parts["unit"].to_numpy()],
            "floors": parts["floors"].to_numpy(),
            "counted": parts["floor_area_m2"].to_numpy(),
        },
        geometry=parts["geometry"].to_numpy(),
        crs=evidence.units.crs,
    )


def _planar_units(evidence: Evidence) -> np.ndarray:
    """The ground of each unit against the others, as the mosaic has it."""
    units = evidence.units
    ground = units.geometry.to_numpy()
    return yield_ground(ground, find_overlaps(ground, feature_rank(units)))


def _units(evidence: Evidence, entries: Iterable[Entry]) -> gpd.GeoDataFrame:
    """Units with the numbers they add: one column per item, its year, and their sum."""
    by_unit: dict[str, dict[str, object]] = {}
    for item in entries:
        numbers = by_unit.setdefault(item.unit_code, {"counted": 0.0})
        numbers[item.item] = item.amount
        if item.year:
            numbers[f"{item.item}_year"] = item.year
        numbers["counted"] = float(str(numbers["counted"])) + (item.amount or 0.0)
    order = [code for code in evidence.codes if code in by_unit]
    numbers = pd.DataFrame([by_unit[code] for code in order])
    if not order:
        numbers = pd.DataFrame({"counted": pd.Series(dtype=float)})
    units = evidence.units.set_index("code").loc[order]
    numbers.insert(0, "unit_code", order)
    numbers.insert(1, "unit_name", units["name"].to_numpy())
    return gpd.GeoDataFrame(numbers, geometry=units.geometry.to_numpy(), crs=evidence.units.crs)


def _open_balance(measured: Measured, figure_id: str, faces: gpd.GeoDataFrame) -> BalanceOpened:
    evidence = measured.evidence
    place, _, state, coded_as = figure_id.removeprefix(f"{_BALANCE}/").rsplit("/", 3)
    listed, _, code = coded_as.rpartition(".")
    row = next(row for row in rows_of(evidence) if row.code == place.rpartition("@")[0])
    coded = evidence.labels.coded[state]["land_use"]
    inside = row.units[evidence.mosaic.unit]
    holds = inside & _has_code(coded, listed, code)
    sides = []
    for side, mask in (("numerator", holds), ("denominator", inside)):
        pieces = _weighted(faces, evidence, mask.astype(float))
        total = float(pieces["counted"].sum())
        sides.append(SideOpened(side, None, total, "m2", pieces, ()))
    return BalanceOpened(figure_id, row, state, listed, code, tuple(sides))


def _has_code(coded: Coded, listed: str, code: str) -> np.ndarray:
    if code == UNCLASSIFIED:
        return coded.position == NOWHERE
    return coded.where([pair[:2] == (listed, code) for pair in coded.pairs])


def features_behind(pieces: pd.DataFrame) -> Mapping[str, set[str]]:
    """The ids of the features behind some pieces, by layer."""
    columns = {
        "land_use": "land_use_id",
        "zoning": "zoning_id",
        "green": "green_id",
        "general_plan": "general_plan_id",
        "right_of_way": "right_of_way",
        "buildings": "building_id",
        "units": "unit_code",
    }
    return {
        layer: set(pieces[column].dropna()) for layer, column in columns.items() if column in pieces
    }
