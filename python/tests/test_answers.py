"""What the exporter says back: findings, requests, refusals."""

from __future__ import annotations

import logging
import threading

import pytest
from exporter import FakeExporter, wait_for

import gradwatch
from gradwatch.finding import Finding, finding_of
from gradwatch.v1 import telemetry_pb2 as pb

FINDING = pb.Finding(
    id="f-1",
    change=pb.Finding.CHANGE_OPENED,
    kind="gradient_explosion",
    severity=pb.Finding.SEVERITY_CRITICAL,
    first_step=40,
    detected_step=41,
    score=12.5,
    threshold=4.0,
    cause="The gradient norm grew to 12 times that of the step before.",
)


def request(identity: str, kind: int, factor: float | None = None) -> pb.ExporterMessage:
    return pb.ExporterMessage(request=pb.Request(id=identity, kind=kind, factor=factor))


def answers(exporter: FakeExporter) -> dict[str, tuple[int, str]]:
    return {answer.request: (answer.result, answer.message) for answer in exporter.sessions[0].answers}


def test_a_finding_in_python() -> None:
    finding = finding_of(FINDING)
    assert finding == Finding(
        id="f-1",
        change="opened",
        kind="gradient_explosion",
        severity="critical",
        rank=None,
        first_step=40,
        detected_step=41,
        score=12.5,
        threshold=4.0,
        cause="The gradient norm grew to 12 times that of the step before.",
        advice=None,
        resolution=None,
        consequence_of=None,
    )


def test_a_finding_of_a_later_protocol() -> None:
    later = pb.Finding.FromString(pb.Finding(id="f").SerializeToString() + b"\x10\x63")  # change = 99
    assert finding_of(later).change == "unknown"


def test_findings_reach_the_handler_at_once_and_the_script_when_it_asks(exporter: FakeExporter) -> None:
    heard: list[tuple[str, str]] = []
    run = gradwatch.init(
        "findings",
        address=exporter.address,
        on_finding=lambda finding: heard.append((finding.kind, threading.current_thread().name)),
    )
    wait_for(lambda: exporter.sessions, "the hello")
    exporter.send(pb.ExporterMessage(finding=FINDING))
    wait_for(lambda: heard, "the finding")
    assert heard == [("gradient_explosion", "gradwatch")]
    assert [finding.id for finding in run.findings()] == ["f-1"]
    assert run.findings() == []


def test_a_handler_that_raises_harms_nobody(exporter: FakeExporter, caplog: pytest.LogCaptureFixture) -> None:
    def broken(finding: Finding) -> None:
        raise KeyError(finding.kind)

    run = gradwatch.init("broken", address=exporter.address, on_finding=broken)
    wait_for(lambda: exporter.sessions, "the hello")
    with caplog.at_level(logging.ERROR, "gradwatch"):
        exporter.send(pb.ExporterMessage(finding=FINDING))
        wait_for(lambda: caplog.records, "the log line")
    run.log(step=1, loss=1.0)
    run.finish()
    assert [step.step for step in exporter.steps] == [1]


def test_requests_are_done_by_the_training_between_two_steps(exporter: FakeExporter) -> None:
    done: list[tuple[object, ...]] = []

    def checkpoint() -> None:
        done.append(("checkpoint", threading.current_thread()))

    def scale(factor: float) -> None:
        if factor > 1:
            raise RuntimeError("this schedule only goes down")
        done.append(("scale", factor))

    run = gradwatch.init(
        "requests", address=exporter.address, on_request={"checkpoint": checkpoint, "scale_learning_rate": scale}
    )
    wait_for(lambda: exporter.sessions, "the hello")
    exporter.send(request("a", pb.REQUEST_KIND_CHECKPOINT))
    exporter.send(request("b", pb.REQUEST_KIND_SCALE_LEARNING_RATE, 0.5))
    exporter.send(request("c", pb.REQUEST_KIND_SCALE_LEARNING_RATE, 2.0))
    exporter.send(request("d", pb.REQUEST_KIND_SCALE_LEARNING_RATE))
    exporter.send(request("e", pb.REQUEST_KIND_STOP))
    wait_for(lambda: "e" in answers(exporter), "the answer that needs no training")
    assert answers(exporter)["e"][0] == pb.Answer.RESULT_UNSUPPORTED
    assert done == []

    run.log(step=1, loss=1.0)
    assert done == [("checkpoint", threading.main_thread()), ("scale", 0.5)]
    wait_for(lambda: len(answers(exporter)) == 5, "all answers")
    assert answers(exporter)["a"] == (pb.Answer.RESULT_DONE, "")
    assert answers(exporter)["b"] == (pb.Answer.RESULT_DONE, "")
    assert answers(exporter)["c"] == (pb.Answer.RESULT_REFUSED, "this schedule only goes down")
    assert answers(exporter)["d"] == (pb.Answer.RESULT_REFUSED, "the factor 0.0 is not a finite number above 0")

    exporter.send(request("b", pb.REQUEST_KIND_SCALE_LEARNING_RATE, 0.5))
    wait_for(lambda: len(exporter.sessions[0].answers) == 6, "the answer again")
    run.log(step=2, loss=1.0)
    assert len(done) == 2, "a request is done once"


def test_a_stop_that_ends_the_process_is_answered_first(exporter: FakeExporter) -> None:
    def stop() -> None:
        raise SystemExit(0)

    with pytest.raises(SystemExit), gradwatch.init("stop", address=exporter.address, on_request={"stop": stop}) as run:
        wait_for(lambda: exporter.sessions, "the hello")
        exporter.send(request("s", pb.REQUEST_KIND_STOP))
        wait_for(lambda: run._desk.busy, "the request")
        run.log(step=1, loss=1.0)
    assert answers(exporter) == {"s": (pb.Answer.RESULT_DONE, "")}
    assert exporter.sessions[0].goodbye.ending == pb.ENDING_FINISHED


def test_an_unknown_kind_is_a_mistake_of_the_script() -> None:
    with pytest.raises(
        ValueError, match="'pause' is no kind of request; there are checkpoint, log_layers, scale_learning_rate, stop"
    ):
        gradwatch.init("typo", on_request={"pause": lambda: None})


def test_a_refusal_is_told_once(exporter: FakeExporter, caplog: pytest.LogCaptureFixture) -> None:
    run = gradwatch.init("refusal", address=exporter.address)
    wait_for(lambda: exporter.sessions, "the hello")
    refusal = pb.Refusal(sequence=1, reason="step_too_high", message="step 9 is above 8; start a new run")
    with caplog.at_level(logging.WARNING, "gradwatch"):
        for _ in range(3):
            exporter.send(pb.ExporterMessage(refusal=refusal))
        exporter.send(pb.ExporterMessage(finding=FINDING))
        wait_for(run.findings, "all that was sent")
    assert len(caplog.records) == 1 and "step 9 is above 8" in caplog.text
