"""Trains a little with PyTorch and writes with its SummaryWriter: both encodings, an image-like record, and a further file."""

import sys
import time

import torch
from torch.utils.tensorboard import SummaryWriter

from scalars import print_scalars

directory, pause = sys.argv[1], float(sys.argv[2])
torch.manual_seed(0)
model = torch.nn.Linear(8, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)


def train(steps, writer, new_style):
    for step in steps:
        x = torch.randn(32, 8)
        loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        style = {"new_style": new_style, "double_precision": new_style}
        writer.add_scalar("train/loss", loss.item(), step, **style)
        writer.add_scalar("train/grad_norm", norm.item(), step, **style)
        writer.add_scalar("train/lr", 0.05, step, **style)
        writer.add_scalar("queue depth", step % 3, step)
        if step % 5 == 0:
            writer.add_histogram("weights", model.weight, step)
        writer.flush()
        time.sleep(pause)


with SummaryWriter(f"{directory}/torch-run") as writer:
    train(range(1, 16), writer, new_style=False)
with SummaryWriter(f"{directory}/torch-run", filename_suffix=".resumed") as writer:
    train(range(16, 31), writer, new_style=True)
print_scalars(directory)
