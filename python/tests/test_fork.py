"""Forked children: DataLoader workers, and ranks that are started by forking."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading

import pytest
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
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


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


FORKS_BESIDE_CONNECTIONS = """
    import collections, os, signal, time, gradwatch, gradwatch.reporter
    signal.alarm(40)  # a fork that never returns ends the script
    gradwatch.reporter.FIRST_BACK_OFF_SECONDS = gradwatch.reporter.MAX_BACK_OFF_SECONDS = 0.005
    gradwatch.init("parent", address={address!r})
    endings, until = collections.Counter(), time.monotonic() + 4
    for step in range(1500):
        if time.monotonic() > until:
            break
        gradwatch.log(step=step, loss=1.0)
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            time.sleep(0.001)
            os._exit(0)
        endings[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])] += 1
    assert set(endings) == {{0}}, endings
"""


def test_forks_while_the_client_connects_again_and_again(unused_port: int) -> None:
    finished = run_script(FORKS_BESIDE_CONNECTIONS.format(address=f"127.0.0.1:{unused_port}"))
    assert (finished.returncode, finished.stderr) == (0, "")


def test_forks_while_connections_break(exporter: FakeExporter) -> None:
    ended = threading.Event()

    def break_streams() -> None:
        while not ended.wait(0.02):
            exporter.break_streams()

    breaker = threading.Thread(target=break_streams)
    breaker.start()
    try:
        finished = run_script(FORKS_BESIDE_CONNECTIONS.format(address=exporter.address))
    finally:
        ended.set()
        breaker.join()
    assert (finished.returncode, finished.stderr) == (0, "")
    assert len(exporter.sessions) > 1


def test_grpc_has_no_handlers_of_fork(exporter: FakeExporter) -> None:
    # With them it says at a fork beside a call that it skips them.
    finished = run_script(f"""
        import os, time
        os.environ["GRPC_VERBOSITY"] = "INFO"
        import gradwatch
        gradwatch.init("parent", address={exporter.address!r})
        for step in range(20):
            gradwatch.log(step=step, loss=1.0)
            time.sleep(0.01)
            child = os.fork()
            if child == 0:
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        assert "GRPC_ENABLE_FORK_SUPPORT" not in os.environ
    """)
    assert finished.returncode == 0
    assert "fork" not in finished.stderr


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ('os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "1"', "GRPC_ENABLE_FORK_SUPPORT=1 is set"),
        ("import grpc", "grpc was imported before gradwatch"),
    ],
)
def test_forks_with_the_handlers_of_grpc_are_warned_of(unused_port: int, first: str, why: str) -> None:
    # What os.fork() calls: a fork with the handlers is what can crash.
    finished = run_script(f"""
        import os, sys
        {first}
        import gradwatch
        gradwatch.run._after_fork_in_parent()
        sys.stderr.write("init\\n")
        gradwatch.init("parent", address="127.0.0.1:{unused_port}")
        gradwatch.run._after_fork_in_parent()
        gradwatch.run._after_fork_in_parent()
    """)
    assert finished.returncode == 0
    before, after = finished.stderr.split("init\n")
    assert (before, after.count(why)) == ("", 1)
