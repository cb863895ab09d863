"""Drawings: DXF and DGN, entity by entity."""
