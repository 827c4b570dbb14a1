"""Trains a small network with PyTorch Lightning, its ranks started one by one as torchrun does."""

import os
import tempfile
import time

import lightning
import torch
from lightning.pytorch import LightningModule, Trainer
from record import Record, arguments_of_training
from torch.utils.data import DataLoader, TensorDataset

from gradwatch.lightning import GradwatchCallback

BATCH = 16

arguments = arguments_of_training(__doc__).parse_args()


class Network(LightningModule):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.Tanh(), torch.nn.Linear(32, 1))

    def error(self, batch):
        return (self.layers(batch[0]) - batch[1]).square().mean()

    def training_step(self, batch, index):
        loss = self.error(batch)
        self.log("batch mean", batch[0].mean())
        self.found = {"loss": loss.item(), "samples": len(batch[0]), "extras": {"batch mean": batch[0].mean().item()}}
        return loss

    def configure_gradient_clipping(self, optimizer, *arguments, **options):
        self.found["gradient_norm"] = torch.nn.utils.clip_grad_norm_(self.parameters(), 0.5).item()
        self.found["learning_rate"] = optimizer.param_groups[0]["lr"]

    def on_train_batch_end(self, outputs, batch, index):
        record.step(self.trainer.global_step, **self.found)
        time.sleep(arguments.pause)

    def validation_step(self, batch, index):
        self.log("val_loss", self.error(batch), sync_dist=True)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.01)
        schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.99)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


torch.set_num_threads(1)
torch.manual_seed(0)
model = Network()
inputs = torch.randn(arguments.steps * BATCH // 2, 16)
data = TensorDataset(inputs, inputs.sum(1, keepdim=True).sin())
world_size = int(os.environ["WORLD_SIZE"])
record = Record(arguments.record, f"Lightning {lightning.__version__}")
with tempfile.TemporaryDirectory() as folder:
    trainer = Trainer(
        accelerator="cpu",
        devices=world_size,
        strategy="ddp",
        max_steps=arguments.steps,
        default_root_dir=folder,
        callbacks=[GradwatchCallback(arguments.run)],
        log_every_n_steps=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(model, DataLoader(data, batch_size=BATCH), DataLoader(data, batch_size=BATCH))
