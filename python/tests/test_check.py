from __future__ import annotations

import subprocess
import sys

import grpc
import pytest
from exporter import FakeExporter

from gradwatch.v1 import telemetry_pb2 as pb


def check(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "gradwatch", "check", *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert finished.stderr == ""
    return finished.returncode, finished.stdout


def test_reached(exporter: FakeExporter) -> None:
    exporter.max_message_bytes = 4096
    code, text = check("--address", exporter.address)
    assert code == 0
    assert f"fake 1 on node node-a at {exporter.address} welcomed it" in text
    assert "up to 4096 bytes" in text and "rank 0 of 1" in text
    hello = exporter.sessions[0].hello
    assert f"Worker: run {hello.run}," in text, "the run that is to be found on /metrics"
    assert "If these are two nodes" in text
    goodbye = exporter.sessions[0].goodbye
    assert goodbye is not None and goodbye.ending == pb.ENDING_FINISHED, "a check leaves no lost worker"


def test_refused(exporter: FakeExporter) -> None:
    exporter.refuse = (grpc.StatusCode.UNAUTHENTICATED, "this token is wrong")
    code, text = check("--address", exporter.address, "--token", "guess")
    assert code == 1
    assert "this token is wrong (UNAUTHENTICATED). Set GRADWATCH_TOKEN" in text


def test_a_missing_client_certificate(exporter: FakeExporter) -> None:
    sentence = "the exporter requires a certificate that grpc.tls.client_ca_file has signed"
    exporter.refuse = (grpc.StatusCode.UNAUTHENTICATED, sentence)
    code, text = check("--address", exporter.address)
    assert code == 1
    assert "GRADWATCH_TLS_CERT_FILE and GRADWATCH_TLS_KEY_FILE" in text and "GRADWATCH_TOKEN" not in text


def test_the_run_of_a_training_here(exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADWATCH_RUN", "bert-7")
    _, text = check("--address", exporter.address)
    assert "Worker: run gradwatch-check," in text and "The run of a training here: bert-7." in text


def test_absent(unused_port: int) -> None:
    code, text = check("--address", f"127.0.0.1:{unused_port}")
    assert code == 1
    assert f"No welcome from 127.0.0.1:{unused_port}" in text and "Is the exporter running on this node?" in text
    assert "Where it speaks TLS, set GRADWATCH_TLS_CA_FILE" in text
