"""What the small networks learn: data that are made by seed, and the network that is to learn them."""

import itertools
import time

import torch
from torch import nn

FEATURES, CLASSES = 32, 10
LETTERS, CONTEXT, WIDTH = 24, 16, 32


class Device(nn.Module):
    """Takes the time that a device would compute: a sleep, in which others have the processor."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def forward(self, inputs):
        if self.training:
            time.sleep(self.seconds)
        return inputs


def mlp(*widths):
    layers = [(nn.Linear(before, after), nn.ReLU()) for before, after in itertools.pairwise(widths)]
    return nn.Sequential(*list(itertools.chain.from_iterable(layers))[:-1])


class Classes:
    """The classes that another network, drawn by lot, gives to random inputs; `label_noise` of them are drawn by lot."""

    def __init__(self, generator, label_noise):
        self.generator, self._label_noise = generator, label_noise
        self._teacher = mlp(FEATURES, 64, CLASSES).requires_grad_(False)
        for layer in self._teacher[::2]:
            layer.weight.normal_(std=layer.in_features**-0.5, generator=generator)
            layer.bias.normal_(generator=generator)
        # No class is much more frequent than another.
        self._teacher[-1].bias -= self._teacher(torch.randn(1024, FEATURES, generator=generator)).mean(0)

    def network(self):
        return mlp(FEATURES, 128, 128, CLASSES)

    def samples(self, count):
        inputs = torch.randn(count, FEATURES, generator=self.generator)
        labels = self._teacher(inputs).argmax(1)
        noisy = torch.rand(count, generator=self.generator) < self._label_noise
        return inputs, torch.where(noisy, self.wrong(labels), labels)

    def wrong(self, labels):
        return torch.randint(CLASSES, labels.shape, generator=self.generator)

    def garbage(self, inputs, size):
        return size * torch.randn(inputs.shape, generator=self.generator)


class Text:
    """The next letter of texts in which each letter depends on the two before it."""

    def __init__(self, generator, label_noise):
        if label_noise > 0:
            raise ValueError("label noise is for classes")
        self.generator = generator
        self._first, self._second = (2 * torch.randn(LETTERS, LETTERS, generator=generator) for _ in range(2))

    def network(self):
        return Transformer()

    def samples(self, count):
        text = torch.randint(LETTERS, (count, CONTEXT + 1), generator=self.generator)
        for at in range(2, CONTEXT + 1):
            chances = (self._first[text[:, at - 1]] + self._second[text[:, at - 2]]).softmax(1)
            text[:, at] = torch.multinomial(chances, 1, generator=self.generator)[:, 0]
        return text[:, :-1], text[:, 1:]

    def wrong(self, labels):
        return torch.randint(LETTERS, labels.shape, generator=self.generator)

    def garbage(self, inputs, size):
        """One letter over and over, as of a file that was cut."""
        return torch.zeros_like(inputs)


class Transformer(nn.Module):
    """One block with a single head, norms before, positions learnt."""

    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(LETTERS, WIDTH)
        self.positions = nn.Parameter(torch.zeros(CONTEXT, WIDTH))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.attend = nn.Linear(WIDTH, 3 * WIDTH)
        self.think = mlp(WIDTH, 4 * WIDTH, WIDTH)
        self.read = nn.Linear(WIDTH, LETTERS)

    def forward(self, letters):
        hidden = self.letters(letters) + self.positions
        queries, keys, values = self.attend(self.norms[0](hidden)).chunk(3, dim=2)
        hidden = hidden + nn.functional.scaled_dot_product_attention(queries, keys, values, is_causal=True)
        hidden = hidden + self.think(self.norms[1](hidden))
        return self.read(self.norms[2](hidden)).transpose(1, 2)


TASKS = {"classes": Classes, "text": Text}
