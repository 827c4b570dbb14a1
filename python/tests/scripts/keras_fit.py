"""A training by Keras that GradwatchCallback reports; the backend is that of KERAS_BACKEND. Writes what Keras
logs, and what each step must have been, to --record as JSON lines, and what became of the saved optimiser."""

from __future__ import annotations

import argparse
import json
from typing import Any

import keras
import numpy as np

from gradwatch.keras import GradwatchCallback, with_gradient_norm


class Record(keras.callbacks.Callback):
    def __init__(self, write: Any) -> None:
        super().__init__()
        self._write = write

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._write({"mean_loss": float(logs["loss"]), "mae": float(logs["mae"])})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._write({"val_loss": float(logs["val_loss"])})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", required=True)
    parser.add_argument("--plain", action="store_true", help="without the gradient norm")
    parser.add_argument("--executions", choices=("known", "unknown"), help="several steps in each, of an epoch of 5")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    if arguments.executions is not None:
        with open(arguments.record, "w", encoding="utf-8") as record:
            record.write(json.dumps({"iterations": several_steps_at_once(arguments.executions == "known")}))
        return
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.0625)
    optimizer = optimizer if arguments.plain else with_gradient_norm(optimizer)
    model.compile(optimizer=optimizer, loss="mse", metrics=["mae"])
    inputs = np.random.randn(64, 4).astype("float32")
    targets = np.random.randn(64, 1).astype("float32")
    with open(arguments.record, "w", encoding="utf-8") as record:

        def write(line: dict[str, float]) -> None:
            record.write(json.dumps(line) + "\n")

        # A first fit without the callback: what it compiled must not be in the way.
        model.fit(inputs, targets, batch_size=64, verbose=0)
        weights = [weight.copy() for weight in model.get_weights()]
        callbacks = [Record(write), GradwatchCallback("keras")]
        model.fit(
            inputs,
            targets,
            batch_size=16,
            epochs=2,
            shuffle=False,
            validation_data=(inputs, targets),
            verbose=0,
            callbacks=callbacks,
        )
        for number, (loss, norm) in enumerate(by_hand(weights, inputs, targets), 2):
            write({"step": number, "loss": loss, "norm": norm})
        path = arguments.record + ".keras"
        model.save(path)
        write({"saved_variables": len(keras.models.load_model(path).optimizer.variables)})


def several_steps_at_once(known: bool) -> int:
    """Two epochs of 5 batches with executions of 3 steps. Returns the steps of the optimiser."""
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse", steps_per_execution=3)
    inputs, targets = np.random.randn(20, 4).astype("float32"), np.random.randn(20, 1).astype("float32")
    if known:
        model.fit(inputs, targets, batch_size=4, epochs=2, verbose=0, callbacks=[GradwatchCallback("several")])
    else:
        for _ in range(2):
            batches = ((inputs[at : at + 4], targets[at : at + 4]) for at in range(0, 20, 4))
            model.fit(batches, verbose=0, callbacks=[GradwatchCallback("several")])
    return int(model.optimizer.iterations.numpy())


def by_hand(weights: Any, inputs: Any, targets: Any) -> Any:
    """Loss and gradient norm of each step of a linear regression by gradient descent, in double precision."""
    kernel, bias = (weight.astype("float64") for weight in weights)
    for _ in range(2):
        for begin in range(0, 64, 16):
            batch, target = inputs[begin : begin + 16], targets[begin : begin + 16]
            error = batch @ kernel + bias - target
            to_kernel, to_bias = 2 * batch.T @ error / 16, 2 * error.mean(0)
            yield float((error**2).mean()), float(np.sqrt((to_kernel**2).sum() + (to_bias**2).sum()))
            kernel, bias = kernel - 0.0625 * to_kernel, bias - 0.0625 * to_bias


if __name__ == "__main__":
    main()
