"""Trainings in several processes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).resolve().parent / "scripts"
PACKAGE = SCRIPTS.parent.parent


def environment(**variables: str) -> dict[str, str]:
    """That of a process which finds the package."""
    return {**os.environ, "PYTHONPATH": str(PACKAGE), "OMP_NUM_THREADS": "1", **variables}


def run_ranks(script: str, count: int, address: str, folder: Path, *arguments: str) -> list[list[dict[str, Any]]]:
    """Runs a script of tests/scripts in `count` ranks that report to `address`. Returns what each has recorded."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    records = [folder / f"rank-{rank}.jsonl" for rank in range(count)]
    ranks = []
    for rank, record in enumerate(records):
        variables = environment(
            RANK=str(rank),
            LOCAL_RANK=str(rank),
            WORLD_SIZE=str(count),
            MASTER_ADDR="127.0.0.1",
            MASTER_PORT=port,
            GRADWATCH_ADDRESS=address,
        )
        command = [sys.executable, str(SCRIPTS / script), "--record", str(record), *arguments]
        ranks.append(subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True))
    try:
        errors = [rank.communicate(timeout=240)[1] for rank in ranks]
    finally:
        for process in ranks:
            process.kill()
    assert [process.returncode for process in ranks] == [0] * count, "\n".join(errors)
    return [[json.loads(line) for line in record.read_text("utf-8").splitlines()] for record in records]
