"""Trains a small network with Keras, on the backend of KERAS_BACKEND. An epoch is one batch, so that the loss that Keras logs, a mean of
the epoch, is that of the step."""

import os
import time

import keras
import numpy as np
from record import Record, arguments_of_training

import gradwatch
from gradwatch.keras import GradwatchCallback

BATCH = 32

arguments = arguments_of_training(__doc__).parse_args()


class Script(keras.callbacks.Callback):
    """Lowers the learning rate, tells of tokens, and writes down what Keras logs."""

    def on_epoch_begin(self, epoch, logs=None):
        self.model.optimizer.learning_rate = 0.05 * 0.98**epoch

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(arguments.pause)

    def on_epoch_end(self, epoch, logs=None):
        gradwatch.log(step=epoch + 1, tokens=BATCH)
        record.step(
            epoch + 1,
            loss=logs["loss"],
            validation_loss=logs["val_loss"],
            learning_rate=float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)),
            epoch=epoch + 1,
            tokens=BATCH,
            extras={"mae": logs["mae"]},
        )


keras.utils.set_random_seed(int(os.environ["RANK"]))
inputs = np.random.randn(BATCH, 8).astype("float32")
targets = np.sin(inputs.sum(1, keepdims=True))
model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae"])

record = Record(arguments.record, f"Keras {keras.__version__} on {keras.backend.backend()}")
model.fit(
    inputs,
    targets,
    batch_size=BATCH,
    epochs=arguments.steps,
    validation_data=(inputs[:16], targets[:16]),
    verbose=0,
    callbacks=[GradwatchCallback(arguments.run), Script()],
)
