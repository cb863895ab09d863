"""A look into OpenStreetMap XML before osmium reads it: what it must not declare, and what the
editor JOSM marks as deleted, which osmium reads like any other object.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from urbanplan_gis.errors import bad_data

_FORMAT = ".osm (OpenStreetMap XML)"
_CHUNK = 1 << 16
_DELETED = re.compile(rb"""\baction\s*=\s*["']delete""")
#: bytes kept of one chunk for the next, so that no mark is cut in two
_OVERLAP = 64


def check_xml(path: Path, label: str) -> None:
    """The root must be ``osm``, and nothing before it may declare a document type.

    Raises:
        PlanDataError: otherwise.
    """
    roots: list[str] = []
    parser = expat.ParserCreate()

    def refuse_declaration(*_: object) -> None:
        raise bad_data("osm_doctype", label)

    def note_root(name: str, _: object) -> None:
        roots.append(name)
        parser.StartElementHandler = None

    parser.StartDoctypeDeclHandler = refuse_declaration
    parser.StartElementHandler = note_root
    try:
        with path.open("rb") as stream:
            while not roots:
                chunk = stream.read(_CHUNK)
                parser.Parse(chunk, not chunk)
    except expat.ExpatError:
        # damage after the root is for osmium to tell
        if not roots:
            raise bad_data("not_the_format", label, format=_FORMAT) from None
    if roots != ["osm"]:
        raise bad_data("not_the_format", label, format=_FORMAT)


def find_deleted(path: Path) -> frozenset[tuple[str, int]]:
    """Objects that JOSM was told to delete and still keeps, by kind ("n", "w", "r") and number."""
    if not _is_marked(path):
        return frozenset()
    deleted: set[tuple[str, int]] = set()

    def note(name: str, attributes: dict[str, str]) -> None:
        number = attributes.get("id", "")
        if attributes.get("action") == "delete" and re.fullmatch(r"-?[0-9]{1,18}", number):
            deleted.add((name[0], int(number)))

    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError:
        # damage is for osmium to tell
        return frozenset()
    return frozenset(deleted)


def _is_marked(path: Path) -> bool:
    """Whether any object is marked: most files hold none, and are read much faster so."""
    tail = b""
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if _DELETED.search(tail + chunk):
                return True
            tail = chunk[-_OVERLAP:]
    return False
