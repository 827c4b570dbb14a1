"""What a worker tells of its process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from exporter import FakeExporter

import gradwatch
from gradwatch.process import boot_id, start_ticks

AFTER = "S 1 7 7 0 -1 4194560 10 0 0 0 5 3 0 0 20 0 11 0 987654 1000 200"


@pytest.mark.parametrize("name", ["python", "a) S 1 (b", ""])
def test_the_start_is_found_behind_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "self").mkdir()
    (tmp_path / "self/stat").write_text(f"7 ({name}) {AFTER}\n")
    assert start_ticks(tmp_path) == 987654


def test_what_cannot_be_read_is_absent(tmp_path: Path) -> None:
    assert (boot_id(tmp_path), start_ticks(tmp_path)) == (None, None)
    (tmp_path / "self").mkdir()
    (tmp_path / "self/stat").write_text("7 (python) S 1\n")
    assert start_ticks(tmp_path) is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs proc(5)")
def test_the_hello_says_which_process_speaks(exporter: FakeExporter) -> None:
    gradwatch.init("digits", address=exporter.address).finish()
    hello = exporter.sessions[0].hello
    assert hello.pid == os.getpid()
    assert hello.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert hello.start_ticks == int(Path(f"/proc/{os.getpid()}/stat").read_text().rpartition(")")[2].split()[19])
