"""One rank of a data-parallel training of a small network over gloo, watched by gradwatch.torch. Writes what it knows
of its steps to --record as JSON lines. With --slow-rank that rank takes --delay seconds more in every forward."""

from __future__ import annotations

import argparse
import json
import time

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, clip_grads_with_norm_, get_total_norm

import gradwatch
import gradwatch.torch


class Slow(nn.Module):
    """Takes its time in the forward."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        time.sleep(self.seconds)
        return inputs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=("ddp", "fsdp2"), required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--slow-rank", type=int, default=-1)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--no-group-hooks", action="store_true")
    parser.add_argument("--optimizers", type=int, default=1)
    parser.add_argument("--clip", choices=("none", "norm", "value", "part", "given"), default="none")
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Linear(16, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
    model = nn.Sequential(Slow(arguments.delay if rank == arguments.slow_rank else 0.0), layers)
    watch = gradwatch.torch.watch(run=gradwatch.init("parallel"))
    if arguments.kind == "ddp":
        if arguments.no_group_hooks:
            from gradwatch.torch import collectives

            collectives.GROUP_HOOKS = False
        model = DistributedDataParallel(model)
    else:
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        mesh = init_device_mesh("cpu", (dist.get_world_size(),))
        for layer in layers:
            if isinstance(layer, nn.Linear):
                fully_shard(layer, mesh=mesh)
        fully_shard(model, mesh=mesh)
    parameters, count = list(model.parameters()), arguments.optimizers
    optimizers = [torch.optim.SGD(parameters[first::count], lr=0.01) for first in range(count)]
    torch.manual_seed(rank)

    with open(arguments.record, "w", encoding="utf-8") as record:
        for _ in range(arguments.steps):
            inputs, targets = torch.randn(8, 16), torch.randn(8, 1)
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss = (model(inputs) - targets).square().mean()
            loss.backward()
            gradients = [parameter.grad for parameter in model.parameters()]
            shards = [gradient.to_local() if arguments.kind == "fsdp2" else gradient for gradient in gradients]
            norm = torch.cat([gradient.flatten() for gradient in shards]).double().norm()
            if arguments.kind == "fsdp2" and arguments.clip in ("norm", "given"):
                # Then it is that of all shards together.
                squares = norm.square()
                dist.all_reduce(squares)
                norm = squares.sqrt()
            if arguments.clip == "value":
                clip_grad_value_(parameters, 1e-3)
            elif arguments.clip == "given":
                # As torchtitan does.
                clip_grads_with_norm_(parameters, 0.1, get_total_norm(gradients).full_tensor())
            elif arguments.clip != "none":
                clip_grad_norm_(parameters if arguments.clip == "norm" else parameters[:3], 0.1)
            for optimizer in optimizers:
                optimizer.step()
            record.write(json.dumps({"loss": loss.item(), "norm": norm.item()}) + "\n")
    watch.stop()
    gradwatch.finish()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
