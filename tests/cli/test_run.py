#!/usr/bin/env python3
"""d5tui run, report, cases and export: exit statuses, formats that other readers take, files that are whole or not there."""
import hashlib
import html.parser
import json
import os
import stat
import subprocess
import sys
import tarfile
import tempfile

from checks import D5TUI, TREE, check, finish

try:
    import yaml
except ImportError:  # the JSON form is checked all the same
    yaml = None

POD = "checkout-7d9c5b6f4-x2x9p"
KEYS = ["root_cause", "evidence", "severity", "mitigation", "sop", "diagnosis", "verdict", "handoff", "scope", "also",
        "rejected", "unknown", "escalation", "verified", "steps"]
STATES = {"done", "finding", "cannot_tell", "held", "skipped", "not_allowed", "failed", "not_run"}


class Run:
    def __init__(self, *args, state, stdout=subprocess.PIPE):
        env = {"HOME": state, "XDG_STATE_HOME": state, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        done = subprocess.run([D5TUI, *args], stdout=stdout, stderr=subprocess.PIPE, env=env, timeout=120)
        self.status = done.returncode
        self.out = (done.stdout or b"").decode()
        self.err = done.stderr.decode()


def check_usage(state):
    """What is wrong on the command line is named at its flag, with the way out, and ends in 2."""
    for args, word in [
        (["--form", "json"], "--format"),
        (["--format", "pdf"], "yaml, json"),
        (["--since", "noon"], "--since"),
        (["--since", "08:00", "--until", "07:00", "--from", TREE], "--until"),
        (["--mode", "expert"], "guided, standard"),
        (["--allow", "exec,everything"], "everything"),
        (["--via", "smoke"], "local, ssh"),
        (["--from", TREE, "--via", "ssh"], "--via"),
        (["--from"], "--from"),
        (["--keep=yes"], "--keep"),
        (["stray"], "stray"),
    ]:
        run = Run("run", *args, state=state)
        check(f"run {args}: status", run.status == 2, run.status)
        check(f"run {args}: message", word in run.err and run.err.startswith("d5tui: ") and not run.out, run.err)


def check_errors(state):
    for args, word in [
        (["--from", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--from", TREE, "--sop", "Q99"], "Q99"),
        (["--from", TREE, "-o", "/nowhere/report.yaml"], "/nowhere/report.yaml"),
        (["--from", TREE, "-o", state], "folder"),
    ]:
        run = Run("run", *args, state=state)
        check(f"run {args}: status", run.status == 1, run.status)
        check(f"run {args}: message", word in run.err, run.err)


def check_report(report, status):
    check("keys and their order", list(report)[:len(KEYS)] == KEYS, list(report))
    check("status and verdict", status == (3 if report["verdict"] == "inconclusive" else 0))
    check("token and diagnosis",
          (report["verdict"] == "inconclusive") == (report["diagnosis"] == "inconclusive") ==
          report["root_cause"].startswith("inconclusive"))
    check("38 steps", len(report["steps"]) == 38, len(report["steps"]))
    for step in report["steps"]:
        check(f"step {step['id']}: state", step["status"] in STATES)
        if step["status"] not in ("done", "finding"):
            check(f"step {step['id']}: reason", bool(step.get("reason")))
    for entry in report["evidence"]:
        path, _, line = entry["source"].rpartition(":")
        with open(os.path.join(TREE, path), encoding="utf-8", errors="replace") as file:
            lines = file.read().split("\n")
        first = int(line.split("-")[0])
        quoted = entry["content"].split("\n")
        check(f"{entry['source']} is verbatim",
              all(q in lines[first - 1 + i] for i, q in enumerate(quoted)), entry["content"])


def check_formats(state):
    run = Run("run", "--from", TREE, "--format", "json", state=state)
    report = json.loads(run.out)
    check_report(report, run.status)
    as_yaml = Run("run", "--from", TREE, state=state)
    if yaml:
        loaded = yaml.load(as_yaml.out, Loader=yaml.BaseLoader)
        check("yaml says what json says", loaded["root_cause"] == report["root_cause"] and
              [e["content"] for e in loaded["evidence"]] == [e["content"] for e in report["evidence"]])
    adf = json.loads(Run("run", "--from", TREE, "--format", "adf", state=state).out)
    check("adf is a document", adf["type"] == "doc" and adf["version"] == 1)
    page = Run("run", "--from", TREE, "--format", "html", state=state).out
    html.parser.HTMLParser().feed(page)
    check("html is a page", page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>"))
    for name in ["markdown", "gitlab", "jira", "text"]:
        run = Run("run", "--from", TREE, "--format", name, state=state)
        check(f"{name} says something", len(run.out) > 200 and run.status in (0, 3))
        check(f"{name} says what a step is", "T.M1 Pod and node state" in run.out, run.out)
    again = Run("run", "--from", TREE, "--format", "json", state=state)
    check("two runs say the same", json.loads(again.out) == report)


def check_output(state):
    """-o is whole or not there; a device is written to as it is."""
    path = os.path.join(state, "report.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("earlier\n")
    run = Run("run", "--from", TREE, "-o", path, state=state)
    text = open(path, encoding="utf-8").read()
    check("-o writes the report", run.status in (0, 3) and text.startswith("root_cause:") and run.out == "")
    check("-o is private", stat.S_IMODE(os.stat(path).st_mode) == 0o600)
    check("-o leaves nothing beside", [f for f in os.listdir(state) if f.startswith("report.yaml")] == ["report.yaml"])
    run = Run("run", "--from", TREE, "-o", "/dev/null", state=state)
    check("-o takes a device", run.status in (0, 3) and os.path.exists("/dev/null"))
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = Run("run", "--from", TREE, state=state, stdout=full)
    check("a full disk is an error", run.status == 1 and "standard output" in run.err, run.err)


def check_cases(state):
    none = Run("cases", state=state)
    check("no cases yet", none.status == 0 and none.out == "")
    last = Run("report", "last", state=state)
    check("no last case", last.status == 1 and "--keep" in last.err, last.err)
    kept = Run("run", "--from", TREE, "--keep", "--format", "json", state=state)
    name = kept.err.split()[-1]
    folder = os.path.join(state, "d5tui", "cases", name)
    check("the case is named", os.path.isdir(folder), kept.err)
    for base, folders, files in os.walk(os.path.join(state, "d5tui")):
        check(f"{base} is private", stat.S_IMODE(os.stat(base).st_mode) == 0o700)
        for file in files:
            check(f"{file} is private", stat.S_IMODE(os.stat(os.path.join(base, file)).st_mode) == 0o600)
    again = Run("report", name[:10], "--format", "json", state=state)
    check("report gives the same", json.loads(again.out) == json.loads(kept.out), again.err)
    words = Run("report", name[:10], "--format", "markdown", state=state)
    check("and what a step is", "| T.M1 Pod and node state |" in words.out, words.out)
    second = Run("run", "--from", TREE, "--keep", state=state)
    listed = json.loads(Run("cases", "--format", "json", state=state).out)
    check("both are listed", [c["case"] for c in listed] == sorted([name, second.err.split()[-1]]))
    check("both are closed", all(c["state"] == "closed" for c in listed))
    with open(os.path.join(folder, "case.db"), "r+b") as file:
        file.write(b"not a database")
    for suffix in ("-wal", "-shm"):
        if os.path.exists(os.path.join(folder, "case.db" + suffix)):
            os.remove(os.path.join(folder, "case.db" + suffix))
    listed = Run("cases", state=state)
    check("a damaged case is named", listed.status == 0 and "damaged" in listed.out and len(listed.out.splitlines()) == 2)
    check("its report is refused", Run("report", name, state=state).status == 1)
    check("elsewhere", Run("cases", "--state", os.path.join(state, "else"), state=state).out == "")


def check_export(state):
    """An export holds everything once, its sums are right, and what was taken out stands nowhere in it."""
    Run("run", "--from", TREE, "--keep", state=state)
    for level in ["none", "default", "strict"]:
        path = os.path.join(state, level + ".tar.gz")
        run = Run("export", "last", "--redact", level, "-o", path, state=state)
        check(f"export {level}", run.status == 0 and stat.S_IMODE(os.stat(path).st_mode) == 0o600, run.err)
        with tarfile.open(path) as archive:
            files = {m.name.partition("/")[2]: archive.extractfile(m).read() for m in archive if m.isfile()}
        sums = dict(reversed(line.split("  ")) for line in files.pop("sums.sha256").decode().splitlines())
        check(f"export {level}: sums", sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()})
        for name in ["report.yaml", "report.json", "report.md", "events.jsonl", "procedure.md", "manifest.json"]:
            check(f"export {level}: {name}", name in files)
        check(f"export {level}: manifest", json.loads(files["manifest.json"])["redacted"] == level)
        held = [name for name, data in files.items() if POD in name or POD.encode() in data]
        check(f"export {level}: names", bool(held) == (level != "strict"), held[:3])
        for entry in json.loads(files["report.json"])["evidence"]:
            where, _, line = entry["source"].rpartition(":")
            lines = files["evidence/" + where].decode(errors="replace").split("\n")
            check(f"export {level}: {entry['source']} is verbatim",
                  entry["content"].split("\n")[0] in lines[int(line.split("-")[0]) - 1], entry["content"])
    again = os.path.join(state, "again.tar.gz")
    Run("export", "last", "--redact", "none", "-o", again, state=state)
    with open(again, "rb") as a, open(os.path.join(state, "none.tar.gz"), "rb") as b:
        check("the same case gives the same bytes", a.read() == b.read())
    check("which case", Run("export", state=state).status == 2)
    check("no such level", Run("export", "last", "--redact", "all", state=state).status == 2)


def check_elsewhere(state):
    """An export can be looked at without becoming a case, and its citations stand in what it holds."""
    kept = Run("run", "--from", TREE, "--keep", "--format", "json", state=state)
    path = os.path.join(state, "case.tar.gz")
    Run("export", "last", "--redact", "none", "-o", path, state=state)
    there = os.path.join(state, "there")
    os.mkdir(there)
    report = Run("report", path, "--format", "json", state=there)
    check("report of an export", json.loads(report.out) == json.loads(kept.out), report.err)
    for entry in json.loads(report.out)["evidence"]:
        found = Run("search", "--case", path, "-F", entry["content"].split("\n")[0], state=there)
        where, _, lines = entry["source"].rpartition(":")
        check(f"{entry['source']} is in the export", f"{where}:{lines.split('-')[0]}:" in found.out, found.err)
    strict = os.path.join(state, "strict.tar.gz")
    check("an export of an export", Run("export", path, "--redact", "strict", "-o", strict, state=there).status == 0)
    check("which is another", POD not in Run("report", strict, state=there).out)
    with open(os.path.join(there, "junk.tar.gz"), "wb") as file:
        file.write(b"no archive")
    for name in ["junk.tar.gz", "none.tar.gz"]:
        run = Run("report", os.path.join(there, name), state=there)
        check(f"{name} is refused once", run.status == 1 and run.err.count(name) == 1 and not run.out, run.err)
    run = Run("open", path, state=there)
    check("open needs a terminal", run.status == 1 and "not a terminal" in run.err, run.err)
    check("looking leaves no case behind", Run("cases", state=there).out == "")


def check_help(state):
    for name in ["run", "report", "cases", "export"]:
        run = Run(name, "--help", state=state)
        check(f"{name} --help", run.status == 0 and f"d5tui {name}" in run.out and "--state" in run.out)


for part in [check_usage, check_errors, check_formats, check_output, check_cases, check_export, check_elsewhere, check_help]:
    with tempfile.TemporaryDirectory() as home:
        part(home)
sys.exit(finish())
