from __future__ import annotations

import math

import pytest

from gradwatch.buffer import StepBuffer
from gradwatch.v1.telemetry_pb2 import Batch, Event, Step

LARGE = 1 << 20


def numbers(batch: Batch | None) -> list[int]:
    assert batch is not None
    return [step.step for step in batch.steps]


def filled(capacity: int, *steps: int) -> StepBuffer:
    buffer = StepBuffer(capacity)
    for step in steps:
        buffer.put(step, 1, {"loss": float(step)})
    buffer.collect()
    return buffer


def test_parts_of_a_step_become_one_step_while_it_is_unsent() -> None:
    buffer = StepBuffer(8)
    buffer.put(1, 10, {"loss": 0.5, "epoch": 0.0})
    buffer.put(2, 20, {"loss": 0.4})
    buffer.put(1, 30, {"gradient_norm": 2.0})
    buffer.put(2, 40, {"validation_loss": 0.7})
    buffer.collect()
    batch = buffer.take(buffer.resume(0), LARGE)
    assert numbers(batch) == [1, 2]
    assert [(step.loss, step.gradient_norm, step.unix_nanos) for step in batch.steps] == [
        (0.5, 2.0, 10),
        (0.4, 0.0, 20),
    ]
    assert not batch.steps[1].HasField("gradient_norm")


def test_what_was_measured_is_asked_for_when_it_is_collected() -> None:
    buffer, asked = StepBuffer(8), []

    def measured() -> dict[str, float]:
        asked.append(True)
        return {"step_seconds": 0.05, "loss": 9.0}

    buffer.put(1, 10, {"loss": 0.5}, measured)
    assert not asked
    buffer.collect()
    buffer.collect()
    step = buffer.take(buffer.resume(0), LARGE).steps[0]
    assert (step.step_seconds, step.loss, asked) == (0.05, 0.5, [True])


def test_a_report_that_cannot_be_a_step_is_dropped_told_once_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    buffer = StepBuffer(16)
    for step in range(3):
        buffer.put(step, 0, {"loss": float(step)})
        buffer.put(step + 10, 0, {"extras": {"caf\udce9": 1.0}})
        buffer.put(step + 20, 0, {}, lambda: {"loss": 1 / 0})
    buffer.collect()
    batch = buffer.take(buffer.resume(0), 1 << 20)
    assert batch is not None
    assert [step.step for step in batch.steps if step.HasField("loss")] == [0, 1, 2]
    assert buffer.dropped == 6 and len(caplog.records) == 1


def test_a_part_that_comes_after_its_step_was_sent_goes_alone() -> None:
    buffer = filled(8, 1)
    lease = buffer.resume(0)
    buffer.take(lease, LARGE)
    buffer.put(1, 30, {"gradient_norm": 2.0})
    buffer.collect()
    part = buffer.take(lease, LARGE).steps[0]
    assert part.step == 1 and part.gradient_norm == 2.0 and not part.HasField("loss")


def test_what_was_sent_of_a_step_is_not_sent_again() -> None:
    buffer = StepBuffer(8)
    lease = buffer.resume(0)
    buffer.put(1, 10, {"loss": math.nan, "epoch": 3.0})
    buffer.collect()
    buffer.take(lease, LARGE)
    buffer.put(1, 20, {"loss": math.nan, "epoch": 3.0})
    buffer.put(1, 30, {"validation_loss": 0.6, "epoch": 3.0})
    buffer.collect()
    batch = buffer.take(lease, LARGE)
    assert batch is not None
    assert [[field.name for field, _ in step.ListFields()] for step in batch.steps] == [
        ["step", "unix_nanos", "validation_loss"]
    ]
    # Another value of what was sent says that the training went back to before this step.
    buffer.put(1, 40, {"loss": 0.5, "epoch": 3.0})
    buffer.collect()
    assert [(step.loss, step.epoch) for step in buffer.take(lease, LARGE).steps] == [(0.5, 3.0)]


def test_the_same_epoch_twice_is_no_contradiction() -> None:
    buffer = StepBuffer(8)
    buffer.put(1, 10, {"loss": 0.5, "epoch": 3.0})
    buffer.put(1, 20, {"validation_loss": 0.6, "epoch": 3.0})
    buffer.collect()
    assert len(buffer.take(buffer.resume(0), LARGE).steps) == 1


def test_going_back_to_a_checkpoint_is_not_merged_into_the_steps_of_before() -> None:
    buffer = filled(16, 48, 49, 50)
    buffer.put(49, 2, {"loss": 49.0})
    buffer.put(50, 2, {"gradient_norm": 1.0})
    buffer.collect()
    batch = buffer.take(buffer.resume(0), LARGE)
    assert numbers(batch) == [48, 49, 50, 49, 50]
    assert not batch.steps[2].HasField("gradient_norm")


def test_batches_are_bounded_in_bytes_and_never_empty() -> None:
    buffer = filled(1000, *range(1000))
    lease = buffer.resume(0)
    sizes = []
    steps: list[int] = []
    while (batch := buffer.take(lease, 500)) is not None:
        sizes.append(batch.ByteSize())
        steps += numbers(batch)
    assert steps == list(range(1000))
    assert max(sizes) <= 500 and len(sizes) > 10
    alone = filled(8, 1, 2)
    assert numbers(alone.take(alone.resume(0), 1)) == [1]


def test_batches_are_bounded_in_steps() -> None:
    buffer = filled(5000, *range(2500))
    lease = buffer.resume(0)
    assert [len(numbers(buffer.take(lease, LARGE))) for _ in range(3)] == [1024, 1024, 452]


def test_the_oldest_steps_are_dropped_and_counted() -> None:
    buffer = filled(4, *range(10))
    batch = buffer.take(buffer.resume(0), LARGE)
    assert numbers(batch) == [6, 7, 8, 9]
    assert batch.dropped_steps == 6 and buffer.dropped == 6


def test_steps_dropped_after_collection_are_counted_once() -> None:
    buffer = filled(4, 0, 1, 2, 3)
    for step in (4, 5):
        buffer.put(step, 1, {})
        buffer.collect()
    assert numbers(buffer.take(buffer.resume(0), LARGE)) == [2, 3, 4, 5]
    assert buffer.dropped == 2


def test_a_new_connection_goes_on_after_what_the_exporter_has() -> None:
    buffer = filled(100, 1)
    lease = buffer.resume(0)
    first = buffer.take(lease, LARGE)
    for step in (2, 3):
        buffer.put(step, 1, {"loss": 0.1})
        buffer.collect()
        buffer.take(lease, LARGE)
    buffer.put(4, 1, {"loss": 0.1})
    buffer.collect()
    assert first.sequence == 1 and len(buffer) == 4

    again = buffer.resume(1)
    assert buffer.take(lease, LARGE) is None, "the lease of the old connection is void"
    batch = buffer.take(again, LARGE)
    assert batch.sequence == 2
    assert numbers(batch) == [2, 3, 4]
    buffer.acknowledge(2)
    assert len(buffer) == 0


def test_what_the_exporter_has_not_acknowledged_is_kept_for_the_case_that_it_restarts() -> None:
    buffer = filled(100, 1)
    buffer.take(buffer.resume(0), LARGE)
    lease = buffer.resume(1)
    assert buffer.take(lease, LARGE) is None, "the exporter has it in memory"
    buffer.put(2, 1, {"loss": 0.1})
    buffer.collect()
    assert buffer.take(lease, LARGE).sequence == 2
    batch = buffer.take(buffer.resume(0), LARGE)
    assert (batch.sequence, numbers(batch)) == (1, [1, 2])
    buffer.acknowledge(1)
    assert len(buffer) == 0 and buffer.dropped == 0


@pytest.mark.parametrize(("arrived", "dropped"), [(1, 0), (0, 2)])
def test_sent_steps_that_had_to_be_dropped_are_lost_only_if_they_never_arrived(arrived: int, dropped: int) -> None:
    buffer = filled(2, 1, 2)
    buffer.take(buffer.resume(0), LARGE)
    for step in (3, 4):
        buffer.put(step, 1, {})
    buffer.collect()
    assert buffer.dropped == 0
    batch = buffer.take(buffer.resume(arrived), LARGE)
    assert numbers(batch) == [3, 4]
    assert (batch.sequence, batch.dropped_steps) == (arrived + 1, dropped)


def test_a_report_that_fits_no_message_is_dropped_and_counted() -> None:
    buffer = StepBuffer(8)
    buffer.put(1, 10, {"loss": 0.5})
    buffer.put(2, 20, {"extras": {f"name {number}": 1.0 for number in range(100)}})
    buffer.put(3, 30, {"loss": 0.4})
    buffer.collect()
    lease = buffer.resume(0)
    assert buffer.drop_larger(1000) is None and numbers(buffer.take(lease, 1000)) == [1]
    large = buffer.drop_larger(1000)
    assert isinstance(large, Step) and large.step == 2
    batch = buffer.take(lease, 1000)
    assert batch is not None and (numbers(batch), batch.dropped_steps) == ([3], 1)


def test_of_reports_beyond_their_bytes_the_oldest_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    event = Event(message="x" * 400)
    monkeypatch.setattr("gradwatch.buffer.MAX_REPORT_BYTES", 3 * event.ByteSize())
    buffer = StepBuffer(100)
    lease = buffer.resume(0)
    for step in range(2):
        buffer.put(step, 10, {"loss": 0.5})
        buffer.put_report(event)
    buffer.collect()
    buffer.take(lease, LARGE)
    for _ in range(2):
        buffer.put_report(event)
    buffer.collect()
    # The batch in flight made room; whether it is lost is known when the exporter says what it has.
    assert len(buffer) == 2
    buffer.acknowledge(1)
    for _ in range(2):
        buffer.put_report(event)
    buffer.collect()
    assert (len(buffer), buffer.dropped) == (3, 1)
