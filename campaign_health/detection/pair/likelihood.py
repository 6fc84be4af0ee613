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
    result = _stirling(a)
    result -= _stirling(b)
    return result


def _stirling(x: Array) -> Array:
    """ln Gamma(x) less the constant of Stirling's series. Works in place where it can: it is the hot spot."""
    shifted = x + 3.0
    product = x + 1.0
    product *= x
    product *= x + 2.0
    value = np.log(shifted)
    value *= shifted - 0.5
    value -= shifted
    value -= np.log(product, out=product)
    value += np.divide(1.0 / 12.0, shifted, out=shifted)
    return value


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
    size = 1.0 / settled
    np.abs(size, out=size)
    upper = size + np.where(positive, count, 1.0)
    lower = size + np.where(positive, 0.0, 1.0 - count)
    possible = lower > 0.0
    shape = log_gamma_ratio(upper, np.where(possible, lower, 1.0))
    shape -= count * np.log(size, out=size)
    shape -= log_factorial(count)
    shape[~possible] = -np.inf
    return shape


def log_with_mean(shape: Array, settled: Array, reach: Array, count: Array, mean: Array) -> Array:
    """ln P(y) from `log_shape`, `reach` = y + 1/k and the mean (broadcast together)."""
    mean = np.maximum(mean, 1e-12)
    base = settled * mean
    base += 1.0
    np.maximum(base, 1e-12, out=base)
    np.log(base, out=base)
    value = shape + count * np.log(mean)
    value -= base * reach
    return value


def closed_gain(sends: Array, mean: Array, inverse_size: Array, kept: Array | float) -> Array:
    """ln p(y; kept x mean) / p(y; mean) of one negative binomial: linear in the sends, so more sends say less."""
    size = np.maximum(inverse_size, 1e-6)
    share = np.maximum(kept, 1e-6)
    gain: Array = sends * np.log(share) + (sends + 1.0 / size) * (np.log1p(size * mean) - np.log1p(size * share * mean))
    return gain
