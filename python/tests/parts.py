"""Steps out of the parts that a client sends."""

from __future__ import annotations

from collections.abc import Iterable

from gradwatch.v1 import telemetry_pb2 as pb


def whole_steps(parts: Iterable[pb.Step]) -> list[pb.Step]:
    """The steps by their order. Fails where two parts of a step have the same field: to the exporter that is a
    training that went back to a checkpoint."""
    steps: dict[int, pb.Step] = {}
    for part in parts:
        known = steps.setdefault(part.step, pb.Step(step=part.step))
        fields = {field.name for field, _ in part.ListFields()} - {"step", "unix_nanos"}
        again = fields & {field.name for field, _ in known.ListFields()}
        assert not again, f"step {part.step} has {again} twice"
        known.MergeFrom(part)
    return list(steps.values())
