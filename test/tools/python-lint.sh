#!/usr/bin/env bash
# Holds the Python client to its form (ruff) and its types (mypy, against the libraries of the environment of the tests).
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
python=${GRADWATCH_PYTHON:-$("$root/test/tools/python-env.sh")}
lint=$("$root/test/tools/python-env.sh" lint)
cd "$root/python"
"$lint" -m ruff check .
"$lint" -m ruff format --check .
"$lint" -m mypy --python-executable "$python"
