from __future__ import annotations

import logging
import threading

import pytest
from exporter import FakeExporter, wait_for

import gradwatch
from gradwatch.v1 import telemetry_pb2 as pb


def finding(kind: str, severity: int, change: int = pb.Finding.CHANGE_OPENED) -> pb.ExporterMessage:
    return pb.ExporterMessage(
        finding=pb.Finding(id="f-1", kind=kind, severity=severity, change=change, cause="It grew.")
    )


def test_reactions_are_done_by_the_training_in_order(exporter: FakeExporter, caplog: pytest.LogCaptureFixture) -> None:
    done: list[tuple[str, threading.Thread]] = []

    def note(action: str) -> None:
        done.append((action, threading.current_thread()))

    def broken() -> None:
        note("lower_learning_rate")
        raise RuntimeError("no optimizer")

    reactions = gradwatch.Reactions(
        {"gradient_explosion": ("checkpoint", "stop"), "critical": "lower_learning_rate", "*": "log"},
        checkpoint=lambda: note("checkpoint"),
        stop=lambda: note("stop"),
        lower_learning_rate=broken,
    )
    run = gradwatch.init("reactions", address=exporter.address, on_finding=reactions)
    wait_for(lambda: exporter.sessions, "the hello")
    with caplog.at_level(logging.WARNING, "gradwatch"):
        exporter.send(finding("nan_loss", pb.Finding.SEVERITY_CRITICAL))
        exporter.send(finding("gradient_explosion", pb.Finding.SEVERITY_CRITICAL))
        exporter.send(finding("gradient_explosion", pb.Finding.SEVERITY_CRITICAL, pb.Finding.CHANGE_RESOLVED))
        exporter.send(finding("slow_loader", pb.Finding.SEVERITY_WARNING))
        wait_for(lambda: "slow_loader (warning): It grew." in caplog.text, "the reaction that needs no training")
        assert done == []
        run.log(step=1, loss=1.0)
    main = threading.main_thread()
    assert done == [("lower_learning_rate", main), ("checkpoint", main), ("stop", main)]
    assert "no optimizer" in caplog.text
    run.log(step=2, loss=1.0)
    assert len(done) == 3, "a reaction is done once"


def test_a_stop_ends_the_training(exporter: FakeExporter) -> None:
    def stop() -> None:
        raise SystemExit(0)

    reactions = gradwatch.Reactions({"critical": "stop"}, stop=stop)
    with pytest.raises(SystemExit), gradwatch.init("stop", address=exporter.address, on_finding=reactions) as run:
        wait_for(lambda: exporter.sessions, "the hello")
        exporter.send(finding("nan_loss", pb.Finding.SEVERITY_CRITICAL))
        wait_for(lambda: reactions._waiting, "the finding")
        run.log(step=1, loss=1.0)
    assert exporter.sessions[0].goodbye.ending == pb.ENDING_FINISHED


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"critical": "pause"}, "'pause' is no reaction to a finding; there are log, checkpoint, skip"),
        ({"critical": ("log", "stop")}, "the reaction 'stop' needs a function"),
    ],
)
def test_mistakes_of_the_script(rules: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        gradwatch.Reactions(rules)
