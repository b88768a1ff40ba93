#!/bin/sh
# The tests under sanitizers: of addresses, of undefined behaviour, and of threads: Scripts/sanitize.sh [FILTER], else all of them, those of the
# kernels' callers, and those that use several threads.
set -eu
cd "$(dirname "$0")/.."
threaded='Parallelism|Thread|CSVParts|StatisticsPass|Cancellation|Progress|ExpectedStatistics|Support|DistributedLearning'
filter=${1:-}
run() {
    folder=$1
    own=$2
    shift 2
    echo "== $folder"
    set -- "$@" --scratch-path ".build-sanitize/$folder"
    chosen=${filter:-$own}
    if [ -n "$chosen" ]; then set -- "$@" --filter "$chosen"; fi
    swift test "$@"
}
# Memory that the process still holds at its end is no fault of a command line.
ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1 run address '' --sanitize address
# Swift traps where C is undefined, and knows no such sanitizer on Linux; the kernels are made to trap too.
run undefined 'Numerics|MixtureOfExperts|Estimation|Aggregation' -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined
TSAN_OPTIONS="suppressions=$PWD/Scripts/thread-sanitizer.supp halt_on_error=1" run thread "$threaded" --sanitize thread
