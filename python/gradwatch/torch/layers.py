"""What happens in the layers of a model, at some steps."""

from __future__ import annotations

from typing import Any

import torch

from gradwatch.run import Run

# Those that an exporter takes of one step unless configured otherwise.
MAX_LAYERS = 256


class Layers:
    """Reports gradient and weight norm of every module that has parameters of its own, before the optimiser's step.
    Reading them waits for the device: only steps that are asked for are measured."""

    def __init__(self, model: torch.nn.Module, run: Run, every: int | None = None) -> None:
        """`every`: how many steps lie between two reports; None for none but those that are asked for."""
        self._model = model
        self._run = run
        self._every = every
        self._asked = 0
        self._last_step: int | None = None

    def ask(self, steps: int) -> None:
        """The next `steps` steps are reported."""
        self._asked = steps

    def before_step(self, step: int) -> None:
        # Several optimisers make one step: the first one is in time for all gradients of its batch or none.
        if step == self._last_step:
            return
        self._last_step = step
        due = self._every is not None and step % self._every == 0
        if self._asked > 0:
            self._asked -= 1
            due = True
        if due:
            self._run.layers(step, summaries(self._model))


@torch.no_grad()
def summaries(model: torch.nn.Module) -> dict[str, dict[str, float]]:
    """Norms by name of module, in the order of the model. Of what is spread over ranks nothing is told: its norm would
    need a collective."""
    found: dict[str, dict[str, float]] = {}
    for name, module in model.named_modules():
        parameters: list[Any] = list(module.parameters(recurse=False))
        if not parameters or any(hasattr(parameter, "_local_tensor") for parameter in parameters):
            continue
        if len(found) == MAX_LAYERS:
            break
        layer = {"weight_norm": _norm(parameters)}
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if gradients and not any(gradient.is_sparse for gradient in gradients):
            layer["gradient_norm"] = _norm(gradients)
            zeros = sum(int((gradient == 0).sum()) for gradient in gradients)
            layer["fraction_zero"] = zeros / sum(gradient.numel() for gradient in gradients)
        found[name or type(module).__name__] = layer
    return found


def _norm(tensors: list[Any]) -> float:
    return float(torch.linalg.vector_norm(torch.stack([norm.float() for norm in torch._foreach_norm(tensors)])))
