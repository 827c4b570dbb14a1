"""Scalars that a framework logs, by the fields of a step."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Mapping
from typing import Any

VALIDATION_LOSS = "validation_loss"
# With what the names of metrics of an evaluation begin.
VALIDATION = ("val", "eval")
MAX_EXTRAS = 32
# "val_loss", "valid/loss", "validation_loss_epoch", "eval_loss"
_VALIDATION_LOSS = re.compile(r"(?:val|valid|validation|eval)[_/.-]loss(?:_epoch)?")


def validation_loss(metrics: Mapping[str, Any]) -> Any:
    """The loss among the metrics of an evaluation, by its usual names; None where there is none."""
    return next((value for name, value in metrics.items() if _VALIDATION_LOSS.fullmatch(name)), None)


def extras_of(metrics: Mapping[str, Any], known: Container[str] = ()) -> dict[str, Any]:
    """Of the scalars that a framework logs while it trains those that no field of a step is for, as many as an exporter
    takes by default. `known` are reported already."""
    others = ((name, value) for name, value in metrics.items() if name not in known and not name.startswith(VALIDATION))
    return dict(itertools.islice(others, MAX_EXTRAS))
