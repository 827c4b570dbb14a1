"""The callback in fit() of Keras, on each of its backends."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from exporter import FakeExporter
from parts import whole_steps
from ranks import PACKAGE, SCRIPTS, environment

from gradwatch.v1 import telemetry_pb2 as pb

BUILDER = PACKAGE.parent / "test" / "tools" / "python-env.sh"
# Read here: the tests themselves see none of gradwatch's variables.
TENSORFLOW = os.environ.get("GRADWATCH_PYTHON_TENSORFLOW", "")


def interpreter(backend: str) -> str:
    """TensorFlow is in an environment of its own. Skips the test where the backend is not there; with CI=true it
    fails."""
    if backend == "tensorflow":
        python = (
            TENSORFLOW
            or subprocess.run([BUILDER, "--path", "tensorflow"], capture_output=True, text=True).stdout.strip()
        )
        there = Path(python).exists()
    else:
        python = sys.executable
        there = all(importlib.util.find_spec(name) is not None for name in ("keras", backend))
    if not there:
        assert os.environ.get("CI") != "true", f"Keras on {backend} is not installed"
        pytest.skip(f"needs Keras on {backend}: run test/tools/python-env.sh, and again with tensorflow")
    return python


def fit(backend: str, exporter: FakeExporter, folder: Path, *options: str) -> list[dict[str, Any]]:
    record = folder / "record.jsonl"
    command = [interpreter(backend), str(SCRIPTS / "keras_fit.py"), "--record", str(record), *options]
    variables = environment(KERAS_BACKEND=backend, GRADWATCH_ADDRESS=exporter.address, TF_CPP_MIN_LOG_LEVEL="3")
    finished = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in record.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("backend", ["jax", "torch", "tensorflow"])
def test_each_step_of_a_fit(exporter: FakeExporter, tmp_path: Path, backend: str) -> None:
    lines = fit(backend, exporter, tmp_path)
    by_hand = [line for line in lines if "norm" in line]
    steps = whole_steps(exporter.steps)
    # One step was before the callback.
    assert [step.step for step in steps] == [line["step"] for line in by_hand] == list(range(2, 10))
    assert [step.loss for step in steps] == pytest.approx([line["loss"] for line in by_hand], rel=1e-5)
    assert [step.gradient_norm for step in steps] == pytest.approx([line["norm"] for line in by_hand], rel=1e-5)
    # The first of each epoch is what Keras itself has logged; later it logs the mean of the epoch so far.
    means = [line["mean_loss"] for line in lines if "mean_loss" in line]
    assert (steps[0].loss, steps[4].loss) == (means[0], means[4])
    assert sum(step.loss for step in steps[:4]) / 4 == pytest.approx(means[3], rel=1e-6)
    assert {step.learning_rate for step in steps} == {0.0625}
    assert [dict(step.extras) for step in steps] == [{"mae": line["mae"]} for line in lines if "mae" in line]
    ends = [(step.epoch, step.validation_loss) for step in steps if step.HasField("evaluation_seconds")]
    assert ends == [
        (epoch, line["val_loss"]) for epoch, line in enumerate((line for line in lines if "val_loss" in line), 1)
    ]
    evaluations = [evaluation for batch in exporter.batches for evaluation in batch.evaluations]
    assert [evaluation.slices[0].metrics["val_loss"] for evaluation in evaluations] == [loss for _, loss in ends]
    assert all(step.step_seconds > 0 for step in steps)
    assert all(step.HasField("data_wait_seconds") == (backend != "tensorflow") for step in steps)
    assert all(step.HasField("backward_seconds") == (backend == "torch") for step in steps)
    # SGD has its iterations and its rate; the norm is not saved.
    assert lines[-1] == {"saved_variables": 2}
    session = exporter.sessions[0]
    assert session.hello.framework.endswith(backend) and session.goodbye.ending == pb.ENDING_FINISHED


def test_without_the_norm(exporter: FakeExporter, tmp_path: Path) -> None:
    fit("jax", exporter, tmp_path, "--plain")
    steps = whole_steps(exporter.steps)
    assert len(steps) == 8 and not any(step.HasField("gradient_norm") for step in steps)
    assert all(step.HasField("loss") for step in steps)


@pytest.mark.parametrize("epochs", ["known", "unknown"])
@pytest.mark.parametrize("backend", ["jax", "tensorflow"])
def test_executions_of_several_steps(exporter: FakeExporter, tmp_path: Path, backend: str, epochs: str) -> None:
    """PyTorch has none below Keras."""
    assert fit(backend, exporter, tmp_path, "--executions", epochs) == [{"iterations": 10}]
    steps = whole_steps(exporter.steps)
    assert [step.step for step in steps] == [3, 5, 8, 10]
    if epochs == "known":
        assert [step.epoch for step in steps] == [0.6, 1.0, 1.6, 2.0]


@pytest.mark.parametrize("backend", ["jax", "torch", "tensorflow"])
def test_kinds_of_models_and_optimisers(exporter: FakeExporter, backend: str) -> None:
    command = [interpreter(backend), str(SCRIPTS / "keras_kinds.py")]
    variables = environment(KERAS_BACKEND=backend, GRADWATCH_ADDRESS=exporter.address, TF_CPP_MIN_LOG_LEVEL="3")
    finished = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    logged = {line["run"]: line["losses"] for line in map(json.loads, finished.stdout.splitlines())}
    told: dict[str, list[pb.Step]] = {run: [] for run in logged}
    for session in exporter.sessions:
        assert session.goodbye.ending == pb.ENDING_FINISHED
        told[session.hello.run] += session.steps
    runs = {run: whole_steps(parts) for run, parts in told.items()}
    for run, steps in runs.items():
        # A fit after another goes on where that one ended.
        assert [step.step for step in steps] == list(range(1, 4 * len(logged[run]) + 1)), run
        assert {step.HasField("loss") for step in steps} == {run != "own step" or backend == "torch"}, run
        if run != "own step" or backend == "torch":
            means = [sum(step.loss for step in steps[at : at + 4]) / 4 for at in range(0, len(steps), 4)]
            assert means == pytest.approx(logged[run], rel=1e-5), run
    # The mean of the epoch, where nothing tells the loss of a step.
    if backend == "tensorflow":
        assert [runs["own step"][at].extras["loss"] for at in (3, 7)] == pytest.approx(logged["own step"], rel=1e-6)
    for run in ("scaling", "scaling plainly"):
        assert {step.learning_rate for step in runs[run]} == {0.0625}
        assert all(step.HasField("loss_scale") for step in runs[run])
    # Another start of the weights: the norms are of the same order, without the scale.
    assert all(0 < step.gradient_norm < 50 for run in ("accumulating", "scaling") for step in runs[run])
    assert not any(step.HasField("gradient_norm") for step in runs["scaling plainly"])


def test_nothing_raises_into_a_fit(exporter: FakeExporter) -> None:
    script = """
import gradwatch.keras.callback, keras, numpy
def broken(model): raise KeyError("no such thing")
gradwatch.keras.callback.track_loss = broken
model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(numpy.ones((4, 2)), numpy.ones((4, 1)), verbose=0, callbacks=[gradwatch.keras.GradwatchCallback("broken")])
model.fit(numpy.ones((4, 2)), numpy.ones((4, 1)), verbose=0, callbacks=[gradwatch.keras.GradwatchCallback("again")])
"""
    variables = environment(KERAS_BACKEND="jax", GRADWATCH_ADDRESS=exporter.address)
    command = [interpreter("jax"), "-c", script]
    finished = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr.count("GradwatchCallback.set_model failed") == 1
    # A step may be sent in parts.
    assert {step.step for step in exporter.steps} == {1, 2}
