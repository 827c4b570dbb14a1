"""Trains a little with Keras on TensorFlow and its TensorBoard callback, by epochs or also by batches."""

import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np

from scalars import print_scalars

directory, pause, update = sys.argv[1], float(sys.argv[2]), sys.argv[3]


class Slowly(keras.callbacks.Callback):
    def on_train_batch_end(self, *_, **__):
        time.sleep(pause)


keras.utils.set_random_seed(0)
x = np.random.randn(256, 8).astype("float32")
y = x.sum(1, keepdims=True)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae"])
board = keras.callbacks.TensorBoard(
    f"{directory}/by-{update}", update_freq="epoch" if update == "epoch" else int(update), write_graph=False
)
model.fit(x, y, epochs=4, batch_size=32, validation_split=0.25, callbacks=[board, Slowly()], verbose=0)
print_scalars(directory)
