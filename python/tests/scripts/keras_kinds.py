"""Trainings of kinds of models and optimisers by Keras, each a run of GradwatchCallback; the backend is that of
KERAS_BACKEND. Prints for each run, as a JSON line, the losses of the epochs as Keras logs them."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np

from gradwatch.keras import GradwatchCallback, with_gradient_norm

INPUTS = np.random.default_rng(0).normal(size=(32, 8)).astype("float32")
TARGETS = np.ones((32, 1), "float32")


class Subclassed(keras.Model):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(1)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)


class OwnStep(Subclassed):
    """Keeps the loss in a metric of its own, as the guides of Keras do."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[Any]:
        return [self.mean]

    def train_step(self, data: Any) -> dict[str, Any]:
        inputs, targets = data
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            with tf.GradientTape() as tape:
                loss = keras.ops.mean(keras.ops.square(self(inputs) - targets))
            gradients = tape.gradient(loss, self.trainable_variables)
            self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        else:
            import torch

            self.zero_grad()
            loss = keras.ops.mean(keras.ops.square(self(inputs) - targets))
            loss.backward()
            with torch.no_grad():
                self.optimizer.apply([each.value.grad for each in self.trainable_weights], self.trainable_weights)
        self.mean.update_state(loss)
        return {"loss": self.mean.result()}


def fit(run: str, model: Any, optimizer: Any, fits: int = 1, **options: Any) -> None:
    model.compile(optimizer=optimizer, **options)
    losses = []
    for _ in range(fits):
        history = model.fit(
            INPUTS,
            TARGETS,
            batch_size=8,
            epochs=2,
            shuffle=False,
            verbose=0,
            callbacks=[GradwatchCallback(run)],
        )
        losses += history.history["loss"]
    print(json.dumps({"run": run, "losses": losses}), flush=True)


def dense() -> Any:
    return keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])


def main() -> None:
    keras.utils.set_random_seed(0)
    fit("subclassed", Subclassed(), "sgd", loss="mse")
    built = Subclassed()
    built(INPUTS)
    fit("built", built, "sgd", loss="mse")
    accumulating = keras.optimizers.SGD(0.0625, gradient_accumulation_steps=2)
    fit("accumulating", dense(), with_gradient_norm(accumulating), fits=2, loss="mse")
    scaling = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.0625), initial_scale=1024.0)
    fit("scaling", dense(), with_gradient_norm(scaling), loss="mse")
    plainly = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.0625), initial_scale=1024.0)
    fit("scaling plainly", dense(), plainly, loss="mse")
    if keras.backend.backend() != "jax":
        fit("own step", OwnStep(), "sgd")


if __name__ == "__main__":
    main()
