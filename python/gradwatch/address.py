"""Where the exporter listens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SOCKET = "/run/gradwatch/gradwatch.sock"
PORT = 10421


def find_address(environ: Mapping[str, str]) -> str:
    """GRADWATCH_ADDRESS, else the exporter's Unix socket where it exists, else its port on this machine."""
    given = environ.get("GRADWATCH_ADDRESS", "").strip()
    if given:
        return given
    return f"unix:{SOCKET}" if Path(SOCKET).exists() else f"127.0.0.1:{PORT}"
