#!/usr/bin/env python3
"""d5tui sop: the shipped procedure, and small ones that hold every turn of the grammar."""
import json
import os
import subprocess
import sys
import tempfile

import checks
from checks import D5TUI, finish


def check(what, got, expected):
    checks.check(what, got == expected, f"\n  got      {got!r}\n  expected {expected!r}")


def run(*args):
    return subprocess.run([D5TUI, "sop", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")


def show(what):
    return json.loads(run("show", what, "--format", "json").stdout)


def flat(items):
    for item in items:
        yield item
        yield from flat(item["nested"])


def all_items(sop):
    return [item for phase in sop["phases"] for item in flat(phase["items"])]


def calls(item):
    return [(c["tool"], c["args"]) for c in item["calls"]]


def test_d5():
    sop = show("D5")
    items = all_items(sop)
    check("id, title", (sop["id"], sop["title"]), ("D5", "D5 — DNS Failures from Pods"))
    check("head", (sop["severity"], sop["status"]), ("HIGH", "active"))
    check("triggers", sop["triggers"],
          ["UnknownHostException", "Could not resolve host", "SERVFAIL", "linklocal_allowance_exceeded"])
    check("phases", [p["name"] for p in sop["phases"]], ["Triage", "Enrich", "Report"])
    check("items", " ".join(i["id"] for i in items),
          "T.M1 T.M1.1 T.M1.2 T.M1.3 T.M1.4 T.M2 T.M2.1 T.M2.2 T.M2.3 T.M2.4 T.M2.5 T.M2.6 T.M3 T.M4 T.S1 T.S2 T.S3 "
          "T.Y1 T.Y2 E.M1 E.M2 E.M3 E.M4 E.M5 E.S1 E.S2 E.S3 E.S4 E.Y1 E.Y2 E.Y3 R.M1 R.M2 R.M3 R.M4 R.S1 R.S2 R.Y1")
    check("top", sum(len(p["items"]) for p in sop["phases"]), 28)
    by_level = [sum(i["level"] == level for p in sop["phases"] for i in p["items"]) for level in ("MUST", "SHOULD", "MAY")]
    check("levels", by_level, [13, 9, 6])
    check("calls", sum(len(i["calls"]) for i in items), 26)
    check("searches", sum(c["tool"] == "search" for i in items for c in i["calls"]), 13)
    check("gates", {i["id"]: i["gate"] for i in items if i["gate"]},
          {"T.M1": "FIRST", "T.M2": "PREREQUISITE", "T.M2.6": "ONLY"})
    check("texts", [i["id"] for i in items if not i["text"]], [])
    by_id = {i["id"]: i for i in items}
    check("T.M2.3", calls(by_id["T.M2.3"]), [("network_diagnostics", {"instanceId": None, "sections": "iptables"})])
    check("T.S2", calls(by_id["T.S2"]), [("search", {"query": "resolv.conf|nameserver|ndots"})])
    check("E.Y1", calls(by_id["E.Y1"]), [("get_cloudwatch_logs", {
        "clusterName": None, "resource_type": "cluster", "log_type": "control-plane", "filter_pattern": "coredns"})])
    check("R.M1", calls(by_id["R.M1"]), [("summarize", {"instanceId": None, "finding_ids": None})])
    check("rest", [len(sop[k]) for k in ("escalation", "ratings", "issues", "examples")], [3, 2, 10, 4])
    check("colours", [r["color"] for r in sop["ratings"]], ["GREEN", "YELLOW"])
    check("output", list(sop["output"]), ["root_cause", "evidence", "severity", "mitigation"])
    check("output types", [e["type"] for e in sop["output"]["evidence"]], ["network_diagnostics", "finding"])
    with open("sops/D5.md", encoding="utf-8") as file:
        lines = file.read().split("\n")
    check("lines", [i["id"] for i in items if i["text"] not in lines[i["line"] - 1]], [])
    check("call lines", [c["tool"] for i in items for c in i["calls"] if f"`{c['tool']}`" not in lines[c["line"] - 1]], [])


def test_gates():
    sop = show("tests/sops/gates.md")
    shape = [(i["id"], i["level"], i["gate"], i["group"]) for i in all_items(sop)]
    cellar, attic = "2A — Cellar", "⚠️ 2B — Attic"
    check("shape", shape, [
        ("T.F1", "FIRST", "FIRST", None), ("T.F2", "FIRST", "FIRST", None),
        ("T.M1", "MUST", "PREREQUISITE", None), ("T.M1.1", "MUST", None, None), ("T.M1.2", "MUST", "ONLY", None),
        ("T.M2", "MUST", None, None),
        ("T.M3", "MUST", None, None), ("T.M3.1", "MUST", None, None), ("T.M3.1.1", "MUST", None, None),
        ("T.M3.1.2", "MUST", None, None), ("T.M3.2", "MUST", None, None),
        ("T.S1", "SHOULD", None, None), ("T.S2", "SHOULD", None, None), ("T.S3", "SHOULD", None, None),
        ("T.Y1", "MAY", None, None), ("T.Y2", "MAY", None, None),
        ("E.N1", None, None, cellar), ("E.M1", "MUST", None, cellar), ("E.M2", "MUST", None, cellar),
        ("E.M2.1", "MUST", None, cellar), ("E.M2.2", "MUST", None, cellar), ("E.M2.3", "MUST", None, cellar),
        ("E.M3", "MUST", None, cellar),
        ("E.S1", "SHOULD", None, attic), ("E.Y1", "MAY", None, attic), ("E.Y2", "MAY", None, attic),
        ("C.M1", "MUST", None, None),
        ("R.M1", "MUST", "FIRST", None), ("R.M1.1", "MUST", None, None), ("R.M2", "MUST", None, None)])
    by_id = {i["id"]: i for i in all_items(sop)}
    check("folded", by_id["T.M2"]["text"], "An item that is folded over two lines, with `search` named in the second: "
          "Use `search` tool with query=`never seen`")
    check("folded call", [(c["tool"], c["args"], c["line"]) for c in by_id["T.M2"]["calls"]],
          [("search", {"query": "never seen"}, 30)])
    check("no calls", calls(by_id["R.M2"]), [])
    check("prose", calls(by_id["E.Y2"]), [("correlate", {"instanceId": None, "pivotEvent": "the first dark room"})])
    check("comma", calls(by_id["T.M1.1"]), [("network_diagnostics", {"instanceId": None, "sections": "cni,ipamd"})])
    check("examples", [(c["tool"], c["args"], c["line"]) for c in sop["examples"]], [
        ("search", {"instanceId": "i-0abc123def456", "query": 'a"b|c\\.d', "maxResults": "5"}, 114),
        ("list_sops", {}, 115),
        ("summarize", {"instanceId": "i-0abc123def456", "finding_ids": '["F-001", "F-002"]'}, 116)])
    check("escalation", sop["escalation"], ["All lamps <dark> & cold", "Unquoted: with a colon"])
    check("colours", [r["color"] for r in sop["ratings"]], ["GREEN", "YELLOW/RED"])
    check("output", (sop["output"]["count"], sop["output"]["evidence"]), (3, []))


def test_mini():
    sop = show("tests/sops/mini.md")
    check("mini", (sop["id"], sop["status"], sop["examples"], sop["output"]), ("T2-mini", None, [], None))
    check("mini items", [i["text"] for i in all_items(sop)], ["Do it"])


LINT = """---
title: "L1 — Lint"
severity: HIGH
ownr: x
triggers:
  - ".*"
  - "["
context: "One of 36 specific runbooks"
---
## Phase 1 — Triage
MUST:
- **PREREQUISITE — Ready?** See:
  - Ask somebody
- Use `serch` tool with instanceId and query=`x y z`
- Use `search` tool with instanceId and query=`a(b`
- Use `search` tool with query=`DROP.*443|--dport 53.*DROP|OOM`
- Use `collect` tool with instanceID of the node
- Use `list_k8s_resources` with kind=Pod, labelSelector=a to list
- Use `list_k8s_resources` with kind=Pod, label_selector=b to list — switch to Q9 SOP
- ONLY if so, go on to CoreDNS
- Findings from `errors` tool, one of 41 SOPs
SHOULD:
## Guardrails
safety_ratings:
  - "Collecting (collect): YELLOW"
## Examples
```
collect(instanceId="i-0abcxyz")
```
## Output Format
```yaml
root_cause: "fixed"
severity: LOW
more: x
```
"""


def test_lint():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "l1.md")
        with open(path, "w", encoding="utf-8") as file:
            file.write(LINT)
        result = run("lint", path)
    check("lint status", result.returncode, 1)
    for what in (
            "4: warning: unknown key \"ownr\" (did you mean \"owner\"?)",
            "6: warning: trigger \".*\" matches everything",
            "7: error: ",
            "12: warning: nothing can satisfy this gate",
            "12: warning: PREREQUISITE without ONLY",
            "14: error: unknown tool \"serch\" (did you mean \"search\"?)",
            "15: error: ",
            "16: warning: \"DROP.*443\" cannot match a rule",
            "16: warning: \"search\" needs \"instanceId\"",
            "16: note: \"OOM\" alone",
            "17: warning: \"collect\" takes no argument \"instanceID\" (did you mean \"instanceId\"?)",
            "17: warning: \"collect\" is rated YELLOW in line 25",
            "19: warning: \"label_selector\" here, \"labelSelector\" in line 18",
            "19: warning: hand-off to \"Q9\"",
            "20: warning: ONLY outside a PREREQUISITE",
            "21: note: \"errors\" is mentioned",
            "21: note: 41 procedures here, 36",
            "22: warning: a head with nothing under it",
            "1: warning: no escalation_conditions",
            "28: warning: \"i-0abcxyz\" is no instance id",
            "32: warning: root_cause offers no alternatives",
            "33: warning: severity LOW here, HIGH",
            "34: note: output key \"more\""):
        check(what, f"{path}:{what}" in result.stdout, True)
    check("what can match", "--dport 53.*DROP\" cannot" in result.stdout, False)
    twice = run("lint", "sops/D5.md", "tests/sops/../../sops/D5.md").stdout
    check("same id", "id \"D5\" is also that of" in twice, True)
    check("same trigger", "trigger \"SERVFAIL\" also stands in" in twice, True)


def test_statuses():
    check("list", (run("list").returncode, "D5" in run("list").stdout), (0, True))
    check("lint sound", run("lint", "sops/D5.md", "tests/sops/gates.md", "tests/sops/mini.md").returncode, 0)
    check("unknown id", run("show", "D6x").returncode, 1)
    check("hint", "did you mean \"D5\"?" in run("show", "D55").stderr, True)
    check("no file", run("show", "./nothing.md").returncode, 1)
    check("usage", [run(*a).returncode for a in ((), ("show",), ("show", "D5", "--format", "xml"), ("lint",), ("what",))], [2] * 5)
    check("text", "T.M2.6" in run("show", "D5").stdout, True)


for test in (test_d5, test_gates, test_mini, test_lint, test_statuses):
    test()
sys.exit(finish())
