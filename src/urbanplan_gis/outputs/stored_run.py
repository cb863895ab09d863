"""What a run left behind, as the products that people look at are made from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from urbanplan_gis.errors import bad_data
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.manifest import (
    code_digest,
    digest_of,
    fingerprint,
    input_digests,
    is_current,
    origins_by_role,
    origins_of,
    read_manifest,
)
from urbanplan_gis.project import Project
from urbanplan_gis.store import read_stored, read_table, stored_layers
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_CITY = "city.gpkg"
#: columns of ``indicators.csv`` that hold numbers
_NUMBERS = ("value", "numerator", "denominator", "target_year", "target", "gap", "gap_ha", "low",
            "high", "p_met", "completeness")  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """The delivery a product belongs to: its name and day."""

    name: str
    day: dt.date


@dataclass(frozen=True, eq=False)
class StoredRun:
    """A run of a project as its files in ``folder`` tell it; layers and tables are read once.

    ``lang`` is the language asked for (``vi``, ``en`` or ``both``). Without a ``delivery`` every
    product is a draft.
    """

    project: Project
    manifest: dict[str, Any]
    lang: str
    folder: Path
    delivery: Delivery | None = None
    _read: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def as_of(self) -> dt.date:
        return self.project.facts.as_of

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers stored, ``units``, ``faces`` and ``findings`` among them."""
        return self._once("layers", lambda: stored_layers(self.folder / _CITY))

    def layer(self, name: str) -> GeoDataFrame:
        """A stored layer in the project CRS (metres); a copy the caller may change."""
        return self._once(f"layer {name}", lambda: read_stored(self.folder / _CITY, name)).copy()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables written."""
        return tuple(
            Path(name).stem for name in self.manifest["outputs"] if name.endswith(".csv")
            and name.startswith("tables/")
        )  # fmt: skip

    def table(self, name: str) -> pd.DataFrame:
        """A table as text, ``""`` where a cell is blank."""
        path = self.folder / "tables" / f"{name}.csv"
        return self._once(f"table {name}", lambda: read_table(path)).copy()

    @property
    def figures(self) -> pd.DataFrame:
        """``indicators.csv`` with numbers as numbers (NaN where blank), and ``is_default``."""
        frame = self.table("indicators")
        for column in _NUMBERS:
            frame[column] = pd.to_numeric(frame[column])
        frame["is_default"] = frame["figure_id"].isin(self.manifest["defaults"])
        return frame

    @property
    def origins(self) -> tuple[Origin, ...]:
        return origins_of(self.manifest)

    @property
    def origins_by_role(self) -> dict[str, tuple[Origin, ...]]:
        return origins_by_role(self.manifest)

    @property
    def stamps(self) -> tuple[Text, ...]:
        """What every product says of itself: synthetic data, and whether it is a draft."""
        synthetic = [Text.of("stamp.synthetic")] if self.project.facts.synthetic else []
        return (*synthetic, self.standing)

    @property
    def standing(self) -> Text:
        """Draft, or the name and day of the delivery."""
        if self.delivery is None:
            return Text.of("stamp.draft")
        return Text.of("stamp.delivered", name=self.delivery.name, date=self.delivery.day)

    def mark(self, layers: tuple[str, ...], tables: tuple[str, ...], *more: object) -> str:
        """A digest of what a product depends on: these layers and tables, whatever ``more`` is
        given, and what all products depend on (project, parameters, code, language, delivery)."""
        digests = self.manifest["layer_digests"]
        outputs = self.manifest["outputs"]
        return digest_of(
            {
                "layers": {name: digests.get(name, outputs[_CITY]) for name in layers
                           if name in self.layers},
                "tables": {name: outputs.get(f"tables/{name}.csv") for name in tables},
                "facts": self.manifest["project"],
                "parameters": self.manifest["parameters"],
                "lang": self.lang,
                "delivery": [self.delivery.name, self.delivery.day] if self.delivery else None,
                "code": code_digest(),
                "more": more,
            }
        )  # fmt: skip

    def _once(self, key: str, read: Any) -> Any:
        if key not in self._read:
            self._read[key] = read()
        return self._read[key]


def stored_run(project: Project, lang: str) -> StoredRun:
    """The run in a project's output folder.

    Raises:
        PlanDataError: if there is no run of the present layers and project file, or its outputs
            were changed by hand.
    """
    folder = project.output
    manifest = read_manifest(folder)
    run_in = manifest.get("parameters", {}).get("language", lang)
    if not is_current(folder, manifest, fingerprint(project, input_digests(project), run_in)):
        raise bad_data("not_run", folder.name)
    return StoredRun(project, manifest, lang, folder)
