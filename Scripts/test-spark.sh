#!/usr/bin/env bash
# The tests of dmoe.spark on a real cluster of this machine: executors of their own, on 127.0.0.1. DMOE_SPARK_ROWS for fewer rows than
# two millions.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=python/.venv-spark

install_java() {
    command -v java >/dev/null && return
    command -v apt-get >/dev/null || { echo "Needed: Java 17 or later." >&2; exit 1; }
    local as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    echo "Installing Java ..." >&2
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless >/dev/null
}

install_packages() {
    [ -x "$environment/bin/python" ] || python3 -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "pyspark>=4.1,<5" pyarrow pandas numpy pytest
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps python/dist/*.whl
}

install_java
install_packages
[ -x .build/release/dmoe ] || { echo "The command line is not built: make build." >&2; exit 1; }
unset DMOE_LIBRARY PYTHONPATH
exec "$environment/bin/python" -m pytest -q -p no:cacheprovider python/tests_spark "$@"
