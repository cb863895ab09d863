"""Measure an urban plan against its targets.

The public names are imported on first use, so that ``urbanplan --help`` stays quick:
``load_project, load_layers, check, derive_layers, gather, build_mosaic, evaluate, assess,
run_project`` and ``PlanDataError``.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "PlanDataError": "errors",
    "assess": "analysis.targets",
    "build_mosaic": "mosaic",
    "check": "quality.check",
    "derive_layers": "analysis.gather",
    "evaluate": "analysis.indicators",
    "figures_frame": "outputs.tables",
    "gather": "analysis.gather",
    "indicators": "standards.indicators",
    "land_balance": "analysis.urban_land",
    "load_layers": "loaders",
    "load_project": "project",
    "run_project": "pipeline",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
