#!/usr/bin/env bash
# Makes a Python environment of the tests in a cache folder outside the checkout and prints its interpreter: the one of
# python/requirements-test.txt (PyTorch, Lightning, Hugging Face, Keras on JAX, …), or of another python/requirements-NAME.txt.
# Built when missing; the folder's name is a hash of the requirements. With --path only the name is printed.
# Usage: python-env.sh [--path] [NAME]
set -euo pipefail

only_path=
if [ "${1:-}" = --path ]; then
  only_path=1
  shift
fi
here=$(cd "$(dirname "$0")/../.." && pwd)
requirements=$here/python/requirements-${1:-test}.txt
cache=${GRADWATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradwatch}
key=$( { cat "$requirements"; python3 --version; } | sha256sum | cut -c1-12)
root=$cache/python-$key
if [ -z "$only_path" ] && [ ! -e "$root/complete" ]; then
  rm -rf "$root"
  mkdir -p "$cache"
  {
    python3 -m venv "$root"
    "$root/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
  } >&2
  touch "$root/complete"
fi
echo "$root/bin/python"
