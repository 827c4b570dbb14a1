"""From what a script passes to log() to what a Step holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Union

from gradwatch.v1.telemetry_pb2 import NormScope, Phase, Step

logger = logging.getLogger("gradwatch")

Value = Union[float, int, bool]
# What a Step can hold: a value, or values by name.
Held = Union[Value, "dict[str, float]"]

# Names are the script's own text: count so many of them one by one.
MAX_REFUSED_NAMES = 64
# Values by name in one report: some exporters take a few dozen, none takes so many.
MAX_NAMES = 1024


def _detached(value: Any) -> Any:
    """PyTorch warns where a tensor that requires a gradient, as every loss does, becomes a number."""
    detach = getattr(value, "detach", None)
    return value if detach is None else detach()


def real(value: Any) -> float:
    """A double. Raises ValueError or TypeError for what is no number."""
    return float(_detached(value))


def count(value: Any) -> int:
    """A whole number of 64 bits without a sign. Raises ValueError outside of it."""
    number = value if type(value) is int else int(_detached(value))
    if not 0 <= number < 2**64:
        raise ValueError(f"{number} is not between 0 and 2**64 - 1")
    return number


def values_of(values: Mapping[str, Any]) -> dict[str, float]:
    """Numbers by name, as doubles. None means: not known. Raises ValueError or TypeError for what is no number, and
    ValueError for more than MAX_NAMES."""
    if len(values) > MAX_NAMES:
        raise ValueError(f"{len(values)} names are more than {MAX_NAMES}")
    return {proto_text(name): real(value) for name, value in values.items() if value is not None}


def proto_text(value: object) -> str:
    """Text that protobuf takes: half of a surrogate pair, as undecodable bytes make it, becomes a question mark."""
    return str(value).encode("utf-8", "replace").decode("utf-8")


def phase_of(name: Any) -> int:
    """Raises ValueError for what is no phase."""
    return int(Phase.Value(f"PHASE_{str(name).upper()}"))


def norm_scope_of(name: Any) -> int:
    """Raises ValueError for what is neither global nor shard."""
    return int(NormScope.Value(f"NORM_SCOPE_{str(name).upper()}"))


_BY_TYPE: Mapping[int, Callable[[Any], Value]] = {
    Step.DESCRIPTOR.fields_by_name["loss"].type: real,
    Step.DESCRIPTOR.fields_by_name["step"].type: count,
    Step.DESCRIPTOR.fields_by_name["skipped"].type: bool,
}

# Each field of the proto message Step with what turns a value into its type. Numbers, 0-d tensors and arrays of every
# framework are taken; the float of a tensor on a GPU waits for that GPU.
CONVERTERS: Mapping[str, Callable[[Any], Held]] = {
    **{field.name: _BY_TYPE[field.type] for field in Step.DESCRIPTOR.fields if field.type in _BY_TYPE},
    "phase": phase_of,
    "gradient_norm_scope": norm_scope_of,
    "auxiliary_losses": values_of,
    "extras": values_of,
}


class FieldReader:
    """Converts values at once, so that the caller may change its tensors after log(). What cannot be used is counted,
    and warned about once per name; nothing raises."""

    def __init__(self) -> None:
        self.refused: dict[str, int] = {}

    def read(self, values: Mapping[str, Any]) -> dict[str, Held]:
        """The usable values by field. None means: not known."""
        usable: dict[str, Held] = {}
        for name, value in values.items():
            if value is None:
                continue
            convert = CONVERTERS.get(name)
            if convert is None:
                self.refuse(name, f"log() does not know the field {name!r}; it takes {', '.join(CONVERTERS)}")
                continue
            if convert is real and type(value) is float:
                usable[name] = value
                continue
            try:
                usable[name] = convert(value)
            except Exception as error:
                self.refuse(
                    name,
                    f"log() cannot use {name} of type {type(value).__name__}: {error}; pass a number or a 0-d tensor",
                )
        return usable

    def refuse(self, name: str, sentence: str) -> None:
        if name not in self.refused and len(self.refused) >= MAX_REFUSED_NAMES:
            name = "(further names)"
        if name not in self.refused:
            logger.warning("%s; ignored, and counted from now on", sentence)
        self.refused[name] = self.refused.get(name, 0) + 1
