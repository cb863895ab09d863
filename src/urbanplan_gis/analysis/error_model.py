"""What is declared about errors, and the interval of a figure that follows from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.targets import NOISE
from urbanplan_gis.model.data import Layer
from urbanplan_gis.model.figures import Target
from urbanplan_gis.project import Project, source_name
from urbanplan_gis.text import Text

#: an interval reaches this many standard deviations to both sides: 95 % of a normal distribution
DEVIATIONS = 1.96
METHOD = "first_order_normal_95"


@dataclass(frozen=True)
class ErrorModel:
    """Errors the project declares; what it does not declare is not known, never taken for none.

    ``position_mm``: standard deviation of each coordinate of a drawn vertex, mm on the map (our
    proposal is 0.3). ``scales`` (denominators of map scales: 2000 for 1:2000) and
    ``class_errors`` (probability 0-1 that the class of a feature is wrong) are by
    ``role/source``, or by ``role`` for all its sources. ``population_percent``: relative standard
    deviation (%) of the persons of one unit, independent between units.
    """

    position_mm: float | None = None
    scales: Mapping[str, float] = field(default_factory=dict)
    class_errors: Mapping[str, float] = field(default_factory=dict)
    population_percent: float | None = None

    @property
    def declares_nothing(self) -> bool:
        positions = self.position_mm is not None and bool(self.scales)
        return not (positions or self.class_errors or self.population_percent)

    def sigma(self, layer: Layer) -> NDArray[np.float64]:
        """Standard deviation (m) of the coordinates of each feature; NaN where not declared."""
        per_scale = math.nan if self.position_mm is None else self.position_mm / 1000
        return per_scale * _of_sources(layer, self.scales, math.nan)

    def class_error(self, layer: Layer) -> NDArray[np.float64]:
        """Probability that the class of each feature is wrong; 0 where not declared."""
        return _of_sources(layer, self.class_errors, 0.0)

    def parameters(self) -> dict[str, Any]:
        """Method and parameters, for the record beside the figures."""
        return {"method": METHOD, **asdict(self)}


def _of_sources(layer: Layer, declared: Mapping[str, float], else_: float) -> NDArray[np.float64]:
    by_role = declared.get(str(layer.role), else_)
    sources = layer.frame["source"].to_numpy(dtype=object)
    by_source = {
        name: declared.get(f"{layer.role}/{name}", by_role) for name in dict.fromkeys(sources)
    }
    return np.array([by_source[name] for name in sources], dtype=float)


def declared_errors(project: Project) -> ErrorModel:
    """What the project declares about errors of its layers and of its population."""
    named = [(f"{role}/{source_name(role, source)}", source) for role, source in project.sources]
    return ErrorModel(
        position_mm=project.uncertainty.position_mm,
        scales={name: source.scale for name, source in named if source.scale is not None},
        class_errors={
            name: source.class_error for name, source in named if source.class_error is not None
        },
        population_percent=project.uncertainty.population_percent,
    )


@dataclass(frozen=True)
class Interval:
    """The 95 % interval of a figure, in its unit, and what it is made of.

    ``least`` and ``most`` bound what ground that is not known may change, without any error;
    ``low`` and ``high`` are 1.96 ``sd`` beyond them, but not below zero or, of a share, above
    100 %. A component is None where nothing that bears on the figure declares it, ``sd`` where
    all are. Boundaries (m) are those on which faces count differently on both sides.
    """

    sd: float | None
    low: float
    high: float
    least: float
    most: float
    digitising_sd: float | None
    classification_sd: float | None
    population_sd: float | None
    numerator_boundary_m: float | None
    denominator_boundary_m: float | None
    notes: tuple[Text, ...] = ()


def p_met(interval: Interval, target: Target) -> float | None:
    """Probability (0-1) that the target is met, by the normal approximation.

    «Met» is as a verdict has it: from the target on (``at_least``, ``about``, ``all``), beyond it
    (``above``) or up to it (``at_most``). With unknown ground it is the probability at the end
    that is least in favour. None where no error is declared: then nothing is known of it.
    """
    if interval.sd is None:
        return None
    if target.sense == "at_most":
        beyond = target.value - interval.most
    else:
        beyond = interval.least - target.value
    if interval.sd == 0:
        slack = NOISE * abs(target.value)
        return float(beyond > slack if target.sense == "above" else beyond >= -slack)
    return 0.5 * math.erfc(-beyond / interval.sd / math.sqrt(2))
