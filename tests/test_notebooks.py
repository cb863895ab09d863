"""Notebooks: each .ipynb is its script without outputs, and the script runs without a warning."""

from __future__ import annotations

import runpy
import shutil
from pathlib import Path

import jupytext
import matplotlib
import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
SCRIPTS = sorted(NOTEBOOKS.glob("*.py"))

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


def _cells(notebook: nbformat.NotebookNode) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_every_notebook_has_its_script():
    assert SCRIPTS
    assert [path.stem for path in SCRIPTS] == [
        path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))
    ]


@each_script
def test_notebook_equals_its_script(script):
    of_script = jupytext.read(script)
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    assert _cells(notebook) == _cells(of_script)
    assert notebook.metadata.kernelspec == of_script.metadata.kernelspec
    assert notebook.metadata.jupytext.formats == "ipynb,py:percent"
    assert of_script.metadata.jupytext.formats == "ipynb,py:percent"


@each_script
def test_notebook_holds_no_outputs(script):
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.slow
@each_script
def test_script_runs_on_a_part_of_the_sample_city(script, few_units, tmp_path, monkeypatch):
    """From the folder of notebooks, as Jupyter does; any warning fails the test."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    project = shutil.copytree(few_units, tmp_path / "city")
    (project / "notebooks").mkdir()
    monkeypatch.chdir(project / "notebooks")
    try:
        runpy.run_path(str(script))
        assert pyplot.get_fignums()
        for number in pyplot.get_fignums():
            pyplot.figure(number).canvas.draw()
    finally:
        pyplot.close("all")
