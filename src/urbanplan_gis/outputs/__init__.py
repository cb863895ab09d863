"""Figures and layers -> tables, GeoPackage, maps, manifest."""
