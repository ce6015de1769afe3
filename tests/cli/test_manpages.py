#!/usr/bin/env python3
"""The manual pages: every flag that a subcommand's --help names stands in d5tui(1), and each page is laid out without
a warning. (tests/unit/test_manual.c holds the page against the tables of subcommands and keys.)"""
import glob
import re
import shutil
import subprocess
import sys

from checks import D5TUI, check, finish


def run(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=60, check=False)


with open("doc/d5tui.1", encoding="utf-8") as file:
    page = file.read().replace(r"\-", "-").replace("Fl -", "Fl --")
names = re.findall(r"^  d5tui ([a-z]+)", run(D5TUI, "--help").stdout, re.MULTILINE)
check("subcommands are found", len(names) >= 12, names)
for name in ["", *names]:
    done = run(D5TUI, *([name] if name else ["--plain"]), "--help")
    check(f"{name} --help", done.returncode == 0 and done.stdout.startswith("usage: d5tui"), done.stdout + done.stderr)
    for flag in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", done.stdout))):
        check(f"{name} {flag} stands in doc/d5tui.1", re.search(re.escape(flag) + r"(?![\w-])", page))

if shutil.which("groff"):
    for path in sorted(glob.glob("doc/*.[1-9]")):
        done = run("groff", "-mdoc", "-Kutf8", "-Tutf8", "-ww", "-rCHECKSTYLE=0", path)
        check(f"{path} is laid out", done.returncode == 0 and not done.stderr and len(done.stdout) > 1000, done.stderr)

sys.exit(finish())
