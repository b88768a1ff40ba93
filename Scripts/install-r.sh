#!/usr/bin/env bash
# Installs R and the packages that the R package is built and tested with. Elsewhere than on Debian and Ubuntu it says what is needed.
set -euo pipefail

packages="jsonlite testthat knitr markdown generics MASS flexmix"

say_what_to_do() {
    echo "Needed: R 4.2 or later with the packages $packages, and a C compiler:" >&2
    echo "  Debian, Ubuntu   apt-get install $debian" >&2
    echo "  elsewhere        R from r-project.org, then install.packages() in it" >&2
    exit 1
}

debian="r-base-core r-base-dev"
for package in $packages; do debian="$debian r-cran-${package,,}"; done

has_all() {
    command -v R >/dev/null && command -v Rscript >/dev/null &&
        Rscript -e "quit(status = !(getRversion() >= '4.2' && all(vapply(strsplit('$packages', ' ')[[1]], requireNamespace, NA, quietly = TRUE))))" \
            >/dev/null 2>&1 && R CMD config CC >/dev/null 2>&1
}

has_all && exit 0

command -v apt-get >/dev/null || say_what_to_do
as_root=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || say_what_to_do
    as_root="sudo"
fi
echo "Installing R and its packages ($debian) ..." >&2
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $debian >/dev/null
has_all || say_what_to_do
