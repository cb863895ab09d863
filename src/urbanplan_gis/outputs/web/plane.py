"""The plane of the web map: that of the project CRS, so that grid north is up and distances hold.

No map from elsewhere is ever shown under it, so nothing has to be bent into another projection:
the page takes metres from the middle of the city for those of its map library at the equator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
from numpy.typing import NDArray

from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.grid import crs_words
from urbanplan_gis.outputs.web.words import pair
from urbanplan_gis.text import Name, Text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: quanta across the city: 0.1 m for one of 25 km
_QUANTA = 250_000
_LEAST_QUANTUM = 0.01
#: ground (m) shown of a city without extent
_LEAST_SIDE = 4.0
#: how wide (m) the city lies on the plane of the map library, which is about 40 000 km wide: so
#: large that libraries which cut ground into tiles zoom by zoom have few steps to go
_WIDE = 6_000_000.0
#: degree of the polynomials that give latitude and longitude, and how exact they must be (m)
_DEGREES = range(3, 10)
_EXACT_M = 0.5
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Plane:
    """Origin (project CRS, metres), extent and the smallest step the page can show (metres)."""

    origin: tuple[float, float]
    extent: tuple[float, float, float, float]
    quantum: float
    crs: str

    @classmethod
    def around(cls, units: GeoDataFrame, crs: str) -> Plane:
        """The plane for a city."""
        bounds = np.asarray(units.total_bounds, dtype=float)
        if not np.isfinite(bounds).all():
            bounds = np.zeros(4)
        centre = np.round((bounds[:2] + bounds[2:]) / 2)
        half = np.maximum((bounds[2:] - bounds[:2]) / 2, _LEAST_SIDE / 2)
        extent = tuple(float(value) for value in (*(centre - half), *(centre + half)))
        quantum = max(float(2 * half.max()) / _QUANTA, _LEAST_QUANTUM)
        digits = 10.0 ** math.floor(math.log10(quantum))
        step = math.ceil(quantum / digits - 1e-9) * digits
        return cls((float(centre[0]), float(centre[1])), extent, step, crs)  # ty: ignore[invalid-argument-type]

    @property
    def side(self) -> float:
        """The longer side of the extent in metres."""
        xmin, ymin, xmax, ymax = self.extent
        return max(xmax - xmin, ymax - ymin)

    def told(self) -> dict[str, Any]:
        """What the page needs to know."""
        return {
            "origin": self.origin,
            "extent": self.extent,
            "quantum": self.quantum,
            "stretch": _WIDE / self.side,
            "crs": {lang: crs_words(self.crs, lang) for lang in ("vi", "en")},
            "north": self._north(),
            "degrees": self.degrees(),
        }

    def degrees(self) -> dict[str, Any] | None:
        """Polynomials in x and y (−1 to 1 over the extent) for WGS 84 latitude and longitude.

        None where none is exact to half a metre, or the ground has no place on earth.
        """
        east, north = self._grid(41)
        where = self._on_earth(east, north)
        if where is None:
            return None
        for degree in _DEGREES:
            fit = self._grid(2 * degree + 3)
            known = self._on_earth(*fit)
            terms = _terms(*self._scaled(*fit), degree)
            found = [np.linalg.lstsq(terms, value, rcond=None)[0] for value in known or ()]
            off = [
                _terms(*self._scaled(east, north), degree) @ factors - value
                for factors, value in zip(found, where, strict=True)
            ]
            if max(float(np.abs(part).max()) for part in off) * _METRES_PER_DEGREE < _EXACT_M / 2:
                longitude, latitude = ([float(f) for f in factors] for factors in found)
                return {"degree": degree, "longitude": longitude, "latitude": latitude}
        return None

    def _north(self) -> dict[str, str] | None:
        """How far grid north is from true north, in words."""
        try:
            found = pyproj.CRS(self.crs)
            transformer = pyproj.Transformer.from_crs(found, found.geodetic_crs, always_xy=True)
            place = transformer.transform(*self.origin)
            angle = float(pyproj.Proj(found).get_factors(*place).meridian_convergence)
        except (pyproj.exceptions.ProjError, ValueError):
            return None
        if not math.isfinite(angle):
            return None
        tenths = round(abs(angle) * 600)
        minutes = reader_number(tenths % 600 / 10, 1)
        sign = "−" if angle < 0 else "+"
        words = Name(*(f"{sign}{tenths // 600}°{part}'" for part in (minutes.vi, minutes.en)))
        return pair(Text.of("web.north", angle=words))

    def _on_earth(
        self, east: NDArray[np.float64], north: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """WGS 84 longitude and latitude in degrees."""
        transformer = pyproj.Transformer.from_crs(self.crs, "EPSG:4326", always_xy=True)
        longitude, latitude = transformer.transform(east, north)
        usable = np.isfinite(longitude).all() and np.isfinite(latitude).all()
        return (longitude, latitude) if usable else None

    def _grid(self, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points over the extent, dense at its edges where polynomials swing."""
        swing = np.cos(np.linspace(0, math.pi, count))
        xmin, ymin, xmax, ymax = self.extent
        across = (xmin + xmax) / 2 + swing * (xmax - xmin) / 2
        along = (ymin + ymax) / 2 + swing * (ymax - ymin) / 2
        east, north = np.meshgrid(across, along)
        return east.ravel(), north.ravel()

    def _scaled(
        self, east: NDArray[np.float64], north: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        xmin, ymin, xmax, ymax = self.extent
        return (2 * east - xmin - xmax) / (xmax - xmin), (2 * north - ymin - ymax) / (ymax - ymin)


def _terms(x: NDArray[np.float64], y: NDArray[np.float64], degree: int) -> NDArray[np.float64]:
    """x^i y^j for i + j up to the degree, i before j: the page adds them up in the same order."""
    return np.stack([x**i * y**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=1)
