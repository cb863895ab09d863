"""Outputs appear whole or not at all: written under a temporary name, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from urbanplan_gis.errors import bad_data


@contextmanager
def whole_file(target: Path) -> Generator[Path]:
    """A temporary path beside ``target``; renamed to it on success, removed on failure.

    Raises:
        PlanDataError: if the folder cannot be written to.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".part-", dir=target.parent))
    except OSError as problem:
        raise bad_data("cannot_write", target.name, reason=problem.strerror) from None
    try:
        draft = folder / target.name
        yield draft
        os.replace(draft, target)
    except PermissionError as problem:
        raise bad_data("cannot_write", target.name, reason=problem.strerror) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
