#!/bin/sh
# The fences, checked: arrows between layers, one door per library, layout, clang-tidy. Exit 0 when all hold.
set -u
bad=0
mkdir -p build
files=$(git ls-files -co --exclude-standard 'core/*.c' 'core/*.h' 'tui/*.c' 'tui/*.h')

# Arrows point down.
# shellcheck disable=SC2086
grep -n '^#include "' $files | sed 's|^\([^:]*\):\([0-9]*\):#include "\([^"]*\)".*|\1 \2 \3|' | awk '
    NR == FNR { if ($0 !~ /^#/ && NF == 2) layer[$1] = $2; next }
    function of(path,   best, l, p) {
        best = -1; l = -1
        for (p in layer) if (index(path, p) == 1 && length(p) > best) { best = length(p); l = layer[p] }
        return l
    }
    {
        from = of($1); to = of($3)
        if (from < 0 || to < 0) { print $1 ":" $2 ": no layer is known for this include of " $3 " (tools/layers.txt)"; bad = 1 }
        else if (to > from) { print $1 ":" $2 ": layer " from " includes layer " to ": " $3; bad = 1 }
    }
    END { exit bad }' tools/layers.txt - || bad=1

# One library, one door.
# shellcheck disable=SC2086
grep -n '^#include <' $files | sed 's|^\([^:]*\):\([0-9]*\):#include <\([^>]*\)>.*|\1 \2 \3|' | awk '
    NR == FNR { if ($0 !~ /^#/ && NF >= 2) { header = $1; $1 = ""; door[header] = $0 " " }; next }
    {
        for (header in door) if (index($3, header) == 1 && !index(door[header], " " $1 " ")) {
            print $1 ":" $2 ": <" header "> may only be included by" door[header]; bad = 1
        }
    }
    END { exit bad }' tools/doors.txt - || bad=1

# Layout, and what a line may do.
all=$(git ls-files -co --exclude-standard '*.c' '*.h')
# shellcheck disable=SC2086
clang-format --dry-run -Werror $all || bad=1
if [ "${1:-}" != quick ]; then
    sources=$(git ls-files -co --exclude-standard 'core/*.c' 'tui/*.c')
    # shellcheck disable=SC2086
    printf '%s\n' $sources | xargs -P "$(nproc)" -n 4 sh -c 'clang-tidy --quiet "$@" -- -std=c11 -D_GNU_SOURCE -I. \
        -DD5_VERSION="\"\"" -DD5_PREFIX="\"\"" -DD5_SYSCONFDIR="\"\""' sh >build/tidy.log 2>build/tidy.err || {
        cat build/tidy.log
        bad=1
    }
fi
[ $bad = 0 ] && echo "lint: clean"
exit $bad
