"""Outputs appear whole or not at all, and those of one run together: temporary names, renamed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from errno import EISDIR
from pathlib import Path

from pyogrio.errors import DataLayerError, DataSourceError
from xlsxwriter.exceptions import XlsxFileError

from urbanplan_gis.errors import PlanDataError, bad_data

_STAGE = ".urbanplan-run-"
_FORMER = "former"
_ABANDONED_S = 3600.0
_LOCK = ".urbanplan-lock"
_PATIENCE_S, _MOMENT_S = 60.0, 0.05
#: what libraries make of a full disk and the like
_UNWRITTEN = (DataLayerError, DataSourceError, XlsxFileError, sqlite3.Error)


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
    except (OSError, *_UNWRITTEN) as problem:
        raise _unwritten(target.name, problem) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staging(folder: Path) -> Generator[Path]:
    """A place inside ``folder`` to make files in before they are put there; gone afterwards.

    Raises:
        PlanDataError: if the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=folder))
    except OSError as problem:
        raise bad_data("cannot_write", folder.name, reason=problem.strerror) from None
    try:
        yield stage
    except _UNWRITTEN as problem:
        raise _unwritten(folder.name, problem) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _unwritten(name: str, problem: Exception) -> PlanDataError:
    said = problem.strerror if isinstance(problem, OSError) else None
    return bad_data("cannot_write", name, reason=said or " ".join(str(problem).split())[-160:])


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """Hold ``folder`` for a moment; others who ask for it wait.

    Raises:
        PlanDataError: if it cannot be had: the folder cannot be written, or another holds on.
    """
    lock = folder / _LOCK
    for _ in range(round(_PATIENCE_S / _MOMENT_S)):
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
            break
        except FileExistsError:
            with suppress(FileNotFoundError):  # who held it was killed
                if time.time() - lock.stat().st_mtime > _PATIENCE_S:
                    lock.unlink()
            time.sleep(_MOMENT_S)
        except OSError as problem:
            raise _unwritten(folder.name, problem) from None
    else:
        raise bad_data("cannot_write", folder.name, reason=_LOCK)
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def clear_stages(folder: Path) -> None:
    """Remove what killed runs left of their staging; a run at work is younger than an hour."""
    for stage in folder.glob(f"{_STAGE}*"):
        if time.time() - stage.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(stage, ignore_errors=True)


def replace_together(stage: Path, folder: Path, made: Sequence[str], gone: Sequence[str]) -> None:
    """Put the files ``made`` in ``stage`` into ``folder`` and take out those ``gone``, or neither.

    Files change place in the order given. Those of the former run wait in ``stage``, and go back
    if one of them cannot be moved (it is open elsewhere, protected, or a folder has its name).

    Raises:
        PlanDataError: if a file cannot be replaced; all are as they were.
    """
    undo: list[tuple[Path, Path]] = []
    name = ""
    try:
        for name in (*gone, *made):
            target, former = folder / name, stage / _FORMER / name
            for parent in (target.parent, former.parent):
                parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        for name in (*gone, *made):
            target, former = folder / name, stage / _FORMER / name
            if os.path.lexists(target):
                os.replace(target, former)
                undo.append((former, target))
            if name in made:
                os.replace(stage / name, target)
                undo.append((target, stage / name))
    except OSError as problem:
        for place, origin in reversed(undo):
            os.replace(place, origin)
        raise bad_data("cannot_write", name, reason=problem.strerror or problem) from None
