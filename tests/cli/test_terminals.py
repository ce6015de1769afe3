#!/usr/bin/env python3
"""Tries each line of the table in doc/TERMINALS.md: the shipped incident in that program, with that TERM, locale and size."""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

from checks import D5TUI, ROOT, check, finish

DEADLINE = 60
COMMAND = [D5TUI, "--from", os.path.join(ROOT, "tests/cases/demo/tree")]
ESCAPE = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[\[(#)][0-9;:?<=>]*[ -/]*[@-~]|\x1b[=>78MDEHc]|[\x0e\x0f\r]")


def table():
    with open(os.path.join(ROOT, "doc", "TERMINALS.md"), encoding="utf-8") as f:
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in f if line.startswith("|")]
    return [row for row in rows[2:] if len(row) == 6]


def has_term(term):
    return subprocess.run(["infocmp", term], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def environment(home, term, besides):
    env = {"HOME": home, "PATH": os.environ["PATH"], "TERM": term, "LSAN_OPTIONS": os.environ.get("LSAN_OPTIONS", "")}
    env.update(pair.split("=", 1) for pair in besides.split())
    return env


def colours(raw):
    """The most that the bytes ask for."""
    found = {"none"}
    for params in re.findall(rb"\x1b\[([0-9;:]*)m", raw):
        p = params.decode()
        if re.search(r"[34]8[;:]2", p):
            found.add("true")
        elif re.search(r"[34]8[;:]5", p):
            found.add("256")
        elif any(re.fullmatch(r"9[0-7]|10[0-7]", n) for n in re.split("[;:]", p)):
            found.add("16")
        elif any(re.fullmatch(r"[34][0-7]", n) for n in re.split("[;:]", p)):
            found.add("8")
    return next(c for c in ("true", "256", "16", "8", "none") if c in found)


def forms(raw):
    """Which forms of the signs were drawn."""
    drawn = {c for c in ESCAPE.sub(b"", raw).decode("utf-8", "replace") if ord(c) >= 0x80}
    return "ASCII" if not drawn else "console" if drawn <= set("│─┌┐└┘·•▶█→") else "UTF-8"


class Terminal:
    """A program on a pty of its own, and every byte that it sent."""

    def __init__(self, argv, env, size):
        cols, rows = size
        self.raw = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(env["HOME"])
            os.execve(argv[0], argv, env)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def take(self, seconds):
        ready, _, _ = select.select([self.fd], [], [], seconds)
        try:
            self.raw += os.read(self.fd, 1 << 16) if ready else b""
        except OSError:
            return False
        return True

    def shows(self, *words):
        """Until one of the words came, anywhere since the start."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            text = ESCAPE.sub(b"", self.raw)
            if any(w.encode() in text for w in words):
                return True
            if not self.take(0.2):
                return any(w.encode() in ESCAPE.sub(b"", self.raw) for w in words)
        return False

    def keys(self, keys):
        os.write(self.fd, keys.encode())

    def ends(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            self.take(0.1)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.take(0):
                    if not select.select([self.fd], [], [], 0)[0]:
                        break
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None

    def done(self):
        os.close(self.fd)


def try_pty(name, env, size, want):
    t = Terminal(COMMAND, env, size)
    if want == "refuses":
        check(f"{name}: refuses", t.ends() == 1, t.raw)
        check(f"{name}: points to run", b"d5tui run --from" in t.raw, t.raw)
        t.done()
        return None
    check(f"{name}: is judged", t.shows("confirmed"), t.raw[-300:])
    t.keys("f")
    check(f"{name}: findings", t.shows("Findings"), t.raw[-300:])
    t.keys("q")
    while t.take(0.2) and select.select([t.fd], [], [], 0.2)[0]:
        pass
    lflag = termios.tcgetattr(t.fd)[3]
    t.keys("q")
    check(f"{name}: is left", t.ends() == 0, t.raw[-300:])
    check(f"{name}: was raw", not lflag & termios.ICANON)
    check(f"{name}: alternate screen is left", t.raw.count(b"\x1b[?1049h") <= t.raw.count(b"\x1b[?1049l"))
    margins = re.findall(rb"\x1b\[(\d+);(\d+)r", t.raw)
    check(f"{name}: all rows scroll again", not margins or margins[-1] == (b"1", b"%d" % size[1]), margins)
    check(f"{name}: no palette is changed", b"\x1b]4;" not in t.raw and b"\x1b]P" not in t.raw)
    check(f"{name}: the mouse is left alone", b"\x1b[?1000h" not in t.raw)
    t.done()
    return t.raw


def wait_for(look, what):
    end = time.monotonic() + DEADLINE
    text = ""
    while time.monotonic() < end:
        text = look()
        if what in text:
            return text
        select.select([], [], [], 0.1)
    return text


def try_tmux(name, env, size, _want):
    socket = os.path.join(env["HOME"], "tmux")
    conf = os.path.join(env["HOME"], "tmux.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"set -g default-terminal {env['TERM']}\nset -g status off\nset -sa terminal-features ',*:RGB'\n")
    raw = os.path.join(env["HOME"], "raw")
    inside = f"script -qefc '{' '.join(COMMAND)}' {raw}"
    outside = {**env, "TERM": "xterm-256color"}
    tmux = ["tmux", "-S", socket, "-f", conf]

    def ask(*args):
        return subprocess.run([*tmux, *args], env=outside, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", timeout=DEADLINE).stdout

    ask("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), inside)
    shown = wait_for(lambda: ask("capture-pane", "-p", "-e"), "confirmed")
    check(f"{name}: is judged", "confirmed" in shown, shown)
    ask("send-keys", "f")
    check(f"{name}: findings", "Findings" in wait_for(lambda: ask("capture-pane", "-p"), "Findings"))
    ask("send-keys", "q")
    wait_for(lambda: ask("capture-pane", "-p"), "Triage")
    ask("send-keys", "q")
    gone = wait_for(lambda: ask("has-session"), "no server")
    check(f"{name}: is left", "no " in gone or "can't find" in gone or "error" in gone, gone)
    ask("kill-server")
    with open(raw, "rb") as f:
        return f.read()


def try_screen(name, env, size, _want):
    raw, copy = os.path.join(env["HOME"], "raw"), os.path.join(env["HOME"], "copy")
    rc = os.path.join(env["HOME"], "screenrc")
    with open(rc, "w", encoding="utf-8") as f:
        f.write(f"term {env['TERM']}\nstartup_message off\naltscreen on\ndefutf8 on\n")
    folder = os.path.join(env["HOME"], "screens")
    os.mkdir(folder, 0o700)
    outside = {**env, "TERM": "xterm-256color", "SCREENDIR": folder}
    screen = ["screen", "-c", rc]
    t = Terminal([shutil.which("screen"), "-c", rc, "-U", "-S", "d5", "env", f"TERM={env['TERM']}", "script", "-qefc",
                  " ".join(COMMAND), raw], outside, size)
    check(f"{name}: is judged", t.shows("confirmed"), t.raw[-300:])

    def hardcopy():
        t.take(0.1)
        subprocess.run([*screen, "-S", "d5", "-X", "hardcopy", copy], env=outside, timeout=DEADLINE)
        if not os.path.exists(copy):
            return ""
        with open(copy, encoding="utf-8", errors="replace") as f:
            return f.read()

    check(f"{name}: it stands there", "Triage" in wait_for(hardcopy, "Triage"))
    t.keys("f")
    check(f"{name}: findings", "Findings" in wait_for(hardcopy, "Findings"))
    t.keys("q")
    wait_for(hardcopy, "Triage")
    t.keys("q")
    check(f"{name}: is left", t.ends() == 0, t.raw[-300:])
    t.done()
    with open(raw, "rb") as f:
        return f.read()


def end_recording(raw):
    """`script` outlives the terminal that it was started in, and what runs in it does, too."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        if words[0] == b"script" and raw.encode() in words:
            os.kill(int(pid), signal.SIGTERM)


def try_xterm(name, env, size, want):
    said = os.path.join(env["HOME"], "display")
    with open(said, "wb") as f:
        display = subprocess.Popen(["Xvfb", "-displayfd", str(f.fileno()), "-screen", "0", "1600x1000x24"],
                                   pass_fds=[f.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(said, encoding="utf-8") as f:
        number = wait_for(lambda: f.seek(0) or f.read(), "\n").strip()
    raw, picture = os.path.join(env["HOME"], "raw"), os.path.join(env["HOME"], "picture.png")
    inside = {**env, "DISPLAY": f":{number}"}
    xterm = subprocess.Popen(["xterm", "-u8", "-fa", "DejaVu Sans Mono", "-fs", "9", "-tn", env["TERM"], "-geometry", f"{size[0]}x{size[1]}", "-xrm",
                              "XTerm*allowTitleOps: false", "-e", "script", "-qefc", " ".join(COMMAND), raw], env=inside,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def sent():
        if not os.path.exists(raw):
            return ""
        with open(raw, "rb") as f:
            return ESCAPE.sub(b"", f.read()).decode("utf-8", "replace")

    check(f"{name}: is judged", "confirmed" in wait_for(sent, "confirmed"))
    subprocess.run(["import", "-window", "root", picture], env=inside, timeout=DEADLINE)
    shades = subprocess.run(["identify", "-format", "%k", picture], stdout=subprocess.PIPE, encoding="utf-8").stdout
    check(f"{name}: stands in the picture", int(shades or 0) >= (2 if want == "none" else 6), shades)
    xterm.kill()
    xterm.wait(DEADLINE)
    end_recording(raw)
    display.terminate()
    display.wait(DEADLINE)
    with open(raw, "rb") as f:
        return f.read()


PROGRAMS = {"pty": (try_pty, []), "tmux": (try_tmux, ["tmux", "script"]), "screen": (try_screen, ["screen", "script"]),
            "xterm": (try_xterm, ["xterm", "Xvfb", "import", "identify", "script"])}


def try_row(program, term, besides, want, signs, size):
    name = f"{program} {term} {besides} {size}"
    run, needs = PROGRAMS[program]
    lacking = [p for p in needs if not shutil.which(p)] + ([] if has_term(term) else [f"terminfo of {term}"])
    if lacking:
        print(f"not tried, for want of {', '.join(lacking)}: {name}")
        return
    with tempfile.TemporaryDirectory(prefix="d5tui-terminals-") as home:
        raw = run(name, environment(home, term, besides), tuple(int(n) for n in size.split("×")), want)
    if raw is None:
        return
    check(f"{name}: colours", colours(raw) == want, colours(raw))
    check(f"{name}: signs", forms(raw) == signs, signs)


def try_nameless():
    """As in a container, or below `kubectl debug node/… -- chroot /host`: no /dev has the terminal's name."""
    hide = ["/bin/sh", "-c", 'mount -t tmpfs none /dev/pts && ! tty && exec "$@"', "sh", *COMMAND]
    with tempfile.TemporaryDirectory(prefix="d5tui-terminals-") as home:
        t = Terminal(["/usr/bin/unshare", "--mount", *hide], environment(home, "xterm", ""), (100, 30))
        check("a terminal without a name: is judged", t.shows("confirmed"), t.raw[-300:])
        t.keys("q")
        check("a terminal without a name: is left", t.ends() == 0, t.raw[-300:])
        t.done()


def main():
    rows = table()
    check("the table has its lines", len(rows) >= 25, len(rows))
    for row in rows:
        if all(word in " ".join(row) for word in sys.argv[1:]):
            try_row(*row)
    if os.geteuid() == 0 and not sys.argv[1:]:
        try_nameless()
    return finish()


if __name__ == "__main__":
    sys.exit(main())
