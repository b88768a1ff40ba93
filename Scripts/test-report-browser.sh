#!/usr/bin/env bash
# The page of `dmoe report` in Chromium, on the wheel in python/dist; SCREENSHOTS names a folder for pictures of it.
set -euo pipefail
cd "$(dirname "$0")/../python"
command -v chromium >/dev/null || { echo "Needed: chromium (Debian: apt-get install chromium)." >&2; exit 1; }
[ -x .venv/bin/python ] || python3 -m venv .venv
wheel=$(ls dist/*.whl)
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$wheel[test]"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$wheel"
env -u PYTHONPATH -u DMOE_LIBRARY PYTHONSAFEPATH=1 ${SCREENSHOTS:+DMOE_SCREENSHOTS="$SCREENSHOTS"} \
    .venv/bin/python -m pytest -q tests_browser "$@"
