"""Asks the exporter whether it would take this worker."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from gradwatch.channel import open_channel, report, status_of
from gradwatch.destination import Destination
from gradwatch.v1.telemetry_pb2 import ENDING_FINISHED, Goodbye, Hello, Welcome, WorkerMessage
from gradwatch.version import VERSION
from gradwatch.worker import Worker, find_run, find_worker

RUN = "gradwatch-check"
TIMEOUT_SECONDS = 5.0

ADVICE = {
    "DEADLINE_EXCEEDED": "Something listens there and says nothing. Is it the exporter's gRPC port?",
    "UNIMPLEMENTED": "Something else listens there. Is it the exporter's gRPC port?",
    "UNAUTHENTICATED": "Set GRADWATCH_TOKEN to the token of the exporter.",
}


def check(destination: Destination, environ: Mapping[str, str]) -> tuple[bool, list[str]]:
    """Says hello and goodbye as rank of a run named gradwatch-check. Returns whether it was welcomed, and sentences for
    a person."""
    address = destination.address
    worker = find_worker(environ, run=RUN)
    lines = [_describe(worker, find_run(environ))]
    if environ.get("GRADWATCH_DISABLED"):
        lines.append(f"GRADWATCH_DISABLED is {environ['GRADWATCH_DISABLED']}: with 1 gradwatch.init() reports nothing.")
    hello = Hello(
        run=worker.run,
        rank=worker.rank,
        world_size=worker.world_size,
        session=secrets.token_hex(16),
        node=worker.node,
        client=f"gradwatch-python {VERSION}",
    )
    messages = (WorkerMessage(hello=hello), WorkerMessage(goodbye=Goodbye(ending=ENDING_FINISHED)))
    started, took = time.monotonic(), 0.0
    welcome: Welcome | None = None
    channel: Any = None
    try:
        channel = open_channel(destination)
        for message in report(channel, iter(messages), destination.token, TIMEOUT_SECONDS):
            if message.HasField("welcome"):
                welcome = message.welcome
                took = time.monotonic() - started
            # Read on to the end of the call: who hangs up early is taken for lost.
    except Exception as problem:
        if welcome is None:
            code, sentence = status_of(problem)
            return False, [
                *lines,
                f"No welcome from {address}: {sentence} ({code}). {_advise(code, sentence, destination)}".rstrip(),
            ]
    finally:
        if channel is not None:
            channel.close()
    if welcome is None:
        return False, [
            *lines,
            f"No welcome from {address}: the call ended without a word. Is it the exporter's gRPC port?",
        ]
    return True, [*lines, *_describe_exporter(welcome, worker, address, took)]


def _advise(code: str, sentence: str, destination: Destination) -> str:
    if code == "UNAVAILABLE":
        absent = "Is the exporter running on this node? Set GRADWATCH_ADDRESS where it listens elsewhere."
        if destination.tls is None:
            return f"{absent} Where it speaks TLS, set GRADWATCH_TLS_CA_FILE to the authority of its certificate."
        return f"{absent} Do GRADWATCH_TLS_CA_FILE and GRADWATCH_TLS_SERVER_NAME fit its certificate?"
    # The exporter ends a call with one code for both.
    if code == "UNAUTHENTICATED" and "certificate" in sentence:
        return (
            "Set GRADWATCH_TLS_CERT_FILE and GRADWATCH_TLS_KEY_FILE to a certificate of this worker that the authority "
            "in grpc.tls.client_ca_file has signed, and to its key."
        )
    return ADVICE.get(code, "")


def _describe(worker: Worker, run: str | None) -> str:
    gpu = worker.gpu_uuid or "not named by the environment"
    training = "named by gradwatch.init() or after its script" if run is None else run
    return (
        f"Worker: run {worker.run}, rank {worker.rank} of {worker.world_size} (from {worker.launcher}), "
        f"attempt {worker.attempt}, node {worker.node}, GPU {gpu}. "
        f"The run of a training here: {training}."
    )


def _describe_exporter(welcome: Welcome, worker: Worker, address: str, seconds: float) -> list[str]:
    milliseconds = seconds * 1000
    lines = [f"Exporter: {welcome.exporter} on node {welcome.node} at {address} welcomed it in {milliseconds:.0f} ms."]
    if welcome.HasField("max_message_bytes"):
        lines.append(f"It takes messages of up to {welcome.max_message_bytes} bytes.")
    if welcome.node and welcome.node != worker.node:
        lines.append(
            f"The exporter calls its node {welcome.node}, this worker calls it {worker.node}. "
            "If these are two nodes, set GRADWATCH_ADDRESS to the exporter of this one; if it is one, set NODE_NAME."
        )
    return lines
