"""Trains a little with Lightning and its TensorBoardLogger."""

import sys
import time

import lightning
import torch
from lightning.pytorch.loggers import TensorBoardLogger

from scalars import print_scalars

directory, pause = sys.argv[1], float(sys.argv[2])


class Module(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(8, 1)

    def _loss(self, batch):
        (x,) = batch
        return (self.layer(x) - x.sum(1, keepdim=True)).square().mean()

    def training_step(self, batch, _):
        time.sleep(pause)
        loss = self._loss(batch)
        self.log("train_loss", loss, on_step=True, on_epoch=False)
        return loss

    def validation_step(self, batch, _):
        self.log("val_loss", self._loss(batch))

    def on_before_optimizer_step(self, _):
        norms = [p.grad.norm() for p in self.parameters() if p.grad is not None]
        self.log("grad_norm", torch.stack(norms).norm(), on_step=True, on_epoch=False)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.05)


lightning.seed_everything(0)
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(320, 8)), batch_size=32)
trainer = lightning.Trainer(
    max_epochs=3,
    accelerator="cpu",
    logger=TensorBoardLogger(directory, name="lightning_logs"),
    log_every_n_steps=2,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
)
trainer.fit(Module(), data, data)
print_scalars(directory)
