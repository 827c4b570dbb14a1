"""Trains a small network on scikit-learn's digits, data-parallel over gloo, and reports every step to gradwatch.

Started once per rank with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set, as torchrun does. With --fault-step the learning rate
is multiplied by 100 at that step; when a critical finding comes back from the exporter, all ranks restore the last checkpoint and
the learning rate and go on. Everything that is reported is also appended to --record as JSON lines, so that a test can compare.
"""

import argparse
import copy
import json
import math
import time

import gradwatch
import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.parallel import DistributedDataParallel

LEARNING_RATE = 0.05
BATCH = 64
CHECKPOINT_EVERY = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--step-seconds", type=float, required=True, help="length to which a step is padded")
    parser.add_argument("--fault-step", type=int, default=None)
    parser.add_argument("--record", required=True)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    dist.init_process_group("gloo")
    rank, world_size = dist.get_rank(), dist.get_world_size()

    features, targets = load_digits(return_X_y=True)
    features = torch.tensor(features[rank::world_size], dtype=torch.float32) / 16
    targets = torch.tensor(targets[rank::world_size])
    model = DistributedDataParallel(
        nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10))
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)
    # Label smoothing, as is usual for classifiers, keeps the loss of this small data set off zero, where single batches would
    # differ from each other by orders of magnitude.
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    shuffle = torch.Generator().manual_seed(rank)

    with open(arguments.record, "w", encoding="utf-8", buffering=1) as record:

        def note(**facts) -> None:
            record.write(json.dumps({"time": time.time(), **facts}) + "\n")

        heard_critical = torch.zeros(1)

        def on_finding(finding) -> None:
            note(event="finding", id=finding.id, kind=finding.kind, severity=finding.severity, change=finding.change)
            if finding.severity == "critical" and finding.change in ("opened", "worsened"):
                heard_critical[0] = 1

        gradwatch.init(arguments.run, model="digits-mlp", on_finding=on_finding)

        def save(step: int):
            return step, copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())

        checkpoint = save(0)
        fault_pending = arguments.fault_step is not None
        faulty = False
        step = 0
        while step < arguments.steps:
            started = time.perf_counter()
            step += 1
            if fault_pending and step == arguments.fault_step:
                for group in optimizer.param_groups:
                    group["lr"] *= 100
                fault_pending, faulty = False, True
                note(event="fault", step=step)

            batch = torch.randint(len(features), (BATCH,), generator=shuffle)
            optimizer.zero_grad()
            loss = criterion(model(features[batch]), targets[batch])
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), math.inf)
            optimizer.step()
            time.sleep(max(0.0, arguments.step_seconds - (time.perf_counter() - started)))

            values = {
                "loss": loss.item(),
                "gradient_norm": norm.item(),
                "learning_rate": optimizer.param_groups[0]["lr"],
                "step_seconds": time.perf_counter() - started,
                "samples": BATCH,
            }
            gradwatch.log(step=step, **values)
            # JSON has no NaN; its text form is what Python reads and writes.
            note(event="step", step=step, **values)

            # All ranks decide alike: one that has heard is enough.
            heard = heard_critical.clone()
            dist.all_reduce(heard, op=dist.ReduceOp.MAX)
            if faulty and heard.item() > 0:
                step, parameters, state = checkpoint
                model.load_state_dict(parameters)
                optimizer.load_state_dict(state)
                faulty = False
                note(event="restored", step=step)
            elif not faulty and step % CHECKPOINT_EVERY == 0:
                checkpoint = save(step)

        gradwatch.finish()
        note(event="finished", step=step)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
