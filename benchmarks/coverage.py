"""How often the 95 % interval holds the true value, on a crop of the sample city.

The crop, as it was made, is the truth. Each replicate misplaces every drawn vertex of all its
layers (one movement for vertices at one place), miscounts its persons, and in the last
simulation also mistakes classes; then everything is done anew through the ordinary functions,
and the interval is made from the spoilt data alone. Prints the share of intervals that hold the
truth, and the spread of the values beside the standard deviation they claim. At the end the whole
city is spoilt a few times, and the figures of all its units are counted together.

    python benchmarks/coverage.py [REPLICATES] [SEED]
"""

from __future__ import annotations

import copy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.analysis.error_model import ErrorModel
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import measure
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.analysis.uncertainty import intervals
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.model.data import Dataset, Layer, Role, Statistic
from urbanplan_gis.project import DeriveFacts, Project, load_project
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

ROOT = Path(__file__).resolve().parents[1]
#: 36 ha across the boundary of two units: 300 parcels, parks, a plan's edge, the general plan's
BOX = (595_926.0, 1_672_776.0, 596_526.0, 1_673_376.0)
SPATIAL = ("urban_land_ratio", "transport_land_share", "green_per_capita", "zoning_coverage")
ROLES = (
    Role.UNITS, Role.LAND_USE, Role.ZONING, Role.PLANS,
    Role.RIGHT_OF_WAY, Role.GREEN, Role.GENERAL_PLAN,
)  # fmt: skip
_PERSONS = ("residents", "temporary_residents")

POSITION_MM, SCALE, POPULATION_PERCENT, WRONG = 0.3, 2000.0, 3.0, 0.03
BOUNDARIES = ErrorModel(POSITION_MM, {str(role): SCALE for role in ROLES})
AND_PERSONS = replace(BOUNDARIES, population_percent=POPULATION_PERCENT)
AND_CLASSES = replace(AND_PERSONS, class_errors={Role.LAND_USE: WRONG, Role.GREEN: WRONG})
#: replicates of the whole city, each of which has a figure for every unit
CITIES = 3

#: indicator and row of the table
Key = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """What one set of data says of one figure: value, standard deviation, interval."""

    value: float
    sd: float
    low: float
    high: float


def load_crop(
    project: Project, folder: Path, box: tuple[float, float, float, float] = BOX
) -> Dataset:
    """The features of a project's layers near a box, its units cut to it, loaded as usual.

    ``folder`` takes the cropped files, under the same names.
    """
    cropped = copy.copy(project)
    cropped.root = folder
    sources = []
    for role, source in project.sources:
        if role not in ROLES or (source.valid_to and source.valid_to <= project.facts.as_of):
            continue
        sources.append((role, source))
        _crop_file(project.path(source.path), cropped.path(source.path), source.layer, role, box)
    cropped.sources = tuple(sources)
    units = next(source for role, source in sources if role == Role.UNITS)
    here = set(gpd.read_file(cropped.path(units.path))["ma"])
    for table in project.statistics:
        rows = pd.read_csv(project.path(table.path), dtype=str)
        rows[rows["ma_don_vi"].isin(here)].to_csv(cropped.path(table.path), index=False)
    return load_layers(cropped)


def _crop_file(
    source: Path, target: Path, layer: str, role: Role, box: tuple[float, float, float, float]
) -> None:
    parquet = source.suffix == ".parquet"
    given = {"layer": layer} if layer else {}
    frame = gpd.read_parquet(source) if parquet else gpd.read_file(source, bbox=box, **given)
    ground = shapely.box(*box)
    # what only touches the box has no part in it
    inside = shapely.area(shapely.intersection(shapely.make_valid(frame.geometry), ground)) > 0
    frame = frame[inside]
    if role == Role.UNITS:
        cut = shapely.intersection(frame.geometry.to_numpy(), ground)
        # all of them wards: so every figure has a row for the city
        frame = frame.assign(loai="phường", ngay_len_phuong=None).set_geometry(cut)
    target.parent.mkdir(parents=True, exist_ok=True)
    if parquet:
        frame.to_parquet(target)
    else:
        frame.to_file(target, **given)


def spoilt(dataset: Dataset, errors: ErrorModel, generator: np.random.Generator) -> Dataset:
    """The dataset with the errors of the model, drawn anew."""
    layers = _misplaced(dataset.layers, errors, generator)
    for role in (Role.LAND_USE, Role.GREEN):
        if errors.class_errors and role in layers:
            layers[role] = _misclassified(layers[role], errors, generator)
    statistics = tuple(_miscounted(dataset.statistics, errors, generator))
    return replace(dataset, layers=layers, statistics=statistics)


def _misplaced(
    layers: Mapping[Role, Layer], errors: ErrorModel, generator: np.random.Generator
) -> dict[Role, Layer]:
    """Every distinct vertex moved once, whichever layers it belongs to."""
    assert errors.position_mm is not None
    shapes = np.concatenate([layers[role].frame.geometry.to_numpy() for role in layers])
    places, place = np.unique(shapely.get_coordinates(shapes), axis=0, return_inverse=True)
    moved = places + generator.normal(0, errors.position_mm / 1000 * SCALE, places.shape)
    shapes = shapely.set_coordinates(shapes.copy(), moved[place.ravel()])
    ends = np.cumsum([len(layers[role].frame) for role in layers])
    return {
        role: layer.with_frame(layer.frame.set_geometry(part))
        for (role, layer), part in zip(layers.items(), np.split(shapes, ends[:-1]), strict=True)
    }


def _misclassified(layer: Layer, errors: ErrorModel, generator: np.random.Generator) -> Layer:
    """Features given the class of another one, drawn in proportion to area."""
    frame = layer.frame.copy()
    names = [n for n in ("code_list", "code", "sub_use", "source_value", "kind") if n in frame]
    coded = (frame["code"] if "code" in frame else frame["kind"]).to_numpy(dtype=object) != ""
    area = shapely.area(frame.geometry.to_numpy()) * coded
    wrong = np.flatnonzero(coded & (generator.random(len(frame)) < errors.class_error(layer)))
    drawn = generator.choice(len(frame), size=len(wrong), p=area / area.sum())
    for name in names:
        values = frame[name].to_numpy(dtype=object).copy()
        values[wrong] = values[drawn]
        frame[name] = values
    return layer.with_frame(frame)


def _miscounted(
    statistics: tuple[Statistic, ...], errors: ErrorModel, generator: np.random.Generator
) -> Iterator[Statistic]:
    """Persons of each unit off by one part, whatever the year and kind of residents."""
    codes = sorted({item.unit_code for item in statistics})
    relative = (errors.population_percent or 0.0) / 100
    off = dict(zip(codes, 1 + generator.normal(0, relative, len(codes)), strict=True))
    for item in statistics:
        factor = off[item.unit_code] if item.name in _PERSONS else 1.0
        yield replace(item, value=item.value * factor)


def evaluated(dataset: Dataset, project: Project, errors: ErrorModel) -> dict[Key, Found]:
    """The default figures of the spatial indicators with their intervals, from the data alone."""
    day = project.facts.as_of
    checked = check(dataset, day, project.tolerance)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(centrelines=False), day), day, "2014")
    declared = [indicators()[name] for name in SPATIAL]
    panels = [panel for panel in measure(declared, evidence, ["existing"]) if panel.is_default]
    found = intervals(panels, evidence, errors)
    return {
        (panel.indicator.indicator_id, row.code): Found(
            _value(panel, row), interval.sd, interval.low, interval.high
        )
        for panel in panels
        for row in panel.rows()
        # these groups are the same units as others
        if row.code not in ("slated", "wards")
        and (interval := found.get(panel.figure_id(row)))
        and interval.sd is not None
    }


def _value(panel: Panel, row) -> float:
    return panel.read(panel.numerator, panel.denominator, row)[2]


def simulate(
    dataset: Dataset, project: Project, errors: ErrorModel, replicates: int, seed: int
) -> tuple[dict[Key, Found], dict[Key, list[Found]]]:
    """The truth of figures that can be wrong, and what each replicate of spoilt data says."""
    generator = np.random.default_rng(seed)
    truth = evaluated(dataset, project, errors)
    truth = {key: found for key, found in truth.items() if found.sd > 0}
    said: dict[Key, list[Found]] = {key: [] for key in truth}
    for _ in range(replicates):
        found = evaluated(spoilt(dataset, errors, generator), project, errors)
        for key in truth:
            said[key].append(found[key])
    return truth, said


def covered(truth: Found, said: list[Found]) -> int:
    """How many intervals hold the true value."""
    return sum(item.low <= truth.value <= item.high for item in said)


def report(title: str, truth: dict[Key, Found], said: dict[Key, list[Found]]) -> None:
    """Print one line per figure."""
    print(title, flush=True)
    print("  indicator              row      truth  covered      sd seen  sd claimed    bias")
    for key, found in truth.items():
        items = said[key]
        values = np.array([item.value for item in items])
        claimed = np.sqrt(np.mean([item.sd**2 for item in items]))
        share = 100 * covered(found, items) / len(items)
        print(
            f"  {key[0]:22} {key[1]:6} {found.value:7.3f}  {share:5.1f} %"
            f"  {values.std():9.4f}  {claimed:9.4f}  {values.mean() - found.value:+8.4f}"
        )


def report_together(truth: dict[Key, Found], said: dict[Key, list[Found]]) -> None:
    """Print one line per indicator, over all rows but the city's."""
    print("the whole city, boundaries alone, all units together")
    print("  indicator              intervals  covered  deviation / sd claimed (rms)")
    for name in SPATIAL:
        keys = [key for key in truth if key[0] == name and key[1] != "city"]
        held = sum(covered(truth[key], said[key]) for key in keys)
        deviations = np.array(
            [(item.value - truth[key].value) / item.sd for key in keys for item in said[key]]
        )
        share, spread = 100 * held / len(deviations), np.sqrt(np.mean(deviations**2))
        print(f"  {name:22} {len(deviations):9}  {share:5.1f} %  {spread:8.2f}")


def main() -> None:
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20250630
    project = load_project(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        dataset = load_crop(project, Path(folder))
    parcels = len(dataset.layers[Role.LAND_USE].frame)
    print(f"{parcels} parcels, {replicates} replicates, seed {seed}")
    for title, errors in (
        ("boundaries alone", BOUNDARIES),
        ("boundaries and persons", AND_PERSONS),
        ("boundaries, persons and classes", AND_CLASSES),
    ):
        report(title, *simulate(dataset, project, errors, replicates, seed))
    city = load_layers(project)
    layers = {role: layer for role, layer in city.layers.items() if role in ROLES}
    city = Dataset(layers, city.statistics)
    report_together(*simulate(city, project, BOUNDARIES, CITIES, seed))


if __name__ == "__main__":
    main()
