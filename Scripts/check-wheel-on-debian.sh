#!/usr/bin/env bash
# Installs the wheel with pip on a Debian bookworm that has nothing but Python, and fits there. Needs root and debootstrap;
# the system is made in the directory given, once.
set -euo pipefail
root=${1:?directory for the system}
wheel=$(ls "$(dirname "$0")"/../python/dist/*.whl)
if [ ! -e "$root/usr/bin/python3" ]; then
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$root"
fi
mkdir -p "$root/tmp/wheels"
python3 -m pip download --quiet --only-binary=:all: --python-version 3.11 --dest "$root/tmp/wheels" numpy
cp "$wheel" "$root/tmp/wheels/"
chroot "$root" python3 -m venv /tmp/venv
chroot "$root" env -i /tmp/venv/bin/pip install --quiet --pre --no-index --find-links /tmp/wheels dmoe
chroot "$root" /tmp/venv/bin/python - <<'PYTHON'
import importlib.util, platform, shutil, sys

import numpy as np

import dmoe

assert shutil.which("swift") is None and importlib.util.find_spec("sklearn") is None
x = np.random.default_rng(0).uniform(-1, 1, size=2000)
model = dmoe.fit_local({"x": x, "y": abs(x)}, target="y", experts=2)
print(platform.platform(), "Python", sys.version.split()[0], "NumPy", np.__version__, dmoe.engine_version())
print(model, model.predict({"x": [-0.5, 0.5]}).round(3))
PYTHON
