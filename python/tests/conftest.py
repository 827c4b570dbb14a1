from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from exporter import FakeExporter

import gradwatch

LAUNCHER_PREFIXES = ("GRADWATCH_", "TORCHELASTIC_", "SLURM_", "OMPI_", "PMI_", "PMIX_")
LAUNCHER_NAMES = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "NODE_NAME", "CUDA_VISIBLE_DEVICES")


@pytest.fixture(autouse=True)
def no_launcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever started the tests has nothing to say in them. GRADWATCH_CACHE is where tools are, and stays."""
    for name in list(os.environ):
        if name in LAUNCHER_NAMES or (name.startswith(LAUNCHER_PREFIXES) and name != "GRADWATCH_CACHE"):
            monkeypatch.delenv(name)


@pytest.fixture
def exporter() -> Iterator[FakeExporter]:
    fake = FakeExporter()
    yield fake
    gradwatch.finish()
    fake.stop()


@pytest.fixture
def unused_port() -> int:
    """A port where nobody listens, yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
