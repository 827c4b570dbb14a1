"""Keras 3, with TensorFlow, JAX or PyTorch under it:

model.compile(optimizer=with_gradient_norm(keras.optimizers.Adam()), ...)
model.fit(..., callbacks=[GradwatchCallback("my-run")])
"""

from gradwatch.keras.callback import GradwatchCallback
from gradwatch.keras.gradient_norm import with_gradient_norm

__all__ = ["GradwatchCallback", "with_gradient_norm"]
