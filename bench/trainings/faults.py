"""What goes wrong in a training, and when. A fault is of one rank where it has one."""

import json
import os
import signal
import time

import torch


class Fault:
    """Nothing goes wrong; what is asked of a fault at each step."""

    def __init__(self, begins, steps, size, variant):
        self.begins, self._steps, self._size, self._variant = begins, steps, size, variant

    def is_at(self, step):
        return self.begins <= step < self.begins + self._steps

    def batch(self, step, task, inputs, labels):
        """The batch that the training gets in the place of this one."""
        return inputs, labels

    def before(self, step, network, optimizer):
        """What happens before the step."""


class LearningRate(Fault):
    def before(self, step, network, optimizer):
        if step == self.begins:
            for group in optimizer.param_groups:
                group["lr"] *= self._size


class CorruptBatch(Fault):
    def batch(self, step, task, inputs, labels):
        if not self.is_at(step):
            return inputs, labels
        if self._variant == "garbage":
            return task.garbage(inputs, self._size), labels
        return inputs, task.wrong(labels)


class Retained(Fault):
    def __init__(self, *facts):
        super().__init__(*facts)
        self._kept = []

    def before(self, step, network, optimizer):
        if self.is_at(step):
            self._kept.append(torch.ones(int(self._size) // 4))


class Sleep(Fault):
    """In the loader, or in the step."""

    def batch(self, step, task, inputs, labels):
        if self.is_at(step) and self._variant == "loader":
            time.sleep(self._size)
        return inputs, labels

    def before(self, step, network, optimizer):
        if self.is_at(step) and self._variant == "step":
            time.sleep(self._size)


class Signal(Fault):
    """The process is killed, or frozen."""

    def before(self, step, network, optimizer):
        if step == self.begins:
            print(json.dumps({"run": os.environ["GRADWATCH_RUN"], "signalled": time.time()}), flush=True)
            os.kill(os.getpid(), signal.Signals[self._variant])


class NotANumber(Fault):
    """In one value of a batch, or in a weight for good."""

    def batch(self, step, task, inputs, labels):
        if self.is_at(step) and self._variant == "batch":
            inputs = inputs.clone()
            inputs.view(-1)[0] = torch.nan
        return inputs, labels

    def before(self, step, network, optimizer):
        if step == self.begins and self._variant == "weight":
            next(network.parameters()).data.view(-1)[0] = torch.nan


FAULTS = {
    "learning rate": LearningRate,
    "corrupt batch": CorruptBatch,
    "retained tensors": Retained,
    "sleep": Sleep,
    "signal": Signal,
    "not a number": NotANumber,
}
