"""Whether what was published still follows from what it was made of, cell by cell.

Files against their digests, faces against their units, and every figure against the one made
again from the stored faces, labels and statistics. Each difference names the figures it touches.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.rests_on import inputs_of
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.errors import PlanDataError, listed
from urbanplan_gis.mosaic import TOLERANCE
from urbanplan_gis.outputs.tables import ROW_DIGITS, row_digest, written_cells
from urbanplan_gis.store import file_digest, read_table
from urbanplan_gis.text import Text

#: what the order of adding up may leave in a number
_NOISE = 1e-12
_NAMED = 5
#: columns that name a row, the most telling first
_NAMES = ("figure_id", "finding_id", "plan_id", "unit_code", "commune_code")


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was made, and the figures that hang on it."""

    what: Text
    figures: tuple[str, ...] = ()

    def say(self, lang: str) -> str:
        """The difference in words, with the first figures it touches."""
        if not self.figures:
            return self.what.say(lang)
        named = listed(self.figures[:_NAMED])
        touched = Text.of("audit.figures", count=len(self.figures), figures=named)
        return f"{self.what.say(lang)} {touched.say(lang)}"


def changed_files(
    root: Path, digests: Mapping[str, str], key: str, hang_on: Mapping[str, Sequence[str]]
) -> Iterator[Difference]:
    """Files that are gone or not what their digest says; ``hang_on`` are figures by file."""
    for name, digest in sorted(digests.items()):
        path = root / name
        if path.is_file() and file_digest(path) == digest:
            continue
        what = "gone" if not path.is_file() else "changed"
        yield Difference(Text.of(f"audit.{key}_{what}", file=name), tuple(hang_on.get(name, ())))


def figures_by_input(measured: Measured, manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """The figures that rest on each input file: by the roles they ask of, and their statistics."""
    of_role = {
        role: {origin["path"] for origin in origins}
        for role, origins in manifest["origins_by_role"].items()
    }
    resting: dict[str, list[str]] = {}
    for panel in measured.panels:
        ids = [panel.figure_id(row) for row in panel.rows()]
        files = set().union(*(of_role.get(role, set()) for role in inputs_of(panel)))
        for path in files:
            resting.setdefault(path, []).extend(ids)
    for name in manifest["inputs"]:
        stem = name.rsplit(".", 1)[0]
        alike = [path for path in resting if path.rsplit(".", 1)[0] == stem]
        if name not in resting and alike:  # a sidecar of a shapefile
            resting[name] = resting[alike[0]]
    return resting


def edited_rows(folder: Path, rows: Mapping[str, str]) -> Iterator[Difference]:
    """Rows of tables that are not as they were written, are new, or are gone."""
    for name, digests in sorted(rows.items()):
        file = f"tables/{name}.csv"
        try:
            table = read_table(folder / file)
        except PlanDataError as problem:
            yield Difference(Text.of("audit.table", file=file, problem=problem.line("en")))
            continue
        known = [digests[n : n + ROW_DIGITS] for n in range(0, len(digests), ROW_DIGITS)]
        found = [row_digest(cells) for cells in table.itertuples(index=False, name=None)]
        if len(known) != len(found):
            counts = {"made": len(known), "found": len(found)}
            yield Difference(Text.of("audit.rows", file=file, **counts))
        pairs = zip(known, found, strict=False)
        for number in [n for n, (one, other) in enumerate(pairs) if one != other]:
            row = table.iloc[number]
            place = next((row[key] for key in _NAMES if key in table), "-")
            ids = (row["figure_id"],) if "figure_id" in table else ()
            yield Difference(Text.of("audit.row", file=file, row=number + 2, name=str(place)), ids)


def differing_cells(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[Difference]:
    """Cells of stored tables that differ from the same tables made again."""
    for name, made in tables.items():
        file = f"tables/{name}.csv"
        try:
            stored = read_table(folder / file)
        except PlanDataError as problem:
            yield Difference(Text.of("audit.table", file=file, problem=problem.line("en")))
            continue
        again = written_cells(made)
        if list(stored.columns) != list(again.columns) or len(stored) != len(again):
            counts = {"made": len(again), "found": len(stored)}
            yield Difference(Text.of("audit.rows", file=file, **counts))
            continue
        unequal = (stored.to_numpy(dtype=str) != again.to_numpy(dtype=str)).nonzero()
        for row, column in zip(*unequal, strict=True):
            said, is_so = stored.iat[row, column], again.iat[row, column]
            if _same_number(said, is_so):
                continue
            place = next((stored[key].iat[row] for key in _NAMES if key in stored), "-")
            ids = (str(place),) if "figure_id" in stored else ()
            yield Difference(
                Text.of(
                    "audit.cell", file=file, name=str(place), column=str(stored.columns[column]),
                    said=said or "-", is_so=is_so or "-",
                ),
                ids,
            )  # fmt: skip


def _same_number(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=_NOISE, abs_tol=_NOISE)
    except ValueError:
        return False


def broken_faces(
    evidence: Evidence, faces: pd.DataFrame, measured: Measured
) -> Iterator[Difference]:
    """Faces whose geometry is not of the area written on them, and units they do not add up to."""
    units = np.flatnonzero(np.abs(evidence.mosaic.difference) > TOLERANCE)
    for unit in units:
        code = evidence.codes[unit]
        ids = [f.figure_id for f in measured.figures if f.unit_code == code]
        apart = float(evidence.mosaic.difference[unit])
        yield Difference(Text.of("audit.unit", unit=code, apart=f"{apart:.3g}"), tuple(ids))
    written = faces.sort_values("face_id")["area_m2"].to_numpy()
    drawn = evidence.mosaic.area
    if len(written) != len(drawn):
        yield Difference(Text.of("audit.faces_elsewhere", count=len(written) - len(drawn)))
        return
    off = np.abs(drawn - written) > TOLERANCE * np.maximum(written, 1.0)
    for face in np.flatnonzero(off):
        ids = _figures_with(measured, face)
        yield Difference(
            Text.of(
                "audit.face", face=int(face), written=float(written[face]), drawn=float(drawn[face])
            ),
            tuple(ids),
        )


def _figures_with(measured: Measured, face: int) -> Iterable[str]:
    """Figures of the unit of a face that count it, and the groups' of the same panels."""
    unit = measured.evidence.mosaic.unit[face]
    for panel in measured.panels:
        quantities = (panel.numerator, panel.denominator)
        counts = [q.faces is not None and q.faces.component[face] >= 0 for q in quantities if q]
        if any(counts):
            yield from (panel.figure_id(row) for row in panel.rows() if row.units[unit])
