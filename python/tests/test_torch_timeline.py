"""Steps and their phases, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from libraries import needs

needs("torch")

from gradwatch.torch.batches import Batches  # noqa: E402
from gradwatch.torch.budget import Budget  # noqa: E402
from gradwatch.torch.clock import DeviceClock  # noqa: E402
from gradwatch.torch.interval import Interval  # noqa: E402
from gradwatch.torch.timeline import Timeline, seconds_of  # noqa: E402


class Loop:
    """A training loop whose parts take as long as the test says."""

    def __init__(self) -> None:
        self.time = 0.0
        self.steps: list[Interval] = []
        self.timeline = Timeline(self.steps.append, clock=self, now=lambda: self.time)

    def mark(self) -> float:
        return self.time

    def seconds(self, begin: float, end: float) -> float:
        return end - begin

    def data(self, seconds: float, samples: int = 4) -> None:
        self.timeline.data_begins()
        self.time += seconds
        self.timeline.data_ends(samples, self)

    def work(self, seconds: float) -> None:
        self.time += seconds

    def backward(self, seconds: float, wait: float | None = None) -> None:
        self.timeline.backward_begins()
        self.time += seconds
        if wait is not None:
            self.timeline.launched()
            self.time += wait
        self.timeline.backward_ends()

    def step(self, seconds: float, optimizer: int = 1) -> None:
        self.timeline.optimizer_begins()
        self.time += seconds
        self.timeline.optimizer_ends(optimizer)

    def wait(self, seconds: float) -> None:
        begin = self.time
        self.time += seconds
        self.timeline.waited(begin, self.time)

    def times(self, index: int) -> dict[str, float]:
        return dict(seconds_of(self.steps[index], self) or {})


def test_a_batch_that_is_fetched_ahead_belongs_to_the_step_that_trains_with_it() -> None:
    loop = Loop()
    loop.data(1.0, samples=8)
    for samples in (8, 4):
        loop.data(1.0, samples=samples)
        loop.backward(1.0)
        loop.step(1.0)
    loop.backward(1.0)
    loop.step(1.0)
    loop.timeline.close()
    assert [step.samples for step in loop.steps] == [8, 8, 4]


class Iterator:
    """Of a loader, as far as it is known by its identity."""


def samples_of_steps(*events: tuple[str, int, Iterator] | str) -> list[int]:
    """Of a loop whose batches are ("fetch", samples, iterator) and ("end", 0, iterator)."""
    batches, steps, samples = Batches(), [], 0
    for event in events:
        if event == "backward":
            samples += batches.take()
        elif event == "step":
            steps.append(samples)
            batches.step_ends()
            samples = 0
        else:
            kind, fetched, iterator = event
            batches.fetched(fetched, iterator) if kind == "fetch" else batches.exhausted(iterator)
    return steps


def test_batches_of_loaders_that_are_zipped_are_of_one_step() -> None:
    first, second = Iterator(), Iterator()
    step = [("fetch", 4, first), ("fetch", 16, second), "backward", "step"]
    assert samples_of_steps(*step, *step, *step) == [20] * 3


def test_a_last_batch_that_the_script_skips_shifts_none() -> None:
    first, second = Iterator(), Iterator()
    epochs = [
        [("fetch", 4, each), "backward", "step", ("fetch", 2, each), ("end", 0, each)]
        for each in (first, second, first)
    ]
    assert samples_of_steps(*[event for epoch in epochs for event in epoch]) == [4, 4, 4]


@pytest.mark.parametrize("exhausted", [True, False])
def test_batches_of_an_evaluation_are_of_no_step(exhausted: bool) -> None:
    training, evaluation = Iterator(), Iterator()
    batches = Batches()
    for _ in range(2):
        batches.fetched(4, training)
        assert batches.take() == 4
    batches.fetched(32, evaluation)
    if exhausted:
        batches.exhausted(evaluation)
    del evaluation
    batches.fetched(4, training)
    assert batches.take() == 4


def test_batches_of_accumulation_may_be_fetched_before_their_backward_passes() -> None:
    source = Iterator()
    events: list[Any] = [("fetch", 0, source)]
    for number in range(1, 10, 3):
        events += [("fetch", number + each, source) for each in range(3)] + ["backward"] * 3 + ["step"]
    assert samples_of_steps(*events) == [0 + 1 + 2, 3 + 4 + 5, 6 + 7 + 8]


def test_batches_that_are_joined_are_all_counted() -> None:
    source = Iterator()
    step = [("fetch", 4, source), ("fetch", 4, source), "backward", "step"]
    # One is taken to be fetched ahead.
    assert samples_of_steps(*step, *step, *step) == [4, 8, 8]


def test_what_an_evaluation_fetches_and_waits_for_is_of_no_step() -> None:
    loop = Loop()
    for _ in range(2):
        loop.data(1.0, samples=8)
        loop.backward(1.0)
        loop.step(1.0)
        loop.data(5.0, samples=64)
        loop.wait(2.0)
        loop.timeline.pause(7.0, "evaluation_seconds")
    loop.timeline.close()
    assert [(step.samples, step.data_wait) for step in loop.steps] == [(8, 1.0)] * 2
    assert [loop.times(index).get("collective_wait_seconds") for index in range(2)] == [None, None]


def test_a_second_optimiser_takes_no_batch_that_was_fetched_ahead() -> None:
    loop = Loop()
    loop.data(1.0, samples=8)
    for _ in range(3):
        loop.data(1.0, samples=8)
        loop.backward(1.0)
        for optimizer in (1, 2):
            loop.step(1.0, optimizer)
    loop.timeline.close()
    assert [step.samples for step in loop.steps] == [8, 8, 8]


def test_a_step_without_a_backward_takes_what_was_fetched() -> None:
    loop = Loop()
    for _ in range(2):
        loop.data(1.0, samples=8)
        loop.step(1.0)
    loop.timeline.close()
    assert [step.samples for step in loop.steps] == [8, 8]


def test_the_phases_of_a_step() -> None:
    loop = Loop()
    loop.data(1.0)
    loop.work(2.0)
    loop.backward(4.0, wait=8.0)
    loop.work(0.5)
    loop.step(16.0)
    loop.timeline.close()
    assert loop.steps[0].seconds == 31.5 and loop.steps[0].data_wait == 1.0 and loop.steps[0].samples == 4
    assert loop.times(0) == {
        "forward_seconds": 2.0,
        "backward_seconds": 4.0,
        "collective_wait_seconds": 8.0,
        "optimizer_seconds": 16.0,
    }


def test_accumulation_sums_the_phases_of_its_batches() -> None:
    loop = Loop()
    for _ in range(3):
        loop.data(1.0)
        loop.work(2.0)
        loop.backward(4.0)
    loop.step(8.0)
    loop.timeline.close()
    assert (len(loop.steps), loop.steps[0].data_wait, loop.steps[0].samples) == (1, 3.0, 12)
    assert loop.times(0) == {"forward_seconds": 6.0, "backward_seconds": 12.0, "optimizer_seconds": 8.0}


def test_a_wait_counts_against_the_phase_that_it_was_in() -> None:
    loop = Loop()
    loop.data(1.0)
    loop.work(1.0)
    loop.wait(2.0)
    loop.timeline.backward_begins()
    loop.work(1.0)
    loop.wait(4.0)
    loop.timeline.backward_ends()
    loop.wait(8.0)
    loop.timeline.optimizer_begins()
    loop.work(1.0)
    loop.wait(16.0)
    loop.timeline.optimizer_ends(1)
    loop.timeline.close()
    assert loop.times(0) == {
        "forward_seconds": 1.0,
        "backward_seconds": 1.0,
        "optimizer_seconds": 1.0,
        "collective_wait_seconds": 30.0,
    }


def test_an_optimiser_with_a_closure_works_after_its_last_backward() -> None:
    loop = Loop()
    loop.data(1.0)
    loop.timeline.optimizer_begins()
    for _ in range(2):
        loop.work(1.0)
        loop.backward(2.0)
    loop.work(0.25)
    loop.timeline.optimizer_ends(1)
    loop.timeline.close()
    assert loop.times(0) == {"forward_seconds": 2.0, "backward_seconds": 4.0, "optimizer_seconds": 0.25}


def test_optimisers_of_one_batch_make_one_step_with_or_without_a_loader() -> None:
    for loader in (True, False):
        loop = Loop()
        for _ in range(3):
            if loader:
                loop.data(1.0)
            for optimizer in (1, 2):
                loop.work(1.0)
                loop.backward(2.0)
                loop.step(4.0, optimizer)
        loop.timeline.close()
        assert [step.number for step in loop.steps] == [1, 2, 3]
        assert [step.optimizers for step in loop.steps] == [{1, 2}] * 3
        assert loop.times(1) == {"forward_seconds": 2.0, "backward_seconds": 4.0, "optimizer_seconds": 8.0}


def logged_loop(shape: str, where: str, logged: Callable[[int], bool], loader: bool = False) -> Loop:
    """Twelve steps whose backward passes tell the step's own number as their loss. `where` the script logs those that
    `logged` names: the words of the moments."""
    loop = Loop()

    def log(moment: str) -> None:
        if moment in where.split() and logged(number):
            step = loop.timeline.logged(number)
            step.values.setdefault("extras", []).append(number)
            if step is loop.timeline.done and loop.timeline.whole:
                loop.timeline.close()

    def backward() -> None:
        loop.backward(1.0)
        loop.timeline.open.losses.append(number)
        log("backward")

    for number in range(1, 13):
        if loader:
            loop.data(1.0)
        if shape in ("one", "joint", "accumulated", "skipped"):
            for _ in range(3 if shape == "accumulated" else 1):
                backward()
            log("before")
            for optimizer in (1,) if shape == "one" else (1, 2):
                if shape == "skipped" and number % 4 == 2:
                    loop.timeline.optimizer_ends(optimizer, skipped=True)
                else:
                    loop.step(1.0, optimizer)
                log("between" if optimizer == 1 and shape != "one" else "after")
        elif shape == "adversarial":
            for optimizer, before, after in ((1, "before", "between"), (2, "before-last", "after")):
                backward()
                log(before)
                loop.step(1.0, optimizer)
                log(after)
        elif shape == "closure":
            loop.timeline.optimizer_begins()
            for _ in range(2):
                log("before")
                backward()
            loop.timeline.optimizer_ends(1)
            log("after")
        elif shape == "turns":
            backward()
            log("before")
            loop.step(1.0, number % 2)
            log("after")
    loop.timeline.close()
    return loop


SHAPES = [
    ("one", ["backward", "before", "after", "before after"]),
    ("joint", ["backward", "before", "between", "after", "before between after"]),
    ("accumulated", ["backward", "before", "between", "after"]),
    ("skipped", ["before", "between", "after"]),
    ("adversarial", ["backward", "before", "between", "before-last", "after", "between after"]),
    ("closure", ["backward", "before", "after"]),
]


@pytest.mark.parametrize("loader", [False, True])
@pytest.mark.parametrize(("every", "phase"), [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (5, 0)])
@pytest.mark.parametrize(("shape", "where"), [(shape, where) for shape, moments in SHAPES for where in moments])
def test_a_log_renumbers_no_step_and_cuts_none(shape: str, where: str, every: int, phase: int, loader: bool) -> None:
    loop = logged_loop(shape, where, lambda number: number % every == phase, loader)
    assert [step.number for step in loop.steps] == list(range(1, 13))
    for step in loop.steps:
        assert set(step.losses) == {step.number}
        assert set(step.values.get("extras", [])) == ({step.number} if (step.number or 0) % every == phase else set())
    optimizers = {1} if shape in ("one", "closure") else {1, 2}
    assert all(step.optimizers == optimizers for step in loop.steps)


@pytest.mark.parametrize("where", ["before", "after"])
def test_optimisers_that_take_turns_make_steps_where_the_script_numbers_them(where: str) -> None:
    loop = logged_loop("turns", where, lambda number: True)
    assert [step.number for step in loop.steps] == list(range(1, 13))
    assert [step.losses for step in loop.steps] == [[number] for number in range(1, 13)]


@pytest.mark.parametrize("fields", [["validation_loss"], ["extras"]])
@pytest.mark.parametrize("where", ["at its end", "before its optimiser"])
@pytest.mark.parametrize(("first", "every", "evaluated"), [(0, 1, 4), (0, 5, 10), (0, 3, 5), (0, 10, 5), (1, 5, 10)])
def test_an_evaluation_at_the_top_of_an_iteration_is_told_of_the_step_that_follows(
    first: int, every: int, evaluated: int, where: str, fields: list[str]
) -> None:
    loop, numbers = Loop(), range(first, first + 41)
    for number in numbers:
        if number % evaluated == 0 and number > first:
            loop.timeline.pause(1.0, "evaluation_seconds")
            loop.timeline.logged(number, fields).values["extras"] = number
        loop.backward(1.0)
        loop.timeline.open.losses.append(number)
        for moment in ("before its optimiser", "at its end"):
            if moment == "at its end":
                loop.step(1.0)
            if moment == where and number % every == 0:
                loop.timeline.logged(number, ["loss"])
    loop.timeline.close()
    assert [step.number for step in loop.steps] == list(numbers)
    for step in loop.steps:
        assert step.losses == [step.number] and step.values.get("extras") in (None, step.number)


def test_a_count_of_two_per_step_is_that_of_the_step_that_ended() -> None:
    loop = Loop()
    for number in (2, 4, 6, 8):
        loop.backward(1.0)
        loop.step(1.0)
        if number % 4 == 0:
            loop.timeline.pause(1.0, "evaluation_seconds")
        loop.timeline.logged(number, ["loss", "validation_loss"] if number % 4 == 0 else ["loss"])
    loop.timeline.close()
    assert [step.number for step in loop.steps] == [2, 4, 6, 8]


def test_a_number_of_an_earlier_count_is_told_of_the_step_that_has_it() -> None:
    # A script that counts from zero and logs step 1 first, which is the second: no number comes twice.
    loop = Loop()
    for number in range(6):
        loop.backward(1.0)
        if number == 1:
            loop.timeline.logged(number)
        for optimizer in (1, 2):
            loop.step(1.0, optimizer)
    loop.timeline.close()
    assert [step.number for step in loop.steps] == [1, 2, 3, 4, 5, 6]


def test_a_step_of_a_base_class_inside_of_a_step_is_none_of_its_own() -> None:
    loop = Loop()
    loop.data(1.0)
    loop.timeline.optimizer_begins()
    loop.timeline.optimizer_begins()
    loop.timeline.optimizer_ends(1)
    loop.timeline.optimizer_ends(1)
    loop.timeline.close()
    assert len(loop.steps) == 1


def test_the_numbers_of_the_script_count_wherever_it_logs() -> None:
    after, before = Loop(), Loop()
    for number in (10, 20):
        after.data(1.0)
        after.step(1.0)
        after.timeline.logged(number)
        before.data(1.0)
        before.timeline.logged(number)
        before.step(1.0)
    for loop in (after, before):
        loop.data(1.0)
        loop.step(1.0)
        loop.timeline.close()
        assert [step.number for step in loop.steps] == [10, 20, 21]


def test_pauses_are_not_time_of_the_next_step() -> None:
    loop = Loop()
    loop.data(1.0)
    loop.step(1.0)
    loop.work(100.0)
    loop.timeline.pause(100.0, "evaluation_seconds")
    loop.data(1.0)
    loop.step(1.0)
    loop.timeline.close()
    assert [step.seconds for step in loop.steps] == [2.0, 2.0]
    assert loop.steps[0].values == {"evaluation_seconds": 100.0}


def test_a_budget_spreads_what_costs_too_much() -> None:
    budget = Budget(share=0.01)
    measured = []
    for step in range(1000):
        if budget.due():
            measured.append(step)
            # The first one is slow, as first ones are.
            budget.spent(1.0 if step == 0 else 0.01, trained=0.1 * step)
    assert measured[:3] == [0, 1, 11] and budget.interval == 10


class FakeDevice:
    """A device that gets to an event when the test says so."""

    def __init__(self) -> None:
        self.time = 0.0
        self.reached = False
        self.capturing = False
        self.created = 0

    def is_current_stream_capturing(self) -> bool:
        return self.capturing

    def Event(self, enable_timing: bool) -> Any:
        device, self.created = self, self.created + 1

        class Event:
            def record(self) -> None:
                self.at = device.time

            def query(self) -> bool:
                return device.reached

            def elapsed_time(self, end: Any) -> float:
                return 1000 * float(end.at - self.at)

        return Event()


def test_marks_of_a_device_have_a_time_when_it_comes_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradwatch.torch.clock.RING", 4)
    device = FakeDevice()
    clock = DeviceClock(device)
    begin = clock.mark()
    device.time = 2.5
    end = clock.mark()
    assert clock.seconds(begin, end) is None
    device.reached = True
    assert clock.seconds(begin, end) == 2.5
    for _ in range(10):
        clock.mark()
    assert device.created == 4, "events are used again"
    device.capturing = True
    assert clock.mark() is None and clock.seconds(begin, None) == 0.0
