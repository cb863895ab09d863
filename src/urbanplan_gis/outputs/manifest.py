"""``manifest.json``: what was made of what: nothing is made twice, and all can be checked."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from urbanplan_gis.loaders.formats import source_files
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.files import whole_file
from urbanplan_gis.project import Project
from urbanplan_gis.store import file_digest

FILE = "manifest.json"
_LIBRARIES = ("geopandas", "shapely", "pyproj", "pyogrio", "numpy", "pandas", "matplotlib")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of an output folder; empty if there is none or it cannot be read."""
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def origins_of(manifest: dict[str, Any]) -> tuple[Origin, ...]:
    """The origins of all sources, as a run recorded them."""
    return tuple(_origin(item) for item in manifest["origins"])


def origins_by_role(manifest: dict[str, Any]) -> dict[str, tuple[Origin, ...]]:
    """The origins of each layer, and of the statistics, as a run recorded them."""
    return {
        role: tuple(_origin(item) for item in items)
        for role, items in manifest["origins_by_role"].items()
    }


def _origin(item: dict[str, Any]) -> Origin:
    words = {name: str(value) for name, value in item.items() if name != "date"}
    day = dt.date.fromisoformat(item["date"]) if item["date"] else None
    return Origin(**words, date=day)


def write_manifest(folder: Path, content: dict[str, Any]) -> None:
    """Write the manifest; its time stamp is the only thing two equal runs differ in."""
    stamped = {**content, "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    with whole_file(folder / FILE) as draft:
        text = json.dumps(stamped, ensure_ascii=False, indent=1, sort_keys=True)
        draft.write_text(text + "\n", encoding="utf-8")


def input_digests(project: Project) -> dict[str, str]:
    """sha256 of every input file, its sidecars, the project file and the decisions."""
    paths = [path for name in project.input_files() for path in source_files(project.path(name))]
    paths.append(project.file)
    if project.decisions.is_file():
        paths.append(project.decisions)
    return {project.relative(path): file_digest(path) for path in sorted(set(paths))}


def fingerprint(project: Project, inputs: dict[str, str], lang: str) -> str:
    """One digest of all a run depends on: inputs, parameters, code.

    Of ``project.toml`` what it says counts, not how it is written, and not how maps are printed.
    """
    own = project.relative(project.file)
    said = (
        project.facts, project.derive, project.tolerance, project.urban_class, project.uncertainty
    )  # fmt: skip
    declared = (
        *project.targets,
        *project.standard_values,
        *project.statistics,
        *project.databases,
        *(source for _, source in project.sources),
    )
    parameters = {
        "facts": [asdict(part) for part in (*said, *declared)],
        "roles": [str(role) for role, _ in project.sources],
        "definitions": project.definitions,
        "confirmed": list(project.confirmed_class_sets),
        "allow_unverified": project.allow_unverified,
    }
    others = {name: digest for name, digest in inputs.items() if name != own}
    return digest_of(
        {"inputs": others, "parameters": parameters, "lang": lang, "code": code_digest()}
    )


def digest_of(value: Any) -> str:
    """sha256 of a JSON-like value."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_digest() -> str:
    """A digest of this package's own files and the versions of the libraries it stands on."""
    digest = hashlib.sha256()
    package = Path(str(files("urbanplan_gis")))
    for path in sorted(package.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    digest.update(json.dumps(library_versions()).encode())
    return digest.hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of this package and of the libraries figures depend on."""
    return {name: version(name) for name in ("urbanplan-gis", *_LIBRARIES)}


def is_current(folder: Path, manifest: dict[str, Any], mark: str) -> bool:
    """Whether the outputs of a run are there, untouched, and made from the same."""
    outputs = manifest.get("outputs", {})
    return manifest.get("fingerprint") == mark and untouched(folder, outputs)


def untouched(folder: Path, files: dict[str, str]) -> bool:
    """Whether files are there with the digests they were written with (none: no)."""
    return bool(files) and all(
        (folder / name).is_file() and file_digest(folder / name) == digest
        for name, digest in files.items()
    )


def product_files(manifest: dict[str, Any]) -> dict[str, str]:
    """Every file of every product (maps, atlas, report ...) with its digest."""
    parts = (part for product in manifest.get("products", {}).values() for part in product.values())
    return {name: digest for part in parts for name, digest in part["files"].items()}


def left_behind(folder: Path, former: dict[str, Any], kept: set[str]) -> list[str]:
    """Outputs that a former run made and this one did not, and that are still there."""
    root = folder.resolve()
    known = {**former.get("outputs", {}), **product_files(former)}
    paths = {name: (folder / name).resolve() for name in known if name not in kept}
    return sorted(n for n, path in paths.items() if path.is_relative_to(root) and path.is_file())


def remove_former(folder: Path, former: dict[str, Any], kept: set[str]) -> list[str]:
    """Delete outputs that a former run made and this one did not; nothing else is touched."""
    gone = left_behind(folder, former, kept)
    for name in gone:
        (folder / name).unlink()
    return gone
