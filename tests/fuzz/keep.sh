#!/bin/sh
# Keeps what the fuzz targets found worth keeping, so that the time of every run adds up: of all inputs that grew, the
# fewest of at most half a KiB that reach the same places, in tests/fuzz/corpus/NAME.tar.gz (fuzz.sh begins with them).
#
#     tests/fuzz/keep.sh BUILD_DIR [NAME…]
set -eu
build=$1
shift
kept=tests/fuzz/corpus
mkdir -p $kept
for target in "$build"/fuzz_*; do
    name=${target##*/fuzz_}
    [ -x "$target" ] && [ -d "$build/corpus/$name" ] || continue
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    longest=512
    [ "$name" != linetime ] || longest=160 # a time stands at the beginning of its line
    few=$(mktemp -d)
    "$target" -merge=1 -max_len="$longest" "$few" "$build/corpus/$name" >"$build/$name.merge.log" 2>&1
    tar -C "$few" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - . | gzip -9n >$kept/"$name".tar.gz
    printf '%-20s %s inputs, %s bytes\n' "$name" "$(find "$few" -type f | wc -l)" "$(wc -c <$kept/"$name".tar.gz)"
    rm -rf "$few"
done
