from __future__ import annotations

import logging
import math

import numpy
import pytest
import torch

import gradwatch.fields
from gradwatch.fields import MAX_REFUSED_NAMES, FieldReader
from gradwatch.news import News
from gradwatch.v1.telemetry_pb2 import Step


def test_the_fields_are_those_of_the_proto_file() -> None:
    assert set(gradwatch.fields.CONVERTERS) == {field.name for field in Step.DESCRIPTOR.fields}


@pytest.mark.parametrize(
    "value",
    [0.1, torch.tensor(0.1, dtype=torch.float64), torch.tensor([0.1], dtype=torch.float64), numpy.float64(0.1)],
)
def test_numbers_and_tensors_become_doubles(value: object) -> None:
    usable = FieldReader().read({"loss": value})
    assert usable == {"loss": 0.1} and type(usable["loss"]) is float


def test_a_tensor_is_read_at_once_and_may_change_afterwards() -> None:
    loss = torch.tensor(0.5)
    usable = FieldReader().read({"loss": loss})
    loss.fill_(7)
    assert usable == {"loss": 0.5}


def test_counts_and_flags() -> None:
    usable = FieldReader().read({"samples": torch.tensor(64), "tokens": 2**53 + 1, "skipped": torch.tensor(True)})
    assert usable == {"samples": 64, "tokens": 2**53 + 1, "skipped": True}


def test_what_cannot_be_used_is_counted_and_warned_about_once(caplog: pytest.LogCaptureFixture) -> None:
    reader = FieldReader()
    bad = {
        "acuracy": 1.0,
        "loss": torch.zeros(2),
        "samples": -1,
        "tokens": math.nan,
        "epoch": "first",
        "learning_rate": None,
        "gradient_norm": 2,
    }
    with caplog.at_level(logging.WARNING, "gradwatch"):
        for _ in range(3):
            assert reader.read(bad) == {"gradient_norm": 2.0}
    assert reader.refused == {"acuracy": 3, "loss": 3, "samples": 3, "tokens": 3, "epoch": 3}
    assert len(caplog.records) == 5
    assert "'acuracy'" in caplog.text and "-1 is not between 0 and" in caplog.text


def test_names_that_are_no_text_are_made_text() -> None:
    usable = FieldReader().read({"extras": {"caf\udce9": 1.0, 7: 2.0}, "auxiliary_losses": {"\ud800": 3.0}})
    assert usable == {"extras": {"caf?": 1.0, "7": 2.0}, "auxiliary_losses": {"?": 3.0}}


def test_invented_names_do_not_fill_the_memory() -> None:
    reader = FieldReader()
    for number in range(1000):
        reader.read({f"name{number}": 1.0})
    assert len(reader.refused) == MAX_REFUSED_NAMES + 1
    assert sum(reader.refused.values()) == 1000


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        ("loss", [1.0, 3.9, 4.1, 1.0], [False, False, False, False]),
        ("loss", [1.0, 4.1], [False, True]),
        ("gradient_norm", [1.0, 100.0, 1.0], [False, True, False]),
        ("learning_rate", [0.1, 10.0], [False, False]),
        ("validation_loss", [math.nan, math.nan, 1.0, math.inf], [True, False, False, True]),
        ("loss", [math.nan, 1.0, -5.0], [True, False, True]),
    ],
)
def test_news(field: str, values: list[float], expected: list[bool]) -> None:
    news = News()
    assert [news.in_values({field: value}) for value in values] == expected


@pytest.mark.filterwarnings("error")
def test_a_tensor_that_requires_a_gradient_is_read_without_a_warning() -> None:
    weight = torch.tensor(0.5, requires_grad=True)
    reader = FieldReader()
    usable = reader.read({"loss": weight * 2, "samples": weight * 8, "extras": {"accuracy": weight}})
    assert usable == {"loss": 1.0, "samples": 4, "extras": {"accuracy": 0.5}} and reader.refused == {}
    assert weight.requires_grad, "the script's own tensor stays as it was"
