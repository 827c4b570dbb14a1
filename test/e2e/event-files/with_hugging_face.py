"""Trains a little with the Trainer of Hugging Face and its TensorBoardCallback."""

import os
import sys
import time

import torch
from transformers import Trainer, TrainerCallback, TrainingArguments

from scalars import print_scalars

directory, pause = sys.argv[1], float(sys.argv[2])
os.environ["TENSORBOARD_LOGGING_DIR"] = f"{directory}/runs/Nov28_04-37-02_host"


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(8, 1)

    def forward(self, x, labels=None):
        logits = self.layer(x)
        return {"loss": (logits - labels).square().mean(), "logits": logits}


class Slowly(TrainerCallback):
    def on_step_end(self, *_, **__):
        time.sleep(pause)


torch.manual_seed(0)
rows = [{"x": x, "labels": x.sum(0, keepdim=True)} for x in torch.randn(256, 8)]
arguments = TrainingArguments(
    output_dir=f"{directory}/out",
    num_train_epochs=2,
    per_device_train_batch_size=16,
    logging_steps=2,
    eval_strategy="steps",
    eval_steps=8,
    save_strategy="no",
    report_to=["tensorboard"],
    use_cpu=True,
    disable_tqdm=True,
)
Trainer(Model(), arguments, train_dataset=rows, eval_dataset=rows[:64], callbacks=[Slowly()]).train()
print_scalars(directory)
