"""Ranges and probabilities of counts for people to read: close approximations, one formula for whole panels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from campaign_health.detection.pair.normal_distribution import share_below

FloatArray = NDArray[np.float64]
NORMAL_95 = 1.959964


def probable_range(mean: FloatArray, inverse_size: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Whole numbers between which 95 of 100 healthy days fall; NaN where the mean is.

    Wilson and Hilferty's cube-root formula for a Gamma of the same mean and variance (m + k m^2).
    """
    root, centre = _cube_root(mean, inverse_size)
    low = mean * np.maximum(centre - NORMAL_95 / root, 0.0) ** 3
    high = mean * np.maximum(centre + NORMAL_95 / root, 0.0) ** 3
    nothing = mean <= 0
    return np.where(nothing, 0.0, np.floor(low)), np.where(nothing, 0.0, np.ceil(high))


def probability_of_few(count: FloatArray, mean: FloatArray, inverse_size: FloatArray) -> FloatArray:
    """The chance of at most this count on one healthy day, by the same formula (exact for the Poisson's and
    negative binomial's zero)."""
    root, centre = _cube_root(mean, inverse_size)
    value = np.cbrt((count + 0.5) / np.maximum(mean, 1e-9))
    chance = share_below((value - centre) * root)
    size = np.maximum(inverse_size, 1e-9)
    nothing = np.exp(-np.log1p(size * mean) / size)
    return np.where(mean <= 0, 1.0, np.where(count == 0, nothing, np.maximum(chance, nothing)))


def _cube_root(mean: FloatArray, inverse_size: FloatArray) -> tuple[FloatArray, FloatArray]:
    mean = np.maximum(mean, 1e-9)
    variance = np.maximum(mean + inverse_size * mean**2, 0.1 * mean)
    shape = mean**2 / variance
    return 3.0 * np.sqrt(shape), 1.0 - 1.0 / (9.0 * shape)
