"""The atlas: a page for each administrative unit, overview pages, and an index, as one PDF."""

from urbanplan_gis.outputs.atlas.product import make_atlas

__all__ = ["make_atlas"]
