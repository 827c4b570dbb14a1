#!/usr/bin/env bash
# Makes the Python environment of the tests (PyTorch, scikit-learn, grpcio) in a cache folder outside the checkout and prints its
# interpreter. Built when missing; the folder's name is a hash of the requirements. With --path only the name is printed.
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd)
requirements=$here/python/requirements-test.txt
cache=${GRADWATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradwatch}
key=$( { cat "$requirements"; python3 --version; } | sha256sum | cut -c1-12)
root=$cache/python-$key
if [ "${1:-}" != --path ] && [ ! -e "$root/complete" ]; then
  rm -rf "$root"
  mkdir -p "$cache"
  {
    python3 -m venv "$root"
    "$root/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  } >&2
  touch "$root/complete"
fi
echo "$root/bin/python"
