"""The sheets of a project: the product's own set, and the planner's ``maps/*.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.outputs.sheets.declaration import Declaration, declared, wrong
from urbanplan_gis.text import Text

FOLDER = "maps"
_ENDING = ".toml"
#: sheets become files on any system
_NAME = re.compile(r"[\w][\w.-]{0,79}", re.ASCII)


@dataclass(frozen=True)
class SheetFile:
    """A declared sheet: its name, how messages name its file, and whether it is of the product."""

    name: str
    where: str
    declaration: Declaration
    is_own: bool = False


@cache
def own_sheets() -> tuple[SheetFile, ...]:
    """The product's own set, in the order of its numbers."""
    folder = files("urbanplan_gis") / FOLDER
    found = [
        SheetFile(file.name.removesuffix(_ENDING), f"{FOLDER}/{file.name}", declared(
            f"{FOLDER}/{file.name}", tomllib.loads(file.read_text(encoding="utf-8"))
        ), is_own=True)
        for file in folder.iterdir()
        if file.name.endswith(_ENDING)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda sheet: (sheet.declaration.number or 0, sheet.name)))


def sheets_of(folder: Path) -> tuple[tuple[SheetFile, ...], tuple[PlanDataError, ...]]:
    """The product's sheets and those declared in ``folder``, which add to the set or replace one
    of the same name, in the order of their numbers; and what is wrong with files that are none.

    A replaced sheet keeps its number unless its file gives another; new ones without a number
    follow the set in the order of their names.
    """
    sheets = {sheet.name: sheet for sheet in own_sheets()}
    problems: list[PlanDataError] = []
    paths = sorted(folder.glob(f"*{_ENDING}")) if folder.is_dir() else []
    for path in paths:
        former = sheets.pop(path.stem, None)
        try:
            sheet = _read(path)
        except PlanDataError as problem:
            problems += problem.problems
            continue
        if sheet.declaration.number is None and former is not None:
            number = former.declaration.number
            sheet = replace(sheet, declaration=replace(sheet.declaration, number=number))
        sheets[sheet.name] = sheet
    problems += _numbers_twice(sheets.values())
    return _numbered(sheets.values()), tuple(problems)


def _read(path: Path) -> SheetFile:
    """One file of the planner's.

    Raises:
        PlanDataError: for a file that cannot be read or declares no sheet.
    """
    where = f"{FOLDER}/{path.name}"
    if not _NAME.fullmatch(path.stem):
        raise wrong(where, path.stem, Text.of("sheet.wanted.file_name"))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise bad_data("not_toml", where, problem=problem) from None
    except OSError as problem:
        raise wrong(where, problem.strerror, Text.of("sheet.wanted.file")) from None
    return SheetFile(path.stem, where, declared(where, table))


def _numbers_twice(sheets: Iterable[SheetFile]) -> list[PlanDataError]:
    """Drawings of one set have each their own number."""
    seen: dict[int, SheetFile] = {}
    problems = []
    for sheet in sorted(sheets, key=lambda one: (not one.is_own, one.name)):
        number = sheet.declaration.number
        if number is None:
            continue
        first = seen.setdefault(number, sheet)
        if first is not sheet:
            words = Text.of("sheet.wanted.number", file=first.where)
            problems.append(wrong(f"{sheet.where}: number", number, words))
    return problems


def _numbered(sheets: Iterable[SheetFile]) -> tuple[SheetFile, ...]:
    ordered = sorted(
        sheets, key=lambda one: (one.declaration.number is None, one.declaration.number, one.name)
    )
    following = max((one.declaration.number or 0 for one in ordered), default=0)
    numbered = []
    for sheet in ordered:
        if sheet.declaration.number is None:
            following += 1
            sheet = replace(sheet, declaration=replace(sheet.declaration, number=following))
        numbered.append(sheet)
    return tuple(numbered)
