"""What a script reports beside its steps, as the messages that are sent. Every function raises ValueError or TypeError
for what cannot be a message; limits of number and length are the exporter's, see Limits in the proto file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Union

from gradwatch.fields import count, real, values_of
from gradwatch.v1.telemetry_pb2 import (
    Distribution,
    Evaluation,
    EvaluationSlice,
    Event,
    LatencyHistogram,
    Layer,
    LayerReport,
    ServingReport,
    TensorReport,
    ThresholdFailure,
)

Report = Union[Evaluation, LayerReport, TensorReport, Event, ServingReport]

Metrics = Mapping[str, Any]


def evaluation_of(
    dataset: str,
    slices: Mapping[str, Metrics],
    *,
    step: Any = None,
    samples: Mapping[str, Any] | None = None,
    failures: Iterable[Mapping[str, Any]] = (),
) -> Evaluation:
    told = samples or {}
    return Evaluation(
        dataset=dataset,
        step=_count(step),
        unix_nanos=time.time_ns(),
        slices=[
            EvaluationSlice(slice=key, samples=_count(told.get(key)), metrics=values_of(metrics))
            for key, metrics in slices.items()
        ],
        failures=[_failure(**failure) for failure in failures],
    )


def _failure(*, metric: str, bound: str, slice: str = "", value: Any = None, threshold: Any = None) -> ThresholdFailure:
    return ThresholdFailure(
        metric=metric,
        slice=slice,
        bound=ThresholdFailure.Bound.Value(f"BOUND_{bound.upper()}"),
        value=_real(value),
        threshold=_real(threshold),
    )


def layers_of(step: Any, layers: Mapping[str, Metrics]) -> LayerReport:
    return LayerReport(
        step=count(step),
        unix_nanos=time.time_ns(),
        layers=[Layer(name=name, **values_of(values)) for name, values in layers.items()],
    )


def tensor_of(
    kind: str, name: str, values: Mapping[str, Any], *, step: Any = None, reference: bool = False
) -> TensorReport:
    report = TensorReport(
        name=name,
        kind=TensorReport.Kind.Value(f"KIND_{kind.upper()}"),
        step=_count(step),
        unix_nanos=time.time_ns(),
    )
    report.MergeFrom(_summary(**values))
    if reference:
        report.reference = True
    return report


def _summary(
    *,
    count: Any = None,
    mean: Any = None,
    variance: Any = None,
    fraction_nonfinite: Any = None,
    edges: Sequence[Any] | None = None,
    classes: Sequence[str] | None = None,
    counts: Sequence[Any] | None = None,
) -> TensorReport:
    return TensorReport(
        count=_count(count),
        mean=_real(mean),
        variance=_real(variance),
        fraction_nonfinite=_real(fraction_nonfinite),
        distribution=_distribution(edges, classes, counts),
    )


def event_of(type: str, *, step: Any = None, message: str | None = None, value: Any = None) -> Event:
    return Event(
        type=Event.Type.Value(f"TYPE_{type.upper()}"),
        step=_count(step),
        unix_nanos=time.time_ns(),
        message=message,
        value=_real(value),
    )


def serving_of(refuse: Callable[[str, Exception], None], **parts: Any) -> ServingReport:
    """Does not raise for a part that cannot be used: `refuse` is told its name and why, and the rest is reported."""
    usable: dict[str, Any] = {}
    for name, value in parts.items():
        try:
            usable[name] = None if value is None else _SERVING[name](value)
        except Exception as error:
            refuse(name, error)
    return ServingReport(unix_nanos=time.time_ns(), **usable)


def _latency(latency: Any) -> LatencyHistogram:
    if not isinstance(latency, Mapping) or not {"bounds", "counts"} <= latency.keys() <= {"bounds", "counts", "sum"}:
        raise TypeError(
            f"{_shape(latency)} is no histogram; pass {{'bounds': [0.1, 1.0], 'counts': [7, 2, 0], 'sum': 1.9}}"
        )
    bounds = [real(bound) for bound in latency["bounds"]]
    counts = [count(each) for each in latency["counts"]]
    if len(counts) != len(bounds) + 1:
        raise ValueError(f"{len(counts)} counts do not fit {len(bounds)} bounds: there is one more count than bounds")
    return LatencyHistogram(bounds=bounds, counts=counts, sum=_real(latency.get("sum")))


def _outputs(outputs: Any) -> Distribution | None:
    if not isinstance(outputs, Mapping):
        raise TypeError(f"{_shape(outputs)} is no count by class; pass {{'cat': 7, 'dog': 2}}")
    return _distribution(None, list(outputs), list(outputs.values()))


def _shape(value: Any) -> str:
    kind = type(value).__name__
    return f"a {kind} with the keys {', '.join(map(str, value))}"[:200] if isinstance(value, Mapping) else f"a {kind}"


_SERVING: Mapping[str, Callable[[Any], Any]] = {
    "requests": count,
    "errors": count,
    "latency": _latency,
    "input_tokens": count,
    "output_tokens": count,
    "outputs": _outputs,
}


def _distribution(
    edges: Sequence[Any] | None, classes: Sequence[str] | None, counts: Sequence[Any] | None
) -> Distribution | None:
    if counts is None:
        return None
    return Distribution(
        edges=[real(edge) for edge in edges or ()], classes=classes or (), counts=[count(each) for each in counts]
    )


def _count(value: Any) -> int | None:
    return None if value is None else count(value)


def _real(value: Any) -> float | None:
    return None if value is None else real(value)
