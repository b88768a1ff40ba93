#!/usr/bin/env bash
# The demo on a tenth of the flights, and what must be true of it. Left out, with a word, where the flights cannot be
# fetched.
set -euo pipefail

if ! Scripts/demo/get-flights.sh Demo; then
    echo "demo-small: left out, the flights could not be fetched" >&2
    exit 0
fi
mkdir -p Demo/small
awk 'NR == 1 || NR % 10 == 0' Demo/flights.csv >Demo/small/flights.csv
Scripts/demo/airlines.sh Demo/small/flights.csv >Demo/small/output.txt 2>Demo/small/messages.txt || {
    cat Demo/small/output.txt Demo/small/messages.txt >&2
    exit 1
}
expect() {
    grep -q -- "$1" "Demo/small/$2" || {
        echo "demo-small: '$1' is missing in Demo/small/$2" >&2
        cat "Demo/small/$2" >&2
        exit 1
    }
}
expect "log-likelihood per held-out row" output.txt
expect "predicts 'arr_delay' from 6 covariates" output.txt
expect "^1,.*" output.txt
expect "left out for missing values" messages.txt
expect "HA: 27 rows support 1 of 3 experts" messages.txt
expect "predicts 'arrival'" output.txt
expect "^accuracy" output.txt
echo "demo-small: passed"
