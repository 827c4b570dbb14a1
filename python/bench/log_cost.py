"""What one log() call costs the training thread, in µs: p50 and p99. Usage: PYTHONPATH=python python bench/log_cost.py
[--json]
 Calls come in bursts with pauses, as steps do. "absent" has nobody at the address; "connected" sends to a receiver in a
process of its own that acknowledges every batch. --json prints one object on standard output, of the form that all
benches of gradwatch have.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable

from receiver import receiver

import gradwatch
from gradwatch.run import Run
from gradwatch.worker import find_worker

CALLS = 20_000
BURST = 20
PAUSE_SECONDS = 0.001
# A training step of 50 ms may cost 0.43 %.
BUDGET_US = 215.0


def measure(log: Callable[[int], None]) -> list[float]:
    """Microseconds of each call, sorted."""
    for step in range(1000):
        log(step)
    gc.collect()
    microseconds = []
    for step in range(1000, 1000 + CALLS):
        started = time.perf_counter_ns()
        log(step)
        microseconds.append((time.perf_counter_ns() - started) / 1000)
        if step % BURST == 0:
            time.sleep(PAUSE_SECONDS)
    return sorted(microseconds)


def cases(address: str) -> list[tuple[str, list[float]]]:
    def run(name: str, at: str, enabled: bool = True) -> Run:
        return Run(find_worker({}, run=name), address=at, enabled=enabled)

    def five(run: Run) -> Callable[[int], None]:
        return lambda step: run.log(
            step=step, loss=0.5, gradient_norm=1.5, learning_rate=0.1, step_seconds=0.05, samples=64
        )

    rows = [("an empty call", measure(lambda step: None))]
    with run("disabled", address, enabled=False) as disabled:
        rows.append(("disabled, 5 numbers", measure(five(disabled))))
    with run("absent", "127.0.0.1:1") as absent:
        rows.append(("absent, 5 numbers", measure(five(absent))))
    with run("one", address) as connected:
        rows.append(("connected, 1 number", measure(lambda step: connected.log(step=step, loss=0.5))))
    with run("five", address) as connected:
        rows.append(("connected, 5 numbers", measure(five(connected))))
    try:
        import torch
    except ImportError:
        return rows
    loss, norm = torch.tensor(0.5), torch.tensor(1.5)
    with run("tensors", address) as connected:
        log = connected.log
        rows.append(("connected, 2 CPU tensors", measure(lambda step: log(step=step, loss=loss, gradient_norm=norm))))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    with receiver() as address:
        rows = cases(address)
    table = sys.stderr if as_json else sys.stdout
    print(f"{'log() of gradwatch ' + gradwatch.__version__:32}{'p50 µs':>10}{'p99 µs':>10}{'max µs':>10}", file=table)
    for name, values in rows:
        p50, p99 = statistics.median(values), values[int(len(values) * 0.99)]
        print(f"{name:32}{p50:10.2f}{p99:10.2f}{values[-1]:10.0f}", file=table)
    if as_json:
        print(json.dumps({"bench": "log_cost", "machine": platform.platform(), "rows": list(map(row, rows))}))


def row(case: tuple[str, list[float]]) -> dict[str, object]:
    name, values = case
    p99 = values[int(len(values) * 0.99)]
    return {
        "case": f"{name}, p99",
        "value": p99,
        "unit": "µs",
        "better": "lower",
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "budget": BUDGET_US,
        "within": p99 <= BUDGET_US,
    }


if __name__ == "__main__":
    main()
