from __future__ import annotations

import inspect
import math

import pytest
from exporter import FakeExporter, wait_for

import gradwatch
from gradwatch.buffer import StepBuffer
from gradwatch.reports import event_of
from gradwatch.v1 import telemetry_pb2 as pb


def test_all_kinds_of_reports_arrive_in_their_order(exporter: FakeExporter) -> None:
    run = gradwatch.init("reports", address=exporter.address)
    run.event("checkpoint", step=3, message="saved", value=1e9)
    run.event("rollback")
    run.evaluation(
        "validation",
        {"": {"auc": math.nan}, "size:large": {"auc": 0.5}},
        step=3,
        samples={"": 269},
        failures=[{"metric": "auc", "slice": "size:large", "bound": "lower", "value": 0.5, "threshold": 0.8}],
    )
    run.layers(3, {"embed": {"gradient_norm": 1, "fraction_dead": 0.25}, "head": {}})
    run.tensors(3, inputs={"pixels": {"mean": 0.5, "edges": [0, 1], "counts": [9]}}, reference=True)
    run.tensors(3, outputs={"label": {"classes": ["cat"], "counts": [4]}})
    run.serving(requests=4, latency={"bounds": [0.1], "counts": [3, 1], "sum": 0.9}, outputs={"cat": 4})
    gradwatch.finish()
    batches = exporter.batches
    events = [event for batch in batches for event in batch.events]
    assert [(event.type, event.step) for event in events] == [
        (pb.Event.TYPE_CHECKPOINT, 3),
        (pb.Event.TYPE_ROLLBACK, 0),
    ]
    assert events[0].unix_nanos > 0 and not events[1].HasField("value")
    (evaluation,) = [each for batch in batches for each in batch.evaluations]
    assert [each.slice for each in evaluation.slices] == ["", "size:large"]
    assert math.isnan(evaluation.slices[0].metrics["auc"]) and evaluation.slices[0].samples == 269
    assert evaluation.failures[0].bound == pb.ThresholdFailure.BOUND_LOWER
    (layers,) = [each for batch in batches for each in batch.layer_reports]
    assert [layer.name for layer in layers.layers] == ["embed", "head"]
    assert layers.layers[0].fraction_dead == 0.25 and not layers.layers[1].HasField("gradient_norm")
    pixels, label = [each for batch in batches for each in batch.tensor_reports]
    assert pixels.reference and pixels.kind == pb.TensorReport.KIND_INPUT and pixels.distribution.edges == [0, 1]
    assert not label.reference and label.distribution.classes == ["cat"]
    (serving,) = [each for batch in batches for each in batch.serving_reports]
    assert serving.requests == 4 and serving.latency.counts == [3, 1] and not serving.HasField("errors")
    assert run.refused_values == {}


def test_serving_takes_all_that_the_protocol_has() -> None:
    taken = set(inspect.signature(gradwatch.Run.serving).parameters) - {"self"}
    assert taken == {field.name for field in pb.ServingReport.DESCRIPTOR.fields} - {"unix_nanos"}


@pytest.mark.parametrize(
    ("part", "bad", "why"),
    [
        ("latency", [0.1, 0.2], "a list is no histogram"),
        ("latency", {"buckets": [0.1], "counts": [1, 2]}, "a dict with the keys buckets, counts is no histogram"),
        ("latency", {"bounds": [0.1], "counts": [3]}, "1 counts do not fit 1 bounds"),
        ("outputs", ["cat", "dog"], "a list is no count by class"),
        ("errors", -1, "-1 is not between 0 and"),
    ],
)
def test_a_bad_part_of_what_was_served_takes_nothing_with_it(
    exporter: FakeExporter, caplog: pytest.LogCaptureFixture, part: str, bad: object, why: str
) -> None:
    good = {
        "requests": 4,
        "errors": 1,
        "latency": {"bounds": [0.1], "counts": [3, 1]},
        "input_tokens": 70,
        "output_tokens": 9,
        "outputs": {"cat": 4},
    }
    run = gradwatch.init("serves", address=exporter.address, role="inference")
    run.serving(**{**good, part: bad})
    gradwatch.finish()
    (serving,) = [each for batch in exporter.batches for each in batch.serving_reports]
    assert {field.name for field, _ in serving.ListFields()} == {"unix_nanos", *good} - {part}
    assert run.refused_values == {f"serving.{part}": 1}
    assert f"serving() cannot use {part}: {why}" in caplog.text


def test_steps_carry_extras_losses_phase_and_scope(exporter: FakeExporter) -> None:
    gradwatch.init("extras", address=exporter.address)
    gradwatch.log(step=1, loss=1.0, extras={"accuracy": 0.5}, auxiliary_losses={"kl": 2}, gradient_norm_scope="shard")
    gradwatch.log(step=1, extras={"perplexity": math.inf}, phase="train")
    gradwatch.log(step=1, phase="checkpoint")
    gradwatch.finish()
    (step,) = exporter.steps
    assert dict(step.extras) == {"accuracy": 0.5, "perplexity": math.inf}
    assert dict(step.auxiliary_losses) == {"kl": 2.0}
    assert step.phase == pb.PHASE_CHECKPOINT and step.gradient_norm_scope == pb.NORM_SCOPE_SHARD


def test_what_cannot_be_a_report_is_counted_and_nothing_raises(exporter: FakeExporter) -> None:
    run = gradwatch.init("bad", address=exporter.address)
    run.event("party")
    run.evaluation("validation", {"": {"auc": "high"}})
    run.layers(-1, {})
    run.layers(1, {"embed": {"colour": 1}})
    run.tensors(1, inputs={"pixels": {"mean": object()}})
    for wrong in ([1], {"pixels": 5}, {"pixels": {"step": 3}}, {"pixels": {"values": [1.0]}}):
        run.tensors(1, inputs=wrong)  # type: ignore[arg-type]
    run.log(step=1, phase="sleeping", extras={"accuracy": "high"}, loss=1)
    run.finish(["failed"])  # type: ignore[arg-type]
    assert run.refused_values == {"event": 1, "evaluation": 1, "layers": 2, "tensors": 5, "phase": 1, "extras": 1}
    assert [step.loss for step in exporter.steps] == [1.0]


def test_the_hello_says_where_the_rank_stands(exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    gradwatch.init(
        "layout", address=exporter.address, parallel={"data": (3, 8)}, labels={"team": "vision"}, role="inference"
    )
    gradwatch.finish()
    hello = exporter.sessions[0].hello
    assert (hello.parallel.data.index, hello.parallel.data.size) == (3, 8) and not hello.parallel.HasField("tensor")
    assert hello.job == "4711" and dict(hello.labels) == {"team": "vision"} and hello.role == pb.ROLE_INFERENCE
    assert hello.protocol_minor == 1
    with pytest.raises(ValueError):
        gradwatch.init("layout", address=exporter.address, parallel={"sideways": (0, 1)})


@pytest.mark.parametrize("place", [3, (1,), ("a", 3), (-1, 3), None])
def test_a_place_in_the_layout_that_is_none_is_refused_with_a_sentence(exporter: FakeExporter, place: object) -> None:
    with pytest.raises(ValueError, match=r"parallel\['tensor'\] is .*: it has to be \(index, size\)"):
        gradwatch.init("layout", address=exporter.address, parallel={"tensor": place})


def test_no_more_than_64_of_a_kind_go_into_a_batch() -> None:
    buffer = StepBuffer(1000)
    for number in range(100):
        buffer.put_report(event_of("custom", step=number))
    buffer.put(1, 1, {"loss": 1.0})
    buffer.collect()
    lease = buffer.resume(0)
    first, second = buffer.take(lease, 1 << 18), buffer.take(lease, 1 << 18)
    assert first is not None and second is not None
    assert [len(first.events), len(first.steps), len(second.events), len(second.steps)] == [64, 0, 36, 1]
    buffer.acknowledge(1)
    assert len(buffer) == 37


def test_reports_that_are_too_large_are_told_and_counted_and_the_rest_goes_on(
    exporter: FakeExporter, caplog: pytest.LogCaptureFixture
) -> None:
    exporter.max_message_bytes = 16_384
    run = gradwatch.init("large", address=exporter.address)
    run.layers(1, {f"layer {number}": {"gradient_norm": 1.0} for number in range(20_000)})
    run.log(step=1, extras={f"name {number}": 1.0 for number in range(5_000)})
    assert run.refused_values == {"layers": 1, "extras": 1}
    run.layers(1, {f"layer {number}": {"gradient_norm": 1.0} for number in range(1_000)})
    run.log(step=2, loss=0.5)
    wait_for(lambda: any(step.step == 2 for step in exporter.steps), "the step after it")
    gradwatch.finish()
    assert run.dropped_steps == 1 and not any(batch.layer_reports for batch in exporter.batches)
    assert len(exporter.sessions) == 1 and "LayerReport of" in caplog.text
