#!/usr/bin/env python3
"""Draws what a program shows in a terminal as SVG: the real screen, out of tmux.

    tools/screenshot.py [--size COLSxROWS] [--keys KEY]… [--wait TEXT] [--light] -o FILE.svg -- PROGRAM ARG…

KEY is one of tmux's names (Enter, Tab, j). Needs tmux; the picture is made of text, so it stays sharp and small.
"""
import argparse
import html
import re
import subprocess
import sys
import time

DARK = ["#1c1f24", "#cd4a4a", "#4fa85b", "#c9a227", "#4a7fd0", "#a96bc2", "#3aa6a6", "#d4d4d4",
        "#7f7f7f", "#ff6b6b", "#7ed88a", "#ffd75f", "#7aa8ff", "#d79bea", "#67d8d8", "#ffffff"]
CELL_W, CELL_H = 8.4, 17


def palette(n):
    if n < 16:
        return DARK[n]
    if n >= 232:
        grey = 8 + 10 * (n - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    step = [0, 95, 135, 175, 215, 255]
    n -= 16
    return "#%02x%02x%02x" % (step[n // 36], step[n // 6 % 6], step[n % 6])


def sgr(state, codes):
    """One SGR sequence over (foreground, background, bold, reverse, underline)."""
    numbers = [int(c or 0) for c in codes.replace(":", ";").split(";")] if codes else [0]
    i = 0
    while i < len(numbers):
        n = numbers[i]
        if n == 0:
            state = dict(fg=None, bg=None, bold=False, reverse=False, underline=False, dim=False)
        elif n in (1, 2, 4, 7):
            state = dict(state, **{{1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[n]: True})
        elif 30 <= n <= 37 or 90 <= n <= 97:
            state = dict(state, fg=palette(n - 30 if n < 90 else n - 82))
        elif 40 <= n <= 47 or 100 <= n <= 107:
            state = dict(state, bg=palette(n - 40 if n < 100 else n - 92))
        elif n in (39, 49):
            state = dict(state, **{"fg" if n == 39 else "bg": None})
        elif n in (38, 48) and i + 2 < len(numbers) and numbers[i + 1] == 5:
            state = dict(state, **{"fg" if n == 38 else "bg": palette(numbers[i + 2])})
            i += 2
        elif n in (38, 48) and i + 4 < len(numbers):
            state = dict(state, **{"fg" if n == 38 else "bg": "#%02x%02x%02x" % tuple(numbers[i + 2:i + 5])})
            i += 4
        i += 1
    return state


def runs(line):
    """(text, state) pieces of one row of `tmux capture-pane -e`."""
    state = sgr({}, "0")
    for part in re.split("(\x1b\\[[0-9;:]*m)", line):
        if part.startswith("\x1b["):
            state = sgr(state, part[2:-1])
        elif part:
            yield re.sub("\x1b.", "", part), state


def draw(lines, cols, light):
    paper, ink = ("#fbfbf8", "#20242a") if light else ("#14171b", "#d0d3d8")
    width, height = cols * CELL_W + 24, len(lines) * CELL_H + 24
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
           f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">',
           f'<rect width="100%" height="100%" rx="8" fill="{paper}"/>']
    for row, line in enumerate(lines):
        col, y = 0, 12 + row * CELL_H
        for text, s in runs(line):
            fg, bg = s["fg"] or ink, s["bg"]
            if s["reverse"]:
                fg, bg = bg or paper, s["fg"] or ink
            x, w = 12 + col * CELL_W, len(text) * CELL_W
            if bg:
                out.append(f'<rect x="{x:.1f}" y="{y}" width="{w:.1f}" height="{CELL_H}" fill="{bg}"/>')
            if text.strip():
                more = (' font-weight="bold"' if s["bold"] else "") + (' opacity="0.6"' if s["dim"] else "") + \
                    (' text-decoration="underline"' if s["underline"] else "")
                out.append(f'<text x="{x:.1f}" y="{y + 13}" fill="{fg}" xml:space="preserve" textLength="{w:.1f}"{more}>'
                           f'{html.escape(text)}</text>')
            col += len(text)
    return "\n".join(out + ["</svg>\n"])


def main():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument("--size", default="132x40")
    a.add_argument("--keys", action="append", default=[])
    a.add_argument("--wait", default="")
    a.add_argument("--light", action="store_true")
    a.add_argument("-o", required=True)
    a.add_argument("argv", nargs="+")
    o = a.parse_args()
    cols, rows = map(int, o.size.split("x"))
    tmux = ["tmux", "-L", "d5tui-screenshot", "-f", "/dev/null"]

    def run(*args):
        return subprocess.run([*tmux, *args], check=True, capture_output=True, text=True).stdout

    def shown():
        return run("capture-pane", "-p", "-e", "-t", "s").rstrip("\n").split("\n")

    run("new-session", "-d", "-s", "s", "-x", str(cols), "-y", str(rows), *o.argv)
    try:
        run("set-option", "-g", "status", "off")
        run("resize-window", "-t", "s", "-x", str(cols), "-y", str(rows))
        for key in [None, *o.keys]:
            if key:
                run("send-keys", "-t", "s", key)
            last, end = None, time.monotonic() + 15
            while time.monotonic() < end:  # until it is quiet, and shows what it should
                time.sleep(0.3)
                now = shown()
                if now == last and o.wait in "\n".join(now):
                    break
                last = now
        lines = shown()
    finally:
        run("kill-server")
    with open(o.o, "w", encoding="utf-8") as f:
        f.write(draw(lines, cols, o.light))
    return 0


if __name__ == "__main__":
    sys.exit(main())
