from __future__ import annotations

import logging
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from exporter import FakeExporter, wait_for

import gradwatch
import gradwatch.reporter
from gradwatch.destination import Destination, Tls, find_destination


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def authority(folder: Path, name: str) -> None:
    subject = ["-subj", f"/CN={name}", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl("req", "-x509", *subject, "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt")


def certified(folder: Path, ca: str, name: str) -> None:
    """A certificate for the host `name` and its key."""
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-nodes"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", f"{folder}/{name}.key"]
    signer = ["-CA", f"{folder}/{ca}.crt", "-CAkey", f"{folder}/{ca}.key", "-days", "2"]
    openssl("req", "-x509", *subject, *key, *signer, "-out", f"{folder}/{name}.crt")


@dataclass
class Secured:
    folder: Path
    exporter: FakeExporter

    def tls(self, **other: str) -> dict[str, str]:
        """The settings of a worker that may come in."""
        files = {"ca": "ca.crt", "cert": "worker.crt", "key": "worker.key"}
        settings = {f"tls_{name}_file": str(self.folder / file) for name, file in files.items()}
        return {**settings, "tls_server_name": "node-a", **other}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    authority(folder, "ca")
    authority(folder, "stranger")
    certified(folder, "ca", "node-a")
    certified(folder, "ca", "worker")
    return folder


@pytest.fixture
def secured(folder: Path) -> Iterator[Secured]:
    def read(name: str) -> bytes:
        return (folder / name).read_bytes()

    credentials = grpc.ssl_server_credentials(
        [(read("node-a.key"), read("node-a.crt"))], root_certificates=read("ca.crt"), require_client_auth=True
    )
    exporter = FakeExporter(credentials=credentials)
    yield Secured(folder, exporter)
    gradwatch.finish()
    exporter.stop()


def test_mutual_tls_under_the_name_that_the_exporter_has(secured: Secured) -> None:
    gradwatch.init("tls", address=secured.exporter.address, **secured.tls())
    gradwatch.log(step=1, loss=0.1 + 0.2)
    gradwatch.finish()
    assert [step.loss for step in secured.exporter.steps] == [0.1 + 0.2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tls_ca_file": "stranger.crt"},
        {"tls_ca_file": "missing.crt"},
        {"tls_cert_file": "stranger.crt", "tls_key_file": "stranger.key"},
        {"tls_cert_file": "worker.crt", "tls_key_file": "stranger.key"},
        {"tls_server_name": "node-b"},
    ],
)
def test_a_wrong_certificate_is_warned_about_and_holds_up_nothing(
    secured: Secured, wrong: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gradwatch.reporter, "UNREACHABLE_SECONDS", 0.0)
    files = {key: str(secured.folder / value) if key.endswith("_file") else value for key, value in wrong.items()}
    with caplog.at_level(logging.WARNING, "gradwatch"):
        began = time.monotonic()
        gradwatch.init("wrong", address=secured.exporter.address, **secured.tls(**files))
        for step in range(100):
            gradwatch.log(step=step, loss=1.0)
        assert time.monotonic() - began < 2
        wait_for(lambda: caplog.messages, "a warning")
    assert f"no exporter at {secured.exporter.address}" in caplog.messages[0]
    assert secured.exporter.sessions == []


def test_settings_of_the_environment() -> None:
    environ = {"GRADWATCH_ADDRESS": "node-a:10421", "GRADWATCH_TLS_CA_FILE": "/ca.crt", "GRADWATCH_TLS_KEY_FILE": ""}
    assert find_destination(environ) == Destination("node-a:10421", None, Tls(ca_file="/ca.crt"))
    assert find_destination(environ, tls_ca_file="/mine.crt").tls == Tls(ca_file="/mine.crt")
    assert find_destination({"GRADWATCH_TLS_CA_FILE": ""}).tls is None


def test_a_unix_socket_needs_no_certificates(tmp_path: Path) -> None:
    exporter = FakeExporter(f"unix:{tmp_path}/gradwatch.sock")
    gradwatch.init("socket", address=exporter.address, tls_ca_file="/nowhere/ca.crt")
    gradwatch.log(step=1, loss=1.0)
    gradwatch.finish()
    exporter.stop()
    assert len(exporter.steps) == 1
