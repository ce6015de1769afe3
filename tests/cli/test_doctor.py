#!/usr/bin/env python3
"""d5tui doctor: each thing that can be missing or wrong is named with its way out, and looking changes nothing."""
import os
import shutil
import subprocess
import sys
import tempfile

from checks import D5TUI, check, finish


def doctor(home, *args, program=(D5TUI,), **env):
    """Its exit status, and what it says of each thing: {"state": ("ok", "…")}."""
    whole = {"HOME": home, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
             "LSAN_OPTIONS": os.environ.get("LSAN_OPTIONS", ""), **env}
    done = subprocess.run([*program, *(["doctor"] if program == (D5TUI,) else []), *args], env=whole, cwd=home, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    lines = [line.split(None, 2) for line in done.stdout.splitlines()[1:]]
    said = {line[1]: (line[0], line[2]) for line in lines if len(line) == 3}
    return done.returncode, said, done.stdout + done.stderr


def is_said(name, said, what, health, *words):
    got = said.get(what, ("nothing", ""))
    check(f"{name}: {what} is {health}", got[0] == health and all(w in got[1] for w in words), got)


def test_well(home):
    status, said, text = doctor(home)
    check("well: status", status == 0, text)
    check("well: version", text.startswith("d5tui "), text)
    is_said("well", said, "terminal", "ok", "xterm-256color", "256 colours")
    is_said("well", said, "locale", "ok", "UTF-8")
    is_said("well", said, "state", "ok", home + "/.local/state/d5tui/cases", "not there yet")
    is_said("well", said, "themes", "ok", "themes")
    is_said("well", said, "procedures", "ok", "D5.md")
    is_said("well", said, "archives", "ok")
    check("well: no escapes", "\x1b" not in text, text)
    check("well: nothing was made", os.listdir(home) == [], os.listdir(home))


def test_terminal(home):
    for term in ["", "dumb", "no-such-terminal"]:
        status, said, _ = doctor(home, TERM=term)
        check(f"TERM={term}: status", status == 0)
        is_said(f"TERM={term}", said, "terminal", "note", "TERM=xterm-256color")
    is_said("NO_COLOR", doctor(home, NO_COLOR="1")[1], "terminal", "ok", "NO_COLOR")
    is_said("LC_ALL=C", doctor(home, LC_ALL="C")[1], "locale", "note", "C.UTF-8")


def test_state(home):
    path = os.path.join(home, "file")
    with open(path, "w", encoding="utf-8") as file:
        file.write("no folder\n")
    for state in [path, path + "/below"]:
        status, said, _ = doctor(home, "--state", state)
        check("a file for a folder: status", status == 1)
        is_said("a file for a folder", said, "state", "BROKEN", path, "--state")
    open_state = os.path.join(home, "open")
    os.makedirs(open_state + "/cases")
    os.chmod(open_state + "/cases", 0o755)
    status, said, _ = doctor(home, D5TUI_STATE=open_state)
    check("an open folder: status", status == 0)
    is_said("an open folder", said, "state", "note", "0755", "chmod 700")
    os.chmod(open_state + "/cases", 0o700)
    is_said("a private folder", doctor(home, D5TUI_STATE=open_state)[1], "state", "ok", "0 cases")


def test_settings(home):
    folder = os.path.join(home, "d5tui")
    os.makedirs(folder + "/sops")
    with open(folder + "/config.yaml", "w", encoding="utf-8") as file:
        file.write("theme: nowhere\ncolour: many\n")
    with open(folder + "/sops/mine.md", "w", encoding="utf-8") as file:
        file.write("no procedure\n")
    status, said, text = doctor(home, XDG_CONFIG_HOME=home)
    check("settings: status", status == 0, text)
    is_said("settings", said, "settings", "note", "line 2", "colour")
    is_said("settings", said, "themes", "note", "nowhere")
    check("a procedure that is none", "sops/mine.md" in text, text)


def test_programs(home):
    tool = os.path.join(home, "dig")
    with open(tool, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n")
    is_said("not executable", doctor(home, PATH=home)[1], "dig", "note", "not found")
    os.chmod(tool, 0o755)
    status, said, _ = doctor(home, PATH="/nowhere:" + home)
    check("programs: status", status == 0)
    is_said("in PATH", said, "dig", "ok", tool)
    is_said("not in PATH", said, "kubectl", "note", "not found")


def test_policy(home):
    """In namespaces of its own, where /etc holds nothing but the policy."""
    enter = ["unshare", "-rm", "sh", "-c"]
    if subprocess.run([*enter, "mount -t tmpfs none /mnt"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("no namespaces here: the policy is not tried")
        return
    for text, mode, status, health, words in [
        ("mode: guided", 0o644, 0, "ok", ["you work guided"]),
        ("mode: choose\npath: [/nowhere]", 0o644, 0, "ok", ["you choose"]),
        ("mode: choose\nmods: 1", 0o644, 1, "BROKEN", ["line 2", "mods", "guided"]),
        ("mode: choose", 0o666, 1, "BROKEN", ["written by others", "guided"]),
    ]:
        script = (f"mount -t tmpfs none /etc && mkdir /etc/d5tui && cd /etc/d5tui && echo '{text}' >policy.yaml && "
                  f"chmod {mode:o} policy.yaml && exec '{D5TUI}' doctor")
        got, said, out = doctor(home, program=(*enter, script))
        check(f"policy {text!r}: status", got == status, out)
        is_said(f"policy {text!r}", said, "policy", health, *words)
        if "path" in text:
            is_said("the policy's path", said, "dig", "note", "not found")


def test_not_installed(home):
    if os.path.exists("/usr/local/share/d5tui"):
        return
    os.mkdir(home + "/bin")
    program = shutil.copy(D5TUI, home + "/bin/d5tui")
    status, said, text = doctor(home, "doctor", program=(program,))
    check("not installed: status", status == 1, text)
    is_said("not installed", said, "procedures", "BROKEN", "make install")
    is_said("not installed", said, "themes", "note", "built-in")
    is_said("not installed", said, "demo", "note", "make install")


def test_usage(home):
    check("usage", doctor(home, "much")[0] == 2 and doctor(home, "--format", "json")[0] == 2)
    status, _, text = doctor(home, "--help")
    check("help", status == 0 and "usage: d5tui doctor" in text, text)


for test in [test_well, test_terminal, test_state, test_settings, test_programs, test_policy, test_not_installed, test_usage]:
    with tempfile.TemporaryDirectory() as folder:
        test(folder)
sys.exit(finish())
