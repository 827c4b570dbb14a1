"""What gradwatch.torch sees of real training loops on the CPU."""

from __future__ import annotations

import copy
import gc
import io
import logging
import mmap
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from exporter import FakeExporter
from libraries import needs
from parts import whole_steps

torch = needs("torch")

from torch import nn  # noqa: E402
from torch.nn.utils import clip_grad, clip_grad_norm_, clip_grad_value_  # noqa: E402
from torch.optim import optimizer as torch_optimizer  # noqa: E402
from torch.utils.data import DataLoader, TensorDataset, dataloader  # noqa: E402

import gradwatch  # noqa: E402
import gradwatch.torch  # noqa: E402
from gradwatch.torch.memory import ProcessMemory  # noqa: E402
from gradwatch.v1 import telemetry_pb2 as pb  # noqa: E402

BATCH = 16


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 1))


def loader(batches: int = 6, **options: Any) -> DataLoader[Any]:
    generator = torch.Generator().manual_seed(1)
    rows = BATCH * batches
    data = TensorDataset(torch.randn(rows, 8, generator=generator), torch.randn(rows, 1, generator=generator))
    return DataLoader(data, batch_size=BATCH, **options)


def loss_of(model: nn.Module, batch: Any) -> Any:
    return (model(batch[0]) - batch[1]).square().mean()


@pytest.fixture
def reported(exporter: FakeExporter) -> Iterator[Callable[[], list[pb.Step]]]:
    """Starts to watch. When called, stops to watch and returns the steps that were reported, of their parts."""
    run = gradwatch.init("torch", address=exporter.address)
    gradwatch.torch.watch(run=run)

    def finish() -> list[pb.Step]:
        gradwatch.finish()
        return whole_steps(exporter.steps)

    yield finish
    gradwatch.finish()


def test_a_script_that_says_nothing(reported: Callable[[], list[pb.Step]]) -> None:
    model, losses = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader():
        loss = loss_of(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    steps = reported()
    assert [step.step for step in steps] == list(range(1, 7))
    assert [step.loss for step in steps] == losses
    assert {(step.learning_rate, step.samples) for step in steps} == {(0.1, BATCH)}
    assert steps[0].process_memory_bytes > 1 << 20
    for step in steps:
        parts = (step.data_wait_seconds, step.forward_seconds, step.backward_seconds, step.optimizer_seconds)
        assert all(seconds > 0 for seconds in parts) and sum(parts) <= step.step_seconds
        assert not step.HasField("collective_wait_seconds") and not step.HasField("memory_allocated_bytes")
        assert not step.HasField("host_to_device_seconds") and not step.HasField("skipped")


@pytest.mark.parametrize(("seconds", "told"), [(0.0, [True] * 6), (3600.0, [True] + [False] * 5)])
def test_memory_is_read_now_and_then(
    reported: Callable[[], list[pb.Step]], monkeypatch: pytest.MonkeyPatch, seconds: float, told: list[bool]
) -> None:
    monkeypatch.setattr("gradwatch.torch.memory.READ_SECONDS", seconds)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader():
        loss_of(model, batch).backward()
        optimizer.step()
    assert [step.HasField("process_memory_bytes") for step in reported()] == told


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_mapped_file_is_no_memory_of_the_process_and_what_it_allocates_is(tmp_path: Path) -> None:
    size = 64 << 20
    data = tmp_path / "tokens.bin"
    data.write_bytes(bytes(size))
    memory = ProcessMemory()
    with data.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as tokens:
        before = memory.read()["process_memory_bytes"]
        assert sum(tokens[:: mmap.PAGESIZE]) == 0
        mapped = memory.read()["process_memory_bytes"]
        held = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        held.write(b"1" * size)
        allocated = memory.read()["process_memory_bytes"]
    held.close()
    memory.close()
    assert abs(mapped - before) < size / 4
    assert allocated - mapped >= 3 * size / 4


def test_the_norm_comes_from_the_clipping_of_the_script(reported: Callable[[], list[pb.Step]]) -> None:
    model, norms = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader():
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        norms.append(clip_grad_norm_(model.parameters(), 0.1).item())
        # Once more, as some frameworks do for their logs: this one is after clipping.
        clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
    assert [step.gradient_norm for step in reported()] == norms


def test_norms_of_parts_of_the_model_are_joined(reported: Callable[[], list[pb.Step]]) -> None:
    model, norms = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader():
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        gradients = torch.cat([parameter.grad.flatten() for parameter in model.parameters()])
        norms.append(gradients.double().norm().item())
        for part in (model[0], model[1], model[3]):
            clip_grad_norm_(part.parameters(), 0.1)
        optimizer.step()
    assert [step.gradient_norm for step in reported()] == pytest.approx(norms, rel=1e-6)


@pytest.mark.parametrize(
    "clip",
    [
        lambda model: clip_grad_value_(model.parameters(), 1e-6),
        lambda model: clip_grad_value_(model.parameters(), 1e-6, foreach=False),
        lambda model: [clip_grad_value_(parameter, 1e-6) for parameter in model.parameters()],
        lambda model: clip_grad_norm_(model.parameters(), 1e-6, norm_type="inf"),
        lambda model: [clip_grad_value_(model.parameters(), 1e-6), clip_grad_norm_(model.parameters(), 1.0)],
    ],
    ids=["value", "each tensor by itself", "each parameter by itself", "largest norm", "value and norm"],
)
def test_the_norm_before_clipping_by_value_is_measured_now_and_then(
    reported: Callable[[], list[pb.Step]], clip: Callable[[nn.Module], Any]
) -> None:
    model, norms = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader(12):
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        norms.append(torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm().item())
        clip(model)
        optimizer.step()
    told = [(step, norm) for step, norm in zip(reported(), norms) if step.HasField("gradient_norm")]
    assert [step.step for step, _ in told[:2]] == [1, 2]
    assert [step.gradient_norm for step, _ in told] == pytest.approx([norm for _, norm in told], rel=1e-5)


def test_without_clipping_the_norm_is_measured_now_and_then(reported: Callable[[], list[pb.Step]]) -> None:
    model, norms = network(), {}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for number, batch in enumerate(loader(40), 1):
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        norms[number] = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).double().norm().item()
        optimizer.step()
    measured = {step.step: step.gradient_norm for step in reported() if step.HasField("gradient_norm")}
    assert {1, 2} <= set(measured)
    assert measured == pytest.approx({step: norms[step] for step in measured}, rel=1e-6)


def test_what_the_script_logs_wins_and_names_the_step(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader(), 100):
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        optimizer.step()
        gradwatch.log(step=number, loss=float(number), tokens=7)
        gradwatch.log(step=number, validation_loss=0.5)
    steps = reported()
    assert [(step.step, step.loss, step.tokens, step.validation_loss) for step in steps] == [
        (number, float(number), 7, 0.5) for number in range(100, 106)
    ]
    assert all(step.HasField("forward_seconds") for step in steps)


def test_what_the_script_logs_before_the_optimiser_steps_wins(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    halves = [torch.optim.SGD(part.parameters(), lr=0.1) for part in (model[0], model[3])]
    for step, batch in enumerate(loader(), 101):
        model.zero_grad()
        loss_of(model, batch).backward()
        gradwatch.log(step=step, learning_rate=9.0, gradient_norm=7.0)
        clip_grad_norm_(model.parameters(), 0.1)
        for optimizer in halves:
            optimizer.step()
    steps = [(step.step, step.learning_rate, step.gradient_norm) for step in reported()]
    assert steps == [(step, 9.0, 7.0) for step in range(101, 107)]


@pytest.mark.parametrize("last_step", [0, 100])
def test_numbers_may_begin_with_the_last_step(exporter: FakeExporter, last_step: int) -> None:
    run = gradwatch.init("begins", address=exporter.address)
    model, losses = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradwatch.torch.watch(run=run, last_step=last_step):
        run.log(step=last_step, validation_loss=0.5)
        for number, batch in enumerate(loader(), last_step):
            loss = loss_of(model, batch)
            run.log(step=number, loss=loss.item())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    run.finish()
    steps = whole_steps(exporter.steps)
    assert [(step.step, step.loss) for step in steps] == list(enumerate(losses, last_step))
    assert [step.HasField("validation_loss") for step in steps] == [True] + [False] * 5
    assert all(step.HasField("step_seconds") and step.learning_rate == 0.1 for step in steps)


def test_an_evaluation_before_the_first_step_is_not_of_it(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    gradwatch.log(step=0, validation_loss=0.5)
    for number, batch in enumerate(loader(2), 1):
        loss_of(model, batch).backward()
        optimizer.step()
        gradwatch.log(step=number)
    assert [(step.step, step.HasField("validation_loss"), step.HasField("loss")) for step in reported()] == [
        (0, True, False),
        (1, False, True),
        (2, False, True),
    ]


def test_what_is_logged_one_step_later_is_of_its_step(reported: Callable[[], list[pb.Step]]) -> None:
    model, told, before = network(), [], None
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader(), 1):
        optimizer.zero_grad()
        loss = loss_of(model, batch)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if before is not None:
            # What is known already stays: the same field with another value were a training that went back.
            gradwatch.log(step=number - 1, tokens=number - 1, gradient_norm=before)
        before = norm.item() + 1.0
        told.append((number, norm.item(), loss.item(), number if number < 6 else 0))
    steps = reported()
    assert [(step.step, step.gradient_norm, step.loss, step.tokens) for step in steps] == told


def test_numbers_from_0_may_come_one_step_later(exporter: FakeExporter) -> None:
    run = gradwatch.init("later", address=exporter.address)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with gradwatch.torch.watch(run=run, last_step=-1):
        for number, batch in enumerate(loader()):
            optimizer.zero_grad()
            loss_of(model, batch).backward()
            optimizer.step()
            if number > 0:
                run.log(step=number - 1, tokens=number)
    run.finish()
    assert [(step.step, step.tokens, step.HasField("loss")) for step in whole_steps(exporter.steps)] == [
        (number, number + 1 if number < 5 else 0, True) for number in range(6)
    ]


def test_samples_are_those_that_a_step_trains_with(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        for batch, others in zip(loader(3), DataLoader(range(27), batch_size=4)):
            (loss_of(model, batch) + 0 * others.sum()).backward()
            optimizer.step()
        for batch in DataLoader(list(loader(1).dataset), batch_size=6):
            # An evaluation that says nothing of it.
            loss_of(model, batch).item()
    assert [step.samples for step in reported()] == [BATCH + 4] * 6


def test_accumulation_is_one_step_whose_loss_is_the_sum(reported: Callable[[], list[pb.Step]]) -> None:
    model, sums = network(), [0.0]
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader(), 1):
        loss = loss_of(model, batch) / 2
        loss.backward()
        sums[-1] += loss.item()
        if number % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()
            sums.append(0.0)
    steps = reported()
    assert [(step.step, step.loss, step.samples) for step in steps] == [(i + 1, sums[i], 2 * BATCH) for i in range(3)]


@pytest.mark.parametrize("fused", [False, True])
def test_mixed_precision(reported: Callable[[], list[pb.Step]], fused: bool) -> None:
    model, losses, norms = network(), [], []
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1, fused=fused)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=1000)
    for number, batch in enumerate(loader(), 1):
        optimizer.zero_grad()
        loss = loss_of(model, batch)
        scaler.scale(loss).backward()
        losses.append(loss.item())
        norms.append(torch.cat([p.grad.flatten() for p in model.parameters()]).double().norm().item() / 1024)
        if number == 2:
            model[0].weight.grad[0, 0] = torch.inf
        scaler.step(optimizer)
        scaler.update()
    steps = reported()
    assert [step.step for step in steps] == list(range(1, 7))
    assert [step.loss for step in steps] == losses
    assert [step.skipped for step in steps] == [False, True, False, False, False, False]
    assert [step.loss_scale for step in steps] == [1024.0] * 2 + [512.0] * 4
    assert steps[0].gradient_norm == pytest.approx(norms[0], rel=1e-5)


SCALED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "a sum": lambda scale, first, second: (scale(first) + scale(second)).backward(),
    "a mean": lambda scale, first, second: (torch.stack(scale([first, second])).mean() * 2).backward(),
    "a part": lambda scale, first, second: (scale(first + second) / 1).backward(),
    "a tuple": lambda scale, first, second: [each.backward(retain_graph=True) for each in scale((first, second))],
    "two at first": lambda scale, first, second: [
        each.backward(retain_graph=True) for each in [scale(first), scale(second)]
    ],
    "a scaled one and none": lambda scale, first, second: [
        scale(first).backward(retain_graph=True),
        second.backward(),
    ],
}


@pytest.mark.parametrize("backward", SCALED.values(), ids=SCALED)
def test_the_loss_is_told_without_its_scale(
    reported: Callable[[], list[pb.Step]], backward: Callable[[Any, Any, Any], Any]
) -> None:
    model, losses = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for batch in loader():
        optimizer.zero_grad()
        first, second = loss_of(model, batch), model(batch[0]).abs().mean()
        backward(scaler.scale, first, second)
        scaler.step(optimizer)
        scaler.update()
        losses.append(first.item() + second.item())
    assert [step.loss for step in reported()] == pytest.approx(losses, rel=1e-6)


def test_the_norm_of_a_step_that_the_scaler_skips_is_not_that_of_the_next(
    reported: Callable[[], list[pb.Step]],
) -> None:
    model, norms = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    for number, batch in enumerate(loader(), 1):
        optimizer.zero_grad()
        scaler.scale(loss_of(model, batch)).backward()
        if number == 3:
            model[0].weight.grad[0, 0] = torch.inf
        scaler.unscale_(optimizer)
        norms.append(clip_grad_norm_(model.parameters(), 1.0).item())
        scaler.step(optimizer)
        scaler.update()
    steps = reported()
    assert [step.skipped for step in steps] == [False, False, True, False, False, False]
    assert [step.gradient_norm for step in steps] == norms and norms[2] == torch.inf


@pytest.mark.parametrize("zero", ["optimizer", "model", "in place", "by hand"])
def test_a_batch_that_no_step_follows_is_of_no_step(reported: Callable[[], list[pb.Step]], zero: str) -> None:
    model, told = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    # By hand it is seen on the parameters of an optimiser that has stepped.
    abandoned = (2, 3, 5) if zero == "by hand" else (0, 3)
    for number, batch in enumerate(loader(8)):
        if zero == "model":
            model.zero_grad()
        elif zero == "by hand":
            for parameter in model.parameters():
                parameter.grad = None
        else:
            optimizer.zero_grad(set_to_none=zero == "optimizer")
        loss = loss_of(model, batch) * (torch.nan if number in abandoned else 1.0)
        loss.backward()
        norm = clip_grad_norm_(model.parameters(), 1.0)
        if not torch.isfinite(norm):
            continue
        optimizer.step()
        told.append((loss.item(), norm.item()))
    assert [(step.loss, step.gradient_norm) for step in reported()] == told


OTHERS: dict[str, Callable[[nn.Module, nn.Module], Any]] = {
    "another model": lambda model, other: other.zero_grad(),
    "another optimiser": lambda model, other: torch.optim.SGD(other.parameters(), lr=0.1).zero_grad(),
    "a part that is to stay": lambda model, other: model[0].zero_grad(),
}


@pytest.mark.parametrize("zero", OTHERS.values(), ids=OTHERS)
def test_a_step_whose_gradients_are_not_all_thrown_away_has_its_loss(
    reported: Callable[[], list[pb.Step]], zero: Callable[[nn.Module, nn.Module], Any]
) -> None:
    model, other, losses = network(), network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader()):
        optimizer.zero_grad()
        loss = loss_of(model, batch) + loss_of(other, batch)
        loss.backward()
        zero(model, other)
        if number == 4:
            continue
        optimizer.step()
        losses.append(loss.item())
    assert [step.loss for step in reported()] == losses


def test_a_step_whose_gradients_are_all_thrown_away_has_no_loss(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader()):
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        if number == 2:
            model.zero_grad()
        optimizer.step()
    assert [step.HasField("loss") for step in reported()] == [True, True, False, True, True, True]


def test_what_is_logged_of_a_batch_that_no_step_follows_is_not_lost(reported: Callable[[], list[pb.Step]]) -> None:
    model, losses = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader()):
        loss = loss_of(model, batch) + (torch.inf if number in (2, 5) else 0.0)
        losses.append(loss.item())
        gradwatch.log(step=number, loss=loss.item(), **({"tokens": 7} if number == 2 else {}))
        if not torch.isfinite(loss):
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    steps = reported()
    assert [(step.step, step.loss) for step in steps] == list(enumerate(losses))
    assert [step.HasField("step_seconds") for step in steps] == [True, True, False, True, True, False]
    assert [step.tokens for step in steps] == [0, 0, 7, 0, 0, 0]


def test_the_norm_of_accumulated_batches_is_the_last_one(reported: Callable[[], list[pb.Step]]) -> None:
    model, norms = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader(), 1):
        loss_of(model, batch).backward()
        norm = clip_grad_norm_(model.parameters(), 1e9).item()
        if number % 2 == 0:
            optimizer.step()
            optimizer.zero_grad()
            norms.append(norm)
    assert [step.gradient_norm for step in reported()] == norms


def test_an_optimiser_that_steps_by_another_has_one_gradient(reported: Callable[[], list[pb.Step]]) -> None:
    class Wrapper(torch.optim.Optimizer):  # type: ignore[misc]
        def __init__(self, parameters: Any) -> None:
            super().__init__(parameters, {"lr": 0.1})
            self.inner = torch.optim.SGD(self.param_groups, lr=0.1)

        def step(self, closure: Any = None) -> None:
            self.inner.step()

    model = network()
    optimizer = Wrapper(list(model.parameters()))
    loss_of(model, next(iter(loader()))).backward()
    norm = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm().item()
    optimizer.step()
    assert [step.gradient_norm for step in reported()] == pytest.approx([norm], rel=1e-6)


def test_two_optimisers_of_one_batch(reported: Callable[[], list[pb.Step]]) -> None:
    models = [network(), network()]
    optimizers = [torch.optim.SGD(models[0].parameters(), lr=0.1), torch.optim.Adam(models[1].parameters(), lr=0.2)]
    for batch in loader():
        for model, optimizer in zip(models, optimizers):
            optimizer.zero_grad()
            loss_of(model, batch).backward()
            optimizer.step()
    steps = reported()
    assert [step.step for step in steps] == list(range(1, 7))
    assert not any(step.HasField("loss") for step in steps), "which of the two is meant is not known"


@pytest.mark.parametrize("batches", [1, 2])
def test_two_optimisers_of_one_loss(reported: Callable[[], list[pb.Step]], batches: int) -> None:
    """As Muon for the matrices and AdamW for the rest, also with accumulation."""
    model, losses = network(), []
    optimizers = [torch.optim.SGD(model[0].parameters(), lr=0.1), torch.optim.Adam(model[3].parameters(), lr=0.2)]
    for number, batch in enumerate(loader(), 1):
        loss = loss_of(model, batch) / batches
        loss.backward()
        losses.append(loss.item())
        if number % batches == 0:
            for optimizer in optimizers:
                optimizer.step()
                optimizer.zero_grad()
    expected = [sum(losses[first : first + batches]) for first in range(0, 6, batches)]
    assert [step.loss for step in reported()] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("every", [1, 2, 3])
@pytest.mark.parametrize("where", ["before", "between", "after"])
def test_two_optimisers_of_a_script_that_logs_now_and_then(
    reported: Callable[[], list[pb.Step]], where: str, every: int
) -> None:
    model, losses = network(), []
    optimizers = [torch.optim.SGD(model[0].parameters(), lr=0.1), torch.optim.AdamW(model[3].parameters(), lr=0.01)]
    for number, batch in enumerate(list(loader()), 1):
        loss = loss_of(model, batch)
        model.zero_grad()
        loss.backward()
        losses.append(loss.item())
        for moment, optimizer in zip(["before", "between", "after"], [*optimizers, None], strict=True):
            if moment == where and number % every == 0:
                gradwatch.log(step=number, extras={"accuracy": number})
            if optimizer is not None:
                optimizer.step()
    steps = reported()
    assert [step.step for step in steps] == list(range(1, 7))
    assert [step.loss for step in steps] == losses
    assert [dict(step.extras) for step in steps] == [
        {"accuracy": number} if number % every == 0 else {} for number in range(1, 7)
    ]


def test_steps_that_cannot_be_seen_are_told_of_once(
    reported: Callable[[], list[pb.Step]], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradwatch.torch.backward.UNSEEN_STEPS", 3)
    model = network()
    with caplog.at_level(logging.WARNING, "gradwatch"):
        for batch in loader():
            loss_of(model, batch).backward()
    assert reported() == []
    assert len([record for record in caplog.records if "no step of an optimiser was seen" in record.message]) == 1


def test_a_training_in_another_thread_is_told_of_once(
    reported: Callable[[], list[pb.Step]], caplog: pytest.LogCaptureFixture
) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train() -> None:
        for batch in loader():
            loss_of(model, batch).backward()
            optimizer.step()

    with caplog.at_level(logging.WARNING, "gradwatch"):
        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
    assert [step.HasField("loss") for step in reported()] == [False] * 6
    assert len([record for record in caplog.records if "another thread than watch()" in record.message]) == 1


def test_two_losses_of_one_batch_before_two_optimisers(reported: Callable[[], list[pb.Step]]) -> None:
    models = [network(), network()]
    optimizers = [torch.optim.SGD(model.parameters(), lr=0.1) for model in models]
    for batch in loader():
        for model in models:
            loss_of(model, batch).backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
    steps = reported()
    assert len(steps) == 6
    assert not any(step.HasField("loss") for step in steps), "which of the two is meant is not known"


BACKWARD: dict[str, Callable[[Any, Any], Any]] = {
    "a list": lambda first, second: torch.autograd.backward([first, second]),
    "weights": lambda first, second: torch.autograd.backward(
        (first / 2, second), (torch.tensor(2.0), None), retain_graph=True
    ),
    "by name": lambda first, second: torch.autograd.backward(
        tensors=[first * 2, second.expand(1)], grad_tensors=[torch.tensor(0.5), torch.zeros(1)]
    ),
    "one": lambda first, second: (2 * first).backward(gradient=torch.tensor(0.5)),
}


@pytest.mark.parametrize("name", BACKWARD)
def test_the_loss_of_a_backward_of_several_or_with_a_gradient(reported: Callable[[], list[pb.Step]], name: str) -> None:
    model, losses = network(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    for batch in loader():
        optimizer.zero_grad()
        first, second = loss_of(model, batch), model(batch[0]).abs().mean()
        BACKWARD[name](first, second)
        optimizer.step()
        losses.append(first.item() + (second.item() if name in ("a list", "weights") else 0.0))
    assert [step.loss for step in reported()] == losses


def test_a_closure(reported: Callable[[], list[pb.Step]]) -> None:
    model, last = network(), {}
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)
    for number, batch in enumerate(loader(), 1):

        def closure(batch: Any = batch) -> Any:
            optimizer.zero_grad()
            loss = loss_of(model, batch)
            loss.backward()
            return loss

        def recorded() -> Any:
            loss = closure()
            norm = torch.cat([parameter.grad.flatten() for parameter in model.parameters()]).norm()
            last[number] = (loss.item(), norm.item())  # noqa: B023
            return loss

        optimizer.step(recorded)
    steps = reported()
    assert [step.loss for step in steps] == [loss for loss, _ in last.values()], "that of the last call"
    measured = {step.step: step.gradient_norm for step in steps if step.HasField("gradient_norm")}
    assert 1 in measured and measured == pytest.approx({step: last[step][1] for step in measured}, rel=1e-6)
    assert [step.step for step in steps] == list(range(1, 7))
    assert all(step.backward_seconds > 0 and step.optimizer_seconds > 0 for step in steps)
    assert all(step.backward_seconds + step.optimizer_seconds < step.step_seconds for step in steps)


def test_torch_compile_keeps_its_graph_whole(reported: Callable[[], list[pb.Step]]) -> None:
    torch._dynamo.reset()
    torch._dynamo.utils.counters.clear()
    model = torch.compile(nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1)), backend="aot_eager")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader():
        optimizer.zero_grad()
        loss_of(model, batch).backward()
        optimizer.step()
    steps = reported()
    assert [step.step for step in steps] == list(range(1, 7))
    assert dict(torch._dynamo.utils.counters["graph_break"]) == {}
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1


def test_activation_checkpointing_of_the_reentrant_kind(reported: Callable[[], list[pb.Step]]) -> None:
    from torch.utils.checkpoint import checkpoint

    first, last, losses = nn.Linear(8, 32), nn.Linear(32, 1), []
    optimizer = torch.optim.SGD([*first.parameters(), *last.parameters()], lr=0.1)
    for inputs, targets in loader():
        optimizer.zero_grad()
        hidden = checkpoint(first, inputs.requires_grad_(), use_reentrant=True)
        loss = (last(hidden) - targets).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert [step.loss for step in reported()] == losses


def test_evaluations_and_checkpoints_belong_to_the_step_before(
    exporter: FakeExporter, reported: Callable[[], list[pb.Step]]
) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(2):
        for batch in loader(3):
            optimizer.zero_grad()
            loss_of(model, batch).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            for batch in loader(2):
                loss_of(model, batch)
        model.train()
        if epoch == 0:
            torch.save(model.state_dict(), io.BytesIO())
        # A part that stays frozen is no evaluation.
        model[1].eval()
    steps = reported()
    assert [step.step for step in steps] == list(range(1, 7))
    assert [step.samples for step in steps] == [BATCH] * 6, "batches of an evaluation are not the training's"
    assert [step.HasField("evaluation_seconds") for step in steps] == [False, False, True] * 2
    assert [step.step for step in steps if step.HasField("checkpoint_seconds")] == [3]
    events = [event for batch in exporter.batches for event in batch.events]
    assert [(event.type, event.step) for event in events] == [(pb.Event.TYPE_CHECKPOINT, 3)]


def test_layers_are_reported_when_asked_for(exporter: FakeExporter) -> None:
    model, run = network(), gradwatch.init("layers", address=exporter.address)
    optimizer, expected = torch.optim.SGD(model.parameters(), lr=0.1), {}
    with gradwatch.torch.watch(model, run=run, layers_every=4) as watch:
        for number, batch in enumerate(loader(8), 1):
            optimizer.zero_grad()
            loss_of(model, batch).backward()
            gradient = torch.cat([parameter.grad.flatten() for parameter in model[0].parameters()])
            expected[number] = gradient.norm().item()
            optimizer.step()
            if number == 5:
                watch.log_layers(2)
    run.finish()
    reports = [report for batch in exporter.batches for report in batch.layer_reports]
    assert [report.step for report in reports] == [4, 6, 7, 8]
    for report in reports:
        assert [layer.name for layer in report.layers] == ["0", "1", "3"]
        assert report.layers[0].gradient_norm == pytest.approx(expected[report.step], rel=1e-6)


def test_layers_of_no_model_are_refused(exporter: FakeExporter) -> None:
    with gradwatch.torch.watch(run=gradwatch.init("none", address=exporter.address)) as watch:
        with pytest.raises(RuntimeError, match="without a model"):
            watch.log_layers(1)


def test_coordinates_of_a_mesh() -> None:
    class Mesh:
        mesh_dim_names = ("pp", "dp_replicate", "dp_shard", "tp", "other")
        shape = (2, 2, 4, 8, 3)

        def get_coordinate(self) -> list[int]:
            return [1, 1, 2, 5, 0]

    assert gradwatch.torch.parallel_of(Mesh()) == {"pipeline": (1, 2), "data": (6, 8), "tensor": (5, 8)}


def test_models_are_copied_and_saved_as_ever(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader(2, num_workers=2, multiprocessing_context="fork"):
        loss_of(model, batch).backward()
        optimizer.step()
        copy.deepcopy(model)
        torch.save(model, io.BytesIO())
    assert [step.step for step in reported()] == [1, 2]


def test_a_model_is_not_kept_alive(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for batch in loader():
        loss_of(model, batch).backward()
        optimizer.step()
    loss_of(model, batch).backward()
    parameters = [weakref.ref(parameter) for parameter in model.parameters()]
    del model, optimizer
    gc.collect()
    assert [parameter() for parameter in parameters] == [None] * 6
    assert len(reported()) == 6


def test_a_step_that_raises_is_not_the_end(reported: Callable[[], list[pb.Step]]) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for number, batch in enumerate(loader(), 1):
        try:
            optimizer.zero_grad()
            loss = loss_of(model, batch)
            if number == 3:
                loss.register_hook(lambda gradient: 1 / 0)
            loss.backward()
            optimizer.step()
        except ZeroDivisionError:
            continue
    assert [step.step for step in reported()] == list(range(1, 6))


def test_a_hook_that_fails_is_told_once(
    exporter: FakeExporter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradwatch.torch.gradients.norm_of", lambda tensors: 1 / 0)
    run = gradwatch.init("fails", address=exporter.address)
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with caplog.at_level(logging.WARNING, "gradwatch"), gradwatch.torch.watch(run=run):
        for batch in loader():
            loss_of(model, batch).backward()
            optimizer.step()
    run.finish()
    assert len(caplog.records) == 1 and "ZeroDivisionError" in caplog.text
    assert [step.step for step in exporter.steps] == list(range(1, 7))


def test_everything_is_as_before_afterwards(exporter: FakeExporter) -> None:
    def all_that_is_touched() -> list[Any]:
        return [
            torch.autograd.backward,
            torch.save,
            nn.Module.train,
            dataloader._BaseDataLoaderIter.__next__,
            clip_grad._get_total_norm,
            clip_grad._group_tensors_by_device_and_dtype,
            nn.utils.get_total_norm,
            torch.amp.GradScaler.scale,
            torch.amp.GradScaler.step,
            nn.parallel.DistributedDataParallel._pre_forward,
            nn.parallel.DistributedDataParallel._sync_buffers,
            torch._C._distributed_c10d.Work.wait,
            dict(torch_optimizer._global_optimizer_pre_hooks),
            dict(torch_optimizer._global_optimizer_post_hooks),
            dict(nn.modules.module._global_forward_pre_hooks),
        ]

    before = all_that_is_touched()
    with gradwatch.init("restore", address=exporter.address) as run, gradwatch.torch.watch(run=run):
        assert all(was is not now for was, now in zip(before[:11], all_that_is_touched()))
        gradwatch.torch.watch(run=run)
    assert all_that_is_touched() == before


def test_nothing_is_touched_when_nothing_is_reported(exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADWATCH_DISABLED", "1")
    original = torch.autograd.backward
    with gradwatch.torch.watch(run=gradwatch.init("off", address=exporter.address)):
        assert torch.autograd.backward is original


def test_the_package_alone_imports_no_library() -> None:
    import subprocess
    import sys

    script = "import sys, gradwatch; print(sorted({'torch', 'keras', 'lightning', 'transformers'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "[]"
