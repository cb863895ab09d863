"""Small pieces of QGIS XML that every part of a project uses."""

from __future__ import annotations

import uuid
import warnings
import xml.etree.ElementTree as ET
from functools import cache

from urbanplan_gis.outputs.styling import xml_text

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def child(
    parent: ET.Element, tag: str, text: str | None = None, **attributes: object
) -> ET.Element:
    """An element with text and attributes, without what XML cannot hold."""
    element = ET.SubElement(parent, tag, {k: xml_text(str(v)) for k, v in attributes.items()})
    if text is not None:
        element.text = xml_lines(text)
    return element


def xml_lines(text: str) -> str:
    """Text of several lines without what XML cannot hold."""
    return "\n".join(xml_text(line) for line in text.split("\n"))


def identifier(*parts: object) -> str:
    """The same unique id for the same thing in every run, as QGIS writes them."""
    return "{" + str(uuid.uuid5(_NAMESPACE, "urbanplan_gis/" + "/".join(map(str, parts)))) + "}"


def add_crs(parent: ET.Element, crs: str) -> None:
    """A coordinate system by its code, and whole for a QGIS that does not know the code."""
    parent.append(ET.fromstring(_crs_xml(crs)))


@cache
def _crs_xml(crs: str) -> str:
    import pyproj

    found = pyproj.CRS.from_user_input(crs)
    authority = found.to_authority(min_confidence=100)
    with warnings.catch_warnings():
        # PROJ strings lose detail, which pyproj warns of; the WKT beside it has it all
        warnings.simplefilter("ignore", UserWarning)
        proj4 = found.to_proj4()
    name = ":".join(authority) if authority else ""
    code = authority[1] if authority and authority[1].isdigit() else "0"
    root = ET.Element("spatialrefsys")
    child(root, "wkt", found.to_wkt("WKT2_2019"))
    child(root, "proj4", proj4)
    child(root, "srsid", "0")
    child(root, "srid", code)
    child(root, "authid", name)
    child(root, "description", found.name)
    child(root, "projectionacronym", "longlat" if found.is_geographic else "tmerc")
    ellipsoid = found.ellipsoid.to_json_dict().get("id") if found.ellipsoid else None
    child(root, "ellipsoidacronym", f"{ellipsoid['authority']}:{ellipsoid['code']}" if ellipsoid
          else "")  # fmt: skip
    child(root, "geographicflag", str(found.is_geographic).lower())
    return ET.tostring(root, encoding="unicode")


def add_properties(parent: ET.Element, values: dict[str, str]) -> None:
    """Custom properties of a layer or a node of the tree."""
    table = child(child(parent, "customproperties"), "Option", type="Map")
    for name, value in values.items():
        # attributes keep the breaks between lines
        child(table, "Option", name=name, type="QString").set("value", xml_lines(value))
