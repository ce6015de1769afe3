#!/bin/sh
# Runs every test and ends in one line, "N passed, N failed".
#
#     tests/run.sh BUILD_DIR [NAME…]
#
# Tests are the cmocka programs in BUILD_DIR/tests, then the executable files tests/*/test_*.sh and tests/*/test_*.py,
# each of which prints a last line "N passed, N failed" of its own. A test that dies, or says nothing, is a failure; one
# that cannot run here and is not asked to says "SKIPPED: why", which is repeated, and counts for nothing.
set -u
build=$1
shift
passed=0
failed=0
log=$build/tests/log
mkdir -p "$log"
export D5TUI="$PWD/$build/d5tui"
export LC_ALL=C.UTF-8 TZ=UTC
export LSAN_OPTIONS="suppressions=$PWD/tests/lsan.supp:print_suppressions=0"

add() { # name, status, passed, failed
    p=$3
    f=$4
    [ "$2" -eq 0 ] || [ "$f" -gt 0 ] || f=1
    [ $((p + f)) -gt 0 ] || f=1
    passed=$((passed + p))
    failed=$((failed + f))
    if [ "$f" -gt 0 ]; then
        printf '%-40s %d passed, %d failed\n' "$1" "$p" "$f"
        sed 's/^/    /' "$log/$1.txt" | grep -vE '\[ +(OK|RUN) +\]' | tail -n 60
    else
        printf '%-40s %d passed\n' "$1" "$p"
    fi
}

wanted() {
    [ -z "$only" ] && return 0
    for w in $only; do
        case $1 in *"$w"*) return 0 ;; esac
    done
    return 1
}
only="$*"

for t in "$build"/tests/*; do
    [ -f "$t" ] && [ -x "$t" ] || continue
    name=$(basename "$t")
    wanted "$name" || continue
    timeout $((300 + ${RANDOM_SECONDS:-0})) "$t" >"$log/$name.txt" 2>&1
    status=$?
    p=$(grep -acE '^\[ +OK +\]' "$log/$name.txt")
    f=$(sed -n 's/^\[ *FAILED *\] *\([0-9]*\) test(s), listed.*/\1/p' "$log/$name.txt")
    add "$name" $status "$p" "${f:-0}"
done

for t in tests/*/test_*.sh tests/*/test_*.py; do
    [ -x "$t" ] || continue
    name=$(basename "$t")
    wanted "$name" || continue
    timeout 900 "$t" >"$log/$name.txt" 2>&1
    status=$?
    line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$log/$name.txt" | tail -n 1)
    if [ $status -eq 0 ] && [ "$line" = '0 passed, 0 failed' ] && grep -q '^SKIPPED: ' "$log/$name.txt"; then
        printf '%-40s %s\n' "$name" "$(grep '^SKIPPED: ' "$log/$name.txt")"
        continue
    fi
    p=$(echo "$line" | sed -n 's/^\([0-9]*\) passed.*/\1/p')
    f=$(echo "$line" | sed -n 's/.* \([0-9]*\) failed.*/\1/p')
    add "$name" $status "${p:-0}" "${f:-1}"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
