#!/bin/sh
# Measures against peers, side by side: tests/bench/bench.sh PROGRAM [ARG…], with arguments of bench.py
# (--only REGEX, --rounds N, --quick, --floor). The harness and its data generator are no part of this tree; where
# they are not beside it, that is said, and nothing is measured.
set -eu
program=$1
shift
for harness in "${D5TUI_BENCH:-}" ../shared/bench/bench.py; do
    if [ -n "$harness" ] && [ -f "$harness" ]; then
        exec python3 "$harness" --d5tui "$program" "$@"
    fi
done
echo "bench: nothing to measure with: no ../shared/bench/bench.py, and D5TUI_BENCH names none"
