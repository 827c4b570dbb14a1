"""An exporter in a process of its own that acknowledges everything."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"

RECEIVER = """
import sys
from exporter import FakeExporter
exporter = FakeExporter()
print(exporter.address, flush=True)
sys.stdin.read()
exporter.stop()
"""


@contextlib.contextmanager
def receiver() -> Iterator[str]:
    """Its address."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    command = [sys.executable, "-c", RECEIVER]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()
