from __future__ import annotations

import logging
import threading
import time

import grpc
import pytest
from exporter import FakeExporter, wait_for

import gradwatch
import gradwatch.run
from gradwatch.run import Run
from gradwatch.worker import find_worker


def test_resend_after_a_break_without_loss_or_duplicates(exporter: FakeExporter) -> None:
    gradwatch.init("break", address=exporter.address)
    for start in (0, 20, 40):
        for step in range(start, start + 20):
            gradwatch.log(step=step, loss=float(step))
        wait_for(lambda least=start + 10: len(exporter.steps) >= least, "most of the steps")
        exporter.break_streams()
        wait_for(lambda least=start // 20 + 2: len(exporter.sessions) >= least, "the next connection")
    gradwatch.finish()
    assert [step.step for step in exporter.steps] == list(range(60))
    assert len({session.hello.session for session in exporter.sessions}) == 1


def test_what_the_exporter_lost_is_sent_again_in_new_batches(exporter: FakeExporter) -> None:
    exporter.acknowledge = False
    run = gradwatch.init("crash", address=exporter.address)
    for step in range(3):
        run.log(step=step, loss=1.0)
        wait_for(lambda count=step + 1: len(exporter.steps) == count, "the step")
    # The exporter restarts from a snapshot that holds the first batch only.
    session = exporter.sessions[0]
    exporter.received[session.hello.session] = 1
    exporter.break_streams()
    wait_for(lambda: len(exporter.sessions) == 2 and exporter.sessions[1].steps, "the resent steps")
    again = exporter.sessions[1]
    assert again.batches[0].sequence == 2
    assert [step.step for step in again.steps] == [1, 2]


def test_the_exporter_restarts_on_the_same_port() -> None:
    first = FakeExporter()
    gradwatch.init("restart", address=first.address)
    gradwatch.log(step=1, loss=1.0)
    wait_for(lambda: first.steps, "the first step")
    first.stop()
    gradwatch.log(step=2, loss=1.0)
    second = FakeExporter(first.address)
    wait_for(lambda: second.steps, "the second step")
    gradwatch.finish()
    second.stop()
    # The new exporter knows nothing of the session: what was acknowledged by the old one is its loss.
    assert [step.step for step in second.steps] == [2]
    assert second.batches[0].sequence == 1


def test_steps_of_before_the_first_connection_are_sent(unused_port: int) -> None:
    gradwatch.init("early", address=f"127.0.0.1:{unused_port}")
    for step in range(5):
        gradwatch.log(step=step, loss=1.0)
    time.sleep(0.5)
    exporter = FakeExporter(f"127.0.0.1:{unused_port}")
    wait_for(lambda: len(exporter.steps) == 5, "the steps")
    gradwatch.finish()
    exporter.stop()


def test_a_full_ring_drops_the_oldest_and_says_how_many(unused_port: int) -> None:
    run = Run(find_worker({}, run="full"), address=f"127.0.0.1:{unused_port}", capacity=100)
    for step in range(1000):
        run.log(step=step, loss=1.0)
    exporter = FakeExporter(f"127.0.0.1:{unused_port}")
    wait_for(lambda: len(exporter.steps) == 100, "what is left")
    assert [step.step for step in exporter.steps] == list(range(900, 1000))
    assert exporter.batches[-1].dropped_steps == 900 and run.dropped_steps == 900
    run.finish()
    exporter.stop()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (grpc.StatusCode.ALREADY_EXISTS, "rank 0 of run refused is live in another session; use a higher attempt"),
        (grpc.StatusCode.INVALID_ARGUMENT, "the hello names no run"),
        (grpc.StatusCode.UNAUTHENTICATED, "a token is required"),
    ],
)
def test_a_refused_hello_is_warned_about_once_and_asked_again(
    exporter: FakeExporter,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    code: grpc.StatusCode,
    sentence: str,
) -> None:
    monkeypatch.setattr("gradwatch.reporter.REFUSED_BACK_OFF_SECONDS", 0.05)
    exporter.refuse = (code, sentence)
    with caplog.at_level(logging.WARNING, "gradwatch"):
        gradwatch.init("refused", address=exporter.address)
        gradwatch.log(step=1, loss=1.0)
        wait_for(lambda: caplog.records, "the warning")
        time.sleep(0.3)
        exporter.refuse = None
        wait_for(lambda: exporter.steps, "the step, after all")
    assert len(caplog.records) == 1
    assert sentence in caplog.text and code.name in caplog.text


def test_training_without_an_exporter(unused_port: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "gradwatch"):
        run = gradwatch.init("absent", address=f"127.0.0.1:{unused_port}")
        for step in range(10_000):
            run.log(step=step, loss=1.0, gradient_norm=float(step % 7) ** 9)
        run.finish()
    assert caplog.records == [], "an exporter that is not there for a moment is nobody's business"
    assert run.dropped_steps == 0, "the ring holds them all"
    assert [thread.name for thread in threading.enumerate() if thread.name == "gradwatch"] == []


def test_a_long_absence_is_warned_about_once(
    unused_port: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradwatch.reporter.UNREACHABLE_SECONDS", 0.1)
    monkeypatch.setattr("gradwatch.reporter.MAX_BACK_OFF_SECONDS", 0.1)
    with caplog.at_level(logging.WARNING, "gradwatch"):
        gradwatch.init("absent", address=f"127.0.0.1:{unused_port}")
        wait_for(lambda: caplog.records, "the warning")
        time.sleep(0.5)
        gradwatch.finish()
    assert len(caplog.records) == 1
    assert f"no exporter at 127.0.0.1:{unused_port}" in caplog.text


def test_an_exporter_that_hangs_holds_up_neither_log_nor_the_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradwatch.run, "FLUSH_SECONDS", 0.5)
    frozen = threading.Event()
    exporter = FakeExporter()
    monkeypatch.setattr(exporter, "_take", lambda message, session: frozen.wait())
    run = gradwatch.init("frozen", address=exporter.address)
    for step in range(20_000):
        run.log(step=step, loss=1.0)
    wait_for(lambda: exporter.sessions, "the hello")
    thread = threading.Thread(target=run.finish)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    frozen.set()
    exporter.stop()
