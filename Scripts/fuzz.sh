#!/bin/sh
# Looks for inputs that break a law: Scripts/fuzz.sh SECONDS [TARGET ...], all targets by default.
#
# Every target begins with the committed corpus (Tests/FuzzTests/Resources) and what earlier runs on this machine found
# (.build-fuzz/corpus). What breaks a law is left in .build-fuzz/found: mend the cause, and commit the bytes to the first.
set -eu
cd "$(dirname "$0")/.."
# Signals of traps are for libFuzzer, which keeps the bytes that led to them.
export SWIFT_BACKTRACE=enable=no
seconds=$1
shift
[ $# -gt 0 ] || set -- csv gzip npy labels model ensemble statistics study policy ledger charter log
DMOE_FUZZ=1 swift build -c release --sanitize fuzzer --scratch-path .build-fuzz --product dmoe-fuzz
mkdir -p .build-fuzz/found
failed=
for target; do
    case $target in
    csv | gzip | npy) dictionary=$target ;;
    *) dictionary=document ;;
    esac
    mkdir -p ".build-fuzz/corpus/$target"
    echo "== $target, $seconds s"
    DMOE_FUZZ_TARGET=$target .build-fuzz/release/dmoe-fuzz ".build-fuzz/corpus/$target" "Tests/FuzzTests/Resources/$target" \
        "-dict=Fuzz/Dictionaries/$dictionary.dict" "-artifact_prefix=.build-fuzz/found/$target-" \
        "-max_total_time=$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 \
        2>".build-fuzz/$target.log" || failed="$failed $target"
    grep -E 'SUMMARY|violation|Fatal|stat::number_of_executed_units|stat::peak_rss_mb' ".build-fuzz/$target.log" || true
    grep -E 'cov: ' ".build-fuzz/$target.log" | tail -1
done
[ -z "$failed" ] || {
    echo "a law does not hold:$failed; the bytes are in .build-fuzz/found, the logs in .build-fuzz" >&2
    exit 1
}
