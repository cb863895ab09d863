"""Print-ready map sheets at true scale, as PNG, PDF and SVG."""

from urbanplan_gis.outputs.sheets.data import SheetData, SheetOptions
from urbanplan_gis.outputs.sheets.write import draw_sheet, sheet_inputs, sheet_names, sheet_sources

__all__ = [
    "SheetData",
    "SheetOptions",
    "draw_sheet",
    "sheet_inputs",
    "sheet_names",
    "sheet_sources",
]
