#!/bin/bash
# d5tui search: what contract and grep ask for, on data made here. Prints "N passed, N failed" last.
set -u
program=${D5TUI:-build/d5tui}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export XDG_STATE_HOME=$dir/state XDG_CONFIG_HOME=$dir/config HOME=$dir LC_ALL=C.UTF-8 TZ=UTC
passed=0
failed=0

# is NAME WANTED GOT
is() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok: %s\n--- wanted\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    fi
}
# says NAME TEXT: the last run's standard error holds TEXT
says() {
    if grep -qF -- "$2" "$dir/err"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok: %s\n--- wanted in\n%s\n--- the words\n%s\n' "$1" "$(cat "$dir/err")" "$2"
    fi
}
# search ARG…: output, without NUL, in $out, status in $status
search() {
    "$program" search "$@" >"$dir/out" 2>"$dir/err"
    status=$?
    out=$(tr -d '\0' <"$dir/out")
}

# ------------------------------------------------------------------ a tree
tree=$dir/tree
mkdir -p "$tree/cluster/logs/kube-system/coredns-1" "$tree/nodes/n1/var_log" "$tree/pods/shop/web"
printf 'nameserver 172.20.0.10\nsearch shop.svc.cluster.local\noptions ndots:5\n' >"$tree/pods/shop/web/resolv.conf"
printf '2026-11-23T07:04:10Z a SERVFAIL\n2026-11-23T07:05:00Z b servfail\n\tat c SERVFAIL\n2026-11-23T07:06:00.5Z d SERVFAIL' \
    >"$tree/cluster/logs/kube-system/coredns-1/coredns.log"
printf 'x SERVFAIL\377y\nxSERVFAIL\303\251y\nz\0SERVFAIL\n' >"$tree/nodes/n1/var_log/odd.log"
log=cluster/logs/kube-system/coredns-1/coredns.log

search --from "$tree" SERVFAIL
is "files in path order, lines in order" "$log:1:2026-11-23T07:04:10Z a SERVFAIL
$log:3:	at c SERVFAIL
$log:4:2026-11-23T07:06:00.5Z d SERVFAIL
$(printf 'nodes/n1/var_log/odd.log:1:x SERVFAIL\377y\nnodes/n1/var_log/odd.log:2:xSERVFAIL\303\251y\n')
nodes/n1/var_log/odd.log:3:z$(printf 'SERVFAIL')" "$out"
is "found is 0" 0 $status
says "binary files are named" "binary: nodes/n1/var_log/odd.log"
says "the summary counts" "6 lines match"
search --from "$tree" NO_SUCH_WORD
is "none is 1" "1:" "$status:$out"
search --from "$tree" --count SERVFAIL
is "--count" 6 "$out"
search --from "$tree" -c -i SERVFAIL
is "-c -i" 7 "$out"
search --from "$tree" --count-files SERVFAIL
is "--count-files" "$log:3
nodes/n1/var_log/odd.log:3" "$out"
search --from "$tree" --count -e 'a SERVFAIL' -e 'd SERVFAIL' -e nameserver
is "several patterns count a line once" 3 "$out"
search --from "$tree" -F --count 'ndots:5'
is "-F" 1 "$out"
search --from "$tree" -F --count 'n.ots'
is "-F takes no pattern" 0 "$out"
search --from "$tree" --count -- '-e'
is "-- ends options" "0 1" "$out $status"
search --from "$tree" 'L.y$'
is "a byte that is not UTF-8 is one character" "1 2" "$(printf '%s\n' "$out" | cut -d: -f2 | tr '\n' ' ' | sed 's/ $//')"
search --from "$tree" --count 'L\xffy'
is "and no literal matches it" 0 "$out"
search --from "$tree" --count 'L[^z]y$'
is "but a negated class" 2 "$out"

# ------------------------------------------------------------------ windows
search --from "$tree" --since 2026-11-23T07:05:00Z SERVFAIL
is "--since: a line without a time has that of the line above" "$log:3:	at c SERVFAIL
$log:4:2026-11-23T07:06:00.5Z d SERVFAIL" "$(printf '%s\n' "$out" | grep -a "^$log")"
says "files without a time are named" "lines without a time count in: nodes/n1/var_log/odd.log"
search --from "$tree" --until 2026-11-23T07:05:00Z SERVFAIL
is "--until" "1 3" "$(printf '%s\n' "$out" | grep -a "^$log" | cut -d: -f2 | tr '\n' ' ' | sed 's/ $//')"
search --from "$tree" --since 2026-11-23T07:05:00Z --until 2026-11-23T07:04:00Z SERVFAIL
is "a window that ends before it begins" 2 $status
search --from "$tree" --since yesterday SERVFAIL
is "what is no time" 2 $status
printf 'Nov 23 07:00:00 h x\nNov 23 08:00:00 h x\n' >"$dir/messages"
search --from "$dir/messages" --since 2026-11-23T07:30:00Z --until 2026-11-23T09:00:00Z x
is "years come from the window" "messages:2:Nov 23 08:00:00 h x" "$out"

# ------------------------------------------------------------------ JSON
search --from "$tree" --format json 'a SERVFAIL|at c|L.y$|nameserver'
is "json" '{"path":"'$log'","line":1,"time":"2026-11-23T07:04:10Z","text":"2026-11-23T07:04:10Z a SERVFAIL","spans":[[21,31]]}
{"path":"'$log'","line":3,"time":"2026-11-23T07:05:00Z","text":"\tat c SERVFAIL","spans":[[1,5]]}
{"path":"nodes/n1/var_log/odd.log","line":1,"time":null,"text":"x SERVFAIL�y","spans":[[9,14]]}
{"path":"nodes/n1/var_log/odd.log","line":2,"time":null,"text":"xSERVFAILéy","spans":[[8,12]]}
{"path":"pods/shop/web/resolv.conf","line":1,"time":null,"text":"nameserver 172.20.0.10","spans":[[0,10]]}' "$out"
search --from "$tree" --format json 'd SERVFAIL'
is "a fraction of a second" '"time":"2026-11-23T07:06:00.500000Z"' "$(printf %s "$out" | grep -o '"time":"[^"]*"')"
search --from "$dir/messages" --format json --count x
is "json count" '{"count":2}' "$out"

# ------------------------------------------------------------------ context, against grep
seq 1 3000 | sed 's/7$/7 hit/; s/^1\(.\)\1$/& hit/' >"$dir/numbers.txt"
for flags in "-A 1" "-B 2" "-C 3" "-A 4 -B 1" "-C 0" "-C 20"; do
    # shellcheck disable=SC2086
    search --from "$dir/numbers.txt" $flags '[13]7 hit|^1.* hit'
    # shellcheck disable=SC2086
    want=$(cd "$dir" && grep -nHP $flags '[13]7 hit|^1.* hit' numbers.txt)
    is "context $flags" "$want" "$out"
done

# ------------------------------------------------------------------ shapes of files
printf 'a\r\nb\r\n' >"$dir/crlf.txt"
search --from "$dir/crlf.txt" b
is "a carriage return is the line's" "$(printf 'crlf.txt:2:b\r')" "$out"
printf 'one\ntwo' >"$dir/open.txt"
search --from "$dir/open.txt" two
is "a last line without its newline" "open.txt:2:two" "$out"
: >"$dir/empty.txt"
search --from "$dir/empty.txt" --count ''
is "an empty file" "0 1" "$out $status"
search --from "$dir/open.txt" --count ''
is "the empty pattern" 2 "$out"
{ head -c 3000000 /dev/zero | tr '\0' x; echo ' needle'; echo needle; } >"$dir/long.txt"
search --from "$dir/long.txt" needle
is "a huge line is searched whole and shown cut" "65547 17" "$(printf '%s\n' "$out" | awk '{printf "%s%d", (NR > 1 ? " " : ""), length($0)}')"
says "and that is said" "1 lines longer than 64 KiB"
gzip -c "$tree/$log" >"$dir/packed.log.gz"
search --from "$dir/packed.log.gz" --count SERVFAIL
is "a compressed file" 3 "$out"
search --from "$dir/nowhere" x
is "no such path" 2 $status

# ------------------------------------------------------------------ several sources
search --from "$dir/open.txt" --from "$tree/" --count-files 'two|nameserver'
is "several sources are told apart" "open.txt/open.txt:1
tree/pods/shop/web/resolv.conf:1" "$out"
search --from "$dir/open.txt" --from "$dir/crlf.txt" -C 1 't|b'
is "groups are parted between sources" "open.txt/open.txt-1-one
open.txt/open.txt:2:two
--
crlf.txt/crlf.txt-1-a
crlf.txt/crlf.txt:2:b" "$(printf %s "$out" | tr -d '\r')"

"$program" run --from "$tree" --keep -o /dev/null >/dev/null 2>&1
case=$(ls "$XDG_STATE_HOME/d5tui/cases")
search --case last --count SERVFAIL
is "a case" 6 "$out"
search --case last --from "$dir/open.txt" --count-files 'nameserver|two'
is "a case goes by its id" "$case/pods/shop/web/resolv.conf:1
open.txt/open.txt:1" "$out"
search --case nosuch x
is "no such case" 2 $status

# ------------------------------------------------------------------ patterns that are wrong, or too dear
search --from "$tree" 'a(b'
is "a pattern that does not compile" 2 $status
says "names the byte" "byte 3"
search --from "$tree"
is "no pattern" 2 $status
search x
is "no source" 2 $status
search --from "$tree" --wrong x
is "an unknown flag" 2 $status
for i in $(seq 20); do printf '%s!\n' aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done >"$dir/dear.txt"
timeout 60 "$program" search --from "$dir/dear.txt" '^(a+)+\1?$' >"$dir/out" 2>"$dir/err"
is "a catastrophic pattern is given up, and none is not claimed" 2 $?
says "and named" 'pattern "^(a+)+\1?$", first dear.txt:1'

# ------------------------------------------------------------------ procedures
printf 'DROP udp 53\nnameserver 10.0.0.2\nlinklocal_allowance_exceeded 3\n' >"$dir/sop.txt"
search --from "$dir/sop.txt" --sop D5 --count
is "--sop: one line a query" 13 "$(printf '%s\n' "$out" | grep -c "$(printf '^[0-9][0-9]*\t')")"
is "--sop: in its order, with the counts of each" "1	DROP.*53|REJECT.*53|DROP.*dns|REJECT.*dns|DROP.*coredns|iptables.*53.*DROP|iptables.*53.*REJECT
1	UnknownHostException|Could not resolve|SERVFAIL|linklocal_allowance_exceeded
1	resolv.conf|nameserver|ndots
1	ethtool.*linklocal|linklocal_allowance
1	linklocal_allowance_exceeded
1	nameserver" "$(printf '%s\n' "$out" | grep -v '^0')"

# ------------------------------------------------------------------ following
printf 'old hit\nhalf a h' >"$dir/grow.log"
mkfifo "$dir/fifo"
"$program" search --from "$dir/grow.log" --follow hit >"$dir/fifo" 2>/dev/null &
pid=$!
exec 3<"$dir/fifo"
IFS= read -r -t 20 one <&3
printf 'it\nnone\nlast hit\n' >>"$dir/grow.log"
IFS= read -r -t 20 two <&3
IFS= read -r -t 20 three <&3
printf 'hit\n' >"$dir/grow.log"
IFS= read -r -t 20 four <&3
kill $pid
wait $pid 2>/dev/null
exec 3<&-
is "--follow: what is there, what is added, a file begun anew" "grow.log:1:old hit
grow.log:2:half a hit
grow.log:4:last hit
grow.log:1:hit" "$one
$two
$three
$four"

# ------------------------------------------------------------------ against rg
if command -v rg >/dev/null; then
    big=$dir/big
    mkdir -p "$big/sub"
    awk 'BEGIN { srand(7); m = split("DROP udp p53 53dns REJECT dns coredns iptables SERVFAIL é ü", w, " ");
        for (i = 0; i < 60000; i++) { n = int(rand() * 12); s = i; for (k = 0; k < n; k++) s = s " " w[int(rand() * m) + 1]; print s } }' >"$big/a.log"
    sed 's/DROP/drop/' "$big/a.log" >"$big/sub/b.log"
    for pattern in 'DROP.*53' 'SERV|REJ' 'p53' '^[0-9]*5 ' 'é' 's$' '[^a-z]dns' 'D.OP' '(?i)ser'; do
        for flag in "" -i; do
            # shellcheck disable=SC2086
            want=$(rg --no-config --no-ignore -c --no-filename $flag -- "$pattern" "$big" | awk '{n += $1} END {print n + 0}')
            # shellcheck disable=SC2086
            search --from "$big" --count $flag "$pattern"
            is "as rg: $flag $pattern" "$want" "$out"
        done
    done
fi

# ------------------------------------------------------------------ a terminal
if command -v script >/dev/null; then
    printf 'a\033[31m hit\342\200\256\n' >"$dir/esc.txt"
    is "a terminal gets nothing that it would obey" 'esc.txt:1:a\e[31m hit\x{202e}' \
        "$(script -qec "$program search --from $dir/esc.txt hit" /dev/null 2>/dev/null | tr -d '\r' | grep hit)"
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
