"""Ranks that train together over gloo: who keeps the others waiting, and what the gradient is."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from exporter import FakeExporter
from libraries import needs
from parts import whole_steps
from ranks import run_ranks

from gradwatch.v1 import telemetry_pb2 as pb

needs("torch")

STEPS = 16
DELAY = 0.05
# The first steps connect, allocate, and find out what is to be hooked.
WARM_UP = 3


@pytest.mark.parametrize("options", [("--kind", "ddp"), ("--kind", "ddp", "--no-group-hooks"), ("--kind", "fsdp2")])
def test_the_slow_rank_waits_least(exporter: FakeExporter, tmp_path: Path, options: tuple[str, ...]) -> None:
    slow = 1
    delay = ("--steps", str(STEPS), "--slow-rank", str(slow), "--delay", str(DELAY))
    records = run_ranks("data_parallel.py", 3, exporter.address, tmp_path, *options, *delay)
    sessions = sorted(exporter.sessions, key=lambda session: session.hello.rank)
    ranks = [whole_steps(session.steps) for session in sessions]
    assert [[step.step for step in steps] for steps in ranks] == [list(range(1, STEPS + 1))] * 3
    for steps, record in zip(ranks, records):
        assert [step.loss for step in steps] == [line["loss"] for line in record]
        measured = [(step, line["norm"]) for step, line in zip(steps, record) if step.HasField("gradient_norm")]
        assert [step.gradient_norm for step, _ in measured] == pytest.approx([norm for _, norm in measured], rel=1e-5)
        # Under FSDP2 each rank has a part of the gradient.
        scope = pb.NORM_SCOPE_SHARD if "fsdp2" in options else pb.NORM_SCOPE_UNSPECIFIED
        assert len(measured) >= 2 and {step.gradient_norm_scope for step, _ in measured} == {scope}
    for at in range(WARM_UP, STEPS):
        waits = [steps[at].collective_wait_seconds for steps in ranks]
        assert waits.index(min(waits)) == slow, f"step {at + 1}: {waits}"
    waits_and_own = [(median(steps, wait), median(steps, own)) for steps in ranks]
    assert waits_and_own[slow][0] < waits_and_own[0][0] and waits_and_own[slow][0] < waits_and_own[2][0]
    assert max(waits_and_own, key=lambda pair: pair[1]) == waits_and_own[slow]
    forward = [median(steps, lambda step: step.forward_seconds) for steps in ranks]
    assert forward[slow] >= DELAY and forward[0] < DELAY and forward[2] < DELAY


def test_the_norm_of_the_reduced_gradient(exporter: FakeExporter, tmp_path: Path) -> None:
    records = run_ranks("data_parallel.py", 2, exporter.address, tmp_path, "--kind", "ddp", "--steps", "8")
    for session in exporter.sessions:
        recorded = records[session.hello.rank]
        measured = {
            step.step: step.gradient_norm for step in whole_steps(session.steps) if step.HasField("gradient_norm")
        }
        assert {1, 2} <= set(measured)
        assert measured == pytest.approx({step: recorded[step - 1]["norm"] for step in measured}, rel=1e-5)


def wait(step: pb.Step) -> float:
    return step.collective_wait_seconds


def own(step: pb.Step) -> float:
    return step.step_seconds - step.collective_wait_seconds


def median(steps: list[pb.Step], figure: object) -> float:
    return statistics.median(figure(step) for step in steps[WARM_UP:])  # type: ignore[operator]
