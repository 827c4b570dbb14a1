#!/usr/bin/env bash
# Runs the tests of the Python client in the environment that python-env.sh makes.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
python=${GRADWATCH_PYTHON:-$("$root/test/tools/python-env.sh")}
cd "$root/python"
PYTHONPATH=$PWD exec "$python" -m pytest -q "$@"
