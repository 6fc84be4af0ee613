"""How likely a count is: one formula from the binomial over the Poisson to the negative binomial.

With mean m and *inverse size* k the probability of y sends is

    P(y) = prod_{j<y}(1 + k j) * m^y / y! * (1 + k m)^-(y + 1/k)

k > 0 is the negative binomial (variance m + k m^2), k -> 0 the Poisson, k = -1/n the binomial of n tries
(variance m - m^2/n). See Cameron and Trivedi, Regression Analysis of Count Data, chapter 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SMALLEST = 1e-7  # inverse sizes nearer to zero are the Poisson for all counts below 10^9
IMPOSSIBLE = 1e-300  # the least probability that is still told from nothing


def log_gamma_ratio(a: Array, b: Array) -> Array:
    """ln(Gamma(a) / Gamma(b)) for a, b > 0, by Stirling's series after shifting both by three (error < 1e-5)."""
    shift = np.log((b * (b + 1.0) * (b + 2.0)) / (a * (a + 1.0) * (a + 2.0)))
    a = a + 3.0
    b = b + 3.0
    result: Array = (a - 0.5) * np.log(a) - (b - 0.5) * np.log(b) + (b - a) + (1.0 / a - 1.0 / b) / 12.0
    return result + shift


def settle(inverse_size: Array) -> Array:
    """The inverse size as the formula can use it: never zero, and a whole number of tries where negative."""
    positive = inverse_size >= 0.0
    size = 1.0 / np.maximum(np.abs(inverse_size), SMALLEST)
    size = np.where(positive, size, np.maximum(np.ceil(size - 1e-9), 1.0))
    settled: Array = np.where(positive, 1.0, -1.0) / size
    return settled


def log_factorial(count: Array) -> Array:
    """ln y!, also between whole numbers."""
    return log_gamma_ratio(count + 1.0, np.ones_like(count))


def log_shape(count: Array, settled: Array) -> Array:
    """ln of the factor of P(y) that does not hold the mean; -inf where y is above a binomial's number of tries."""
    positive = settled > 0.0
    size = np.abs(1.0 / settled)
    upper = np.where(positive, count + size, size + 1.0)
    lower = np.where(positive, size, size - count + 1.0)
    possible = lower > 0.0
    value = log_gamma_ratio(upper, np.where(possible, lower, 1.0)) - count * np.log(size) - log_factorial(count)
    shape: Array = np.where(possible, value, -np.inf)
    return shape


def log_with_mean(shape: Array, settled: Array, count: Array, mean: Array) -> Array:
    """ln P(y) from `log_shape` and the mean (broadcast together)."""
    mean = np.maximum(mean, 1e-12)
    base = np.log(np.maximum(1.0 + settled * mean, 1e-12))
    value: Array = shape + count * np.log(mean) - (count + 1.0 / settled) * base
    return value
