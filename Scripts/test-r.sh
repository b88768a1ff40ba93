#!/usr/bin/env bash
# Checks the R package in R/dist as R does, examples and vignette among it, and runs its tests beside the program: none may be skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

staging=.build-r
# No network, no TeX: the manual is read as text.
export R_CRAN_WEB=file:///nonexistent R_CRAN_SRC=file:///nonexistent
export _R_CHECK_CRAN_INCOMING_=FALSE _R_CHECK_FORCE_SUGGESTS_=FALSE _R_CHECK_TESTS_NLINES_=0
(cd "$staging" && R CMD check --no-manual --no-tests ../R/dist/dmoe_*[0-9].tar.gz)
if grep -E '^\* .*\.\.\. *ERROR' "$staging/dmoe.Rcheck/00check.log"; then exit 1; fi
DMOE_PROGRAM=${DMOE_PROGRAM:-$PWD/.build/release/dmoe}
[ -x "$DMOE_PROGRAM" ] || { echo "The tests compare with $DMOE_PROGRAM, which is not built: make build." >&2; exit 1; }
export DMOE_PROGRAM DMOE_SOURCES=$PWD
R_LIBS=$PWD/$staging/library Rscript -e "
  outcome <- as.data.frame(testthat::test_dir('R/tests/testthat', package = 'dmoe', load_package = 'installed', reporter = 'check', stop_on_failure = TRUE))
  if (any(outcome\$skipped)) stop('skipped: ', paste(outcome\$test[outcome\$skipped], collapse = '; '))"
