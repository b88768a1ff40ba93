#!/usr/bin/env bash
# One model from sixteen airlines: of the delay, then of whether a flight is late. Usage: airlines.sh FLIGHTS.csv
set -euo pipefail

flights=${1:?usage: airlines.sh FLIGHTS.csv}
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

# Late is what arrives more than 15 minutes after schedule.
echo
echo "\$ awk … $flights >$folder/late.csv    # a column 'arrival': late or on time"
awk -F, -v OFS=, '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "arr_delay") delay = i; print $0, "arrival"; next }
    { print $0, ($delay == "" || $delay == "NA" ? "" : ($delay > 15 ? "late" : "on time")) }' "$flights" >"$folder/late.csv"
run study new "$folder/late.csv" --target arrival --classes "on time,late" \
    --features month,origin,hour,dep_delay,distance --categories month,origin --missing drop --experts 2 \
    -o "$folder/study.json"
run learn "$folder/late.csv" --study "$folder/study.json" --shard-by carrier --holdout 0.2 --pooled --starts 4 \
    -o "$folder/late.json"
run inspect "$folder/late.json"
