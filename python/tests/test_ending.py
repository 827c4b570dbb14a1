"""How real processes end, as the exporter sees it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable

import pytest
from exporter import FakeExporter, Session, wait_for

import gradwatch
from gradwatch.ending import ending_of
from gradwatch.v1 import telemetry_pb2 as pb

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start(exporter: FakeExporter) -> Start:
    """Starts a script that has called init() and logged one step."""

    def start_script(body: str) -> subprocess.Popen[str]:
        head = f"""
        import os, signal, sys, time
        import gradwatch
        gradwatch.init("ending", address={exporter.address!r})
        gradwatch.log(step=1, loss=1.0)
        """
        code = textwrap.dedent(head) + textwrap.dedent(body)
        return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)

    return start_script


def session_of(exporter: FakeExporter, process: subprocess.Popen[str]) -> Session:
    process.communicate(timeout=30)
    return wait_for(lambda: exporter.sessions and exporter.sessions[0].ended and exporter.sessions[0], "the end")


def ending(exporter: FakeExporter, process: subprocess.Popen[str]) -> tuple[int, str]:
    goodbye = session_of(exporter, process).goodbye
    assert goodbye is not None
    return goodbye.ending, goodbye.reason


@pytest.mark.parametrize(
    ("body", "code", "expected"),
    [
        ("", 0, (pb.ENDING_FINISHED, "")),
        ("sys.exit(0)", 0, (pb.ENDING_FINISHED, "")),
        ("sys.exit(3)", 3, (pb.ENDING_FAILED, "sys.exit(3)")),
        ("exit(0)", 0, (pb.ENDING_FINISHED, "")),
        ("exit(3)", 3, (pb.ENDING_FAILED, "sys.exit(3)")),
        ("quit(4)", 4, (pb.ENDING_FAILED, "sys.exit(4)")),
        ("sys.exit('no data')", 1, (pb.ENDING_FAILED, "sys.exit('no data')")),
        ("raise RuntimeError('CUDA out of memory')", 1, (pb.ENDING_FAILED, "RuntimeError: CUDA out of memory")),
        (
            "try:\n  1 / 0\nexcept Exception:\n  sys.exit(1)",
            1,
            (pb.ENDING_FAILED, "ZeroDivisionError: division by zero"),
        ),
        ("try:\n  sys.exit(1)\nfinally:\n  gradwatch.log(step=1)", 1, (pb.ENDING_FAILED, "sys.exit(1)")),
        ("try:\n  sys.exit(1)\nexcept SystemExit:\n  sys.exit(0)", 0, (pb.ENDING_FINISHED, "")),
        (
            "try:\n  sys.exit(1)\nexcept SystemExit:\n  pass\n1 / 0",
            1,
            (pb.ENDING_FAILED, "ZeroDivisionError: division by zero"),
        ),
        (
            "import threading\nother = threading.Thread(target=lambda: sys.exit(1))\nother.start()\nother.join()",
            0,
            (pb.ENDING_FINISHED, ""),
        ),
        ("gradwatch.finish()\nraise KeyError('after the end')", 1, (pb.ENDING_FINISHED, "")),
        ("gradwatch.finish('failed', 'x' * 600)", 0, (pb.ENDING_FAILED, "x" * 512)),
        ("gradwatch.finish('exploded')", 0, (pb.ENDING_FINISHED, "")),
    ],
)
def test_exits(exporter: FakeExporter, start: Start, body: str, code: int, expected: tuple[int, str]) -> None:
    process = start(body)
    assert ending(exporter, process) == expected
    assert process.returncode == code
    assert [step.step for step in exporter.steps] == [1], "what was logged before is flushed"


@pytest.mark.parametrize("end", ["", "sys.exit(0)"])
def test_an_exit_that_the_script_catches_is_taken_back(exporter: FakeExporter, start: Start, end: str) -> None:
    process = start(f"try:\n  sys.exit(1)\nexcept SystemExit:\n  pass\ngradwatch.log(step=2, loss=1.0)\n{end}")
    assert ending(exporter, process) == (pb.ENDING_FINISHED, "")


def test_an_exit_counts_that_comes_after_one_that_was_caught(exporter: FakeExporter, start: Start) -> None:
    process = start("try:\n  sys.exit(1)\nexcept SystemExit:\n  pass\ngradwatch.log(step=2, loss=1.0)\nsys.exit(2)")
    assert ending(exporter, process) == (pb.ENDING_FAILED, "sys.exit(2)")


def test_a_signal_after_an_exit_that_was_caught_counts(exporter: FakeExporter) -> None:
    code = f"""
    import signal, sys, gradwatch
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    gradwatch.init("caught", address={exporter.address!r})
    for status in (1, 0):
        try:
            sys.exit(status)
        except SystemExit:
            gradwatch.log(step=1)
    signal.raise_signal(signal.SIGTERM)
    gradwatch.log(step=2, loss=1.0)
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stderr=subprocess.PIPE, text=True)
    assert ending(exporter, process) == (pb.ENDING_PREEMPTED, "SIGTERM")


def test_the_exceptions_traceback_is_printed_as_ever(start: Start) -> None:
    process = start("raise RuntimeError('as ever')")
    _, errors = process.communicate(timeout=30)
    assert errors.startswith("Traceback") and errors.endswith("RuntimeError: as ever\n")


def test_sigterm(exporter: FakeExporter, start: Start) -> None:
    process = start("while True: time.sleep(0.01)")
    wait_for(lambda: exporter.steps, "the step")
    process.terminate()
    assert ending(exporter, process) == (pb.ENDING_PREEMPTED, "SIGTERM")
    assert process.returncode == -signal.SIGTERM, "the process ends as it would have without gradwatch"


def test_sigterm_in_the_midst_of_logging(exporter: FakeExporter, start: Start) -> None:
    process = start("step = 1\nwhile True:\n  step += 1\n  gradwatch.log(step=step, loss=float(10 ** (step % 40)))")
    wait_for(lambda: len(exporter.steps) > 100, "many steps")
    process.terminate()
    assert ending(exporter, process) == (pb.ENDING_PREEMPTED, "SIGTERM")
    numbers = [step.step for step in exporter.steps]
    assert sorted(set(numbers)) == numbers


def test_what_notices_the_exit_is_taken_back(exporter: FakeExporter) -> None:
    import _sitebuiltins

    before = (sys.exit, sys.excepthook, _sitebuiltins.Quitter.__call__)
    with gradwatch.init("back", address=exporter.address):
        assert sys.exit != before[0] and _sitebuiltins.Quitter.__call__ is not before[2]
    assert (sys.exit, sys.excepthook, _sitebuiltins.Quitter.__call__) == before


@pytest.mark.parametrize("goodbye", ["gradwatch.finish()", "", "sys.exit(1)"])
def test_a_handler_of_the_script_ends_the_training_in_its_own_time(exporter: FakeExporter, goodbye: str) -> None:
    code = f"""
    import signal, sys, time, gradwatch
    told = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    gradwatch.init("graceful", address={exporter.address!r})
    step = 0
    while not told:
        step += 1
        gradwatch.log(step=step, loss=1.0)
        time.sleep(0.01)
    gradwatch.log(step=10**6, loss=1.0)
    {goodbye}
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stderr=subprocess.PIPE, text=True)
    wait_for(lambda: exporter.steps, "a step")
    process.terminate()
    assert ending(exporter, process) == (pb.ENDING_PREEMPTED, "SIGTERM")
    assert exporter.steps[-1].step == 10**6, "what was logged after the signal is there"


def test_a_killed_process_says_nothing(exporter: FakeExporter, start: Start) -> None:
    process = start("while True: time.sleep(0.01)")
    wait_for(lambda: exporter.steps, "the step")
    process.kill()
    assert session_of(exporter, process).goodbye is None


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [("return", (pb.ENDING_FINISHED, "")), ("raise", (pb.ENDING_FAILED, "ValueError: bad batch"))],
)
def test_a_rank_started_by_multiprocessing(
    exporter: FakeExporter, tmp_path: object, method: str, behaviour: str, expected: tuple[int, str]
) -> None:
    script = f"""
    import multiprocessing
    import gradwatch

    def rank(behaviour):
        gradwatch.init("spawned", address={exporter.address!r})
        gradwatch.log(step=1, loss=1.0)
        if behaviour == "raise":
            raise ValueError("bad batch")

    if __name__ == "__main__":
        process = multiprocessing.get_context({method!r}).Process(target=rank, args=({behaviour!r},))
        process.start()
        process.join()
    """
    path = f"{tmp_path}/spawned.py"
    with open(path, "w") as file:
        file.write(textwrap.dedent(script))
    process = subprocess.Popen([sys.executable, path], stderr=subprocess.PIPE, text=True)
    assert ending(exporter, process) == expected
    assert [step.step for step in exporter.steps] == [1]


def test_the_context_manager(exporter: FakeExporter) -> None:
    with pytest.raises(ZeroDivisionError), gradwatch.init("with", address=exporter.address) as run:
        run.log(step=1, loss=1 / 0)
    assert exporter.sessions[0].goodbye.ending == pb.ENDING_FAILED
    assert exporter.sessions[0].goodbye.reason == "ZeroDivisionError: division by zero"


def test_the_goodbye_does_not_wait_for_more_steps_than_there_is_time_for(
    exporter: FakeExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradwatch.reporter.FLUSH_SHARE", 0.0)
    run = gradwatch.init("late", address=exporter.address)
    for step in range(1000):
        run.log(step=step, loss=1.0)
    run.finish("preempted")
    assert exporter.sessions[0].goodbye.ending == pb.ENDING_PREEMPTED


def test_hooks_are_put_back(exporter: FakeExporter) -> None:
    def hooks() -> tuple[object, ...]:
        return sys.excepthook, sys.exit, signal.getsignal(signal.SIGTERM)

    before = hooks()
    gradwatch.init("hooks", address=exporter.address)
    during = hooks()
    gradwatch.finish()
    assert hooks() == before
    assert all(mine is not theirs for mine, theirs in zip(during, before))


def test_an_absent_exporter_does_not_delay_the_exit(unused_port: int) -> None:
    head = f"import gradwatch; gradwatch.init('absent', address='127.0.0.1:{unused_port}')"
    code = f"{head}; gradwatch.log(step=1, loss=1.0)"
    started = time.monotonic()
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert time.monotonic() - started < 30


def test_why_a_process_ends() -> None:
    assert ending_of(None) == ("finished", None)
    assert ending_of(SystemExit()) == ("finished", None)
    assert ending_of(KeyboardInterrupt()) == ("failed", "KeyboardInterrupt")
    assert ending_of(OSError("disk full")) == ("failed", "OSError: disk full")
