"""The sample city measured again by DuckDB: another engine, another language, the same order.

SQL decides the planted overlaps by the stated order (priority, later approval, smaller area,
id), subtracts what ranks higher, and intersects with the units. Nothing of our geometry is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from urbanplan_gis.analysis.results import Run
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.class_sets import class_sets

RELATIVE = 1e-9


def extension_path() -> str:
    """The spatial extension as its pip package holds it: loaded from disk, never downloaded."""
    folder = files("duckdb_extension_spatial") / "extensions" / f"v{duckdb.__version__}"
    return str(folder / "spatial.duckdb_extension")


@pytest.fixture(scope="module")
def database(sample_run: Run) -> Iterator[duckdb.DuckDBPyConnection]:
    """The conformed layers as tables of DuckDB: id, attributes, geometry."""
    settings = {"threads": 2, "autoinstall_known_extensions": False}
    with duckdb.connect(config=settings) as connection:
        connection.execute(f"LOAD '{extension_path()}'")
        layers = sample_run.evidence.dataset.layers
        put(connection, "unit", layers[Role.UNITS].frame, ["code"])
        put(connection, "parcel", layers[Role.LAND_USE].frame, ["code", "priority", "approved"])
        put(connection, "gp", layers[Role.GENERAL_PLAN].frame, ["code", "priority", "approved"])
        plan_columns = ["plan_id", "kind", "approved", "revoked", "replaced_by"]
        put(connection, "plan", layers[Role.PLANS].frame, plan_columns)
        yield connection


def put(
    connection: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame, columns: list[str]
) -> None:
    shapes = shapely.to_wkb(frame["geometry"].to_numpy())
    table = pa.table(
        {
            "id": pa.array(frame["feature_id"].tolist(), pa.string()),
            "wkb": pa.array(shapes.tolist(), pa.binary()),
            **{column: arrow(frame[column]) for column in columns},
        }
    )
    connection.register("incoming", table)
    connection.execute(
        f"CREATE TABLE {name} AS SELECT * EXCLUDE wkb, ST_GeomFromWKB(wkb) AS geom FROM incoming"
    )
    connection.unregister("incoming")


def arrow(column: pd.Series) -> pa.Array:
    if pd.api.types.is_datetime64_any_dtype(column):
        days = column.to_numpy().astype("datetime64[D]")
        return pa.array(days, pa.date32())
    values = [None if pd.isna(value) else value for value in column]
    return pa.array(values, pa.int64() if column.name == "priority" else pa.string())


#: who keeps the ground, who yields it; then every feature without the ground it yields
PLANAR = """
CREATE TABLE {name}_ranked AS
    SELECT *, row_number() OVER (
        ORDER BY priority DESC, approved DESC NULLS LAST, ST_Area(geom), id
    ) AS rank FROM {name};
CREATE TABLE {name}_near AS -- the spatial condition alone, so that it is joined by an R-tree
    SELECT low.id AS loser, low.rank AS low, low.geom AS whole,
        high.id AS winner, high.rank AS high, high.geom AS taken
    FROM {name}_ranked AS low JOIN {name}_ranked AS high ON ST_Intersects(low.geom, high.geom);
CREATE TABLE {name}_pair AS
    SELECT loser, winner, taken FROM {name}_near
    WHERE high < low AND NOT ST_Touches(whole, taken);
DROP TABLE {name}_near;
CREATE TABLE {name}_planar AS
    SELECT f.id, f.code,
        CASE WHEN t.cover IS NULL THEN f.geom ELSE ST_Difference(f.geom, t.cover) END AS geom
    FROM {name} AS f LEFT JOIN (
        SELECT loser, ST_Union_Agg(taken) AS cover FROM {name}_pair GROUP BY loser
    ) AS t ON t.loser = f.id;
"""


def make_planar(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Make table <name>_planar; how many pairs had to be decided."""
    connection.execute(PLANAR.format(name=name))
    (pairs,) = connection.execute(f"SELECT count(*) FROM {name}_pair").fetchone()
    return pairs


def quoted(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


def test_the_extension_is_the_one_of_the_package(database: duckdb.DuckDBPyConnection) -> None:
    loaded = database.execute(
        "SELECT loaded FROM duckdb_extensions() WHERE extension_name = 'spatial'"
    ).fetchone()
    assert loaded == (True,)


def test_land_use_by_unit_and_class(database: duckdb.DuckDBPyConnection, sample_run: Run) -> None:
    assert make_planar(database, "parcel") >= 10
    rows = database.execute(
        """
        SELECT unit.code, f.code, sum(CASE
            WHEN ST_Within(f.geom, unit.geom) THEN ST_Area(f.geom)
            ELSE ST_Area(ST_Intersection(unit.geom, f.geom)) END)
        FROM unit JOIN parcel_planar AS f ON ST_Intersects(unit.geom, f.geom)
        GROUP BY ALL
        """
    ).fetchall()
    size = dict(database.execute("SELECT code, ST_Area(geom) FROM unit").fetchall())
    theirs: dict[tuple[str, str], float] = {}
    for unit, code, area in rows:
        theirs[unit, code or "unclassified"] = area
    for unit in size:
        covered = sum(area for unit_, _, area in rows if unit_ == unit)
        bare = theirs.get((unit, "unclassified"), 0.0)
        theirs[unit, "unclassified"] = bare + size[unit] - covered

    balance = sample_run.balance
    ours = {
        (row.unit_code, row.code): row.area_ha * 1e4
        for row in balance[
            (balance["area_kind"] == "unit") & (balance["scenario"] == "existing")
        ].itertuples()
        if row.unit_code in size
    }
    apart = {
        key: (ours.get(key, 0.0), theirs.get(key, 0.0))
        for key in ours.keys() | theirs.keys()
        if abs(ours.get(key, 0.0) - theirs.get(key, 0.0)) > RELATIVE * size[key[0]]
    }
    assert not apart
    assert len(ours) > 400


def test_plan_coverage_by_unit(database: duckdb.DuckDBPyConnection, sample_run: Run) -> None:
    """Zoning plans in force, within the urban land of the general plan."""
    make_planar(database, "gp")
    urban = quoted(class_sets()["general_plan_urban"].codes["tt16-2025"])
    day = sample_run.evidence.as_of.isoformat()
    database.execute(
        f"""
        CREATE TABLE covered AS
        SELECT ST_Union_Agg(geom) AS geom FROM plan
        WHERE kind = 'zoning'
            AND (approved IS NULL OR approved <= DATE '{day}')
            AND (revoked IS NULL OR revoked > DATE '{day}')
            AND (replaced_by IS NULL OR replaced_by NOT IN (
                SELECT plan_id FROM plan WHERE approved IS NULL OR approved <= DATE '{day}'
            ))
        """
    )
    rows = database.execute(
        f"""
        WITH urban AS (
            SELECT unit.code, unit.geom AS whole, ST_Intersection(unit.geom, gp.geom) AS geom
            FROM unit JOIN gp_planar AS gp ON ST_Intersects(unit.geom, gp.geom)
            WHERE gp.code IN ({urban})
        ), plans AS (
            SELECT unit.code, ST_Intersection(unit.geom, covered.geom) AS geom
            FROM unit, covered
        )
        SELECT urban.code, sum(ST_Area(urban.geom)),
            sum(ST_Area(ST_Intersection(urban.geom, plans.geom)))
        FROM urban JOIN plans USING (code) GROUP BY urban.code
        """
    ).fetchall()
    figures = {
        figure.unit_code: figure
        for figure in sample_run.figures
        if (figure.indicator, figure.definition) == ("zoning_coverage", "in_force-in-general_plan")
    }
    assert len(rows) == len(sample_run.evidence.units)
    for unit, land, covered in rows:
        assert figures[unit].denominator == pytest.approx(land, rel=RELATIVE)
        assert figures[unit].numerator == pytest.approx(covered, rel=RELATIVE, abs=1e-9 * land)
    total = np.array([[land, covered] for _, land, covered in rows]).sum(axis=0)
    assert figures["city"].value == pytest.approx(100 * total[1] / total[0], rel=RELATIVE)
