from __future__ import annotations

import types
from pathlib import Path

import pytest

from gradwatch import destination as destination_module
from gradwatch.destination import find_destination
from gradwatch.worker import find_framework, find_gpu, find_job, find_pod, find_pod_namespace, find_worker

A = "GPU-8f6d1f7e-9b1c-4f0a-8c55-0123456789ab"
B = "GPU-0a0b0c0d-9b1c-4f0a-8c55-0123456789ac"
MIG = "MIG-11111111-2222-3333-4444-555555555555"

TORCHRUN = {
    "RANK": "5",
    "WORLD_SIZE": "8",
    "LOCAL_RANK": "1",
    "TORCHELASTIC_RUN_ID": "llama-3",
    "TORCHELASTIC_RESTART_COUNT": "2",
}
SLURM = {
    "SLURM_PROCID": "3",
    "SLURM_NTASKS": "16",
    "SLURM_STEP_NUM_TASKS": "4",
    "SLURM_LOCALID": "0",
    "SLURM_JOB_ID": "991",
    "SLURM_STEP_ID": "0",
    "SLURM_RESTART_COUNT": "1",
}
OPEN_MPI = {
    "OMPI_COMM_WORLD_RANK": "2",
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_LOCAL_RANK": "2",
    "PMIX_NAMESPACE": "prterun-node-77@1",
}
HYDRA = {"PMI_RANK": "1", "PMI_SIZE": "2", "MPI_LOCALRANKID": "1", "GRADWATCH_RUN": "mine"}


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (TORCHRUN, ("torchrun", "llama-3", 5, 8, 1, 2)),
        (SLURM, ("Slurm", "991.0", 3, 4, 0, 1)),
        ({**SLURM, **TORCHRUN}, ("torchrun", "llama-3", 5, 8, 1, 2)),
        (OPEN_MPI, ("Open MPI", "prterun-node-77@1", 2, 4, 2, 0)),
        (HYDRA, ("MPI", "mine", 1, 2, 1, 0)),
        ({**TORCHRUN, "GRADWATCH_RUN": "mine"}, ("torchrun", "mine", 5, 8, 1, 2)),
    ],
)
def test_launchers(environ: dict[str, str], expected: tuple[object, ...]) -> None:
    worker = find_worker(environ)
    assert (
        worker.launcher,
        worker.run,
        worker.rank,
        worker.world_size,
        worker.local_rank,
        worker.attempt,
    ) == expected


def test_a_batch_script_that_starts_no_step_is_one_process() -> None:
    script = {name: value for name, value in SLURM.items() if name != "SLURM_STEP_ID"}
    worker = find_worker(script)
    assert (worker.rank, worker.world_size, worker.local_rank) == (0, 1, 0)


def test_what_is_given_wins() -> None:
    worker = find_worker(TORCHRUN, run="given", rank=0, world_size=2, local_rank=0, attempt=9)
    assert (worker.run, worker.rank, worker.world_size, worker.local_rank, worker.attempt) == ("given", 0, 2, 0, 9)


def test_without_a_launcher_two_trainings_get_two_names() -> None:
    first, second = find_worker({}), find_worker({})
    assert (first.rank, first.world_size) == (0, 1)
    assert first.run != second.run


def test_ranks_without_a_run_agree_on_its_name() -> None:
    # torchrun without --rdzv-id says "none".
    names = {
        find_worker(
            {**TORCHRUN, "TORCHELASTIC_RUN_ID": "none", "RANK": rank, "MASTER_ADDR": "n", "MASTER_PORT": "1"}
        ).run
        for rank in ("0", "1", "7")
    }
    assert len(names) == 1 and next(iter(names)).endswith("-n-1")


def test_nonsense_in_the_environment_is_not_known() -> None:
    worker = find_worker({"RANK": "-1", "WORLD_SIZE": "many", "LOCAL_RANK": "99999999999"})
    assert (worker.rank, worker.world_size, worker.local_rank) == (0, 1, 0)


@pytest.mark.parametrize(
    ("environ", "local_rank", "gpu"),
    [
        ({"CUDA_VISIBLE_DEVICES": f"{A},{B}"}, 1, B),
        ({"CUDA_VISIBLE_DEVICES": A}, 3, A),
        ({"CUDA_VISIBLE_DEVICES": MIG}, 0, MIG),
        ({"CUDA_VISIBLE_DEVICES": f"{A},{B}"}, None, None),
        ({"CUDA_VISIBLE_DEVICES": f"{A},{B}"}, 2, None),
        ({"CUDA_VISIBLE_DEVICES": "0,1"}, 0, None),
        ({"CUDA_VISIBLE_DEVICES": "GPU-8f6d"}, 0, None),
        ({"NVIDIA_VISIBLE_DEVICES": A}, 0, A),
        ({"NVIDIA_VISIBLE_DEVICES": f"{A},{B}"}, 0, None),
        ({"NVIDIA_VISIBLE_DEVICES": A, "CUDA_VISIBLE_DEVICES": "0"}, 0, None),
        ({}, 0, None),
    ],
)
def test_gpu(environ: dict[str, str], local_rank: int | None, gpu: str | None) -> None:
    assert find_gpu(environ, local_rank) == gpu


def test_node() -> None:
    assert find_worker({"NODE_NAME": "gpu-17"}).node == "gpu-17"
    assert find_worker({}).node != ""


def test_job() -> None:
    assert find_job({"SLURM_JOB_ID": "991", "JOB_NAME": "llama"}) == "991"
    assert find_job({"JOB_NAME": "llama-3"}) == "llama-3"
    assert find_job({"SLURM_JOB_ID": ""}) is None


def test_framework() -> None:
    torch = types.SimpleNamespace(__version__="2.9.1+cu130")
    assert find_framework({"torch": torch}) == "pytorch 2.9.1+cu130"
    assert find_framework({}) is None


def test_address(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_destination({"GRADWATCH_ADDRESS": "node:1"}).address == "node:1"
    monkeypatch.setattr(destination_module, "SOCKET", f"{tmp_path}/gradwatch.sock")
    assert find_destination({}).address == "127.0.0.1:10421"
    open(f"{tmp_path}/gradwatch.sock", "w").close()
    assert find_destination({}).address == f"unix:{tmp_path}/gradwatch.sock"


@pytest.mark.parametrize(
    ("environ", "pod"),
    [
        ({"HOSTNAME": "laptop"}, None),
        ({"HOSTNAME": "train-0", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "train-0"),
        ({"HOSTNAME": "gpu-17", "NODE_NAME": "gpu-17", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, None),
        ({"HOSTNAME": "gpu-17", "POD_NAME": "train-0", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "train-0"),
    ],
)
def test_the_pod(environ: dict[str, str], pod: str | None) -> None:
    assert find_pod(environ) == pod


def test_the_namespace_of_the_pod(tmp_path: Path) -> None:
    file = tmp_path / "namespace"
    assert find_pod_namespace({}, str(file)) is None
    file.write_text("research\n")
    assert find_pod_namespace({}, str(file)) == "research"
    assert find_pod_namespace({"POD_NAMESPACE": "vision"}, str(file)) == "vision"


@pytest.mark.parametrize("name", ["rank", "world_size", "local_rank", "attempt"])
@pytest.mark.parametrize("value", ["3", 1.5, -1, 2**32])
def test_a_rank_that_is_none(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name}={value!r} is no integer from 0"):
        find_worker({}, **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "told", "warnings"),
    [("secret\n", "secret", 0), ("\n", None, 0), ("g\u00e9heim", None, 1), ("two\nlines", None, 1)],
)
def test_a_token_as_files_hold_it(
    given: str, told: str | None, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert find_destination({"GRADWATCH_TOKEN": given}).token == told
    assert find_destination({}, token=given).token == told
    assert len(caplog.records) == 2 * warnings
