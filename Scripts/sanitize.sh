#!/bin/sh
# The tests under sanitizers: of addresses and of undefined behaviour (all of them), and of threads (those that use several).
set -eu
cd "$(dirname "$0")/.."
threaded='Parallelism|Thread|CSVParts|StatisticsPass|Cancellation|Progress|ExpectedStatistics|Support|DistributedLearning'
run() {
    sanitizer=$1
    shift
    echo "== $sanitizer"
    swift test --sanitize "$sanitizer" --scratch-path ".build-sanitize/$sanitizer" "$@"
}
# Memory that the process still holds at its end is no fault of a command line.
ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1 run address
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 run undefined --filter 'Numerics|MixtureOfExperts|Estimation'
TSAN_OPTIONS="suppressions=$PWD/Scripts/thread-sanitizer.supp halt_on_error=1" run thread --filter "$threaded"
