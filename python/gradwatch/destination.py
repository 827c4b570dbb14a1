"""Where the exporter listens, and by what it lets a worker in."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger("gradwatch")

SOCKET = "/run/gradwatch/gradwatch.sock"
PORT = 10421


@dataclass(frozen=True)
class Tls:
    """Files in PEM. Without `ca_file` the authorities that gRPC brings along are trusted. `cert_file` and `key_file`
    are this worker's own, for an exporter that asks for them. `server_name` is the name in the exporter's certificate,
    where it is another than the one in the address."""

    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    server_name: str | None = None


@dataclass(frozen=True)
class Destination:
    """`address` is "host:port" or "unix:/path"."""

    address: str
    token: str | None = None
    # None: no TLS is spoken.
    tls: Tls | None = None


def find_destination(
    environ: Mapping[str, str],
    *,
    address: str | None = None,
    token: str | None = None,
    tls_ca_file: str | None = None,
    tls_cert_file: str | None = None,
    tls_key_file: str | None = None,
    tls_server_name: str | None = None,
) -> Destination:
    """What is given, else what the environment says. TLS is spoken when any of its settings is there."""
    tls = Tls(
        ca_file=tls_ca_file or environ.get("GRADWATCH_TLS_CA_FILE") or None,
        cert_file=tls_cert_file or environ.get("GRADWATCH_TLS_CERT_FILE") or None,
        key_file=tls_key_file or environ.get("GRADWATCH_TLS_KEY_FILE") or None,
        server_name=tls_server_name or environ.get("GRADWATCH_TLS_SERVER_NAME") or None,
    )
    return Destination(
        address=address or _find_address(environ),
        token=_usable_token(token or environ.get("GRADWATCH_TOKEN", "")),
        tls=None if tls == Tls() else tls,
    )


def _usable_token(given: str) -> str | None:
    """Without the end of line that files and secrets bring along; None for what a header of gRPC cannot hold."""
    token = given.strip()
    if token.isascii() and token.isprintable():
        return token or None
    logger.warning("the token holds characters that are not printable ASCII, which cannot be sent: it is left out")
    return None


def _find_address(environ: Mapping[str, str]) -> str:
    """GRADWATCH_ADDRESS, else the exporter's Unix socket where it exists, else its port on this machine."""
    given = environ.get("GRADWATCH_ADDRESS", "").strip()
    if given:
        return given
    return f"unix:{SOCKET}" if Path(SOCKET).exists() else f"127.0.0.1:{PORT}"
