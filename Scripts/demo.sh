#!/usr/bin/env bash
# One model from sixteen airlines. Usage: demo.sh FLIGHTS.csv
set -euo pipefail

flights=${1:?usage: demo.sh FLIGHTS.csv}
folder=$(dirname "$flights")
dmoe=${DMOE:-.build/release/dmoe}

run() {
    echo
    echo "\$ dmoe $*"
    "$dmoe" "$@"
}

run learn "$flights" --shard-by carrier --target arr_delay \
    --features month,day,hour,dep_delay,air_time,distance --experts 3 --missing drop --holdout 0.2 --pooled \
    --local-models "$folder/airlines" -o "$folder/global.json"
run inspect "$folder/global.json"
head -n 6 "$flights" >"$folder/first.csv"
run predict "$folder/global.json" "$folder/first.csv" --interval 0.9 -o -
