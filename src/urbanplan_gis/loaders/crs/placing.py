"""Features in the project CRS: which system their numbers are in, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from urbanplan_gis.loaders.crs.area import Box
from urbanplan_gis.loaders.crs.detect import PlacementDecision, settle_placement
from urbanplan_gis.loaders.crs.guard import name_crs, parse_crs, reproject, same_crs
from urbanplan_gis.loaders.crs.placement import AXES, COORDINATE_UNITS, Placement, place
from urbanplan_gis.loaders.crs.readings import Told
from urbanplan_gis.model.data import Finding, Severity
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from urbanplan_gis.loaders.raw import RawLayer
    from urbanplan_gis.loaders.shapes import Shapes
    from urbanplan_gis.loaders.source_file import SourceFile

_WGS84 = CRS.from_epsg(4326)
_ACTIONS = {"crs_changed": "repaired", "crs_assumed": "assumed", "crs_doubt": "kept"}


@dataclass(frozen=True, eq=False)
class CityPlace:
    """Where the city lies (degrees), and its boundaries as lines to compare others with."""

    area: Box
    lines: np.ndarray

    @classmethod
    def of_units(cls, units: np.ndarray, crs: CRS) -> CityPlace:
        """From the units' polygons in the project CRS."""
        places, _ = reproject(units, crs, _WGS84)
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(places))
        return cls((west, south, east, north), shapely.boundary(places))


@dataclass(frozen=True, eq=False)
class Placed:
    """Geometries in the project CRS; the system found, why, and the operation from there."""

    geometry: np.ndarray
    crs: CRS
    reason: Text
    operation: str
    findings: tuple[Finding, ...]
    #: of features without geometry, as far as their reader knew where they lie
    places: np.ndarray | None = None


def place_features(
    source: SourceFile,
    raw: RawLayer,
    shapes: Shapes,
    project_crs: CRS,
    city: CityPlace | None,
) -> Placed:
    """The geometries of a source in the project CRS.

    Raises:
        PlanDataError: if the numbers can be read in no way, or in several.
    """
    usable = shapes.geometry[shapes.reason == ""]
    decision = settle_placement(
        shapely.get_coordinates(usable),
        _stated(source, raw),
        city.area if city else None,
        source.where(raw.layer),
        city.lines if city else None,
        _told(source),
        project_crs,
    )
    placement = decision.placement
    geometry, operation = reproject(place(shapes.geometry, placement), placement.crs, project_crs)
    unstated = raw.crs is None and not source.facts.crs
    assumed = unstated and not _is_own(placement, project_crs)
    findings = _tell(source, decision, operation, assumed)
    places = raw.place
    if places is not None:
        places, _ = reproject(place(places, placement), placement.crs, project_crs)
    reason = _reason(source, raw, decision)
    return Placed(geometry, placement.crs, reason, operation, findings, places)


def _stated(source: SourceFile, raw: RawLayer) -> CRS | None:
    """A format's standard CRS gives way to the key of the project file, a stated one does not."""
    return raw.crs if raw.states_crs or not source.facts.crs else None


def _told(source: SourceFile) -> Told:
    facts = source.facts
    return Told(
        parse_crs(facts.crs, f"{source.config}: crs") if facts.crs else None,
        AXES[facts.axes] if facts.axes else None,
        COORDINATE_UNITS[facts.coordinate_unit] if facts.coordinate_unit else None,
    )


def _reason(source: SourceFile, raw: RawLayer, decision: PlacementDecision) -> Text:
    if raw.crs is not None and not raw.states_crs and not source.facts.crs and not decision.changed:
        return Text.of("crs_reason.format", reading=decision.reason)
    return decision.reason


def _tell(
    source: SourceFile, decision: PlacementDecision, operation: str, assumed: bool
) -> tuple[Finding, ...]:
    """What differs from what was stated or was stated nowhere, and what speaks against it."""
    said = [("crs_changed", decision.reason)] if decision.changed else []
    if assumed:
        said.append(("crs_assumed", decision.reason))
    if decision.doubt is not None:
        said.append(("crs_doubt", decision.doubt))
    if "Ballpark" in operation:
        # PROJ's word for one that takes two datums for the same
        crs = name_crs(decision.placement.crs)
        said.append(("crs_doubt", Text.of("placement_reason.ballpark", crs=crs)))
    return tuple(
        Finding(
            code, Severity.WARNING, source.role, (),
            Text.of(f"finding.{code}", source=source.name, reason=reason),
            action=_ACTIONS[code],
        )
        for code, reason in said
    )  # fmt: skip


def _is_own(placement: Placement, project_crs: CRS) -> bool:
    """Whether the numbers are the project's own as they stand."""
    as_they_stand = not placement.swapped and placement.scale == 1 and not placement.no_shift
    return as_they_stand and same_crs(placement.crs, project_crs)
