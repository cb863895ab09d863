"""Transport: the ways to obtain transport land, and road length and density by class."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.analysis.evidence import Evidence, cut_by_units
from urbanplan_gis.model.figures import Condition

_URBAN = Condition("land_use", "urban_construction")


def land_from_codes(
    land_use: gpd.GeoDataFrame, units: gpd.GeoDataFrame, transport_codes: frozenset[str]
) -> pd.Series:
    """Transport land (m²) per unit code, from planar land-use polygons with a ``code`` column."""
    return _area_in(land_use[land_use["code"].isin(transport_codes)].geometry, units)


def land_from_right_of_way(right_of_way: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> pd.Series:
    """Land within the red lines (m²) per unit code; ground shared by streets counts once."""
    return _area_in(right_of_way.geometry, units)


def land_from_centrelines(
    roads: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    *,
    cap: str = "flat",
    join: str = "round",
    quadrant_segments: int = 16,
) -> pd.Series:
    """Land of centre lines with a ``width_m`` column (m²) per unit code: buffer, dissolve, clip.

    Roads without a width take none. Caps, joins and segments are those of a GEOS buffer.
    """
    known = roads[roads["width_m"].fillna(0) > 0]
    land = shapely.buffer(
        known.geometry.to_numpy(),
        known["width_m"].to_numpy(dtype=float) / 2,
        quad_segs=quadrant_segments,
        cap_style=cap,
        join_style=join,
    )
    return _area_in(gpd.GeoSeries(land, crs=roads.crs), units)


def _area_in(land: gpd.GeoSeries, units: gpd.GeoDataFrame) -> pd.Series:
    cut = cut_by_units(land.to_numpy(), units.geometry.to_numpy())
    parts = (
        cut["geometry"]
        .groupby(cut["unit"])
        .agg(lambda group: shapely.union_all(group.to_numpy()).area)
    )
    area = parts.reindex(range(len(units)), fill_value=0.0).to_numpy(dtype=float)
    return pd.Series(area, index=pd.Index(units["code"], name="code"), name="transport_land_m2")


def road_table(evidence: Evidence) -> pd.DataFrame:
    """Length (km) and density (km per km² of urban construction land) by unit and road class.

    Road classes are the ranks of QCVN 01:2021/BXD, Table 2.17; 0 where none is given.
    """
    segments = evidence.segments
    columns = ["unit_code", "unit_name", "road_class", "length_km", "density_km_per_km2"]
    if segments.empty:
        return pd.DataFrame(columns=columns)
    urban = evidence.by_unit(evidence.mosaic.area * evidence.labels.certain(_URBAN, "existing"))
    road_class = segments["road_class"].astype("Int64").fillna(0).astype(int)
    lengths = segments["length_m"].groupby([segments["unit"], road_class]).sum() / 1000
    rows = []
    for (unit, rank), length in lengths.items():
        land = urban[unit] / 1e6
        rows.append(
            {
                "unit_code": evidence.units["code"].iloc[unit],
                "unit_name": evidence.units["name"].iloc[unit],
                "road_class": rank,
                "length_km": length,
                "density_km_per_km2": length / land if land else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=columns)
