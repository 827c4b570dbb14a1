"""Trains a small network with PyTorch, data-parallel over gloo where there is more than one rank. gradwatch.torch finds loss, gradient norm,
learning rate and samples by itself; the script tells of what it alone knows."""

import os
import pathlib
import time

import torch
import torch.distributed as dist
from record import Record, arguments_of_training
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import gradwatch
import gradwatch.torch

BATCH = 16

parser = arguments_of_training(__doc__)
parser.add_argument("--hang-after", type=int, help="the step after which the loop hangs")
parser.add_argument("--hang-until", type=pathlib.Path, help="the file that ends it")
arguments = parser.parse_args()

torch.set_num_threads(1)
torch.manual_seed(0)
rank, world_size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
model = nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 1))
if world_size > 1:
    dist.init_process_group("gloo")
    model = nn.parallel.DistributedDataParallel(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.99)
generator = torch.Generator().manual_seed(1 + rank)
inputs = torch.randn(arguments.steps * BATCH, 16, generator=generator)
loader = DataLoader(TensorDataset(inputs, inputs.sum(1, keepdim=True).sin()), batch_size=BATCH)

record = Record(arguments.record, f"PyTorch {torch.__version__}")
gradwatch.init(arguments.run)
with gradwatch.torch.watch():
    begun = time.perf_counter()
    for step, (batch, targets) in enumerate(loader, 1):
        optimizer.zero_grad()
        errors = model(batch) - targets
        loss = errors.square().mean()
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        rate = optimizer.param_groups[0]["lr"]
        optimizer.step()
        schedule.step()
        time.sleep(arguments.pause)
        seconds, begun = time.perf_counter() - begun, time.perf_counter()
        told = {"step_seconds": seconds, "tokens": 7 * step, "extras": {"worst error": errors.abs().max().item()}}
        found = {"loss": loss.item(), "gradient_norm": norm.item(), "learning_rate": rate, "samples": len(batch)}
        record.step(step, **found, **told)
        gradwatch.log(step=step, **told)
        while step == arguments.hang_after and not arguments.hang_until.exists():
            time.sleep(0.1)
gradwatch.finish()
if world_size > 1:
    dist.destroy_process_group()
