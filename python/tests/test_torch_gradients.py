"""The gradient norm of a step, against that which the script itself computes before anything clips: every gradient
counts once, whatever clips it and whichever optimiser steps with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from exporter import FakeExporter
from libraries import needs
from parts import whole_steps
from ranks import run_ranks

torch = needs("torch")

from torch import nn  # noqa: E402
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm  # noqa: E402

import gradwatch  # noqa: E402
import gradwatch.torch  # noqa: E402
from gradwatch.torch.budget import Budget  # noqa: E402

STEPS = 8
# Where float32 is added up in another order than the truth does.
ROUNDING = 1e-6

Optimizers = list[torch.optim.Optimizer]
Clip = Callable[[nn.Sequential, Callable[[], None], Callable[[], None]], Any]


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 4))


def two(model: nn.Sequential) -> Optimizers:
    return [torch.optim.SGD(model[0].parameters(), lr=0.01), torch.optim.AdamW(model[2].parameters(), lr=0.01)]


def loss_of(model: nn.Module) -> Any:
    return (model(torch.randn(16, 8)) - 10 * torch.randn(16, 4)).square().mean()


def norm_of(*modules: nn.Module) -> float:
    gradients = [parameter.grad for module in modules for parameter in module.parameters()]
    return torch.cat([each.flatten() for each in gradients if each is not None]).double().norm().item()


def parameters(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


@pytest.fixture
def norms(exporter: FakeExporter) -> Iterator[Callable[[], dict[int, float]]]:
    """Starts to watch. When called, stops to watch and returns the gradient norms that were reported, by step."""
    gradwatch.torch.watch(run=gradwatch.init("gradients", address=exporter.address))

    def finish() -> dict[int, float]:
        gradwatch.finish()
        return {step.step: step.gradient_norm for step in whole_steps(exporter.steps) if step.HasField("gradient_norm")}

    yield finish
    gradwatch.finish()


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is measured at every step."""
    monkeypatch.setattr(Budget, "due", lambda budget: True)


def clip_each(model: nn.Sequential, first: Callable[[], None], second: Callable[[], None]) -> None:
    for part, step in ((model[0], first), (model[2], second)):
        clip_grad_norm_(part.parameters(), 0.1)
        step()


def clip_all_for_each(model: nn.Sequential, first: Callable[[], None], second: Callable[[], None]) -> None:
    for step in (first, second):
        clip_grad_norm_(model.parameters(), 0.1)
        step()


def then_both(clip: Callable[[nn.Sequential], Any]) -> Clip:
    def clips_and_steps(model: nn.Sequential, first: Callable[[], None], second: Callable[[], None]) -> None:
        clip(model)
        first()
        second()

    return clips_and_steps


CLIPS: dict[str, Clip] = {
    "nothing": then_both(lambda model: None),
    "all": then_both(lambda model: clip_grad_norm_(model.parameters(), 0.1)),
    "all, by value": then_both(lambda model: clip_grad_value_(model.parameters(), 0.01)),
    "all, by the largest": then_both(lambda model: clip_grad_norm_(model.parameters(), 0.1, norm_type="inf")),
    "each parameter": then_both(lambda model: [clip_grad_norm_(each, 0.1) for each in model.parameters()]),
    "each parameter, by value": then_both(lambda model: [clip_grad_value_(each, 0.01) for each in model.parameters()]),
    "the first part": then_both(lambda model: clip_grad_norm_(model[0].parameters(), 0.1)),
    "the second part": then_both(lambda model: clip_grad_norm_(model[2].parameters(), 0.1)),
    "the first part, by value": then_both(lambda model: clip_grad_value_(model[0].parameters(), 0.01)),
    "the weights": then_both(lambda model: clip_grad_norm_([model[0].weight, model[2].weight], 0.1)),
    "the first part, then all": then_both(
        lambda model: [clip_grad_norm_(each.parameters(), 0.1) for each in (model[0], model)]
    ),
    "the second part, then all": then_both(
        lambda model: [clip_grad_norm_(each.parameters(), 0.1) for each in (model[2], model)]
    ),
    "all, then a part": then_both(
        lambda model: [clip_grad_norm_(each.parameters(), 0.1) for each in (model, model[2])]
    ),
    "parts that overlap": then_both(
        lambda model: [
            clip_grad_norm_([model[0].weight, model[0].bias, model[2].bias], 0.1),
            clip_grad_norm_([model[0].bias, model[2].bias, model[2].weight], 0.1),
        ]
    ),
    "by value, then by norm": then_both(
        lambda model: [clip_grad_value_(model.parameters(), 0.01), clip_grad_norm_(model.parameters(), 0.05)]
    ),
    "by norm, then by value": then_both(
        lambda model: [clip_grad_norm_(model.parameters(), 1.0), clip_grad_value_(model.parameters(), 0.01)]
    ),
    "each before its optimiser": clip_each,
    "all before each optimiser": clip_all_for_each,
    "norms of the layers for a log": then_both(
        lambda model: [
            [get_total_norm([each.grad for each in part.parameters()]) for part in (model[0], model[2])],
            clip_grad_norm_(model.parameters(), 0.1),
        ]
    ),
    "the norm of the weights for a log": then_both(
        lambda model: get_total_norm([each.detach() for each in model.parameters()])
    ),
}


def train(clip: Clip, optimizers: Optimizers, model: nn.Sequential, zero: bool, steps: int = STEPS) -> dict[int, float]:
    """Trains, and returns the norms by step. `zero`: each optimiser throws its gradients away when it has stepped."""

    def step_of(optimizer: torch.optim.Optimizer) -> Callable[[], None]:
        def step() -> None:
            optimizer.step()
            if zero:
                optimizer.zero_grad()

        return step

    first, second = step_of(optimizers[0]), step_of(optimizers[1]) if len(optimizers) > 1 else lambda: None
    truth = {}
    for number in range(1, steps + 1):
        if not zero:
            model.zero_grad()
        loss_of(model).backward()
        truth[number] = norm_of(model)
        clip(model, first, second)
    return truth


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("zero", [False, True], ids=["zero before", "zero after"])
@pytest.mark.parametrize("clip", CLIPS.values(), ids=CLIPS)
def test_every_gradient_of_two_optimisers_counts_once(
    norms: Callable[[], dict[int, float]], clip: Clip, zero: bool
) -> None:
    model = network()
    truth = train(clip, two(model), model, zero)
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("clip", [CLIPS[name] for name in CLIPS if "each" not in name], ids=lambda clip: "")
def test_every_gradient_of_one_optimiser_counts_once(norms: Callable[[], dict[int, float]], clip: Clip) -> None:
    model = network()
    truth = train(clip, [torch.optim.SGD(model.parameters(), lr=0.01)], model, zero=False)
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.parametrize("optimizers", [1, 2])
@pytest.mark.parametrize("clip", CLIPS.values(), ids=CLIPS)
def test_a_norm_that_is_not_wholly_known_is_not_told(
    norms: Callable[[], dict[int, float]], clip: Clip, optimizers: int
) -> None:
    """With the budget as it is, which lets some steps be measured only."""
    model = network()
    chosen = two(model) if optimizers == 2 else [torch.optim.SGD(model.parameters(), lr=0.01)]
    truth = train(clip, chosen, model, zero=False, steps=60)
    told = norms()
    assert {1, 2} <= set(told)
    assert told == pytest.approx({step: truth[step] for step in told}, rel=ROUNDING)


@pytest.mark.parametrize("optimizers", [1, 2])
def test_the_norm_of_a_clipping_of_all_is_told_to_the_last_digit(
    norms: Callable[[], dict[int, float]], optimizers: int
) -> None:
    model, truth = network(), {}
    chosen = two(model) if optimizers == 2 else [torch.optim.SGD(model.parameters(), lr=0.01)]
    for number in range(1, 201):
        model.zero_grad()
        loss_of(model).backward()
        truth[number] = clip_grad_norm_(model.parameters(), 0.5).item()
        for optimizer in chosen:
            optimizer.step()
    assert norms() == truth


CLIPS_BY_HAND: dict[str, Callable[[list[nn.Parameter], Any], Any]] = {
    "with the norm": lambda all_of, norm: nn.utils.clip_grads_with_norm_(all_of, 0.5, norm),
    "each": lambda all_of, norm: [each.grad.mul_((0.5 / (norm + 1e-6)).clamp(max=1)) for each in all_of],
    "nothing": lambda all_of, norm: None,
}


@pytest.mark.parametrize("clip", CLIPS_BY_HAND.values(), ids=CLIPS_BY_HAND)
def test_a_norm_that_the_script_computes_by_itself_is_told_at_each_step(
    norms: Callable[[], dict[int, float]], monkeypatch: pytest.MonkeyPatch, clip: Callable[[Any, Any], Any]
) -> None:
    monkeypatch.setattr("gradwatch.torch.gradients.norm_of", lambda tensors: pytest.fail("measured once more"))
    model, truth = network(), {}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for number in range(1, 61):
        model.zero_grad()
        loss_of(model).backward()
        norm = nn.utils.get_total_norm([each.grad for each in model.parameters()])
        clip(list(model.parameters()), norm)
        optimizer.step()
        truth[number] = norm.item()
    assert norms() == truth


@pytest.mark.parametrize("loader", [False, True])
def test_the_budget_measures_all_optimisers_of_a_step_or_none(
    norms: Callable[[], dict[int, float]], monkeypatch: pytest.MonkeyPatch, loader: bool
) -> None:
    asked: list[bool] = []

    def every_third(budget: Budget) -> bool:
        asked.append(len(asked) % 3 == 0)
        return asked[-1]

    monkeypatch.setattr(Budget, "due", every_third)
    model, truth = network(), {}
    optimizers = two(model)
    for number, _ in enumerate(torch.utils.data.DataLoader(list(range(9))) if loader else range(9), 1):
        model.zero_grad()
        loss_of(model).backward()
        truth[number] = norm_of(model)
        clip_grad_value_(model.parameters(), 0.01)
        for optimizer in optimizers:
            optimizer.step()
    told = norms()
    assert len(asked) == 9 and told == pytest.approx({step: truth[step] for step in (1, 4, 7)}, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("clip", [None, clip_grad_norm_, clip_grad_value_], ids=["none", "norm", "value"])
def test_optimisers_with_a_backward_each_have_their_own_gradients(
    norms: Callable[[], dict[int, float]], clip: Callable[..., Any] | None
) -> None:
    """As in a GAN: the second loss has gradients of the first model too, which no optimiser steps with."""
    discriminator, generator, truth = network(), nn.Linear(4, 8), {}
    optimizers = [torch.optim.SGD(model.parameters(), lr=0.01) for model in (discriminator, generator)]
    for number in range(1, STEPS + 1):
        squares = 0.0
        for model, optimizer in zip((discriminator, generator), optimizers):
            optimizer.zero_grad()
            discriminator(generator(torch.randn(16, 4))).square().mean().backward()
            squares += norm_of(model) ** 2
            if clip is not None:
                clip(model.parameters(), 0.01)
            optimizer.step()
        truth[number] = squares**0.5
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
def test_losses_that_are_clipped_one_after_the_other(norms: Callable[[], dict[int, float]]) -> None:
    """The second backward leaves alone what was clipped after the first."""
    models, truth = [network(), network()], {}
    optimizers = [torch.optim.SGD(model.parameters(), lr=0.01) for model in models]
    for number in range(1, STEPS + 1):
        squares = 0.0
        for model in models:
            model.zero_grad()
            loss_of(model).backward()
            squares += norm_of(model) ** 2
            clip_grad_norm_(model.parameters(), 0.1)
        truth[number] = squares**0.5
        for optimizer in optimizers:
            optimizer.step()
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("again", [True, False], ids=["clips each time", "clips the first time"])
def test_a_gradient_that_backward_has_added_to_is_another(norms: Callable[[], dict[int, float]], again: bool) -> None:
    model, truth = network(), {}
    optimizers = two(model)
    for number in range(1, STEPS + 1):
        model.zero_grad()
        for batch in range(2):
            loss_of(model).backward()
            truth[number] = norm_of(model)
            if again or batch == 0:
                clip_grad_norm_(model.parameters(), 0.1)
        for optimizer in optimizers:
            optimizer.step()
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
def test_a_part_that_backward_has_added_to_leaves_the_rest_unknown(norms: Callable[[], dict[int, float]]) -> None:
    model = network()
    optimizers = two(model)
    for _ in range(STEPS):
        model.zero_grad()
        loss_of(model).backward()
        clip_grad_norm_(model.parameters(), 0.1)
        model[2](torch.randn(16, 32)).square().mean().backward()
        for optimizer in optimizers:
            optimizer.step()
    assert norms() == {}


@pytest.mark.usefixtures("unlimited")
def test_a_parameter_of_two_optimisers_counts_once(norms: Callable[[], dict[int, float]]) -> None:
    model = network()
    optimizers = [torch.optim.SGD(part.parameters(), lr=0.01) for part in (model, model[2])]
    truth = train(CLIPS["nothing"], optimizers, model, zero=False)
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("skips", [0, 1], ids=["the first", "the second"])
def test_a_scaler_that_skips_one_of_two_optimisers(norms: Callable[[], dict[int, float]], skips: int) -> None:
    model, truth = network(), {}
    optimizers, scaler = two(model), torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=1000)
    for number in range(1, STEPS + 1):
        model.zero_grad()
        scaler.scale(loss_of(model)).backward()
        if number == 3:
            parameters(optimizers[skips])[0].grad[0] = torch.inf
        else:
            truth[number] = norm_of(model) / scaler.get_scale()
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()
    assert norms() == pytest.approx(truth, rel=ROUNDING), "the norm of the skipped one was not measured"


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("zero", ["zero_grad", "by hand"])
def test_clipped_gradients_that_are_thrown_away_are_not_those_of_the_next_batch(
    norms: Callable[[], dict[int, float]], zero: str
) -> None:
    model, truth = network(), {}
    optimizers = two(model)
    for number in range(1, 2 * STEPS + 1):
        if zero == "zero_grad":
            model.zero_grad()
        else:
            for parameter in model.parameters():
                parameter.grad = None
        loss_of(model).backward()
        norm = norm_of(model)
        if number % 2 == 1:
            clip_grad_norm_(model.parameters(), 0.1)
            continue
        truth[number // 2] = norm
        for optimizer in optimizers:
            optimizer.step()
    assert norms() == pytest.approx(truth, rel=ROUNDING)


@pytest.mark.usefixtures("unlimited")
def test_a_sparse_gradient_has_no_norm_here(norms: Callable[[], dict[int, float]]) -> None:
    words, model = nn.Embedding(10, 8, sparse=True), network()
    optimizer = torch.optim.SGD([*words.parameters(), *model.parameters()], lr=0.01)
    for _ in range(STEPS):
        optimizer.zero_grad()
        model(words(torch.randint(10, (16,)))).square().mean().backward()
        optimizer.step()
    assert norms() == {}


@pytest.mark.usefixtures("unlimited")
@pytest.mark.parametrize("scale", [1.0, 1e60])
def test_the_norm_of_double_gradients_keeps_its_digits(norms: Callable[[], dict[int, float]], scale: float) -> None:
    model, truth = network().double(), {}
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-70)
    for number in range(1, STEPS + 1):
        optimizer.zero_grad()
        (scale * model(torch.randn(16, 8).double()).square().mean()).backward()
        truth[number] = norm_of(model)
        optimizer.step()
    assert norms() == pytest.approx(truth, rel=1e-14)


@pytest.mark.parametrize(("kind", "clip"), [("ddp", "none"), ("ddp", "part"), ("fsdp2", "norm"), ("fsdp2", "part")])
def test_two_optimisers_of_ranks_that_train_together(
    exporter: FakeExporter, tmp_path: Path, kind: str, clip: str
) -> None:
    options = ("--kind", kind, "--optimizers", "2", "--clip", clip, "--steps", str(STEPS))
    records = run_ranks("data_parallel.py", 2, exporter.address, tmp_path, *options)
    for session in exporter.sessions:
        recorded = dict(enumerate((line["norm"] for line in records[session.hello.rank]), 1))
        told = {step.step: step.gradient_norm for step in whole_steps(session.steps) if step.HasField("gradient_norm")}
        # A norm of shards does not add to one of all shards, which clipping has.
        assert {1, 2} <= set(told) or (kind, clip, told) == ("fsdp2", "part", {})
        assert told == pytest.approx({step: recorded[step] for step in told}, rel=ROUNDING)


def test_ranks_that_complete_the_norm_of_their_shards_and_clip_with_it(exporter: FakeExporter, tmp_path: Path) -> None:
    options = ("--kind", "fsdp2", "--clip", "given", "--steps", "20")
    records = run_ranks("data_parallel.py", 2, exporter.address, tmp_path, *options)
    for session in exporter.sessions:
        truth = dict(enumerate((line["norm"] for line in records[session.hello.rank]), 1))
        steps = whole_steps(session.steps)
        assert {step.step: step.gradient_norm for step in steps} == pytest.approx(truth, rel=ROUNDING)
        assert not any(step.HasField("gradient_norm_scope") for step in steps), "that of a shard is told to be one"
