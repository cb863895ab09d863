"""Products made from a stored run, part by part: only what is out of date is made again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from urbanplan_gis.outputs.files import alone, clear_stages, replace_together, staging
from urbanplan_gis.outputs.manifest import (
    input_digests,
    product_files,
    read_manifest,
    remove_former,
    untouched,
    write_manifest,
)
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.store import file_digest

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One piece of a product that is made whole or not at all.

    ``mark`` is a digest of all it depends on. ``make`` writes files below the folder it is given,
    under the names they will have below the output folder, and returns those names; files of
    parts before it are in the output folder already.
    """

    name: str
    mark: str
    make: Callable[[Path], Sequence[str]]


def make_parts(
    run: StoredRun, product: str, parts: Iterable[Part], progress: Progress | None = None
) -> list[str]:
    """Make the parts of a product that are out of date, and remove those it no longer has.

    Returns:
        The names of the parts that were made.

    Raises:
        PlanDataError: if a part cannot be made or written; those before it are kept.
    """
    folder = run.folder
    clear_stages(folder)
    former = read_manifest(folder).get("products", {}).get(product, {})
    entries = dict(former)
    wanted, made = [], []
    try:
        for part in parts:
            wanted.append(part.name)
            known = former.get(part.name, {})
            if known.get("mark") == part.mark and untouched(folder, known.get("files", {})):
                continue
            if progress:
                progress(f"{product}: {part.name}")
            with staging(folder) as stage:
                files = part.make(stage)
                gone = [name for name in known.get("files", {}) if name not in files]
                replace_together(stage, folder, files, [n for n in gone if (folder / n).is_file()])
            digests = {name: file_digest(folder / name) for name in files}
            entries[part.name] = {"mark": part.mark, "files": digests}
            made.append(part.name)
        entries = {name: entries[name] for name in wanted}
    finally:
        _record(run, product, entries)
    return made


def _record(run: StoredRun, product: str, entries: dict[str, Any]) -> None:
    """Write what was made into the manifest as it is now: other products may be at work too."""
    folder = run.folder
    with alone(folder):
        manifest = read_manifest(folder)
        # the inputs as they are now: maps.* of project.toml may have changed since the run
        inputs = input_digests(run.project) if run.delivery is None else manifest["inputs"]
        former = manifest.get("products", {})
        if entries != former.get(product, {}) or inputs != manifest["inputs"]:
            content = {**manifest, "inputs": inputs, "products": {**former, product: entries}}
            remove_former(folder, manifest, {*content["outputs"], *product_files(content)})
            write_manifest(folder, content)
