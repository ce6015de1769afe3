#!/bin/sh
# A picture of the real screen: the program in tmux in an xterm on a display of its own.
#
#     tools/screenshot.sh COLSxROWS FILE.png [KEY…] -- PROGRAM [ARG…]
#
# KEY is one of tmux's names (Enter, Tab, f). Needs Xvfb, xterm, tmux and ImageMagick; LIGHT=1 draws on paper.
set -eu
size=$1
out=$2
shift 2
keys=
while [ "$1" != -- ]; do
    keys="$keys $1"
    shift
done
shift
work=$(mktemp -d)
socket=screenshot-$$
paper='#14171b' ink='#d0d3d8'
[ -z "${LIGHT:-}" ] || paper='#fbfbf8' ink='#20242a'
printf 'set -g status off\nset -g default-terminal tmux-256color\n' >"$work/tmux.conf"
Xvfb -displayfd 3 -screen 0 2400x1400x24 3>"$work/display" 2>/dev/null &
server=$!
trap 'tmux -L "$socket" kill-server 2>/dev/null || :; kill "$server"; rm -rf "$work"' EXIT
until [ -s "$work/display" ]; do sleep 0.1; done
DISPLAY=:$(cat "$work/display") LC_ALL=C.UTF-8 XDG_STATE_HOME=$work/state
export DISPLAY LC_ALL XDG_STATE_HOME
xterm -u8 -tn xterm-256color -fa 'DejaVu Sans Mono' -fs 9 -geometry "$size" -bg "$paper" -fg "$ink" \
    -e tmux -L "$socket" -f "$work/tmux.conf" new-session -s s "$*" 2>/dev/null &
sleep 3
for key in $keys; do
    tmux -L "$socket" send-keys -t s "$key"
    sleep 0.5
done
sleep 0.5
import -window root "$work/root.png"
convert "$work/root.png" -trim +repage -colors 240 "$out"
