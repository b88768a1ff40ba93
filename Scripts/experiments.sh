#!/usr/bin/env bash
# The experiments of the paper; plots need matplotlib, which is put in a virtual environment of their own at the first
# run. Without it there are tables and no plots. Arguments go to Experiments/run.py.
set -euo pipefail

environment=Experiments/.venv

make_environment() {
    echo "Installing matplotlib in $environment ..." >&2
    if ! python3 -c "import ensurepip" 2>/dev/null && command -v apt-get >/dev/null; then
        as_root=""
        [ "$(id -u)" = 0 ] || as_root="sudo"
        $as_root apt-get update -qq
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    fi
    python3 -m venv "$environment" &&
        "$environment/bin/pip" install --quiet --disable-pip-version-check "matplotlib>=3.8,<4"
}

if ! command -v python3 >/dev/null; then
    echo "The experiments need Python 3.9 or later: install python3." >&2
    exit 1
fi
python=$environment/bin/python
if ! "$python" -c "import matplotlib" 2>/dev/null; then
    make_environment || {
        echo "matplotlib could not be installed: check python3-venv and that the package index can be reached." >&2
        python=python3
    }
fi
exec "$python" Experiments/run.py "$@"
