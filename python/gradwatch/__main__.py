"""python -m gradwatch check"""

from __future__ import annotations

import argparse
import os
import sys

from gradwatch.address import find_address
from gradwatch.check import check
from gradwatch.version import VERSION


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
    arguments = parser.parse_args()
    address = arguments.address or find_address(os.environ)
    token = arguments.token or os.environ.get("GRADWATCH_TOKEN") or None
    reached, lines = check(address, token, os.environ)
    for line in lines:
        print(line)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
