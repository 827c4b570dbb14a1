"""Forked children: DataLoader workers, and ranks that are started by forking."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import torch
from exporter import FakeExporter
from torch.utils.data import DataLoader, Dataset

import gradwatch
from gradwatch.v1 import telemetry_pb2 as pb


class Numbers(Dataset[torch.Tensor]):
    """Its workers call log() too: a script that logs from its data pipeline."""

    def __len__(self) -> int:
        return 64

    def __getitem__(self, index: int) -> torch.Tensor:
        gradwatch.log(step=10**9 + index, loss=0.0)
        return torch.tensor(float(index))


def test_data_loader_workers_are_not_the_rank(exporter: FakeExporter) -> None:
    run = gradwatch.init("loader", address=exporter.address)
    step = 0
    for _ in range(3):
        for batch in DataLoader(Numbers(), batch_size=8, num_workers=2, multiprocessing_context="fork"):
            step += 1
            run.log(step=step, loss=batch.sum())
    run.finish()
    assert [reported.step for reported in exporter.steps] == list(range(1, 25))
    assert len(exporter.sessions) == 1


def run_script(body: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(body)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    # gRPC itself says now and then that a descriptor is of before the fork, after a line of its logging library.
    own = r"^(WARNING: All log messages before absl::InitializeLog|[EWI]\d{4} .*epoll_ctl failed: .* pre fork).*\n?"
    finished.stderr = re.sub(own, "", finished.stderr, flags=re.MULTILINE)
    return finished


def test_children_that_leave_in_order_say_nothing_and_do_not_hang(exporter: FakeExporter) -> None:
    finished = run_script(f"""
        import os, sys, time, gradwatch
        gradwatch.init("parent", address={exporter.address!r})
        for step in range(20):
            gradwatch.log(step=step, loss=float(step) ** 9)
            time.sleep(0.005)
            child = os.fork()
            if child == 0:
                gradwatch.log(step=10**9, loss=0.0)
                gradwatch.finish()
                sys.exit(step % 2)
            _, status = os.waitpid(child, 0)
            assert os.waitstatus_to_exitcode(status) == step % 2
    """)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [step.step for step in exporter.steps] == list(range(20))
    assert len(exporter.sessions) == 1 and exporter.sessions[0].goodbye is not None


def test_a_child_of_a_process_that_reports_cannot_report(exporter: FakeExporter) -> None:
    finished = run_script(f"""
        import os, gradwatch
        gradwatch.init("parent", rank=0, world_size=2, address={exporter.address!r})
        gradwatch.log(step=1, loss=1.0)
        child = os.fork()
        if child == 0:
            gradwatch.init("parent", rank=1, world_size=2, address={exporter.address!r})
            gradwatch.log(step=1, loss=2.0)
            gradwatch.finish()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        gradwatch.log(step=2, loss=1.0)
    """)
    assert finished.returncode == 0
    assert finished.stderr.count("nothing is reported. Start the ranks with spawn") == 1
    assert [(session.hello.rank, len(session.steps)) for session in exporter.sessions] == [(0, 2)]


def test_a_child_of_a_process_that_only_imported_may_report(exporter: FakeExporter) -> None:
    finished = run_script(f"""
        import os, gradwatch
        children = []
        for rank in range(2):
            children.append(os.fork())
            if children[-1] == 0:
                gradwatch.init("children", rank=rank, world_size=2, address={exporter.address!r})
                gradwatch.log(step=1, loss=2.0)
                gradwatch.finish()
                os._exit(0)
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    """)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert sorted((session.hello.rank, len(session.steps)) for session in exporter.sessions) == [(0, 1), (1, 1)]


def test_sigterm_ends_a_forked_child_as_ever(exporter: FakeExporter) -> None:
    finished = run_script(f"""
        import os, signal, time, gradwatch
        gradwatch.init("parent", address={exporter.address!r})
        gradwatch.log(step=1, loss=1.0)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, b"ready")
            time.sleep(30)
            os._exit(0)
        os.read(reader, 5)
        os.kill(child, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
    """)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert exporter.sessions[0].goodbye.ending == pb.ENDING_FINISHED
