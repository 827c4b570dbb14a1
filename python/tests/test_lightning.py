"""The callback in a real Trainer of PyTorch Lightning."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from exporter import FakeExporter
from libraries import needs
from parts import whole_steps

torch = needs("torch")
lightning = needs("lightning.pytorch")

from torch.utils.data import DataLoader, TensorDataset  # noqa: E402

from gradwatch.lightning import GradwatchCallback  # noqa: E402
from gradwatch.v1 import telemetry_pb2 as pb  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
BATCHES = 6


class Network(lightning.LightningModule):  # type: ignore[misc, name-defined]
    """Records what it computes."""

    def __init__(self, fail_at: int = -1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(8, 1)
        self.fail_at = fail_at
        self.losses: list[float] = []
        self.means: list[float] = []
        self.norms: list[float] = []
        self.rates: list[float] = []
        self.validations: list[float] = []

    def _loss(self, batch: Any) -> Any:
        return (self.layer(batch[0]) - batch[1]).square().mean()

    def training_step(self, batch: Any, index: int) -> Any:
        self.log("batch_mean", batch[0].mean())
        self.means.append(batch[0].mean().item())
        if index == self.fail_at:
            raise RuntimeError("out of luck")
        loss = self._loss(batch)
        self.losses.append(loss.item())
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        self.log("val_loss", self._loss(batch))

    def on_validation_epoch_end(self) -> None:
        if not self.trainer.sanity_checking:
            self.validations.append(self.trainer.callback_metrics["val_loss"].item())

    def configure_gradient_clipping(self, optimizer: Any, *arguments: Any, **options: Any) -> None:
        self.norms.append(torch.nn.utils.clip_grad_norm_(self.parameters(), 0.1).item())
        self.rates.append(optimizer.param_groups[0]["lr"])

    def configure_optimizers(self) -> Any:
        optimizer = torch.optim.Adam(self.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def loader() -> DataLoader[Any]:
    generator = torch.Generator().manual_seed(1)
    rows = 8 * BATCHES
    data = TensorDataset(torch.randn(rows, 8, generator=generator), torch.randn(rows, 1, generator=generator))
    return DataLoader(data, batch_size=8)


def fit(model: Network, folder: Path, callback: GradwatchCallback, **options: Any) -> None:
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False, "accelerator": "cpu"}
    trainer = lightning.Trainer(
        max_epochs=2, default_root_dir=folder, callbacks=[callback], log_every_n_steps=4, **quiet, **options
    )
    trainer.fit(model, loader(), loader())


def test_what_the_module_recorded_is_reported(exporter: FakeExporter, tmp_path: Path) -> None:
    model = Network()
    fit(model, tmp_path, GradwatchCallback("lightning", address=exporter.address))
    steps = whole_steps(exporter.steps)
    assert [step.step for step in steps] == list(range(1, 2 * BATCHES + 1))
    assert [step.loss for step in steps] == model.losses
    assert [step.gradient_norm for step in steps] == model.norms
    assert [step.learning_rate for step in steps] == model.rates
    # What the module logs comes as often as the trainer logs.
    assert {step.step: dict(step.extras) for step in steps if step.extras} == {
        step: {"batch_mean": model.means[step - 1]} for step in (4, 8, 12)
    }
    assert [step.validation_loss for step in steps if step.HasField("validation_loss")] == model.validations
    ends = [step for step in steps if step.HasField("evaluation_seconds")]
    assert [(step.step, step.epoch, step.checkpoint_seconds > 0) for step in ends] == [(6, 1.0, True), (12, 2.0, True)]
    assert all(step.data_wait_seconds > 0 and step.forward_seconds > 0 and step.samples == 8 for step in steps)
    evaluations = [evaluation for batch in exporter.batches for evaluation in batch.evaluations]
    metrics = [(evaluation.step, dict(evaluation.slices[0].metrics)) for evaluation in evaluations]
    assert metrics == [(6, {"val_loss": model.validations[0]}), (12, {"val_loss": model.validations[1]})]
    session = exporter.sessions[0]
    assert (session.hello.model, session.goodbye.ending) == ("Network", pb.ENDING_FINISHED)


def test_accumulated_batches_are_one_step(exporter: FakeExporter, tmp_path: Path) -> None:
    model = Network()
    callback = GradwatchCallback("lightning", address=exporter.address)
    fit(model, tmp_path, callback, accumulate_grad_batches=2)
    steps = whole_steps(exporter.steps)
    assert [step.step for step in steps] == list(range(1, BATCHES + 1))
    pairs = zip(model.losses[::2], model.losses[1::2])
    assert [step.loss for step in steps] == [first / 2 + second / 2 for first, second in pairs]
    assert {step.samples for step in steps} == {16}


def test_an_exception_is_a_failed_run(exporter: FakeExporter, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="out of luck"):
        fit(Network(fail_at=3), tmp_path, GradwatchCallback("lightning", address=exporter.address))
    goodbye = exporter.sessions[0].goodbye
    assert (goodbye.ending, goodbye.reason) == (pb.ENDING_FAILED, "RuntimeError: out of luck")
    assert [step.step for step in whole_steps(exporter.steps)] == [1, 2, 3]
