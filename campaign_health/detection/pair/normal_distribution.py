"""How much of a normal distribution lies below a value, by Cephes' quotients of polynomials."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Coefficients = tuple[float, ...]

# Stephen Moshier's coefficients (Cephes Math Library 2.2, 1992), highest power first, above and below the fraction
# bar: of the error function below 1, in x squared; of its complement up to 8, and from 8 on, in x.
_ERF: tuple[Coefficients, Coefficients] = (
    (9.604973739870516, 90.02601972038427, 2232.005345946843, 7003.325141128051, 55592.30130103949),
    (1.0, 33.56171416475031, 521.3579497801527, 4594.323829709801, 22629.000061389095, 49267.39426086359),
)
_ERFC_TO_8: tuple[Coefficients, Coefficients] = (
    (
        *(2.461969814735305e-10, 0.5641895648310689, 7.463210564422699, 48.63719709856814, 196.5208329560771),
        *(526.4451949954773, 934.5285271719576, 1027.5518868951572, 557.5353353693994),
    ),
    (
        *(1.0, 13.228195115474499, 86.70721408859897, 354.9377788878199, 975.7085017432055, 1823.9091668790973),
        *(2246.3376081871097, 1656.6630919416134, 557.5353408177277),
    ),
)
_ERFC_FROM_8: tuple[Coefficients, Coefficients] = (
    (
        0.5641895835477551,
        1.275366707599781,
        5.019050422511805,
        6.160210979930536,
        7.4097426995044895,
        2.9788666537210022,
    ),
    (
        *(1.0, 2.2605286322011726, 9.396035249380014, 12.048953980809666, 17.08144507475659, 9.608968090632859),
        *(3.369076451000815,),
    ),
)
_LEAST_POWER = -709.782712893384  # below it, exp(power) counts as nothing


def share_below(deviations: FloatArray) -> FloatArray:
    """The share of a normal distribution that lies below so many standard deviations from its mean; NaN of NaN.

    Operation by operation as in Cephes, so that every bit is that of `scipy.special.ndtr`, which published
    probabilities were first measured with.
    """
    x = deviations * math.sqrt(0.5)
    size = np.abs(x)
    near, far = size < 1, size >= 1
    below = np.full(x.shape, np.nan)
    below[near] = 0.5 + 0.5 * _times_quotient(x[near], x[near] ** 2, _ERF)
    tail = 0.5 * _erfc(size[far])
    below[far] = np.where(x[far] > 0, 1.0 - tail, tail)
    return below


def _erfc(x: FloatArray) -> FloatArray:
    """The complement of the error function, of 1 and more."""
    x = np.minimum(x, 1e3)  # from 27 on there is nothing left
    power = -x * x
    # The C library's exponential, one by one: the last bit of NumPy's own is not the same on every machine.
    bell = np.fromiter(map(math.exp, power.tolist()), np.float64, x.size)
    found = _times_quotient(bell, x, _ERFC_TO_8)
    from_8 = x >= 8
    found[from_8] = _times_quotient(bell[from_8], x[from_8], _ERFC_FROM_8)
    return np.where(power < _LEAST_POWER, 0.0, found)


def _times_quotient(factor: FloatArray, x: FloatArray, polynomials: tuple[Coefficients, Coefficients]) -> FloatArray:
    """factor * P(x) / Q(x), multiplied first."""
    above, below = (_polynomial(x, coefficients) for coefficients in polynomials)
    return factor * above / below


def _polynomial(x: FloatArray, coefficients: Coefficients) -> FloatArray:
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += coefficient
    return value
