"""Who this process is in its training, found from what its launcher set."""

from __future__ import annotations

import re
import secrets
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Launcher:
    """The environment variables of one way to start ranks."""

    name: str
    # Present exactly when this launcher started the process.
    evidence: str
    rank: str
    world_size: Sequence[str]
    local_rank: str
    run: Sequence[str] = ()
    attempt: str = ""


# In order of precedence: torchrun inside of a Slurm step knows better. Values of two launchers are never mixed.
# Sources: https://docs.pytorch.org/docs/stable/elastic/run.html (environment variables),
# https://slurm.schedmd.com/srun.html (output environment variables; an sbatch script alone has SLURM_PROCID but no
# step), https://docs.open-mpi.org/en/main/tuning-apps/environment-var.html, and Hydra (MPICH, Intel MPI) for PMI_*.
LAUNCHERS = (
    Launcher(
        name="torchrun",
        evidence="RANK",
        rank="RANK",
        world_size=("WORLD_SIZE",),
        local_rank="LOCAL_RANK",
        run=("TORCHELASTIC_RUN_ID",),
        attempt="TORCHELASTIC_RESTART_COUNT",
    ),
    Launcher(
        name="Slurm",
        evidence="SLURM_STEP_ID",
        rank="SLURM_PROCID",
        world_size=("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"),
        local_rank="SLURM_LOCALID",
        run=("SLURM_JOB_ID", "SLURM_STEP_ID"),
        attempt="SLURM_RESTART_COUNT",
    ),
    Launcher(
        name="Open MPI",
        evidence="OMPI_COMM_WORLD_RANK",
        rank="OMPI_COMM_WORLD_RANK",
        world_size=("OMPI_COMM_WORLD_SIZE",),
        local_rank="OMPI_COMM_WORLD_LOCAL_RANK",
        run=("PMIX_NAMESPACE",),
    ),
    Launcher(
        name="MPI",
        evidence="PMI_RANK",
        rank="PMI_RANK",
        world_size=("PMI_SIZE",),
        local_rank="MPI_LOCALRANKID",
    ),
)
ALONE = Launcher(name="no launcher", evidence="", rank="", world_size=(), local_rank="")

# https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
NAMESPACE_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

JOBS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_NAME")

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
GPU_UUID = re.compile(rf"(?:GPU|MIG)-{UUID}|MIG-GPU-{UUID}/\d+/\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Worker:
    """One rank of a run. None: not known."""

    run: str
    rank: int
    world_size: int
    local_rank: int | None
    attempt: int
    node: str
    gpu_uuid: str | None
    # Name and namespace of the Kubernetes pod.
    pod: str | None
    pod_namespace: str | None
    # Who set the above, for a person.
    launcher: str


def find_worker(
    environ: Mapping[str, str],
    *,
    run: str | None = None,
    rank: int | None = None,
    world_size: int | None = None,
    local_rank: int | None = None,
    attempt: int | None = None,
) -> Worker:
    """What is given, and for the rest what the environment says. A process without a launcher is rank 0 of 1. Raises
    ValueError for a rank or count that is no integer from 0 to 2**32 - 1."""
    rank, world_size = _given("rank", rank), _given("world_size", world_size)
    local_rank, attempt = _given("local_rank", local_rank), _given("attempt", attempt)
    launcher = _launcher(environ)
    sizes = (_number(environ, name) for name in launcher.world_size)
    if rank is None:
        rank = _number(environ, launcher.rank) or 0
    if world_size is None:
        world_size = next((size for size in sizes if size is not None), rank + 1)
    if local_rank is None:
        local_rank = 0 if world_size == 1 else _number(environ, launcher.local_rank)
    if attempt is None:
        attempt = _number(environ, launcher.attempt) or 0
    return Worker(
        run=run or find_run(environ) or _unnamed_run(environ, world_size),
        rank=rank,
        world_size=world_size,
        local_rank=local_rank,
        attempt=attempt,
        node=environ.get("NODE_NAME") or socket.gethostname(),
        gpu_uuid=find_gpu(environ, local_rank),
        pod=find_pod(environ),
        pod_namespace=find_pod_namespace(environ),
        launcher=launcher.name,
    )


def find_gpu(environ: Mapping[str, str], local_rank: int | None) -> str | None:
    """The GPU that this rank computes on, where the environment names GPUs by uuid. Indices and abbreviated uuids say
    too little."""
    # CUDA numbers the devices as CUDA_VISIBLE_DEVICES lists them. The container's own list has no such order: one entry
    # only.
    for name, ordered in (("CUDA_VISIBLE_DEVICES", True), ("NVIDIA_VISIBLE_DEVICES", False)):
        entries = [entry.strip() for entry in environ.get(name, "").split(",") if entry.strip()]
        if not entries:
            continue
        index = 0 if len(entries) == 1 else local_rank if ordered else None
        if index is None or index >= len(entries) or GPU_UUID.fullmatch(entries[index]) is None:
            return None
        return entries[index]
    return None


def find_pod(environ: Mapping[str, str]) -> str | None:
    """The name of the pod: as its manifest hands it down, else its host name, which is the node's only where the pod is
    in the network of its node."""
    host = environ.get("HOSTNAME") if "KUBERNETES_SERVICE_HOST" in environ else None
    return environ.get("POD_NAME") or (host if host != environ.get("NODE_NAME") else None) or None


def find_pod_namespace(environ: Mapping[str, str], path: str = NAMESPACE_FILE) -> str | None:
    """The namespace of the pod: as its manifest hands it down, else that of its service account."""
    try:
        return environ.get("POD_NAMESPACE") or Path(path).read_text("utf-8").strip() or None
    except (OSError, ValueError):
        return None


def find_framework(modules: Mapping[str, object]) -> str | None:
    """Name and version of the deep learning library that the script has imported."""
    for module, name in (("torch", "pytorch"), ("tensorflow", "tensorflow"), ("jax", "jax")):
        version = getattr(modules.get(module), "__version__", None)
        if version is not None:
            return f"{name} {version}"
    return None


def find_job(environ: Mapping[str, str]) -> str | None:
    """What the scheduler calls this job: Slurm, PBS, LSF, or JOB_NAME, which the pods of a Kubernetes job are usually
    given."""
    return next((environ[name] for name in JOBS if environ.get(name)), None)


def find_run(environ: Mapping[str, str]) -> str | None:
    """The name that the environment has for the run: GRADWATCH_RUN, else the launcher's."""
    parts = [environ.get(name, "") for name in _launcher(environ).run]
    # torchrun says "none" when it was not given an id.
    launched = ".".join(part for part in parts if part and part != "none")
    return environ.get("GRADWATCH_RUN") or launched or None


def _launcher(environ: Mapping[str, str]) -> Launcher:
    return next((known for known in LAUNCHERS if known.evidence in environ), ALONE)


def _unnamed_run(environ: Mapping[str, str], world_size: int) -> str:
    """A name for a run that nobody named. Ranks of one run must find the same one, so it can hold the time only for a
    single rank; for several, two trainings of one script and master port have the same name."""
    path = Path(sys.argv[0])
    # python -m package starts package/__main__.py
    script = (path.parent.name if path.stem == "__main__" else path.stem) or "python"
    if world_size == 1:
        return f"{script}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}"
    master = [environ[name] for name in ("MASTER_ADDR", "MASTER_PORT") if environ.get(name)]
    return "-".join([script, *master])


def _given(name: str, value: Any) -> int | None:
    if value is None:
        return None
    # Integers of NumPy too, no text and no fraction.
    number = value.__index__() if hasattr(value, "__index__") else -1
    if not 0 <= number < 2**32:
        raise ValueError(f"{name}={value!r} is no integer from 0 to 2**32 - 1")
    return int(number)


def _number(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
