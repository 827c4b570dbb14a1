"""The callback in a real Trainer of Hugging Face, with a small model that nothing is downloaded for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from exporter import FakeExporter
from libraries import needs
from parts import whole_steps

torch = needs("torch")
transformers = needs("transformers")
needs("accelerate")

from gradwatch.huggingface import GradwatchCallback  # noqa: E402
from gradwatch.v1 import telemetry_pb2 as pb  # noqa: E402

STEPS = 6


def train(exporter: FakeExporter, folder: Path, **options: Any) -> list[dict[str, float]]:
    """Returns the trainer's own log."""
    torch.manual_seed(0)
    config = transformers.GPT2Config(
        vocab_size=32, n_positions=16, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    rows = [torch.randint(0, 32, (8,)) for _ in range(32)]
    data = [{"input_ids": row, "labels": row} for row in rows]
    arguments = transformers.TrainingArguments(
        str(folder),
        max_steps=STEPS,
        per_device_train_batch_size=2,
        logging_steps=1,
        eval_strategy="steps",
        eval_steps=3,
        save_steps=3,
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        **options,
    )
    trainer = transformers.Trainer(
        transformers.GPT2LMHeadModel(config),
        arguments,
        train_dataset=data,
        eval_dataset=data[:8],
        callbacks=[GradwatchCallback("huggingface", address=exporter.address)],
    )
    trainer.train()
    history: list[dict[str, float]] = trainer.state.log_history
    return history


def test_what_the_trainer_logged_is_reported(exporter: FakeExporter, tmp_path: Path) -> None:
    history = train(exporter, tmp_path)
    logged = [line for line in history if "loss" in line]
    steps = whole_steps(exporter.steps)
    assert [step.step for step in steps] == list(range(1, STEPS + 1))
    for field, name in (("loss", "loss"), ("gradient_norm", "grad_norm"), ("learning_rate", "learning_rate")):
        assert [getattr(step, field) for step in steps] == [line[name] for line in logged], field
    assert [step.epoch for step in steps] == [line["epoch"] for line in logged]
    assert {step.samples for step in steps} == {2}, "the trainer fetches a batch ahead"
    evaluated = {step.step: step.validation_loss for step in steps if step.HasField("validation_loss")}
    assert evaluated == {line["step"]: line["eval_loss"] for line in history if "eval_loss" in line}
    evaluations = [evaluation for batch in exporter.batches for evaluation in batch.evaluations]
    assert {evaluation.step: evaluation.slices[0].metrics["eval_loss"] for evaluation in evaluations} == evaluated
    paused = [step.step for step in steps if step.evaluation_seconds > 0 and step.checkpoint_seconds > 0]
    assert paused == [3, 6]
    session = exporter.sessions[0]
    assert (session.hello.model, session.goodbye.ending) == ("GPT2LMHeadModel", pb.ENDING_FINISHED)


def test_accumulated_batches_are_one_step(exporter: FakeExporter, tmp_path: Path) -> None:
    logged = [line for line in train(exporter, tmp_path, gradient_accumulation_steps=2) if "loss" in line]
    steps = whole_steps(exporter.steps)
    assert [step.step for step in steps] == list(range(1, STEPS + 1))
    # The trainer sums in the precision of the model.
    assert [step.loss for step in steps] == pytest.approx([line["loss"] for line in logged], rel=1e-6)
    assert [step.gradient_norm for step in steps] == [line["grad_norm"] for line in logged]
