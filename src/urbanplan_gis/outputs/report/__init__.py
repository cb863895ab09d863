"""The review report of a run: Word, PDF and HTML from one content."""

from urbanplan_gis.outputs.report.make import make_report

__all__ = ["make_report"]
