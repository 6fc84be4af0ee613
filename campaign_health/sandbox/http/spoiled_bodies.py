"""JSON bodies that arrive whole and are wrong all the same."""

from __future__ import annotations

import json
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


def _amplitudes(value: Any) -> list[Any] | None:
    """The list of series in Amplitude's answer about one event."""
    data = value.get("data") if isinstance(value, dict) else None
    series = data.get("series") if isinstance(data, dict) else None
    return series if isinstance(series, list) and all(isinstance(one, list) for one in series) else None


def _null_series(value: Any) -> Any:
    amplitudes = _amplitudes(value)
    if amplitudes is not None:
        amplitudes[:] = [None]
        return value
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
    amplitudes = _amplitudes(value)
    if amplitudes is not None:
        amplitudes[:] = [numbers[1:] for numbers in amplitudes]
        return value
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
    """Every second entry of a list, every second named series, or the only one, is left out; nothing says so."""
    if isinstance(value, list):
        return value[::2]
    amplitudes = _amplitudes(value)
    if amplitudes is not None:
        amplitudes.clear()
        return value
    series = _series_of(value)
    if series is not None:
        for name in list(series)[1::2]:
            del series[name]
        return value
    if not isinstance(value, dict):
        return value
    return {name: part[::2] if isinstance(part, list) else part for name, part in value.items()}


def _half_days(value: Any) -> Any:
    """The older half of every series of counts is 0, or left out where days are named; nothing says so."""
    amplitudes = _amplitudes(value)
    if amplitudes is not None:
        amplitudes[:] = [[0] * (len(one) // 2) + one[len(one) // 2 :] for one in amplitudes]
    series = _series_of(value)
    for name, numbers in (series or {}).items():
        if series is not None and isinstance(numbers, list):
            lost = len(numbers) // 2
            series[name] = [0] * lost + numbers[lost:]
        elif series is not None and isinstance(numbers, dict):
            series[name] = {day: numbers[day] for day in sorted(numbers)[len(numbers) // 2 :]}
    return value


def _zeros(value: Any) -> Any:
    """Every count of every series is 0."""
    amplitudes = _amplitudes(value)
    if amplitudes is not None:
        amplitudes[:] = [[0] * len(one) for one in amplitudes]
    series = _series_of(value)
    for name, numbers in (series or {}).items():
        if series is not None:
            series[name] = dict.fromkeys(numbers, 0) if isinstance(numbers, dict) else [0] * len(numbers)
    return value


def _thin_entries(value: Any) -> Any:
    """The entries of a list keep their id, name, type and state, and nothing else."""
    if isinstance(value, dict):
        return {name: _thin_entries(part) if isinstance(part, list) else part for name, part in value.items()}
    kept = ("id", "name", "type", "state", "entityType")
    if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        return [{name: entry[name] for name in kept if name in entry} for entry in value]
    return value


def half_export(body: bytes) -> bytes:
    """A raw export without the records of every second name, from the first that it names."""
    records = [line for line in body.split(b"\n") if line.strip()]
    names = [json.loads(line)["event"] for line in records]
    left_out = set(sorted(set(names))[::2])
    return b"".join(line + b"\n" for name, line in zip(names, records, strict=True) if name not in left_out)


SPOILERS: dict[str, Callable[[Any], Any]] = {
    "null_series": _null_series,
    "missing_sent": _missing_sent,
    "wrong_length": _wrong_length,
    "no_echo": _no_echo,
    "other_window": _other_window,
    "text_number": _text_number,
    "strange_shape": _strange_shape,
    "half_list": _half_list,
    "half_days": _half_days,
    "zeros": _zeros,
    "thin_entries": _thin_entries,
}
