"""The command line as a terminal, a pipe and a broken place see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def urbanplan(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "urbanplan_gis", *words],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii"])
def test_output_into_a_file_is_utf8_whatever_the_code_page(encoding: str) -> None:
    said = urbanplan("--help", PYTHONIOENCODING=encoding)
    assert said.returncode == 0
    assert "Đo quy hoạch so với chỉ tiêu" in said.stdout.decode("utf-8")
    lost = urbanplan("check", "--project", "/nowhere", PYTHONIOENCODING=encoding)
    assert lost.returncode == 2
    assert "không có tệp project.toml" in lost.stderr.decode("utf-8")


def test_what_the_system_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = urbanplan("new", str(tmp_path / "file" / "city"))
    lines = said.stderr.decode("utf-8").splitlines()
    assert said.returncode == 2
    assert len(lines) == 1
    assert "file" in lines[0]
