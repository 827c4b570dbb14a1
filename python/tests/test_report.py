from __future__ import annotations

import math
import struct
import time

import pytest
from exporter import FakeExporter, wait_for

import gradwatch
from gradwatch.v1 import telemetry_pb2 as pb


def bits(number: float) -> bytes:
    return struct.pack("<d", number)


def test_values_arrive_to_the_last_digit(exporter: FakeExporter) -> None:
    losses = [0.1 + 0.2, math.pi * 1e-300, -0.0, math.nan, math.inf, -math.inf, 5e-324]
    gradwatch.init("values", address=exporter.address)
    for step, loss in enumerate(losses):
        gradwatch.log(step=step, loss=loss, samples=2**53 + 1, skipped=False)
    gradwatch.finish()
    assert [bits(step.loss) for step in exporter.steps] == [bits(loss) for loss in losses]
    assert {step.samples for step in exporter.steps} == {2**53 + 1}
    first = exporter.steps[0]
    assert first.HasField("step") and first.step == 0 and first.HasField("skipped")
    assert not first.HasField("gradient_norm"), "absent is not zero"
    assert abs(first.unix_nanos / 1e9 - time.time()) < 60


def test_the_hello_says_who_it_is(exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("NODE_NAME", "gpu-17")
    monkeypatch.setenv("GRADWATCH_TOKEN", "secret")
    monkeypatch.setenv("GRADWATCH_ADDRESS", exporter.address)
    gradwatch.init("who", model="digits", attempt=3, on_request={"stop": lambda: None})
    session = wait_for(lambda: exporter.sessions, "the hello")[0]
    hello = session.hello
    assert (hello.run, hello.rank, hello.world_size, hello.attempt, hello.node) == ("who", 1, 2, 3, "gpu-17")
    assert not hello.HasField("local_rank") and not hello.HasField("gpu_uuid")
    assert hello.model == "digits" and hello.client.startswith("gradwatch-python ")
    assert 16 <= len(hello.session) <= 64
    assert list(hello.supports) == [pb.REQUEST_KIND_STOP]
    assert session.token == "Bearer secret"


def test_a_unix_socket(tmp_path: object) -> None:
    exporter = FakeExporter(f"unix:{tmp_path}/gradwatch.sock")
    with gradwatch.init("socket", address=exporter.address) as run:
        run.log(step=1, loss=1.0)
    assert [step.step for step in exporter.steps] == [1]
    exporter.stop()


def test_steps_of_a_second_go_in_one_batch(exporter: FakeExporter) -> None:
    gradwatch.init("coalesce", address=exporter.address)
    wait_for(lambda: exporter.sessions, "the hello")
    gradwatch.log(step=0, loss=1.0)
    wait_for(lambda: exporter.steps, "the first batch")
    for step in range(1, 50):
        gradwatch.log(step=step, loss=1.0)
    wait_for(lambda: len(exporter.steps) == 50, "all steps")
    assert len(exporter.batches) <= 3
    assert [batch.sequence for batch in exporter.batches] == list(range(1, len(exporter.batches) + 1))
    assert [step.step for step in exporter.steps] == list(range(50))


def test_news_does_not_wait_for_its_batch(exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradwatch.stream.BATCH_SECONDS", 3600.0)
    gradwatch.init("news", address=exporter.address)
    wait_for(lambda: exporter.sessions, "the hello")
    gradwatch.log(step=1, gradient_norm=1.0)
    gradwatch.log(step=2, gradient_norm=1.1)
    gradwatch.log(step=3, gradient_norm=9.9)
    wait_for(lambda: len(exporter.steps) == 3, "the jump and what came before it")
    gradwatch.log(step=4, loss=math.nan)
    wait_for(lambda: len(exporter.steps) == 4, "the NaN")
    gradwatch.log(step=5, loss=math.nan)
    time.sleep(0.2)
    assert len(exporter.steps) == 4, "a loss that stays NaN is no news"


def test_batches_keep_to_the_exporters_limit(exporter: FakeExporter) -> None:
    exporter.max_message_bytes = 1000
    gradwatch.init("limit", address=exporter.address)
    for step in range(500):
        gradwatch.log(step=step, loss=0.1)
    gradwatch.finish()
    assert [step.step for step in exporter.steps] == list(range(500))
    assert max(pb.WorkerMessage(batch=batch).ByteSize() for batch in exporter.batches) <= 1000


def test_batches_keep_to_a_limit_that_changes_while_the_run_is_reported(exporter: FakeExporter) -> None:
    run = gradwatch.init("limit", address=exporter.address)
    wait_for(lambda: exporter.sessions, "the welcome")
    exporter.send(pb.ExporterMessage(limits=pb.Limits(message_bytes=1000)))
    # Messages come in order: with the finding the limit is there.
    exporter.send(pb.ExporterMessage(finding=pb.Finding(id="behind-the-limit")))
    wait_for(run.findings, "the finding behind the limit")
    for step in range(500):
        gradwatch.log(step=step, loss=0.1)
    gradwatch.finish()
    assert [step.step for step in exporter.steps] == list(range(500))
    assert max(pb.WorkerMessage(batch=batch).ByteSize() for batch in exporter.batches) <= 1000


def test_parts_of_one_step(exporter: FakeExporter) -> None:
    gradwatch.init("parts", address=exporter.address)
    gradwatch.log(step=7, loss=0.5)
    gradwatch.log(step=7, gradient_norm=2.0)
    gradwatch.finish()
    assert [(step.step, step.loss, step.gradient_norm) for step in exporter.steps] == [(7, 0.5, 2.0)]


def test_what_log_cannot_use_never_reaches_the_training(exporter: FakeExporter) -> None:
    run = gradwatch.init("refused", address=exporter.address)
    run.log(step=1, acuracy=1.0, loss=object())
    run.log(loss=1.0)
    run.log(step=-1, loss=1.0)
    run.log(step=2, loss=1.0)
    run.finish()
    assert [step.step for step in exporter.steps] == [1, 2]
    assert run.refused_values == {"acuracy": 1, "loss": 1, "step": 2}


def test_disabled(exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADWATCH_DISABLED", "1")
    with gradwatch.init("disabled", address=exporter.address) as run:
        run.log(step=1, loss=1.0)
    time.sleep(0.2)
    assert exporter.sessions == []


def test_a_second_init_finishes_the_first(exporter: FakeExporter) -> None:
    gradwatch.init("first", address=exporter.address)
    gradwatch.log(step=1, loss=1.0)
    gradwatch.init("second", address=exporter.address)
    gradwatch.log(step=1, loss=2.0)
    gradwatch.finish()
    assert [session.hello.run for session in exporter.sessions] == ["first", "second"]
    assert [session.goodbye.ending for session in exporter.sessions] == [pb.ENDING_FINISHED] * 2
    assert len({session.hello.session for session in exporter.sessions}) == 2
