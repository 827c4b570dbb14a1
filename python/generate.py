"""Writes python/gradwatch/v1/*_pb2.py and .pyi from the proto files. Usage: python generate.py [--out FOLDER]
 Generated code runs on the protobuf of its own generation and on later ones, never on older ones. protoc 21
(grpcio-tools 1.49) is old enough for protobuf 3.20, the oldest that is released for Python 3.9, and still runs on
protobuf 7. It is put into an environment of its own in the cache folder; grpcio-tools 1.49 is built for Python 3.7 to
3.11, so run this with one of those.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = ("grpcio-tools==1.49.1", "protobuf==4.21.12", "setuptools<81")
PROTO_ROOT = Path(__file__).resolve().parent.parent / "proto"
PROTO_FILES = ("gradwatch/v1/telemetry.proto",)


def compiler() -> Path:
    """The interpreter that has grpcio-tools; made when missing. Raises CalledProcessError when pip cannot install
    it."""
    cache = Path(os.environ.get("GRADWATCH_CACHE") or Path.home() / ".cache" / "gradwatch")
    key = hashlib.sha256(repr((REQUIREMENTS, sys.version)).encode()).hexdigest()[:12]
    root = cache / f"protoc-{key}"
    python = root / "bin" / "python"
    complete = root / "complete"
    if not complete.exists():
        venv.create(root, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--only-binary=:all:", *REQUIREMENTS], check=True, stdout=sys.stderr)
        complete.touch()
    return python


def generate(out: Path) -> None:
    """Writes the generated modules below `out`, in their packages' folders."""
    outputs = [f"--python_out={out}", f"--pyi_out={out}"]
    command = [str(compiler()), "-m", "grpc_tools.protoc", f"-I{PROTO_ROOT}", *outputs, *PROTO_FILES]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    generate(parser.parse_args().out)
