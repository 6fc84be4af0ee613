"""The Prometheus text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


Labels = Mapping[str, str]
Sample = tuple[str, Labels, float]
"""What is put behind the metric's name (`_bucket`; mostly nothing), the labels, and the number."""


@dataclass(frozen=True)
class Metric:
    """Its name with its unit, what it means, its values, and its kind.

    A `gauge` goes up and down; a `counter` only grows; a `histogram` counts values by how large they are.
    """

    name: str
    meaning: str
    samples: tuple[Sample, ...]
    kind: Literal["gauge", "counter", "histogram"] = "gauge"


def histogram_samples(labels: Labels, bounds: Mapping[float, int], total: int, whole: float) -> list[Sample]:
    """One histogram's samples.

    Args:
        labels: Its labels.
        bounds: By upper bound, in ascending order: how many values are at most so large.
        total: How many values there are.
        whole: Their sum.
    """
    buckets: list[Sample] = [("_bucket", {**labels, "le": repr(bound)}, number) for bound, number in bounds.items()]
    return [*buckets, ("_bucket", {**labels, "le": "+Inf"}, total), ("_sum", labels, whole), ("_count", labels, total)]


def prometheus_text(metrics: Iterable[Metric]) -> str:
    """The metrics that have any value, one after another; each number reads as the number that it was."""
    return "".join(_family(metric) for metric in metrics if metric.samples)


def _family(metric: Metric) -> str:
    meaning = metric.meaning.replace("\\", r"\\").replace("\n", r"\n")
    lines = [f"# HELP {metric.name} {meaning}", f"# TYPE {metric.name} {metric.kind}"]
    lines += [f"{metric.name}{behind}{_labels(labels)} {_number(value)}" for behind, labels, value in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
