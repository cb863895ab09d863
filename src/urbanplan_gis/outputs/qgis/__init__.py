"""The QGIS project of a run: ``city.qgz`` over ``city.gpkg``, and what it shows beside it."""

from urbanplan_gis.outputs.qgis.product import PROJECT, SIDE_FILE, make_qgis_project

__all__ = ["PROJECT", "SIDE_FILE", "make_qgis_project"]
