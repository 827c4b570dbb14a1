"""Optimisers of Keras: one that scales the loss has the one that changes the weights inside of it."""

from __future__ import annotations

from typing import Any


def applied_by(optimizer: Any) -> Any:
    """The optimiser that changes the weights and has their learning rate; None where the model has none."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def loss_scale(optimizer: Any) -> Any:
    """What the loss is multiplied with before its gradient is taken: a variable, a number, or None for nothing."""
    factor = getattr(optimizer, "loss_scale_factor", None)
    return getattr(optimizer, "dynamic_scale", factor)
