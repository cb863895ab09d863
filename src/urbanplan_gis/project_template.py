"""A first ``project.toml`` for a new project, with the folders it needs."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from urbanplan_gis.errors import bad_data
from urbanplan_gis.outputs.files import whole_file


def begin_project(folder: str) -> Path:
    """Write a commented project file and ``data/raw``, ``data/processed`` into ``folder``.

    Raises:
        PlanDataError: if there is a project file already.
    """
    root = Path(folder)
    file = root / "project.toml"
    if file.exists():
        raise bad_data("project_exists", str(file))
    text = (files("urbanplan_gis") / "template.toml").read_text(encoding="utf-8")
    for name in ("raw", "processed"):
        (root / "data" / name).mkdir(parents=True, exist_ok=True)
    with whole_file(file) as draft:
        draft.write_text(text, encoding="utf-8")
    return file
