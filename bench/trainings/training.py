"""One rank of a small network that is really trained, data-parallel over gloo, watched by gradwatch.torch. What goes wrong is in faults.py."""

import json
import os

import torch

# DistributedDataParallel would load it in each rank anew.
import torch._dynamo  # noqa: F401
import torch.distributed as dist
from faults import FAULTS, Fault
from tasks import TASKS, Device
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

import gradwatch
import gradwatch.torch

BATCH, VALIDATION, EVALUATE_EVERY = 32, 512, 10


def train(plan, rank, environment):
    """`plan` is a Plan of plan.ts."""
    os.environ.update(environment)
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    gradwatch.init()
    with gradwatch.torch.watch():
        loop(plan, rank)
    gradwatch.finish()
    dist.destroy_process_group()


def loop(plan, rank):
    # The task and the start are the same on all ranks, the samples are not.
    torch.manual_seed(plan["seed"])
    task = TASKS[plan["task"]](torch.Generator().manual_seed(plan["seed"]), plan["labelNoise"])
    validation = task.samples(VALIDATION)
    network = nn.Sequential(task.network(), Device(plan["stepSeconds"]))
    model = nn.parallel.DistributedDataParallel(network)
    optimizer = optimizer_of(plan, model.parameters())
    criterion = nn.CrossEntropyLoss()
    task.generator.manual_seed(1 + 1000 * plan["seed"] + rank)
    torch.manual_seed(1 + 1000 * plan["seed"] + rank)
    samples = TensorDataset(*task.samples(plan["samples"]))
    # A batch is taken from the tensors at once.
    batches_of_epoch = BatchSampler(RandomSampler(samples), BATCH, drop_last=True)
    loader = DataLoader(samples, sampler=batches_of_epoch, batch_size=None)
    fault = fault_of(plan["fault"], rank)

    batches, evaluations = forever(loader), []
    for step in range(1, plan["steps"] + 1):
        fault.before(step, network, optimizer)
        inputs, labels = fault.batch(step, task, *next(batches))
        optimizer.zero_grad()
        criterion(model(inputs), labels).backward()
        if plan["clip"]:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % EVALUATE_EVERY == 0:
            evaluations.append(evaluate(network, criterion, validation))
            gradwatch.log(step=step, validation_loss=evaluations[-1])
    if rank == 0:
        best = evaluations.index(min(evaluations))
        risen = evaluations[-1] / evaluations[best] - 1
        print(json.dumps({"run": plan["run"], "best": (best + 1) * EVALUATE_EVERY, "risen": repr(risen)}), flush=True)


def optimizer_of(plan, parameters):
    if plan["optimizer"] == "sgd":
        return torch.optim.SGD(parameters, plan["learningRate"], momentum=0.9)
    return torch.optim.AdamW(parameters, plan["learningRate"])


def fault_of(fault, rank):
    """The fault of the plan, where it is of this rank or of all."""
    if fault is None or fault["rank"] not in (None, rank):
        return Fault(begins=0, steps=0, size=0, variant=None)
    return FAULTS[fault["name"]](fault["begins"], fault["steps"], fault["size"], fault["variant"])


def forever(loader):
    while True:
        yield from loader


@torch.no_grad()
def evaluate(network, criterion, samples):
    network.eval()
    inputs, labels = samples
    loss = criterion(network(inputs), labels).item()
    network.train()
    return loss
