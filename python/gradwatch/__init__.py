"""Reports every training step to the gradwatch exporter of this node.

    import gradwatch

    gradwatch.init("my-run")
    for step, batch in enumerate(loader):
        ...
        gradwatch.log(step=step, loss=loss.item(), gradient_norm=norm.item())

Training never waits for the exporter and never ends because of it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from gradwatch.destination import find_destination
from gradwatch.finding import Finding
from gradwatch.hello import About
from gradwatch.reactions import Reactions
from gradwatch.run import Run
from gradwatch.version import VERSION
from gradwatch.worker import find_framework, find_job, find_worker

__all__ = ["Finding", "Reactions", "Run", "current", "finish", "init", "log"]
__version__ = VERSION

_logger = logging.getLogger("gradwatch")
_current: Run | None = None
_warned_without_run = False


def init(
    run: str | None = None,
    *,
    rank: int | None = None,
    world_size: int | None = None,
    local_rank: int | None = None,
    attempt: int | None = None,
    address: str | None = None,
    model: str | None = None,
    framework: str | None = None,
    token: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    tls_server_name: str | None = None,
    on_finding: Callable[[Finding], None] | None = None,
    on_request: Mapping[str, Callable[..., Any]] | None = None,
    job: str | None = None,
    role: str = "training",
    parallel: Mapping[str, tuple[int, int]] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Run:
    """Starts reporting and returns at once; `log` and `finish` then mean this run. A run that is still open is finished
    first.

    What is not given is found: run, ranks and attempt from torchrun, Slurm or MPI, the address from GRADWATCH_ADDRESS
    ("host:port" or "unix:/path"; else the exporter's Unix socket, else 127.0.0.1:10421), GRADWATCH_RUN,
    GRADWATCH_TOKEN, the node from NODE_NAME, the GPU from CUDA_VISIBLE_DEVICES. With GRADWATCH_DISABLED=1 nothing is
    reported.

    With any of the `tls_` settings, or GRADWATCH_TLS_CA_FILE, _CERT_FILE, _KEY_FILE or _SERVER_NAME, the exporter is
    reached over TLS: `tls_ca_file` holds the authorities that it may have its certificate from, `tls_cert_file` and
    `tls_key_file` are this worker's own, `tls_server_name` is the exporter's name where the address has another. A
    certificate that does not fit is warned about and tried again; a Unix socket needs none.

    `on_finding(finding)` is called in the client's own thread, as soon as a finding comes, even while the training
    hangs. It should set a flag or write a line; to touch model or optimizer, ask `run.findings()` between two steps,
    or pass a `Reactions`.

    `on_request` switches on what a person may ask of this training: {"checkpoint": function(), "stop": function(),
    "scale_learning_rate": function(factor), "log_layers": function(steps)}. The functions are called in the training's
    thread, inside log(). One that raises an Exception refuses, with the exception's text as the answer.

    `parallel` is where this rank stands in the parallel layout, (index, size) for each of "data", "tensor", "pipeline",
    "expert" and "context" that is used: {"data": (3, 8), "pipeline": (0, 2)}. `labels` are free labels of the run,
    `job` is the scheduler's name for it (else found from Slurm, PBS, LSF or JOB_NAME), `role` is "inference" for a
    process that serves.

    Raises ValueError for an `on_request` or a `parallel` that names another kind, a place in `parallel` that is no
    (index, size), or a given rank or count outside of 0 to 2**32 - 1.
    """
    global _current
    if _current is not None:
        _current.finish()
    destination = find_destination(
        os.environ,
        address=address,
        token=token,
        tls_ca_file=tls_ca_file,
        tls_cert_file=tls_cert_file,
        tls_key_file=tls_key_file,
        tls_server_name=tls_server_name,
    )
    _current = Run(
        find_worker(os.environ, run=run, rank=rank, world_size=world_size, local_rank=local_rank, attempt=attempt),
        address=destination.address,
        token=destination.token,
        tls=destination.tls,
        model=model,
        framework=framework or find_framework(sys.modules),
        on_finding=on_finding,
        on_request=on_request,
        about=About(job=job or find_job(os.environ), role=role, parallel=parallel or {}, labels=labels or {}),
        enabled=os.environ.get("GRADWATCH_DISABLED", "").lower() not in ("1", "true", "yes"),
    )
    return _current


def current() -> Run | None:
    """The run of the last `init` that has not finished."""
    return _current if _current is not None and not _current.finished else None


def log(step: Any = None, **values: Any) -> None:
    """`Run.log` of the current run; nothing but one warning before `init`."""
    global _warned_without_run
    if _current is not None:
        _current.log(step, **values)
    elif not _warned_without_run:
        _warned_without_run = True
        _logger.warning("gradwatch.log() before gradwatch.init(): nothing is reported")


def finish(ending: str | None = None, reason: str | None = None) -> None:
    """`Run.finish` of the current run; nothing before `init`."""
    if _current is not None:
        _current.finish(ending, reason)
