"""The Prometheus text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    """A number that goes up and down: its name with its unit, what it means, and its values by labels."""

    name: str
    meaning: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def prometheus_text(gauges: Iterable[Gauge]) -> str:
    """The gauges that have any value, one after another; each number is written so that it reads as the same number."""
    return "".join(_family(gauge) for gauge in gauges if gauge.samples)


def _family(gauge: Gauge) -> str:
    meaning = gauge.meaning.replace("\\", r"\\").replace("\n", r"\n")
    lines = [f"# HELP {gauge.name} {meaning}", f"# TYPE {gauge.name} gauge"]
    lines += [f"{gauge.name}{_labels(labels)} {_number(value)}" for labels, value in gauge.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
