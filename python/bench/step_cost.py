"""What the client costs a training step of PyTorch, in µs. Usage: PYTHONPATH=python python bench/step_cost.py
[--pairs N] [--json]

A step computes for some milliseconds and sleeps to a length of 50 ms, as a host does that waits for its GPU. Counted is
the processor time of the training's thread, which other programs on the machine disturb least. Blocks of steps with and
without the client alternate in one process, and the mean step of each block is compared with that of its neighbour: the
median of the differences is the cost, and its spread is a bootstrap interval of 95 %. "nothing" compares blocks without
the client with each other: what this machine can tell apart at all. Where the script does not clip, the client computes
the gradient norm every few steps; "norm by hand" is what a script pays that has no client and computes it at each step.
--json prints one object on standard output, of the form that all benches of gradwatch have.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
import torch.distributed as dist
from receiver import receiver
from torch import nn
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.utils.data import DataLoader, TensorDataset

import gradwatch
import gradwatch.torch

STEP_SECONDS = 0.05
# Long enough for some of the norms that are measured every few steps, short against what else the machine does.
BLOCK = 40
# The first steps of a block start the loader, and the client measures in them what it measures once.
WARM_UP = 4
# 0.43 % of a step of 50 ms.
BUDGET_US = 215.0

Block = Callable[[], float]


def training(*, parallel: bool, clips: bool) -> Block:
    """A function that trains for a block and returns the mean µs of its steps."""
    torch.manual_seed(0)
    layers = [layer for _ in range(12) for layer in (nn.Linear(192, 192), nn.ReLU())]
    model: Any = nn.Sequential(*layers, nn.Linear(192, 1))
    if parallel:
        model = nn.parallel.DistributedDataParallel(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    data = TensorDataset(torch.randn(BLOCK * 32, 192), torch.randn(BLOCK * 32, 1))
    loader = DataLoader(data, batch_size=32)

    def block() -> float:
        gc.collect()
        microseconds = []
        begun, used = time.perf_counter(), time.thread_time()
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = (model(inputs) - targets).square().mean()
            loss.backward()
            if clips:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            microseconds.append(1e6 * (time.thread_time() - used))
            time.sleep(max(0.0, STEP_SECONDS - (time.perf_counter() - begun)))
            begun, used = time.perf_counter(), time.thread_time()
        return statistics.fmean(microseconds[WARM_UP:])

    return block


@contextlib.contextmanager
def norm_by_hand() -> Iterator[None]:
    """Instead of the client: the norm of all gradients before each step of an optimiser."""

    def compute(optimizer: Any, args: Any, kwargs: Any) -> None:
        parameters = (parameter for group in optimizer.param_groups for parameter in group["params"])
        nn.utils.get_total_norm(parameter.grad for parameter in parameters).item()

    handle = register_optimizer_step_pre_hook(compute)
    try:
        yield
    finally:
        handle.remove()


def differences(block: Block, client: Callable[[], Any], pairs: int) -> list[float]:
    """µs per step by which blocks with the client are longer than their neighbours without."""
    found = []
    for pair in range(pairs):
        order = (True, False) if pair % 2 else (False, True)
        took = {}
        for with_client in order:
            with client() if with_client else contextlib.nullcontext():
                took[with_client] = block()
        found.append(took[True] - took[False])
    return found


def interval(values: list[float]) -> tuple[float, float]:
    """Of the median, 95 %."""
    source = random.Random(0)
    medians = sorted(statistics.median(source.choices(values, k=len(values))) for _ in range(2000))
    return medians[50], medians[1949]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=16)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="0", RANK="0", WORLD_SIZE="1")
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    table = sys.stderr if arguments.json else sys.stdout
    print(f"{'gradwatch ' + gradwatch.__version__ + ', µs per step':44}{'median':>10}{'95 %':>22}", file=table)
    rows = []
    with receiver() as address:
        run = gradwatch.init("bench", address=address)

        def client() -> Any:
            return gradwatch.torch.watch(run=run)

        cases = (
            ("nothing", contextlib.nullcontext, training(parallel=False, clips=False), None),
            ("one process, norm by hand", norm_by_hand, training(parallel=False, clips=False), None),
            ("one process, clips", client, training(parallel=False, clips=True), BUDGET_US),
            ("one process", client, training(parallel=False, clips=False), BUDGET_US),
            ("DistributedDataParallel, 1 rank", client, training(parallel=True, clips=False), BUDGET_US),
        )
        for name, beside, block, budget in cases:
            block()
            found = differences(block, beside, arguments.pairs)
            cost, (low, high) = statistics.median(found), interval(found)
            print(f"{name:44}{cost:10.0f}{f'[{low:.0f}, {high:.0f}]':>22}", file=table, flush=True)
            rows.append(row(name, cost, low, high, budget))
        gradwatch.finish()
    dist.destroy_process_group()
    print(f"budget: {BUDGET_US:.0f} µs, 0.43 % of a step of 50 ms", file=table)
    if arguments.json:
        print(json.dumps({"bench": "step_cost", "machine": platform.platform(), "rows": rows}))


def row(name: str, cost: float, low: float, high: float, budget: float | None) -> dict[str, object]:
    return {
        "case": f"{name}, 95 % [{low:.0f}, {high:.0f}]",
        "value": cost,
        "unit": "µs",
        "better": "lower",
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "budget": budget,
        "within": None if budget is None else cost <= budget,
    }


if __name__ == "__main__":
    main()
