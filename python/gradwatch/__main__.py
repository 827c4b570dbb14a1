"""python -m gradwatch check, python -m gradwatch run train.py"""

from __future__ import annotations

import argparse
import os
import sys

from gradwatch.check import check
from gradwatch.destination import find_destination
from gradwatch.script import run_script
from gradwatch.version import VERSION

TLS_OPTIONS = {
    "tls_ca_file": "authorities that may have signed the exporter's certificate",
    "tls_cert_file": "certificate of this worker",
    "tls_key_file": "its private key",
    "tls_server_name": "name in the exporter's certificate",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m gradwatch", description="The gradwatch client for training scripts."
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True, metavar="command")
    command = commands.add_parser("check", help="say what a worker here would report, and whether the exporter answers")
    command.add_argument(
        "--address", default=None, help="host:port or unix:/path; default: as gradwatch.init() finds it"
    )
    command.add_argument("--token", default=None, help="default: GRADWATCH_TOKEN")
    for option, meaning in TLS_OPTIONS.items():
        variable = f"GRADWATCH_{option.upper()}"
        command.add_argument(f"--{option.replace('_', '-')}", default=None, help=f"{meaning}; default: {variable}")
    script = commands.add_parser("run", help="run a PyTorch script and report its training, without a change to it")
    script.add_argument("script", help="as after python")
    script.add_argument("arguments", nargs=argparse.REMAINDER, help="of the script")
    arguments = vars(parser.parse_args())
    if "script" in arguments:
        run_script(arguments["script"], arguments["arguments"])
        return 0
    names = ("address", "token", *TLS_OPTIONS)
    destination = find_destination(os.environ, **{name: arguments[name] for name in names})
    reached, lines = check(destination, os.environ)
    for line in lines:
        print(line)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
