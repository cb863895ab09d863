"""``python -m urbanplan_gis`` is the same as ``urbanplan``."""

from urbanplan_gis.cli import main

main()
