"""Outside world -> layers: files of all kinds read, checked and conformed."""

from urbanplan_gis.loaders.dataset import load_layers

__all__ = ["load_layers"]
