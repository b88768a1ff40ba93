#!/usr/bin/env bash
# Fails where a version that is written down by hand is not that of Sources/Messages/Version.swift. The program, the C interface and
# model files take theirs from it; the metadata of the Python package are read from python/dmoe/__init__.py.
set -euo pipefail
cd "$(dirname "$0")/.."

current=$(sed -n 's/.*static let current = "\(.*\)".*/\1/p' Sources/Messages/Version.swift)
[[ "$current" =~ ^[0-9]+\.[0-9]+\.[0-9]+(-dev)?$ ]] || {
    echo "check-version: '$current' in Sources/Messages/Version.swift is no version" >&2
    exit 1
}
# PEP 440 spells a development version in its own way.
python_version=${current/-dev/.dev0}
status=0

expect() {
    local file=$1 found=$2 expected=$3
    [ "$found" = "$expected" ] && return
    echo "check-version: $file has '$found', expected '$expected'" >&2
    status=1
}
first() { sed -n "s/$2/\\1/p" "$1" | head -n 1; }

expect CITATION.cff "$(first CITATION.cff '^version: *\(.*\)$')" "$current"
expect python/dmoe/__init__.py "$(first python/dmoe/__init__.py '^__version__ = "\(.*\)"$')" "$python_version"
# R counts a development version beyond the last of the three numbers.
expect R/DESCRIPTION "$(first R/DESCRIPTION '^Version: *\(.*\)$')" "${current/-dev/.9000}"
expect python/pyproject.toml "$(grep -c '^dynamic = \["version"\]$' python/pyproject.toml || true) dynamic version" \
    "1 dynamic version"
expect CHANGELOG.md "$(first CHANGELOG.md '^## .*\([0-9][0-9]*\.[0-9][0-9]*\.[0-9][0-9]*\).*$')" "${current%-dev}"
if copies=$(grep -rnE '"(dmoe )?[0-9]+\.[0-9]+\.[0-9]+(-dev)?"' Sources --include='*.swift' | grep -v '^Sources/Messages/Version.swift:'); then
    echo "check-version: versions written down a second time:" >&2
    echo "$copies" >&2
    status=1
fi
exit $status
