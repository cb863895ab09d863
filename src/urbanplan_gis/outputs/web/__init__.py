"""The web map: ``map.html``, one file in both languages that asks for nothing from outside."""

from urbanplan_gis.outputs.web.product import make_web_map

__all__ = ["make_web_map"]
