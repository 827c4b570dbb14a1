"""Prints every scalar below a log directory as JSON lines, read by TensorBoard's or TensorFlow's own reader."""

import json
import pathlib


def _events(path):
    try:
        from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
        from tensorboard.util.tensor_util import make_ndarray

        return LegacyEventFileLoader(str(path)).Load(), make_ndarray
    except ImportError:
        import tensorflow as tf

        return tf.compat.v1.train.summary_iterator(str(path)), tf.make_ndarray


def print_scalars(directory):
    for path in sorted(pathlib.Path(directory).rglob("*tfevents*")):
        events, make_ndarray = _events(path)
        for event in events:
            for value in event.summary.value:
                if value.WhichOneof("value") == "simple_value":
                    number = value.simple_value
                elif value.WhichOneof("value") == "tensor":
                    array = make_ndarray(value.tensor)
                    if array.size != 1 or array.dtype.kind not in "fiV":
                        continue
                    number = float(array.reshape(()))
                else:
                    continue
                facts = {"folder": str(path.parent.relative_to(directory)), "tag": value.tag, "step": event.step}
                print(json.dumps({**facts, "time": event.wall_time, "value": number}), flush=True)
