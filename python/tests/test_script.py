"""python -m gradwatch run"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from exporter import FakeExporter
from libraries import needs
from parts import whole_steps
from ranks import environment

from gradwatch.v1 import telemetry_pb2 as pb

needs("torch")

SCRIPT = """
import sys
import torch
import beside
assert __name__ == "__main__" and sys.argv[1:] == ["--steps", "5"], sys.argv
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(5):
    optimizer.zero_grad()
    model(torch.randn(8, 4)).square().mean().backward()
    optimizer.step()
beside.leave()
"""


@pytest.mark.parametrize("leave", ["sys.exit", "raise SystemExit"])
@pytest.mark.parametrize(("code", "ending"), [(0, pb.ENDING_FINISHED), (3, pb.ENDING_FAILED)])
def test_a_script_that_knows_nothing(
    exporter: FakeExporter, tmp_path: Path, leave: str, code: int, ending: int
) -> None:
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "beside.py").write_text(f"import sys\n\ndef leave():\n    {leave}({code})\n")
    command = [sys.executable, "-m", "gradwatch", "run", str(tmp_path / "train.py"), "--steps", "5"]
    variables = environment(GRADWATCH_ADDRESS=exporter.address)
    finished = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    assert finished.returncode == code, finished.stderr
    steps = whole_steps(exporter.steps)
    assert [(step.step, step.learning_rate, step.HasField("loss")) for step in steps] == [
        (number, 0.5, True) for number in range(1, 6)
    ]
    session = exporter.sessions[0]
    assert session.hello.run.startswith("train-") and session.goodbye.ending == ending
