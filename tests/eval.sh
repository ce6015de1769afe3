#!/bin/sh
# How well does it judge: the labelled sets in tests/, and the full ones in ../shared where they are.
#
#     tests/eval.sh PROGRAM
set -u
program=$(realpath "$1")
bad=0

say() {
    printf '\n== %s\n' "$1"
}

say "incidents of this project"
D5TUI=$program tests/cases/test_cases.py || bad=1

say "damaged evidence"
D5TUI=$program tests/cases/damage.py || bad=1

full=../shared
if [ -d $full/cases ]; then
    say "labelled incidents"
    $full/cases/score.py --d5tui "$program" --ablate $full/cases || bad=1
fi
if [ -d $full/oracle ]; then
    say "packet fates that a kernel decided"
    $full/oracle/check.py --d5tui "$program" --jobs "$(nproc)" $full/oracle/data || bad=1
fi
if [ -d $full/netpol ]; then
    say "policy fates"
    $full/netpol/check.py --d5tui "$program" --jobs "$(nproc)" $full/netpol/data || bad=1
fi
[ -d $full ] || echo "the full sets are not here; only the project's own were run"
exit $bad
