"""Runs a training script that knows nothing of gradwatch."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from pathlib import Path


def run_script(path: str, arguments: Sequence[str]) -> None:
    """As `python path arguments`, watched by gradwatch.torch. A script that calls gradwatch.init() itself is not
    watched any more from then on. What the script raises is raised."""
    import gradwatch
    import gradwatch.torch
    from gradwatch.ending import FINISHED, ending_of

    sys.argv = [path, *arguments]
    sys.path[0] = str(Path(path).resolve().parent)
    gradwatch.torch.watch(run=gradwatch.init())
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as leaving:
        ending, reason = ending_of(leaving)
        if ending != FINISHED:
            gradwatch.finish(ending, reason)
        raise
