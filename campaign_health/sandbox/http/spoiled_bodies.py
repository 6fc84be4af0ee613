"""JSON bodies that arrive whole and are wrong all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _series_of(value: Any) -> dict[str, Any] | None:
    """The map of series within a body, whichever service it is from."""
    if not isinstance(value, dict):
        return None
    for path in (("metric", "series"), ("journey_metric",), ("data", "values")):
        inner: Any = value
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            return inner
    return None


def _null_series(value: Any) -> Any:
    series = _series_of(value)
    if series is None:
        return None
    for name in series:
        series[name] = None
    return value


def _missing_sent(value: Any) -> Any:
    series = _series_of(value)
    if series is None:
        return {}
    for name in ("sent", "started"):
        series.pop(name, None)
    return value


def _wrong_length(value: Any) -> Any:
    series = _series_of(value)
    for name, numbers in (series or {}).items():
        if isinstance(numbers, list) and series is not None:
            series[name] = numbers[1:]
    if isinstance(value, dict) and isinstance(value.get("data"), dict):
        value["data"]["series"] = value["data"]["series"][1:]
    return value


def _no_echo(value: Any) -> Any:
    """Metrics without the window they are for, as older answers were."""
    if not isinstance(value, dict):
        return None
    return {name: part for name, part in value.items() if name not in ("start", "end", "res")}


def _other_window(value: Any) -> Any:
    """Metrics that say they begin a year earlier than was asked."""
    if isinstance(value, dict) and isinstance(value.get("start"), str):
        return value | {"start": f"{int(value['start'][:4]) - 1}{value['start'][4:]}"}
    return None


def _text_number(value: Any) -> Any:
    """The first number found becomes words."""
    changed = [False]

    def walk(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: walk(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [walk(inner) for inner in part]
        if isinstance(part, int) and not isinstance(part, bool) and not changed[0]:
            changed[0] = True
            return "many"
        return part

    series = _series_of(value)
    if series is None:
        return walk(value)
    for name in (*(name for name in ("sent", "started") if name in series), *series):
        series[name] = walk(series[name])
    return value


def _strange_shape(value: Any) -> Any:
    return {"unexpected": [value]} if isinstance(value, list) else [value]


def _half_list(value: Any) -> Any:
    """Every second entry of a list, or every second named series of counts, is left out; nothing says so."""
    if isinstance(value, list):
        return value[::2]
    if not isinstance(value, dict):
        return value
    counts = value["data"].get("values") if isinstance(value.get("data"), dict) else None
    if isinstance(counts, dict):
        value["data"]["values"] = {name: counts[name] for name in list(counts)[::2]}
        return value
    return {name: part[::2] if isinstance(part, list) else part for name, part in value.items()}


SPOILERS: dict[str, Callable[[Any], Any]] = {
    "null_series": _null_series,
    "missing_sent": _missing_sent,
    "wrong_length": _wrong_length,
    "no_echo": _no_echo,
    "other_window": _other_window,
    "text_number": _text_number,
    "strange_shape": _strange_shape,
    "half_list": _half_list,
}
