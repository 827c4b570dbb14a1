"""Starts ranks as torchrun does, from a process that has loaded PyTorch already: a rank is a fork of it and begins at once.

Reads JSON lines: {"start": plan, "environments": [of each rank]} and {"kill": run}. Writes {"run", "rank", "exit": code} when one ends; what a rank itself
prints comes between. Ends, and all ranks with it, when its input ends.
"""

import json
import multiprocessing
import sys
from multiprocessing.connection import wait

from training import train


def main():
    multiprocessing.set_start_method("forkserver")
    multiprocessing.set_forkserver_preload(["training"])
    # Without a buffer, in which a line could be overlooked.
    orders = open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    ranks = {}
    while True:
        if orders in wait([orders, *(process.sentinel for process in ranks.values())]):
            line = orders.readline()
            if line == b"":
                return
            take(json.loads(line), ranks)
        for key, process in list(ranks.items()):
            if process.exitcode is not None:
                run, rank = key
                print(json.dumps({"run": run, "rank": rank, "exit": process.exitcode}), flush=True)
                del ranks[key]


def take(order, ranks):
    if "kill" in order:
        for (run, _), process in ranks.items():
            if run == order["kill"]:
                process.kill()
        return
    plan = order["start"]
    for rank, environment in enumerate(order["environments"]):
        process = multiprocessing.Process(target=train, args=(plan, rank, environment), daemon=True)
        process.start()
        ranks[plan["run"], rank] = process


if __name__ == "__main__":
    main()
