"""Where a rank stands in a DeviceMesh."""

from __future__ import annotations

from typing import Any

# What dimensions of a mesh are called in PyTorch's documents, torchtitan and Megatron-LM. Two of one meaning, such as
# replicas and shards of data parallelism, are put together.
NAMES = {
    "data": ("data", "dp", "ddp", "fsdp", "replicate", "shard", "dp_replicate", "dp_shard"),
    "tensor": ("tensor", "tp"),
    "pipeline": ("pipeline", "pp"),
    "expert": ("expert", "ep"),
    "context": ("context", "cp", "sequence", "sp"),
}


def parallel_of(mesh: Any) -> dict[str, tuple[int, int]]:
    """(index, size) of this rank by dimension, for `parallel` of gradwatch.init(). Dimensions with other names are left
    out, and so is everything where this rank is not part of the mesh."""
    found: dict[str, tuple[int, int]] = {}
    names = mesh.mesh_dim_names or ()
    for name, index, size in zip(names, mesh.get_coordinate() or (), mesh.shape):
        for kind, known in NAMES.items():
            if name in known:
                outer_index, outer_size = found.get(kind, (0, 1))
                found[kind] = (outer_index * size + index, outer_size * size)
    return found
