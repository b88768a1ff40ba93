#!/usr/bin/env bash
# Builds the R package, with the engine in it: R/dist/dmoe_VERSION.tar.gz, for R CMD INSTALL with a C compiler, and
# R/dist/dmoe_VERSION_R_PLATFORM.tar.gz, for the same R without one. No Swift is needed where they are installed.
set -euo pipefail
cd "$(dirname "$0")/.."

Scripts/install-r.sh
Scripts/build-engine.sh
# The sources as they are, without what tools leave in them.
staging=.build-r
rm -rf "$staging" R/dist
mkdir -p "$staging/dmoe" "$staging/library" R/dist
cp -r R/DESCRIPTION R/NAMESPACE R/.Rbuildignore R/R R/src R/man R/tests R/vignettes "$staging/dmoe"
rm -f "$staging"/dmoe/src/*.o "$staging"/dmoe/src/*.so
mkdir -p "$staging/dmoe/inst/engine"
cp -r .build-c/engine/libdmoe.so .build-c/engine/licences "$staging/dmoe/inst/engine"
cd "$staging"
R CMD build dmoe
mv dmoe_*.tar.gz ../R/dist
cd ../R/dist
R CMD INSTALL --build --library="../../$staging/library" dmoe_*.tar.gz
ls -l .
