"""Libraries that tests run against, where they are there."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest


def needs(name: str) -> ModuleType:
    """The module. Without it the tests of a file are skipped with a line that says so; with CI=true they fail."""
    try:
        return importlib.import_module(name)
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"needs {name}: see python/requirements-test.txt", allow_module_level=True)
