#!/usr/bin/env python3
"""OSC 52 through real multiplexers: what tmux holds in its buffer, and what GNU screen hands to the terminal that it runs
in, are the report, byte for byte; what is too long for them is refused and said so."""
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile

import test_terminals as terminals
from checks import check, finish

TO_CLIPBOARD = "e", "Down", "Down", "Down", "Right", "Up", "Up", "Up"
BYTES = {"Down": "\x1b[B", "Up": "\x1b[A", "Right": "\x1b[C"}
FORMATS = "yaml", "json", "markdown", "gitlab", "html", "jira", "adf", "text"


def expected(home, form):
    """The report as a file, of the same case."""
    said = subprocess.run([*terminals.COMMAND[:1], "run", *terminals.COMMAND[1:], "--format", form], cwd=home,
                          env={**os.environ, "HOME": home}, stdout=subprocess.PIPE, check=False).stdout
    return said


def same(got, want):
    """But for the run's own time, which some formats print."""
    times = re.compile(rb"20\d\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?")
    return times.sub(b"TIME", got.strip()) == times.sub(b"TIME", want.strip())


class Tmux:
    def __init__(self, home, clipboard, command=None):
        self.env = {**terminals.environment(home, "xterm-256color", "LC_ALL=C.UTF-8")}
        self.call = ["tmux", "-S", os.path.join(home, "tmux"), "-f", os.path.join(home, "tmux.conf")]
        with open(self.call[4], "w", encoding="utf-8") as f:
            f.write(f"set -g default-terminal tmux-256color\nset -g status off\nset -g set-clipboard {clipboard}\n")
        self.ask("new-session", "-d", "-x", "100", "-y", "30", command or " ".join(terminals.COMMAND))

    def ask(self, *args):
        return subprocess.run([*self.call, *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=terminals.DEADLINE, check=False).stdout

    def shows(self, what):
        return what in terminals.wait_for(lambda: self.ask("capture-pane", "-p").decode("utf-8", "replace"), what)

    def done(self):
        self.ask("kill-server")


def in_tmux(home):
    tmux = Tmux(home, "on")
    check("tmux: is judged", tmux.shows("Report · confirmed"))
    tmux.ask("send-keys", *TO_CLIPBOARD)
    for form in FORMATS:
        check(f"tmux: offers {form}", tmux.shows(f"bytes of {form}; it begins"))
        tmux.ask("send-keys", "Enter")
        shown = tmux.shows("sent to the clipboard: ")
        check(f"tmux: {form} is sent", shown)
        want = expected(home, form)
        got = terminals.wait_for(lambda: tmux.ask("show-buffer").decode("utf-8", "replace"), want[-40:].decode("utf-8", "replace").strip())
        check(f"tmux: its buffer holds {form} whole", same(got.encode(), want), (len(got), len(want)))
        tmux.ask("send-keys", "Right")
    tmux.done()


def in_tmux_without(home):
    """What does not arrive is not called copied."""
    tmux = Tmux(home, "off")
    check("tmux off: is judged", tmux.shows("Report · confirmed"))
    tmux.ask("send-keys", *TO_CLIPBOARD)
    check("tmux off: the report is ready", tmux.shows("it begins"))
    tmux.ask("send-keys", "Enter")
    check("tmux off: sent, and no more", tmux.shows("bytes; tmux takes them where set-clipboard is on"))
    check("tmux off: the buffer is empty", b"no buffers" in tmux.ask("show-buffer"))
    tmux.done()


def in_screen_in_tmux(home):
    """The one that takes it is the nearer one, though both left their marks in the environment."""
    rc, folder = screen_files(home)
    tmux = Tmux(home, "on", f"SCREENDIR={folder} screen -c {rc} -U {' '.join(terminals.COMMAND)}")
    check("screen in tmux: is judged", tmux.shows("Report · confirmed"))
    tmux.ask("send-keys", *TO_CLIPBOARD)
    check("screen in tmux: the report is ready", tmux.shows("it begins"))
    tmux.ask("send-keys", "Enter")
    check("screen in tmux: is sent", tmux.shows("bytes; screen hands them to its terminal"))
    want = expected(home, "yaml")
    got = terminals.wait_for(lambda: tmux.ask("show-buffer").decode("utf-8", "replace"), want[-40:].decode("utf-8", "replace").strip())
    check("screen in tmux: the outer buffer holds it whole", same(got.encode(), want), (len(got), len(want)))
    tmux.done()


def screen_files(home):
    rc, folder = os.path.join(home, "screenrc"), os.path.join(home, "screens")
    with open(rc, "w", encoding="utf-8") as f:
        f.write("term screen-256color\nstartup_message off\naltscreen on\ndefutf8 on\n")
    os.mkdir(folder, 0o700)
    return rc, folder


def in_screen(home):
    rc, folder = screen_files(home)
    env = {**terminals.environment(home, "xterm-256color", "LC_ALL=C.UTF-8"), "SCREENDIR": folder}
    t = terminals.Terminal([shutil.which("screen"), "-c", rc, "-U", "-S", "clip", *terminals.COMMAND], env, (100, 30))
    check("screen: is judged", t.shows("confirmed"))
    t.keys("e")
    check("screen: the report is ready", t.shows("it begins"))
    for key in TO_CLIPBOARD[1:]:
        t.keys(BYTES[key])
    check("screen: to the clipboard", t.shows("send the report"))
    t.keys("\r")
    check("screen: is sent", t.shows("sent to the clipboard"))
    found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", t.raw)
    got = base64.b64decode(found.group(1)) if found else b""
    check("screen: the terminal gets the report whole", same(got, expected(home, "yaml")), (len(got), bool(found)))
    t.keys("q")
    t.keys("q")
    check("screen: is left", t.ends() == 0)
    t.done()


def main():
    for run, program in ((in_tmux, "tmux"), (in_tmux_without, "tmux"), (in_screen, "screen"), (in_screen_in_tmux, "screen")):
        if not shutil.which(program):
            print(f"not tried, for want of {program}: {run.__name__}")
            continue
        with tempfile.TemporaryDirectory(prefix="d5tui-clipboard-") as home:
            run(home)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
