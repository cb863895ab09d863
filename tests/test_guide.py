"""The planner's guide: every command it shows runs, in order, on a part of the sample city."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from urbanplan_gis.cli import main

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "huong-dan.md"
_BLOCK = re.compile(r"^```(\w+) ?([\w.]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PRODUCTS = (
    "atlas.pdf", "report.docx", "report.pdf", "report.html", "map.html", "city.qgz",
    "tables/indicators.xlsx", "maps/existing_land_use.pdf",
)  # fmt: skip
_PICTURE = re.compile(r"!\[[^]]+\]\(([^)]+)\)")


def test_pictures_of_guide_and_readmes_are_there() -> None:
    for page in (GUIDE, ROOT / "README.md", ROOT / "README.vi.md"):
        pictures = _PICTURE.findall(page.read_text(encoding="utf-8"))
        assert len(pictures) >= 3
        for picture in pictures:
            assert (page.parent / picture).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_every_command_of_the_guide_runs_in_order(
    few_units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shutil.copytree(few_units, tmp_path / "city")
    settings = (project / "project.toml").read_text(encoding="utf-8")
    quick = settings.replace("dpi = 300", 'dpi = 72\noutputs = ["pdf"]')
    (project / "project.toml").write_text(quick, encoding="utf-8")
    monkeypatch.chdir(project)
    told = []
    for kind, name, body in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "csv":
            (project / name).write_text(body, encoding="utf-8")
        if kind != "sh":
            continue
        for line in body.splitlines():
            program, *arguments = shlex.split(line)
            assert program == "urbanplan"
            done = CliRunner().invoke(main, arguments, catch_exceptions=False)
            assert done.exit_code == 0, (line, done.output)
            told.append((arguments[0], done.output))
    assert [command for command, _ in told] == [
        "inspect", "new", "check", "run", "run", "explain", "maps", "atlas", "report", "web",
        "qgis", "audit", "deliver", "run",
    ]  # fmt: skip
    said = dict(told)
    assert said["audit"].startswith("Đạt: ")
    assert "So với bản giao Báo cáo quý 2-2025 ngày 01/07/2025: 0 số liệu khác" in said["run"]
    made = project / "data" / "processed"
    given = made / "deliveries" / "Báo cáo quý 2-2025"
    for folder in (made, given):
        for product in _PRODUCTS:
            assert (folder / product).stat().st_size > 1000
    assert "decisions.csv" in {path.name for path in (given / "project").iterdir()}
