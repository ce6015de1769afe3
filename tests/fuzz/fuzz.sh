#!/bin/sh
# Runs every fuzz target for some seconds each and ends in one line, "N passed, N failed".
#
#     tests/fuzz/fuzz.sh BUILD_DIR SECONDS [NAME…]
#
# What a target finds worth keeping grows in BUILD_DIR/corpus/NAME, out of what earlier runs kept (keep.sh); what it
# crashes with, in BUILD_DIR/crash/.
set -u
build=$1
seconds=$2
shift 2
passed=0
failed=0
for target in "$build"/fuzz_*; do
    [ -x "$target" ] || continue
    name=${target##*/fuzz_}
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    mkdir -p "$build/corpus/$name" "$build/crash"
    kept=tests/fuzz/corpus/$name.tar.gz
    [ ! -f "$kept" ] || tar -C "$build/corpus/$name" -xzf "$kept"
    seeds=tests/cases/demo/tree
    [ -d "tests/fuzz/seeds/$name" ] && seeds="tests/fuzz/seeds/$name $seeds"
    # shellcheck disable=SC2086
    if "$target" -max_total_time="$seconds" -max_len=32768 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$build/crash/$name-" "$build/corpus/$name" $seeds \
        >"$build/$name.log" 2>&1; then
        passed=$((passed + 1))
        printf '%-20s %s runs\n' "$name" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log")"
    else
        failed=$((failed + 1))
        printf '%-20s failed\n' "$name"
        grep -aE 'ERROR|SUMMARY|runtime error|Test unit written' "$build/$name.log" | head -n 8
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
