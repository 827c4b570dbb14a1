"""What every training is given, and what it writes down of itself, as JSON lines: who it is, then each step. A double is read back as the
same double."""

import argparse
import json


def arguments_of_training(description):
    """The parser of what every training is given; one may add to it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--run", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--pause", type=float, required=True, help="seconds between two steps")
    return parser


class Record:
    def __init__(self, path, by):
        self._file = open(path, "w", encoding="utf-8", buffering=1)
        self._write({"by": by})

    def step(self, step, extras=None, **values):
        """`values` by the names of the fields of a Step, `extras` by names of the script's own."""
        self._write({"step": step, "values": values, "extras": extras or {}})

    def _write(self, line):
        self._file.write(json.dumps(line) + "\n")
